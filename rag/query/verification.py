"""Whether a source bears out a sentence: numbers and names must stand in it, words and meaning must overlap. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.models import Support
from rag.query.agreement import bears_out, claims, stated, unsupported_claims
from rag.query.cues import cue
from rag.query.glossary import words_in_english
from rag.query.mentions import coined_words, generic, member, spelt
from rag.query.words import content_words, stems
from rag.text import HAN, LATIN_WORD
from vectorstore.lexical import tokens

SUPPORTED, PARTIAL = 0.55, 0.38
"""Least support scores for the two shown levels; `python -m evals run` reports what they let through."""
COSINE_RANGE = 0.15, 0.85
"""Cosines of MiniLM that count as no and as full likeness."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """How far one source sentence bears out one sentence."""

    score: float
    """0 to 1."""
    support: Support
    """The level that is shown."""


MOST_NAMES = 6
"""Words of an answer that is a mere list of names."""


def numbers(text: str, *, words: bool = True) -> set[float]:
    """Return the numbers in a text: those in digits with their scale, and those in words where wanted."""
    return {one.values[0] for one in stated(text) if not one.named and (words or not one.spelt)}


def digits(text: str) -> set[float]:
    """Return only the numbers that are written in digits."""
    return numbers(text, words=False)


def claimed(text: str) -> set[float]:
    """Return the quantities that a sentence claims: digits, and number words that are more than grammar."""
    return {one.values[0] for one in claims(text)}


def unsupported_numbers(sentence: str, *sources: str) -> set[float]:
    """Return the numbers of a sentence that its sources do not hold, `half` and 50 % being one."""
    return {claim.values[0] for claim in unsupported_claims(sentence, sources)}


def novelty(sentence: str, question: str, source: str) -> float:
    """Return the share of a sentence's own words, those that the question did not bring, that a source holds.

    0 for a sentence that has no words of its own: it tells nothing. Chinese words are compared as character pairs.
    """
    own = set(tokens(sentence)) - set(tokens(question))
    return len(own & set(tokens(source))) / len(own) if own else 0.0


EMPTY_WORDS = frozenset(
    content_words(
        """
        the this paper papers work study article abstract authors author researchers we they it present presents
        presented propose proposes proposed introduce introduces introduced describe describes discuss discusses
        show shows shown provide provides report reports use uses used using new novel approach approaches method
        methods result results finding findings experiment experiments experimental extensive evaluation
        effectiveness effective performance significant significantly various several different important notes
        information details demonstrate demonstrates framework system problem task tasks
        本文 论文 该文 作者 研究 提出 介绍 描述 讨论 展示 给出 报告 采用 使用 一种 新 新的 新颖 方法
        结果 发现 实验 大量 效果 有效 有效性 性能 显著 多种 重要 信息 框架 系统 问题 任务 证明 表明
        进行 通过 验证
        """
    )
)
"""Words that every paper has: a sentence of these alone tells nothing of one."""


def vacuous(sentence: str, question: str) -> bool:
    """Return whether a sentence has no word of its own that tells its paper from others."""
    return not set(content_words(sentence)) - set(content_words(question)) - EMPTY_WORDS


def bare(sentence: str, question: str) -> bool:
    """Return whether a sentence adds nothing but numbers, or to a Chinese question a few names, to its words."""
    own = set(tokens(sentence)) - set(tokens(question))
    names = bool(HAN.search(question)) and not HAN.search(sentence) and len(own) <= MOST_NAMES
    return bool(own) and (names or all(word[0].isdigit() for word in own))


def distributed(sentence: str, source: str) -> bool:
    """Return whether a sentence takes some numbers that its source deals out `respectively`: maybe wrong ones."""
    taken = digits(sentence)
    return "respectively" in source and "respectively" not in sentence and bool(taken) and taken < digits(source)


def unsupported_names(sentence: str, source: str) -> set[str]:
    """Return the coined names of a sentence that its source does not hold; terms of the field are no names."""
    plain = spelt(source)
    named = {word: spelt(member(word)).removesuffix("s") for word in coined_words(sentence) if not generic(word)}
    return {word for word, name in named.items() if name not in plain}


TIMES = r"(\d+(?:\.\d+)?)\s*(?:times|x|×|-?fold)"
LESS_BY = re.compile(
    rf"{TIMES}\s+(?:less|fewer|lower|smaller|reduction|decrease|compress\w*)"
    rf"|\b(?:reduc\w*|decreas\w*|less|lower\w*)\b[^.;]{{0,50}}?\bby (?:{TIMES}|a factor of (\d+(?:\.\d+)?))",
    re.IGNORECASE,
)
"""How a source says by how many times something became less."""


def turned(sentence: str, sources: Sequence[str]) -> set[str]:
    """Return the factors by which something is less in the sources, and of which a sentence does not say so."""
    if cue("lessened").search(sentence):
        return set()
    factors = {
        factor for source in sources for match in LESS_BY.finditer(source) for factor in match.groups() if factor
    }
    return {factor for factor in factors if float(factor) in digits(sentence)}


def denied(sentence: str, sources: Sequence[str], question: str = "") -> set[str]:
    """Return the words by which a sentence denies what nothing in its sources denies, or by which these leave it open.

    A denial that a question makes describes what it is about; one whose reason is asked for is what it presumes.
    """
    told = " ".join(sources)
    denial = cue("denying").search(sentence)
    described = cue("denying").search(question) and not cue("why").search(question)
    if denial and not described and not cue("negative").search(told):
        return {denial[0]}
    if (opened := cue("left_open").search(told)) and not cue("negative").search(sentence):
        return {opened[0]}
    return set()


def foreign_words(sentence: str, *sources: str) -> set[str]:
    """Return the Latin words of a Chinese sentence, terms of the field apart, that no source holds in any form."""
    if not HAN.search(sentence):
        return set()
    held = {root for source in sources for root in stems(source)}
    return {
        word for word in LATIN_WORD.findall(sentence) if len(word) > 2 and not generic(word) and not stems(word) <= held
    }


def contained(sentence: str, source: str, given: str = "") -> float:
    """Return the share of a sentence's content words, counted once, that its source holds.

    Words of `given`, the question, do not count where the sentence has others.
    """
    said = set(tokens(sentence))
    said = said - set(tokens(given)) or said
    return len(said & set(tokens(source))) / len(said) if said else 0.0


def contained_across(sentence: str, source: str, given: str = "") -> float:
    """Return the same of a Chinese sentence and an English source: a word counts with half of its English words."""
    said = words_in_english(sentence)
    asked = {term for word in words_in_english(given) for term in word}
    said = [word for word in said if not word <= asked] or said
    held = set(tokens(source))
    return sum(2 * len(word & held) >= len(word) for word in said) / len(said) if said else 0.0


def scaled(cosine: float) -> float:
    """Return a cosine as a likeness between 0 and 1."""
    low, high = COSINE_RANGE
    return min(1.0, max(0.0, (cosine - low) / (high - low)))


def score(sentence: str, source: str, cosine: float, given: str = "") -> float:
    """Return the support score of an English source: likeness of meaning and shared words, of Chinese in English."""
    shared = contained_across if HAN.search(sentence) else contained
    return 0.5 * scaled(cosine) + 0.5 * shared(sentence, source, given)


def level(value: float) -> Support:
    """Return the level of a support score."""
    return "supported" if value >= SUPPORTED else "partial" if value >= PARTIAL else "unsupported"


def quotes_for(
    sentence: str,
    sources: Sequence[str],
    cosines: NDArray[np.float64],
    *,
    given: str = "",
    most: int = 2,
) -> list[tuple[int, float]]:
    """Return (source index, score) of the sources that bear out a sentence, best first, at most `most`.

    The best one comes first; further ones are added for the numbers that the first lacks, and for the names of an
    answer that is nothing but names and numbers. Words of `given`, the question, need no support.
    """
    if not len(sources):
        return []
    spoken = claims(sentence)
    scores = np.array([score(sentence, source, cosine, given) for source, cosine in zip(sources, cosines, strict=True)])
    held = np.array([len(spoken) - len(unsupported_claims(sentence, (source,))) for source in sources])
    order = np.argsort(-(scores + 0.3 * held / max(1, len(spoken))), kind="stable")
    chosen = [int(order[0])]
    while len(chosen) < most and (lacking := unsupported_claims(sentence, [sources[i] for i in chosen])):
        helpers = [i for i in order if any(bears_out(one, claim) for one in stated(sources[i]) for claim in lacking)]
        if not helpers:
            break
        chosen.append(int(helpers[0]))
    if len(chosen) < most and bare(sentence, given):
        chosen += helper_for_words(sentence, sources, chosen, given)
    return [(index, float(scores[index])) for index in chosen]


def helper_for_words(sentence: str, sources: Sequence[str], chosen: Sequence[int], given: str) -> list[int]:
    """Return the index of the source that holds most of the words that the chosen ones lack, if any does."""
    lacking = set(tokens(sentence)) - set(tokens(given)) - set(tokens(" ".join(sources[index] for index in chosen)))
    held = [len(lacking & set(tokens(source))) for source in sources]
    return [held.index(max(held))] if max(held) else []
