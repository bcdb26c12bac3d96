"""Pieces of SQL: values that are data stay data."""

from __future__ import annotations

import json
from collections.abc import Iterable


def facet_clause(condition: str) -> str:
    """Return the SQL that a record has a facet which meets `condition`."""
    return f"key IN (SELECT key FROM facet WHERE name = ? AND ({condition}))"  # noqa: S608 (conditions hold no data)


def listed(values: Iterable[str]) -> str:
    """Return the values as one JSON list, which SQL takes apart again: however many, they are one parameter."""
    return json.dumps([storable(value) for value in values])


def storable(text: str) -> str:
    """Return text that SQLite can take: halves of surrogate pairs cannot be written as UTF-8."""
    return text.encode("utf-8", "replace").decode()


def quoted(words: str) -> str:
    """Return an FTS5 string: nothing in it is an operator."""
    return '"' + words.replace('"', '""') + '"'
