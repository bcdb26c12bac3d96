"""Outcome: one question with what is expected of it and what a subject made of it; the input of every metric. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from evals.cases import Ask, Kind
from rag.models import Answer, Citation, Paper

MARKER = re.compile(r"\s*\[(?:\d{4}\.\d{4,5}|[a-z\-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?\]")
"""A citation marker, `[arXiv ID]`."""
NAMES_ID = re.compile(r"\d{4}\\?\.\d{4,5}")
"""In a required fact: the arXiv ID itself is asked for."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One question, asked."""

    kind: Kind
    """The case's kind."""
    ask: Ask
    """What is expected."""
    forbidden: str = ""
    """Pattern that no answer may match."""
    ranking: tuple[str, ...] | None = None
    """arXiv ids as retrieved, best first; None where nothing was retrieved."""
    answer: Answer | None = None
    """What was answered; None where only retrieval was asked for, or where the subject failed."""
    failed: bool = False
    """Whether the subject raised an error; every metric that applies then has its worst value."""
    memory_mib: float | None = None
    """Memory of the process after the question; None where it is not known."""
    papers: Mapping[str, Paper] = field(default_factory=dict)
    """The papers of the corpus that ranking, answer or gold speak of."""

    @cached_property
    def text(self) -> str:
        """The answer in its own words: no citation markers."""
        return MARKER.sub("", self.answer.text) if self.answer else ""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The answer's citations."""
        return self.answer.citations if self.answer else ()

    @cached_property
    def cited(self) -> tuple[str, ...]:
        """Papers that the answer cites, each once, in order."""
        return tuple(dict.fromkeys(citation.arxiv_id for citation in self.citations))

    @cached_property
    def quotes(self) -> str:
        """All quotes that the answer shows, one a line."""
        return "\n".join(dict.fromkeys(citation.quote for citation in self.citations))

    @property
    def abstained(self) -> bool:
        """Whether the answer says that the papers do not tell."""
        return bool(self.answer and self.answer.abstained)

    def states(self, fact: str, *, quotes: bool = False) -> bool:
        """Return whether the answer holds a required fact, in its own words or also in its quotes.

        Markers count only for a fact that is an arXiv ID.
        """
        marked = self.answer.text if self.answer and NAMES_ID.search(fact) else self.text
        told = f"{marked}\n{self.quotes}" if quotes else marked
        return re.search(fact, told, re.IGNORECASE) is not None
