"""Citations of peers that cite chunks: the quote is the whole chunk, and the product's verifier judges it."""

from __future__ import annotations

from rag.engines.loading import Embedder
from rag.models import Citation, Language, Paper
from rag.query.evidence import Evidence


def chunk_citation(
    paper: Paper, chunk: str, *, sentence: str, position: int, language: Language, embedder: Embedder
) -> Citation:
    """Return a sentence's citation of a chunk of a paper; `position` is the sentence's place in the answer, from 0."""
    check = Evidence(paper=paper, embedder=embedder).verify(sentence, language).check
    return Citation(
        arxiv_id=paper.arxiv_id,
        title=paper.title,
        url=paper.url,
        sentence=position,
        field="chunk",
        quote=chunk,
        support=check.support,
        score=check.score,
    )
