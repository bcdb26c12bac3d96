"""Premises that an abstract contradicts: the other end of a scale, another of a kind or number, a need that is none.

Pure: sentences and their likeness to the question go in, the index of the contradicting sentence comes out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.query.cues import cue, kinds, scales
from rag.query.glossary import in_english
from rag.query.mentions import coined_words, spelt
from rag.query.quantities import HAN_DIGITS, WORDS
from rag.query.verification import claimed, numbers
from rag.query.words import content_words, root
from rag.text import HAN
from vectorstore.lexical import ENGLISH_STOP

COUNTING = {word: value for word, value in {**WORDS, **HAN_DIGITS, "十": 10}.items() if value > 1}
"""Numbers in words that count things."""
ENGLISH = "|".join(sorted((word for word in COUNTING if word.isascii()), key=len, reverse=True))
CHINESE = "".join(word for word in COUNTING if not word.isascii())
COUNTED = re.compile(
    rf"(?<![\w.,\-])(\d[\d,]*(?:\.\d+)?|{ENGLISH}|[{CHINESE}](?=[天层轮]|小时))"
    r"(?:[ \-]?(天|小时|层|轮)|(?:[ \-]|[ \-]?[\u4e00-\u9fff]{1,2}[ \-]?)((?:[A-Za-z][A-Za-z\d]+[ \-]?){1,3}))",
    re.IGNORECASE,
)
"""A number with what it counts: `8 A100 GPUs`, `three-day input`, 11 天."""
ASKED_FOR = re.compile(rf"\b(?:which|what) (?:{ENGLISH})\b", re.IGNORECASE)
"""So many answers are asked for: `which two kinds`."""
HAN_LARGE = re.compile(r"\d[\d.,]*\s*[百千万亿]+")
"""A number of which these digits are only a part: 1020 亿."""
ABOUT = 0.05
"""Share by which a number may differ and still be meant: `about 600` of 535 to 620."""
UNCOUNTED = ENGLISH_STOP | {
    "hundred",
    "thousand",
    "million",
    "billion",
    "trillion",
    "percent",
    "times",
    "kinds",
    "types",
}
"""Words after a number that do not say what it counts."""
CHINESE_UNITS = {"天": "day", "小时": "hour", "层": "layer", "轮": "turn"}
NEAR = 4
"""Sentences, nearest first, that can be about what the question presumes."""
NEAREST = 3
"""Likewise where a word that reports one end of a scale is all that there is to go by."""
SPARED = re.compile(
    r"\b(?:without|no need (?:for|of)|(?:does|do|need) not (?:need|require|use|rely on)|eliminat\w+|"
    r"removes? the need for|free of|no)\b((?: [\w\-]+){1,6})|\b([\w\-]+?)-free\b",
    re.IGNORECASE,
)
"""What a sentence says that it does without."""
NEEDING = frozenset(content_words("access require need use rely additional further extra explicit prior"))
"""Words that may stand between."""

Counted = list[tuple[float, set[str]]]


def counted(text: str) -> Counted:
    """Return the numbers of a text, each with the stems of the words that say what it counts."""
    found: Counted = []
    for number, unit, things in COUNTED.findall(text):
        words = {CHINESE_UNITS.get(unit, "")}
        words |= {root(word.lower()) for word in re.findall(r"[A-Za-z]{2,}", things) if word.lower() not in UNCOUNTED}
        value = COUNTING.get(number.lower())
        found.append((float(number.replace(",", "")) if value is None else float(value), words - {""}))
    return found


def contradicting(
    question: str, sentences: Sequence[str], card: Sequence[str], likeness: Sequence[float]
) -> int | None:
    """Return the index of the sentence that contradicts what a question presumes; None when none does.

    `card` are Chinese sentences that the abstract bears out. A question that presumes nothing, as one for yes or no,
    contradicts nothing.
    """
    if not cue("presumes").search(question) or cue("open").search(question):
        return None
    names = {spelt(word) for word in coined_words(question)}
    shared = [sum(name in spelt(sentence) for name in names) for sentence in sentences]
    order = sorted(range(len(sentences)), key=lambda index: (-shared[index], -likeness[index]))
    nearest = sorted(range(len(sentences)), key=lambda index: -likeness[index])
    rules: tuple[Callable[[], int | None], ...] = (
        lambda: other_end(question, sentences, nearest[:NEAREST]),
        lambda: gain_for_loss(question, sentences, order),
        lambda: other_best(question, sentences, order),
        lambda: other_of_kind(question, sentences, card, nearest),
        lambda: other_number(question, sentences, order),
        lambda: done_without(question, sentences, card, order),
        lambda: spared(question, sentences, nearest[:NEAREST]),
    )
    return next((found for rule in rules if (found := rule()) is not None), None)


def other_end(question: str, sentences: Sequence[str], near: Sequence[int]) -> int | None:
    """Return a near sentence that reports one end of a scale where the question takes the other for granted.

    None where the question names both ends, or one of these sentences reports what it takes for granted. What is said
    of when it holds is not what is presumed; nor are the words by which `which cheap detectors` describes a thing.
    """
    if not cue("why_or_how").search(question):
        return None
    question = cue("circumstance").sub(" ", question)
    for ends in scales():
        for presumed, denied in (ends, ends[::-1]):
            if not presumed.asked.search(question) or denied.asked.search(question):
                continue
            if any(presumed.told.search(sentences[index]) for index in near):
                continue
            if (found := next((index for index in near if denied.told.search(sentences[index])), None)) is not None:
                return found
    return None


def other_of_kind(question: str, sentences: Sequence[str], card: Sequence[str], order: Sequence[int]) -> int | None:
    """Return the sentence that names another sensor, organ or language than the question's, never named in it."""
    paper = " ".join((*sentences, *card))
    question = cue("answer_in").sub(" ", question)
    for kind in kinds():
        asked = {name for name, pattern in kind.items() if pattern.search(question)}
        told = {name for name, pattern in kind.items() if pattern.search(paper)}
        if asked and told and not asked & told:
            return next((index for index in order if any(kind[name].search(sentences[index]) for name in told)), None)
    return None


def spared(question: str, sentences: Sequence[str], near: Sequence[int]) -> int | None:
    """Return a near sentence that says that it does without what the question asks how much of it takes."""
    if not cue("takes").search(question) or cue("without").search(question):
        return None
    asked = set(content_words(in_english(question)))
    for index in near:
        for match in SPARED.finditer(sentences[index]):
            things = [word for word in content_words(match[1] or match[2]) if word not in NEEDING][:2]
            if things and asked.issuperset(things) and (len(things) > 1 or match[2]):
                return index
    return None


def gain_for_loss(question: str, sentences: Sequence[str], order: Sequence[int]) -> int | None:
    """Return a near sentence that reports a gain and no loss, where the question presumes a loss.

    The nearest one is enough where it says that there was none; to `worst` answers the one that says `best`.
    """
    if not cue("why").search(question) or not cue("worse").search(question) or not order:
        return None
    if cue("unharmed").search(sentences[order[0]]) and not harmed(sentences[order[0]]):
        return order[0]
    if any(harmed(sentences[index]) for index in order[: NEAR - 1]):
        return None
    gains = [index for index in order[:NEAR] if cue("better").search(sentences[index])]
    if cue("superlative").search(question):
        gains.sort(key=lambda index: not cue("superlative").search(sentences[index]))
    return next(iter(gains), None)


def harmed(sentence: str) -> bool:
    """Return whether a sentence reports a loss: `minimal degradation` is none."""
    return bool(cue("worse").search(cue("unharmed").sub(" ", sentence)))


def other_best(question: str, sentences: Sequence[str], order: Sequence[int]) -> int | None:
    """Return the sentence that names another number of the same thing as best, or worst, than the question does."""
    if not cue("superlative").search(question):
        return None
    for value, things in counted(question):
        for index in order:
            same = {other for other, counts in counted(sentences[index]) if counts & things}
            if cue("superlative").search(sentences[index]) and same and value not in same:
                return index
    return None


def other_number(question: str, sentences: Sequence[str], order: Sequence[int]) -> int | None:
    """Return the sentence that gives another number than the question does, of the same thing where it can be told."""
    known = numbers(" ".join(sentences))
    question = HAN_LARGE.sub(" ", ASKED_FOR.sub(" ", question))
    for value, things in [*counted(question), *(counted(in_english(question)) if HAN.search(question) else [])]:
        told = [index for index in order if any(counts & things for _, counts in counted(sentences[index]))]
        if value > 1 and told and not any(abs(value - other) <= ABOUT * value for other in known):
            return told[0]
    presumed = {value for value in claimed(question) if value > 1}
    if not cue("why").search(question) or not presumed or presumed & known:
        return None
    return next((index for index in order if numbers(sentences[index], words=False)), None)


def done_without(question: str, sentences: Sequence[str], card: Sequence[str], order: Sequence[int]) -> int | None:
    """Return the sentence that says it does without what the question presumes it to need."""
    match = cue("needs").search(question)
    needed = next((group for group in match.groups() if group), "") if match else ""
    things = content_words(needed)
    if not things:
        return None
    lacking = [(index, found.end()) for index in order if (found := cue("without").search(sentences[index]))]
    for index, end in lacking:
        if set(things) <= set(content_words(sentences[index][end : end + 60])):
            return index
    spared = any(
        needed in text[found.end() : found.end() + 16] for text in card for found in cue("without").finditer(text)
    )
    return lacking[0][0] if spared and lacking else None
