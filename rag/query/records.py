"""Questions that stored fields answer exactly: authors, categories, links, counts, days, titles, presence. No model."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import replace

from rag.models import Paper, Reason
from rag.query.authorship import (
    by_author,
    by_author_number,
    by_same_author,
    by_shared_authors,
    most_published,
    people_fact,
    says_more,
    unstated_detail,
)
from rag.query.corpus import Corpus
from rag.query.cues import cue
from rag.query.facts import Fact, Line, scope, searched
from rag.query.fields import asked_fields, entry, line_told, told_of, without_fields
from rag.query.identifiers import by_id_month, unknown_ids
from rag.query.linked import papers_of_domain, papers_with_links, wanted_link
from rag.query.mentions import MOST_HITS, generic, named_papers, spelt, title_name
from rag.query.overview import overview
from rag.query.people import by_sound
from rag.query.sections import categories_in
from rag.query.titles import by_title_length, title_line, titled
from rag.query.topics import has_topic
from rag.query.understand import Query
from rag.query.wording import say


def answer_from_records(query: Query, corpus: Corpus, best: Sequence[Paper]) -> Fact | None:
    """Return the exact answer where stored fields give one; None for every other question.

    `best` are the papers nearest to the question: what "the paper about ..." means where none is named.
    """
    routed = (fact for route in ROUTES if (fact := route(query, corpus)))
    fact = next(routed, None) or by_shared_authors(query, corpus, best)
    fact = fact or of_papers(query, subject_papers(query, corpus, best), corpus)
    return with_readings(query, fact, corpus) if fact and query.people else fact


def with_readings(query: Query, fact: Fact, corpus: Corpus) -> Fact:
    """Return an answer about people whom a question names in Chinese characters, with what was looked for instead."""
    told = [
        say(query.language, "read_as", said=name, names=", ".join(authors))
        for name, authors in by_sound(query.text, corpus).items()
    ]
    if not told:
        return fact
    joined = ("，" if query.language == "zh" else ", ").join(told)
    return replace(fact, lead=say(query.language, "by_sound", told=joined) + fact.lead)


def beyond_list(query: Query, corpus: Corpus) -> Fact | None:
    """Say that the list before has no such place, and name what it has."""
    if not query.listed:
        return None
    papers = tuple(corpus.get(query.listed))
    return Fact(
        lead=say(query.language, "list_is_shorter", count=len(papers)),
        papers=papers,
        lines=tuple(title_line(query, paper) for paper in papers),
        complete=False,
        reason="not_in_corpus",
    )


def of_affiliation(query: Query, corpus: Corpus) -> Fact | None:
    """Say that papers cannot be told by where their authors work."""
    if not cue("papers_from").search(query.text) or query.focus or named_papers(query.text, corpus):
        return None
    lead = say(query.language, "affiliations_unknown", total=searched(query, corpus), scope=scope(query, corpus))
    return Fact(lead=lead, complete=False, reason="not_stated")


def chosen_papers(query: Query, corpus: Corpus) -> tuple[Paper, ...]:
    """Return the papers that pass the filters; those outside of the categories where a question says `not in`."""
    if not (query.filters.categories and cue("not_in_category").search(query.text)):
        return tuple(corpus.papers(query.filters))
    inside = {paper.arxiv_id for paper in corpus.papers(query.filters)}
    everything = corpus.papers(replace(query.filters, categories=()))
    return tuple(paper for paper in everything if paper.arxiv_id not in inside)


def with_outside(query: Query) -> Query:
    """Return the question with its categories named as those that are not meant, where it says `not in`."""
    if not cue("not_in_category").search(query.text):
        return query
    outside = tuple(say(query.language, "not_of") + category for category in query.filters.categories)
    return replace(query, filters=replace(query.filters, categories=outside))


def counted(query: Query, corpus: Corpus) -> Fact | None:
    """Answer how many papers there are, in all or in categories; a count by topic is a list's work."""
    if not cue("count").search(query.text) or has_topic(query):
        return None
    papers = chosen_papers(query, corpus)
    query = with_outside(query)
    key = "count_none" if not papers else "count_one" if len(papers) == 1 else "count"
    what = "".join(f"{category} " for category in query.filters.categories)
    slots = {"what": what, "scope": scope(query, corpus, categories=False)}
    if papers and cue("part_of_all").search(query.text):
        key = "count_of_all"
        slots["total"] = str(len(corpus.papers(replace(query.filters, categories=()))))
    if papers[1:] or key == "count_of_all":
        slots["count"] = str(len(papers))
    listed = papers if cue("items_too").search(query.text) else ()
    lines = tuple(entry(query, paper, title_line) for paper in listed)
    return Fact(lead=say(query.language, key, **slots), papers=papers, lines=lines)


def counted_each(query: Query, corpus: Corpus) -> Fact | None:
    """Answer how many papers each of several categories has, and how many they have together."""
    categories = categories_in(query.text)
    asked = cue("count").search(query.text) or cue("more_papers").search(query.text)
    if len(categories) < 2 or not asked or has_topic(query):
        return None
    counts = {one: len(corpus.papers(replace(query.filters, categories=(one,)))) for one in categories}
    papers = tuple(corpus.papers(replace(query.filters, categories=categories)))
    (first, most), *_, (_, least) = sorted(counts.items(), key=lambda item: -item[1])
    gap = say(query.language, "count_gap", what=first, count=most - least) if len(counts) == 2 and most > least else ""
    each = [say(query.language, "count_of_one", what=category, count=count) for category, count in counts.items()]
    told = ("，" if query.language == "zh" else ", ").join(each)
    slots = {"told": told, "gap": gap, "scope": scope(query, corpus, categories=False)}
    return Fact(lead=say(query.language, "count_of_each", total=len(papers), **slots), papers=papers)


def browsed(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which papers there are, in all, of a category or of a day; a category alone asks for its papers."""
    filters = query.filters
    alone = bool(categories_in(query.text)) or bool(filters.since or filters.until)
    if not (cue("asks_list").search(query.text) or (alone and not query.focus)) or named_papers(query.text, corpus):
        return None
    if wanted_link(query.text) or cue("category_claimed").search(query.text):
        return None
    papers = chosen_papers(query, corpus)
    if has_topic(query) and has_topic(replace(query, text=without_fields(query.text))):
        return None
    if not papers and categories_in(query.text) and filters.categories:
        return empty_categories(query, corpus)
    lead = say(query.language, "all_listed", count=len(papers), scope=scope(with_outside(query), corpus))
    return Fact(lead=lead, papers=papers, lines=tuple(entry(query, paper, title_line) for paper in papers))


def empty_categories(query: Query, corpus: Corpus) -> Fact | None:
    """Say that a category has no papers: an answer to whether it has any, but not to what they are."""
    what = "".join(f"{category} " for category in query.filters.categories)
    lead = say(query.language, "count_none", what=what, scope=scope(query, corpus, categories=False))
    whether = cue("whether_any").search(query.text) and not cue("wants_items").search(query.text)
    return Fact(lead=lead, reason=None if whether else "not_in_corpus")


def dated(query: Query, corpus: Corpus) -> Fact | None:
    """Answer of which days the digests are."""
    if not cue("day").search(query.text) or not cue("digest").search(query.text) or named_papers(query.text, corpus):
        return None
    days = corpus.days()
    if not days:
        return Fact(lead=say(query.language, "days_unknown"), reason="not_stated")
    lead = say(query.language, "days_are", told=", ".join(days))
    return Fact(lead=lead, papers=tuple(corpus.papers(query.filters)))


def listed_categories(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which categories there are, with the number of papers of each."""
    if not cue("all_categories").search(query.text) or query.people or named_papers(query.text, corpus):
        return None
    if has_topic(query) and has_topic(replace(query, text=cue("all_categories").sub(" ", query.text))):
        return None
    told = ", ".join(f"{name} ({count})" for name, count in corpus.store.catalogue.facets("category"))
    lead = say(query.language, "categories_are", total=len(corpus), told=told)
    return Fact(lead=lead, papers=tuple(corpus.papers(query.filters)))


def subject_papers(query: Query, corpus: Corpus, best: Sequence[Paper]) -> tuple[Paper, ...]:
    """Return the papers that a question about fields of record means.

    Those that it names (with the nearest other one, where it describes one beside a single one and asks of each),
    those in focus, those of the people that it names (the nearest, where it describes one of them), or the nearest one.
    """
    if named := named_papers(query.text, corpus):
        beside = len(named) == 1 and cue("each_of").search(query.text) and cue("and_described").search(query.text)
        return tuple(named) + tuple(paper for paper in best if beside and paper not in named)[:1]
    if query.focus:
        return tuple(corpus.get(query.focus if cue("plural").search(query.text) else query.focus[:1]))
    if query.people and not describes(query):
        return tuple(corpus.papers(query.filters))
    return tuple(only_holder(query, corpus) or best[:1])


def only_holder(query: Query, corpus: Corpus) -> list[Paper]:
    """Return the paper that one word calls: Durian, before its title's colon, or DRER, which no other paper has."""
    for word in re.findall(r"\b[A-Z][a-z]{3,}\b", query.text):
        titled = corpus.get(corpus.store.catalogue.containing([word], ("title",))[:MOST_HITS])
        if heads := [paper for paper in titled if spelt(title_name(paper.title)) == spelt(word)]:
            return heads[:1]
    words = [word for word in re.findall(r"\b[A-Z]{4,}\b", query.text) if not generic(word)]
    held = [ids for word in words if len(ids := corpus.store.catalogue.containing([word], ("title", "abstract"))) == 1]
    return corpus.get(held[0]) if held else []


def describes(query: Query) -> bool:
    """Return whether a question says more of a paper than whose it is and what of its record is wanted."""
    return says_more(replace(query, text=without_fields(query.text)))


def of_papers(query: Query, papers: Sequence[Paper], corpus: Corpus) -> Fact | None:
    """Answer about the record of certain papers; None when the question asks for something else of them."""
    asked = asked_fields(query)
    if unstated_detail(query.text) or (not asked and asks(query.text, "asks_list") and not asks(query.text, "single")):
        return None
    several = asks(query.text, "asks_list") and asks(query.text, "papers_plural") and not asks(query.text, "single")
    if several and not query.focus and not query.people and not named_papers(query.text, corpus):
        return None
    if not asked:
        there = tuple(line for paper in papers if (line := presence_line(query, paper)))
        return Fact(papers=tuple(papers), lines=there, complete=False) if there else None
    if query.people and len(papers) > 1 and not named_papers(query.text, corpus):
        return people_fact(query, corpus, papers)
    told = [(paper, each) for paper in papers for field in asked for each in told_of(query, paper, field)]
    if not told:
        return None
    lines = tuple(line_told(query, paper, each) for paper, each in told)
    return Fact(papers=tuple(papers), lines=lines, complete=False, reason=reason_of({each.key for _, each in told}))


def reason_of(keys: Set[str]) -> Reason | None:
    """Return why the fields told, by their keys, do not hold what a question asks for; None where they hold any."""
    if keys <= {"fewer_authors", "fewer_authors_one"}:
        return "false_premise"
    return "not_stated" if keys == {"no_link"} else None


def presence_line(query: Query, paper: Paper) -> Line | None:
    """Return that a paper is there, with its title, where a question asks for that."""
    text, title = query.text, paper.title
    if asks(text, "about_content"):
        return None
    here = (query.ids and asks(text, "presence", "title_of")) or (spelt_in(paper, text) and asks(text, "is_here"))
    if here:
        told = say(query.language, "is_in_store", id=paper.arxiv_id, title=title)
    elif asks(text, "title_of") or (query.people and asks(text, "which_is_it")):
        told = say(query.language, "title_is", title=title)
    else:
        return None
    return Line(paper=paper, text=told, field="title", quote=title)


def spelt_in(paper: Paper, text: str) -> bool:
    """Return whether a question calls a paper by the name in its title."""
    name = spelt(title_name(paper.title))
    return bool(name) and name in spelt(text)


def asks(text: str, *cues: str) -> bool:
    """Return whether a question has one of the cues."""
    return any(cue(name).search(text) for name in cues)


ROUTES: tuple[Callable[[Query, Corpus], Fact | None], ...] = (
    unknown_ids,
    beyond_list,
    by_id_month,
    by_title_length,
    listed_categories,
    by_shared_authors,
    by_same_author,
    most_published,
    by_author_number,
    papers_of_domain,
    papers_with_links,
    of_affiliation,
    by_author,
    overview,
    counted_each,
    counted,
    browsed,
    titled,
    dated,
)
"""Exact answers about the corpus, the narrower ones first."""
