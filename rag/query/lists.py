"""Questions for every paper on a subject: all papers are looked at, none is left to a top-k."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rag.models import CARD_FIELDS, Paper, Sentence
from rag.query.corpus import Corpus
from rag.query.cues import cue
from rag.query.drafts import Draft
from rag.query.evidence import cite
from rag.query.facts import MOST_LISTED, scope
from rag.query.phrasing import marked
from rag.query.retrieval import NEAR, Ranking, Scores
from rag.query.understand import CATEGORY, Query
from rag.query.verification import unsupported_numbers
from rag.query.wording import say
from rag.query.words import content_words, stems
from rag.text import sentences, shortened

MATCHED = 0.75
"""Least share of a subject's words that a paper on it holds."""


@dataclass(frozen=True, slots=True)
class Member:
    """A paper on the subject, with the sentence that shows it."""

    paper: Paper
    """The paper."""
    quote: str
    """The abstract's sentence nearest to the subject."""


def asks_for_list(query: Query) -> bool:
    """Return whether a question wants every paper on a subject."""
    if cue("single").search(query.text) and not cue("count").search(query.text):
        return False
    return bool(cue("asks_list").search(query.text) or cue("count").search(query.text))


COMMON = 0.2
"""An alternative that a larger share of papers meets is no subject of its own: `predicting their effect`."""


def subjects(question: str) -> list[list[str]]:
    """Return the alternatives that say what a list is about, each as its content words."""
    core = CATEGORY.sub(" ", cue("tail").sub("", question))
    found = [content_words(cue("scaffold").sub(" ", part)) for part in cue("alternatives").split(core)]
    return [words for words in found if words]


@dataclass(frozen=True)
class Holdings:
    """Which words each paper holds in title, abstract or card, and how telling each word is."""

    stems: list[set[str]]
    """Latin stems, per paper."""
    texts: list[str]
    """Lower-case text, per paper."""

    @classmethod
    def of(cls, papers: Sequence[Paper]) -> Holdings:
        """Read the papers."""
        texts = [" ".join((p.title, p.abstract, *(getattr(p, name) for name in CARD_FIELDS))).lower() for p in papers]
        return cls([stems(text) for text in texts], texts)

    def column(self, word: str) -> Scores:
        """Return (papers,) whether each holds a word; a longer Latin word also as a name's start (Qwen3)."""
        if not word[0].isascii():
            return np.array([word in text for text in self.texts])
        if len(word) < 4:
            return np.array([word in known for known in self.stems])
        return np.array([word in known or any(other.startswith(word) for other in known) for known in self.stems])

    def shares(self, words: Sequence[str]) -> Scores:
        """Return (papers,) the share of the words that each holds, weighted by inverse document frequency."""
        columns = np.array([self.column(word) for word in words], dtype=float)
        weights = np.log((len(self.texts) + 1) / (columns.sum(axis=1) + 0.5))
        shares: Scores = weights @ columns / weights.sum()
        return shares


def members(query: Query, ranking: Ranking) -> list[Member]:
    """Return the papers on the subject of a question, nearest first."""
    alternatives = subjects(query.text)
    if not alternatives or not ranking.papers:
        return []
    holdings = Holdings.of(ranking.papers)
    leg, least = NEAR[query.language]
    similarity = ranking.legs[leg]
    likeness = (similarity - similarity.mean()) / (similarity.std() or 1.0)
    each = [holdings.shares(words) for words in alternatives]
    telling = [shares for shares in each if (shares >= MATCHED).mean() <= COMMON] or each[:1]
    best = np.max(telling, axis=0)
    chosen = np.flatnonzero(
        ((best >= MATCHED) & (likeness > -0.5)) | ((best >= 0.5) & (likeness > 2.0) & (similarity >= least))
    )
    words = [word for part in alternatives for word in part]
    return [Member(ranking.papers[place], nearest_sentence(ranking, int(place), words)) for place in chosen]


def nearest_sentence(ranking: Ranking, place: int, wanted: Sequence[str]) -> str:
    """Return the abstract's sentence that holds most of the subject's words, the nearest in meaning among equals."""
    paper = ranking.papers[place]
    texts = sentences(paper.abstract) or [paper.title]
    scores = ranking.sentence_scores[place]
    orders = [bool(cue("order").search(text)) for text in texts]
    held = [len(stems(text).intersection(wanted)) for text in texts]
    order = sorted(range(len(texts)), key=lambda i: (orders[i], -held[i], -(scores[i] if i < len(scores) else 0.0)))
    return texts[order[0]]


def list_papers(query: Query, found: Sequence[Member], draft: Draft, corpus: Corpus) -> Iterator[Sentence]:
    """Yield the lead with the count, then a line for each paper."""
    draft.papers = tuple(member.paper.arxiv_id for member in found)
    draft.layout = "list"
    slots: dict[str, str | int] = {"count": len(found), "total": len(corpus), "scope": scope(query, corpus)}
    yield draft.release(say(query.language, "list", **slots))
    for member in found[:MOST_LISTED]:
        paper = member.paper
        told = query.language == "zh" and paper.tldr and not unsupported_numbers(paper.tldr, member.quote)
        gist = paper.tldr if told else shortened(member.quote, 220)
        text = say(query.language, "list_item", title=paper.title, gist=gist)
        yield draft.release(f"- {marked(text, [paper.arxiv_id])}", [cite(paper, draft.position, member.quote)])
