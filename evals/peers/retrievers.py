"""Peers that only rank: words alone, and one vector a chunk alone."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llama_index.core import VectorStoreIndex

from evals.cases import Ask
from evals.rows import Observation, Retrieved
from evals.subject import DEPTH, no_answer
from rag.assistant import Assistant
from rag.models import Paper, Turn


@dataclass(frozen=True, kw_only=True)
class WordsOnly:
    """BM25 of the product's own lexical index and nothing else."""

    assistant: Assistant
    """Opened over the corpus; its models are not used."""

    engine: str = "bm25 only"

    def papers(self) -> Mapping[str, Paper]:
        """Return all papers by arXiv id."""
        return {paper.arxiv_id: paper for paper in self.assistant.papers()}

    def search(self, ask: Ask) -> Retrieved:
        """Rank by BM25; filters hold."""
        started = time.perf_counter()
        corpus = self.assistant.corpus()
        allowed = corpus.select(ask.filters)
        hits = corpus.store.lexical(ask.question, len(corpus))
        kept = [hit for hit in hits if allowed is None or hit.id in allowed][:DEPTH]
        return Retrieved(
            papers=tuple(hit.id for hit in kept),
            scores=tuple(hit.score for hit in kept),
            seconds=time.perf_counter() - started,
        )

    def ask(self, ask: Ask, history: Sequence[Turn]) -> Observation:
        """Raise RunError: it does not answer."""
        raise no_answer(self.engine)


@dataclass(frozen=True, kw_only=True)
class DenseOnly:
    """Nearest chunks of the plain index and nothing else."""

    index: VectorStoreIndex
    """The entries, one multilingual embedder."""
    known: Mapping[str, Paper]
    """All papers by arXiv id."""

    engine: str = "dense only, e5, chunks of 512 tokens"

    def papers(self) -> Mapping[str, Paper]:
        """Return all papers by arXiv id."""
        return self.known

    def search(self, ask: Ask) -> Retrieved:
        """Rank by the nearest chunk; filters are not supported and are left aside."""
        started = time.perf_counter()
        nodes = self.index.as_retriever(similarity_top_k=2 * DEPTH).retrieve(ask.question)
        best: dict[str, float] = {}
        for node in nodes:
            best.setdefault(node.metadata["arxiv_id"], float(node.score or 0.0))
        return Retrieved(
            papers=tuple(best)[:DEPTH], scores=tuple(best.values())[:DEPTH], seconds=time.perf_counter() - started
        )

    def ask(self, ask: Ask, history: Sequence[Turn]) -> Observation:
        """Raise RunError: it does not answer."""
        raise no_answer(self.engine)
