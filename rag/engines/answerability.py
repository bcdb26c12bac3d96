"""Whether a paper answers a question, and with which sentence; or contradicts what it presumes; or says nothing of it.

A small network over the embedder's token vectors, an attention of each word of the question to the words of each
sentence that is then compared with what it met (decomposable attention, Parikh et al. 2016, arXiv:1606.01933). It was
fitted to questions that other papers answer, do not answer, or contradict (`evals/answerable.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.engines.embedders import Tokens
from rag.engines.late import Floats, fitted

WEIGHTS = "answerability.npz"
FAR = -9.0
"""Cosine of what is no word: no attention is left for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answerability:
    """What a paper's title and sentences are to a question: logarithms of probabilities that sum to 1."""

    elsewhere: float
    """The question is about another paper."""
    unstated: float
    """It is about this one, and none of them answers it or contradicts it."""
    answers: Floats
    """(texts,) this one answers it."""
    denies: Floats
    """(texts,) this one contradicts what it presumes."""

    @property
    def doubt(self) -> float:
        """The logarithm of the odds that nothing answers it rather than something."""
        return self.unstated - float(np.logaddexp.reduce(self.answers))

    @property
    def strangeness(self) -> float:
        """The logarithm of the odds that it is about another paper."""
        here = np.logaddexp.reduce([self.unstated, *self.answers, *self.denies])
        return self.elsewhere - float(here)

    @property
    def denial(self) -> float:
        """The logarithm of the odds that something contradicts it rather than answers it."""
        return float(np.logaddexp.reduce(self.denies) - np.logaddexp.reduce(self.answers))


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """A question beside texts, as the network takes them."""

    asked: Floats
    """(words, dimensions) the question's unit vectors."""
    rarity: Floats
    """(words,) inverse document frequency of each."""
    told: Floats
    """(texts, longest, dimensions) unit vectors of each text's words, then zeros."""
    held: NDArray[np.bool_]
    """(texts, longest) whether it is a word."""

    @classmethod
    def of(cls, question: Tokens, texts: Sequence[Tokens], rarity: Floats) -> Side:
        """Return a question beside texts; `rarity` is of the whole vocabulary. All must have words."""
        lengths = np.array([len(text.ids) for text in texts])
        held = np.arange(lengths.max()) < lengths[:, None]
        told = np.zeros((*held.shape, texts[0].vectors.shape[1]), dtype=np.float32)
        told[held] = np.concatenate([text.vectors for text in texts])
        return cls(
            asked=question.vectors.astype(np.float32),
            rarity=rarity[question.ids],
            told=told,
            held=held,
        )


def judged(question: Tokens, texts: Sequence[Tokens]) -> Answerability | None:
    """Return what a paper's title and sentences are to a question; None where one of them has no words."""
    if not texts or not len(question.ids) or not all(len(text.ids) for text in texts):
        return None
    logits = logits_of(Side.of(question, texts, fitted()["papers"].rarity), weights())
    told = logits - np.logaddexp.reduce(logits)
    answers, denies = np.split(told[2:], 2)
    return Answerability(elsewhere=float(told[0]), unstated=float(told[1]), answers=answers, denies=denies)


@cache
def weights() -> dict[str, Floats]:
    """Return the weights that come with the program."""
    with (files("rag.engines") / WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as held:
        return {name: held[name].astype(np.float32) for name in held.files}


def logits_of(side: Side, weights: Mapping[str, Any], xp: Any = np) -> Any:
    """Return (2 + 2 * texts,) logits: it is another paper; nothing answers; each text answers; each text contradicts.

    `xp` is numpy, or what stands for it to learn the slopes.
    """
    asked, told, held = side.asked, side.told, side.held[:, None, :]
    share = side.rarity * xp.exp(asked @ weights["salience"])
    share = share / xp.sum(share)

    cosines = xp.swapaxes(unit(told @ weights["tell"].T, xp) @ unit(asked @ weights["ask"].T, xp).T, 1, 2)
    cosines = xp.where(held, cosines, FAR)  # (texts, words, longest)
    best = xp.max(cosines, axis=2)
    attention = xp.exp(weights["sharpness"] * (cosines - best[:, :, None]))
    attention = attention / xp.sum(attention, axis=2, keepdims=True)
    met = attention @ unit(told @ weights["met"].T, xp)  # (texts, words, size)
    own = unit(asked @ weights["own"].T, xp)

    anywhere = xp.max(best, axis=0)
    more = best - xp.mean(best, axis=0)
    nearness = xp.stack([best, anywhere + 0 * best, more], axis=2)
    compared = relu(
        own @ weights["compare_own"]
        + met @ weights["compare_met"]
        + (own * met * own.shape[1] ** 0.5) @ weights["compare_both"]  # as large as each, by that factor
        + nearness @ weights["compare_nearness"]
        + weights["compare_bias"],
        xp,
    )  # (texts, words, hidden)
    text = [
        share @ compared,
        xp.max(compared, axis=1),
        (best @ share)[:, None],
        (relu(more, xp) @ share)[:, None],
    ]
    each = layers(xp.concatenate(text, axis=1), weights, "text", xp)  # (texts, 2)
    covered = xp.max(compared, axis=0)
    whole = xp.concatenate([share @ covered, xp.min(covered, axis=0), xp.reshape(anywhere @ share, (1,))])
    lacking = layers(whole, weights, "whole", xp)  # (2,)
    kind = layers(share @ asked, weights, "kind", xp)  # (4,)
    return xp.concatenate([lacking + kind[:2], each[:, 0] + kind[2], each[:, 1] + kind[3]])


def layers(given: Any, weights: Mapping[str, Any], name: str, xp: Any) -> Any:
    """Return what two layers make of (..., n) inputs."""
    hidden = relu(given @ weights[f"{name}_in"] + weights[f"{name}_in_bias"], xp)
    return hidden @ weights[f"{name}_out"] + weights[f"{name}_out_bias"]


def relu(values: Any, xp: Any) -> Any:
    """Return the values, those below 0 as 0."""
    return xp.maximum(values, 0.0)


def unit(vectors: Any, xp: Any) -> Any:
    """Return (..., size) vectors of length 1; zeros stay zeros."""
    return vectors / xp.sqrt(xp.sum(vectors * vectors, axis=-1, keepdims=True) + 1e-12)
