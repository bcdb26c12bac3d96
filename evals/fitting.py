"""Fit the projection of late interaction to questions about papers that no evaluation asks about.

    python -m evals fit PAPERS.jsonl.gz [--questions FILE] [--out FILE]

A question's paper has to come before the papers that the embedder takes for the nearest ones (a softmax over their
scores, cross entropy), which is all that the fit knows: no lexical index, no cards, none of the evaluation's cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rag.engines.late import Floats, Projection

DIMENSIONS = 64
"""Of the space of comparison: 64 bytes a word."""
POOL = 400
"""Papers among which a question's own is sought, drawn anew each time: about two days."""
RIVALS = 15
"""The nearest of them, which it is told apart from."""
BATCH = 16
"""Questions a step."""
RATE = 5e-4
"""Adam's step (Kingma and Ba 2015, arXiv:1412.6980) for the projection, falling to nothing."""
RATE_SALIENCE = 2.5e-3
RATE_SHARPNESS = 0.15
SHARPNESS = 25.0
"""What scores are multiplied with before the softmax, at first."""
SAMPLE = 60_000
"""Tokens whose principal components the projection starts from."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A text token by token."""

    ids: NDArray[np.int64]
    """(tokens,) numbers of the vocabulary."""
    vectors: NDArray[np.float16]
    """(tokens, embedder's dimensions) unit vectors in context."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """A question with its own paper and the rivals, the own one first."""

    asked: Text
    papers: Sequence[Text]


@dataclass(slots=True)
class Parameters:
    """What is fitted, and Adam's two moments of each."""

    values: dict[str, Floats]
    rates: dict[str, float]
    means: dict[str, Floats] = field(default_factory=dict)
    squares: dict[str, Floats] = field(default_factory=dict)
    steps: int = 0

    def step(self, slopes: dict[str, Floats], share: float) -> None:
        """Go down the slopes by `share` of the rates."""
        self.steps += 1
        for name, slope in slopes.items():
            mean = self.means[name] = 0.9 * self.means.get(name, np.zeros_like(slope)) + 0.1 * slope
            square = self.squares[name] = 0.999 * self.squares.get(name, np.zeros_like(slope)) + 0.001 * slope**2
            even = mean / (1 - 0.9**self.steps) / (np.sqrt(square / (1 - 0.999**self.steps)) + 1e-8)
            self.values[name] = (self.values[name] - share * self.rates[name] * even).astype(np.float32)


def document_frequencies(papers: Sequence[Text], vocabulary: int) -> Floats:
    """Return (vocabulary,) the inverse document frequency of each token among the papers."""
    counts = np.zeros(vocabulary)
    for paper in papers:
        counts[np.unique(paper.ids)] += 1
    rarity: Floats = np.log(1 + len(papers) / (1 + counts)).astype(np.float32)
    return rarity


def principal(papers: Sequence[Text], dimensions: int, chance: np.random.Generator) -> Floats:
    """Return the (dimensions, embedder's dimensions) first principal components of the papers' tokens."""
    tokens = np.concatenate([paper.vectors for paper in papers])
    some = tokens[chance.choice(len(tokens), min(SAMPLE, len(tokens)), replace=False)].astype(np.float32)
    _, axes = np.linalg.eigh(some.T @ some)
    components: Floats = axes[:, ::-1][:, :dimensions].T.astype(np.float32)
    return components


def lessons(
    questions: Sequence[Text],
    whole: tuple[Floats, Floats],
    papers: Sequence[Text],
    gold: Sequence[int],
    chance: np.random.Generator,
) -> Iterator[Lesson]:
    """Yield each question once, in any order, with rivals of a pool drawn for it.

    `whole` holds the (questions, n) and (papers, n) unit vectors of the whole texts, `gold` each question's paper.
    """
    asked, told = whole
    for place in chance.permutation(len(questions)):
        pool = chance.choice(len(papers), min(POOL, len(papers)), replace=False)
        pool = pool[pool != gold[place]]
        near = pool[np.argsort(-(told[pool] @ asked[place]), kind="stable")[:RIVALS]]
        yield Lesson(asked=questions[place], papers=[papers[index] for index in (gold[place], *near)])


def slopes_of(lesson: Lesson, values: dict[str, Floats], rarity: Floats) -> tuple[float, dict[str, Floats]]:
    """Return a lesson's loss and the loss's derivatives by the parameters."""
    matrix, sharpness = values["matrix"], float(values["sharpness"])
    given = lesson.asked.vectors.astype(np.float32)
    raw = given @ matrix.T
    size = np.linalg.norm(raw, axis=1, keepdims=True)
    asked = raw / size
    weights = rarity[lesson.asked.ids] * np.exp(given @ values["salience"])
    weights /= weights.sum()

    tokens = np.concatenate([paper.vectors for paper in lesson.papers]).astype(np.float32)
    projected = tokens @ matrix.T
    sizes = np.linalg.norm(projected, axis=1, keepdims=True)
    told = projected / sizes
    cosines = asked @ told.T
    ends = np.cumsum([len(paper.ids) for paper in lesson.papers])
    starts = np.concatenate([[0], ends[:-1]])
    met = np.stack([start + cosines[:, start:end].argmax(axis=1) for start, end in zip(starts, ends, strict=True)])
    best = np.take_along_axis(cosines, met.T, axis=1)  # (words, papers)
    scores = weights @ best

    logits = sharpness * scores
    likely = np.exp(logits - logits.max())
    likely /= likely.sum()
    loss = -float(np.log(likely[0] + 1e-12))
    wrong = likely.copy()
    wrong[0] -= 1

    by_score = sharpness * wrong
    by_weight = best @ by_score
    by_salience = given.T @ (weights * (by_weight - weights @ by_weight))
    by_cosine = weights[:, None] * by_score  # (words, papers)
    nearest = told[met.T]  # (words, papers, dimensions)
    to_asked = tangent((by_cosine[:, :, None] * nearest).sum(axis=1), asked) / size
    pull = by_cosine[:, :, None] * asked[:, None, :]
    flat = met.T.ravel()
    to_told = tangent(pull.reshape(len(flat), -1), nearest.reshape(len(flat), -1)) / sizes[flat]
    by_matrix = to_asked.T @ given + to_told.T @ tokens[flat]
    return loss, {
        "matrix": by_matrix,
        "salience": by_salience,
        "sharpness": np.asarray(wrong @ scores, dtype=np.float32),
    }


def tangent(slopes: Floats, unit: Floats) -> Floats:
    """Return (n, dimensions) slopes without their parts along the unit vectors, which do not change with length."""
    along: Floats = slopes - (slopes * unit).sum(axis=1, keepdims=True) * unit
    return along


def fit(
    questions: Sequence[Text],
    whole: tuple[Floats, Floats],
    papers: Sequence[Text],
    gold: Sequence[int],
    *,
    vocabulary: int,
    rounds: int = 2,
    dimensions: int = DIMENSIONS,
    seed: int = 0,
) -> Iterator[tuple[int, float, Projection]]:
    """Yield steps done, the mean loss of the last ones and the projection so far, from time to time and at the end."""
    chance = np.random.default_rng(seed)
    rarity = document_frequencies(papers, vocabulary)
    start = principal(papers, dimensions, chance)
    learnt = Parameters(
        values={
            "matrix": start,
            "salience": np.zeros(start.shape[1], dtype=np.float32),
            "sharpness": np.asarray(SHARPNESS, dtype=np.float32),
        },
        rates={"matrix": RATE, "salience": RATE_SALIENCE, "sharpness": RATE_SHARPNESS},
    )
    total = rounds * (len(questions) // BATCH)
    losses: list[float] = []
    for _ in range(rounds):
        course = lessons(questions, whole, papers, gold, chance)
        for _ in range(len(questions) // BATCH):
            told = [slopes_of(next(course), learnt.values, rarity) for _ in range(BATCH)]
            losses += [loss for loss, _ in told]
            slopes = {name: np.asarray(np.mean([slope[name] for _, slope in told], axis=0)) for name in learnt.values}
            learnt.step(slopes, 1 - learnt.steps / total)
            if learnt.steps % 50 == 0 or learnt.steps == total:
                found = Projection(matrix=learnt.values["matrix"], salience=learnt.values["salience"], rarity=rarity)
                yield learnt.steps, float(np.mean(losses)), found
                losses.clear()
