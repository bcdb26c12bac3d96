"""Late interaction: which of the first papers has the question's words in context."""

import numpy as np
import pytest
from query.staging import Stage

from rag.engines.embedders import TokenEmbedding
from rag.models import Paper
from rag.query.reranking import CLEAR, RERANKED, rarities, rerank


@pytest.fixture
def embedder(stage: Stage) -> TokenEmbedding:
    assert isinstance(stage.embedder.model, TokenEmbedding)
    return stage.embedder.model


def paper(number: int, abstract: str) -> Paper:
    return Paper(arxiv_id=f"2509.0000{number}", title="A study", abstract=abstract, url="")


DRIVING = paper(1, "We train a driving policy with rewards for smooth lane changes on highways.")
SORTING = paper(2, "A gripper sorts waste on a conveyor by material, learnt from ten demonstrations.")
GRASPING = paper(3, "A gripper picks fruit from trees with a camera in its palm.")
QUESTION = "How does the robot separate rubbish by what it is made of?"


def test_a_near_tie_is_decided_by_the_words_in_context(embedder: TokenEmbedding) -> None:
    close = np.array([0.2, 0.1, 0.0])
    assert rerank(QUESTION, [GRASPING, DRIVING, SORTING], close, embedder)[0] == 2


def test_a_clear_lead_stays(embedder: TokenEmbedding) -> None:
    assert rerank(QUESTION, [GRASPING, DRIVING, SORTING], np.array([CLEAR, 0.0, 0.0]), embedder) == [0, 1, 2]


def test_only_the_first_few_change_places(embedder: TokenEmbedding) -> None:
    papers = [GRASPING] * RERANKED + [SORTING]
    assert sorted(rerank(QUESTION, papers, np.zeros(len(papers)), embedder)) == list(range(RERANKED))


@pytest.mark.parametrize("papers", [[], [SORTING], [paper(1, ""), paper(2, "")]])
def test_little_to_order_is_no_fault(papers: list[Paper], embedder: TokenEmbedding) -> None:
    assert rerank("?", papers, np.zeros(len(papers)), embedder) == list(range(len(papers)))


def test_a_word_of_all_papers_counts_less_than_one_of_few() -> None:
    common, rare = rarities(np.array([1, 2]), [np.array([1, 2]), np.array([1]), np.array([1])])
    assert 0 < common < rare


def test_each_token_has_a_unit_vector(embedder: TokenEmbedding) -> None:
    known = embedder.token_vectors("Vectors of one text")
    assert known.ids.tolist() == embedder.token_ids("Vectors of one text").tolist()
    assert known.vectors.shape == (len(known.ids), 384)
    assert np.allclose(np.linalg.norm(known.vectors.astype(np.float32), axis=1), 1.0, atol=1e-2)
