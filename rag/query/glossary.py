"""Chinese questions in English words, so that they meet abstracts too: by a glossary of the field and a dictionary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

import rjieba

from rag.engines.loading import Embedder
from rag.query.cedict import dictionary_entries
from rag.query.cues import read_table
from rag.text import HAN
from vectorstore.lexical import tokens

NO_SENSE = re.compile(r"^(?:(?:old |erhua )?variant of|surname|see |used in|abbr\. for|same as|also written|\()")
"""How senses begin that say nothing in English."""
ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|CL:.*|^(?:to|a|an|the) |[;,].*")
MOST_WORDS = 3
"""Words of a sense: longer ones explain rather than translate."""


@dataclass(frozen=True, slots=True)
class Glossary:
    """What Chinese words are in English."""

    terms: Mapping[str, str]
    """Terms of the field, of two characters or more; the empty string for words that say nothing of a paper."""
    longest: int
    """Characters of the longest term."""
    words: Mapping[str, str]
    """Every word: those of the field, and the first sense of all others of two characters or more."""
    shortest: int = 2
    """Characters of the shortest known part of an unknown word."""

    @classmethod
    @cache
    def load(cls) -> Glossary:
        """Read both, once: half a second, 30 MB."""
        told = {str(term): str(english) for term, english in read_table("glossary.toml").items()}
        terms = {term: english for term, english in told.items() if len(term) > 1}
        words = {word: english for word, english in read_dictionary() if len(word) > 1}
        return cls(terms=terms, longest=max(map(len, terms)), words=words | told)

    @classmethod
    @cache
    def of_questions(cls) -> Glossary:
        """Read the words too with which questions ask and presume: how many, why, not, better than."""
        known = cls.load()
        asking = {str(word): str(english) for word, english in read_table("function_words.toml").items()}
        terms = {word: english for word, english in asking.items() if len(word) > 1}
        return replace(known, terms={**known.terms, **terms}, words={**known.words, **asking}, shortest=1)

    def pieces(self, text: str) -> list[str]:
        """Return the English for each word of a Chinese text, in its order; words in Latin letters stay as they are."""
        told = (self.words.get(piece, HAN.sub(" ", piece)) if HAN.search(piece) else piece for piece in self.cut(text))
        return [piece for part in told if (piece := part.strip())]

    def cut(self, text: str) -> Iterator[str]:
        """Yield the English of the longest terms, and between them the words of the text."""
        between = ""
        start = 0
        while start < len(text):
            term = next((text[start:end] for end in self.ends(text, start) if text[start:end] in self.terms), "")
            if not term:
                between += text[start]
                start += 1
                continue
            yield from self.known(between)
            yield self.terms[term]
            between = ""
            start += len(term)
        yield from self.known(between)

    def ends(self, text: str, start: int) -> range:
        """Return where a term that begins at `start` can end, longest first; none begins inside a Latin word."""
        inside = start > 0 and f"{text[start - 1]}{text[start]}".isascii() and text[start - 1].isalnum()
        return range(0) if inside else range(min(len(text), start + self.longest), start, -1)

    def known(self, text: str) -> Iterator[str]:
        """Yield the words of a text between terms, those that no dictionary has in their longest known parts."""
        for word in rjieba.cut(text):
            start = 0
            while start < len(word):
                sizes = range(len(word) - start, min(self.shortest, len(word)) - 1, -1)
                size = next((n for n in sizes if word[start : start + n] in self.words), 0)
                if not HAN.match(word):
                    size = len(word)
                if size:
                    yield word[start : start + size]
                start += size or 1


def read_dictionary() -> Iterator[tuple[str, str]]:
    """Yield the words of CC-CEDICT, in both scripts, with the first of their senses that says something."""
    found: set[str] = set()
    for entry in dictionary_entries():
        forms = {entry.traditional, entry.simplified} - found
        if forms and (sense := first_sense(entry.senses)):
            found |= forms
            yield from ((form, sense) for form in forms)


def first_sense(senses: str) -> str:
    """Return the first short sense of an entry; an empty string where it has none."""
    for sense in senses.split("/"):
        told = " ".join(ASIDE.sub("", sense).split())
        if told and not NO_SENSE.match(sense) and len(told.split()) <= MOST_WORDS:
            return told
    return ""


def in_english(question: str) -> str:
    """Return a Chinese question in English words; the question itself where none of it is Chinese."""
    return " ".join(Glossary.load().pieces(question)) if HAN.search(question) else question


def asked_in_english(question: str) -> str:
    """Return the same with the words that tell what is asked and presumed, by which no paper is found."""
    return " ".join(Glossary.of_questions().pieces(question)) if HAN.search(question) else question


def understood(text: str, embedder: Embedder) -> str:
    """Return a text as an embedder understands it: a Chinese one in English words where it knows no Chinese."""
    return in_english(text) if embedder.english_only else text


def words_in_english(text: str) -> list[frozenset[str]]:
    """Return the index terms of each word of a text, of Chinese ones in English: several where they have several."""
    pieces = Glossary.load().pieces(text) if HAN.search(text) else text.split()
    return [frozenset(terms) for piece in pieces if (terms := tokens(piece))]
