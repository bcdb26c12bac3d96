"""Questions that set two or more papers side by side: a table, each cell verified and cited by itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence

from rag.engines.loading import Embedder, LanguageModel
from rag.models import Citation, Language, Paper, Sentence
from rag.query.abstaining import lacks_detail
from rag.query.aspects import ASPECTS, told_of
from rag.query.cues import cue
from rag.query.drafts import Draft
from rag.query.evidence import Evidence, cite
from rag.query.mentions import title_name
from rag.query.phrasing import harmless, marked
from rag.query.plain import phrase
from rag.query.quoting import choose, told_by_source
from rag.query.sides import Asked
from rag.query.understand import Query
from rag.query.wording import say
from rag.text import shortened

HEAD_LENGTH = 70
"""Characters of a title at the head of a column."""
Cell = tuple[str, tuple[Citation, ...]]
"""What one paper says, with its markers, and what that rests on."""


def compare(
    query: Query, asked: Asked, draft: Draft, embedder: Embedder, model: Callable[[], LanguageModel]
) -> Iterator[Sentence]:
    """Yield a table with a column for each paper, row by row.

    A question that asks nothing in particular gets what each paper is after, how, and what came of it, from the
    source; any other gets what each paper says to it, in the model's words.
    """
    papers = list(asked)
    draft.papers = tuple(dict.fromkeys((*(paper.arxiv_id for paper in papers), *draft.papers)))
    draft.layout = "table"
    yield row(draft, "", [heading(paper, draft.position) for paper in papers], rule=True)
    if cue("compares_all").search(query.text) or cue("sums_up").search(query.text):
        told = {paper: told_of(paper, draft.language) for paper in papers}
        for aspect in ASPECTS:
            cells = [aspect_cell(paper, told[paper].get(aspect), draft) for paper in papers]
            if any(citations for _, citations in cells):
                yield row(draft, say(draft.language, f"aspect_{aspect}"), cells)
    else:
        cells = [
            asked_cell(question, Evidence(paper, embedder), draft, model(), [one for one in papers if one is not paper])
            for paper, question in asked.items()
        ]
        if not any(one.field == "abstract" for _, citations in cells for one in citations):
            draft.reason = "not_stated"
        yield row(draft, say(draft.language, "aspect_asked"), cells)


def row(draft: Draft, label: str, cells: Sequence[Cell], *, rule: bool = False) -> Sentence:
    """Release a row of a Markdown table, with the rule below it where it is the head."""
    told = " | ".join(text.replace("|", "∣").replace("\n", " ") for text, _ in cells)
    line = f"| {label} | {told} |" if label else f"| | {told} |"
    below = f"\n|{' --- |' * (len(cells) + 1)}" if rule else ""
    return draft.release(line + below, [citation for _, citations in cells for citation in citations])


def heading(paper: Paper, position: int) -> Cell:
    """Return what a column is called: the paper's own name, else the start of its title."""
    name = title_name(paper.title) or shortened(paper.title, HEAD_LENGTH)
    return marked(harmless(name), [paper.arxiv_id]), (cite(paper, position, paper.title, field="title"),)


def summarise(paper: Paper, draft: Draft) -> Iterator[Sentence]:
    """Yield what one paper is after, how, and what came of it, from the source, without the model."""
    for aspect, (text, quote) in told_of(paper, draft.language).items():
        line = say(draft.language, "summary_line", label=say(draft.language, f"aspect_{aspect}"), told=text)
        yield draft.release(marked(line, [paper.arxiv_id]), [cite(paper, draft.position, quote)])


def aspect_cell(paper: Paper, told: tuple[str, str] | None, draft: Draft) -> Cell:
    """Return what a paper says of one aspect with the sentence that bears it out."""
    if told is None:
        return say(draft.language, "cell_not_stated"), ()
    text, quote = told
    return marked(harmless(text), [paper.arxiv_id]), (cite(paper, draft.position, quote),)


def unstated_cell(paper: Paper, draft: Draft) -> Cell:
    """Return that a paper does not state what is asked."""
    told = marked(say(draft.language, "cell_not_stated"), [paper.arxiv_id])
    return told, (cite(paper, draft.position, paper.title, field="title"),)


def asked_cell(question: str, evidence: Evidence, draft: Draft, model: LanguageModel, others: Sequence[Paper]) -> Cell:
    """Return what one paper says to a question: as the model phrases it, else as its source does; else not stated."""
    if lacks_detail(question, evidence):
        return unstated_cell(evidence.paper, draft)
    part = Draft(question=draft.question, resolved=draft.resolved, language=draft.language)
    said = phrase(question, evidence, part, model, most=1 if len(others) > 1 else 2, others=others)
    found = list(said) or list(told_by_source(choose(question, evidence, draft.language), evidence, part, beside=False))
    draft.usage += part.usage
    draft.model = part.model
    citations = (dataclasses.replace(one, sentence=draft.position) for told in found for one in told.citations)
    return joined([told.text for told in found], draft.language), tuple(citations)


def joined(texts: Sequence[str], language: Language) -> str:
    """Return the sentences of a cell as prose."""
    return ("" if language == "zh" else " ").join(texts)
