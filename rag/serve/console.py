"""What people read in a terminal: lines of plain text, without anything that a terminal would obey."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from rag.models import CARD_FIELDS, Answer, Citation, Paper, Passage, Retrieval, Sentence
from rag.text import clean, detect_language, shortened

if TYPE_CHECKING:
    from rag.assistant import Event
    from rag.ingest.indexing import IndexReport
    from rag.serve.doctor import Check
    from rag.serve.reading import Reading

MOST_WARNINGS = 50
"""Warnings shown of one indexing; JSON has them all."""
BLOCK_MARKS = ("- ", "* ", "|", "#")
"""How a sentence begins that stands on a line of its own."""
MARKS = {"ok": "ok   ", "note": "note ", "fault": "FAULT"}
"""How a check's state is shown."""


def say(text: str = "", *, error: bool = False) -> None:
    """Write lines to stdout or stderr, freed of escape sequences, control characters and bidirectional marks."""
    click.echo("\n".join(indented(line) for line in text.split("\n")), err=error)


def say_all(lines: Iterable[str]) -> None:
    """Write several lines to stdout."""
    for text in lines:
        say(text)


def indented(line: str) -> str:
    """Return a line cleaned, its indentation kept."""
    return line[: len(line) - len(line.lstrip(" "))] + clean(line)


def quiet() -> bool:
    """Return whether nobody watches stderr: no progress is shown then."""
    return not sys.stderr.isatty()


@contextmanager
def bar(total: int | None, unit: str) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on stderr where somebody watches, without an end where that is not known.

    Call what comes with how many more are done.
    """
    if quiet():
        yield lambda done: None
        return
    from tqdm import tqdm

    with tqdm(total=total, unit=f" {unit}", file=sys.stderr, dynamic_ncols=True) as shown:
        yield lambda done: shown.update(done) and None


def one_line(text: str) -> str:
    """Return text on one line."""
    return " ".join(clean(text).split())


def plural(count: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def index_text(reading: Reading, report: IndexReport) -> Iterator[str]:
    """Yield what indexing did."""
    counts = f"{len(report.added)} added, {len(report.updated)} updated, {len(report.unchanged)} unchanged"
    yield (
        f"{plural(report.papers, 'paper')} read from {plural(reading.files, 'file')}: "
        f"{counts}, {reading.skipped} skipped, in {reading.seconds + report.seconds:.1f} s."
    )
    for name in reading.undated:
        yield f"{one_line(name)}: the day of this digest is unknown; tell it with --date, or in the file's name."


def warnings_text(reading: Reading) -> Iterator[str]:
    """Yield a line for each of the first warnings."""
    for warning in reading.warnings[:MOST_WARNINGS]:
        place = f"{warning.file}:{warning.line}" if warning.line else warning.file
        paper = f" [{warning.arxiv_id}]" if warning.arxiv_id else ""
        yield one_line(f"{place}:{paper} {warning.message}")
    if len(reading.warnings) > MOST_WARNINGS:
        yield f"... and {len(reading.warnings) - MOST_WARNINGS} more warnings; --json tells them all."


def streamed(events: Iterable[Event]) -> Answer:
    """Print the sentences of an answer as they come, and return it whole."""
    answer: Answer | None = None
    before: Sentence | None = None
    try:
        for event in events:
            if isinstance(event, Answer):
                answer = event
            elif isinstance(event, Sentence):
                click.echo(apart(before, event) + clean(event.text), nl=False)
                before = event
            elif not quiet():
                say(retrieval_text(event), error=True)
    finally:
        if before:
            click.echo()
    if answer is None:
        raise TypeError("the stream of an answer did not end with it")
    return answer


def apart(before: Sentence | None, sentence: Sentence) -> str:
    """Return what parts a sentence from the one before: a line for list items and table rows, a space in English."""
    if before is None:
        return ""
    if sentence.text.startswith(BLOCK_MARKS) or before.text.startswith(BLOCK_MARKS):
        return "\n"
    return "" if detect_language(before.text) == "zh" else " "


def sources_text(answer: Answer) -> Iterator[str]:
    """Yield the sources of an answer: each paper once, with the quotes that bear it out."""
    papers: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        papers.setdefault(citation.arxiv_id, []).append(citation)
    if papers:
        yield ""
        yield "Sources"
    for arxiv_id, citations in papers.items():
        yield f"[{arxiv_id}] {one_line(citations[0].title)}"
        for field, quote, support in dict.fromkeys((each.field, each.quote, each.support) for each in citations):
            yield f'    {field}: "{one_line(quote)}" ({support})'
        yield f"    {citations[0].url}"


def retrieval_text(retrieval: Retrieval) -> str:
    """Return what is being read, while the answer is not there yet."""
    nearest = ", ".join(paper.arxiv_id for paper in retrieval.papers[:3])
    return f"Searched {plural(retrieval.searched, 'paper')}; nearest: {nearest or 'none'}."


def search_text(retrieval: Retrieval) -> Iterator[str]:
    """Yield the ranked papers, each with its passages."""
    if not retrieval.papers:
        yield f"None of the {plural(retrieval.searched, 'paper')} searched matches."
    passages: dict[str, list[Passage]] = {}
    for passage in retrieval.passages:
        passages.setdefault(passage.arxiv_id, []).append(passage)
    for rank, paper in enumerate(retrieval.papers, start=1):
        yield f"{rank:>2}. [{paper.arxiv_id}] {one_line(paper.title)}"
        for passage in passages.get(paper.arxiv_id, ()):
            yield f"      {passage.field}: {shortened(one_line(passage.text), 300)}"


def papers_text(papers: Iterable[Paper]) -> Iterator[str]:
    """Yield one line a paper: id, last day, main category, title."""
    for paper in papers:
        day = paper.seen[-1].isoformat() if paper.seen else "-"
        yield f"{paper.arxiv_id:<18} {day:<10}  {paper.category or '-':<18} {one_line(paper.title)}"


def paper_text(paper: Paper) -> Iterator[str]:
    """Yield everything that the store holds of one paper."""
    yield f"[{paper.arxiv_id}] {one_line(paper.title)}"
    yield paper.url
    yield f"Authors: {one_line(', '.join(paper.authors)) or 'unknown'}"
    yield f"Categories: {one_line(', '.join(paper.categories)) or 'unknown'}"
    yield f"Digests: {', '.join(day.isoformat() for day in paper.seen) or 'of an unknown day'}"
    if paper.comment:
        yield f"Comment: {one_line(paper.comment)}"
    if paper.links:
        yield f"Links: {' '.join(paper.links)}"
    if paper.missing:
        yield f"Missing in the digest: {', '.join(paper.missing)}"
    if paper.abstract:
        yield f"\nAbstract\n{one_line(paper.abstract)}"
    if paper.card_fields:
        yield "\nSummary card (a model's words, not the authors')"
    for name in CARD_FIELDS:
        if text := getattr(paper, name):
            yield f"{name}: {one_line(text)}"


def check_text(check: Check) -> str:
    """Return a check on one line, with what to do about a fault."""
    remedy = f"; {check.remedy}" if check.remedy else ""
    return f"{MARKS[check.state]} {one_line(f'{check.name}: {check.detail}{remedy}')}"


def engine_text(answer: Answer, *, llm_remote: bool, embedder_remote: bool) -> str:
    """Return which model answered, and what left this machine for it."""
    if answer.usage.llm_calls:
        sentence = f"Answered by {answer.model or 'an unnamed model'} in {answer.timings.total_s:.1f} s."
    else:
        sentence = f"Answered without a language model in {answer.timings.total_s:.1f} s."
    if llm_remote and answer.usage.llm_calls:
        return f"{sentence} The question and excerpts of papers left this machine for it."
    return f"{sentence} The question left this machine to be embedded." if embedder_remote else sentence
