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


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """One end of a scale: slower or faster, open or closed."""

    asked: re.Pattern[str]
    """How a question takes it for granted."""
    told: re.Pattern[str]
    """How an abstract reports it."""


@cache
def read_table(name: str) -> dict[str, dict[str, Any]]:
    """Return a table of patterns or sentences that lies beside this module."""
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))


def any_of(alternatives: list[str]) -> re.Pattern[str]:
    """Return a pattern that matches where any of the alternatives does, case ignored; nowhere where there are none."""
    return re.compile("|".join(alternatives) or "(?!)", re.IGNORECASE)


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


@cache
def scales() -> tuple[tuple[End, End], ...]:
    """Return the two ends of each scale of opposites.toml."""
    return tuple(
        (one, other)
        for table in read_table("opposites.toml").values()
        for one, other in [[End(asked=any_of(end["asked"]), told=any_of(end["told"])) for end in table.values()]]
    )


@cache
def kinds() -> tuple[dict[str, re.Pattern[str]], ...]:
    """Return, for each kind of kinds.toml, how its members are named."""
    return tuple(
        {name: any_of([pattern]) for name, pattern in table.items()} for table in read_table("kinds.toml").values()
    )
