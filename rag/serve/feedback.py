"""`arxiv-rag feedback`: what readers thought of answers, as a list or as evaluation cases."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.serve.console import plural, say
from rag.serve.options import with_settings

if TYPE_CHECKING:
    from rag.config import Settings
    from rag.serve.diary import Feedback
    from rag.serve.transcripts import Transcript

UNKNOWN_CORPUS = "store"
"""Stands for the digest where no source of a paper is known."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write each as an evaluation case, a line of JSON.")
@with_settings
def feedback(settings: Settings, as_json: bool) -> None:
    """List what readers of the chat thought of its answers.

    With --json each becomes an evaluation case: after a thumb up the papers that the answer cites are gold, after a
    thumb down what a right answer holds is left for you to fill in.
    """
    from rag.config import data_folder
    from rag.serve.diary import FILE, Diary, store_name
    from rag.serve.transcripts import TRANSCRIPT
    from rag.serve.wire import line

    given = Diary(data_folder() / FILE, store_name(settings.store)).feedback()
    for one in given:
        told = [TRANSCRIPT.validate_json(data) for data in one.transcripts]
        if as_json:
            click.echo(line(case_of(one, told)))
        else:
            say(listed(one, told[-1]))
    if not as_json:
        say(f"{plural(len(given), 'answer')} rated.", error=True)


def listed(one: Feedback, told: Transcript) -> str:
    """Return feedback for people: thumb, day, question, answer, comment."""
    thumb = "up  " if one.liked else "down"
    lines = [f"{thumb}  {one.given:%Y-%m-%d %H:%M}  {told.exchange.question}"]
    answer = told.exchange.problem or (told.exchange.answer.text if told.exchange.answer else "(stopped)")
    lines.append(f"      {answer}")
    if one.comment:
        lines.append(f"      Comment: {one.comment}")
    return "\n".join(lines)


def case_of(one: Feedback, told: Sequence[Transcript]) -> dict[str, Any]:
    """Return feedback as an evaluation case: a question, or the dialogue up to the rated answer."""
    from rag.text import detect_language

    name = hashlib.sha256(f"{one.thread} {one.number}".encode()).hexdigest()[:10]
    turns = [ask_of(each) for each in told if each.exchange.answer]
    if not one.liked and turns:
        turns[-1] |= {"gold": [], "behaviour": "answer", "reason": None}
    sources = [source for each in told for source in each.sources]
    thumb = "up" if one.liked else "down"
    case: dict[str, Any] = {
        "id": f"feedback-{name}",
        "kind": "dialogue" if len(turns) > 1 else kind_of(told[-1], turns),
        "language": detect_language(told[0].exchange.question),
        "split": "dev",
        "corpus": Path(sources[0]).stem if sources else UNKNOWN_CORPUS,
        "note": f"feedback, thumb {thumb}{': ' + ' '.join(one.comment.split()) if one.comment else ''}",
    }
    return case | ({"turns": turns} if len(turns) > 1 else turns[0] if turns else ask_of(told[-1]))


def ask_of(told: Transcript) -> dict[str, Any]:
    """Return one question and what its answer held."""
    exchange, answer = told.exchange, told.exchange.answer
    limits = exchange.filters
    filters: dict[str, Any] = {
        "category": list(limits.categories), "author": list(limits.authors), "paper": list(limits.papers),
        "since": limits.since and limits.since.isoformat(), "until": limits.until and limits.until.isoformat(),
    }  # fmt: skip
    reason = answer.reason if answer else None
    behaviour = "abstain" if answer and answer.abstained else "correct" if reason else "answer"
    return {
        "question": exchange.question,
        "gold": [] if reason in {"not_in_corpus", "off_topic"} else list(exchange.cited),
        "facts": [],
        "behaviour": behaviour,
        "reason": reason,
        "filters": {name: value for name, value in filters.items() if value},
    }


def kind_of(told: Transcript, turns: Sequence[dict[str, Any]]) -> str:
    """Return the kind of a case of one question."""
    if not turns:
        return "single"
    behaviours = {"abstain": "unanswerable", "correct": "false_premise"}
    plain = "multi" if len(told.exchange.cited) > 1 else "single"
    return behaviours.get(turns[-1]["behaviour"], plain)
