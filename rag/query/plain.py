"""A question about one paper: choose sentences, let the model phrase, verify, fall back to the quote."""

from __future__ import annotations

from collections.abc import Iterator

import prompts
from rag.engines.loading import LanguageModel, count_tokens
from rag.models import Language, Paper, Sentence
from rag.query.drafts import Draft
from rag.query.evidence import Evidence, Verdict, cite
from rag.query.phrasing import complete_sentences, marked, plain, refused, stopped
from rag.query.selection import best_sentences, sentence_scores
from rag.query.verification import novelty, unsupported_numbers
from rag.text import HAN

NOTES_TOKENS = 170
"""Tokens of the notes in a prompt: about four sentences, which the embedded model reads in two to three seconds."""
ANSWER_TOKENS = {"en": 90, "zh": 130}
"""Most tokens of a generated answer."""
OWN_WORDS: dict[Language, float] = {"en": 0.4, "zh": 0.3}
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
    paper = evidence.paper
    quote = evidence.sentences[index]
    if draft.language == "zh":
        text = told(paper, evidence, quote)
    else:
        text = f"The abstract says: {quote}"
    return draft.release(marked(stopped(text, draft.language), [paper.arxiv_id]), [cite(paper, draft.position, quote)])


def told(paper: Paper, evidence: Evidence, quote: str) -> str:
    """Return a Chinese sentence for an English quote: the nearest card field that its numbers bear out, else a frame."""
    fields = [getattr(paper, name) for name in paper.card_fields]
    borne_out = [text for text in fields if HAN.search(text) and not unsupported_numbers(text, evidence.text)]
    if borne_out:
        vectors = evidence.embedders.multilingual.get_text_embedding_batch([quote, *borne_out])
        likeness = [sum(a * b for a, b in zip(vectors[0], vector, strict=True)) for vector in vectors[1:]]
        return borne_out[likeness.index(max(likeness))]
    return f"摘要原文说：“{quote}”"
