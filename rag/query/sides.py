"""Which papers a question sets side by side: named, referred to, or described in words, each by its part."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.engines.loading import Embedder
from rag.models import Filters, Paper
from rag.query.abstaining import presence
from rag.query.corpus import Corpus
from rag.query.cues import cue
from rag.query.followups import places_in, sets_beside
from rag.query.lists import asks_for_list
from rag.query.mentions import coined_words, generic, named_papers
from rag.query.parts import parts
from rag.query.retrieval import NAMED_BONUS, Ranking, rank
from rag.query.understand import Query

MOST_COMPARED = 4
"""Papers that one answer sets side by side."""
MEANT = 1.0
"""Presence from which on a part of a question means a paper; `how was that done?` has less."""
CLEARLY = 4.5
"""The same where only the parts themselves tell that two papers are meant.

The second halves of the development questions about one paper stay below it.
"""
NEAR = 3
"""Places of the whole question's ranking among which a part's paper is: a part alone is easily near to another."""
APART = 1.0
"""How far, in fused scores, the second paper is ahead of the third where the question says that it means two."""
BOTH = (0, 1)
"""The former and the latter."""
SHORTEST = 5
"""Characters of a part that may describe a paper."""
SENTENCE = re.compile(r"(?<=[?？!！。；;])\s*|(?<=[a-z0-9)]\.)\s+(?=[A-Z])")

Asked = dict[Paper, str]
"""Papers in their order, each with what a question asks of it."""


def compared(query: Query, ranking: Ranking, corpus: Corpus, embedder: Embedder) -> Asked:
    """Return the papers that a question sets side by side, at least two; none when it does no such thing."""
    named = named_papers(query.text, corpus)
    wanted = bool(cue("compares").search(query.text))
    if len(named) >= 2 and (wanted or len(query.ids) >= 2 or len(named) == 2):
        return asked_of_all(named, query)
    if len(query.focus) >= 2 and (wanted or chooses(query)):
        return asked_of_all(corpus.get(query.focus), query)
    if len(corpus.get(query.ids)) < len(query.ids):
        return {}
    if query.focus:
        return asked_of_all(beside_focus(query, corpus, embedder), query) if wanted else {}
    return own_parts(query, ranking, corpus, embedder) or in_words(query, named, ranking, corpus, embedder)


def in_words(query: Query, named: Sequence[Paper], ranking: Ranking, corpus: Corpus, embedder: Embedder) -> Asked:
    """Return two papers that a question says it means, of which one or both are described; none elsewhere."""
    wanted = bool(cue("compares").search(query.text))
    explicit = bool(cue("both_described").search(query.text))
    by_name = wanted and any(not generic(word) for word in coined_words(query.text))
    if not (explicit or by_name or cue("two_described").search(query.text)):
        return {}
    found = described(query, ranking, named, corpus, embedder)
    if len(found) < 2 and explicit and not asks_for_list(query):
        found = leading(ranking)
    return asked_of_all(as_described(found[:2], query, corpus, embedder), query)


def chooses(query: Query) -> bool:
    """Return whether a question asks which of the papers before it is meant to be, or sums them up."""
    return bool(cue("among").search(query.text) or cue("sums_up").search(query.text)) and not asks_for_list(query)


def beside_focus(query: Query, corpus: Corpus, embedder: Embedder) -> list[Paper]:
    """Return the paper referred to and the one that the question describes beside it; that alone where none is."""
    found = corpus.get(query.focus)
    if not sets_beside(query.text):
        return found
    for part in pieces(query.text):
        ranking = rank(part, corpus, embedder, query.filters)
        if presence(ranking) > MEANT and ranking.papers[0] not in found:
            return [*found, ranking.papers[0]]
    return found


def described(
    query: Query, ranking: Ranking, named: Sequence[Paper], corpus: Corpus, embedder: Embedder
) -> list[Paper]:
    """Return the papers that a question names, and those to which a part of it is clearly near."""
    found = list(named)
    for part in pieces(query.text):
        near = rank(part, corpus, embedder, query.filters)
        if presence(near) > MEANT and near.papers[0] in ranking.papers[:NEAR] and near.papers[0] not in found:
            found.append(near.papers[0])
    return found


def leading(ranking: Ranking) -> list[Paper]:
    """Return the first two papers of a ranking where they stand apart from the third; none elsewhere."""
    scores = [
        float(score) - NAMED_BONUS * (paper.arxiv_id in ranking.named)
        for paper, score in zip(ranking.papers[:NEAR], ranking.scores, strict=False)
    ]
    apart = presence(ranking) > MEANT and len(scores) == NEAR and scores[1] - scores[2] >= APART
    return list(ranking.papers[:2]) if apart else []


def as_described(papers: list[Paper], query: Query, corpus: Corpus, embedder: Embedder) -> list[Paper]:
    """Return two papers in the order in which the parts of a question that are nearest to them come."""
    if len(papers) != len(BOTH):
        return papers
    pair = Filters(papers=tuple(paper.arxiv_id for paper in papers))
    ahead = [ahead_of(papers[0], rank(part, corpus, embedder, pair)) for part in pieces(query.text)]
    return papers[::-1] if ahead and ahead.index(max(ahead)) > ahead.index(min(ahead)) else papers


def ahead_of(paper: Paper, ranking: Ranking) -> float:
    """Return by how much the vectors of one of two papers are nearer than those of the other."""
    near = {one.arxiv_id: float(score) for one, score in zip(ranking.papers, ranking.legs["paper"], strict=False)}
    other = max((score for one, score in near.items() if one != paper.arxiv_id), default=0.0)
    return near.get(paper.arxiv_id, 0.0) - other


def own_parts(query: Query, ranking: Ranking, corpus: Corpus, embedder: Embedder) -> Asked:
    """Return two papers with the part of a question that asks each, where two parts clearly mean different ones."""
    clauses = clauses_of(query.text)
    found: Asked = {}
    if len(clauses) < 2:
        return found
    for clause in clauses:
        near = rank(clause, corpus, embedder, query.filters)
        if presence(near) < CLEARLY or near.papers[0] not in ranking.papers[:NEAR]:
            if cue("part_asks").search(clause):
                return {}
            continue
        paper = near.papers[0]
        found[paper] = f"{found.get(paper, '')} {clause}".strip()
    return found if len(found) > 1 else {}


def pieces(question: str) -> list[str]:
    """Return the stretches of a question that may each describe a paper."""
    return [part.strip() for part in cue("parts").split(question) if part and len(part.strip()) >= SHORTEST]


def clauses_of(question: str) -> list[str]:
    """Return the parts of a question's sentences that each ask for something."""
    return [part for one in SENTENCE.split(question) if one and one.strip() for part in parts(one)]


def asked_of_all(papers: Sequence[Paper], query: Query) -> Asked:
    """Return papers with what a question asks of each, all of it but what it asks of the former or the latter alone.

    None where these are fewer than two.
    """
    if len(papers) != len(BOTH):
        return dict.fromkeys(papers[:MOST_COMPARED], query.text) if len(papers) > 1 else {}
    clauses = [(place_meant(clause), clause) for clause in clauses_of(query.text)]
    told = [" ".join(clause for meant, clause in clauses if meant in (None, place)) for place in BOTH]
    return {paper: text or query.text for paper, text in zip(papers, told, strict=True)}


def place_meant(clause: str) -> int | None:
    """Return whether a clause is about the former (0) or the latter (1) of two papers alone; None for any other."""
    meant = (
        {*places_in(clause)} | {0 for _ in cue("former").finditer(clause)} | {1 for _ in cue("latter").finditer(clause)}
    )
    return next(iter(meant)) if len(meant) == 1 and meant <= {*BOTH} else None
