"""Lines of a batch file to questions: everything is checked before the first one is asked (pure)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from rag.serve.filters import InputError, Restriction, read_restriction
from rag.serve.wire import Scalar

MOST_CHARACTERS = 4000
"""A longer question is refused: no model here could read it beside the papers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One question with its own filters."""

    text: str
    """What is asked."""
    restriction: Restriction
    """What it is restricted to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One line of a batch file."""

    identifier: Scalar = None
    """Its `id`; None where it has none."""
    questions: tuple[Question, ...] = ()
    """The question, or the turns of a dialogue."""
    dialogue: bool = False
    """Whether the line holds turns."""
    error: str = ""
    """Why the line cannot be asked; empty where it can."""


def read_items(data: bytes) -> list[Item]:
    """Return an item for each line of JSON lines that is not blank."""
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return [read_item(line, number) for number, line in enumerate(lines, start=1) if line.strip()]


def read_item(line: bytes, number: int) -> Item:
    """Return one line's item; a line that cannot be read carries the error."""
    try:
        told = json.loads(line.decode("utf-8"), parse_constant=refuse_constant)
    except UnicodeDecodeError:
        return Item(error=f"Line {number} is not UTF-8; save the file as UTF-8.")
    except (ValueError, RecursionError):
        return Item(error=f"Line {number} is not JSON; write one object a line.")
    if not isinstance(told, dict):
        return Item(error=f'Line {number} is no JSON object; write it like {{"id": 1, "question": "..."}}.')
    identifier = told.get("id")
    if isinstance(identifier, (dict, list)):
        return Item(error=f"Line {number}: 'id' is neither a text nor a number; give it one.")
    try:
        questions = read_questions(told)
    except InputError as error:
        return Item(identifier=identifier, error=f"Line {number}: {error}")
    return Item(identifier=identifier, questions=questions, dialogue="turns" in told)


def read_questions(told: dict[str, Any]) -> tuple[Question, ...]:
    """Return the question or the turns of a line; raises InputError saying what is wrong."""
    shared = read_restriction(told)
    if ("turns" in told) == ("question" in told):
        raise InputError("It has to have either 'question' or 'turns'.")
    if "question" in told:
        return (Question(text=question_text(told["question"]), restriction=shared),)
    turns = told["turns"]
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, dict) for turn in turns):
        raise InputError('\'turns\' is no list of objects; write [{"question": "..."}, ...].')
    return tuple(
        Question(text=question_text(turn.get("question")), restriction=read_restriction(turn).or_else(shared))
        for turn in turns
    )


def question_text(value: object) -> str:
    """Return a question of a JSON line; raises InputError for what is no text, empty or too long."""
    if not isinstance(value, str):
        raise InputError("'question' is no text; write it in double quotes.")
    return read_question(value)


def read_question(text: str) -> str:
    """Return a question that UTF-8 can hold; raises InputError when it is empty or too long."""
    # what the shell hands over in another encoding, and JSON's half characters, would break every model
    question = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").strip()
    if not question:
        raise InputError("The question is empty; write it in quotes.")
    if len(question) > MOST_CHARACTERS:
        raise InputError(f"The question has {len(question):,} characters; ask with at most {MOST_CHARACTERS:,}.")
    return question


def refuse_constant(name: str) -> NoReturn:
    """Raise ValueError: NaN and infinities are no JSON."""
    raise ValueError(name)


def kept_answers(data: bytes, items: Sequence[Item]) -> tuple[int, int, str]:
    """Look at the answers that an interrupted run has left.

    Returns how many bytes of complete lines there are, how many lines, and why they do not belong to these questions
    (empty where they do).
    """
    length = data.rfind(b"\n") + 1
    lines = data[:length].split(b"\n")[:-1]
    if len(lines) > len(items):
        return length, len(lines), f"it has {len(lines)} answers, but there are {len(items)} questions"
    for number, (line, item) in enumerate(zip(lines, items, strict=False), start=1):
        try:
            told = json.loads(line)
        except ValueError:
            told = None
        if not isinstance(told, dict) or "id" not in told:
            return length, len(lines), f"its line {number} is no answer"
        if told["id"] != item.identifier or isinstance(told["id"], bool) != isinstance(item.identifier, bool):
            return length, len(lines), f"its line {number} has the id {told['id']!r}, the question {item.identifier!r}"
    return length, len(lines), ""
