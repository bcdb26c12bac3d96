"""What one paper itself says to a question: its likeliest sentences, as quotations or, in Chinese, as card fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.engines.loading import count_tokens
from rag.models import Language, Sentence
from rag.query.cues import cue, details
from rag.query.drafts import Draft
from rag.query.evidence import Evidence, Verdict, cite
from rag.query.parts import parts
from rag.query.phrasing import harmless, in_third_person, marked, plain, stopped
from rag.query.selection import MEASURED, best_sentences, sentence_scores
from rag.query.verification import contained, digits, novelty, unsupported_numbers
from rag.query.wording import say

NOTES_TOKENS: dict[Language, int] = {"en": 180, "zh": 300}
"""Tokens of the notes in a prompt, as tiktoken counts them: about four sentences, in Chinese with two card fields.

Qwen's own tokens of Chinese are about two thirds of these.
"""
CARD_FIELDS = 2
"""Card fields in the notes for a Chinese question."""
FALLBACK = 2
"""Sentences that the source itself tells where none of the model's is borne out."""
REPEATED = 0.7
"""Share of a sentence's own words that stand in the sentences before it, from which on it repeats them."""
BESIDE: dict[Language, float] = {"en": 2.5, "zh": 3.0}
"""Score from which on a sentence is told beside an answer of one sentence that does not rest on it."""
FOLLOWS = 2.0
"""How much more a sentence counts there that follows one which the answer rests on: abstracts go from what to how."""
LONGEST: dict[Language, int] = {"en": 50, "zh": 110}
"""Characters and Latin words of an answer with such a sentence.

All three chosen on the development questions that one paper answers (docs/evaluation.md).
"""
WORD_OR_HAN = re.compile(r"[\u4e00-\u9fff]|[A-Za-z0-9](?:[^\s\u4e00-\u9fff]*)")
YEARS = frozenset(map(float, range(1990, 2040)))
"""Numbers that are no sizes: `the ARC Prize 2025`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """What of one paper is most likely to hold the answer to a question."""

    sentences: tuple[str, ...]
    """Sentences of the abstract, in its order."""
    best: tuple[str, ...]
    """The same, the likeliest first."""
    card: tuple[str, ...]
    """For a Chinese question, fields of the card that the abstract bears out, the likeliest first."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a model reads."""
        return (*self.card, *self.sentences)


def choose(question: str, evidence: Evidence, language: Language) -> Chosen:
    """Return the sentences, and for Chinese the card fields, that fit into a prompt's notes together."""
    card: tuple[str, ...] = ()
    budget = NOTES_TOKENS[language]
    if language == "zh":
        card = evidence.card_for(question)[:CARD_FIELDS]
        budget -= sum(count_tokens(text) for text in card)
    scores = evidence.scores(question)
    indices = best_sentences(scores, [count_tokens(text) for text in evidence.sentences], budget)
    likeliest = sorted(indices, key=lambda index: -scores[index])
    texts = evidence.sentences
    return Chosen(sentences=tuple(texts[i] for i in indices), best=tuple(texts[i] for i in likeliest), card=card)


def in_numbers(question: str, chosen: Chosen) -> Chosen | None:
    """Return the likeliest of the chosen that measure something, where a question asks how much; None where none does.

    How many things there are is another question: a number of something else does not answer it.
    """
    if not cue("quantity").search(question) or cue("how_many").search(question):
        return None
    best = tuple(text for text in chosen.best if MEASURED.search(text))[:1]
    card = tuple(text for text in chosen.card if MEASURED.search(text))[:1]
    return Chosen(sentences=best, best=best, card=card) if best else None


def told_by_source(chosen: Chosen, evidence: Evidence, draft: Draft, *, beside: bool = True) -> Iterator[Sentence]:
    """Yield what the source itself says: its likeliest sentences, or in Chinese the card fields that they bear out.

    With `beside`, the likeliest sentence is quoted after the fields where none of them says it.
    """
    told = [(text, evidence.verify(text, "zh")) for text in chosen.card[:FALLBACK]]
    told = [(text, verdict) for text, verdict in told if verdict.check.support != "unsupported"]
    held = {quote for _, verdict in told for quote, _ in verdict.quotes}
    likeliest = chosen.best[:1] if beside else ()
    quotes = [quote for quote in likeliest if quote not in held] if told else chosen.best[:FALLBACK]
    for text, verdict in told:
        if not repeated(text, draft.question, draft):
            yield release(stopped(harmless(text), "zh"), verdict, draft)
    for quote in quotes:
        yield quoted(quote, evidence, draft)


def quoted(quote: str, evidence: Evidence, draft: Draft) -> Sentence:
    """Release a sentence of the abstract as a quotation."""
    paper = evidence.paper
    before = draft.sentences[-1].citations if draft.sentences else ()
    quoted_before = {citation.arxiv_id for citation in before if citation.field == "abstract"}
    key = "quoted_next" if paper.arxiv_id in quoted_before else "quoted"
    told = quote.rstrip(". ") if draft.language == "zh" else quote
    text = stopped(say(draft.language, key, quote=told), draft.language)
    return draft.release(marked(text, [paper.arxiv_id]), [cite(paper, draft.position, quote)])


def left_out(question: str, chosen: Chosen, evidence: Evidence, released: Sequence[Sentence]) -> list[str]:
    """Return the abstract's sentences that an answer lacks: on a part of the question, or with the size asked for.

    A part that asks for a detail which the abstract does not state gets none.
    """
    cited = {citation.quote for sentence in released for citation in sentence.citations}
    asked = parts(question)
    found: list[str] = []
    for part in asked if len(asked) > 1 else ():
        if any(detail.asked.search(part) and not detail.stated.search(evidence.text) for detail in details()):
            continue
        scores = evidence.scores(part)
        found.append(evidence.sentences[int(scores.argmax())])
    said = " ".join(plain(sentence.text) for sentence in released)
    if not sized(said, question) and not any(map(digits, found)) and (measured := in_numbers(question, chosen)):
        found += measured.best
    return [quote for quote in dict.fromkeys(found) if quote not in cited and contained(quote, said) < REPEATED]


def sized(said: str, question: str) -> bool:
    """Return whether an answer holds a number, other than a year, that its question does not."""
    return bool(digits(said) - digits(question) - YEARS)


def beside(question: str, evidence: Evidence, released: Sequence[Sentence], language: Language) -> list[str]:
    """Return the sentence that is likely to complete an answer of one sentence that does not rest on it.

    Nothing where there is none, where both would be long, and where the size that was asked for is told. In English
    only where a question asks how something is done: what else is asked for, one sentence tells.
    """
    said = " ".join(plain(sentence.text) for sentence in released)
    if language == "en" and not cue("process").search(question):
        return []
    if len(released) != 1 or (cue("quantity").search(question) and sized(said, question)):
        return []
    held = evidence.sentences
    cited = {citation.quote for citation in released[0].citations}
    scores = sentence_scores(question, held, evidence.likeness(question))
    follows = [place > 0 and held[place - 1] in cited for place in range(len(held))]
    likely = {place: scores[place] + FOLLOWS * follows[place] for place in range(len(held)) if held[place] not in cited}
    best = max(likely, key=lambda place: likely[place], default=None)
    if best is None or likely[best] < BESIDE[language] or contained(held[best], said) >= REPEATED:
        return []
    return [held[best]] if len(WORD_OR_HAN.findall(f"{said} {held[best]}")) <= LONGEST[language] else []


def told_beside(quote: str, evidence: Evidence, draft: Draft) -> Sentence:
    """Release a sentence of the abstract beside others: in Chinese as the field of the card that it bears out."""
    if draft.language == "zh" and (found := card_saying(quote, evidence)):
        text, verdict = found
        if not repeated(text, draft.question, draft):
            return release(stopped(harmless(text), "zh"), verdict, draft)
    return quoted(quote, evidence, draft)


def repeated(sentence: str, question: str, draft: Draft) -> bool:
    """Return whether the sentences already released say what this one says."""
    said = " ".join(earlier.text for earlier in draft.sentences)
    same_words = novelty(sentence, question, said) >= REPEATED
    return sentence.rstrip(".。!！?？ ") in said or (same_words and not unsupported_numbers(sentence, said))


def release(sentence: str, verdict: Verdict, draft: Draft) -> Sentence:
    """Release a verified sentence with its marker and citations."""
    text = marked(in_third_person(sentence, draft.language), [verdict.evidence.paper.arxiv_id])
    return draft.release(text, verdict.citations(draft.position))


def in_language(evidence: Evidence, quote: str, language: Language) -> str:
    """Return what an English quote says: itself, or in Chinese a card field, else the quote in quotation marks."""
    if language == "en":
        return quote
    found = card_saying(quote, evidence)
    return found[0] if found else f"“{quote.rstrip('. ')}”"


def card_saying(quote: str, evidence: Evidence) -> tuple[str, Verdict] | None:
    """Return the nearest card field that an English quote bears out, with the verdict on it; None where none is.

    All numbers of the field stand in the quote, and some of the quote's in the field where it has any.
    """
    fields = [text for text in evidence.card_borne_out if not unsupported_numbers(text, quote)]
    if digits(quote):
        fields = [text for text in fields if digits(text)]
    likeness = evidence.card_likeness(quote, fields) if fields else ()
    for _, text in sorted(zip(likeness, fields, strict=True), reverse=True):
        verdict = evidence.verify(text, "zh")
        if verdict.check.support != "unsupported" and quote in {told for told, _ in verdict.quotes}:
            return text, verdict
    return None
