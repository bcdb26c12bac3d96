"""Papers for a question: candidates from vectors and words, then fused fine scores over those alone."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.engines.embedders import TokenEmbedding
from rag.engines.loading import Embedders
from rag.models import Filters, Language, Paper, Passage, Retrieval
from rag.query.corpus import Corpus
from rag.query.mentions import named_papers
from rag.query.reranking import BACKGROUND, rerank
from rag.text import detect_language, sentences
from vectorstore.records import Stored, kind_of

CANDIDATES = 200
"""Papers that get fine scores; each leg proposes as many."""
PASSAGES = 3
"""Passages of one paper that a retrieval shows."""

Scores = NDArray[np.float64]

WEIGHTS: Mapping[Language, Mapping[str, float]] = {
    "en": {"lexical": 0.15, "paper": 0.55, "sentences": 0.12, "card": 0.09, "card_best": 0.09},
    "zh": {"lexical": 0.33, "paper": 0.03, "sentences": 0.02, "card": 0.27, "card_best": 0.35},
}
"""Weight of each leg's z-score, fitted on the development split of evals/data/single_seed.jsonl."""
NEAR: Mapping[Language, tuple[str, float]] = {"en": ("paper", 0.26), "zh": ("card_best", 0.872)}
"""Leg and least similarity of the nearest paper to a question about something that the corpus holds."""
E5 = "multilingual-e5-small-q4"
ACROSS: Mapping[Language, float] = {"en": -0.04, "zh": 0.07}
"""What e5's cosine to an English text lacks against that to a Chinese card, for a question in each language.

Background means on the development questions: English text 0.806 and 0.808, cards 0.763 and 0.875.
"""
NAMED_BONUS = 100.0
"""Puts a paper that the question names before every other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranking:
    """Papers ranked for one question, with what the ranking rests on; best first."""

    papers: tuple[Paper, ...]
    """The candidates."""
    scores: Scores
    """(papers,) fused scores."""
    legs: Mapping[str, Scores]
    """Leg name to (papers,) raw scores: cosine similarities, or BM25 for `lexical`."""
    sentence_scores: tuple[Scores, ...]
    """Per paper, cosine similarity of each abstract sentence to the question in the English space."""
    card_scores: tuple[Scores, ...]
    """Per paper, cosine similarity of each multilingual unit to the question."""
    named: frozenset[str]
    """Ids of the papers that the question names."""
    language: Language
    """The question's language."""


@dataclass(frozen=True, slots=True)
class QueryVectors:
    """A question in both embedding spaces."""

    english: NDArray[np.float32]
    """(dimensions,) unit vector."""
    multilingual: NDArray[np.float32]
    """(dimensions,) unit vector."""

    @classmethod
    def embed(cls, question: str, embedders: Embedders) -> QueryVectors:
        """Embed a question; a single embedder for both spaces is asked once."""
        english = np.asarray(embedders.english.get_query_embedding(question), dtype=np.float32)
        if embedders.multilingual is embedders.english:
            return cls(english, english)
        return cls(english, np.asarray(embedders.multilingual.get_query_embedding(question), dtype=np.float32))


def rank(question: str, corpus: Corpus, embedders: Embedders, filters: Filters = Filters()) -> Ranking:
    """Return the candidates for a question, best first."""
    language = detect_language(question)
    vectors = QueryVectors.embed(question, embedders)
    allowed = corpus.select(filters)
    words = {hit.id: hit.score for hit in corpus.store.lexical(question, CANDIDATES, allowed)}
    named = [paper.arxiv_id for paper in named_papers(question, corpus) if allowed is None or paper.arxiv_id in allowed]
    ids = candidates(corpus, vectors, words, named, allowed)
    stored = list(corpus.store.get(ids).values())
    papers = corpus.get(ids)
    sentence_scores, paper_scores = english_scores(stored, corpus, vectors)
    card_scores = multilingual_scores(stored, corpus, vectors, language, embedders.identity["multilingual"])
    legs = {
        "lexical": np.array([words.get(record.id, 0.0) for record in stored]),
        "paper": np.array(paper_scores),
        "sentences": np.array([best_mean(scores, 2) for scores in sentence_scores]),
        "card": np.array([scores.mean() if len(scores) else 0.0 for scores in card_scores]),
        "card_best": np.array([scores.max() if len(scores) else 0.0 for scores in card_scores]),
    }
    fused = fuse(legs, WEIGHTS[language]) + NAMED_BONUS * np.array(
        [record.id in named for record in stored], dtype=float
    )
    order = np.argsort(-fused, kind="stable")
    best = fused[order]
    if language == "en" and isinstance(embedders.english, TokenEmbedding):
        first = rerank(question, [papers[index] for index in order[:BACKGROUND]], best, embedders.english)
        order[: len(first)] = order[first]
    return Ranking(
        papers=tuple(papers[index] for index in order),
        scores=best,
        legs={name: scores[order] for name, scores in legs.items()},
        sentence_scores=tuple(sentence_scores[index] for index in order),
        card_scores=tuple(card_scores[index] for index in order),
        named=frozenset(named),
        language=language,
    )


def candidates(
    corpus: Corpus, vectors: QueryVectors, words: Mapping[str, float], named: Sequence[str], allowed: set[str] | None
) -> list[str]:
    """Return the ids to score: all that are allowed where they are few, else what each leg proposes."""
    everything = len(corpus) if allowed is None else len(allowed)
    if everything <= CANDIDATES:
        ids = corpus.store.catalogue.ids()
        return [identifier for identifier in ids if allowed is None or identifier in allowed]
    proposed = [*named, *words]
    for space, unit in (("english", "paper"), ("multilingual", "tldr"), ("multilingual", "paper")):
        vector = getattr(vectors, space).tolist()
        found = corpus.store.nearest(space, vector, CANDIDATES, unit=unit, among=allowed)
        proposed += [hit.id for hit in found]
    return list(dict.fromkeys(proposed))


def matrices(space: str, stored: Sequence[Stored], corpus: Corpus) -> list[NDArray[np.float32]]:
    """Return each record's (units, dimensions) vectors in a space."""
    found = corpus.store.vectors(space, stored)
    return [found.get(record.id, np.zeros((0, 1), dtype=np.float32)) for record in stored]


def english_scores(stored: Sequence[Stored], corpus: Corpus, vectors: QueryVectors) -> tuple[list[Scores], list[float]]:
    """Return each record's sentence scores, and the score of its title with its abstract."""
    scored = [scores_of(matrix, vectors.english) for matrix in matrices("english", stored, corpus)]
    return [scores[1:] for scores in scored], [float(scores[0]) if len(scores) else 0.0 for scores in scored]


def multilingual_scores(
    stored: Sequence[Stored], corpus: Corpus, vectors: QueryVectors, language: Language, model: str
) -> list[Scores]:
    """Return each record's scores in the multilingual space, those of papers without a card made comparable."""
    shift = ACROSS[language] if model == E5 else 0.0
    scored = [scores_of(matrix, vectors.multilingual) for matrix in matrices("multilingual", stored, corpus)]
    english = [kind_of(next(iter(record.nodes.get("multilingual", ())), "#")) == "paper" for record in stored]
    return [scores + shift if only_english else scores for scores, only_english in zip(scored, english, strict=True)]


def scores_of(matrix: NDArray[np.float32], vector: NDArray[np.float32]) -> Scores:
    """Return the cosine similarity of each row to a unit vector."""
    return (matrix @ vector).astype(np.float64) if len(matrix) else np.zeros(0)


def best_mean(scores: Scores, count: int) -> float:
    """Return the mean of the best `count` scores; 0 where there are none."""
    return float(np.sort(scores)[-count:].mean()) if len(scores) else 0.0


def fuse(legs: Mapping[str, Scores], weights: Mapping[str, float]) -> Scores:
    """Return the weighted sum of the legs' z-scores over the candidates."""
    total = np.zeros(len(next(iter(legs.values()))))
    for name, weight in weights.items():
        total += weight * z_scores(legs[name])
    return total


def z_scores(scores: Scores) -> Scores:
    """Return (x - mean) / standard deviation; zeros where all are alike."""
    spread = scores.std() if len(scores) else 0.0
    return (scores - scores.mean()) / spread if spread > 1e-9 else np.zeros(len(scores))


def passages(ranking: Ranking, position: int) -> list[Passage]:
    """Return the pieces of one ranked paper that are nearest to the question, nearest first."""
    paper = ranking.papers[position]
    if ranking.language == "en" or not paper.tldr:
        texts = [("abstract", sentence) for sentence in sentences(paper.abstract)]
        scores = ranking.sentence_scores[position]
    else:
        texts = [(name, getattr(paper, name)) for name in paper.card_fields]
        scores = ranking.card_scores[position]
    found = [
        Passage(arxiv_id=paper.arxiv_id, field=field, text=text, score=round(float(score), 4))
        for (field, text), score in zip(texts, scores, strict=False)
    ]
    return sorted(found, key=lambda passage: -passage.score)[:PASSAGES] or [
        Passage(arxiv_id=paper.arxiv_id, field="title", text=paper.title, score=0.0)
    ]


def to_retrieval(
    question: str, ranking: Ranking | None, corpus: Corpus, filters: Filters, *, limit: int, seconds: float
) -> Retrieval:
    """Return the public view of a ranking; an empty one where nothing was ranked."""
    if ranking is None:
        return Retrieval(
            question=question, papers=(), scores=(), passages=(), searched=0, filters=filters, seconds=seconds
        )
    shown = range(min(limit, len(ranking.papers)))
    return Retrieval(
        question=question,
        papers=ranking.papers[:limit],
        scores=tuple(round(float(score), 4) for score in ranking.scores[:limit]),
        passages=tuple(passage for position in shown for passage in passages(ranking, position)),
        searched=len(corpus) if not filters else len(corpus.select(filters) or ()),
        filters=filters,
        seconds=seconds,
    )


def retrieve(question: str, corpus: Corpus, embedders: Embedders, *, filters: Filters, limit: int) -> Retrieval:
    """Return the best papers for a question with the passages that matched."""
    started = time.perf_counter()
    ranking = rank(question, corpus, embedders, filters)
    seconds = time.perf_counter() - started
    return to_retrieval(question, ranking, corpus, filters, limit=limit, seconds=seconds)
