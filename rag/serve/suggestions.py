"""Questions that could follow an answer, in its language (pure)."""

from __future__ import annotations

from collections.abc import Mapping

from rag.models import Language
from rag.serve.conversation import Exchange
from rag.serve.wording import WORDINGS

MOST = 3


def suggestions(exchange: Exchange) -> list[str]:
    """Return what could be asked next: of one paper how it works, of several how they compare; nothing without any."""
    answer = exchange.answer
    if answer is None or not exchange.cited or answer.reason == "off_topic":
        return []
    words = WORDINGS[answer.language].followups
    asked = about_two(exchange, words) if len(exchange.cited) > 1 else about_one(answer.language)
    before = {exchange.question.casefold(), answer.resolved.casefold()}
    return [question for question in asked if question.casefold() not in before][:MOST]


def about_one(language: Language) -> list[str]:
    """Return questions about the one paper that an answer cites."""
    words = WORDINGS[language].followups
    return [words["method"], words["evaluation"], words["authors"]]


def about_two(exchange: Exchange, words: Mapping[str, str]) -> list[str]:
    """Return questions about the first two papers that an answer cites."""
    first, second = exchange.cited[:2]
    compared = exchange.answer is not None and exchange.answer.layout == "table"
    names = ("first", "second") if compared else ("compare", "first", "second")
    return [words[name].format(a=first, b=second) for name in names]
