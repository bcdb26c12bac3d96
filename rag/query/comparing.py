"""Questions that set two or more papers side by side: each gets its own verified sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rag.engines.loading import Embedder, LanguageModel
from rag.models import Paper, Sentence
from rag.query.abstaining import presence
from rag.query.corpus import Corpus
from rag.query.cues import cue
from rag.query.drafts import Draft
from rag.query.evidence import Evidence
from rag.query.mentions import coined_words, generic, named_papers
from rag.query.plain import phrase
from rag.query.quoting import choose, told_by_source
from rag.query.retrieval import rank
from rag.query.understand import Query

MOST_COMPARED = 4
"""Papers that one answer sets side by side."""
MEANT = 1.0
"""Presence from which on a part of a question means a paper; `how was that done?` has less."""


def compared(query: Query, corpus: Corpus, embedder: Embedder) -> list[Paper]:
    """Return the papers that a question sets side by side; fewer than two when it does no such thing."""
    named = named_papers(query.text, corpus)
    wanted = cue("compares").search(query.text)
    if len(named) >= 2 and (wanted or len(query.ids) >= 2 or len(named) == 2):
        return named[:MOST_COMPARED]
    by_name = wanted and any(not generic(word) for word in coined_words(query.text))
    if query.ids or not (by_name or len(query.focus) >= 2 or cue("two_described").search(query.text)):
        return []
    if len(query.focus) >= 2 and wanted:
        return corpus.get(query.focus)[:MOST_COMPARED]
    parts = [part.strip() for part in cue("parts").split(query.text) if part and len(part.strip()) >= 5]
    found = {paper.arxiv_id: paper for paper in named}
    for part in parts:
        ranking = rank(part, corpus, embedder, query.filters)
        if presence(ranking) > MEANT:
            found.setdefault(ranking.papers[0].arxiv_id, ranking.papers[0])
    return list(found.values())[:2] if len(found) >= 2 else []


def compare(
    query: Query, papers: list[Paper], draft: Draft, embedder: Embedder, model: Callable[[], LanguageModel]
) -> Iterator[Sentence]:
    """Yield what each paper says to the question, one verified sentence a paper."""
    draft.papers = tuple(dict.fromkeys((*(paper.arxiv_id for paper in papers), *draft.papers)))
    for paper in papers:
        evidence = Evidence(paper, embedder)
        most = 1 if len(papers) > 2 else 2
        others = [other for other in papers if other is not paper]
        if not (yield from phrase(query.text, evidence, draft, model(), most=most, others=others)):
            chosen = choose(query.text, evidence, draft.language)
            yield from told_by_source(chosen, evidence, draft, beside=False)
