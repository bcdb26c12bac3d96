"""Evidence of one paper: its abstract's sentences with their vectors, made once a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rag.engines.answerability import Answerability, judged
from rag.engines.embedders import TokenEmbedding
from rag.engines.late import fitted
from rag.engines.loading import Embedder
from rag.models import Citation, Language, Paper, Support
from rag.query.aspects import statements
from rag.query.cues import cue
from rag.query.glossary import asked_in_english, understood
from rag.query.retrieval import Scores
from rag.query.selection import sentence_scores
from rag.query.verification import (
    PARTIAL,
    Check,
    bare,
    contained,
    denied,
    foreign_words,
    level,
    quotes_for,
    score,
    turned,
    unsupported_names,
    unsupported_numbers,
)
from rag.text import HAN

Vectors = NDArray[np.float32]
ANSWERING = 1.5
"""What answerability counts beside the score of a sentence (development questions of evals/data/single_*.jsonl)."""
CARD_WORDS = 0.8
"""Least share of a Chinese sentence's own words in a field of the card that says it."""
CARD_SCORE = 0.2
"""Least support score of such a sentence: in English words short ones are placed badly."""


@dataclass(frozen=True)
class Evidence:
    """What one paper can be quoted with, and how near any sentence is to it."""

    paper: Paper
    """The paper."""
    embedder: Embedder
    """Makes its vectors."""
    meant: bool = False
    """Whether a question names it or refers to it: then its title stands for what others describe it by."""

    @cached_property
    def sentences(self) -> list[str]:
        """The abstract's sentences, verbatim, without those that give orders; the title where there are none."""
        return statements(self.paper)

    @cached_property
    def _vectors(self) -> Vectors:
        return embed(self.embedder.model.get_text_embedding_batch(self.sentences))

    def cosines(self, text: str) -> NDArray[np.float64]:
        """Return (sentences,) cosine similarities of a text, a Chinese one in English words, to the sentences."""
        vector = np.asarray(self.embedder.model.get_query_embedding(understood(text, self.embedder)), dtype=np.float32)
        return (self._vectors @ vector).astype(np.float64)

    def likeness(self, question: str) -> NDArray[np.float64]:
        """Return (sentences,) how much nearer each sentence comes to the words of a question than the others do.

        The weighted mean, over the question's words in context, of what the sentence's nearest word is above the mean
        of all sentences: words that every sentence meets, such as the paper's subject, tell them apart no more. An
        embedder without vectors of single words is asked for whole sentences.
        """
        return self._nearer(question, self.sentences)

    def _nearer(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return (texts,) the same of any texts; Chinese ones are compared in English words."""
        embedder = self.embedder.model
        told = [understood(text, self.embedder) for text in (question, *texts)]
        if not isinstance(embedder, TokenEmbedding):
            vectors = embed(embedder.get_text_embedding_batch(told))
            likeness: NDArray[np.float64] = (vectors[1:] @ vectors[0]).astype(np.float64)
            return likeness
        asked, *words = (embedder.token_vectors(text) for text in told)
        if not len(asked.ids) or not all(len(each.ids) for each in words):
            return np.zeros(len(texts))
        view = fitted()["sentences"]
        wanted = view.asked(asked.ids, asked.vectors)
        met = np.array([(wanted.vectors @ view.project(each.vectors).T).max(axis=1) for each in words])
        nearer: NDArray[np.float64] = (np.maximum(met - met.mean(axis=0), 0.0) @ wanted.weights).astype(np.float64)
        return nearer

    @cached_property
    def _judgements(self) -> dict[str, Answerability | None]:
        """What has been told of questions: each is asked several times on its way."""
        return {}

    def answerability(self, question: str) -> Answerability | None:
        """Return what the title and each sentence are to a question; None without abstract or vectors of words."""
        if question not in self._judgements:
            self._judgements[question] = self._judged(question)
        return self._judgements[question]

    def _judged(self, question: str) -> Answerability | None:
        embedder = self.embedder.model
        if not isinstance(embedder, TokenEmbedding) or not self.paper.abstract:
            return None
        words = asked_in_english(question) if self.embedder.english_only else question
        words = f"{words} ({self.paper.title})" if self.meant else words
        return judged(embedder.token_vectors(words), [embedder.token_vectors(text) for text in self.sources])

    def scores(self, question: str) -> Scores:
        """Return (sentences,) how likely each sentence is to hold the answer."""
        scores = sentence_scores(question, self.sentences, self.likeness(question))
        judgement = self.answerability(question)
        return scores if judgement is None else scores + ANSWERING * judgement.answers[1:]

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
        scores = sentence_scores(question, fields, self._nearer(question, fields))
        nearest = [fields[index] for index in np.argsort(-scores, kind="stable")]
        return (*nearest, *(text for text in self.card_borne_out if text == aside))

    def card_likeness(self, text: str, fields: Sequence[str]) -> NDArray[np.float32]:
        """Return (fields,) cosine similarities of a text to fields of the card, all in English words."""
        rendered = [understood(words, self.embedder) for words in (text, *fields)]
        vectors = embed(self.embedder.model.get_text_embedding_batch(rendered))
        likeness: NDArray[np.float32] = vectors[1:] @ vectors[0]
        return likeness

    @cached_property
    def full_text(self) -> str:
        """Title, abstract and card."""
        return " ".join((self.text, *(getattr(self.paper, name) for name in self.paper.card_fields)))

    def told_by_card(self, sentence: str, question: str) -> bool:
        """Return whether a field of the card that the abstract bears out says a Chinese sentence in its own words."""
        return any(contained(sentence, text, question) >= CARD_WORDS for text in self.card_borne_out)

    def verify(self, sentence: str, language: Language, question: str = "") -> Verdict:
        """Return the quotes that bear out a sentence, and whether they do.

        A sentence that answers a question may repeat its words, which need not be the paper's unless it gives a reason,
        and one that is a mere name or number says with the question what it means.
        """
        meant = f"{question} {sentence}" if bare(sentence, question) else sentence
        cosines = self.cosines(meant)
        found = quotes_for(sentence, self.sentences, cosines, given=question)
        quotes = [self.sentences[index] for index, _ in found]
        faults = [f"{value:g}" for value in sorted(unsupported_numbers(sentence, *quotes))]
        faults += sorted(unsupported_names(sentence, self.text) | foreign_words(sentence, self.full_text, question))
        faults += sorted(turned(sentence, quotes) | denied(sentence, quotes, question))
        # the reason of what is not so is no answer: where one is asked for, the question's words are borne out too
        given = "" if cue("why").search(question) else question
        scores = [score(sentence, self.sentences[index], float(cosines[index]), given) for index, _ in found]
        best = max(scores, default=0.0)
        if language == "zh" and best >= CARD_SCORE and self.told_by_card(sentence, question):
            best = max(best, PARTIAL)
        if language == "zh" and bare(sentence, question) and contained(sentence, " ".join(quotes), question) == 1:
            best = max(best, PARTIAL)
        support: Support = "unsupported" if faults else level(best)
        return Verdict(
            evidence=self,
            quotes=tuple((self.sentences[index], value) for index, value in found),
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
    """Numbers and names that the paper does not hold, and what the sentence turns round."""

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
