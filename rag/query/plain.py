"""A question about one paper: choose sentences, let the model phrase, verify, fall back to the quote."""

from __future__ import annotations

import math
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain

import prompts
from rag.engines.loading import LanguageModel, count_tokens, first_tokens
from rag.latex import untyped
from rag.models import Language, Paper, Sentence
from rag.query.cues import cue
from rag.query.drafts import Draft
from rag.query.evidence import Evidence, Verdict
from rag.query.mentions import spelt, title_name
from rag.query.phrasing import complete_sentences, harmless, leads_nowhere, plain, refused, stopped
from rag.query.quoting import (
    Chosen,
    beside,
    choose,
    in_numbers,
    left_out,
    release,
    repeated,
    told_beside,
    told_by_source,
)
from rag.query.verification import (
    bare,
    contained,
    contained_across,
    digits,
    distributed,
    novelty,
    unsupported_names,
    unsupported_numbers,
    vacuous,
)
from rag.query.wording import say
from rag.text import HAN
from vectorstore.lexical import tokens

ANSWER_TOKENS = {"en": 90, "zh": 130}
"""Most tokens of a generated answer."""
OWN_WORDS: dict[Language, float] = {"en": 0.5, "zh": 0.25}
"""Least share of an answer's own words that the paper must hold: what a model makes up has other words."""
DECLINING: dict[Language, frozenset[str]] = {"en": frozenset({"not", "n"}), "zh": frozenset({"未", "未说", "未说明"})}
"""First tokens of what the prompts have a model write where the notes do not tell."""
SURE: dict[Language, float] = {"en": -0.5, "zh": -2.0}
"""Logarithm of the odds that a paper does not answer, below which it is sure to."""
DOUBT: dict[Language, float] = {"en": 0.3, "zh": 0.02}
"""Probability of these from which on a model is taken to decline: the embedded one doubts well before it says so."""
DOUBT_SURE: dict[Language, float] = {"en": math.inf, "zh": 0.1}
"""The same where the paper is sure to answer: in English the embedded model's doubt then says nothing.

All three chosen on the development questions that one paper answers, or does not state (docs/evaluation.md).
"""
HESITATION: dict[Language, float] = {"en": 0.1, "zh": 0.01}
"""Likewise of a model that then wrote what the paper does not bear out: a question over again, a number made up."""
CLEARER = 0.6
"""Of the doubt about a paper's notes, how much less a rival's has to raise for the rival to be the one that is meant.

Chosen on development questions of evals/data/single_*.jsonl whose first two papers were close. Chinese questions have
the right paper first.
"""
HALF_ENGLISH = re.compile(r"[\u4e00-\u9fff]-(?:of|and|to|in|for)-|(?:\b[a-z][a-z\-]+[ ,]+){3,}[a-z][a-z\-]+")
"""What a Chinese sentence does not hold: a word half in English, or four plain English words in a row."""
MOST_SENTENCES = 3
"""Sentences of a plain answer that are released."""


def phrase(
    question: str,
    evidence: Evidence,
    draft: Draft,
    model: LanguageModel,
    *,
    most: int = MOST_SENTENCES,
    others: Sequence[Paper] = (),
    rival: Evidence | None = None,
    doubted: float = 0.0,
) -> Generator[Sentence, None, Evidence | None]:
    """Yield verified sentences that answer a question about one paper, at most `most`; what its source says if none is.

    The model reads the chosen sentences, and where it says or shows that they do not tell, the whole abstract. Where a
    `rival` may be meant as well, it is asked last; of an English question before the whole abstract is read, and then
    answers if the model doubts it much less. Returns the evidence that told; None, with nothing yielded, if none did.
    Where the question sets the paper beside `others`, it is to say nothing of them. With what doubt the model has
    declined the chosen sentences before, if it has, is `doubted`.
    """
    read = partial(tell_from, question=question, draft=draft, model=model, most=most, others=others)
    limit = doubt_limit(question, evidence, draft.language)
    chosen = choose(question, evidence, draft.language)
    abstract, before = tuple(evidence.sentences), draft.position
    if doubted < limit:
        doubted = yield from read(chosen.notes, evidence, limit=limit)
    passed = 0.0
    if doubted and rival and draft.language == "en":
        meant = choose(question, rival, draft.language)
        passed = yield from read(meant.notes, rival, limit=min(limit, CLEARER * doubted))
        if draft.position > before:
            yield from completed(question, meant, rival, draft, before, most=most, others=others)
            return rival
    if doubted and (abstract == chosen.notes or (yield from read(abstract, evidence, limit=limit))):
        if rival is None:
            return None
        return (yield from phrase(question, rival, draft, model, most=most, others=others, doubted=passed))
    yield from completed(question, chosen, evidence, draft, before, most=most, others=others)
    return evidence


def completed(
    question: str,
    chosen: Chosen,
    evidence: Evidence,
    draft: Draft,
    before: int,
    *,
    most: int,
    others: Sequence[Paper],
) -> Iterator[Sentence]:
    """Yield what the sentences released since position `before` lack; what the source says where there are none."""
    if draft.position == before:
        yield from told_by_source(chosen, evidence, draft, beside=not others)
    released = draft.sentences[before:]
    lacking = left_out(question, chosen, evidence, released)
    if not lacking and not others:
        lacking = beside(question, evidence, released, draft.language)
    for quote in lacking[: max(0, most - len(released))]:
        yield told_beside(quote, evidence, draft)


def measured(question: str, evidence: Evidence, draft: Draft) -> Generator[Sentence, None, bool]:
    """Yield the likeliest sentence with a number where a question asks how much: a small model often misses it."""
    chosen = in_numbers(question, choose(question, evidence, draft.language))
    if chosen:
        yield from told_by_source(chosen, evidence, draft, beside=True)
    return bool(chosen)


def tell_from(
    excerpts: Sequence[str],
    evidence: Evidence,
    *,
    question: str,
    draft: Draft,
    model: LanguageModel,
    most: int,
    others: Sequence[Paper],
    limit: float,
) -> Generator[Sentence, None, float]:
    """Yield the verified sentences that the model phrases from excerpts.

    Returns 0, or the doubt with which it found no answer there: at least `limit`, from which on it is taken to decline,
    and 1 where it says so or shows it.
    """
    language = draft.language
    system, title = prompts.render(f"answer_{language}"), evidence.paper.title
    room = model.prompt_budget - count_tokens(f"{system}{title}{question}")
    notes = first_tokens("\n".join(f"- {untyped(text)}" for text in excerpts), room)
    slots = {"title": title, "notes": notes, "question": question}
    if others:
        user = prompts.render(f"compared_{language}", called=title_name(title) or title, **slots)
    else:
        user = prompts.render(f"question_{language}", **slots)
    completion = model.complete(system, user, max_tokens=ANSWER_TOKENS[language])
    draft.model = model.label
    released, declined = 0, False
    opened = next(completion.deltas, "")
    doubted = doubt(completion.opening, language)
    if doubted >= limit:
        close(completion.deltas)
        draft.usage += completion.usage
        return doubted
    for raw in complete_sentences(chain([opened], completion.deltas)):
        sentence = plain(raw)
        if refused(sentence):
            declined = True
        elif (others and tells_of(sentence, others)) or released == most or leads_nowhere(raw):
            continue
        elif found := verified(sentence, question, evidence, draft):
            released += 1
            told, verdict = in_full(sentence, question, found, language)
            yield release(stopped(framed(told, language), language), verdict, draft)
        elif doubted >= HESITATION[language] and empty_handed(sentence, question, evidence, language):
            declined = True
    draft.usage += completion.usage
    return 1.0 if declined and not released and limit <= 1 else 0.0


def doubt_limit(question: str, evidence: Evidence, language: Language) -> float:
    """Return the doubt from which on a model is taken to decline; infinite where it is never believed."""
    judgement = evidence.answerability(question)
    sure = judgement is not None and judgement.doubt < SURE[language]
    return DOUBT_SURE[language] if sure else DOUBT[language]


def doubt(opening: Mapping[str, float], language: Language) -> float:
    """Return how likely a model was to write that the notes do not tell; 0 where it is not known."""
    return sum(share for token, share in opening.items() if token.strip().lower() in DECLINING[language])


def close(deltas: Iterator[str]) -> None:
    """End a stream before its end, so that the model stops writing."""
    if isinstance(deltas, Generator):
        deltas.close()


def tells_of(sentence: str, others: Sequence[Paper]) -> bool:
    """Return whether a sentence about one paper speaks of others, by their names or as `the second paper`."""
    names = [name for paper in others if (name := spelt(title_name(paper.title)))]
    return bool(cue("other_paper").search(sentence)) or any(name in spelt(sentence) for name in names)


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


def empty_handed(sentence: str, question: str, evidence: Evidence, language: Language) -> bool:
    """Return whether a sentence that is not borne out shows that its writer found no answer.

    It says the question over again, or makes up a number; in English, where names are told apart well, a name too.
    """
    if unsupported_numbers(sentence, evidence.text, question):
        return True
    if language == "en" and unsupported_names(sentence, f"{evidence.text} {question}"):
        return True
    return vacuous(sentence, question) or own_words(sentence, question, evidence) < OWN_WORDS[language]


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
