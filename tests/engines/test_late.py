"""Late interaction: whose words, in context, meet those of a question."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rag.config import Settings
from rag.engines.embedders import TokenEmbedding
from rag.engines.late import SCALE, Asked, fitted, fitted_digest, late_interaction
from rag.engines.loading import load_embedder

DRIVING = "We train a driving policy with rewards for smooth lane changes on highways."
SORTING = "A gripper sorts waste on a conveyor by material, learnt from ten demonstrations."
GRASPING = "A gripper picks fruit from trees with a camera in its palm."
QUESTION = "How does the robot separate rubbish by what it is made of?"


@cache
def embedder() -> TokenEmbedding:
    model = load_embedder(Settings(embedder="local")).model
    assert isinstance(model, TokenEmbedding)
    return model


def test_the_paper_that_says_it_in_other_words_meets_them_best() -> None:
    told = [reading.words for reading in embedder().readings([DRIVING, SORTING, GRASPING])]
    scores = late_interaction(embedder().asked(QUESTION), told)
    assert scores.argmax() == 1
    assert np.all(np.abs(scores) <= 1)


def test_a_reading_has_the_vector_that_the_text_has_by_itself() -> None:
    (reading,) = embedder().readings([SORTING])
    alone = load_embedder(Settings(embedder="local")).model.get_text_embedding(SORTING)
    assert np.allclose(reading.vector, alone, atol=1e-3)
    assert reading.words.dtype == np.int8
    lengths = np.linalg.norm(reading.words.astype(np.float32) / SCALE, axis=1)
    assert np.allclose(lengths, 1, atol=0.05)


def test_each_token_has_a_unit_vector() -> None:
    known = embedder().token_vectors("Vectors of one text")
    assert known.vectors.shape == (len(known.ids), 384)
    assert np.allclose(np.linalg.norm(known.vectors.astype(np.float32), axis=1), 1.0, atol=1e-2)


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    asked = embedder().asked("the robots")
    assert asked.weights.sum() == pytest.approx(1, abs=1e-5)
    assert asked.weights[1] > asked.weights[0]


@pytest.mark.parametrize("text", ["", "\0", "?", "a" * 5000])
def test_odd_texts_are_no_fault(text: str) -> None:
    (reading,) = embedder().readings([text])
    scores = late_interaction(embedder().asked(text), [reading.words, np.zeros((0, 1), dtype=np.int8)])
    assert np.isfinite(scores).all()
    assert scores[1] == 0


@given(
    asked=arrays(np.float32, (3, 4), elements=st.floats(-1, 1, width=32)),
    lengths=st.lists(st.integers(0, 5), min_size=1, max_size=6),
)
def test_it_is_the_weighted_mean_of_best_cosines(asked: np.ndarray, lengths: list[int]) -> None:
    chance = np.random.default_rng(0)
    papers = [chance.integers(-SCALE, SCALE, (length, 4), dtype=np.int8) for length in lengths]
    weights = np.array([0.5, 0.3, 0.2], dtype=np.float32)
    found = late_interaction(Asked(vectors=asked, weights=weights), papers)
    for score, paper in zip(found, papers, strict=True):
        wanted = sum(
            w * max((float(vector @ word.astype(np.float32)) / SCALE for word in paper), default=0.0)
            for w, vector in zip(weights, asked, strict=True)
        )
        assert score == pytest.approx(wanted, abs=1e-4)


def test_the_digest_tells_one_projection_from_another() -> None:
    assert len(fitted_digest()) == 8
    assert fitted_digest() in load_embedder(Settings(embedder="local")).model.model_name
    assert {view.matrix.shape[1] for view in fitted().values()} == {384}
