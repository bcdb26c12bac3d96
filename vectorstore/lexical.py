"""Tokens of mixed Chinese and Latin text, for a lexical index."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import rjieba

RUNS = re.compile(
    r"(?P<latin>[a-z0-9]+(?:[.\-][0-9]+)*)"
    r"|(?P<han>[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)"
    r"|(?P<kana>[\u3040-\u30ff]+)"
    r"|(?P<hangul>[\uac00-\ud7af]+)"
    r"|(?P<other>(?:(?![a-z0-9_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])\w)+)"
)
"""Runs of one script: Latin words and numbers, Han, Kana, Hangul, any other letters."""
ACCENTS = re.compile("[\u0300-\u036f]")

ENGLISH_STOP = frozenset(
    """
    a an and any are as at be been being but by can could did do does for from had has have how i in into is it its may
    me more most not of on or our over should so some such than that the their them then there these they this those to
    under up us use used uses using via was we were what when where which while who whose why will with would you your
    about also between each other paper papers propose proposed proposes study work
    """.split()
)
CHINESE_STOP = frozenset(
    """
    的 了 是 在 和 与 及 或 而 也 都 被 把 对 从 到 为 以 于 中 上 下 这 那 这些 那些 哪些 哪 哪篇 什么 怎么 怎样 如何
    为什么 为何 多少 几 吗 呢 吧 有 没有 个 一 一个 一种 种 篇 论文 文章 研究 工作 提出 使用 利用 采用 通过 进行 可以 能
    能够 该 其 它 他们 我们 并 并且 以及 之 等 不 请 请问 关于 作者 里 时 时候 用
    """.split()
)


def tokens(text: str) -> list[str]:
    """Return index terms: stemmed lower-case Latin words; character pairs and longer words of Chinese."""
    return [term for _, run in runs(text) for term in run]


def phrases(text: str) -> list[list[str]]:
    """Return the terms of each stretch of one script, so that those of a stretch are neighbours in `tokens`.

    A longer text that contains this one has all of them, each stretch's in one piece.
    """
    found: list[list[str]] = []
    previous = ""
    for script, run in runs(text, words=False):
        if script == "latin" == previous and found:
            found[-1] += run
        elif run:
            found.append(run)
        previous = script
    return found


def runs(text: str, *, words: bool = True) -> Iterator[tuple[str, list[str]]]:
    """Yield the script and the terms of each run; `words` adds the Chinese words that are no pair."""
    for match in RUNS.finditer(normalized(text)):
        script, run = str(match.lastgroup), match.group()
        if script == "latin":
            yield script, [] if run in ENGLISH_STOP else [stem(run)]
        elif script == "han":
            yield script, [*pairs(run), *(word for word in longer_words(run) if words)]
        else:
            yield script, list(pairs(run))


def normalized(text: str) -> str:
    """Return text in lower case, in its compatible form (NFKC), Latin letters without accents."""
    return unicodedata.normalize("NFKC", ACCENTS.sub("", unicodedata.normalize("NFKD", text))).lower()


def longer_words(run: str) -> Iterator[str]:
    """Yield the words of a run of Chinese characters that are not pairs already."""
    yield from (word for word in rjieba.cut(run) if len(word) != 2 and len(run) > 1 and word not in CHINESE_STOP)


def pairs(run: str) -> Iterator[str]:
    """Yield the overlapping character pairs of a run without stop words, or the run itself when it is one character."""
    parts = [run] if len(run) == 1 else [run[start : start + 2] for start in range(len(run) - 1)]
    yield from (part for part in parts if part not in CHINESE_STOP)


SUFFIXES = tuple(
    """
    ational ization isation fulness iveness ations ation ingly ments ables ances ences ment able ance ence ings ions
    ical ally ized ised izes ises izing ising ize ise ness ing ion ers ive ity ely ed er es ly al s e
    """.split()
)
"""Endings that are cut, longer ones first."""


def stem(word: str) -> str:
    """Cut one common English ending, where at least four letters remain: enough for recall, blind to meaning."""
    if not word.isalpha():
        return word
    if len(word) > 5 and word.endswith(("ies", "ied")):
        word = word[:-3] + "y"
    for suffix in SUFFIXES:
        if word.endswith(suffix) and not word.endswith("ss") and len(word) - len(suffix) >= 4:
            return word[: -len(suffix)]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
