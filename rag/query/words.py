"""Content words of a question or a text, for exact tests: stems of Latin words, whole Chinese words."""

from __future__ import annotations

import re

import rjieba

from vectorstore.lexical import CHINESE_STOP, ENGLISH_STOP, stem

RUN = re.compile(r"[a-z0-9]+(?:\.[0-9]+)*|[\u3400-\u9fff\uf900-\ufaff]+")


def content_words(text: str) -> list[str]:
    """Return the content words of a text in order, each once, without stop words."""
    found: list[str] = []
    for run in RUN.findall(text.lower()):
        if run[0].isascii():
            found += [] if run in ENGLISH_STOP else [root(run)]
        else:
            found += [word for word in rjieba.cut(run) if word not in CHINESE_STOP]
    return list(dict.fromkeys(found))


def stems(text: str) -> set[str]:
    """Return the stems of all Latin words of a text, stop words included."""
    return {root(run) for run in RUN.findall(text.lower()) if run[0].isascii()}


MADE = re.compile(r"(?<=[a-z]{4}i)[sz](?:ation(?:s|al)?|e[sdr]?|ers|ing)$")
"""What makes a verb of an adjective, and its forms: localization is not local."""


BRITISH = re.compile(r"(?<=[a-z]{2})our(?=s?$|al|ed|ing)")
"""British spelling: tumour, behavioural, coloured."""


def root(word: str) -> str:
    """Return a word's stem, spelt as in America, that of `localize` and `localization` apart from `local`."""
    word = BRITISH.sub("or", word)
    made = MADE.sub("z", word)
    return made if made != word else stem(word)
