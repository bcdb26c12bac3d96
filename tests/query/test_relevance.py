"""How many papers a list tells, and what stands for its subject."""

import numpy as np
import pytest

from rag.query.relevance import best_cut, feedback, relative


@pytest.mark.parametrize(
    ("probabilities", "count"),
    [
        ([0.9, 0.9, 0.05, 0.05], 2),
        ([0.05, 0.9, 0.05, 0.9], 2),
        ([0.9, 0.4, 0.4, 0.4], 4),  # what is half as likely as a sure one is worth telling
        ([0.9, 0.9, 0.9, 0.4], 3),  # beside three sure ones it is not
        ([0.1], 1),
    ],
)
def test_as_many_are_listed_as_make_the_best_list(probabilities: list[float], count: int) -> None:
    chosen = best_cut(probabilities)
    assert chosen.sum() == count
    assert set(np.argsort(probabilities)[-count:]) == set(np.flatnonzero(chosen))


def test_the_best_are_near_one_and_the_middle_is_zero() -> None:
    assert relative(np.array([6.0, 4.0, 1.0, 0.0, -2.0])).tolist() == [1.25, 0.75, 0.0, -0.25, -0.75]
    assert not relative(np.array([2.0, 2.0])).any(), "papers that are all alike stand out by nothing"


def test_a_paper_like_the_first_ones_is_nearer_to_the_subject() -> None:
    vectors = np.array([[1.0, 0.0], [1.0, 0.1], [1.0, 0.2], [-1.0, 0.3], [-1.0, 0.1]], dtype=np.float32)
    near = feedback(np.array([5.0, 4.0, 0.0, 0.0, -1.0]), vectors)
    assert near[2] > near[3]


def test_one_paper_alone_is_like_no_other() -> None:
    assert feedback(np.array([0.0]), np.ones((1, 2), dtype=np.float32)).tolist() == [0.0]
