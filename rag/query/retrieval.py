"""Papers for a question: candidates from vectors and words, then fused fine scores over those alone."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.engines.embedders import TokenEmbedding
from rag.engines.late import late_interaction
from rag.engines.loading import SPACE, Embedder
from rag.models import Filters, Language, Paper, Passage, Retrieval
from rag.query.corpus import Corpus
from rag.query.glossary import in_english, understood
from rag.query.mentions import named_papers
from rag.text import detect_language, sentences
from vectorstore.lexical import tokens
from vectorstore.records import Stored

CANDIDATES = 200
"""Papers that get fine scores; each leg proposes as many."""
PASSAGES = 3
"""Passages of one paper that a retrieval shows."""

Scores = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """What a ranking is made of: weights of the z-scores of its legs, for a question in each language."""

    text: Mapping[Language, Mapping[str, float]]
    """Of the legs that every paper has."""
    card: Mapping[Language, Mapping[str, float]]
    """Of the legs that need a card."""


RECIPE = Recipe(
    text={
        "en": {"lexical": 0.15, "paper": 0.55, "sentences": 0.15, "late-interaction": 2.0},
        "zh": {"glossed": 0.2, "paper": 0.4, "sentences": 0.1, "late-interaction": 0.2},
    },
    card={"en": {}, "zh": {"lexical": 0.2}},
)
"""Fitted on the development questions of evals/data/single_*.jsonl."""
NAMED_BONUS = 100.0
"""Puts a paper that the question names before every other."""
CLEAR = 3.0
"""A first paper that leads by so much in fused scores is the right one, for nearly every development question."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranking:
    """Papers ranked for one question, with what the ranking rests on; best first."""

    question: str
    """The question."""
    papers: tuple[Paper, ...]
    """The candidates."""
    scores: Scores
    """(papers,) fused scores."""
    legs: Mapping[str, Scores]
    """Leg name to (papers,) raw scores: BM25 for `lexical` and `glossed`, cosine similarities or means of them."""
    sentence_scores: tuple[Scores, ...]
    """Per paper, cosine similarity of each abstract sentence to the question."""
    named: frozenset[str]
    """Ids of the papers that the question names."""
    language: Language
    """The question's language."""
    stored: int
    """Papers in the store, candidates or not."""


def rank(
    question: str, corpus: Corpus, embedder: Embedder, filters: Filters = Filters(), recipe: Recipe = RECIPE
) -> Ranking:
    """Return the candidates for a question, best first."""
    language = detect_language(question)
    glossed = in_english(question)
    worded = understood(question, embedder)
    vector = np.asarray(embedder.model.get_query_embedding(worded), dtype=np.float32)
    allowed = corpus.select(filters)
    words, glosses = (
        {hit.id: hit.score for hit in corpus.store.lexical(text, CANDIDATES, allowed)} if text else {}
        for text in (question, glossed if glossed != question else "")
    )
    named = [paper.arxiv_id for paper in named_papers(question, corpus) if allowed is None or paper.arxiv_id in allowed]
    ids = candidates(corpus, vector, [*named, *words, *glosses], allowed)
    stored = list(corpus.store.get(ids).values())
    papers = corpus.get(ids)
    sentence_scores, paper_scores = similarities(stored, corpus, vector)
    carded = np.array([bool(paper.card_fields) for paper in papers], dtype=bool)
    legs = {
        "lexical": np.array([words.get(record.id, 0.0) for record in stored]),
        "glossed": np.array([glosses.get(record.id, 0.0) for record in stored]),
        "paper": np.array(paper_scores),
        "sentences": np.array([best_mean(scores, 2) for scores in sentence_scores]),
        "late-interaction": late_scores(worded, ids, corpus, embedder),
    }
    fused = fuse(legs, recipe.text[language], recipe.card[language], carded)
    fused += NAMED_BONUS * np.array([record.id in named for record in stored], dtype=float)
    order = np.argsort(-fused, kind="stable")
    return Ranking(
        question=question,
        papers=tuple(papers[index] for index in order),
        scores=fused[order],
        legs={name: scores[order] for name, scores in legs.items()},
        sentence_scores=tuple(sentence_scores[index] for index in order),
        named=frozenset(named),
        language=language,
        stored=len(corpus),
    )


def close_second(ranking: Ranking) -> Paper | None:
    """Return the second paper where the first does not clearly lead."""
    if len(ranking.papers) < 2 or ranking.scores[0] - ranking.scores[1] >= CLEAR:
        return None
    return ranking.papers[1]


def candidates(
    corpus: Corpus, vector: NDArray[np.float32], found: Sequence[str], allowed: set[str] | None
) -> list[str]:
    """Return the ids to score: all that are allowed where they are few, else those found and what vectors propose."""
    everything = len(corpus) if allowed is None else len(allowed)
    if everything <= CANDIDATES:
        ids = corpus.store.catalogue.ids()
        return [identifier for identifier in ids if allowed is None or identifier in allowed]
    near = corpus.store.nearest(SPACE, vector.tolist(), CANDIDATES, unit="paper", among=allowed)
    return list(dict.fromkeys((*found, *(hit.id for hit in near))))


def similarities(
    stored: Sequence[Stored], corpus: Corpus, vector: NDArray[np.float32]
) -> tuple[list[Scores], list[float]]:
    """Return each record's sentence scores, and the score of its title with its abstract."""
    found = corpus.store.vectors(SPACE, stored)
    nothing = np.zeros((0, 1), dtype=np.float32)
    scored = [scores_of(found.get(record.id, nothing), vector) for record in stored]
    return [scores[1:] for scores in scored], [float(scores[0]) if len(scores) else 0.0 for scores in scored]


def late_scores(question: str, ids: Sequence[str], corpus: Corpus, embedder: Embedder) -> Scores:
    """Return (papers,) how well each paper's words, in context, meet the question's; zeros where it has none."""
    if not isinstance(embedder.model, TokenEmbedding):
        return np.zeros(len(ids))
    words = corpus.store.words(ids)
    nothing = np.zeros((0, 1), dtype=np.int8)
    met = late_interaction(embedder.model.asked(question), [words.get(key, nothing) for key in ids])
    return met.astype(np.float64)


def scores_of(matrix: NDArray[np.float32], vector: NDArray[np.float32]) -> Scores:
    """Return the cosine similarity of each row to a unit vector."""
    return (matrix @ vector).astype(np.float64) if len(matrix) else np.zeros(0)


def best_mean(scores: Scores, count: int) -> float:
    """Return the mean of the best `count` scores; 0 where there are none."""
    return float(np.sort(scores)[-count:].mean()) if len(scores) else 0.0


def fuse(
    legs: Mapping[str, Scores], text: Mapping[str, float], card: Mapping[str, float], carded: NDArray[np.bool_]
) -> Scores:
    """Return the weighted sum of the legs' z-scores over the candidates.

    Papers without a card are compared with each other and with the rest by their text alone, which then has the weight
    of both: so a card is neither an advantage nor a handicap.
    """
    told = weighted(legs, text)
    both = told * (1 + sum(card.values()) / sum(text.values()))
    if not carded.any():
        return both
    both[carded] = told[carded] + weighted({name: legs[name][carded] for name in card}, card)
    return both


def weighted(legs: Mapping[str, Scores], weights: Mapping[str, float]) -> Scores:
    """Return the weighted sum of the z-scores of some legs."""
    total: Scores = np.sum([weight * z_scores(legs[name]) for name, weight in weights.items()], axis=0)
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
        scores = shared_terms(ranking.question, [text for _, text in texts])
    found = [
        Passage(arxiv_id=paper.arxiv_id, field=field, text=text, score=round(float(score), 4))
        for (field, text), score in zip(texts, scores, strict=False)
    ]
    return sorted(found, key=lambda passage: -passage.score)[:PASSAGES] or [
        Passage(arxiv_id=paper.arxiv_id, field="title", text=paper.title, score=0.0)
    ]


def shared_terms(question: str, texts: Sequence[str]) -> Scores:
    """Return (texts,) the share of a question's index terms that each text holds."""
    asked = set(tokens(question))
    return np.array([len(asked.intersection(tokens(text))) / max(1, len(asked)) for text in texts])


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


def retrieve(
    question: str, corpus: Corpus, embedder: Embedder, *, filters: Filters, limit: int, recipe: Recipe = RECIPE
) -> Retrieval:
    """Return the best papers for a question with the passages that matched."""
    started = time.perf_counter()
    ranking = rank(question, corpus, embedder, filters, recipe)
    seconds = time.perf_counter() - started
    return to_retrieval(question, ranking, corpus, filters, limit=limit, seconds=seconds)
