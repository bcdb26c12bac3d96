"""Evidence of one paper: its abstract's sentences with their vectors, made once a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rag.engines.loading import Embedders
from rag.models import Citation, Language, Paper, Support
from rag.query.cues import cue
from rag.query.verification import (
    PARTIAL,
    Check,
    bare,
    contained,
    level,
    quotes_for,
    unsupported_names,
    unsupported_numbers,
)
from rag.text import HAN, sentences

Vectors = NDArray[np.float32]
CARD_WORDS = 0.8
"""Least share of a Chinese sentence's own words in a field of the card that says it."""
CARD_SCORE = 0.2
"""Least support score, across languages, of such a sentence: e5 places short ones badly."""


@dataclass(frozen=True)
class Evidence:
    """What one paper can be quoted with, and how near any sentence is to it."""

    paper: Paper
    """The paper."""
    embedders: Embedders
    """Both spaces' embedders."""

    @cached_property
    def sentences(self) -> list[str]:
        """The abstract's sentences, verbatim, without those that give orders; the title where there are none."""
        told = [sentence for sentence in sentences(self.paper.abstract) if not cue("order").search(sentence)]
        return told or [self.paper.title]

    @cached_property
    def _english(self) -> Vectors:
        return embed(self.embedders.english.get_text_embedding_batch(self.sentences))

    @cached_property
    def _multilingual(self) -> Vectors:
        return embed(self.embedders.multilingual.get_text_embedding_batch(self.sentences))

    def cosines(self, text: str, language: Language) -> NDArray[np.float64]:
        """Return (sentences,) cosine similarities of a text in `language` to the abstract's sentences."""
        if language == "zh":
            vector = np.asarray(self.embedders.multilingual.get_query_embedding(text), dtype=np.float32)
            return (self._multilingual @ vector).astype(np.float64)
        vector = np.asarray(self.embedders.english.get_query_embedding(text), dtype=np.float32)
        return (self._english @ vector).astype(np.float64)

    @property
    def sources(self) -> tuple[str, ...]:
        """The title and the sentences, each by itself."""
        return (self.paper.title, *self.sentences)

    @cached_property
    def text(self) -> str:
        """All that a name or a number may come from."""
        return " ".join(self.sources)

    @cached_property
    def card_borne_out(self) -> list[str]:
        """The Chinese fields of the card whose numbers all stand in the abstract."""
        fields: list[str] = [getattr(self.paper, name) for name in self.paper.card_fields]
        return [text for text in fields if HAN.search(text) and not unsupported_numbers(text, *self.sources)]

    def card_for(self, question: str) -> tuple[str, ...]:
        """Return the fields of the card that the abstract bears out, those nearest to a question first.

        The motivation tells what others lack: it comes last unless a question asks why.
        """
        aside = "" if cue("why").search(question) else self.paper.motivation
        fields = [text for text in self.card_borne_out if text != aside]
        if not fields:
            return ()
        vectors = embed(self.embedders.multilingual.get_text_embedding_batch(fields))
        likeness = vectors @ np.asarray(self.embedders.multilingual.get_query_embedding(question), dtype=np.float32)
        nearest = [fields[index] for index in np.argsort(-likeness, kind="stable")]
        return (*nearest, *(text for text in self.card_borne_out if text == aside))

    @cached_property
    def full_text(self) -> str:
        """Title, abstract and card."""
        return " ".join((self.text, *(getattr(self.paper, name) for name in self.paper.card_fields)))

    def told_by_card(self, sentence: str, question: str) -> bool:
        """Return whether a field of the card that the abstract bears out says a Chinese sentence in its own words."""
        return any(contained(sentence, text, question) >= CARD_WORDS for text in self.card_borne_out)

    def verify(self, sentence: str, language: Language, question: str = "") -> Verdict:
        """Return the quotes that bear out a sentence, and whether they do.

        A sentence that answers a question may repeat its words, which need not be the paper's, and one that is a mere
        name or number says with the question what it means.
        """
        meant = f"{question} {sentence}" if bare(sentence, question) else sentence
        found = quotes_for(sentence, self.sentences, self.cosines(meant, language), language, given=question)
        quotes = [self.sentences[index] for index, _ in found]
        faults = [f"{value:g}" for value in sorted(unsupported_numbers(sentence, *quotes))]
        faults += sorted(unsupported_names(sentence, self.text))
        best = max((score for _, score in found), default=0.0)
        if language == "zh" and best >= CARD_SCORE and self.told_by_card(sentence, question):
            best = max(best, PARTIAL)
        if language == "zh" and bare(sentence, question) and contained(sentence, " ".join(quotes), question) == 1:
            best = max(best, PARTIAL)
        support: Support = "unsupported" if faults else level(best)
        return Verdict(
            evidence=self,
            quotes=tuple((self.sentences[index], score) for index, score in found),
            check=Check(score=best, support=support),
            faults=tuple(faults),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What verification says of one sentence."""

    evidence: Evidence
    """The paper it was checked against."""
    quotes: tuple[tuple[str, float], ...]
    """(verbatim source sentence, support score), best first."""
    check: Check
    """Score and level of the whole."""
    faults: tuple[str, ...]
    """Numbers and names that the paper does not hold."""

    def citations(self, position: int) -> tuple[Citation, ...]:
        """Return the citations of the answer's sentence `position`."""
        return tuple(
            cite(self.evidence.paper, position, quote, support=self.check.support, score=self.check.score)
            for quote, _ in self.quotes
        )


def cite(
    paper: Paper,
    position: int,
    quote: str,
    *,
    field: str = "abstract",
    support: Support = "supported",
    score: float = 1.0,
) -> Citation:
    """Return a citation of a paper for the answer's sentence `position`."""
    return Citation(
        arxiv_id=paper.arxiv_id,
        title=paper.title,
        url=paper.url,
        sentence=position,
        field=field if quote != paper.title else "title",
        quote=quote,
        support=support,
        score=round(score, 3),
    )


def embed(vectors: Sequence[Sequence[float]]) -> Vectors:
    """Return vectors as a matrix."""
    return np.asarray(vectors, dtype=np.float32)
