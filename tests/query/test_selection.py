"""Which sentences of a paper are chosen for a question."""

import numpy as np

from rag.query.selection import best_sentences, sentence_scores

ABSTRACT = (
    "However, forests remain a challenging place for drones.",
    "We let the drone follow a map of branches.",
    "It crashes 3x less than before.",
    "Our findings highlight the importance of maps.",
)


def chosen(question: str, most: int) -> list[int]:
    """Return which of equally near sentences are chosen."""
    scores = sentence_scores(question, ABSTRACT, np.zeros(len(ABSTRACT)))
    return best_sentences(scores, [10] * len(ABSTRACT), budget=100, most=most)


def test_a_number_comes_first_where_one_is_asked_for() -> None:
    assert chosen("What speed-up does it bring?", most=1) == [2]


def test_the_best_sentence_is_chosen_however_long_it_is() -> None:
    assert best_sentences(np.array([1.0, 2.0]), [50, 500], budget=100) == [1]
