"""Check: find cases that would measure the wrong thing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evals.cases import Ask, Case
from evals.corpora import find_corpus
from rag.models import TEXT_FIELDS, Paper
from rag.text import detect_language

TITLE_RUN = 4
"""Words of a title in a row that give it away."""
NAME_LENGTH = 25
"""A title's part before its colon that is shorter is a name, and gives the paper away."""
NEAR = 0.85
"""Share of words (of the union) from which two questions are one."""
WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something wrong with a case."""

    case: Case
    """The case."""
    problem: str
    """What is wrong, a clause."""

    def __str__(self) -> str:
        """Return a line as a compiler would write it."""
        return f"{self.case.source}:{self.case.line}: {self.case.id}: {self.problem}"


def check_cases(cases: Sequence[Case]) -> list[Problem]:
    """Return everything wrong with the cases, in their order; raises CorpusError and DigestError."""
    corpora = {name: papers_of(name) for name in dict.fromkeys(case.corpus for case in cases)}
    found = [Problem(case=case, problem=text) for case in cases for text in problems(case, corpora[case.corpus])]
    found += duplicates(cases)
    place = {case.id: position for position, case in enumerate(cases)}
    return sorted(found, key=lambda problem: place[problem.case.id])


def papers_of(corpus: str) -> dict[str, Paper]:
    """Return the papers of a corpus by arXiv id."""
    return {paper.arxiv_id: paper for paper in find_corpus(corpus).papers()}


def problems(case: Case, papers: Mapping[str, Paper]) -> Iterator[str]:
    """Yield what is wrong with one case, given the papers of its corpus."""
    if case.kind != "dialogue" and detect_language(case.turns[0].question) != case.language and case.kind != "attack":
        yield f"the question is not in {case.language!r}"
    if case.kind == "single" and len(case.turns[0].gold) != 1:
        yield "a single-paper question has exactly one gold paper"
    for ask in case.turns:
        yield from gold_problems(ask, papers)
        yield from fact_problems(ask, papers)
        if case.kind == "single":
            yield from leaks(ask, papers)


def gold_problems(ask: Ask, papers: Mapping[str, Paper]) -> Iterator[str]:
    """Yield what is wrong with the gold papers of a question."""
    for identifier in ask.gold:
        if identifier not in papers:
            yield f"the gold paper {identifier} is not in the corpus"
    if len(set(ask.gold)) < len(ask.gold):
        yield "a gold paper is named twice"
    if ask.behaviour == "answer" and not ask.gold and not ask.facts:
        yield "nothing says what a right answer holds: no gold paper and no fact"
    if ask.behaviour == "correct" and not (ask.gold and ask.facts):
        yield "a false premise needs a gold paper and the fact that corrects it"
    if ask.reason == "off_topic" and ask.gold:
        yield "an off-topic question has no gold paper"


def fact_problems(ask: Ask, papers: Mapping[str, Paper]) -> Iterator[str]:
    """Yield what is wrong with the required facts of a question."""
    texts = [record(papers[identifier]) for identifier in ask.gold if identifier in papers]
    for fact in ask.facts:
        expression = re.compile(fact, re.IGNORECASE)
        if expression.search(ask.question):
            yield f"the fact {fact!r} stands in the question"
        if expression.search(""):
            yield f"the fact {fact!r} matches anything"
        if texts and len(ask.gold) == 1 and not any(expression.search(text) for text in texts):
            yield f"the fact {fact!r} is not in the text of {', '.join(ask.gold)}"


def record(paper: Paper) -> str:
    """Return everything that is on record of a paper, as one text."""
    told = (
        paper.arxiv_id,
        paper.title,
        ", ".join(paper.authors),
        ", ".join(paper.categories),
        paper.section,
        paper.url,
    )
    return " ".join(
        "\n".join((*told, *(getattr(paper, name) for name in TEXT_FIELDS), paper.comment, *paper.links)).split()
    )


def leaks(ask: Ask, papers: Mapping[str, Paper]) -> Iterator[str]:
    """Yield how a question gives its paper's title away."""
    question = WORD.findall(ask.question.lower())
    asked = set(runs(question))
    for identifier in ask.gold:
        title = papers[identifier].title if identifier in papers else ""
        found = [run for run in runs(WORD.findall(title.lower())) if run in asked]
        if found:
            yield f"it leaks the title: {' '.join(found[0])!r}"
        name, colon, _ = title.partition(":")
        if (
            colon
            and len(name) < NAME_LENGTH
            and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", ask.question, re.IGNORECASE)
        ):
            yield f"it leaks the paper's name: {name!r}"


def runs(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Return all runs of `TITLE_RUN` words."""
    return [tuple(words[start : start + TITLE_RUN]) for start in range(len(words) - TITLE_RUN + 1)]


def duplicates(cases: Iterable[Case]) -> list[Problem]:
    """Return the cases whose question another case before them asks in nearly the same words."""
    seen: list[tuple[str, set[str], Case]] = []
    found = []
    for case in cases:
        words = shingles(" ".join(ask.question for ask in case.turns))
        for corpus, other, earlier in seen:
            if corpus == case.corpus and len(words & other) >= NEAR * len(words | other):
                found.append(Problem(case=case, problem=f"it asks what {earlier.id} asks"))
                break
        seen.append((case.corpus, words, case))
    return found


def shingles(text: str) -> set[str]:
    """Return the words of a text, and the pairs of neighbouring characters of its words that are not Latin."""
    words = WORD.findall(text.lower())
    pairs = {word[i : i + 2] for word in words if not word.isascii() for i in range(len(word) - 1)}
    return {word for word in words if word.isascii()} | pairs
