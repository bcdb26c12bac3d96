"""Authors that a question names: by full name in any case, or by surname where it speaks of somebody's papers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rag.query.corpus import Corpus
from rag.query.cues import cue
from rag.query.pinyin import (
    Readings,
    Sound,
    acts,
    in_pinyin,
    is_read,
    is_read_turned,
    is_tagged,
    name_spans,
    names_in,
    spelt_out,
)
from vectorstore.lexical import ENGLISH_STOP, normalized, tokens

NAME_WORD = re.compile(r"[^\W\d_\u3400-\u9fff][^\W\d_\u3400-\u9fff.'’\-]*(?:[.'’\-][^\W\d_\u3400-\u9fff]+)*\.?")
"""A word of a name: letters but Chinese ones, with hyphens, apostrophes and the stop of an initial."""
POSSESSIVE = re.compile(r"[’']s?$")
MOST_WORDS = 80
"""Words of a question in which names are looked for."""
LONE = re.compile(r"[^\W\d_a-z][^\W\d_A-Z]{3,}(?:-[^\W\d_]+)?")
"""A name that stands by itself: no coined word has it capitals for."""
TOPICAL = re.compile(
    r"(?:\b(?:use[sd]?|using|about|via|over|than|and|or|vs\.?|like|in|to)|关于|有关|涉及|用|使用|基于|讨论|研究|认为|和|与)\s*$",
    re.IGNORECASE,
)
"""What stands before a name that is a topic's: Adam, Claude."""
BESIDE = re.compile(r"([^\W\d_\u3400-\u9fff]+)\s*(?:,|&|\band\b|和|与|跟|、)\s*$")
"""What stands before a name that is beside another one."""
FEW_WORDS = 5
"""Words of a question that says little beside a name."""
MOST_READ = 500
"""Papers that are read to find out how an author is spelt."""


def people_in(text: str, corpus: Corpus) -> tuple[str, ...]:
    """Return the authors whom a text names, as the papers spell them.

    By full name, in Latin letters or in characters, else all of a surname, else all of a name in capitals that only
    lists of authors hold.
    """
    sounding = [author for authors in by_sound(text, corpus).values() for author in authors]
    named = list(dict.fromkeys((*full_names(text, corpus), *sounding)))
    return tuple(named or by_surname(text, corpus) or by_lone_name(text, corpus))


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
    orders = {span: orders_of(span) for span in map(tuple, spans)}
    wanted = {folded(" ".join(part)) for parts in orders.values() for part in parts}
    authors = authors_with([" ".join(part) for parts in orders.values() for part in parts], corpus)
    if exact := [author for author in authors if folded(author) in wanted]:
        return exact
    capital = {folded(" ".join(span)) for span in spans if len(span) in {2, 3} and is_capital(span)}
    said = {name for whole in capital for name in (whole, (*whole[1:], *whole[:1])) if len(name) > 1}
    authors = authors_with([name[-1] for name in said if len(name[-1]) > 1], corpus)
    return [author for author in authors if any(abbreviates(name, folded(author)) for name in said)]


def orders_of(span: Sequence[str]) -> set[tuple[str, ...]]:
    """Return the orders in which the words of a name may stand: turned round and, in capitals, each of them first."""
    if not is_capital(span):
        return {tuple(span), tuple(reversed(span))}
    turned = (tuple(span[place:]) + tuple(span[:place]) for place in range(len(span)))
    return {*turned, tuple(reversed(span))}


def abbreviates(said: Sequence[str], name: Sequence[str]) -> bool:
    """Return whether a name is said with middle names left out or as initials: P.-Y. Oudeyer."""
    if len(said) < 2 or said[-1] != name[-1] or len(said) > len(name) or said[0][:1] != name[0][:1]:
        return False
    rest = iter(name[:-1])
    return all(any(word == each or (len(word) == 1 and each.startswith(word)) for each in rest) for word in said[:-1])


def is_capital(words: Iterable[str]) -> bool:
    """Return whether every word begins with a capital."""
    return all(word[:1].isupper() for word in words)


def authors_with(names: Sequence[str], corpus: Corpus) -> list[str]:
    """Return the authors of the papers in whose lists of authors one of the names stands, in order."""
    ids = corpus.store.catalogue.containing(names, ("authors",)) if names else []
    return list(dict.fromkeys(author for paper in corpus.get(ids[:MOST_READ]) for author in paper.authors))


def by_sound(text: str, corpus: Corpus) -> dict[str, list[str]]:
    """Return the authors whose names sound like the names in Chinese characters in a text, by these.

    The surname comes last in a list of authors; where none is like that, those of whom it comes first.
    """
    found: dict[str, list[str]] = {}
    if not cue("papers_of").search(text):
        return found
    for name in names_in(text):
        sounds = Readings.load().sounds(name)
        authors = authors_with([spelling for sound in sounds for spelling in spelt_out(sound)], corpus)
        if not authors or (len(name) == 2 and not acts(name, text) and not is_tagged(name, text)):
            continue
        found[name] = read_alike(sounds, authors)
    return {name: authors for name, authors in found.items() if authors}


def unheard(text: str) -> str:
    """Return the name in characters of whom a text wants papers, with its pinyin; empty where it has none."""
    if not cue("papers_of").search(text):
        return ""
    name = next((name for name in names_in(text) if acts(name, text) and is_tagged(name, text)), "")
    return f"{name} ({in_pinyin(name)})" if name else ""


def read_alike(sounds: Sequence[Sound], authors: Sequence[str]) -> list[str]:
    """Return those of some authors whose names have one of the sounds."""
    for fits in (is_read, is_read_turned):
        if found := [author for author in authors if any(fits(sound, folded(author)) for sound in sounds)]:
            return found
    return []


def by_surname(text: str, corpus: Corpus) -> list[str]:
    """Return all authors of a surname by which a text calls the author of papers, of any name where it says so."""
    found: list[str] = []
    for surname in surnames_in(text):
        authors = [(folded(author), author) for author in authors_with([surname], corpus)]
        wanted = folded(surname)
        last = [author for name, author in authors if name[-len(wanted) :] == wanted]
        if not last or cue("any_name").search(text):
            last = [author for name, author in authors if set(wanted) <= set(name)]
        found += last
    return list(dict.fromkeys(found))


def by_lone_name(text: str, corpus: Corpus) -> list[str]:
    """Return all authors who have a name that stands in a text and in no paper's title or abstract.

    It stands by itself, with a capital, and the text speaks of people's papers or says little else.
    """
    found: list[str] = []
    if not cue("papers_of").search(text) and len(tokens(text)) > FEW_WORDS:
        return found
    for match in NAME_WORD.finditer(text):
        word = POSSESSIVE.sub("", match.group())
        if not LONE.fullmatch(word) or word.lower() in ENGLISH_STOP:
            continue
        if not stands_alone(text, match) and not follows(text, match, found):
            continue
        if not corpus.store.catalogue.containing([word], ("title", "abstract")):
            found += [name for name in authors_with([word], corpus) if set(folded(word)) <= set(folded(name))]
    return list(dict.fromkeys(found))


def stands_alone(text: str, match: re.Match[str]) -> bool:
    """Return whether a capital makes a name: no sentence begins with it, no other name and no topic is around it."""
    before, after = text[: match.start()], text[match.end() :]
    opens = re.search(r"(?:^|[.?!:]\s+)\W*$", before) and re.match(r"\s+[a-z]", after)
    if opens and not POSSESSIVE.search(match.group()):
        return False
    return not (re.search(r"\b[A-Z][\w.]*\s$", before) or re.match(r"\s+[A-Z]\w", after) or TOPICAL.search(before))


def follows(text: str, match: re.Match[str], people: Sequence[str]) -> bool:
    """Return whether a name stands beside one of some people: Apartsin and Aperstein."""
    before = BESIDE.search(text[: match.start()])
    return before is not None and any(folded(before[1])[0] in folded(name) for name in people)


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
    """Return a text without the words of these authors' names, and without the names in characters that sound so."""
    for name, start, end in name_spans(text) if people else ():
        if read_alike(Readings.load().sounds(name), people):
            text = text[:start] + " " * (end - start) + text[end:]
    words = {word for name in people for word in folded(name)}
    return NAME_WORD.sub(
        lambda found: (
            " "
            if folded(POSSESSIVE.sub("", found.group())) and words.issuperset(folded(POSSESSIVE.sub("", found.group())))
            else found.group()
        ),
        text,
    )
