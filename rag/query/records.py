"""Questions that stored fields answer exactly: authors, categories, links, counts, days, titles, presence. No model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.models import Paper
from rag.query.corpus import Corpus
from rag.query.cues import cue
from rag.query.facts import Fact, Line, scope
from rag.query.mentions import named_papers, spelt, title_name
from rag.query.understand import CATEGORY, Query
from rag.query.wording import say

QUOTED = re.compile(r"[\"“'‘「『《]([^\"”'’」』》]{1,60})[\"”'’」』》]")
SIGNS = {"?": r"question mark|问号", "!": r"exclamation|感叹号|叹号", ":": r"\bcolon\b|冒号"}
NUMBER_WORDS = {
    word: number
    for number, words in enumerate(
        ["-", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
    for word in words.split()
} | {"a dozen": 12, "fifteen": 15, "twenty": 20, "十": 10, "十几": 10}
CAPITALS = r"(?:[A-Z][\w.'\-]+ ){1,3}[A-Z][\w.'\-]+"
UNKNOWN_AUTHOR = re.compile(
    rf"\b(?:papers?|works?|\w+thing) (?:(?:co-)?(?:authored|written) )?(?:by|from|of) ({CAPITALS})|"
    rf"\b({CAPITALS})[’']s (?:\w+ )?(?:papers?|work)\b|"
    rf"\b(?:Did|Does|Has|Have|Is) ({CAPITALS}) (?:co-?author|author|write|written|appear|publish|have|listed|among)|"
    rf"({CAPITALS})\s*(?:有|的|写|发表|参与|是)(?:没有|了|过)?.{{0,8}}(?:论文|文章|作者|收录|工作|哪)"
)
"""Somebody's name in capitals where a question speaks of a person's papers."""


def answer_from_records(query: Query, corpus: Corpus, best: Sequence[Paper]) -> Fact | None:
    """Return the exact answer where stored fields give one; None for every other question.

    `best` are the papers nearest to the question: what "the paper about ..." means where none is named.
    """
    for route in (unknown_ids, by_author, counted, listed_categories, browsed, titled, by_author_number, dated):
        if fact := route(query, corpus):
            return fact
    return of_papers(query, subject_papers(query, corpus, best))


def unknown_ids(query: Query, corpus: Corpus) -> Fact | None:
    """Answer a question about ids of which the store holds none."""
    if not query.ids or corpus.get(query.ids):
        return None
    told = say(query.language, "not_in_store", id=", ".join(query.ids), total=len(corpus), scope=scope(query, corpus))
    return Fact(lead=told, complete=False, reason="not_in_corpus")


def authors_in(query: Query, corpus: Corpus) -> list[str]:
    """Return the author names of the corpus that a question contains."""
    words = re.findall(r"[^\W\d_][\w.'’\-]*", query.text)
    spans = {" ".join(words[i : i + size]) for size in (2, 3, 4) for i in range(len(words) - size + 1)}
    spans |= {span.removesuffix("'s").removesuffix("’s") for span in spans}
    return corpus.known_authors(span for span in spans if any(letter.isupper() for letter in span))


def by_author(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which papers somebody wrote, and how many."""
    names = authors_in(query, corpus)
    if not names:
        return by_unknown_author(query, corpus)
    text = query.text
    if not cue("papers_of").search(text) or (cue("about_content").search(text) and not cue("count").search(text)):
        return None
    wanted = {name.lower() for name in names}
    where, key = slice(None), "author_papers"
    if cue("first_author").search(text):
        where, key = slice(0, 1), "author_papers_first"
    elif cue("last_author").search(text):
        where, key = slice(-1, None), "author_papers_last"
    papers = corpus.papers(query.filters)
    found = tuple(paper for paper in papers if wanted & {author.lower() for author in paper.authors[where]})
    lead = say(query.language, key, names=", ".join(names), count=len(found), scope=scope(query, corpus))
    return Fact(lead=lead, papers=found, lines=tuple(author_line(query, paper) for paper in found))


def author_line(query: Query, paper: Paper) -> Line:
    """Return a paper's title with its authors."""
    authors = ", ".join(paper.authors)
    text = say(query.language, "author_line", title=paper.title, authors=authors)
    return Line(paper=paper, text=text, field="authors", quote=authors)


def by_unknown_author(query: Query, corpus: Corpus) -> Fact | None:
    """Say that somebody who is asked about wrote none of the papers."""
    match = UNKNOWN_AUTHOR.search(query.text)
    if not match:
        return None
    name = next(group for group in match.groups() if group)
    if named_papers(query.text, corpus) or corpus.store.catalogue.containing([name]):
        return None
    lead = say(query.language, "author_unknown", names=name, total=len(corpus), scope=scope(query, corpus))
    return Fact(lead=lead, reason="not_in_corpus")


def counted(query: Query, corpus: Corpus) -> Fact | None:
    """Answer how many papers there are, in all or in categories; a count by topic is a list's work."""
    if not cue("count").search(query.text) or has_topic(query):
        return None
    papers = tuple(corpus.papers(query.filters))
    key = "count_none" if not papers else "count_one" if len(papers) == 1 else "count"
    what = "".join(f"{category} " for category in query.filters.categories)
    slots = {"what": what, "scope": scope(query, corpus, categories=False)}
    if papers[1:]:
        slots["count"] = str(len(papers))
    return Fact(lead=say(query.language, key, **slots), papers=papers)


def browsed(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which papers there are, in all, of a category or of a day."""
    if not cue("asks_list").search(query.text) or named_papers(query.text, corpus) or has_topic(query):
        return None
    papers = tuple(corpus.papers(query.filters))
    lead = say(query.language, "all_listed", count=len(papers), scope=scope(query, corpus))
    return Fact(lead=lead, papers=papers, lines=tuple(title_line(query, paper) for paper in papers))


def has_topic(query: Query) -> bool:
    """Return whether a question says more than which categories and days it covers."""
    rest = CATEGORY.sub(" ", query.text)
    return bool(re.search(r"\w", cue("topicless").sub(" ", rest)))


def titled(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which titles hold a word or a sign."""
    if not cue("title_with").search(query.text):
        return None
    wanted = [piece.strip() for piece in QUOTED.findall(query.text)] or title_terms(query.text)
    if not wanted:
        return None
    papers = tuple(p for p in corpus.papers(query.filters) if all(term_in(term, p.title) for term in wanted))
    told = ", ".join(f"“{term}”" for term in wanted)
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
    """Return the word or sign that a title must hold, as an unquoted question names it."""
    for sign, name in SIGNS.items():
        if re.search(name, question, re.IGNORECASE):
            return [sign]
    match = cue("title_term").search(question)
    return [next(group for group in match.groups() if group)] if match else []


def term_in(term: str, title: str) -> bool:
    """Return whether a title holds a term: as a word, or anywhere when it is a sign or Chinese."""
    if not re.fullmatch(r"[\w\- ]+", term, re.ASCII):
        return term.lower() in title.lower()
    return bool(re.search(rf"(?<![A-Za-z0-9]){re.escape(term)}(?:s|es)?(?![A-Za-z0-9])", title, re.IGNORECASE))


def by_author_number(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which papers have the most or the fewest authors, or more than a number."""
    most, fewest = cue("most_authors").search(query.text), cue("fewest_authors").search(query.text)
    papers = [paper for paper in corpus.papers(query.filters) if paper.authors]
    if match := cue("more_authors").search(query.text):
        word = next(group for group in match.groups() if group).lower()
        least = int(word) if word.isdigit() else NUMBER_WORDS.get(word, 0)
        inclusive = bool(re.search(r"at least|不少于|至少", match.group(), re.IGNORECASE))
        chosen = [paper for paper in papers if len(paper.authors) > least - inclusive]
    elif most or fewest:
        extreme = (max if most else min)((len(paper.authors) for paper in papers), default=0)
        chosen = [paper for paper in papers if len(paper.authors) == extreme]
    else:
        return None
    if not chosen:
        return Fact(lead=say(query.language, "number_none", scope=scope(query, corpus)), reason="not_in_corpus")
    ordered = tuple(sorted(chosen, key=lambda paper: -len(paper.authors)))
    slots: dict[str, str | int] = {"count": len(ordered), "total": len(corpus), "scope": scope(query, corpus)}
    return Fact(
        lead=say(query.language, "number_papers", **slots),
        papers=ordered,
        lines=tuple(number_line(query, paper) for paper in ordered),
    )


def number_line(query: Query, paper: Paper) -> Line:
    """Return a paper's title with the number of its authors."""
    text = say(query.language, "number_line", title=paper.title, count=len(paper.authors))
    return Line(paper=paper, text=text, field="authors", quote=", ".join(paper.authors))


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
    return tuple(corpus.get(query.focus[:1])) if query.focus else tuple(best[:1])


def of_papers(query: Query, papers: Sequence[Paper]) -> Fact | None:
    """Answer about the record of certain papers; None when the question asks for something else of them."""
    wants_code = cue("link").search(query.text) and cue("code").search(query.text)
    if wants_code and papers and not any(paper.links for paper in papers):
        paper = papers[0]
        text = say(query.language, "no_link", title=paper.title, url=paper.url)
        without = Line(paper=paper, text=text, field="url", quote=paper.url)
        return Fact(papers=(paper,), lines=(without,), complete=False, reason="not_stated")
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
        (asks(text, "authors") and bool(authors), "authors", authors, "authors_are"),
        (asks(text, "category_of"), "categories", categories, "category_is"),
        (asks(text, "link"), "url", links, "links_are"),
        (bool(query.ids) and not about_content and asks(text, "presence", "title_of"), "title", title, "is_in_store"),
        (spelt_in(paper, text) and not about_content and asks(text, "is_here"), "title", title, "is_in_store"),
        (not about_content and asks(text, "title_of"), "title", title, "title_is"),
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
