"""Papers that a question names: by arXiv id or link, or by the name they give themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.models import Paper
from rag.query.corpus import Corpus

NEW_ID = r"(?<![\d.])(\d{4}\.\d{4,5})(?:v\d+)?(?![\d])"
ARCHIVES = (
    "astro-ph|cond-mat|gr-qc|hep-(?:ex|lat|ph|th)|math-ph|nlin|nucl-(?:ex|th)|physics|quant-ph|math|cs|q-bio|q-fin|stat"
)
OLD_ID = rf"\b((?:{ARCHIVES})(?:\.[A-Z]{{2}})?/\d{{7}})(?:v\d+)?\b"
ARXIV_ID = re.compile(f"{NEW_ID}|{OLD_ID}")
WITH_SUBJECTS = "cond-mat|cs|econ|eess|math|nlin|physics|q-bio|q-fin|stat|astro-ph"
WHOLE = "astro-ph|hep-(?:ex|lat|ph|th)|nucl-(?:ex|th)|quant-ph|gr-qc|math-ph"
CATEGORY = re.compile(
    rf"(?<![A-Za-z0-9.\-/])((?:{WITH_SUBJECTS})\.[A-Za-z]{{2,}}(?:-[A-Za-z]+)?|(?:{WHOLE}))"
    r"(?![A-Za-z0-9\-/]|\.[A-Za-z0-9])"
)
NAME = re.compile(r"[A-Za-z0-9Δ][A-Za-z0-9Δ²³+\-]*(?: [A-Z][A-Za-z0-9+\-]*)*")
WORD = re.compile(r"[A-Za-z0-9Δ][A-Za-z0-9Δ²³+\-]*")
COMPOUND = re.compile(r"[A-Z]{2,}s?(?:-[a-z]{2,})+")
SUPERSCRIPTS = str.maketrans("²³", "23")
MOST_HITS = 20
"""A word in more papers than this names none of them."""
HEAD_WORDS = 6
"""A title's part before its colon is a name when it has at most so many words."""


def arxiv_ids(text: str) -> list[str]:
    """Return the arXiv ids in a text, without versions, in order."""
    return list(dict.fromkeys(new or old for new, old in ARXIV_ID.findall(text)))


def title_name(title: str) -> str:
    """Return what a title's paper calls itself, the part before the colon; empty where there is no such part."""
    head, colon, _ = title.partition(":")
    return head.strip() if colon and len(head.split()) <= HEAD_WORDS else ""


def title_names(title: str) -> set[str]:
    """Return what a title's paper calls itself and each name of it where there are several, spelt as they compare."""
    name = title_name(title)
    return {spelt(part) for part in (name, *re.split(r" (?:&|\+|and) |, ", name)) if spelt(part)}


def spelt(name: str) -> str:
    """Return a name as it compares: lower case, letters and digits only, LaTeX and superscripts undone."""
    plain = re.sub(r"\\[a-z]+|[${}^_~\\]", "", name).translate(SUPERSCRIPTS)
    return re.sub(r"[\W_]+", "", plain).lower()


def name_like(word: str) -> bool:
    """Return whether a word of a question looks like a name that somebody coined: RecA, K2-Think, DEPF, lmKAN."""
    letters = [letter for letter in word if letter.isalpha()]
    if len(word) < 3 or not letters:
        return False
    if word[:-1].isupper() and word.isalpha() and word.endswith("s"):
        return False  # the plural of an acronym: GPUs, LLMs
    if COMPOUND.fullmatch(word):
        return False  # an acronym and a common word: LLM-driven
    inner = any(letter.isupper() for letter in word[1:])
    return inner or (word[0].isupper() and any(letter.isdigit() for letter in word))


def named_papers(question: str, corpus: Corpus) -> list[Paper]:
    """Return the papers that a question names, in the order in which it names them.

    By id; by the name before a title's colon; or by a coined word that only this paper's title, or only this paper
    at all, contains.
    """
    found = corpus.get(arxiv_ids(question))
    rest = ARXIV_ID.sub(" ", question)
    for word in coined_words(rest):
        found += papers_called(word, rest, corpus)
    return list({paper.arxiv_id: paper for paper in found}.values())


def coined_words(question: str) -> list[str]:
    """Return the words that look like names, in order."""
    return list(dict.fromkeys(word for word in WORD.findall(question) if name_like(word)))


def member(word: str) -> str:
    """Return the name in a coined word that makes a class of it: CLIP of CLIP-like, 120B of 120B-class."""
    return re.sub(r"-[a-z]+$", "", word)


def papers_called(word: str, question: str, corpus: Corpus) -> list[Paper]:
    """Return the one paper that a coined word names, or none when several could be meant.

    A word in capitals alone (MRI, CNN) is a term that anybody uses unless a title introduces it before its colon.
    """
    catalogue = corpus.store.catalogue
    key = spelt(word)
    spellings = [word, re.sub(r"[²³\d]+$", "", word)]
    titled = with_word(corpus.get(catalogue.containing(spellings, ("title",))[:MOST_HITS]), word)
    heads = [paper for paper in titled if key in title_names(paper.title) or in_head(key, paper.title, question)]
    if len(heads) == 1:
        return heads
    if heads or (word.isupper() and word.isalpha()):
        return []
    anywhere = with_word(corpus.get(catalogue.containing([word], ("title", "abstract"))[:MOST_HITS]), word)
    return anywhere if len(anywhere) == 1 else []


def in_head(key: str, title: str, question: str) -> bool:
    """Return whether the coined word is part of a title's name and the question has the whole of that name."""
    name = spelt(title_name(title))
    return bool(name) and key in name and name in spelt(question)


def with_word(papers: Iterable[Paper], word: str) -> list[Paper]:
    """Return the papers whose title or abstract holds the word as it is spelt."""
    key = spelt(word)
    return [
        paper for paper in papers if any(spelt(part) == key for part in words_of(f"{paper.title} {paper.abstract}"))
    ]


def words_of(text: str) -> list[str]:
    """Return the words of a text, hyphens and superscripts inside, LaTeX wrapping removed."""
    return WORD.findall(re.sub(r"[${}^_\\]", "", text))


GENERIC = frozenset(
    [
        "ai",
        "llm",
        "llms",
        "vlm",
        "cnn",
        "gan",
        "mlp",
        "rl",
        "nlp",
        "gpu",
        "gpus",
        "cpu",
        "api",
        "rgb",
        "lidar",
        "auc",
        "auroc",
        "ood",
        "mri",
        "ct",
        "dnn",
        "gnn",
        "vit",
        "url",
        "3d",
        "2d",
        "id",
        "pdf",
        "arxiv",
        "ml",
        "dl",
    ]
)
"""Terms of the field in capitals: nobody's name for something."""


def generic(word: str) -> bool:
    """Return whether a word in capitals is a term of the field rather than somebody's name for something."""
    return spelt(word).removesuffix("s") in GENERIC or word.isdigit()
