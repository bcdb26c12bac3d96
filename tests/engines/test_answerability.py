"""Answerability: with the real embedder, on abstracts that nobody trained on."""

from collections.abc import Sequence

import numpy as np
import pytest
from autograd import numpy as tracing
from hypothesis import given
from hypothesis import strategies as st

from rag.config import cache_folder
from rag.engines.answerability import Answerability, Side, judged, logits_of, weights
from rag.engines.embedders import MiniLMEmbedding, Tokens
from rag.engines.late import fitted

BEES = (
    "Counting bees at the hive door",
    "Beekeepers judge the strength of a colony by eye, which is slow.",
    "We mount a camera above the entrance and count the insects with a small convolutional network.",
    "On 40 hours of video from twelve hives the error stays below three percent.",
    "Counting in the rain turned out to be no harder than in the sun.",
)
CUPS = (
    "Rubber skin for robot fingers",
    "Robots often drop wet cups.",
    "We coat the fingers with a thin film of rubber, without any additional sensor.",
    "The rate of drops falls from 22% to 9%, while the grip becomes no slower.",
)
ANSWERED = [
    (BEES, "How far off is the tally of insects flying in and out of the colony?", 3),
    (BEES, "What kind of model tallies the insects at the door?", 2),
    (CUPS, "What are the machine's fingers covered with so that slippery mugs stay put?", 2),
    (CUPS, "How often does the robot still let go of wet mugs with the rubber skin?", 3),
]
UNANSWERED = [
    (BEES, "Which graphics card was the insect counter trained on, and for how many epochs?"),
    (BEES, "At which university do the authors of the insect counter work?"),
    (CUPS, "How much does the coating of the fingers cost?"),
    (CUPS, "How many volunteers judged the grip of the coated fingers?"),
]
FALSE = [
    (BEES, "Why does rain make it so much harder to count the insects at the door?", 4),
    (CUPS, "Which additional sensor do the coated fingers need?", 2),
    (CUPS, "How much slower does the grip become with the rubber skin?", 3),
]


@pytest.fixture(scope="module")
def embedder() -> MiniLMEmbedding:
    return MiniLMEmbedding.load(cache_folder(), 2)


def ask(embedder: MiniLMEmbedding, texts: Sequence[str], question: str) -> Answerability:
    found = judged(embedder.token_vectors(question), [embedder.token_vectors(text) for text in texts])
    assert found is not None
    return found


def test_it_finds_the_sentence_that_answers(embedder: MiniLMEmbedding) -> None:
    right = [int(ask(embedder, texts, question).answers.argmax()) == place for texts, question, place in ANSWERED]
    assert sum(right) >= 3


def test_what_is_not_stated_is_doubted_more_than_what_is(embedder: MiniLMEmbedding) -> None:
    stated = [ask(embedder, texts, question).doubt for texts, question, _ in ANSWERED]
    missing = [ask(embedder, texts, question).doubt for texts, question in UNANSWERED]
    assert np.median(missing) > max(stated)


def test_what_is_presumed_wrongly_is_denied_by_the_sentence_that_says_so(embedder: MiniLMEmbedding) -> None:
    stated = [ask(embedder, texts, question).denial for texts, question, _ in ANSWERED]
    wrong = [ask(embedder, texts, question) for texts, question, _ in FALSE]
    assert np.mean([each.denial for each in wrong]) > np.mean(stated)
    places = [int(each.denies.argmax()) == place for each, (_, _, place) in zip(wrong, FALSE, strict=True)]
    assert sum(places) >= 2


def test_probabilities_sum_to_one(embedder: MiniLMEmbedding) -> None:
    found = ask(embedder, BEES, "How are bees counted?")
    total = np.exp(found.elsewhere) + np.exp(found.unstated) + np.exp(found.answers).sum() + np.exp(found.denies).sum()
    assert len(found.answers) == len(found.denies) == len(BEES)
    assert total == pytest.approx(1, abs=1e-4)


def test_where_there_are_no_words_nothing_is_judged(embedder: MiniLMEmbedding) -> None:
    nothing = Tokens(np.zeros(0, dtype=np.int64), np.zeros((0, 384), dtype=np.float16))
    bees = embedder.token_vectors("Bees.")
    assert judged(nothing, [bees]) is None
    assert judged(bees, [bees, nothing]) is None
    assert judged(bees, []) is None


def test_the_fit_traces_what_the_program_computes(embedder: MiniLMEmbedding) -> None:
    texts = [embedder.token_vectors(text) for text in CUPS]
    side = Side.of(embedder.token_vectors("What covers the fingers?"), texts, fitted()["papers"].rarity)
    np.testing.assert_allclose(logits_of(side, weights(), tracing), logits_of(side, weights()), rtol=1e-5, atol=1e-5)


@given(order=st.permutations(range(1, len(BEES))))
def test_the_order_of_the_sentences_is_nothing_to_it(embedder: MiniLMEmbedding, order: list[int]) -> None:
    asked = embedder.token_vectors("What kind of model counts the insects?")
    texts = [embedder.token_vectors(text) for text in BEES]
    plain, turned = judged(asked, texts), judged(asked, [texts[0], *(texts[place] for place in order)])
    assert plain is not None
    assert turned is not None
    np.testing.assert_allclose(turned.answers[1:], plain.answers[order], atol=1e-3)
    assert turned.doubt == pytest.approx(plain.doubt, abs=1e-3)
