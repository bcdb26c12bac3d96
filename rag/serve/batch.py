"""Many questions, and dialogues, to one line of JSON each: in order, written as they come, continued after a kill."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from rag.errors import ArxivRagError, ConfigError
from rag.models import Answer, Filters, Retrieval, Turn
from rag.serve.opening import filters_for
from rag.serve.questions import Item, kept_answers, read_items
from rag.serve.wire import Json, answer_json, line, search_json
from vectorstore.errors import StoreError

if TYPE_CHECKING:
    from rag.assistant import Assistant

STDOUT = Path("-")
"""Names stdin and stdout as files."""
RETRIEVED = 10
"""Papers of one retrieval."""


class BatchError(ArxivRagError):
    """A file of a batch that cannot be read, written or continued; the sentence says what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """Where answers go, after those that an earlier run has left."""

    file: BinaryIO
    """Open for writing, at the end of the last complete line."""
    done: int = 0
    """Complete lines in it."""
    failed: int = 0
    """How many of them are errors."""

    def write(self, told: Json) -> None:
        """Write one line and hand it to the system at once: a kill leaves at most half a line."""
        self.file.write(line(told).encode() + b"\n")
        self.file.flush()


def read_file(path: Path) -> list[Item]:
    """Return the items of a file, `-` for stdin; raises BatchError when it cannot be read."""
    try:
        return read_items(sys.stdin.buffer.read() if path == STDOUT else path.read_bytes())
    except OSError as error:
        told = f"Cannot read the questions in {str(path)!r} ({error.strerror}); check the path."
        raise BatchError(told) from error


@contextmanager
def opened(path: Path, items: Sequence[Item], *, resume: bool) -> Iterator[Output]:
    """Open the file of answers; with `resume` its complete lines are kept and a half one is cut off.

    Raises BatchError when it cannot be written or belongs to other questions.
    """
    if path == STDOUT:
        yield Output(file=sys.stdout.buffer)
        return
    keep = resume and path.exists()
    try:
        with path.open("r+b" if keep else "wb") as file:
            if not keep:
                yield Output(file=file)
                return
            data = file.read()
            length, done, mismatch = kept_answers(data, items)
            if mismatch:
                raise BatchError(f"Cannot continue {str(path)!r}: {mismatch}; name another file or leave out --resume.")
            file.truncate(length)
            file.seek(length)
            failed = sum("error" in json.loads(part) for part in data[:length].split(b"\n")[:-1])
            yield Output(file=file, done=done, failed=failed)
    except OSError as error:
        told = f"Cannot write the answers to {str(path)!r} ({error.strerror}); name another file with -o."
        raise BatchError(told) from error


def answer_items(
    assistant: Assistant,
    items: Sequence[Item],
    output: Output,
    *,
    retrieve_only: bool,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Answer the items that the output lacks, one line each, and return how many of all lines are errors.

    Raises ConfigError where the settings are wrong: no question could be answered.
    """
    failed = output.failed
    progress(output.done)
    for item in items[output.done :]:
        told = answered(assistant, item, retrieve_only=retrieve_only)
        failed += "error" in told
        output.write(told)
        progress(1)
    return failed


def answered(assistant: Assistant, item: Item, *, retrieve_only: bool) -> Json:
    """Return what one item comes to: an answer, turns, or an error; raises ConfigError alone."""
    if item.error:
        return {"id": item.identifier, "error": item.error}
    try:
        turns = retrieved_turns(assistant, item) if retrieve_only else answered_turns(assistant, item)
    except ConfigError:
        raise
    except (ArxivRagError, StoreError) as error:
        return {"id": item.identifier, "error": str(error)}
    except Exception as error:  # one question must not cost the others theirs, whatever is wrong with it
        told = f"An unexpected fault ({type(error).__name__}: {error}); please report it."
        return {"id": item.identifier, "error": told}
    return {"id": item.identifier, "turns": turns} if item.dialogue else {**turns[0], "id": item.identifier}


def answered_turns(assistant: Assistant, item: Item) -> list[Json]:
    """Return the answers of an item's questions, each knowing those before."""
    answers: list[Answer] = []
    for question in item.questions:
        history = [Turn.of(answer) for answer in answers]
        filters = filters_for(assistant, question.restriction)
        answers.append(assistant.ask(question.text, filters=filters, history=history))
    return [answer_json(answer) for answer in answers]


def retrieved_turns(assistant: Assistant, item: Item) -> list[Json]:
    """Return the retrievals of an item's questions; a follow-up is understood as one about the paper found first."""
    history: list[Turn] = []
    told: list[Json] = []
    for question in item.questions:
        started = time.perf_counter()
        filters = filters_for(assistant, question.restriction)
        resolved = standalone(assistant, question.text, filters, history) if history else question.text
        retrieval = assistant.search(resolved, limit=RETRIEVED, filters=filters)
        history.append(Turn(question=resolved, papers=tuple(paper.arxiv_id for paper in retrieval.papers[:1])))
        told.append({"id": None, **search_json(question.text, retrieval, time.perf_counter() - started)})
    return told


def standalone(assistant: Assistant, question: str, filters: Filters, history: Sequence[Turn]) -> str:
    """Return a follow-up as a question that stands on its own; the language model is not asked."""
    first = next(iter(assistant.stream(question, filters=filters, history=history)), None)
    return first.question if isinstance(first, Retrieval) else question
