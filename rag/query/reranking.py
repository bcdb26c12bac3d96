"""Late interaction: the first few papers in the order in which their words, in context, meet the question's words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.engines.embedders import TokenEmbedding
from rag.models import Paper

RERANKED = 4
"""Papers whose order is decided here; each costs one pass of the embedder when it is first met."""
BACKGROUND = 20
"""Papers, the best ones, among which a word's rarity is counted."""
WEIGHT = 25.0
"""Of the late interaction, between -1 and 1, against the fused z-scores; 20 to 40 do equally well on the development
split of evals/data/single_seed.jsonl."""
CLEAR = 1.5
"""A first paper that leads by so much in fused scores stays first: on that split it is always the right one."""

Scores = NDArray[np.float64]


def rerank(question: str, papers: Sequence[Paper], scores: Scores, embedder: TokenEmbedding) -> list[int]:
    """Return the order of the first `RERANKED` papers, as positions in `papers`, which come best first.

    Each word of the question counts with the nearest word of a paper (ColBERT's MaxSim, Khattab and Zaharia 2020,
    arXiv:2004.12832), weighted by its rarity among the papers.
    """
    few = papers[:RERANKED]
    if len(few) < 2 or scores[0] - scores[1] >= CLEAR:
        return list(range(len(few)))
    asked = embedder.token_vectors(question)
    rarity = rarities(asked.ids, [embedder.token_ids(full_text(paper)) for paper in papers[:BACKGROUND]])
    met = np.array([late_interaction(asked.vectors, rarity, embedder, paper) for paper in few])
    return [int(place) for place in np.argsort(-(scores[: len(few)] + WEIGHT * met), kind="stable")]


def late_interaction(asked: NDArray[np.float16], rarity: Scores, embedder: TokenEmbedding, paper: Paper) -> float:
    """Return the weighted mean, over a question's (tokens, dimensions) vectors, of the best cosine in a paper."""
    told = embedder.token_vectors(full_text(paper)).vectors
    return float(np.average(best_matches(asked, told), weights=rarity)) if len(asked) and len(told) else 0.0


def best_matches(asked: NDArray[np.float16], told: NDArray[np.float16]) -> NDArray[np.float32]:
    """Return, for each of (tokens, dimensions) vectors of a question, the cosine of the nearest one of a text."""
    matches: NDArray[np.float32] = (asked.astype(np.float32) @ told.astype(np.float32).T).max(axis=1)
    return matches


def rarities(asked: NDArray[np.int64], told: Sequence[NDArray[np.int64]]) -> Scores:
    """Return the inverse document frequency, among the texts `told`, of each token of a question."""
    texts = [set(ids.tolist()) for ids in told]
    return np.array([np.log(1 + len(texts) / (1 + sum(token in text for text in texts))) for token in asked.tolist()])


def full_text(paper: Paper) -> str:
    """Return what of a paper is compared: its title and abstract."""
    return f"{paper.title}. {paper.abstract}"
