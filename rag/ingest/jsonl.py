"""JSON lines, the generators' records and arXiv metadata alike: text -> entries (pure)."""

import json
from collections.abc import Mapping
from typing import Any

from rag.ingest.entries import DigestWarning, Entry, Reading
from rag.ingest.fields import find_categories, find_links, split_authors
from rag.models import CARD_FIELDS

__all__ = ("read_jsonl",)

_ADDRESSES = ("id", "arxiv_id", "abs", "url", "entry_id", "pdf", "pdf_url", "link")
_CATEGORIES = ("main_category", "cate", "primary_category", "category", "categories")
_PUBLISHED = ("published", "date", "updated")
_LINKS = ("code_url", "code", "project_url")


class _Record:
    """One JSON object, read tolerantly: a value of a wrong type counts as absent and is noted."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self.problems: list[str] = []

    def text(self, *names: str) -> str:
        """Return the first of the named texts that is there; a list of texts is joined."""
        for name in names:
            value = self._values.get(name)
            if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
                value = "\n".join(value)
            if isinstance(value, str) and value.strip():
                return value
            if value is not None and not isinstance(value, str) and value != []:
                self.problems.append(f"{name!r} is not a text; it was left out")
        return ""

    def texts(self, name: str) -> list[str]:
        """Return a list of texts; of objects, their `name`; of one text, what its commas part."""
        value = self._values.get(name)
        if isinstance(value, str):
            return split_authors(value)
        if not isinstance(value, list):
            if value is not None:
                self.problems.append(f"{name!r} is not a list; it was left out")
            return []
        named = [part.get("name") if isinstance(part, dict) else part for part in value]
        texts = [part for part in named if isinstance(part, str)]
        if len(texts) < len(value):
            self.problems.append(f"{name!r} holds values that are not texts; they were left out")
        return texts

    def record(self, name: str) -> "_Record":
        """Return a nested object, empty where there is none."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, dict):
            self.problems.append(f"{name!r} is not an object; it was left out")
        return _Record(value if isinstance(value, dict) else {})


def read_jsonl(text: str, source: str, *, first_line: int = 1) -> Reading:
    """Return an entry for each line that holds a JSON object, and a warning for each that does not.

    `first_line` is the number of the text's first line in its file.
    """
    entries: list[Entry] = []
    warnings: list[DigestWarning] = []
    for number, line in enumerate(text.split("\n"), start=first_line):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError) as error:
            warnings.append(DigestWarning(file=source, line=number, message=f"{_fault(error)}; the line was left out"))
            continue
        if isinstance(values, dict):
            entries.append(_entry(_Record(values), number))
        else:
            warnings.append(
                DigestWarning(file=source, line=number, message="the line is not a JSON object; it was left out")
            )
    return Reading(entries=tuple(entries), warnings=tuple(warnings))


def _fault(error: ValueError | RecursionError) -> str:
    """Say why a line could not be read."""
    if isinstance(error, json.JSONDecodeError):
        return f"the line is not JSON ({error.msg} at column {error.colno})"
    return "the line is nested too deeply" if isinstance(error, RecursionError) else "the line holds an absurd number"


def _entry(record: _Record, line: int) -> Entry:
    """Read one record."""
    card = record.record("AI")
    texts = {name: card.text(name) for name in CARD_FIELDS}
    texts["tldr"] = texts["tldr"] or card.text("task")
    texts["abstract"] = record.text("summary", "abstract")
    texts["comment"] = record.text("comment", "comments")
    categories = _categories(record)
    return Entry(
        line=line,
        addresses=tuple(filter(None, (record.text(name) for name in _ADDRESSES))),
        title=record.text("title"),
        authors=tuple(record.texts("authors")),
        section=categories[0] if categories else "",
        categories=categories,
        published=record.text(*_PUBLISHED),
        texts=texts,
        links=tuple(link for name in _LINKS for link in find_links(record.text(name))),
        problems=tuple(dict.fromkeys((*record.problems, *card.problems))),
    )


def _categories(record: _Record) -> tuple[str, ...]:
    """Return all categories, the main one first."""
    named = [category for name in _CATEGORIES for text in record.texts(name) for category in find_categories(text)]
    return tuple(dict.fromkeys(named))
