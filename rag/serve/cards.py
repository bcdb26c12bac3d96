"""Papers as cards, with the words that support an answer marked (pure)."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from rag.models import CARD_FIELDS, TEXT_FIELDS, Citation, Paper, Passage, Support
from rag.query.audit import audit
from rag.serve.conversation import Exchange
from rag.serve.markup import abs_url, anchor, highlighted, lang, pdf_url, plain, prose, sanitised
from rag.serve.wording import Wording
from rag.text import shortened

AUTHORS_SHOWN = 8
QUOTES_SHOWN = 4
CARDS_SHOWN = 24
"""Cited papers with a card of their own; a list can cite many more."""
QUOTE_LENGTH = 420
"""Characters of a passage that stands for a paper which is not cited."""
DETAILS_SHOWN = 5
"""Details of a summary that are named where its abstract does not have them."""
DETAIL_LENGTH = 40
"""Characters of such a detail."""
SAMPLE_DIGEST = "sample_digest.md"
"""The file that the sample's papers are read from; others may be added beside it."""
WEAKEST_FIRST: tuple[Support, ...] = ("unsupported", "partial", "supported")


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How the page of one reader is written."""

    words: Wording
    """The interface's language."""
    sample: bool = False
    """Whether the store is the sample, whose texts are retold."""
    remote: bool = False
    """Whether the language model is on another machine."""
    model: str = ""
    """The language model's name."""

    def retold(self, paper: Paper) -> bool:
        """Return whether a paper's texts are the sample's, not the authors'."""
        return self.sample and paper.source in {"", SAMPLE_DIGEST}


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One paper as it is shown for one answer."""

    paper: Paper
    """The paper."""
    citations: tuple[Citation, ...] = ()
    """What the answer quotes from it."""
    passage: Passage | None = None
    """Its nearest passage, shown where nothing is quoted."""
    open: bool = False
    """Whether its abstract is shown at once."""


def sources(exchange: Exchange, manner: Manner) -> str:
    """Return the panel beside the conversation: cited papers first, then what else was found.

    Cards stand apart by blank lines, so that the browser redraws those alone that change.
    """
    words = manner.words
    if exchange.retrieval is None:
        return "" if exchange.running else hint(words.no_papers)
    cited, others = cards(exchange)
    pieces: list[str] = []
    if cited:
        pieces += (heading(words.cited, len(cited)), *(card_html(card, manner) for card in cited[:CARDS_SHOWN]))
    if len(cited) > CARDS_SHOWN:
        pieces.append(hint(words.not_shown.format(count=len(cited) - CARDS_SHOWN)))
    if others and cited and not exchange.running:
        inside = "".join(card_html(card, manner) for card in others)
        title = f'{plain(words.also_found)} <span class="count">{len(others)}</span>'
        pieces.append(f'<details class="others"><summary class="group">{title}</summary>{inside}</details>')
    elif others:
        title = words.also_found if cited else words.found
        pieces += (heading(title, len(others)), *(card_html(card, manner) for card in others))
    return "\n\n".join(sanitised(piece) for piece in pieces or [hint(words.no_papers)])


def one_paper(paper: Paper, manner: Manner) -> str:
    """Return what the panel shows of a paper that was picked from a list."""
    return sanitised(card_html(Card(paper=paper, open=True), manner))


def hint(text: str) -> str:
    """Return a sentence in the panel."""
    return f'<p class="hint">{plain(text)}</p>'


def problem(text: str) -> str:
    """Return why there is nothing to show."""
    return sanitised(f'<p class="problem">{plain(text)}</p>')


def cards(exchange: Exchange) -> tuple[list[Card], list[Card]]:
    """Return the cards of cited papers, in order of mention, and those of the others that were found."""
    papers = {paper.arxiv_id: paper for paper in exchange.papers}
    quoted = [citation for sentence in exchange.sentences for citation in sentence.citations]
    nearest: dict[str, Passage] = {}
    for passage in exchange.retrieval.passages if exchange.retrieval else ():
        if passage.field in TEXT_FIELDS:
            nearest.setdefault(passage.arxiv_id, passage)
    cited = [
        Card(paper=papers[identifier], citations=tuple(one for one in quoted if one.arxiv_id == identifier))
        for identifier in exchange.cited
        if identifier in papers
    ]
    if cited:
        cited[0] = dataclasses.replace(cited[0], open=True)
    found = [
        Card(paper=paper, passage=nearest.get(paper.arxiv_id))
        for paper in exchange.papers
        if paper.arxiv_id not in exchange.cited
    ]
    return cited, found


def heading(title: str, count: int) -> str:
    """Return the heading of a group of cards."""
    return f'<h2 class="group">{plain(title)} <span class="count">{count}</span></h2>'


def card_html(card: Card, manner: Manner) -> str:
    """Return a paper with what was quoted from it, its abstract and its summary card."""
    paper = card.paper
    return (
        f'<article class="card{" cited" if card.citations else ""}" id="{anchor(paper.arxiv_id)}">'
        f'<h3 class="title" lang="en">{prose(paper.title)}</h3>'
        f"{facts(card, manner.words)}{authors(paper, manner.words)}{quotes(card, manner.words)}{texts(card, manner)}"
        "</article>"
    )


def facts(card: Card, words: Wording) -> str:
    """Return the line with links, categories, day and support."""
    paper = card.paper
    day = paper.date.isoformat() if paper.date else ""
    categories = paper.categories or ((paper.category,) if paper.category else ())
    pieces = [
        f'<a class="link" href="{abs_url(paper.arxiv_id)}">arXiv:{plain(paper.arxiv_id)}</a>',
        f'<a class="link" href="{pdf_url(paper.arxiv_id)}" title="PDF: {plain(paper.title)}">PDF</a>',
        *(f'<span class="category">{plain(category)}</span>' for category in categories[:4]),
        f'<time datetime="{day}">{day}</time>' if day else "",
        badge(weakest(card.citations), words) if card.citations else "",
    ]
    return f'<div class="facts">{" ".join(piece for piece in pieces if piece)}</div>'


def weakest(citations: Sequence[Citation]) -> Support:
    """Return the least support among citations."""
    return min((citation.support for citation in citations), key=WEAKEST_FIRST.index)


def badge(support: Support, words: Wording) -> str:
    """Return how far a quote bears its sentence out."""
    return f'<span class="badge {support}">{plain(words.support[support])}</span>'


def authors(paper: Paper, words: Wording) -> str:
    """Return the authors, the first few where they are many."""
    if not paper.authors:
        return ""
    shown = ", ".join(paper.authors[:AUTHORS_SHOWN])
    more = len(paper.authors) - AUTHORS_SHOWN
    rest = f' <span class="more">{plain(words.more_authors.format(count=more))}</span>' if more > 0 else ""
    return f'<p class="authors" title="{plain(", ".join(paper.authors))}">{plain(shown)}{rest}</p>'


def quotes(card: Card, words: Wording) -> str:
    """Return the sentences that support the answer, or the passage that matched the question."""
    if card.citations:
        distinct = list({(one.field, one.quote): one for one in reversed(card.citations)}.values())[::-1]
        return "".join(quote(one.quote, words.fields.get(one.field, one.field)) for one in distinct[:QUOTES_SHOWN])
    if card.passage:
        return quote(shortened(card.passage.text, QUOTE_LENGTH), "", "match")
    return ""


def quote(text: str, origin: str, kind: str = "support") -> str:
    """Return a quotation with the field that it comes from."""
    source = f" <cite>{plain(origin)}</cite>" if origin else ""
    return f'<blockquote class="{kind}"><span class="words"{lang(text)}>{prose(text)}</span>{source}</blockquote>'


def texts(card: Card, manner: Manner) -> str:
    """Return the abstract and, beside it, the card that a model wrote, folded away unless the card is open."""
    paper, words = card.paper, manner.words
    quoted = [one.quote for one in card.citations] or ([card.passage.text] if card.passage else [])
    title = words.abstract_sample if manner.retold(paper) else words.fields["abstract"]
    abstract = f'<p lang="en">{highlighted(paper.abstract, quoted)}</p>' if paper.abstract else hint(words.no_abstract)
    summary = summary_card(paper, quoted, words)
    label = f"{title} · {words.card}" if summary else title
    return (
        f'<details{" open" if card.open else ""}><summary>{plain(label)}</summary><div class="texts">'
        f'<section class="abstract">{abstract}</section>{summary}</div></details>'
    )


def summary_card(paper: Paper, quoted: Sequence[str], words: Wording) -> str:
    """Return the summary that a model wrote; nothing where the digest has none."""
    told = [(words.fields[name], getattr(paper, name)) for name in CARD_FIELDS if getattr(paper, name)]
    if not told:
        return ""
    rows = "".join(f"<dt>{plain(name)}</dt><dd{lang(text)}>{highlighted(text, quoted)}</dd>" for name, text in told)
    note = f'<p class="caution">{plain(words.card_note)}</p>{audit_mark(paper, words)}'
    return f'<section class="summary">{note}<dl>{rows}</dl></section>'


def audit_mark(paper: Paper, words: Wording) -> str:
    """Return what of the summary the abstract does not bear out, and what is missing; nothing where all is well."""
    found = audit(paper).doubtful
    told = ", ".join(shortened(text, DETAIL_LENGTH) for text in found[:DETAILS_SHOWN])
    told += ", …" if len(found) > DETAILS_SHOWN else ""
    lines = [words.unborne[len(found) > 1].format(count=len(found), told=told)] if found else []
    absent = [words.fields[name] for name in CARD_FIELDS if name in paper.missing]
    lines += [words.lacking.format(told=", ".join(absent))] if absent else []
    return "".join(f'<p class="caution audit">{plain(line)}</p>' for line in lines)


def days(dates: Sequence[datetime.date | str], words: Wording) -> str:
    """Return which days digests cover, from their dates in order."""
    if not dates:
        return words.undated
    form = words.days[0] if len(dates) == 1 else words.days[1]
    return form.format(first=dates[0], last=dates[-1], count=len(dates))
