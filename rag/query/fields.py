"""Which stored fields a question asks for, and what a paper's record says of each of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.models import Paper
from rag.query.aspects import contribution
from rag.query.cues import cue
from rag.query.facts import Line
from rag.query.followups import place_number
from rag.query.overview import line_of
from rag.query.people import folded
from rag.query.understand import Query
from rag.query.wording import say
from rag.text import sentences

SPECIFIC = (
    "author_position",
    "author_from_end",
    "author_place",
    "first_author",
    "last_author",
    "author_count",
    "sole_author",
)
"""Fields of authors that a question names in words which would ask for all authors otherwise."""
OTHERS = ("coauthors", "authors", "category_of", "category_claimed", "identifier", "link", "title_asked", "gist")
SAME = {"coauthors": "authors", "category_claimed": "category_of"}
"""Cues of which another names the field."""
NOUNS = {
    "first_author": "first_author",
    "last_author": "last_author",
    "author_count": "author_count",
    "identifier": "identifier",
    "authors": "authors",
    "category_of": "category_of",
    "link": "link",
    "title": "title_asked",
}
"""Nouns of fields by their cues, the narrower ones first, and the fields."""
YIELDING = frozenset({"author_place", "coauthors", "authors", "last_author", "link", "title_asked"})
"""Cues that do not count where a narrower one takes the same words."""
TOLD_BY: dict[str, frozenset[str]] = {
    "authors": frozenset({"author_count", "sole_author"}),
    "sole_author": frozenset({"author_count"}),
}
"""Fields that others tell."""
OF_PEOPLE = frozenset({"authors", "sole_author", "title_asked", "gist"})
"""Fields that the list of somebody's papers tells anyhow."""


PLACES = {"pen": 2}
"""Places in other words: the penultimate."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A field that a question asks for."""

    name: str
    """Its cue."""
    place: int = 0
    """Which author, counted from 1, or from the end, where it asks for one."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a record says of a field: `key` and `slots` word a sentence, `short` a part of a list's line."""

    key: str
    slots: dict[str, str | int]
    field: str
    quote: str
    short: str = ""


def asked_fields(query: Query) -> tuple[Asked, ...]:
    """Return the fields that a question asks for, in its order."""
    text = cue("no_field").sub(lambda found: " " * len(found.group()), query.text)
    found = [each for each in side_by_side(text) if applies(each[2].name, query)]
    for name in (*SPECIFIC, *OTHERS):
        for match in cue(name).finditer(text):
            start, end = match.span()
            if name in YIELDING and any(start < until and since < end for since, until, _ in found):
                continue
            place = next((PLACES.get(group) or place_number(group) + 1 for group in match.groups() if group), 0)
            if applies(name, query):
                found.append((start, end, Asked(SAME.get(name, name), place)))
    fields = tuple(dict.fromkeys(asked for _, _, asked in sorted(found, key=lambda each: each[0])))
    names = {asked.name for asked in fields}
    return (
        tuple(asked for asked in fields if not names & TOLD_BY.get(asked.name, frozenset()))
        if names != {"gist"}
        else ()
    )


def side_by_side(text: str) -> list[tuple[int, int, Asked]]:
    """Return the fields whose nouns stand side by side in a text, each with where it stands."""
    either = "|".join(cue(f"noun_{name}").pattern for name in NOUNS)
    run = re.compile(rf"(?:{either})(?:(?:{cue('between_nouns').pattern})(?:{either}))+", re.IGNORECASE)
    found: list[tuple[int, int, Asked]] = []
    for stretch in run.finditer(text):
        for name, field in NOUNS.items():
            for match in cue(f"noun_{name}").finditer(text, *stretch.span()):
                if not any(match.start() < until and since < match.end() for since, until, _ in found):
                    found.append((*match.span(), Asked(field)))
    return found


def applies(name: str, query: Query) -> bool:
    """Return whether a cue asks for a field, and is not a word of what a question is about."""
    if name in {"coauthors", "author_position"}:
        return bool(query.people)
    if name == "authors":
        return not cue("writes_part").search(query.text)
    if name == "title_asked":
        return not cue("title_with").search(query.text) and not cue("longest_title").search(query.text)
    return True


def told_of(query: Query, paper: Paper, asked: Asked) -> list[Told]:
    """Return what a paper's record says of a field; nothing where the record lacks it."""
    title: dict[str, str | int] = {"title": paper.title}
    categories = ", ".join(paper.categories or (paper.category,))
    match asked.name:
        case "link" | "identifier":
            told = [links_of(query, paper, asked)]
        case "title_asked":
            told = [Told("title_is", title, "title", paper.title)]
        case "gist":
            line = line_of(query, paper, contribution(paper))
            told = [Told("named", {"told": line.text}, line.field, line.quote)]
        case "category_of":
            told = [Told("category_is", title | {"told": categories}, "categories", categories, categories)]
        case _:
            told = authors_told(query, paper, asked) if paper.authors else []
    return [each for each in told if each.quote]


def authors_told(query: Query, paper: Paper, asked: Asked) -> list[Told]:
    """Return what a paper's list of authors says: all of them, one, their number or somebody's place."""
    authors, count = ", ".join(paper.authors), len(paper.authors)
    slots: dict[str, str | int] = {"title": paper.title, "authors": authors, "count": count}
    match asked.name:
        case "author_position":
            return [position_of(paper, name) for name in query.people]
        case "author_count" | "sole_author":
            key = "author_count" if count > 1 else "author_count_one"
            short = say(query.language, "count_short" if count > 1 else "count_short_one", count=count)
            return [Told(key, slots, "authors", authors, short)]
        case "authors":
            return [Told("authors_are", slots, "authors", authors, short_of(query, "authors", authors))]
        case _:
            return [author_at(query, paper, asked)]


def author_at(query: Query, paper: Paper, asked: Asked) -> Told:
    """Return the first, last or n-th author; of a shorter list how many there are."""
    authors = ", ".join(paper.authors)
    slots: dict[str, str | int] = {"title": paper.title, "count": len(paper.authors), "authors": authors}
    if asked.place > len(paper.authors):
        key = "fewer_authors" if len(paper.authors) > 1 else "fewer_authors_one"
        return Told(key, slots, "authors", authors, short_of(query, "authors", authors))
    count = len(paper.authors)
    places = {"first_author": 1, "last_author": count, "author_from_end": count + 1 - asked.place}
    place = places.get(asked.name, asked.place)
    name = paper.authors[place - 1]
    key = asked.name if asked.name in {"first_author", "last_author"} else "author_at"
    return Told(key, slots | {"name": name, "place": place}, "authors", authors, short_of(query, key, name, place))


def short_of(query: Query, key: str, told: str, place: int = 0) -> str:
    """Return a field of authors as a part of a list's line."""
    return say(query.language, f"{key}_short", told=told, place=place)


def position_of(paper: Paper, name: str) -> Told:
    """Return at which place of a paper's authors somebody stands."""
    authors = ", ".join(paper.authors)
    places = [place for place, author in enumerate(paper.authors, start=1) if folded(author) == folded(name)]
    slots: dict[str, str | int] = {"title": paper.title, "name": name, "authors": authors, "count": len(paper.authors)}
    if not places:
        return Told("author_not_at", slots, "authors", authors)
    return Told("author_stands_at", slots | {"place": places[0]}, "authors", authors)


def links_of(query: Query, paper: Paper, asked: Asked) -> Told:
    """Return a paper's addresses, or what it says of its code; of one that names none, its page on arXiv."""
    if asked.name == "link" and not paper.links and cue("resource").search(query.text):
        if said := released(paper):
            return Told("code_said", {"title": paper.title, "quote": said}, "abstract", said, said)
        return Told(
            "no_link", {"title": paper.title, "url": paper.url}, "url", paper.url, say(query.language, "no_link_short")
        )
    links = (paper.url,) if asked.name == "identifier" else tuple(dict.fromkeys((*paper.links, paper.url)))
    told = ", ".join(links)
    short = ", ".join(paper.links or (paper.url,)) if asked.name == "link" else paper.url
    return Told("links_are", {"title": paper.title, "told": told}, "url", told, short)


def released(paper: Paper) -> str:
    """Return what an abstract says of the release of code, now or later; empty where it says nothing."""
    return next((sentence for sentence in sentences(paper.abstract) if cue("code_promised").search(sentence)), "")


def line_told(query: Query, paper: Paper, told: Told) -> Line:
    """Return the sentence that says what a paper's record says of a field."""
    return Line(paper=paper, text=say(query.language, told.key, **told.slots), field=told.field, quote=told.quote)


def entry(
    query: Query,
    paper: Paper,
    plain: Callable[[Query, Paper], Line],
    leave: frozenset[str] = frozenset(),
    always: Sequence[Asked] = (),
) -> Line:
    """Return a list's line for a paper: its title with the fields that a question asks for; `plain` where it asks none.

    Fields of the names in `leave` are told by the list itself, those of `always` in every line that is not plain.
    """
    asked = [each for each in asked_fields(query) if each.name not in leave]
    asked = [*always, *asked] if asked else []
    told = [each for one in asked for each in told_of(query, paper, one) if each.short]
    if not told:
        return plain(query, paper)
    text = say(query.language, "entry", title=paper.title, told="; ".join(each.short for each in told))
    first, *rest = told
    also = tuple(dict.fromkeys((each.field, each.quote) for each in rest if each.field != first.field))
    return Line(paper=paper, text=text, field=first.field, quote=first.quote, also=also)


def without_fields(text: str) -> str:
    """Return a text without the words that ask for fields of record."""
    for name in (*SPECIFIC, *(name for name in OTHERS if name != "category_claimed"), "no_field"):
        text = re.sub(rf"(?:{cue(name).pattern})[a-z]*", " ", text, flags=re.IGNORECASE)
    for start, end, _ in side_by_side(text):
        text = text[:start] + " " * (end - start) + text[end:]
    return re.sub(r"\b(?:who|whose|what|names?)\b|谁|什么|哪位|名字", " ", text, flags=re.IGNORECASE)
