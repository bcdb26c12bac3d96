"""Filters as users write them: checked at once, turned into `Filters` when the store can say which day is today."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rag.errors import ArxivRagError
from rag.ingest.fields import find_arxiv_id
from rag.models import Filters
from rag.text import clean

DAYS_AGO = {"today": 0, "yesterday": 1}
"""Words for days, counted back from the latest dated digest in the store."""
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class InputError(ArxivRagError):
    """Something in a call or in a line of a batch that cannot be used; the sentence says how to write it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Restriction:
    """Checked filters of one call or one line of a batch."""

    categories: tuple[str, ...] = ()
    """Categories such as `cs.RO`."""
    authors: tuple[str, ...] = ()
    """Parts of author names."""
    papers: tuple[str, ...] = ()
    """arXiv ids without version."""
    since: str = ""
    """First day: an ISO date, `today`, `yesterday`, or nothing."""
    until: str = ""
    """Last day, likewise."""

    def __post_init__(self) -> None:
        """Raise InputError where no day can lie between the two."""
        named = self.since in DAYS_AGO or self.until in DAYS_AGO
        if not named and self.since > self.until > "":
            raise InputError(f"The first day {self.since} is later than the last day {self.until}; exchange them.")

    def or_else(self, other: Restriction) -> Restriction:
        """Return these filters, completed by `other` where nothing is set."""
        return Restriction(
            categories=self.categories or other.categories,
            authors=self.authors or other.authors,
            papers=self.papers or other.papers,
            since=self.since or ("" if self.until else other.since),
            until=self.until or ("" if self.since else other.until),
        )

    def filters(self, latest: Callable[[], datetime.date | None]) -> Filters:
        """Return the filters; `latest` is asked for the latest dated digest only where `today` or `yesterday` is meant.

        Raises InputError when it is and no digest has a date.
        """
        return Filters(
            categories=self.categories,
            authors=self.authors,
            papers=self.papers,
            since=day_of(self.since, latest),
            until=day_of(self.until, latest),
        )


def day_of(text: str, latest: Callable[[], datetime.date | None]) -> datetime.date | None:
    """Return the day that a checked text names; None for an empty one."""
    if text not in DAYS_AGO:
        return datetime.date.fromisoformat(text) if text else None
    day = latest()
    if day is None:
        raise InputError(f"No digest in the store has a date, so {text!r} is no day; name a date or leave it out.")
    return day - datetime.timedelta(days=DAYS_AGO[text])


def read_word(text: str) -> str:
    """Return a category or a part of a name; raises InputError when it is empty."""
    word = " ".join(clean(text).split())
    if not word:
        raise InputError("It is empty; give a value or leave it out.")
    return word


def read_id(text: str) -> str:
    """Return the arXiv id in an address, `arXiv:ID` or ID, without version; raises InputError where there is none."""
    found = find_arxiv_id(text)
    if found is None:
        raise InputError(f"{clean(text)[:80]!r} is no arXiv ID; write it like 2509.02902.")
    return found.arxiv_id


def read_day(text: str) -> str:
    """Return an ISO date, `today` or `yesterday`; raises InputError for anything else."""
    day = text.strip().lower()
    return day if day in DAYS_AGO else read_date(day)


def read_date(text: str) -> str:
    """Return an ISO date; raises InputError for anything else."""
    day = text.strip()
    try:
        # fromisoformat alone would take 20250905 and week dates, which do not sort as text
        return datetime.date.fromisoformat(day if ISO_DAY.fullmatch(day) else "").isoformat()
    except ValueError as error:
        raise InputError(f"{clean(text)[:80]!r} is no date; write it like 2025-09-05.") from error


def read_restriction(told: Mapping[str, Any]) -> Restriction:
    """Return the filters of a JSON object, at its top or under `filters`; raises InputError naming the key."""
    nested = told.get("filters")
    if nested is not None and not isinstance(nested, dict):
        raise InputError('\'filters\' is no object; write it like {"category": "cs.RO"}.')
    named = {**told, **(nested or {})}
    return Restriction(
        categories=values_of(named, "category", "categories", read_word),
        authors=values_of(named, "author", "authors", read_word),
        papers=values_of(named, "paper", "papers", read_id),
        since=single_of(named, "since"),
        until=single_of(named, "until"),
    )


def values_of(told: Mapping[str, Any], key: str, plural: str, read: Callable[[str], str]) -> tuple[str, ...]:
    """Return the checked values under a key or its plural, each once."""
    return tuple(dict.fromkeys(checked(name, read, text) for name in (key, plural) for text in texts_of(told, name)))


def single_of(told: Mapping[str, Any], key: str) -> str:
    """Return the checked day under a key, empty where there is none."""
    texts = texts_of(told, key)
    if len(texts) > 1:
        raise InputError(f"{key!r} takes one day; leave the others out.")
    return checked(key, read_day, texts[0]) if texts else ""


def texts_of(told: Mapping[str, Any], key: str) -> list[str]:
    """Return the text or texts under a key, none where it is absent; raises InputError for another type."""
    value = told.get(key)
    values = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(text, str) for text in values):
        raise InputError(f'{key!r} is neither a text nor a list of texts; write it like "cs.RO".')
    return list(values)


def checked(key: str, read: Callable[[str], str], text: str) -> str:
    """Return what `read` makes of a value; its error names the key."""
    try:
        return read(text)
    except InputError as error:
        raise InputError(f"{key!r}: {error}") from error
