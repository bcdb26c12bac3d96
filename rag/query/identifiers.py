"""Exact answers about arXiv ids: that the store does not hold one, and which papers have ids of a month."""

from __future__ import annotations

import re
from collections import Counter

from rag.query.corpus import Corpus
from rag.query.cues import cue
from rag.query.days import MONTH, month_number
from rag.query.facts import Fact, scope, searched
from rag.query.titles import title_line
from rag.query.understand import Query
from rag.query.wording import say

MONTH_PREFIX = re.compile(r"(?<![\d.])(\d\d(?:0[1-9]|1[0-2]))(?!\d|\.\d{4})")
"""The month with which an id begins: 2509."""
YEAR = re.compile(r"(?<!\d)20(\d\d)(?!\d)")
NAMED_MONTH = re.compile(rf"\b({MONTH})\b|(?<!\d)(1[0-2]|[1-9])\s*月(?!\s*\d)", re.IGNORECASE)
EARLY, LATE = ("01", "02", "03", "04"), ("09", "10", "11", "12")


def unknown_ids(query: Query, corpus: Corpus) -> Fact | None:
    """Answer a question about ids of which the store holds none."""
    if not query.ids or corpus.get(query.ids):
        return None
    told = say(query.language, "not_in_store", id=", ".join(query.ids), total=len(corpus), scope=scope(query, corpus))
    return Fact(lead=told, complete=False, reason="not_in_corpus")


def by_id_month(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which papers have an id of a month or a year, of another one, or of another than nearly all."""
    if query.ids or not cue("id_begins").search(query.text):
        return None
    papers = [(paper, paper.arxiv_id[:4]) for paper in corpus.papers(query.filters)]
    usual = Counter(month for _, month in papers).most_common(1)
    wanted = months_in(query.text)
    outside = bool(cue("id_other").search(query.text)) and not wanted
    if outside:
        wanted = set(MONTH_PREFIX.findall(query.text)) or {month for month, _ in usual}
    if not wanted:
        return None
    chosen = tuple(paper for paper, month in papers if (month in wanted) != outside)
    slots: dict[str, str | int] = {"count": len(chosen), "total": searched(query, corpus)}
    lead = say(query.language, "number_papers" if chosen else "ids_none", scope=scope(query, corpus), **slots)
    lines = tuple(title_line(query, paper) for paper in chosen)
    return Fact(lead=lead, papers=chosen, lines=lines, reason=None if chosen else "not_in_corpus")


def months_in(text: str) -> set[str]:
    """Return the months, as ids begin with them, that a question wants: written so, by name, or a part of a year."""
    text = cue("id_not").sub(" ", text)
    if prefixes := MONTH_PREFIX.findall(YEAR.sub(" ", text)):
        return set(prefixes)
    years = YEAR.findall(text)
    named = [month_number(name) if name else int(digits) for name, digits in NAMED_MONTH.findall(text)]
    months = [f"{month:02}" for month in named] or [f"{month:02}" for month in range(1, 13)]
    if not named and cue("early").search(text):
        months = list(EARLY)
    elif not named and cue("late").search(text):
        months = list(LATE)
    return {year + month for year in years for month in months}
