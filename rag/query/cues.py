"""How questions say what they want: regular expressions kept as data, in both languages."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Detail:
    """Something that people ask for and abstracts seldom state."""

    name: str
    """Its key in details.toml."""
    asked: re.Pattern[str]
    """How a question asks for it."""
    stated: re.Pattern[str]
    """How an abstract would state it."""


@cache
def read_table(name: str) -> dict[str, dict[str, Any]]:
    """Return a table of patterns or sentences that lies beside this module."""
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))


def any_of(alternatives: list[str]) -> re.Pattern[str]:
    """Return a pattern that matches where any of the alternatives does, case ignored."""
    return re.compile("|".join(alternatives), re.IGNORECASE)


@cache
def cue(name: str) -> re.Pattern[str]:
    """Return the pattern of a cue in either language; raises KeyError for a name that cues.toml has not."""
    return any_of([pattern for alternatives in read_table("cues.toml")[name].values() for pattern in alternatives])


@cache
def details() -> tuple[Detail, ...]:
    """Return all details that abstracts seldom state."""
    return tuple(
        Detail(name=name, asked=any_of(table["asked"]), stated=any_of(table["stated"]))
        for name, table in read_table("details.toml").items()
    )
