"""Language, length and copying of an answer's words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evals.outcome import Outcome
from rag.text import HAN, detect_language

COPIED_RUN = 8
"""Words (or Chinese characters) in a row that count as copied."""
WORD = re.compile(r"[^\W_]+(?:['\-.][^\W_]+)*")
NUMBER = re.compile(r"(?<![A-Za-z0-9_.])\d+(?:,\d{3})*(?:\.\d+)?")


def numbers_in(text: str) -> set[str]:
    """Return the numbers written in digits, thousands separators and trailing zeros of fractions removed."""
    plain = (match.replace(",", "") for match in NUMBER.findall(text))
    return {number.rstrip("0").rstrip(".") if "." in number else number for number in plain}


def words_in(text: str) -> list[str]:
    """Return lower-cased words; each Chinese character is a word."""
    return WORD.findall(HAN.sub(lambda found: f" {found.group()} ", text).lower())


def language_right(outcome: Outcome) -> float | None:
    """Return 1 where the answer is in the question's language, else 0; titles and quoted words are left aside."""
    if outcome.failed:
        return 0.0
    if outcome.answer is None or not outcome.text:
        return None
    told = outcome.text
    for title in {citation.title for citation in outcome.citations} - {""}:
        told = told.replace(title, "")
    told = re.sub(r"[“\"][^”\"]*[”\"]", "", told)
    return float(detect_language(told) == outcome.ask.language)


def length(outcome: Outcome) -> float | None:
    """Return the number of words, Chinese characters counted as words."""
    return float(len(words_in(outcome.text))) if outcome.answer else None


def copied(outcome: Outcome) -> float | None:
    """Return the share of the answer's words in runs of eight or more that stand so in a cited paper's text.

    Extractive fragment coverage (Grusky et al. 2018, Newsroom), short runs left out.
    """
    words = words_in(outcome.text)
    if not words or not outcome.cited:
        return None
    sources = [outcome.papers[identifier] for identifier in outcome.cited if identifier in outcome.papers]
    runs: set[tuple[str, ...]] = set()
    for paper in sources:
        for text in (paper.abstract, *(getattr(paper, name) for name in paper.card_fields)):
            runs.update(windows(words_in(text)))
    covered = [False] * len(words)
    for start, window in enumerate(windows(words)):
        if window in runs:
            covered[start : start + COPIED_RUN] = [True] * COPIED_RUN
    return sum(covered) / len(words)


def windows(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Return all runs of `COPIED_RUN` words."""
    return [tuple(words[start : start + COPIED_RUN]) for start in range(len(words) - COPIED_RUN + 1)]
