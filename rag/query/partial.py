"""Questions of several parts: the record answers one, the paper another, and of a third the abstract says nothing."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace

from rag.engines.loading import LanguageModel
from rag.models import Language, Sentence
from rag.query.abstaining import UNSTATED, lacks_detail, not_stated
from rag.query.aspects import told_of
from rag.query.cues import cue
from rag.query.drafts import Draft
from rag.query.evidence import Evidence, cite
from rag.query.facts import Fact
from rag.query.fields import asked_fields
from rag.query.parts import parts
from rag.query.phrasing import marked
from rag.query.plain import SURE, measured, phrase
from rag.query.understand import Query
from rag.query.wording import say
from rag.text import shortened

MOST = 2
"""Sentences that answer one part."""
PART_DOUBT = 1.0
"""How much more doubt it takes of a part than of a question: short as it is, it says less of what it means.

With it, one or two in a hundred parts of the development questions that a paper answers are taken not to be stated.
"""
LONGEST = 120
"""Characters of a part that an answer repeats."""
SAID_SHORTLY = {"asks_result": "result", "asks_method": "method"}
"""Cues of parts that ask for what every abstract tells, and its aspect."""


def content_parts(query: Query, fact: Fact) -> list[str]:
    """Return the parts of a question that ask for the content of the paper whose record answers another part."""
    if fact.lead or fact.complete or len(fact.papers) != 1:
        return []
    asked = parts(query.text)
    of_record = [part for part in asked if asks_record(replace(query, text=part))]
    others = [part for part in asked if part not in of_record]
    if any(looks_for_papers(part) for part in others):
        return []
    return others if of_record else []


def looks_for_papers(part: str) -> bool:
    """Return whether a part of a question asks which papers there are, or whether one is."""
    if any(cue(name).search(part) for name in ("single", "asks_list", "count")):
        return True
    return bool(cue("presence").search(part) and cue("whether_any").search(part))


def asks_record(part: Query) -> bool:
    """Return whether a part of a question asks for a stored field, or for what its line tells beside others."""
    return bool(asked_fields(part)) or bool(cue("gist").search(part.text))


def unstated_parts(query: Query, asked: Sequence[str], evidence: Evidence) -> list[str]:
    """Return the parts of a question that a paper does not state; none where it states none or all of them.

    A question that seems not to be stated as a whole is taken apart only where the paper is sure to answer the rest.
    """
    if len(asked) == 1:
        return []
    absent = [part for part in asked if unstated(part, evidence, query.language)]
    rest = [least_doubt(part, evidence) for part in asked if part not in absent]
    if not rest or (max(rest) > SURE[query.language] and not_stated(query, evidence)):
        return []
    return absent


def unstated(part: str, evidence: Evidence, language: Language) -> bool:
    """Return whether a paper does not state what a part of a question asks for."""
    if lacks_detail(part, evidence) or least_doubt(part, evidence) > UNSTATED[language] + PART_DOUBT:
        return True
    return bool(cue("asks_who").search(part)) and not cue("tells_who").search(evidence.text)


def least_doubt(part: str, evidence: Evidence) -> float:
    """Return how doubtful it is that a paper answers a part, by itself or with the title for what it leaves out."""
    judgements = [replace(evidence, meant=meant).answerability(part) for meant in (False, True)]
    return min((judgement.doubt for judgement in judgements if judgement), default=0.0)


def tell_each(
    asked: Sequence[str],
    unstated: Sequence[str],
    evidence: Evidence,
    draft: Draft,
    model: Callable[[], LanguageModel],
) -> Generator[Sentence, None, bool]:
    """Yield what a paper says to each part of a question that is asked of it, then which parts it does not state.

    Returns whether any part is answered, by these sentences or by those of the draft; else nothing is yielded.
    """
    absent = list(unstated)
    for part in asked:
        told = yield from tell_part(part, evidence, draft, model)
        absent += [] if told else [part]
    if absent and draft.sentences:
        yield lacking(absent, evidence, draft)
    return bool(draft.sentences)


def tell_part(
    part: str, evidence: Evidence, draft: Draft, model: Callable[[], LanguageModel]
) -> Generator[Sentence, None, bool]:
    """Yield what a paper says to one part of a question; from the source where it asks what every abstract tells."""
    aspects = [aspect for name, aspect in SAID_SHORTLY.items() if cue(name).search(part)]
    told = told_of(evidence.paper, draft.language) if aspects else {}
    found = [(aspect, *told[aspect]) for aspect in aspects if aspect in told]
    for aspect, text, quote in found:
        line = say(draft.language, "summary_line", label=say(draft.language, f"aspect_{aspect}"), told=text)
        yield draft.release(marked(line, [evidence.paper.arxiv_id]), [cite(evidence.paper, draft.position, quote)])
    if found:
        return True
    question = cue("part_lead").sub("", part)
    if (yield from phrase(question, evidence, draft, model(), most=MOST)):
        return True
    return (yield from measured(question, evidence, draft))


def lacking(absent: Sequence[str], evidence: Evidence, draft: Draft) -> Sentence:
    """Release which parts of a question the abstract does not state, in the question's words."""
    paper = evidence.paper
    told = [shortened(cue("part_lead").sub("", part).strip(" ,;?，；？。!！"), LONGEST) for part in absent]
    text = say(draft.language, "part_not_stated", told=("；" if draft.language == "zh" else "; ").join(told))
    return draft.release(marked(text, [paper.arxiv_id]), [cite(paper, draft.position, paper.title, field="title")])


def tell_beside_record(
    asked: Sequence[str], evidence: Evidence, draft: Draft, model: Callable[[], LanguageModel]
) -> Iterator[Sentence]:
    """Yield what a paper says to the parts of a question beside the one that its record has answered."""
    draft.reason = None
    absent = [part for part in asked if unstated(part, evidence, draft.language)]
    yield from tell_each([part for part in asked if part not in absent], absent, evidence, draft, model)
