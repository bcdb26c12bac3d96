"""Questions for every paper on a subject: all papers are looked at, none is left to a top-k."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.engines.loading import SPACE, Embedder
from rag.models import CARD_FIELDS, Filters, Language, Paper, Sentence
from rag.query.abstaining import clearness, tell_absent
from rag.query.aspects import contribution
from rag.query.corpus import Corpus
from rag.query.cues import cue
from rag.query.drafts import Draft
from rag.query.evidence import Evidence
from rag.query.facts import Fact, Line, scope, searched, tell
from rag.query.fields import entry, without_fields
from rag.query.glossary import in_english
from rag.query.linked import link_entry, named_link, wanted_link
from rag.query.overview import line_of
from rag.query.relevance import on_subject
from rag.query.retrieval import Ranking, Scores, best_mean, rank, z_scores
from rag.query.topics import topic
from rag.query.understand import Query
from rag.query.wording import say
from rag.query.words import content_words, stems
from rag.text import sentences

MATCHED = 0.8
"""Share of a subject's words from which on a paper that holds them is on it."""
WHOLE = 0.4
"""Least share of all the subject's words, of one language, that such a paper holds: `A or B of C` is no mere `A`."""
NEAREST = (0.8, 0.0)
"""Least z-score, among the papers, of the sentence nearest to the question of one that holds a part, and of one that
holds them all."""
TITLED = frozenset({"title_asked", "gist", "link", "identifier"})
"""Fields that a list tells anyhow, or has its own way to tell."""
BARE = 0.5
"""What clearness of the first paper for the bare subject counts beside that for the question as asked."""
MET: dict[Language, float] = {"en": 1.25, "zh": -0.9}
"""Least of both for any paper to be on the subject in other words: three in a hundred of the lists that papers were
found for are below it, and most of those that nothing is on. Chosen on lists about seven days."""
STRANGE_TO_LIST = 0.25
"""What strangeness counts in it: a list is asked for in few words, to which every paper is a little strange."""


@dataclass(frozen=True, slots=True)
class Member:
    """A paper on the subject, with the sentence that shows it."""

    paper: Paper
    """The paper."""
    quote: str
    """The abstract's sentence nearest to the subject."""


def asks_for_list(query: Query, *, named: bool = False) -> bool:
    """Return whether a question wants every paper on a subject, of all or of those named before.

    What is new about a paper that is `named` is a question about that paper.
    """
    if query.focus and not (len(query.focus) > 1 and cue("asks_papers").search(query.text)):
        return False
    if cue("single").search(query.text) and not cue("count").search(query.text):
        return False
    wanted = ("asks_list", "count") if named else ("asks_list", "count", "news")
    return any(cue(name).search(query.text) for name in wanted)


COMMON = 0.2
"""An alternative that a larger share of papers meets is no subject of its own: `predicting their effect`."""


def alternatives(topic: str) -> list[str]:
    """Return the alternatives that say what a list is about, without the words that ask for one."""
    core = cue("tail").sub("", topic)
    parts = [" ".join(cue("scaffold").sub(" ", part).split()) for part in cue("alternatives").split(core)]
    return [part for part in parts if re.search(r"\w", part)]


def subjects(topic: str) -> list[list[str]]:
    """Return the content words of each alternative; of Chinese ones in English too."""
    parts = alternatives(topic)
    found = [content_words(part) for told in (parts, map(in_english, parts)) for part in told]
    return [words for place, words in enumerate(found) if words and words not in found[:place]]


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
        """Return (papers,) whether each holds a word; a Latin one also with more behind it: Qwen3."""
        if not word[0].isascii():
            return np.array([word in text for text in self.texts])
        longer = re.compile(rf"{re.escape(word)}(?:[\d.]+{'|[a-z]+' if len(word) > 5 else ''})")
        return np.array([word in known or any(map(longer.fullmatch, known)) for known in self.stems])

    def shares(self, words: Sequence[str]) -> Scores:
        """Return (papers,) the share of the words that each holds, weighted by inverse document frequency."""
        columns = np.array([self.column(word) for word in words], dtype=float)
        weights = np.log((len(self.texts) + 1) / (columns.sum(axis=1) + 0.5))
        shares: Scores = weights @ columns / weights.sum()
        return shares


def members(query: Query, ranking: Ranking, corpus: Corpus, embedder: Embedder) -> list[Member]:
    """Return the papers on the subject of a question, nearest first."""
    kind = wanted_link(query.text)
    about = without_fields(topic(query))
    about = cue("link_words").sub(" ", about) if kind else about
    parts = subjects(about)
    if not parts or not ranking.papers:
        return []
    holdings = Holdings.of(ranking.papers)
    each = [holdings.shares(words) for words in parts]
    telling = [shares for shares in each if 0 < (shares >= MATCHED).mean() <= COMMON] or each
    shares = np.max(telling, axis=0)
    ids = tuple(paper.arxiv_id for paper in ranking.papers)
    subject = " or ".join(alternatives(about))
    bare = rank(subject, corpus, embedder, Filters(papers=ids))
    met = clear(query, ranking, embedder) + BARE * clear(replace(query, text=subject), bare, embedder)
    words = list(dict.fromkeys(word for part in parts for word in part))
    matched = worded(ranking, holdings, words, shares)
    if met >= MET[query.language]:
        matched = on_subject(ranking, bare, shares, matched, paper_vectors(ids, corpus))
    chosen = np.flatnonzero(matched).tolist()
    found = [Member(ranking.papers[place], telling_sentence(ranking, place, words)) for place in chosen]
    return [member for member in found if not kind or named_link(member.paper, kind)]


def clear(query: Query, ranking: Ranking, embedder: Embedder) -> float:
    """Return how clearly the first paper of a ranking is on the subject of a list."""
    if not ranking.papers:
        return 0.0
    return clearness(query, ranking, Evidence(ranking.papers[0], embedder), STRANGE_TO_LIST)


def worded(ranking: Ranking, holdings: Holdings, words: Sequence[str], shares: Scores) -> NDArray[np.bool_]:
    """Return (papers,) which hold the words of a subject, or most of an alternative, and have a sentence near it."""
    nearest = z_scores(np.array([best_mean(scores, 1) for scores in ranking.sentence_scores]))
    by_language = [[word for word in words if word[0].isascii() == latin] for latin in (True, False)]
    whole = np.max([holdings.shares(part) for part in by_language if part], axis=0)
    found: NDArray[np.bool_] = (shares >= MATCHED) & (whole >= WHOLE) & (nearest > np.where(whole < MATCHED, *NEAREST))
    return found


def paper_vectors(ids: Sequence[str], corpus: Corpus) -> NDArray[np.float32]:
    """Return (papers, dimensions) the embeddings of titles with abstracts; zeros of a paper that is gone."""
    found = corpus.store.vectors(SPACE, list(corpus.store.get(ids).values()))
    width = max((vectors.shape[1] for vectors in found.values()), default=1)
    nothing = np.zeros((1, width), dtype=np.float32)
    return np.array([found.get(identifier, nothing)[0] for identifier in ids])


def telling_sentence(ranking: Ranking, place: int, wanted: Sequence[str]) -> str:
    """Return the sentence that says what a paper does, or why it is on a subject of which that tells nothing.

    The latter holds most of the subject's words, one that stands alone before one that goes on from
    another, the nearest in meaning among equals.
    """
    paper = ranking.papers[place]
    gist = contribution(paper)
    if cue("contribution").search(gist) and stems(f"{paper.title} {gist}").intersection(wanted):
        return gist
    texts = sentences(paper.abstract) or [paper.title]
    scores = ranking.sentence_scores[place]
    orders = [bool(cue("order").search(text)) for text in texts]
    held = [len(stems(text).intersection(wanted)) for text in texts]
    order = sorted(
        range(len(texts)),
        key=lambda i: (
            orders[i],
            "://" in texts[i],
            not held[i],
            bool(cue("goes_on").search(texts[i])),
            -held[i],
            -(scores[i] if i < len(scores) else 0.0),
        ),
    )
    return texts[order[0]]


def tell_list(
    query: Query, ranking: Ranking, draft: Draft, corpus: Corpus, embedder: Embedder, names: Sequence[str]
) -> Iterator[Sentence]:
    """Yield the papers on a subject, or all the others where a question says `not`; or that there are none."""
    found = members(query, ranking, corpus, embedder)
    if cue("negated").search(query.text):
        on_it = {member.paper.arxiv_id for member in found}
        papers = corpus.get(query.focus) if query.focus else corpus.papers(query.filters)
        others = [Member(paper, paper.title) for paper in papers if paper.arxiv_id not in on_it]
        yield from list_papers(query, others, draft, corpus, key="list_without")
    elif found:
        yield from list_papers(query, found, draft, corpus)
    else:
        yield from tell_absent(query, draft, ranking, corpus, names)


def list_papers(
    query: Query, found: Sequence[Member], draft: Draft, corpus: Corpus, *, key: str = "list"
) -> Iterator[Sentence]:
    """Yield the lead with the count, then a line for each paper."""
    slots: dict[str, str | int] = {"count": len(found), "total": searched(query, corpus)}
    lead = say(query.language, key, scope=scope(query, corpus), **slots)
    kind, news = wanted_link(query.text), bool(cue("news").search(query.text))
    lines = tuple(
        link_entry(query, member.paper, named_link(member.paper, kind)) if kind else member_line(query, member, news)
        for member in found
    )
    yield from tell(Fact(lead=lead, papers=tuple(member.paper for member in found), lines=lines), draft)


def member_line(query: Query, member: Member, news: bool) -> Line:
    """Return a paper's title with the fields that a question asks for, else with what shows its subject."""
    shown = contribution(member.paper) if news else member.quote
    return entry(query, member.paper, lambda query, paper: line_of(query, paper, shown), TITLED)
