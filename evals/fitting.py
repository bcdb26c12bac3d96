"""Fit the projections of late interaction: what answers a question has to come before its rivals.

A lesson is a question with the text that answers it and some that do not; the loss is the cross entropy of a softmax
over their scores. The slopes are written out: late interaction is a maximum over words, so that only the words that
met have any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from rag.engines.embedders import Tokens
from rag.engines.late import Floats, Projection

DIMENSIONS = 64
"""Of the space of comparison: 64 bytes a word."""
BATCH = 16
"""Questions a step."""
RATE = 5e-4
"""Adam's step (Kingma and Ba 2015, arXiv:1412.6980) for the projection, falling to nothing."""
RATE_SALIENCE = 2.5e-3
RATE_SHARPNESS = 0.15
"""The same for the others."""
SHARPNESS = 25.0
"""What scores are multiplied with before the softmax, at first."""
SAMPLE = 60_000
"""Tokens whose principal components the projection starts from."""
TOLD = 50
"""Steps after which a fit tells how far it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """A question with the text that answers it and its rivals."""

    asked: Tokens
    """The question."""
    told: Sequence[Tokens]
    """The right text first."""


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


Course = Callable[[np.random.Generator], Iterator[Lesson]]
"""Gives every lesson once, in any order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a fit is."""

    share: float
    """Of all steps."""
    loss: float
    """Mean of the lessons since it was last told."""
    projection: Projection
    """What is fitted so far."""


def slopes_of(lesson: Lesson, values: dict[str, Floats], rarity: Floats) -> tuple[float, dict[str, Floats]]:
    """Return a lesson's loss and the loss's derivatives by the parameters."""
    matrix, sharpness = values["matrix"], float(values["sharpness"])
    given = lesson.asked.vectors.astype(np.float32)
    raw = given @ matrix.T
    size = np.linalg.norm(raw, axis=1, keepdims=True)
    asked = raw / size
    weights = rarity[lesson.asked.ids] * np.exp(given @ values["salience"])
    weights /= weights.sum()

    tokens = np.concatenate([paper.vectors for paper in lesson.told]).astype(np.float32)
    projected = tokens @ matrix.T
    sizes = np.linalg.norm(projected, axis=1, keepdims=True)
    told = projected / sizes
    cosines = asked @ told.T
    ends = np.cumsum([len(paper.ids) for paper in lesson.told])
    starts = np.concatenate([[0], ends[:-1]])
    met = np.stack([start + cosines[:, start:end].argmax(axis=1) for start, end in zip(starts, ends, strict=True)])
    best = np.take_along_axis(cosines, met.T, axis=1)  # (words, texts)
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
    by_cosine = weights[:, None] * by_score  # (words, texts)
    nearest = told[met.T]  # (words, texts, dimensions)
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


def principal(texts: Sequence[Tokens], chance: np.random.Generator) -> Floats:
    """Return the (`DIMENSIONS`, embedder's dimensions) first principal components of the texts' tokens."""
    tokens = np.concatenate([text.vectors for text in texts])
    some = tokens[chance.choice(len(tokens), min(SAMPLE, len(tokens)), replace=False)].astype(np.float32)
    _, axes = np.linalg.eigh(some.T @ some)
    components: Floats = axes[:, ::-1][:, :DIMENSIONS].T.astype(np.float32)
    return components


def rarities(texts: Sequence[Tokens], vocabulary: int) -> Floats:
    """Return (vocabulary,) the inverse document frequency of each token among the texts."""
    counts = np.zeros(vocabulary)
    for text in texts:
        counts[np.unique(text.ids)] += 1
    rarity: Floats = np.log(1 + len(texts) / (1 + counts)).astype(np.float32)
    return rarity


def fit(course: Course, count: int, start: Projection, *, rounds: int, seed: int = 0) -> Iterator[Progress]:
    """Yield from time to time, and at the end, how far a fit is that goes through `count` lessons so many times."""
    chance = np.random.default_rng(seed)
    learnt = Parameters(
        values={
            "matrix": start.matrix,
            "salience": start.salience,
            "sharpness": np.asarray(SHARPNESS, dtype=np.float32),
        },
        rates={"matrix": RATE, "salience": RATE_SALIENCE, "sharpness": RATE_SHARPNESS},
    )
    total = rounds * (count // BATCH)
    losses: list[float] = []
    for _ in range(rounds):
        lessons = course(chance)
        for _ in range(count // BATCH):
            told = [slopes_of(next(lessons), learnt.values, start.rarity) for _ in range(BATCH)]
            losses += [loss for loss, _ in told]
            slopes = {name: np.asarray(np.mean([slope[name] for _, slope in told], axis=0)) for name in learnt.values}
            learnt.step(slopes, 1 - learnt.steps / total)
            if learnt.steps % TOLD == 0 or learnt.steps == total:
                matrix, salience = learnt.values["matrix"], learnt.values["salience"]
                found = Projection(matrix=matrix, salience=salience, rarity=start.rarity)
                yield Progress(share=learnt.steps / total, loss=float(np.mean(losses)), projection=found)
                losses.clear()
