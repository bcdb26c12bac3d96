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


def test_background_and_praise_come_after_method_and_result() -> None:
    assert chosen("What does it do?", most=2) == [1, 2]


def test_what_a_question_why_may_ask_for_is_no_mere_background() -> None:
    without, with_why = (sentence_scores(q, ABSTRACT, np.zeros(4))[0] for q in ("Is it hard?", "Why is it hard?"))
    assert with_why > without


def test_a_number_comes_first_where_one_is_asked_for() -> None:
    assert chosen("What speed-up does it bring?", most=1) == [2]


def test_the_best_sentence_is_chosen_however_long_it_is() -> None:
    assert best_sentences(np.array([1.0, 2.0]), [50, 500], budget=100) == [1]
