"""Conversation and masthead as safe HTML (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, TypedDict

from rag.models import TEXT_FIELDS, Answer, Filters, Sentence
from rag.query.phrasing import harmless
from rag.serve.cards import QUOTE_LENGTH, Manner, badge, days, quote
from rag.serve.choosing import say
from rag.serve.conversation import Conversation, Exchange
from rag.serve.markup import chip, lang, plain, prose, sanitised, with_chips
from rag.serve.suggestions import suggestions
from rag.serve.wording import Wording
from rag.text import detect_language, shortened

ITEM = re.compile(r"(?:[-*•]|\d{1,3}[.)])\s+")
RULE = re.compile(r"[\s|:-]+")
"""The line under a table's head."""
Kind = Literal["prose", "item", "row"]


class Message(TypedDict):
    """A message as Gradio's chatbot takes it."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Holdings:
    """What the masthead tells of the store and its engines."""

    papers: int
    """How many papers there are."""
    days: tuple[str, ...]
    """ISO dates of the digests, in order."""
    embedder_remote: bool = False
    """Whether texts leave the machine to be embedded."""


def masthead(holdings: Holdings, manner: Manner) -> str:
    """Return the head of the page: what is here, who answers, where text goes, what is not known."""
    words = manner.words
    count = words.papers[0] if holdings.papers == 1 else words.papers[1].format(count=f"{holdings.papers:,}")
    told = [count, days(holdings.days, words)] if holdings.papers else [count]
    away = [words.remote.format(model=manner.model)] if manner.remote else [manner.model]
    if holdings.embedder_remote:
        away.append(words.remote_embedder)
    elif not manner.remote:
        away.append(words.local)
    facts = "".join(f'<li class="fact">{plain(fact)}</li>' for fact in (*told, *away, words.scope_note))
    sample = f'<p class="sample">{plain(words.sample_note)}</p>' if manner.sample else ""
    return sanitised(
        f'<div class="masthead"><h1>arxiv-rag</h1><p class="tagline">{plain(words.tagline)}</p>'
        f'<ul class="holdings">{facts}</ul>{sample}</div>'
    )


def welcome(words: Wording) -> str:
    """Return what an empty conversation shows."""
    return sanitised(f'<div class="welcome"><h2>{plain(words.welcome)}</h2><p>{plain(words.welcome_more)}</p></div>')


def messages(conversation: Conversation, manner: Manner, thread: str = "") -> list[Message]:
    """Return a question and an answer for every exchange; `thread` names a conversation that is kept."""
    told: list[Message] = []
    for number, exchange in enumerate(conversation):
        last = bool(thread) and number == len(conversation) - 1
        told.append({"role": "user", "content": asked(exchange.question)})
        content = reply(exchange, manner, exports(exchange, thread, number, manner.words), suggest=last)
        told.append({"role": "assistant", "content": content})
    return told


def asked(question: str) -> str:
    """Return a question as it was written, line by line."""
    lines = "<br>".join(plain(line) for line in question.strip().splitlines())
    return sanitised(f'<div class="asked"{lang(question)}>{lines}</div>')


def reply(exchange: Exchange, manner: Manner, exported: str = "", *, suggest: bool = False) -> str:
    """Return an answer, or how far it has come, or why there is none.

    `exported` are the links to its files; `suggest` adds questions that could follow.
    """
    words, answer = manner.words, exchange.answer
    abstained = answer is not None and answer.abstained
    pieces = [
        verdict(answer, words) if answer else "",
        body(exchange),
        status(exchange, words),
        nearest(exchange, words),
        quotations(exchange.sentences, words),
        foot(exchange, manner, exported),
        further_questions(exchange, words) if suggest else "",
    ]
    return sanitised(f'<div class="reply{" abstained" if abstained else ""}">{"".join(pieces)}</div>')


def verdict(answer: Answer, words: Wording) -> str:
    """Return why there is no plain answer; nothing where there is one."""
    return f'<p class="verdict">{plain(words.reason[answer.reason])}</p>' if answer.reason else ""


def body(exchange: Exchange) -> str:
    """Return the sentences released so far, with their citations as links."""
    if not exchange.sentences:
        return ""
    titles = {paper.arxiv_id: paper.title for paper in exchange.papers}
    titles |= {one.arxiv_id: one.title for sentence in exchange.sentences for one in sentence.citations}
    text = "".join(sentence.text for sentence in exchange.sentences)
    return f'<div class="answer"{lang(text)}>{told(exchange.sentences, titles)}</div>'


def told(sentences: Sequence[Sentence], tooltips: Mapping[str, str]) -> str:
    """Return sentences as paragraphs, lists and tables, by how each line begins."""
    pieces: list[str] = []
    lines = [line for sentence in sentences for line in sentence.text.splitlines() if line.strip()]
    for kind, group in groupby(lines, key=kind_of):
        if kind == "row":
            pieces.append(table(list(group), tooltips))
        elif kind == "item":
            items = "".join(f"<li>{item(ITEM.sub('', line, count=1), tooltips)}</li>" for line in group)
            pieces.append(f"<ul>{items}</ul>")
        else:
            joint = "" if detect_language("".join(lines)) == "zh" else " "
            pieces.append(f"<p>{joint.join(with_chips(line, tooltips) for line in group)}</p>")
    return "".join(pieces)


def item(text: str, titles: Mapping[str, str]) -> str:
    """Return what a list says of a paper, the title that it begins with set off."""
    heads = (form for title in titles.values() if (head := harmless(title)) for form in (head, f"《{head}》"))
    head = max((form for form in heads if text.startswith(form)), key=len, default="")
    set_off = f"<strong>{prose(head)}</strong>" if head else ""
    return set_off + with_chips(text[len(head) :], titles)


def kind_of(line: str) -> Kind:
    """Return how a line of an answer is shown."""
    if line.startswith("|"):
        return "row"
    return "item" if ITEM.match(line) else "prose"


def table(lines: Sequence[str], tooltips: Mapping[str, str]) -> str:
    """Return rows of a Markdown table as a table: the first is its head where a rule follows it.

    Where the head leaves its first cell empty, the first cells are those of the rows.
    """
    rows = [[with_chips(cell.strip(), tooltips) for cell in line.strip().strip("|").split("|")] for line in lines]
    headed = len(lines) > 1 and RULE.fullmatch(lines[1]) is not None
    labelled = headed and not rows[0][0]
    head = "".join(f'<th scope="col">{cell}</th>' if cell else "<td></td>" for cell in rows[0]) if headed else ""
    shown = [row for line, row in zip(lines, rows, strict=True) if not RULE.fullmatch(line)][1 if headed else 0 :]
    cells = "".join(f"<tr>{row_cells(row, labelled=labelled)}</tr>" for row in shown)
    top = f"<thead><tr>{head}</tr></thead>" if headed else ""
    return f'<div class="wide"><table>{top}<tbody>{cells}</tbody></table></div>'


def row_cells(row: Sequence[str], *, labelled: bool) -> str:
    """Return the cells of a row, the first as its head where rows have one."""
    first, *others = row
    label = f'<th scope="row">{first}</th>' if labelled else f"<td>{first}</td>"
    return label + "".join(f"<td>{cell}</td>" for cell in others)


def status(exchange: Exchange, words: Wording) -> str:
    """Return what is going on, or why it ended early; nothing for a complete answer."""
    if exchange.problem:
        return f'<p class="problem">{plain(exchange.problem)}</p>'
    if exchange.stopped:
        return f'<p class="stopped">{plain(words.stopped)}</p>'
    if not exchange.running:
        return ""
    doing = words.searching if exchange.retrieval is None else words.writing if exchange.sentences else words.reading
    if exchange.ahead:
        doing = words.queued[0] if exchange.ahead == 1 else words.queued[1].format(count=exchange.ahead)
    return f'<p class="status">{plain(doing)}</p>'


def nearest(exchange: Exchange, words: Wording) -> str:
    """Return the passage that is nearest to the question, until the answer begins."""
    if not exchange.running or exchange.sentences or exchange.retrieval is None:
        return ""
    found = next((one for one in exchange.retrieval.passages if one.field in TEXT_FIELDS), None)
    if found is None:
        return ""
    titles = {paper.arxiv_id: paper.title for paper in exchange.papers}
    return (
        f'<div class="nearest"><p class="label">{plain(words.nearest)} '
        f"{chip(found.arxiv_id, titles.get(found.arxiv_id, ''))}</p>"
        f"{quote(shortened(found.text, QUOTE_LENGTH), words.fields.get(found.field, ''), 'match')}</div>"
    )


def further_questions(exchange: Exchange, words: Wording) -> str:
    """Return buttons that ask what could follow."""
    asked = suggestions(exchange)
    if not asked:
        return ""
    buttons = " ".join(say(question, question) for question in asked)
    return f'<div class="next"><span class="label">{plain(words.next_questions)}</span> {buttons}</div>'


def exports(exchange: Exchange, thread: str, number: int, words: Wording) -> str:
    """Return links to the files of an answer: its text, the papers that it cites, what it says of each."""
    if not thread or exchange.answer is None:
        return ""
    names = {"md": words.export_markdown}
    if exchange.cited:
        names |= {"bib": words.export_bibtex, "csv": words.export_csv}
    links = (
        f'<a class="export" href="/c/{plain(thread)}.{suffix}?lang={words.language}&amp;n={number}">{plain(name)}</a>'
        for suffix, name in names.items()
    )
    return " ".join(links)


def quotations(sentences: Sequence[Sentence], words: Wording) -> str:
    """Return the quotes behind an answer, folded away, each with its paper and how far it supports."""
    cited = [citation for sentence in sentences for citation in sentence.citations]
    distinct = list({(one.arxiv_id, one.field, one.quote): one for one in cited}.values())
    if not distinct:
        return ""
    title = words.evidence[0] if len(distinct) == 1 else words.evidence[1].format(count=len(distinct))
    items = "".join(
        f'<div class="evidence">{chip(one.arxiv_id, one.title)} {badge(one.support, words)}'
        f"{quote(one.quote, words.fields.get(one.field, one.field))}</div>"
        for one in distinct
    )
    return f'<details class="quotations"><summary>{plain(title)}</summary>{items}</details>'


def foot(exchange: Exchange, manner: Manner, exported: str = "") -> str:
    """Return how the answer came about: what was searched, how fast, by which model, and whether text left."""
    words, answer, retrieval = manner.words, exchange.answer, exchange.retrieval
    if answer is None or retrieval is None:
        return ""
    notes = [limits(retrieval.filters)]
    if retrieval.searched:
        milliseconds = max(1, round(retrieval.seconds * 1000))
        notes.append(
            words.searched[retrieval.searched > 1].format(count=f"{retrieval.searched:,}", milliseconds=milliseconds)
        )
    seconds = f"{answer.timings.total_s:.1f}"
    modelled = answer.usage.llm_calls > 0
    by = words.answered if modelled else words.answered_from_records
    notes.append(by.format(seconds=seconds, model=answer.model))
    if manner.remote and modelled:
        notes.append(words.sent_away)
    told = " · ".join(plain(note) for note in notes if note)
    copy = f'<button class="copy" type="button">{plain(words.copy)}</button>'
    return f'<div class="foot"><span class="notes">{told}</span> <span class="take">{copy} {exported}</span></div>'


def limits(filters: Filters) -> str:
    """Return filters as a reader would write them; empty where nothing is restricted."""
    since, until = filters.since, filters.until
    span = f"{since or ''}–{until or ''}" if since != until else f"{since or ''}"
    return ", ".join((*filters.categories, *filters.authors, *filters.papers[:4], *([span] if span else [])))
