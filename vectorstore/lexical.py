"""Tokens of mixed Chinese and Latin text, for a lexical index."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import rjieba

RUNS = re.compile(r"[a-z0-9]+(?:[.\-][0-9]+)*|[\u3400-\u9fff\uf900-\ufaff]+|[\u3040-\u30ff]+|[\uac00-\ud7af]+|[^\W_a-z0-9]+")
"""Runs of one script: Latin words and numbers, Han, Kana, Hangul, any other letters."""

ENGLISH_STOP = frozenset(
    "a an and any are as at be been being but by can could did do does for from had has have how i in into is it its "
    "may me more most not of on or our over should so some such than that the their them then there these they this "
    "those to under up us use used uses using via was we were what when where which while who whose why will with would "
    "you your about also between each other paper papers propose proposed proposes study work".split()
)
CHINESE_STOP = frozenset(
    "的 了 是 在 和 与 及 或 而 也 都 被 把 对 从 到 为 以 于 中 上 下 这 那 这些 那些 哪些 哪 哪篇 什么 怎么 怎样 如何 为什么 为何 "
    "多少 几 吗 呢 吧 有 没有 个 一 一个 一种 种 篇 论文 文章 研究 工作 提出 使用 利用 采用 通过 进行 可以 能 能够 该 其 它 他们 "
    "我们 并 并且 以及 之 等 不 请 请问 关于 作者 里 时 时候 用".split()
)


def tokens(text: str) -> list[str]:
    """Return index terms: stemmed lower-case Latin words; words and character pairs of Chinese."""
    return list(terms(unicodedata.normalize("NFKC", text).lower()))


def terms(text: str) -> Iterator[str]:
    """Yield the terms of normalised lower-case text."""
    for match in RUNS.finditer(text):
        run = match.group()
        if run[0].isascii():
            if run not in ENGLISH_STOP:
                yield stem(run)
        elif "\u3400" <= run[0] <= "\ufaff":
            yield from chinese(run)
        else:
            yield from pairs(run)


def chinese(run: str) -> Iterator[str]:
    """Yield the words of a run of Chinese characters, then its character pairs."""
    words = [word for word in rjieba.cut(run) if word not in CHINESE_STOP]
    yield from words
    seen = set(words)
    yield from (pair for pair in pairs(run) if pair not in seen)


def pairs(run: str) -> Iterator[str]:
    """Yield the overlapping character pairs of a run, or the run itself when it is one character."""
    if len(run) == 1:
        if run not in CHINESE_STOP:
            yield run
        return
    for start in range(len(run) - 1):
        yield run[start : start + 2]


SUFFIXES = (
    "ational", "ization", "isation", "fulness", "iveness", "ations", "ation", "ingly", "ments", "ables", "ances", "ences",
    "ment", "able", "ance", "ence", "ings", "ions", "ical", "ally", "ized", "ised", "izes", "ises", "izing", "ising",
    "ness", "ies", "ing", "ion", "ers", "ive", "ity", "ely", "ed", "er", "es", "ly", "al", "s", "e",
)  # fmt: skip


def stem(word: str) -> str:
    """Cut one common English ending, where at least four letters remain: enough for recall, blind to meaning."""
    if not word.isalpha():
        return word
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return word[: -len(suffix)]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
