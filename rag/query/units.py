"""Units and words that imply a number, compiled from the tables in audit.toml (pure)."""

from __future__ import annotations

import re
from functools import cache

from rag.query.cues import read_table

TABLE = "audit.toml"
ANY = "*"
"""The dimension of what fits every unit: `half` is 0.5, 50 % and 一半."""


@cache
def units() -> tuple[re.Pattern[str], tuple[tuple[str, str, float], ...]]:
    """Return a pattern of all spellings of units, and for each of its groups the unit's name, dimension and size.

    Longer spellings come first; short ones and symbols keep their case.
    """
    told: list[tuple[int, str, tuple[str, str, float]]] = []
    for name, (dimension, size, *spellings) in read_table(TABLE)["units"].items():
        for spelling in spellings:
            word = spelling[0].isascii() and spelling[0].isalpha()
            if not word:
                pattern = spelling + (r"(?!\s?\d)" if spelling == "×" else "")
            elif len(spelling) < 3:
                pattern = spelling + "(?![A-Za-z0-9]|-[A-Za-z])"
            else:
                pattern = f"(?i:{spelling.replace(' ', '[- ]')})(?![a-z])"
            told.append((len(spelling), pattern, (name, str(dimension), float(size))))
    told.sort(key=lambda one: -one[0])
    every = "|".join(f"({pattern})" for _, pattern, _ in told)
    return re.compile(f"[ -]?(?:{every})"), tuple(unit for *_, unit in told)


@cache
def implications() -> tuple[re.Pattern[str], tuple[tuple[float, str], ...]]:
    """Return a pattern of all words that say a number without naming it, and for each of its groups what it says."""
    table = read_table(TABLE)["words"]
    pattern = "|".join(f"({one})" for one in table)
    return re.compile(rf"\b(?:{pattern})\b", re.ASCII), tuple((float(value), unit) for value, unit in table.values())
