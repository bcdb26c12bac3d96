"""The digest as a whole: how many papers of which categories, what recurs in their titles, and a few of each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.models import Paper
from rag.query.aspects import bearing_out, contribution, statements
from rag.query.corpus import Corpus
from rag.query.cues import cue
from rag.query.facts import Fact, Line, scope
from rag.query.mentions import named_papers
from rag.query.topics import has_topic
from rag.query.understand import Query
from rag.query.wording import say
from rag.text import shortened
from vectorstore.lexical import ENGLISH_STOP

SHOWN = 12
"""Papers that an overview names, shared out among the categories."""
THEMES = 6
"""Phrases of titles that an overview tells."""
LONGEST_GIST = 220
"""Characters of what a list says of a paper."""


def overview(query: Query, corpus: Corpus) -> Fact | None:
    """Answer what the papers are about, in all, of a category or of a day."""
    if not cue("overview").search(query.text) or query.focus or query.people:
        return None
    if named_papers(query.text, corpus) or has_topic(query):
        return None
    papers = tuple(corpus.papers(query.filters))
    if not papers:
        return Fact(lead=say(query.language, "count_none", what="", scope=scope(query, corpus)), reason="not_in_corpus")
    counts = Counter(paper.category for paper in papers if paper.category)
    told = ", ".join(f"{category} ({count})" for category, count in counts.most_common())
    themes = ", ".join(f"{phrase} ({count})" for phrase, count in recurring([paper.title for paper in papers]))
    shown = some_of_each(papers, [category for category, _ in counts.most_common()] or [""])
    key = "overview" if themes else "overview_plain"
    lead = say(query.language, key, count=len(papers), told=told, themes=themes, scope=scope(query, corpus))
    return Fact(lead=lead, papers=papers, lines=tuple(line_of(query, paper, contribution(paper)) for paper in shown))


def some_of_each(papers: Sequence[Paper], categories: Sequence[str]) -> list[Paper]:
    """Return the first papers of each category, at most SHOWN in all."""
    share = max(1, SHOWN // len(categories))
    return [
        paper for category in categories for paper in [paper for paper in papers if paper.category == category][:share]
    ][:SHOWN]


def recurring(titles: Sequence[str]) -> list[tuple[str, int]]:
    """Return the phrases of two or three words that stand in most titles, in three at least, each with their number."""
    counts: Counter[tuple[str, ...]] = Counter()
    for title in titles:
        words = [
            word.removesuffix("s") if len(word) > 4 and not word.endswith("ss") else word
            for word in re.findall(r"[a-z0-9][\w\-]*", title.lower())
        ]
        grams = {tuple(words[i : i + size]) for size in (2, 3) for i in range(len(words) - size + 1)}
        counts.update(gram for gram in grams if not ENGLISH_STOP.intersection(gram))
    chosen: list[tuple[tuple[str, ...], int]] = []
    for gram, count in sorted(counts.items(), key=lambda item: (-item[1] * len(item[0]), item[0])):
        if count >= 3 and not any(set(gram) & set(known) for known, _ in chosen):
            chosen.append((gram, count))
    return [(" ".join(gram), count) for gram, count in chosen[:THEMES]]


def line_of(query: Query, paper: Paper, quote: str) -> Line:
    """Return a paper's title with a sentence of its abstract, in Chinese with the card's where one bears that out."""
    if quote == paper.title:
        return Line(paper=paper, text=say(query.language, "title_only", title=paper.title), field="title", quote=quote)
    bearing = bearing_out(paper.tldr, statements(paper)) if query.language == "zh" else ""
    gist = paper.tldr if bearing else shortened(quote, LONGEST_GIST)
    text = say(query.language, "list_item", title=paper.title, gist=gist)
    return Line(paper=paper, text=text, field="abstract", quote=bearing or quote)
