"""Questions that stored fields answer exactly: authors, categories, links, counts, days, titles, presence. No model."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.models import Paper
from rag.query.authorship import (
    author_count_line,
    by_author,
    by_author_number,
    by_same_author,
    by_shared_authors,
    most_published,
)
from rag.query.corpus import Corpus
from rag.query.cues import cue, details
from rag.query.facts import Fact, Line, scope, searched
from rag.query.linked import papers_of_domain, papers_with_links, wanted_link
from rag.query.mentions import named_papers, spelt, title_name
from rag.query.overview import overview
from rag.query.sections import categories_in
from rag.query.topics import has_topic
from rag.query.understand import Query
from rag.query.wording import say

FURTHER = re.compile(
    r"(?:,|、|/|\bor\b|\band\b|或者?|和|与|及)\s*(?:the word )?(?!(?:and|or|how|wh\w+|by|in)\b)([A-Za-z][\w\-]*)",
    re.IGNORECASE,
)
FURTHER_TERMS = re.compile(rf"(?:\s*{FURTHER.pattern})*", re.IGNORECASE)
"""Words of a title beside the first: `Survey or Review`."""
EITHER = re.compile(r"\bor\b|或", re.IGNORECASE)
QUOTED = re.compile(r"[\"“'‘「『《]([^\"”'’」』》]{1,60})[\"”'’」』》]")
SIGNS = {"?": r"question mark|问号", "!": r"exclamation|感叹号|叹号", ":": r"\bcolon\b|冒号"}


def answer_from_records(query: Query, corpus: Corpus, best: Sequence[Paper]) -> Fact | None:
    """Return the exact answer where stored fields give one; None for every other question.

    `best` are the papers nearest to the question: what "the paper about ..." means where none is named.
    """
    for route in ROUTES:
        if fact := route(query, corpus):
            return fact
    return of_papers(query, subject_papers(query, corpus, best))


def unknown_ids(query: Query, corpus: Corpus) -> Fact | None:
    """Answer a question about ids of which the store holds none."""
    if not query.ids or corpus.get(query.ids):
        return None
    told = say(query.language, "not_in_store", id=", ".join(query.ids), total=len(corpus), scope=scope(query, corpus))
    return Fact(lead=told, complete=False, reason="not_in_corpus")


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
    return Fact(lead=say(query.language, key, **slots), papers=papers)


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
    if not (cue("asks_list").search(query.text) or (alone and not query.focus)):
        return None
    if named_papers(query.text, corpus) or has_topic(query):
        return None
    papers = chosen_papers(query, corpus)
    lead = say(query.language, "all_listed", count=len(papers), scope=scope(with_outside(query), corpus))
    return Fact(lead=lead, papers=papers, lines=tuple(title_line(query, paper) for paper in papers))


def titled(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which titles hold a word or a sign."""
    if not cue("title_with").search(query.text):
        return None
    wanted = [piece.strip() for piece in QUOTED.findall(query.text)] or title_terms(query.text)
    if not wanted:
        return None
    enough = any if EITHER.search(query.text) else all
    papers = tuple(p for p in corpus.papers(query.filters) if enough(term_in(term, p.title) for term in wanted))
    told = say(query.language, "either" if enough is any else "both").join(f"“{term}”" for term in wanted)
    if not papers:
        lead = say(query.language, "titles_none", told=told, scope=scope(query, corpus))
        return Fact(lead=lead, reason="not_in_corpus")
    lead = say(query.language, "titles_with", told=told, count=len(papers), scope=scope(query, corpus))
    return Fact(lead=lead, papers=papers, lines=tuple(title_line(query, paper) for paper in papers))


def title_line(query: Query, paper: Paper) -> Line:
    """Return a paper's title."""
    text = say(query.language, "title_only", title=paper.title)
    return Line(paper=paper, text=text, field="title", quote=paper.title)


def title_terms(question: str) -> list[str]:
    """Return the sign, or the words, that a title must hold, as an unquoted question names them."""
    for sign, name in SIGNS.items():
        if re.search(name, question, re.IGNORECASE):
            return [sign]
    match = cue("title_term").search(question)
    if not match:
        return []
    first = next(group for group in match.groups() if group)
    rest = question[question.index(first, match.start()) + len(first) :]
    further = FURTHER_TERMS.match(rest)
    return [first, *FURTHER.findall(further[0])] if further else [first]


def term_in(term: str, title: str) -> bool:
    """Return whether a title holds a term: as a word, or anywhere when it is a sign or Chinese."""
    if not re.fullmatch(r"[\w\- ]+", term, re.ASCII):
        return term.lower() in title.lower()
    return bool(re.search(rf"(?<![A-Za-z0-9]){re.escape(term)}(?:s|es)?(?![A-Za-z0-9])", title, re.IGNORECASE))


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
    if not cue("all_categories").search(query.text) or named_papers(query.text, corpus):
        return None
    told = ", ".join(f"{name} ({count})" for name, count in corpus.store.catalogue.facets("category"))
    lead = say(query.language, "categories_are", total=len(corpus), told=told)
    return Fact(lead=lead, papers=tuple(corpus.papers(query.filters)))


def subject_papers(query: Query, corpus: Corpus, best: Sequence[Paper]) -> tuple[Paper, ...]:
    """Return the paper that a question about fields of record means: named, in focus, or the nearest one."""
    if named := named_papers(query.text, corpus):
        return tuple(named)
    if not query.focus:
        return tuple(best[:1])
    return tuple(corpus.get(query.focus if cue("plural").search(query.text) else query.focus[:1]))


def of_papers(query: Query, papers: Sequence[Paper]) -> Fact | None:
    """Answer about the record of certain papers; None when the question asks for something else of them."""
    if any(detail.name in {"affiliation", "contact"} and detail.asked.search(query.text) for detail in details()):
        return None
    if counts := author_count_line(query, papers):
        return Fact(papers=tuple(papers), lines=tuple(counts), complete=False)
    if cue("asks_list").search(query.text) and not cue("single").search(query.text) and not query.focus:
        return None if wanted_link(query.text) else of_each(query, papers)
    wants_code = cue("link").search(query.text) and cue("code").search(query.text)
    if wants_code and papers and not any(paper.links for paper in papers):
        paper = papers[0]
        text = say(query.language, "no_link", title=paper.title, url=paper.url)
        without = Line(paper=paper, text=text, field="url", quote=paper.url)
        return Fact(papers=(paper,), lines=(without,), complete=False, reason="not_stated")
    return of_each(query, papers)


def of_each(query: Query, papers: Sequence[Paper]) -> Fact | None:
    """Return the field of record that a question asks of each of these papers; None when it asks for none."""
    lines = tuple(line for paper in papers if (line := record_line(query, paper)))
    return Fact(papers=tuple(papers), lines=lines, complete=False) if lines else None


def record_line(query: Query, paper: Paper) -> Line | None:
    """Return the field of record that a question asks of one paper; None when it asks for none."""
    text, language, title = query.text, query.language, paper.title
    authors = ", ".join(paper.authors)
    categories = ", ".join(paper.categories or (paper.category,))
    links = ", ".join(dict.fromkeys((*paper.links, paper.url)))
    about_content = bool(cue("about_content").search(text))
    asked: list[tuple[bool, str, str, str]] = [
        (asks(text, "first_author") and bool(authors), "authors", authors, "first_author"),
        (asks(text, "last_author") and bool(authors), "authors", authors, "last_author"),
        (asks(text, "authors") and not asks(text, "writes_part") and bool(authors), "authors", authors, "authors_are"),
        (asks(text, "category_of"), "categories", categories, "category_is"),
        (asks(text, "link"), "url", links, "links_are"),
        (bool(query.ids) and not about_content and asks(text, "presence", "title_of"), "title", title, "is_in_store"),
        (spelt_in(paper, text) and not about_content and asks(text, "is_here"), "title", title, "is_in_store"),
        (not about_content and asks(text, "title_of"), "title", title, "title_is"),
        (bool(query.people) and asks(text, "which_is_it"), "title", title, "title_is"),
    ]
    for applies, field, quote, key in asked:
        if applies:
            name = paper.authors[-1 if key == "last_author" else 0] if paper.authors else ""
            told = say(language, key, title=title, authors=authors, told=quote, name=name, id=paper.arxiv_id)
            return Line(paper=paper, text=told, field=field, quote=quote)
    return None


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
