"""A question about one paper: choose sentences, let the model phrase, verify, fall back to the quote."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import prompts
from rag.engines.loading import LanguageModel, count_tokens, first_tokens
from rag.models import Language, Sentence
from rag.query.cues import cue, details
from rag.query.drafts import Draft
from rag.query.evidence import Evidence, Verdict, cite
from rag.query.parts import parts
from rag.query.phrasing import complete_sentences, harmless, leads_nowhere, marked, plain, refused, stopped, untyped
from rag.query.selection import best_sentences, sentence_scores
from rag.query.verification import (
    bare,
    contained,
    contained_across,
    digits,
    distributed,
    novelty,
    unsupported_numbers,
    vacuous,
)
from rag.query.wording import say
from rag.text import HAN
from vectorstore.lexical import tokens

NOTES_TOKENS: dict[Language, int] = {"en": 180, "zh": 300}
"""Tokens of the notes in a prompt, as tiktoken counts them: about four sentences, in Chinese with two card fields.

Qwen's own tokens of Chinese are about two thirds of these.
"""
CARD_FIELDS = 2
"""Card fields in the notes for a Chinese question."""
FALLBACK = 2
"""Sentences that the source itself tells where none of the model's is borne out."""
ANSWER_TOKENS = {"en": 90, "zh": 130}
"""Most tokens of a generated answer."""
OWN_WORDS: dict[Language, float] = {"en": 0.5, "zh": 0.25}
"""Least share of an answer's own words that the paper must hold: what a model makes up has other words."""
HALF_ENGLISH = re.compile(r"[\u4e00-\u9fff]-(?:of|and|to|in|for)-|(?:\b[a-z][a-z\-]+[ ,]+){3,}[a-z][a-z\-]+")
"""What a Chinese sentence does not hold: a word half in English, or four plain English words in a row."""
REPEATED = 0.7
"""Share of a sentence's own words that stand in the sentences before it, from which on it repeats them."""
YEARS = frozenset(map(float, range(1990, 2040)))
"""Numbers that are no sizes: `the ARC Prize 2025`."""
MOST_SENTENCES = 3
"""Sentences of a plain answer that are released."""


def phrase(
    question: str,
    evidence: Evidence,
    draft: Draft,
    model: LanguageModel,
    *,
    most: int = MOST_SENTENCES,
    budget: int | None = None,
) -> Generator[Sentence, None, bool]:
    """Yield verified sentences that answer a question about one paper, at most `most`; what its source says if none is.

    The model reads the chosen sentences, at most `budget` tokens of them, and where it says that they do not tell, the
    whole abstract. Returns False, with nothing yielded, when it says so again, unless a size was asked for and the
    chosen sentences hold numbers: a small model often misses those.
    """
    language = draft.language
    chosen = choose(question, evidence, language, NOTES_TOKENS[language] if budget is None else budget)
    before = draft.position
    for excerpts in dict.fromkeys(((*chosen.card, *chosen.sentences), tuple(evidence.sentences))):
        if not (yield from tell_from(excerpts, question, evidence, draft, model, most)):
            break
    else:
        if not (measured := in_numbers(question, chosen)):
            return False
        chosen = measured
    if draft.position == before:
        yield from told_by_source(chosen, evidence, draft, beside=budget is None)
    for quote in left_out(question, chosen, evidence, draft.sentences[before:])[
        : max(0, most - draft.position + before)
    ]:
        yield told_beside(quote, evidence, draft)
    return True


def tell_from(
    excerpts: Sequence[str], question: str, evidence: Evidence, draft: Draft, model: LanguageModel, most: int
) -> Generator[Sentence, None, bool]:
    """Yield the verified sentences that the model phrases from excerpts; returns whether it said they do not tell."""
    language = draft.language
    system, title = prompts.render(f"answer_{language}"), evidence.paper.title
    room = model.prompt_budget - count_tokens(f"{system}{title}{question}")
    notes = first_tokens("\n".join(f"- {untyped(text)}" for text in excerpts), room)
    user = prompts.render(f"question_{language}", title=title, notes=notes, question=question)
    completion = model.complete(system, user, max_tokens=ANSWER_TOKENS[language])
    draft.model = model.label
    released, declined = 0, False
    for raw in complete_sentences(completion.deltas):
        sentence = plain(raw)
        if refused(sentence):
            declined = True
        elif released < most and not leads_nowhere(raw) and (found := verified(sentence, question, evidence, draft)):
            released += 1
            told, verdict = in_full(sentence, question, found, language)
            yield release(stopped(framed(told, language), language), verdict, draft)
    draft.usage += completion.usage
    return declined and not released


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """What of one paper is most likely to hold the answer to a question."""

    sentences: tuple[str, ...]
    """Sentences of the abstract, in its order."""
    best: tuple[str, ...]
    """The same, the likeliest first."""
    card: tuple[str, ...]
    """For a Chinese question, fields of the card that the abstract bears out, the likeliest first."""


def choose(question: str, evidence: Evidence, language: Language, budget: int) -> Chosen:
    """Return the sentences, and for Chinese the card fields, that fit into `budget` tokens together."""
    card: tuple[str, ...] = ()
    if language == "zh":
        card = evidence.card_for(question)[:CARD_FIELDS]
        budget -= sum(count_tokens(text) for text in card)
    scores = sentence_scores(question, evidence.sentences, evidence.likeness(question))
    indices = best_sentences(scores, [count_tokens(text) for text in evidence.sentences], budget, most=4)
    likeliest = sorted(indices, key=lambda index: -scores[index])
    texts = evidence.sentences
    return Chosen(sentences=tuple(texts[i] for i in indices), best=tuple(texts[i] for i in likeliest), card=card)


def in_numbers(question: str, chosen: Chosen) -> Chosen | None:
    """Return the likeliest of the chosen that hold a number, where a question asks how much; None where none does.

    How many things there are is another question: a number of something else does not answer it.
    """
    if not cue("quantity").search(question) or cue("how_many").search(question):
        return None
    best = tuple(text for text in chosen.best if digits(text))[:1]
    card = tuple(text for text in chosen.card if digits(text))[:1]
    return Chosen(sentences=best, best=best, card=card) if best else None


def told_by_source(chosen: Chosen, evidence: Evidence, draft: Draft, *, beside: bool = True) -> Iterator[Sentence]:
    """Yield what the source itself says: its likeliest sentences, or in Chinese the card fields that they bear out.

    With `beside`, the likeliest sentence is quoted after the fields where none of them says it.
    """
    told = [(text, evidence.verify(text, "zh")) for text in chosen.card[:FALLBACK]]
    told = [(text, verdict) for text, verdict in told if verdict.check.support != "unsupported"]
    held = {quote for _, verdict in told for quote, _ in verdict.quotes}
    quotes = [quote for quote in chosen.best[:beside] if quote not in held] if told else chosen.best[:FALLBACK]
    for text, verdict in told:
        if not repeated(text, draft.question, draft):
            yield release(stopped(harmless(text), "zh"), verdict, draft)
    for quote in quotes:
        yield quoted(quote, evidence, draft)


def quoted(quote: str, evidence: Evidence, draft: Draft) -> Sentence:
    """Release a sentence of the abstract as a quotation."""
    paper = evidence.paper
    before = draft.sentences[-1].citations if draft.sentences else ()
    key = "quoted_next" if any(citation.arxiv_id == paper.arxiv_id for citation in before) else "quoted"
    text = stopped(say(draft.language, key, quote=quote), draft.language)
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
        scores = sentence_scores(part, evidence.sentences, evidence.likeness(part))
        found.append(evidence.sentences[int(scores.argmax())])
    said = " ".join(plain(sentence.text) for sentence in released)
    sized = digits(said) - digits(question) - YEARS
    if not sized and not any(map(digits, found)) and (measured := in_numbers(question, chosen)):
        found += measured.best
    return [quote for quote in dict.fromkeys(found) if quote not in cited and contained(quote, said) < REPEATED]


def told_beside(quote: str, evidence: Evidence, draft: Draft) -> Sentence:
    """Release a sentence of the abstract beside others: in Chinese as the field of the card that it bears out."""
    if draft.language == "zh" and (found := card_saying(quote, evidence)):
        text, verdict = found
        if not repeated(text, draft.question, draft):
            return release(stopped(harmless(text), "zh"), verdict, draft)
    return quoted(quote, evidence, draft)


def verified(sentence: str, question: str, evidence: Evidence, draft: Draft) -> Verdict | None:
    """Return the verdict of a sentence that may go out; None for one that is empty, repeated or not borne out."""
    if len(sentence) < 2 or repeated(sentence, question, draft):
        return None
    if draft.language == "zh" and not HAN.search(sentence) and not bare(sentence, question):
        return None
    if draft.language == "zh" and HALF_ENGLISH.search(sentence):
        return None
    if draft.language == "en" and len(HAN.findall(sentence)) > len(sentence) / 10:
        return None
    if own_words(sentence, question, evidence) < OWN_WORDS[draft.language] or vacuous(sentence, question):
        return None
    verdict = evidence.verify(sentence, draft.language, question)
    return verdict if verdict.check.support != "unsupported" else None


def own_words(sentence: str, question: str, evidence: Evidence) -> float:
    """Return the share of a sentence's own words that its paper holds, as they are or, of Chinese, in English."""
    share = novelty(sentence, question, evidence.full_text)
    if share < OWN_WORDS["zh"] and HAN.search(sentence):
        return max(share, contained_across(sentence, evidence.text, question))
    return share


def framed(sentence: str, language: Language) -> str:
    """Return a sentence that has words of the answer's language: a mere name or number in Chinese gets a frame."""
    return say("zh", "named", told=sentence) if language == "zh" and not HAN.search(sentence) else sentence


def in_full(sentence: str, question: str, verdict: Verdict, language: Language) -> tuple[str, Verdict]:
    """Return a sentence, or what its source says whole where it took one of several numbers without saying of what.

    With it comes the verdict on what is returned.
    """
    quote = verdict.quotes[0][0]
    others = bool(digits(sentence)) and digits(sentence) < digits(quote)
    alone = bare(sentence, question) and not set(tokens(sentence)) & set(tokens(question))
    if not (others and alone) and not (language == "en" and distributed(sentence, quote)):
        return sentence, verdict
    if language == "en":
        return harmless(quote), verdict
    fields = verdict.evidence.card_borne_out
    whole = [text for text in fields if digits(sentence) <= digits(text) and contained(sentence, text) == 1]
    told = ((text, verdict.evidence.verify(text, language)) for text in sorted(whole, key=len))
    borne_out = ((harmless(text), found) for text, found in told if found.check.support != "unsupported")
    return next(borne_out, (sentence, verdict))


def repeated(sentence: str, question: str, draft: Draft) -> bool:
    """Return whether the sentences already released say what this one says."""
    said = " ".join(earlier.text for earlier in draft.sentences)
    same_words = novelty(sentence, question, said) >= REPEATED
    return sentence.rstrip(".。!！?？ ") in said or (same_words and not unsupported_numbers(sentence, said))


def release(sentence: str, verdict: Verdict, draft: Draft) -> Sentence:
    """Release a verified sentence with its marker and citations."""
    text = marked(sentence, [verdict.evidence.paper.arxiv_id])
    return draft.release(text, verdict.citations(draft.position))


def in_language(evidence: Evidence, quote: str, language: Language) -> str:
    """Return what an English quote says: itself, or in Chinese a card field, else the quote in a Chinese frame."""
    if language == "en":
        return quote
    found = card_saying(quote, evidence)
    return found[0] if found else say("zh", "quoted", quote=quote)


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
