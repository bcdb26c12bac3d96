"""The papers of a day as safe HTML: by category, with their one-sentence summaries and a chart (pure)."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Literal

from rag.models import Paper
from rag.query.audit import audit
from rag.serve.cards import authors, heading, hint
from rag.serve.markup import abs_url, anchor, lang, pdf_url, plain, prose, sanitised
from rag.serve.wording import Wording
from rag.text import sentences, shortened

Order = Literal["category", "title", "newest"]
LATEST = "latest"
"""Stands for the latest day, whichever that is when the page loads."""
MOST_LISTED = 600
"""Papers of one list; further ones are counted."""
MOST_AUDITED = 200
"""Papers of a list whose summaries are compared with the abstracts, which takes milliseconds each the first time."""
SUMMARY_LENGTH = 320
"""Characters of a summary in the list."""
BARS = 10
"""Categories in the chart."""
STEPS = 20
"""Lengths that a bar can have: styles that come with the markup would need a laxer content policy."""


def listing(papers: Sequence[Paper], order: Order, words: Wording) -> str:
    """Return the list: chart and counts first, then the papers in order, each a block of its own."""
    if not papers:
        return sanitised(hint(words.empty_store))
    blocks = [head(papers, words)]
    audited = len(papers) <= MOST_AUDITED
    for title, group in grouped(papers[:MOST_LISTED], order):
        inside = "".join(entry(paper, words, audited=audited) for paper in group)
        blocks.append(f'<section class="shelf">{heading(plain(title), len(group)) if title else ""}{inside}</section>')
    if len(papers) > MOST_LISTED:
        blocks.append(hint(words.further.format(count=f"{len(papers) - MOST_LISTED:,}")))
    blocks.append(f'<p class="hint none">{plain(words.nothing_found)}</p>')
    return "\n\n".join(map(sanitised, blocks))


def grouped(papers: Sequence[Paper], order: Order) -> list[tuple[str, list[Paper]]]:
    """Return (heading, papers) pairs: by category the larger ones first, else all papers without a heading."""
    if order == "title":
        return [("", sorted(papers, key=lambda paper: paper.title.casefold()))]
    if order == "newest":
        return [("", sorted(papers, key=newness, reverse=True))]
    sizes = Counter(map(category_of, papers))
    ranked = sorted(papers, key=lambda paper: (-sizes[category_of(paper)], category_of(paper)))
    return [(name or "–", list(group)) for name, group in groupby(ranked, key=category_of)]


def newness(paper: Paper) -> tuple[datetime.date, str]:
    """Return the key by which later papers are greater: the day, then the id."""
    return paper.date or datetime.date.min, paper.arxiv_id


def category_of(paper: Paper) -> str:
    """Return the category that a paper is listed under."""
    return paper.category or (paper.categories[0] if paper.categories else paper.section)


def head(papers: Sequence[Paper], words: Wording) -> str:
    """Return the counts and the chart."""
    count = words.listed[0] if len(papers) == 1 else words.listed[1].format(count=f"{len(papers):,}")
    fresh = f'<button class="news" type="button"><span class="number">0</span> {plain(words.new_since)}</button>'
    return f'<div class="dayhead"><p class="counts">{plain(count)} {fresh}</p>{chart(papers, words)}</div>'


def chart(papers: Sequence[Paper], words: Wording) -> str:
    """Return a bar for each of the largest categories; a click on one narrows the list to it."""
    sizes = Counter(name for name in map(category_of, papers) if name)
    if len(sizes) < 2:
        return ""
    return f'<div class="bars">{"".join(bar(name, sizes, words) for name, _ in sizes.most_common(BARS))}</div>'


def bar(name: str, sizes: Mapping[str, int], words: Wording) -> str:
    """Return one bar, its length relative to the longest."""
    length = max(1, round(STEPS * sizes[name] / max(sizes.values())))
    label = words.narrow.format(name=name, count=sizes[name])
    return (
        f'<button class="bar" type="button" title="{plain(label)}"><span class="name">{plain(name)}</span>'
        f'<span class="fill w{length}"></span><span class="count">{sizes[name]}</span></button>'
    )


def entry(paper: Paper, words: Wording, *, audited: bool = True) -> str:
    """Return one paper of the list with what can be done about it."""
    categories = dict.fromkeys((category_of(paper), *paper.categories))
    doubtful = len(audit(paper).doubtful) if audited else 0
    marks = [words.abstract_missing] * (not paper.abstract) + [words.no_card] * (not paper.card_fields)
    marks += [words.unborne_mark[doubtful > 1].format(count=doubtful)] * bool(doubtful)
    facts = " ".join(
        (
            f'<a class="link" href="{abs_url(paper.arxiv_id)}">arXiv:{plain(paper.arxiv_id)}</a>',
            f'<a class="link" href="{pdf_url(paper.arxiv_id)}" title="PDF: {plain(paper.title)}">PDF</a>',
            *(f'<span class="category">{plain(name)}</span>' for name in list(categories)[:3] if name),
            *(f'<span class="badge partial">{plain(mark)}</span>' for mark in marks),
        )
    )
    name = plain(paper.title)
    return (
        f'<article class="entry" id="{anchor(paper.arxiv_id).replace("paper-", "entry-", 1)}">'
        f'<h3 class="title" lang="en">{prose(paper.title)}</h3><div class="facts">{facts}</div>'
        f"{authors(paper, words)}{summary(paper)}"
        f'<div class="acts"><button class="pick" type="button" title="{plain(words.choose)}: {name}">'
        f'<span class="off">{plain(words.choose)}</span><span class="on">{plain(words.chosen)}</span></button> '
        f'<button class="read" type="button" title="{plain(words.read)}: {name}">{plain(words.read)}</button></div>'
        "</article>"
    )


def summary(paper: Paper) -> str:
    """Return the card's one-sentence summary, or the abstract's first sentence where there is none."""
    told = paper.tldr or next(iter(sentences(paper.abstract)), "")
    return f'<p class="tldr"{lang(told)}>{prose(shortened(told, SUMMARY_LENGTH))}</p>' if told else ""
