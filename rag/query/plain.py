"""A question about one paper: choose sentences, let the model phrase, verify, fall back to the quote."""

from __future__ import annotations

from collections.abc import Iterator

import prompts
from rag.engines.loading import LanguageModel, count_tokens
from rag.models import Language, Sentence
from rag.query.drafts import Draft
from rag.query.evidence import Evidence, Verdict, cite, embed
from rag.query.phrasing import complete_sentences, marked, plain, refused, stopped
from rag.query.selection import best_sentences, sentence_scores
from rag.query.verification import novelty, unsupported_numbers
from rag.query.wording import say
from rag.text import HAN

NOTES_TOKENS = 170
"""Tokens of the notes in a prompt: about four sentences, which the embedded model reads in two to three seconds."""
ANSWER_TOKENS = {"en": 90, "zh": 130}
"""Most tokens of a generated answer."""
OWN_WORDS: dict[Language, float] = {"en": 0.4, "zh": 0.25}
"""Least share of an answer's own words that the paper must hold: what a model makes up has other words."""
MOST_SENTENCES = 3
"""Sentences of a plain answer that are released."""


def phrase(
    question: str,
    evidence: Evidence,
    draft: Draft,
    model: LanguageModel,
    *,
    most: int = MOST_SENTENCES,
    notes: int = NOTES_TOKENS,
) -> Iterator[Sentence]:
    """Yield verified sentences that answer a question about one paper, at most `most`; its best quote when none passes.

    `notes` is the budget, in tokens, of what the model is given to read.
    """
    language = draft.language
    scores = sentence_scores(question, evidence.sentences, evidence.cosines(question, language))
    chosen = best_sentences(scores, [count_tokens(sentence) for sentence in evidence.sentences], notes)
    excerpts = "\n".join(f"- {evidence.sentences[index]}" for index in chosen)
    system = prompts.render(f"answer_{language}")
    user = prompts.render(f"question_{language}", title=evidence.paper.title, notes=excerpts, question=question)
    completion = model.complete(system, user, max_tokens=ANSWER_TOKENS[language])
    draft.model = model.label
    released = 0
    for raw in complete_sentences(completion.deltas):
        sentence = plain(raw)
        if released == most or refused(sentence):
            continue
        if verdict := verified(sentence, question, evidence, draft):
            released += 1
            yield release(stopped(sentence, language), verdict, draft)
    draft.usage += completion.usage
    if not released:
        best = int(scores.argmax())
        yield quoted(evidence, best, draft)


def verified(sentence: str, question: str, evidence: Evidence, draft: Draft) -> Verdict | None:
    """Return the verdict of a sentence that may go out; None for one that is empty, repeated or not borne out."""
    if len(sentence) < 4 or any(sentence in earlier.text for earlier in draft.sentences):
        return None
    if draft.language == "zh" and not HAN.search(sentence):
        return None
    if draft.language == "en" and len(HAN.findall(sentence)) > len(sentence) / 10:
        return None
    if novelty(sentence, question, evidence.full_text) < OWN_WORDS[draft.language]:
        return None
    verdict = evidence.verify(sentence, draft.language)
    return verdict if verdict.check.support != "unsupported" else None


def release(sentence: str, verdict: Verdict, draft: Draft) -> Sentence:
    """Release a verified sentence with its marker and citations."""
    text = marked(sentence, [verdict.evidence.paper.arxiv_id])
    return draft.release(text, verdict.citations(draft.position))


def quoted(evidence: Evidence, index: int, draft: Draft) -> Sentence:
    """Release the source's own sentence: as it is in English, through the card in Chinese."""
    paper, quote = evidence.paper, evidence.sentences[index]
    told = in_language(evidence, quote, draft.language)
    text = told if draft.language == "zh" else say("en", "quoted", quote=quote)
    text = marked(stopped(text, draft.language), [paper.arxiv_id])
    return draft.release(text, [cite(paper, draft.position, quote)])


def in_language(evidence: Evidence, quote: str, language: Language) -> str:
    """Return what an English quote says: itself, or in Chinese the nearest card field that the abstract bears out.

    Without such a field the quote stands in a Chinese frame.
    """
    if language == "en":
        return quote
    fields: list[str] = [getattr(evidence.paper, name) for name in evidence.paper.card_fields]
    borne_out = [text for text in fields if HAN.search(text) and not unsupported_numbers(text, evidence.text)]
    if not borne_out:
        return say("zh", "quoted", quote=quote)
    vectors = embed(evidence.embedders.multilingual.get_text_embedding_batch([quote, *borne_out]))
    return borne_out[int((vectors[1:] @ vectors[0]).argmax())]
