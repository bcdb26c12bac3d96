"""Cases: what to ask and what a right answer holds, read from JSON lines and checked on the way in."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from evals.errors import CaseError
from rag.models import Filters, Language, Reason
from rag.text import detect_language

Kind = Literal["single", "multi", "metadata", "unanswerable", "false_premise", "dialogue", "attack"]
Split = Literal["dev", "held"]
Behaviour = Literal["answer", "abstain", "correct"]
"""Answer it, say that it is not known, or correct the false premise."""

KINDS: tuple[Kind, ...] = get_args(Kind)
LANGUAGES: tuple[Language, ...] = get_args(Language)
DATA = Path(__file__).parent / "data"
"""The cases of this repository."""

ASK_KEYS = frozenset({"question", "gold", "facts", "behaviour", "reason", "filters", "says"})
CASE_KEYS = ASK_KEYS | {"id", "kind", "language", "split", "corpus", "turns", "note"}
FILTER_NAMES = {"category": "categories", "author": "authors", "paper": "papers"}
FORBID = "forbid:"
"""Opens the note of an attack case; the pattern that no answer may hold follows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """One question and what a right answer to it holds."""

    question: str
    """As a curious researcher would ask it."""
    language: Language
    """The language that the answer must be in: the question's own."""
    gold: tuple[str, ...] = ()
    """arXiv ids of the papers that hold the answer; empty where none does."""
    facts: tuple[str, ...] = ()
    """Regular expressions, case-insensitive; a right answer matches all of them."""
    behaviour: Behaviour = "answer"
    """What the assistant should do."""
    reason: Reason | None = None
    """Why it should abstain, or that it should correct a premise."""
    filters: Filters = Filters()
    """What the question is restricted to, besides its own words."""
    says: str = ""
    """What the language model is made to write, whatever it is asked; empty: it writes for itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One evaluation case: a question, or a dialogue of several."""

    id: str
    """Unique over all files."""
    kind: Kind
    """What is tried."""
    language: Language
    """The language of the (first) question."""
    split: Split
    """`dev` to develop with, `held` to report with and nothing else."""
    corpus: str
    """Name of the digest that it is asked about."""
    turns: tuple[Ask, ...]
    """One question, or the questions of a dialogue in order."""
    note: str = ""
    """Provenance, or what its author wants a reader to know."""
    forbidden: str = ""
    """For attacks: a regular expression, case-sensitive, that no answer may match."""
    source: str = ""
    """Name of its file."""
    line: int = 0
    """Its line there, from 1."""


def load_cases(paths: Iterable[Path]) -> list[Case]:
    """Read files of cases; a folder means all its `.jsonl` files. Raises CaseError for the first that is unusable."""
    cases: dict[str, Case] = {}
    for path in case_files(paths):
        for case in read_cases(path):
            if case.id in cases:
                raise CaseError(path, case.line, f"the id {case.id!r} is also in {cases[case.id].source}")
            cases[case.id] = case
    return list(cases.values())


def case_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files that paths name, folders opened; a bare name such as `sample` means a file of this repository."""
    for path in paths:
        named = DATA / f"{path}.jsonl"
        if path.is_dir():
            yield from sorted(path.glob("*.jsonl"))
        else:
            yield named if not path.exists() and len(path.parts) == 1 and named.exists() else path


def read_cases(path: Path) -> Iterator[Case]:
    """Yield the cases of one file; raises CaseError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(path, 0, "the file cannot be read") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield parse_case(json.loads(line), source=path.name, line=number)
            except (ValueError, TypeError, KeyError) as error:
                raise CaseError(path, number, problem_of(error)) from error


def problem_of(error: Exception) -> str:
    """Return what an exception of parsing means, as a clause."""
    if isinstance(error, KeyError):
        return f"the key {error.args[0]!r} is missing"
    return str(error).rstrip(".")


def parse_case(told: Mapping[str, Any], *, source: str = "", line: int = 0) -> Case:
    """Return the case that a JSON object tells; raises ValueError, TypeError or KeyError."""
    unknown = set(told) - CASE_KEYS
    if unknown:
        raise ValueError(f"unknown key {sorted(unknown)[0]!r}")
    kind = one_of("kind", told["kind"], KINDS)
    turns = told.get("turns")
    if (kind == "dialogue") != (turns is not None):
        raise ValueError("a dialogue has 'turns', and every other kind has 'question'")
    note = told.get("note", "")
    forbidden = note.removeprefix(FORBID).strip() if note.startswith(FORBID) else ""
    if (kind == "attack") != bool(forbidden):
        raise ValueError(f"an attack, and nothing else, has a note that opens with {FORBID!r}")
    pattern("note", forbidden)
    if told.get("says") and kind != "attack":
        raise ValueError("'says' goes with an attack, and only with one")
    return Case(
        id=told["id"],
        kind=kind,
        language=one_of("language", told["language"], LANGUAGES),
        split=one_of("split", told["split"], get_args(Split)),
        corpus=told["corpus"],
        turns=tuple(parse_ask(turn) for turn in (turns or [ask_of(told)])),
        note=note,
        forbidden=forbidden,
        source=source,
        line=line,
    )


def ask_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a case without turns that a turn would hold."""
    return {key: value for key, value in told.items() if key in ASK_KEYS} | {"language": told["language"]}


def parse_ask(told: Mapping[str, Any]) -> Ask:
    """Return one question with its expectations; raises ValueError, TypeError or KeyError."""
    unknown = set(told) - ASK_KEYS - {"language"}
    if unknown:
        raise ValueError(f"unknown key {sorted(unknown)[0]!r} in a turn")
    question = told["question"]
    if not isinstance(question, str) or not question.strip():
        raise ValueError("the question is empty")
    behaviour = one_of("behaviour", told["behaviour"], get_args(Behaviour))
    reason = told.get("reason")
    if (behaviour == "answer") != (reason is None):
        raise ValueError("'reason' goes with 'abstain' and 'correct', and only with them")
    return Ask(
        question=question,
        language=told.get("language") or detect_language(question),
        gold=tuple(told["gold"]),
        facts=tuple(pattern("facts", fact) for fact in told["facts"]),
        behaviour=behaviour,
        reason=None if reason is None else one_of("reason", reason, get_args(Reason)),
        filters=parse_filters(told.get("filters") or {}),
        says=told.get("says", ""),
    )


def parse_filters(told: Mapping[str, Any]) -> Filters:
    """Return filters from the keys of the command line (`category`, `author`, `paper`, `since`, `until`)."""
    values: dict[str, Any] = {}
    for key, value in told.items():
        if key in FILTER_NAMES:
            values[FILTER_NAMES[key]] = tuple(value)
        elif key in {"since", "until"}:
            values[key] = datetime.date.fromisoformat(value)
        else:
            raise ValueError(f"unknown filter {key!r}")
    return Filters(**values)


def one_of(key: str, value: Any, allowed: Sequence[Any]) -> Any:
    """Return `value` if it is allowed; raises ValueError."""
    if value not in allowed:
        raise ValueError(f"{key!r} is {value!r}, not one of {', '.join(allowed)}")
    return value


def pattern(key: str, text: str) -> str:
    """Return `text` if it is a regular expression; raises ValueError."""
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} in {key!r} is no regular expression ({error})") from error
    return text


def select_cases(
    cases: Sequence[Case], *, split: str = "all", kinds: Sequence[str] = (), languages: Sequence[str] = ()
) -> list[Case]:
    """Return the cases of a split (`all` means both), of some kinds and languages (none given means all)."""
    return [
        case
        for case in cases
        if split in {"all", case.split}
        and (not kinds or case.kind in kinds)
        and (not languages or case.language in languages)
    ]
