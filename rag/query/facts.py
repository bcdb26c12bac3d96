"""Exact answers as values: what is said of the corpus, a line for each paper, and how they are released."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag.models import Filters, Paper, Reason, Sentence
from rag.query.corpus import Corpus
from rag.query.days import without_days
from rag.query.drafts import Draft
from rag.query.evidence import cite
from rag.query.phrasing import marked, stopped
from rag.query.understand import Query
from rag.query.wording import say

MOST_LISTED = 60
"""Papers that one answer names; a longer list is counted in full and named in part."""
MOST_NAMED = 3
"""Chosen papers that an answer's scope names by their ids; more are counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What an exact answer says of one paper."""

    paper: Paper
    """The paper."""
    text: str
    """The sentence."""
    field: str
    """The field of record that bears it out."""
    quote: str
    """That field as it is stored."""
    also: tuple[tuple[str, str], ...] = ()
    """Further fields that bear it out, each with what is stored."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """An exact answer: a sentence about the corpus, then a line for each paper."""

    lead: str = ""
    """About the corpus, so it needs no citation; empty where the lines speak for themselves."""
    papers: tuple[Paper, ...] = ()
    """The complete set that the answer is about."""
    lines: tuple[Line, ...] = ()
    """One for each paper that is named."""
    complete: bool = True
    """Whether `papers` is the whole set that was asked for, so that none is ranked beside it."""
    reason: Reason | None = None
    """Set when the answer is that it is not there."""


def scope(query: Query, corpus: Corpus, *, categories: bool = True, people: bool = True) -> str:
    """Return what an answer covers, as a phrase: filters and days; empty where there is nothing to say."""
    days = corpus.days()
    filters = query.filters
    span = " – ".join(str(day) for day in dict.fromkeys((filters.since, filters.until)) if day)
    if bool(filters.since) != bool(filters.until):
        span = f"{'≥' if filters.since else '≤'} {span}"
    span = span or " – ".join([*days[:1], *days[1:][-1:]])
    authors = (name for name in filters.authors if people or name not in query.people)
    if not span and without_days(query.text) != query.text:
        span = say(query.language, "undated")
    chosen = filters.papers
    if len(chosen) > MOST_NAMED:
        chosen = (say(query.language, "papers_chosen", count=len(chosen)),)
    named = (*(filters.categories if categories else ()), *authors, *chosen, span)
    inside = ", ".join(part for part in named if part)
    return say(query.language, "scope", inside=inside) if inside else ""


def searched(query: Query, corpus: Corpus) -> int:
    """Return how many papers a question looks at: those of the conversation, those that pass its filters, or all."""
    passed = corpus.select(Filters(papers=query.focus) if query.focus else query.filters)
    return len(corpus) if passed is None else len(passed)


def tell(fact: Fact, draft: Draft, *, goes_on: bool = False) -> Iterator[Sentence]:
    """Yield an exact answer: the lead, then a line for each paper with its own citation; stopped where more follows."""
    told = tuple(paper.arxiv_id for paper in fact.papers)
    draft.papers = told if fact.complete else tuple(dict.fromkeys((*told, *draft.papers)))
    draft.reason = fact.reason
    draft.layout = "list" if fact.lead and fact.lines else "prose"
    if fact.lead:
        yield draft.release(fact.lead)
    bullet = "- " if draft.layout == "list" else ""
    for line in fact.lines[:MOST_LISTED]:
        borne_out = ((line.field, line.quote), *line.also)
        citations = [cite(line.paper, draft.position, quote, field=field) for field, quote in borne_out]
        text = stopped(line.text, draft.language) if goes_on else line.text
        yield draft.release(bullet + marked(text, [line.paper.arxiv_id]), citations)
    if rest := len(fact.lines[MOST_LISTED:]):
        yield draft.release(say(draft.language, "more_listed", count=rest))
