"""Premises that an abstract contradicts: a loss where it reports a gain, another number, a need that it does without.

Pure: sentences and their likeness to the question go in, the index of the contradicting sentence comes out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.query.cues import cue
from rag.query.mentions import coined_words, spelt
from rag.query.quantities import HAN_DIGITS, WORDS
from rag.query.verification import claimed, numbers
from rag.query.words import content_words, root
from vectorstore.lexical import ENGLISH_STOP

COUNTING = {word: value for word, value in {**WORDS, **HAN_DIGITS, "十": 10}.items() if value > 1}
"""Numbers in words that count things."""
ENGLISH = "|".join(sorted((word for word in COUNTING if word.isascii()), key=len, reverse=True))
CHINESE = "".join(word for word in COUNTING if not word.isascii())
COUNTED = re.compile(
    rf"(?<![\w.,\-])(\d[\d,]*(?:\.\d+)?|{ENGLISH}|[{CHINESE}](?=[天层轮]|小时))"
    r"[ \-]?([\u4e00-\u9fff]{0,2}?)[ \-]?(天|小时|层|轮|(?:[A-Za-z][A-Za-z\d]+[ \-]?){1,3})",
    re.IGNORECASE,
)
"""A number with what it counts: `8 A100 GPUs`, `three-day input`, 11 天."""
CHINESE_UNITS = {"天": "day", "小时": "hour", "层": "layer", "轮": "turn"}
NEAR = 4
"""Sentences, nearest first, that can be about what the question presumes."""

Counted = list[tuple[float, set[str]]]


def counted(text: str) -> Counted:
    """Return the numbers of a text, each with the stems of the words that say what it counts."""
    found: Counted = []
    for number, _, things in COUNTED.findall(text):
        words = {CHINESE_UNITS.get(things, "")}
        words |= {
            root(word.lower()) for word in re.findall(r"[A-Za-z]{2,}", things) if word.lower() not in ENGLISH_STOP
        }
        value = COUNTING.get(number.lower())
        found.append((float(number.replace(",", "")) if value is None else float(value), words - {""}))
    return found


def contradicting(
    question: str, sentences: Sequence[str], card: Sequence[str], likeness: Sequence[float]
) -> int | None:
    """Return the index of the sentence that contradicts what a question presumes; None when none does.

    `card` are Chinese sentences that the abstract bears out. A question that presumes nothing contradicts nothing.
    """
    if not cue("presumes").search(question):
        return None
    names = {spelt(word) for word in coined_words(question)}
    shared = [sum(name in spelt(sentence) for name in names) for sentence in sentences]
    order = sorted(range(len(sentences)), key=lambda index: (-shared[index], -likeness[index]))
    for rule in (gain_for_loss, other_best):
        if (found := rule(question, sentences, order)) is not None:
            return found
    if not cue("why").search(question):
        return None
    found = other_number(question, sentences, order)
    return found if found is not None else done_without(question, sentences, card, order)


def gain_for_loss(question: str, sentences: Sequence[str], order: Sequence[int]) -> int | None:
    """Return a near sentence that reports a gain and no loss, where the question presumes a loss.

    The nearest one is enough where it says that there was none; to `worst` answers the one that says `best`.
    """
    if not cue("worse").search(question) or not order:
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
    """Return the sentence that gives another number, of the same thing where it can be told, than the question does."""
    known = numbers(" ".join(sentences))
    for value, things in counted(question):
        told = [index for index in order if any(counts & things for _, counts in counted(sentences[index]))]
        if value > 1 and value not in known and told:
            return told[0]
    presumed = {value for value in claimed(question) if value > 1}
    if not presumed or presumed & known:
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
