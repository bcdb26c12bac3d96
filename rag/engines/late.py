"""Late interaction: a question's words, each in context, compared with a text's (ColBERT, arXiv:2004.12832).

The embedder's token vectors are projected into a small space in which a plain question comes near to the technical
words that answer it: one in which papers are told apart, and one for the sentences of a paper. Both were fitted to
questions about other papers (`evals/fitting.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

WEIGHTS = "late.npz"
SCALE = 127
"""Of a paper's vectors, which are kept as bytes."""

Floats = NDArray[np.float32]
Words = NDArray[np.int8]
"""(words, dimensions) a paper's words: unit vectors times `SCALE`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question's words."""

    vectors: Floats
    """(words, dimensions) unit vectors."""
    weights: Floats
    """(words,) how much each counts; their sum is 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Projection:
    """What was fitted."""

    matrix: Floats
    """(dimensions, embedder's dimensions) maps token vectors to the space of comparison."""
    salience: Floats
    """(embedder's dimensions,) its dot product with a token's vector is the logarithm of how much the token counts."""
    rarity: Floats
    """(vocabulary,) inverse document frequency of each token among the papers it was fitted to."""

    def asked(self, ids: NDArray[np.int64], vectors: NDArray[np.floating]) -> Asked:
        """Return a question's words from its (tokens,) ids and (tokens, embedder's dimensions) unit vectors."""
        given = vectors.astype(np.float32)
        weights = self.rarity[ids] * np.exp(given @ self.salience)
        return Asked(vectors=self.project(given), weights=weights / max(float(weights.sum()), 1e-9))

    def told(self, vectors: NDArray[np.floating]) -> Words:
        """Return a paper's words from its (tokens, embedder's dimensions) vectors."""
        words: Words = np.rint(self.project(vectors) * SCALE).astype(np.int8)
        return words

    def project(self, vectors: NDArray[np.floating]) -> Floats:
        """Return (n, dimensions) unit vectors."""
        projected = vectors.astype(np.float32) @ self.matrix.T
        unit: Floats = projected / np.maximum(np.linalg.norm(projected, axis=1, keepdims=True), 1e-9)
        return unit


@cache
def fitted() -> dict[str, Projection]:
    """Return the projections that come with the program: for `papers`, and for `sentences` of one paper."""
    with (files("rag.engines") / WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as held:
        read = {name: held[name].astype(np.float32) for name in held.files}
    return {
        kind: Projection(matrix=read[f"{kind}_matrix"], salience=read[f"{kind}_salience"], rarity=read["rarity"])
        for kind in ("papers", "sentences")
    }


@cache
def fitted_digest() -> str:
    """Return what tells these projections from others: words that another one made cannot be compared."""
    return sha256((files("rag.engines") / WEIGHTS).read_bytes()).hexdigest()[:8]


def late_interaction(asked: Asked, papers: Sequence[Words]) -> Floats:
    """Return (papers,) the weighted mean, over a question's words, of the best cosine in each paper; 0 where none."""
    scores = np.zeros(len(papers), dtype=np.float32)
    held = [place for place, words in enumerate(papers) if len(words)]
    if not held or not len(asked.vectors):
        return scores
    lengths = [len(papers[place]) for place in held]
    cosines = asked.vectors @ np.concatenate([papers[place] for place in held]).astype(np.float32).T / SCALE
    best = np.maximum.reduceat(cosines, np.cumsum([0, *lengths[:-1]]), axis=1)
    scores[held] = asked.weights @ best
    return scores
