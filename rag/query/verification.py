"""Whether a source bears out a sentence: numbers and names must stand in it, words and meaning must overlap. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.models import Language, Support
from rag.query.mentions import coined_words, generic, member, spelt
from rag.text import HAN
from vectorstore.lexical import tokens

SUPPORTED, PARTIAL = 0.55, 0.38
"""Least support scores for the two shown levels; `python -m evals run` reports what they let through."""
COSINE_RANGE: dict[Language, tuple[float, float]] = {"en": (0.15, 0.85), "zh": (0.78, 0.90)}
"""Cosines that count as no and as full likeness: of MiniLM within English, of e5 from Chinese to English."""

DIGITS = re.compile(
    r"(?<![A-Za-z0-9_])[-+]?(\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![A-Za-z0-9_]*[A-Za-z]{3})( ?[万亿]|[kKmM])?"
)
NUMBER_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1000,
    "million": 1_000_000, "billion": 1_000_000_000, "double": 2, "doubles": 2, "twice": 2, "triple": 3, "half": 0.5,
    "dual": 2, "both": 2, "first": 1, "second": 2, "third": 3, "fourth": 4,
}  # fmt: skip
CHINESE_DIGITS = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
CHINESE_NUMBER = re.compile(r"([两二三四五六七八九十])(?=[个种类倍项篇次年天层阶步台名位条组步大])")
SCALES = {"k": 1_000, "m": 1_000_000, "万": 10_000, "亿": 100_000_000}


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """How far one source sentence bears out one sentence."""

    score: float
    """0 to 1."""
    support: Support
    """The level that is shown."""


def numbers(text: str, *, words: bool = True) -> set[float]:
    """Return the numbers in a text: digits with their scale, and number words where wanted."""
    found: set[float] = set()
    for match in DIGITS.finditer(text):
        value = float(match.group(1).replace(",", ""))
        found.add(value * SCALES.get((match.group(2) or "").strip().lower(), 1))
    if words:
        found |= spelt_numbers(text)
        found |= {float(CHINESE_DIGITS[digit]) for digit in CHINESE_NUMBER.findall(text)}
    return found


MOST_NAMES = 6
"""Words of an answer that is a mere list of names."""
GRAMMAR = frozenset({"two", "dual", "both", "first", "second", "third", "fourth"})
"""Number words that are often mere grammar: a sentence may count two things that its source names."""
TENS = re.compile(
    r"\b(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[- ](one|two|three|four|five|six|seven|eight|nine)\b"
)


def spelt_numbers(text: str, *, grammar: bool = True) -> set[float]:
    """Return the numbers that are written in English words, `ninety-five` as one."""
    lowered = text.lower()
    units = {"one": 1, **NUMBER_WORDS}
    joined = {float(NUMBER_WORDS[tens] + units[unit]) for tens, unit in TENS.findall(lowered)}
    words = [word for word in re.findall(r"[a-z]+", TENS.sub(" ", lowered)) if word in NUMBER_WORDS]
    return joined | {float(NUMBER_WORDS[word]) for word in words if grammar or word not in GRAMMAR}


def claimed(text: str) -> set[float]:
    """Return the quantities that a sentence claims: digits, and number words that are more than grammar."""
    spoken = spelt_numbers(text, grammar=False)
    return digits(text) | spoken | {float(CHINESE_DIGITS[digit]) for digit in CHINESE_NUMBER.findall(text)}


def novelty(sentence: str, question: str, source: str) -> float:
    """Return the share of a sentence's own words, those that the question did not bring, that a source holds.

    0 for a sentence that has no words of its own: it tells nothing. Chinese words are compared as character pairs.
    """
    own = set(tokens(sentence)) - set(tokens(question))
    return len(own & set(tokens(source))) / len(own) if own else 0.0


def bare(sentence: str, question: str) -> bool:
    """Return whether a sentence adds nothing but numbers, or to a Chinese question a few names, to its words."""
    own = set(tokens(sentence)) - set(tokens(question))
    names = bool(HAN.search(question)) and not HAN.search(sentence) and len(own) <= MOST_NAMES
    return bool(own) and (names or all(word[0].isdigit() for word in own))


def distributed(sentence: str, source: str) -> bool:
    """Return whether a sentence takes some numbers that its source deals out `respectively`: maybe wrong ones."""
    taken = digits(sentence)
    return "respectively" in source and "respectively" not in sentence and bool(taken) and taken < digits(source)


def digits(text: str) -> set[float]:
    """Return only the numbers that are written in digits."""
    return numbers(text, words=False)


def unsupported_numbers(sentence: str, source: str) -> set[float]:
    """Return the numbers of a sentence that its source does not hold, `half` and 50 % being one."""
    known = numbers(source) | {float(match.group(1).replace(",", "")) for match in DIGITS.finditer(source)}
    known |= {value * 100 for value in known if value < 1} | {value / 100 for value in known}
    return {value for value in claimed(sentence) if value not in known and (value > 1 or value == 0.5)}


def unsupported_names(sentence: str, source: str) -> set[str]:
    """Return the coined names of a sentence that its source does not hold; terms of the field are no names."""
    plain = spelt(source)
    named = {word: spelt(member(word)).removesuffix("s") for word in coined_words(sentence) if not generic(word)}
    return {word for word, name in named.items() if name not in plain}


def contained(sentence: str, source: str, given: str = "") -> float:
    """Return the share of a sentence's content words, counted once, that its source holds.

    Words of `given`, the question, do not count where the sentence has others.
    """
    said = set(tokens(sentence))
    said = said - set(tokens(given)) or said
    return len(said & set(tokens(source))) / len(said) if said else 0.0


def scaled(cosine: float, language: Language) -> float:
    """Return a cosine as a likeness between 0 and 1."""
    low, high = COSINE_RANGE[language]
    return min(1.0, max(0.0, (cosine - low) / (high - low)))


def score(sentence: str, source: str, cosine: float, language: Language, given: str = "") -> float:
    """Return the support score: likeness of meaning and, within English, shared words."""
    likeness = scaled(cosine, language)
    return likeness if language == "zh" else 0.5 * likeness + 0.5 * contained(sentence, source, given)


def level(value: float) -> Support:
    """Return the level of a support score."""
    return "supported" if value >= SUPPORTED else "partial" if value >= PARTIAL else "unsupported"


def quotes_for(
    sentence: str,
    sources: Sequence[str],
    cosines: NDArray[np.float64],
    language: Language,
    *,
    given: str = "",
    most: int = 2,
) -> list[tuple[int, float]]:
    """Return (source index, score) of the sources that bear out a sentence, best first, at most `most`.

    The best one comes first; further ones are added for the numbers that the first lacks. Words of `given`, the
    question, need no support.
    """
    if not len(sources):
        return []
    spoken = digits(sentence)
    scores = np.array(
        [score(sentence, source, cosine, language, given) for source, cosine in zip(sources, cosines, strict=True)]
    )
    shared = np.array([len(spoken & numbers(source)) / len(spoken) if spoken else 0.0 for source in sources])
    order = np.argsort(-(scores + 0.3 * shared), kind="stable")
    chosen = [int(order[0])]
    while len(chosen) < most and (open_numbers := unsupported_numbers(sentence, " ".join(sources[i] for i in chosen))):
        helpers = [int(i) for i in order if i not in chosen and open_numbers & numbers(sources[i])]
        if not helpers:
            break
        chosen.append(helpers[0])
    return [(index, float(scores[index])) for index in chosen]
