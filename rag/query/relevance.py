"""How likely each paper is on the subject of a list, and how many to list. Pure.

The subject is ranked twice, as it was asked for and bare; words like `is there any new work on` move a ranking.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.models import Language
from rag.query.retrieval import Ranking, Scores

WEIGHTS = {"words": 2.95, "fused": 0.045, "relative": 4.87, "feedback": 7.33}
INTERCEPT = -7.33
"""Logistic weights, fitted on development lists about seven days; four features that either language shares."""
NEARLY: dict[Language, float] = {"en": 0.7, "zh": 0.65}
"""Share of the first paper's fused score from which on a paper is listed, where any is: the many papers of a broad
subject (medical images) are hardly likely one by one. Chosen on broad lists so that narrow ones lose nothing.
"""
UNLIKELY = 0.1
"""Probability from which on a paper that holds the very words of the subject is listed, whatever the best cut is."""
FEEDBACK = 8
"""First papers that stand for the subject."""


def on_subject(
    asked: Ranking, bare: Ranking, shares: Scores, worded: NDArray[np.bool_], vectors: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Return (papers,) which papers of the ranking `asked` to list, given that any is on the subject.

    `bare` ranks the same papers for the subject alone, `shares` are (papers,) the shares of its words that each holds,
    `worded` (papers,) whether it holds its very words, `vectors` (papers, dimensions) their embeddings.
    """
    fused = asked.scores + aligned(bare, asked)
    features = {
        "words": shares,
        "fused": fused,
        "relative": relative(fused),
        "feedback": feedback(fused, vectors),
    }
    odds = np.sum([weight * features[name] for name, weight in WEIGHTS.items()], axis=0) + INTERCEPT
    likely = 1 / (1 + np.exp(-odds))
    nearly: NDArray[np.bool_] = fused > NEARLY[asked.language] * max(fused.max(), 0.0)
    chosen: NDArray[np.bool_] = best_cut(likely) | nearly | (worded & (likely >= UNLIKELY))
    return chosen


def aligned(ranking: Ranking, other: Ranking) -> Scores:
    """Return the fused scores of a ranking in the order of another one; its least for papers that it has not."""
    scores = {paper.arxiv_id: score for paper, score in zip(ranking.papers, ranking.scores, strict=True)}
    least = float(ranking.scores.min()) if len(ranking.scores) else 0.0
    return np.array([scores.get(paper.arxiv_id, least) for paper in other.papers], dtype=np.float64)


def relative(scores: Scores) -> Scores:
    """Return where scores lie between their median, 0, and the mean of the best two, 1."""
    middle = float(np.median(scores))
    height = float(np.sort(scores)[-2:].mean()) - middle
    return (scores - middle) / height if height > 1e-9 else np.zeros(len(scores))


def feedback(scores: Scores, vectors: NDArray[np.float32]) -> Scores:
    """Return (papers,) the mean cosine to the other ones of the first papers (pseudo-relevance feedback).

    The first count by their scores. Vectors are taken from their mean, or all papers of a day would be alike.
    """
    centred = vectors - vectors.mean(axis=0)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    first = np.argsort(-scores, kind="stable")[:FEEDBACK]
    weights = np.tile(np.exp((scores[first] - scores.max()) / 2), (len(scores), 1))
    weights[first, np.arange(len(first))] = 0.0
    means: Scores = (centred @ centred[first].T * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
    return means


def best_cut(probabilities: Sequence[float] | Scores) -> NDArray[np.bool_]:
    """Return which to choose for the greatest expected F1 (Lewis 1995): the likeliest k, one at least.

    With k chosen that is about twice the sum of their probabilities over k plus the sum of all.
    """
    given = np.asarray(probabilities, dtype=np.float64)
    order = np.argsort(-given, kind="stable")
    expected = 2 * np.cumsum(given[order]) / (np.arange(1, len(given) + 1) + given.sum())
    chosen = np.zeros(len(given), dtype=bool)
    chosen[order[: int(expected.argmax()) + 1]] = True
    return chosen
