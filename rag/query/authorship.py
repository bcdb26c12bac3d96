"""Exact answers about authors: whose papers, how many authors, who wrote most."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from rag.models import Paper
from rag.query.corpus import Corpus
from rag.query.cues import cue, details
from rag.query.days import CHINESE_NUMBERS
from rag.query.facts import Fact, Line, scope, searched
from rag.query.fields import OF_PEOPLE, Asked, asked_fields, entry
from rag.query.mentions import name_like, named_papers
from rag.query.people import folded, surnames_in, unheard
from rag.query.topics import has_topic
from rag.query.understand import Query
from rag.query.wording import say

NUMBER_WORDS = {
    word: number
    for number, words in enumerate(
        "- one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
    )
    for word in words.split()
} | {"a dozen": 12, "twenty": 20, "thirty": 30, "single": 1, "a single": 1, "sole": 1, "solo": 1, "lone": 1, "十几": 10}
OF_NUMBER = frozenset({"author_count", "sole_author", "title_asked"})
"""Fields that the list of papers with a number of authors tells anyhow."""
COUNTED = (Asked("author_count"),)
ENDLESS = 10**6
"""More authors than any paper has."""
CAPITALS = r"(?:[A-Z][\w.'\-]+ ){1,3}[A-Z][\w.'\-]+"
UNKNOWN_AUTHOR = re.compile(
    rf"\b(?:[Pp]apers?|[Ww]orks?|\w+thing) (?:(?:co-)?(?:authored|written) )?(?:by|from|of) ({CAPITALS})|"
    rf"\b({CAPITALS})[’']s (?:\w+ )?(?:papers?|work)\b|"
    rf"\b(?:Did|Does|Has|Have|Is|did|does|has|have|is) ({CAPITALS}) "
    r"(?:co-?author|author|write|written|appear|publish|have|listed|among)|"
    rf"({CAPITALS})\s*(?:有|的|写|发表|参与|是)(?:没有|了|过)?.{{0,8}}(?:论文|文章|作者|收录|工作|哪)"
)
"""Somebody's name in capitals where a question speaks of a person's papers."""


PLACES = {"": slice(None), "first": slice(0, 1), "last": slice(-1, None)}
"""Where a paper's authors are looked through."""


def by_author(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which papers somebody wrote, and how many."""
    if not query.people:
        return by_unknown_author(query, corpus)
    if not wants_papers(query, corpus):
        return None
    place = author_place(query.text)
    wanted = {folded(name) for name in query.people}
    together = bool(cue("together").search(query.text))

    def wrote(paper: Paper) -> bool:
        shared = wanted & {folded(author) for author in paper.authors[PLACES[place]]}
        return shared == wanted if together else bool(shared)

    return people_fact(query, corpus, [paper for paper in corpus.papers(query.filters) if wrote(paper)], place)


def people_fact(query: Query, corpus: Corpus, papers: Sequence[Paper], place: str = "") -> Fact:
    """Return the list of somebody's papers, each with its authors or with the fields that a question asks for."""
    key = f"author_papers_{place}" if place else "author_papers"
    names = ", ".join(query.people)
    lead = say(query.language, key, names=names, count=len(papers), scope=scope(query, corpus, people=False))
    leave = OF_PEOPLE | ({"first_author", "last_author"} if place else set())
    return Fact(lead=lead, papers=tuple(papers), lines=tuple(entry(query, p, author_line, leave) for p in papers))


def author_place(text: str) -> str:
    """Return the place of a paper's authors, first or last, at which a question looks for somebody; empty for any."""
    if cue("who_at_place").search(text) and not cue("as_place").search(text):
        return ""
    return next((place for place in ("first", "last") if cue(f"{place}_author").search(text)), "")


def wants_papers(query: Query, corpus: Corpus) -> bool:
    """Return whether a question about people wants their papers, and no field or content of these."""
    text = cue("imperative").sub(" ", query.text)
    place = author_place(query.text)
    if unstated_detail(text) or (place and named_papers(query.text, corpus)):
        return False
    told_anyhow = OF_PEOPLE | ({"first_author", "last_author"} if place else set())
    if any(asked.name not in told_anyhow for asked in asked_fields(query)):
        return False
    if cue("coauthors").search(text):
        return not says_more(query)
    if cue("about_content").search(text) and not cue("count").search(text):
        return False
    if cue("papers_of").search(text):
        return not (cue("topic_marker").search(text) and has_topic(query))
    return not says_more(query)


def says_more(query: Query) -> bool:
    """Return whether a question has words beside people's names and those in which one asks for their papers."""
    return has_topic(replace(query, text=cue("of_person").sub(" ", query.text)))


def unstated_detail(text: str) -> bool:
    """Return whether a question asks where authors work or how to reach them, which no record tells."""
    return any(detail.name in {"affiliation", "contact"} and detail.asked.search(text) for detail in details())


def author_line(query: Query, paper: Paper) -> Line:
    """Return a paper's title with its authors."""
    authors = ", ".join(paper.authors)
    text = say(query.language, "author_line", title=paper.title, authors=authors)
    return Line(paper=paper, text=text, field="authors", quote=authors)


def by_unknown_author(query: Query, corpus: Corpus) -> Fact | None:
    """Say that somebody who is asked about wrote none of the papers."""
    match = UNKNOWN_AUTHOR.search(query.text)
    capitals = (word for word in surnames_in(query.text) if word[0].isupper() and not name_like(word))
    name = next(group for group in match.groups() if group) if match else next(capitals, "") or unheard(query.text)
    about_else = asked_fields(query) or cue("about_content").search(query.text)
    if not match and about_else and has_topic(query):
        return None
    if not name or named_papers(query.text, corpus) or corpus.store.catalogue.containing([name]):
        return None
    slots: dict[str, str | int] = {"total": searched(query, corpus), "scope": scope(query, corpus)}
    return Fact(lead=say(query.language, "author_unknown", names=name, **slots), reason="not_in_corpus")


def by_author_number(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which papers have the most or the fewest authors, or a number of them."""
    most, fewest = cue("most_authors").search(query.text), cue("fewest_authors").search(query.text)
    bounds = author_bounds(query.text)
    if bounds and asks_of_one(query):
        return None
    if not (most or fewest or bounds) or named_papers(query.text, corpus):
        return None
    among = corpus.get(query.focus) if len(query.focus) > 1 else corpus.papers(query.filters)
    papers = [paper for paper in among if paper.authors]
    counts = [len(paper.authors) for paper in papers]
    if not bounds:
        ends = sorted(counts, reverse=bool(most)) or [0]
        last = ends[min(top_number(query.text), len(ends)) - 1]
        bounds = (min(ends[0], last), max(ends[0], last))
    chosen = [paper for paper in papers if bounds[0] <= len(paper.authors) <= bounds[1]]
    if not chosen:
        extremes = {"least": min(counts, default=0), "most": max(counts, default=0)}
        return Fact(
            lead=say(query.language, "number_none", scope=scope(query, corpus), **extremes), reason="not_in_corpus"
        )
    ordered = tuple(sorted(chosen, key=lambda paper: -len(paper.authors)))
    slots: dict[str, str | int] = {"count": len(ordered), "total": len(among)}
    return Fact(
        lead=say(query.language, "number_papers", scope=scope(query, corpus), **slots),
        papers=ordered,
        lines=tuple(entry(query, paper, number_line, OF_NUMBER, COUNTED) for paper in ordered),
    )


def asks_of_one(query: Query) -> bool:
    """Return whether a question asks for a field of one paper that it describes."""
    if cue("this_paper").search(query.text):
        return bool(asked_fields(query))
    described = cue("described_paper").search(query.text) and not cue("asks_papers").search(query.text)
    return bool(described) and any(asked.name == "sole_author" for asked in asked_fields(query))


def by_shared_authors(query: Query, corpus: Corpus, best: Sequence[Paper] = ()) -> Fact | None:
    """Answer who wrote each of several papers that a question names or refers to.

    Beside a single one that it names, the nearest other one of `best` is the one that it describes; two that it
    describes together (both papers on ...) are the nearest two.
    """
    if not cue("shared_authors").search(query.text):
        return None
    papers = tuple(named_papers(query.text, corpus) or corpus.get(query.focus))
    if len(papers) == 1 and cue("described_paper").search(query.text):
        papers += tuple(paper for paper in best if paper != papers[0])[:1]
    if not papers and cue("two_together").search(query.text):
        papers = tuple(best[:2])
    if len(papers) < 2:
        return None
    others = [{folded(author) for author in paper.authors} for paper in papers[1:]]
    shared = [name for name in papers[0].authors if all(folded(name) in authors for authors in others)]
    key = "authors_shared" if shared else "authors_not_shared"
    lead = say(query.language, key, count=len(papers), names=", ".join(shared))
    return Fact(lead=lead, papers=papers, lines=tuple(author_line(query, paper) for paper in papers))


def by_same_author(query: Query, corpus: Corpus) -> Fact | None:
    """Answer what else the authors of a paper wrote, or its first or last one."""
    papers = named_papers(query.text, corpus) or corpus.get(query.focus)
    if not cue("wrote_else").search(query.text) or len(papers) != 1 or not papers[0].authors:
        return None
    authors = papers[0].authors
    if cue("first_author").search(query.text):
        authors = authors[:1]
    elif cue("last_author").search(query.text):
        authors = authors[-1:]
    wanted = {folded(author) for author in authors}
    others = [paper for paper in corpus.papers(query.filters) if paper.arxiv_id != papers[0].arxiv_id]
    found = tuple(paper for paper in others if wanted & {folded(author) for author in paper.authors})
    names = {name: None for paper in found for name in paper.authors if folded(name) in wanted}
    slots: dict[str, str | int] = {"title": papers[0].title, "count": len(found), "names": ", ".join(names or authors)}
    lead = say(query.language, "wrote_else" if found else "wrote_nothing_else", scope=scope(query, corpus), **slots)
    return Fact(lead=lead, papers=found or (papers[0],), lines=tuple(author_line(query, paper) for paper in found))


def author_bounds(text: str) -> tuple[int, int] | None:
    """Return the least and the greatest number of authors that a question asks for; None where it names no number."""
    if match := cue("authors_between").search(text):
        low, high = (author_number(group) for group in match.groups() if group)
        if low and high:
            return min(low, high), max(low, high)
    for name in ("authors_at_most", "authors_under", "authors_at_least", "authors_over", "authors_exactly"):
        for match in cue(name).finditer(text):
            count = author_number(next((group for group in match.groups() if group), ""))
            if count:
                return {
                    "authors_at_most": (1, count),
                    "authors_under": (1, count - 1),
                    "authors_at_least": (count, ENDLESS),
                    "authors_over": (count + 1, ENDLESS),
                    "authors_exactly": (count, count),
                }[name]
    return None


def author_number(word: str) -> int:
    """Return a number that is written in digits, in English or in Chinese; 0 for any other word."""
    word = word.lower().strip()
    if word.isdecimal():
        return int(word)
    if word in NUMBER_WORDS or not re.fullmatch(r"[单独一二两三四五六七八九十]+", word):
        return NUMBER_WORDS.get(word, 0)
    tens, ten, ones = re.sub("[单独]", "一", word).rpartition("十")
    return (CHINESE_NUMBERS.get(tens, 1) * 10 if ten else 0) + CHINESE_NUMBERS.get(ones, 0)


def top_number(text: str) -> int:
    """Return how many of the first a question asks for, as in `the top three`; 1 where it names no number."""
    match = cue("top_number").search(text)
    return author_number(next(group for group in match.groups() if group)) if match else 1


def number_line(query: Query, paper: Paper) -> Line:
    """Return a paper's title with the number of its authors."""
    key = "number_line" if len(paper.authors) > 1 else "number_line_one"
    text = say(query.language, key, title=paper.title, count=len(paper.authors))
    return Line(paper=paper, text=text, field="authors", quote=", ".join(paper.authors))


def most_published(query: Query, corpus: Corpus) -> Fact | None:
    """Answer who wrote most of the papers, or more than one, and how many authors there are in all."""
    papers = corpus.papers(query.filters)
    counts = Counter(author for paper in papers for author in paper.authors)
    if cue("all_authors").search(query.text):
        if query.focus or named_papers(query.text, corpus) or cue("described_paper").search(query.text):
            return None
        lead = say(query.language, "all_authors", count=len(counts), total=len(papers), scope=scope(query, corpus))
        return Fact(lead=lead, papers=tuple(papers))
    several = cue("authors_of_several").search(query.text)
    if not several and not cue("most_papers").search(query.text):
        return None
    least = 2 if several else max(counts.values(), default=0)
    names = {name: count for name, count in counts.most_common() if count >= least}
    if not names or least < 2:
        return Fact(lead=say(query.language, "nobody_twice", scope=scope(query, corpus)), papers=tuple(papers))
    told = ", ".join(f"{name} ({count})" for name, count in names.items())
    theirs = tuple(paper for paper in papers if not names.keys().isdisjoint(paper.authors))
    return Fact(
        lead=say(query.language, "most_published", told=told, scope=scope(query, corpus)),
        papers=theirs,
        lines=tuple(author_line(query, paper) for paper in theirs),
    )
