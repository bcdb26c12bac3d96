"""Which sentences of a paper answer a question."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from rag.query.cues import cue
from rag.query.glossary import in_english
from rag.query.retrieval import Scores, z_scores
from vectorstore.lexical import tokens

NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|half|double|twice)\b", re.IGNORECASE
)

MEASURED = re.compile(
    r"\d\s?(?:\\?%|percent|[x×]\b|-?fold\b|times\b|倍|dB\b|ms\b|FPS\b|hours?\b|points?\b)|\d\.\d", re.IGNORECASE
)
"""A number that measures something, where others count things."""
ADDRESS = re.compile(r"^(?:[\w' ]{0,60}[:\s]\s*)?(?:https?://|www\.)\S+\s*$")
"""A sentence that tells where the code or the videos are, and nothing else."""
FLATNESS = 2.5
"""Of the probabilities that scores stand for."""
ENOUGH = 0.95
"""Probability with which the sentences that are chosen hold the answer: more of them take longer to read.

Both from the development questions of evals/data/single_*.jsonl.
"""
LAST = 100.0
"""Puts a sentence behind all others."""


def sentence_scores(question: str, sentences: Sequence[str], likeness: Scores) -> Scores:
    """Return how likely each sentence is to hold the answer: likeness, shared words, numbers where asked, position.

    Abstracts tell problem, method and result in this order, and questions ask for the latter two: hence the position.
    Weights come from the development questions of evals/data/single_*.jsonl (facts found in the best one to four).
    """
    asked = bool(cue("quantity").search(question))
    quantity = np.array([asked and bool(NUMBER.search(sentence)) for sentence in sentences], dtype=float)
    if asked and not cue("how_many").search(question):
        quantity += np.array([bool(MEASURED.search(sentence)) for sentence in sentences], dtype=float)
    position = np.linspace(0.0, 1.0, len(sentences)) if len(sentences) > 1 else np.zeros(len(sentences))
    address = np.array([bool(ADDRESS.search(sentence)) for sentence in sentences], dtype=float)
    scores: Scores = (
        z_scores(likeness) + 0.5 * z_scores(shared_words(question, sentences)) + quantity + position - LAST * address
    )
    return scores


def shared_words(question: str, sentences: Sequence[str]) -> Scores:
    """Return the summed inverse document frequency, over these sentences, of the question's words in each of them."""
    wanted = set(tokens(in_english(question)))
    held = [set(tokens(sentence)) for sentence in sentences]
    frequency = {word: sum(word in words for words in held) for word in wanted}
    return np.array([sum(math.log(1 + len(held) / frequency[word]) for word in wanted & words) for words in held])


def best_sentences(scores: Scores, lengths: Sequence[int], budget: int, most: int = 4) -> list[int]:
    """Return the indices of the best sentences, in the order of the text, that fit into `budget` tokens together.

    No more than hold the answer with a probability of `ENOUGH`.
    """
    likely = np.exp((scores - scores.max()) / FLATNESS) if len(scores) else scores
    chosen: list[int] = []
    spent, found = 0, 0.0
    for index in np.argsort(-scores, kind="stable"):
        if len(chosen) == most or found >= ENOUGH:
            break
        if chosen and spent + lengths[index] > budget:
            continue
        chosen.append(int(index))
        spent += lengths[index]
        found += float(likely[index] / likely.sum())
    return sorted(chosen)
