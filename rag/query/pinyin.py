"""Names in Chinese characters by their sounds, as lists of authors spell them: 王小明 is Xiaoming Wang."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import rjieba

from rag.query.cedict import Entry, dictionary_entries
from rag.query.cues import cue
from rag.query.glossary import Glossary
from rag.text import HAN

Sound = tuple[str, ...]
"""The syllables of a name, the surname's (one word, be it of two characters) first: ("wang", "xiao", "ming")."""

SURNAME = re.compile(r"(?:^|/|polysyllabic |two-character )surname ")
FOREIGN = re.compile(r"Japanese|Korean")
"""Surnames that nobody spells by their pinyin."""
MOST_CHARACTERS = 4
"""Characters of the longest name: a surname and a given name of two each."""
NO_GIVEN = re.compile("[的了吗呢哪那这几篇写们]")
"""Characters that no given name has, or hardly any."""
UMLAUT = ("u", "v", "yu")
"""How ü is spelt in names: Lu, Lv, Lyu; with its dots it compares as u."""
GIVEN_LENGTHS = (1, 2)


@dataclass(frozen=True, slots=True)
class Readings:
    """How characters are read."""

    syllables: Mapping[str, tuple[str, ...]]
    """All readings of a character, without tones."""
    surnames: Mapping[str, tuple[str, ...]]
    """The readings of a surname of one or two characters."""
    words: frozenset[str]
    """Words that begin like names and are none."""

    @classmethod
    @cache
    def load(cls) -> Readings:
        """Read the dictionary, once: half a second."""
        syllables: dict[str, dict[str, None]] = defaultdict(dict)
        surnames: dict[str, dict[str, None]] = defaultdict(dict)
        words: set[str] = set()
        for entry in dictionary_entries():
            if len(entry.simplified) > MOST_CHARACTERS:
                continue
            forms = {entry.traditional, entry.simplified}
            surname = is_surname(entry)
            for form in forms if surname else ():
                surnames[form] |= dict.fromkeys(spellings(entry.pinyin))
            for form in forms if len(entry.simplified) == 1 else ():
                syllables[form] |= dict.fromkeys(spellings(entry.pinyin))
            if len(entry.simplified) > 1 and not surname and not is_person(entry):
                words |= forms
        return cls(
            syllables={form: tuple(told) for form, told in syllables.items()},
            surnames={form: tuple(told) for form, told in surnames.items()},
            words=frozenset(word for word in words if word[0] in surnames or word[:2] in surnames),
        )

    def sounds(self, name: str) -> list[Sound]:
        """Return the ways in which a name may be read."""
        return [
            (surname, *given)
            for length in (2, 1)
            for surname in self.surnames.get(name[:length], ())
            for given in product(*(self.syllables.get(character, ()) for character in name[length:]))
            if len(given) in GIVEN_LENGTHS
        ]

    def is_word(self, form: str) -> bool:
        """Return whether these characters are a word of the language or a term of the field."""
        return form in self.words or form in Glossary.load().terms


def is_surname(entry: Entry) -> bool:
    """Return whether an entry is a Chinese surname."""
    told = "surname" in entry.senses and entry.pinyin[0].isupper() and len(entry.simplified) <= 2
    return told and bool(SURNAME.search(entry.senses)) and not FOREIGN.search(entry.senses)


def is_person(entry: Entry) -> bool:
    """Return whether an entry is somebody's name: it has a capital for the surname and one for the rest."""
    return sum(syllable[0].isupper() for syllable in entry.pinyin.split()) > 1


def spellings(pinyin: str) -> list[str]:
    """Return how the syllables of an entry are spelt together in a name, without tones."""
    plain = re.sub(r"[^a-z:]", "", pinyin.lower())
    return [plain.replace("u:", letter) for letter in UMLAUT] if "u:" in plain else [plain]


def names_in(text: str) -> list[str]:
    """Return what in a text may be names in characters: a surname and one or two more, where a name can stand."""
    return list(dict.fromkeys(name for name, _, _ in name_spans(text)))


def name_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each possible name with where it begins and ends."""
    if not HAN.search(text):
        return
    known = Readings.load()
    for start in range(len(text)):
        lengths = [length for length in (2, 1) if text[start : start + length] in known.surnames]
        if not lengths or not cue("before_name").search(text[:start]):
            continue
        for size in sorted({length + given for length in lengths for given in GIVEN_LENGTHS}, reverse=True):
            name, rest = text[start : start + size], text[start + size :]
            whole = len(name) == size and all(map(HAN.match, name)) and not NO_GIVEN.search(name[1:])
            if whole and not known.is_word(name) and cue("after_name").match(rest):
                yield name, start, start + size


def spelt_out(sound: Sound) -> list[str]:
    """Return how a list of authors may spell a name: the given name in one word or in two, in either order."""
    surname, *given = sound
    return [name for told in ("".join(given), " ".join(given)) for name in (f"{told} {surname}", f"{surname} {told}")]


def is_read(sound: Sound, name: Sequence[str]) -> bool:
    """Return whether an author's name, its words folded, has a sound, the surname last."""
    return len(name) > 1 and name[-1] == sound[0] and "".join(name[:-1]) == "".join(sound[1:])


def is_read_turned(sound: Sound, name: Sequence[str]) -> bool:
    """Return the same of a name with the surname first."""
    return is_read(sound, (*name[1:], *name[:1]))


def in_pinyin(name: str) -> str:
    """Return the ways in which a list of authors may spell a name in characters; empty where it is no name."""
    sounds = Readings.load().sounds(name)
    return " / ".join(f"{''.join(given).capitalize()} {surname.capitalize()}" for surname, *given in sounds)


def acts(name: str, text: str) -> bool:
    """Return whether a text says of a possible name what one says of authors: 孙涵的论文."""
    return bool(cue("name_acts").match(text[text.index(name) + len(name) :]))


def is_tagged(name: str, text: str) -> bool:
    """Return whether the segmenter takes a possible name in a text for one."""
    start = 0
    for word, kind in rjieba.tag(text):
        if text.find(name) == start and kind.startswith("nr"):
            return True
        start += len(word)
    return False
