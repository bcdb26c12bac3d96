"""Names in Latin letters inside Chinese prose, and whether an English text bears them out (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from operator import itemgetter

from rag.query.cues import read_table
from rag.query.quantities import ENUMERATOR, flatten
from rag.query.units import TABLE, units
from rag.query.words import root
from rag.text import detect_language

WORD = re.compile(r"[^\W_]+")
LATIN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]+(?:[-./+&@'][A-Za-z0-9]+)*(?:\+\+|\+)?")
FORMULA = re.compile(r"\$([^$]*)\$")
VARIABLES = re.compile(r"[\\^_=<>|(]")
"""What tells a formula, whose letters are variables, from a name in dollars."""
TEXTUAL = re.compile(r"\\(?:text\w{0,2}|math(?:rm|sf|tt|bf)|operatorname)\{([^{}]*)\}")
LITTLE = frozenset("of and the for in on a an to with by from at via as s".split())
"""Words that an abbreviation may leave out."""
PLURAL = re.compile(r"[A-Z0-9]{2,}s")
COMMON = re.compile(r"[A-Z]?[a-z]{3,}")
"""A name that is a word, so that its forms are it: Lagrangian, Transformers."""
DERIVED = re.compile(r"(?<=[a-z]{4})(?:e|ian|ean|an|ic|ist)s?$")
AMOUNT = re.compile(r"\d[\d.,]*(?:[kKMBT](?![A-Za-z]))?")
COMPOUND = 8
"""Letters of a word from which an abbreviation may take two: autoencoder, multilayer."""
LINKS = frozenset(
    """
    a an and as at aware based by class centric driven end ended for free full guided high in inspired like level low
    multi non of off on only oriented out post powered pre self semi shot specific style sub super the to up wise with
    """.split()
)
"""Words that join others to compounds."""
LONGEST = 6
"""Words of a source that one name can be joined of."""
ACCENT = re.compile("[\u0300-\u036f]")


def folded(text: str) -> str:
    """Return letters and digits alone, in lower case, without accents."""
    return "".join(letter for letter in unaccented(text).lower() if letter.isalnum())


def unaccented(text: str) -> str:
    """Return text in its compatible form, letters without accents."""
    return unicodedata.normalize("NFKC", ACCENT.sub("", unicodedata.normalize("NFKD", text)))


@dataclass(frozen=True)
class Source:
    """An English text in which names are looked up."""

    text: str
    """The text, flattened."""

    @cached_property
    def words(self) -> list[str]:
        """Its words, folded, hyphens taken apart."""
        return WORD.findall(unaccented(self.text).lower())

    @cached_property
    def roots(self) -> set[str]:
        """The stems of its words."""
        return set(map(root, self.words))

    @cached_property
    def stems(self) -> set[str]:
        """Its words without what makes an adjective of a person's name: Lagrange and Lagrangian."""
        return {DERIVED.sub("", word) for word in self.words}

    @cached_property
    def joined(self) -> set[str]:
        """What up to six of its words make when they are written as one, with and without a plural's s."""
        words = self.words
        found = {
            "".join(words[start:end])
            for start in range(len(words))
            for end in range(start + 1, min(start + LONGEST, len(words)) + 1)
        }
        return found | {one[:-1] for one in found if one.endswith("s")}

    def holds(self, name: str) -> bool:
        """Return whether a name stands here, whatever its case, hyphens, spaces and plural."""
        key = folded(name)
        if not key or key in self.joined or (key.endswith("s") and key[:-1] in self.joined):
            return True
        if any(word.startswith(key) and word[len(key)].isdigit() for word in self.words if len(word) > len(key)):
            return True
        return bool(COMMON.fullmatch(name)) and (root(key) in self.roots or DERIVED.sub("", key) in self.stems)

    def abbreviated(self, name: str) -> bool:
        """Return whether a name's letters are those that neighbouring words begin with: LLM, ViT, LoRA."""
        spoken = re.sub(r"(?<=[A-Z])2(?=[A-Z])", "T", name)  # T2I: text to image
        letters = [one for one in (spoken[:-1] if PLURAL.fullmatch(name) else spoken) if one.isalnum()]
        if not 2 <= len(letters) <= 6 or sum(map(str.isupper, letters)) < len(letters) / 2:
            return False
        return any(
            spells(letters, self.words[start : start + len(letters) + 2])
            for start, word in enumerate(self.words)
            if word[0] == letters[0].lower() and len(self.words) > start + 1
        )


def spells(letters: Sequence[str], words: Sequence[str], inner: int = 1) -> bool:
    """Return whether neighbouring words begin with letters in order.

    Little words may be passed over; lower-case letters, and one other of a long word, may stand inside of a word.
    """
    if not letters or not words:
        return not letters
    word = words[0]
    if word in LITTLE and spells(letters, words[1:], inner):
        return True
    if word[0] != letters[0].lower():
        return False
    for taken in range(1, max(2, len(letters))):
        inside = letters[1:taken]
        used = sum(not one.islower() for one in inside)
        if word[0].isdigit() and word.startswith("".join(letters[:taken]).lower()):
            used = 0  # 3DGS: 3D Gaussian splatting
        if used > (inner if len(word) >= COMPOUND else 0) or not subsequence("".join(inside).lower(), word[1:]):
            return False
        if spells(letters[taken:], words[1:], inner - used):
            return True
    return False


def subsequence(letters: str, word: str) -> bool:
    """Return whether letters occur in a word in their order."""
    rest = iter(word)
    return all(letter in rest for letter in letters)


@cache
def plain_terms() -> frozenset[str]:
    """Return the terms, folded, that no abstract has to spell."""
    return frozenset(map(folded, str(read_table(TABLE)["terms"]["plain"]).split()))


@cache
def same_terms() -> dict[str, re.Pattern[str]]:
    """Return, by folded term, what says the same."""
    told: dict[str, list[str]] = read_table(TABLE)["terms"]["same"]
    return {
        folded(term): re.compile("|".join(rf"\b(?:{one})s?\b" for one in patterns), re.IGNORECASE)
        for term, patterns in told.items()
    }


def names(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the names in a text, each a tuple of words that stand side by side.

    A name has a capital or a digit beside letters; variables of formulas and lower-case words are none.
    """
    plain = ENUMERATOR.sub(" ; ", unaccented(flatten(FORMULA.sub(without_variables, TEXTUAL.sub(r"\1", text)))))
    run: list[str] = []
    end = -2
    for match in LATIN.finditer(plain):
        if plain[end : match.start()] != " " and run:
            yield tuple(run)
            run = []
        run.append(match.group())
        end = match.end()
    if run:
        yield tuple(run)


def without_variables(formula: re.Match[str]) -> str:
    """Return what a formula holds, nothing where it is made of variables."""
    return " " if len(formula[1]) < 4 or VARIABLES.search(formula[1]) else formula.group()


def measured(word: str) -> bool:
    """Return whether a word is a number with its unit or scale, or a range of such: 12ms, 7B, 650-850nm."""
    parts = [(part, AMOUNT.match(part)) for part in re.split("[-/]", word)]
    return all(found and (not part[found.end() :] or units()[0].fullmatch(part, found.end())) for part, found in parts)


def name_like(word: str) -> bool:
    """Return whether a word can be a name: two characters at least, letters with a capital, or with digits."""
    letters = [one for one in word if one.isalpha()]
    if not letters or len(letters) + sum(map(str.isdigit, word)) < 2 or measured(word):
        return False
    return any(map(str.isupper, letters)) or (len(letters) > 1 and any(map(str.isdigit, word)))


def coined(word: str) -> bool:
    """Return whether a word is a name even where every sentence begins with a capital: RecA, MRI, Qwen2."""
    return name_like(word) and not re.fullmatch(r"[A-Z]?[a-z]+(?:[-'][a-z]+)*", word)


def borne_out(word: str, source: Source) -> bool:
    """Return whether a source has a name: spelt, abbreviated, by a synonym, or in all its parts."""
    key = folded(word).removesuffix("s")
    if key in plain_terms() or folded(word) in plain_terms() or source.holds(word) or source.abbreviated(word):
        return True
    same = same_terms().get(key)
    if same and same.search(source.text):
        return True
    parts = [part for part in re.split(r"[-./+&@']|(?<=\d)(?=[A-Z][a-z]{2})", word) if part]
    return len(parts) > 1 and all(linking(part, source) or borne_out(part, source) for part in parts)


def linking(part: str, source: Source) -> bool:
    """Return whether a part of a compound is a common word that needs no support, or one that the source has."""
    return part in LINKS or (part.isalpha() and part.islower() and len(part) > 2 and root(part) in source.roots)


def unborne(text: str, source: Source) -> tuple[list[str], int]:
    """Return the names of a text that a source does not bear out, in order, each once, and how many were looked up."""
    is_name = coined if detect_language(text) == "en" else name_like
    found: list[str] = []
    looked_up = 0
    for run in names(text):
        wanted = [word for word in run if is_name(word)]
        looked_up += len(wanted)
        if wanted and not (len(run) > 1 and whole(run, source)):
            strange = [word in wanted and not borne_out(word, source) for word in run]
            pairs = zip(run, strange, strict=True)
            found += [
                " ".join(word for word, _ in group) for wrong, group in groupby(pairs, key=itemgetter(1)) if wrong
            ]
    return list(dict.fromkeys(found)), looked_up


def whole(run: tuple[str, ...], source: Source) -> bool:
    """Return whether a source has words side by side, or their initials."""
    return source.holds(" ".join(run)) or "".join(word[0] for word in run).lower() in source.joined
