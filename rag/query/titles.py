"""Exact answers about titles: which hold a word or a sign, begin or end with it, are the longest or the shortest."""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.models import Paper
from rag.query.corpus import Corpus
from rag.query.cues import cue
from rag.query.facts import Fact, Line, scope
from rag.query.fields import entry
from rag.query.understand import Query
from rag.query.wording import say

FURTHER = re.compile(
    r"(?:,|、|/|\bor\b|\band\b|或者?|和|与|及)\s*(?:the word )?"
    r"(?!(?:and|or|how|wh\w+|by|in|tell|give|list|show|name)\b)([A-Za-z][\w\-]*)",
    re.IGNORECASE,
)
FURTHER_TERMS = re.compile(rf"(?:\s*{FURTHER.pattern})*", re.IGNORECASE)
"""Words of a title beside the first: `Survey or Review`."""
EITHER = re.compile(r"\bor\b|或", re.IGNORECASE)
QUOTED = re.compile(r"[\"“'‘「『《]([^\"”'’」』》]{1,60})[\"”'’」』》]")
HUMP = re.compile(r"(?<=[a-z])(?=[A-Z0-9])")
"""Where another word begins inside a coined name."""
SIGNS = {"?": r"question mark|问号", "!": r"exclamation|感叹号|叹号", ":": r"\bcolon\b|冒号"}


def titled(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which titles hold a word or a sign, or begin or end with it."""
    if not cue("title_with").search(query.text):
        return None
    wanted = [piece.strip() for piece in QUOTED.findall(query.text)] or title_terms(query.text)
    if not wanted:
        return None
    enough = any if EITHER.search(query.text) else all
    holds = test_of(query.text)
    papers = tuple(p for p in corpus.papers(query.filters) if enough(holds(term, p.title) for term in wanted))
    told = say(query.language, "either" if enough is any else "both").join(f"“{term}”" for term in wanted)
    if not papers:
        lead = say(query.language, "titles_none", told=told, scope=scope(query, corpus))
        return Fact(lead=lead, reason="not_in_corpus")
    lead = say(query.language, "titles_with", told=told, count=len(papers), scope=scope(query, corpus))
    return Fact(lead=lead, papers=papers, lines=tuple(entry(query, paper, title_line) for paper in papers))


def title_line(query: Query, paper: Paper) -> Line:
    """Return a paper's title."""
    text = say(query.language, "title_only", title=paper.title)
    return Line(paper=paper, text=text, field="title", quote=paper.title)


def title_terms(question: str) -> list[str]:
    """Return the sign, or the words, that a title must hold, as an unquoted question names them."""
    for sign, name in SIGNS.items():
        if re.search(name, question, re.IGNORECASE):
            return [sign]
    match = cue("title_term").search(question)
    if not match:
        return []
    first = next(group for group in match.groups() if group)
    rest = question[question.index(first, match.start()) + len(first) :]
    further = FURTHER_TERMS.match(rest)
    return [first, *FURTHER.findall(further[0])] if further else [first]


def test_of(question: str) -> Callable[[str, str], bool]:
    """Return the test of a title for a term: at its beginning, at its end, or anywhere."""
    if cue("title_begins").search(question):
        return lambda term, title: title.lower().startswith(term.lower())
    if cue("title_ends").search(question):
        return lambda term, title: title.rstrip().lower().endswith(term.lower())
    return term_in


def term_in(term: str, title: str) -> bool:
    """Return whether a title holds a term: as a word, or anywhere when it is a sign or Chinese.

    A part of a coined name that begins with a capital or a digit is a word: TaleDiffusion, Reg3D.
    """
    if not re.fullmatch(r"[\w\- ]+", term, re.ASCII):
        return term.lower() in title.lower()
    word = re.compile(rf"(?<![A-Za-z0-9]){re.escape(term)}(?:s|es)?(?![A-Za-z0-9])", re.IGNORECASE)
    return any(word.search(told) for told in (title, HUMP.sub(" ", title)))


def by_title_length(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which title is the longest or the shortest, by characters, or by words where a question says so."""
    longest, shortest = cue("longest_title").search(query.text), cue("shortest_title").search(query.text)
    papers = corpus.get(query.focus) if len(query.focus) > 1 else corpus.papers(query.filters)
    if not (longest or shortest) or not papers:
        return None
    by_words = bool(cue("in_words").search(query.text))

    def length(paper: Paper) -> int:
        return len(paper.title.split() if by_words else paper.title)

    lines = []
    for key, end, wanted in (("title_longest", max, longest), ("title_shortest", min, shortest)):
        extreme = end(map(length, papers))
        unit = say(query.language, "in_words" if by_words else "in_characters")
        for paper in (paper for paper in papers if wanted and length(paper) == extreme):
            text = say(query.language, key, title=paper.title, count=extreme, unit=unit)
            lines.append(Line(paper=paper, text=text, field="title", quote=paper.title))
    return Fact(papers=tuple(line.paper for line in lines), lines=tuple(lines))
