"""Authors that a question names: by full name in any case, or by surname where it speaks of somebody's papers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rag.query.corpus import Corpus
from rag.query.cues import cue
from vectorstore.lexical import ENGLISH_STOP, normalized

NAME_WORD = re.compile(r"[^\W\d_\u3400-\u9fff][^\W\d_\u3400-\u9fff.'’\-]*(?:[.'’\-][^\W\d_\u3400-\u9fff]+)*\.?")
"""A word of a name: letters but Chinese ones, with hyphens, apostrophes and the stop of an initial."""
POSSESSIVE = re.compile(r"[’']s?$")
MOST_WORDS = 80
"""Words of a question in which names are looked for."""
MOST_READ = 500
"""Papers that are read to find out how an author is spelt."""


def people_in(text: str, corpus: Corpus) -> tuple[str, ...]:
    """Return the authors whom a text names, as the papers spell them: by full name, else all of a surname."""
    return tuple(full_names(text, corpus) or by_surname(text, corpus))


def folded(name: str) -> tuple[str, ...]:
    """Return a name's words as they compare: lower case, without accents and stops."""
    return tuple(re.findall(r"\w+", normalized(name)))


def full_names(text: str, corpus: Corpus) -> list[str]:
    """Return the authors whose whole name stands in a text, in any case and in either order.

    Of a name in capitals, middle names and initials may be left out.
    """
    words = [POSSESSIVE.sub("", word) for word in NAME_WORD.findall(text)[:MOST_WORDS]]
    spans = [words[i : i + size] for size in (4, 3, 2) for i in range(len(words) - size + 1)]
    spans = [span for span in spans if is_capital(span) or not ENGLISH_STOP & {word.lower() for word in span}]
    wanted = {folded(" ".join(part)) for span in spans for part in (span, span[::-1])}
    authors = authors_with([" ".join(span) for span in (*spans, *(span[::-1] for span in spans))], corpus)
    if exact := [author for author in authors if folded(author) in wanted]:
        return exact
    capital = {folded(" ".join(span)) for span in spans if len(span) == 2 and is_capital(span)}
    authors = authors_with([name[-1] for name in capital if name], corpus)
    return [author for author in authors if (name := folded(author)) and (name[0], name[-1]) in capital]


def is_capital(words: Iterable[str]) -> bool:
    """Return whether every word begins with a capital."""
    return all(word[:1].isupper() for word in words)


def authors_with(names: Sequence[str], corpus: Corpus) -> list[str]:
    """Return the authors of the papers in whose lists of authors one of the names stands, in order."""
    ids = corpus.store.catalogue.containing(names, ("authors",)) if names else []
    return list(dict.fromkeys(author for paper in corpus.get(ids[:MOST_READ]) for author in paper.authors))


def by_surname(text: str, corpus: Corpus) -> list[str]:
    """Return all authors of a surname by which a text calls the author of papers."""
    found: list[str] = []
    for surname in surnames_in(text):
        authors = [(folded(author), author) for author in authors_with([surname], corpus)]
        last = [author for name, author in authors if name[-1:] == folded(surname)]
        found += last or [author for name, author in authors if name[:1] == folded(surname)]
    return list(dict.fromkeys(found))


def surnames_in(text: str) -> Iterator[str]:
    """Yield the words that stand where a question names an author by surname alone: `papers by Kumar`."""
    for match in cue("surname").finditer(text):
        group = next(index for index, value in enumerate(match.groups(), start=1) if value)
        word = match[group]
        neighbours = re.match(r"\s+[A-Z]\w", text[match.end(group) :]) or re.search(
            r"\b[A-Z][\w.]*\s$", text[: match.start(group)]
        )
        if word.lower() not in ENGLISH_STOP and not (neighbours and word[0].isupper()):
            yield word


def without_people(text: str, people: Sequence[str]) -> str:
    """Return a text without the words of these authors' names."""
    words = {word for name in people for word in folded(name)}
    return NAME_WORD.sub(
        lambda found: (
            " "
            if folded(POSSESSIVE.sub("", found.group())) and words.issuperset(folded(POSSESSIVE.sub("", found.group())))
            else found.group()
        ),
        text,
    )
