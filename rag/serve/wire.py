"""The JSON that scripts rely on: pure functions from values to objects, and one line of text from an object."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rag.models import TEXT_FIELDS, Answer, Paper, Passage, Retrieval, Timings

if TYPE_CHECKING:
    from rag.ingest.entries import DigestWarning
    from rag.ingest.indexing import IndexReport
    from rag.serve.doctor import Check
    from rag.serve.reading import Reading

Json = dict[str, Any]
Scalar = str | int | float | bool | None
"""What can be the `id` of a question."""
UNSAFE = re.compile("[\x7f\x85\u2028\u2029\ud800-\udfff]")
"""What ends a line for some readers, and what UTF-8 cannot hold (lone surrogates): escaped in JSON."""


def line(value: Any) -> str:
    """Return one line of JSON without its line break, legible where UTF-8 can hold it."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def answer_json(answer: Answer, identifier: Scalar = None) -> Json:
    """Return the object of one answer."""
    return {
        "id": identifier,
        "question": answer.question,
        "resolved": answer.resolved,
        "language": answer.language,
        "answer": answer.text,
        "sentences": [sentence.text for sentence in answer.sentences],
        "abstained": answer.abstained,
        "reason": answer.reason,
        "citations": [dataclasses.asdict(citation) for citation in answer.citations],
        "papers": list(answer.papers),
        "passages": passages_json(answer.passages),
        "usage": dataclasses.asdict(answer.usage),
        "timings": timings_json(answer.timings),
        "model": answer.model,
    }


def search_json(question: str, retrieval: Retrieval, seconds: float) -> Json:
    """Return the object of one retrieval: `question` as asked, `seconds` the whole call."""
    return {
        "question": question,
        "papers": [paper.arxiv_id for paper in retrieval.papers],
        "passages": passages_json(retrieval.passages),
        "timings": timings_json(Timings(retrieve_s=retrieval.seconds, total_s=seconds)),
    }


def passages_json(passages: Iterable[Passage]) -> list[Json]:
    """Return the objects of passages."""
    return [dataclasses.asdict(passage) for passage in passages]


def timings_json(timings: Timings) -> dict[str, float | None]:
    """Return seconds, to the millisecond."""
    told: Mapping[str, float | None] = dataclasses.asdict(timings)
    return {name: None if seconds is None else round(seconds, 3) for name, seconds in told.items()}


def index_json(reading: Reading, report: IndexReport | None, error: str | None = None) -> Json:
    """Return the object of one indexing; without a report it failed, for the reason in `error`."""
    return {
        "papers": reading.distinct,
        "added": len(report.added) if report else 0,
        "updated": len(report.updated) if report else 0,
        "unchanged": len(report.unchanged) if report else 0,
        "skipped": reading.skipped,
        "warnings": [warning_json(warning) for warning in reading.warnings],
        "seconds": round(reading.seconds + (report.seconds if report else 0.0), 3),
        "embed_seconds": round(report.embed_seconds, 3) if report else 0.0,
        "error": error,
    }


def warning_json(warning: DigestWarning) -> Json:
    """Return the object of one warning."""
    return {"file": warning.file, "line": warning.line, "arxiv_id": warning.arxiv_id, "message": warning.message}


def entry_json(paper: Paper) -> Json:
    """Return what is on record of a paper, without its prose."""
    told = page_json(paper)
    return {name: value for name, value in told.items() if name not in (*TEXT_FIELDS, "comment", "links")}


def page_json(paper: Paper) -> Json:
    """Return everything that the store holds of a paper."""
    told = paper.to_dict()
    days = told.pop("seen")
    first = {name: told.pop(name) for name in ("arxiv_id", "title", "authors", "categories", "date")}
    return {**first, "first_seen": days[0] if days else None, "last_seen": days[-1] if days else None, **told}


def checks_json(checks: Iterable[Check], *, sound: bool) -> Json:
    """Return the object of an examination."""
    return {"ok": sound, "checks": [dataclasses.asdict(check) for check in checks]}
