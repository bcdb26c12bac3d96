"""Questions that stored fields answer exactly: authors, categories, links, counts, days, titles, presence. No model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.models import Language, Paper, Reason, Sentence
from rag.query.corpus import Corpus
from rag.query.cues import cue
from rag.query.drafts import Draft
from rag.query.evidence import cite
from rag.query.mentions import named_papers
from rag.query.understand import Query

COUNT = cue("count")
FIRST_AUTHOR = cue("first_author")
LAST_AUTHOR = cue("last_author")
AUTHORS = cue("authors")
CATEGORY_OF = cue("category_of")
LINK = cue("link")
CODE = cue("code")
PRESENCE = cue("presence")
TITLE_OF = cue("title_of")
TITLE_WITH = cue("title_with")
QUOTED = re.compile(r"[\"“'‘「『《]([^\"”'’」』》]{1,60})[\"”'’」』》]")
MOST_AUTHORS = cue("most_authors")
FEWEST_AUTHORS = cue("fewest_authors")
MORE_AUTHORS = cue("more_authors")
DAY = cue("day")
PAPERS_OF = cue("papers_of")
ALL_CATEGORIES = cue("all_categories")
ABOUT_CONTENT = cue("about_content")
NUMBER_WORDS = {"a dozen": 12, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "十": 10, "十几": 10}  # fmt: skip
MOST_LISTED = 60
"""Papers that one answer names; a longer list is counted in full and named in part."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """An exact answer: lead sentence, then one sentence a paper."""

    lead: str = ""
    """A sentence about the corpus; it needs no citation. Empty where the papers speak for themselves."""
    papers: tuple[Paper, ...] = ()
    """The complete set that the answer is about."""
    lines: tuple[tuple[str, str, str], ...] = ()
    """(sentence, field, quote) for each paper, in order; empty: title and authors are given."""
    reason: Reason | None = None
    """Set when the answer is that the corpus does not hold it."""


def say(language: Language, en: str, zh: str) -> str:
    """Return the sentence in the question's language."""
    return zh if language == "zh" else en


def scope_words(query: Query, corpus: Corpus) -> str:
    """Return what a count covers, as a phrase."""
    days = corpus.days()
    span = "" if not days else days[0] if len(days) == 1 else f"{days[0]} – {days[-1]}"
    filters = query.filters
    parts = [*filters.categories, *filters.authors]
    if filters.since or filters.until:
        span = " – ".join(str(day) for day in dict.fromkeys((filters.since, filters.until)) if day)
    inside = ", ".join(part for part in (*parts, span) if part)
    return say(query.language, f" ({inside})" if inside else "", f"（{inside}）" if inside else "")


def answer_from_records(query: Query, corpus: Corpus, best: Sequence[Paper]) -> Fact | None:
    """Return the exact answer where stored fields give one; None for every other question.

    `best` are the papers nearest to the question: what "the paper about ..." means where none is named.
    """
    for route in (unknown_ids, by_author, counted, titled, by_author_number, dated, listed_categories):
        if fact := route(query, corpus):
            return fact
    subjects = subject_papers(query, corpus, best)
    if subjects:
        return of_papers(query, subjects)
    return None


def unknown_ids(query: Query, corpus: Corpus) -> Fact | None:
    """Answer a question about ids of which the store holds none."""
    if not query.ids or corpus.get(query.ids):
        return None
    ids = ", ".join(query.ids)
    lead = say(
        query.language,
        f"No, {ids} is not among the {len(corpus)} papers in the store{scope_words(query, corpus)}.",
        f"没有，库中的 {len(corpus)} 篇论文里没有 {ids}{scope_words(query, corpus)}。",
    )
    return Fact(lead=lead, reason="not_in_corpus")


def authors_in(query: Query, corpus: Corpus) -> list[str]:
    """Return the author names of the corpus that a question contains."""
    words = re.findall(r"[^\W\d_][\w.'’\-]*", query.text)
    spans = {" ".join(words[i : i + size]) for size in (2, 3, 4) for i in range(len(words) - size + 1)}
    spans |= {span.removesuffix("'s").removesuffix("’s") for span in spans}
    return corpus.known_authors(span for span in spans if any(letter.isupper() for letter in span))


UNKNOWN_AUTHOR = re.compile(
    r"\b(?:papers?|works?|anything|everything|something) (?:by|from|of|co-?authored by|written by) ((?:[A-Z][\w.'\-]+ ){1,3}[A-Z][\w.'\-]+)|"
    r"\b((?:[A-Z][\w.'\-]+ ){1,2}[A-Z][a-z'\-]+)[’']s (?:\w+ )?(?:papers?|work)\b|"
    r"\b(?:Did|Does|Has|Have|Is) ((?:[A-Z][\w.'\-]+ ){1,3}[A-Z][\w.'\-]+) (?:co-?author|author|write|written|appear|publish|have|listed|among)|"
    r"((?:[A-Z][\w.'\-]+ ){1,3}[A-Z][\w.'\-]+)\s*(?:有|的|写|发表|参与|是)(?:没有|了|过)?.{0,8}(?:论文|文章|作者|收录|工作|哪)"
)


def by_author(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which papers somebody wrote, and how many."""
    names = authors_in(query, corpus)
    if not names:
        return by_unknown_author(query, corpus)
    if not PAPERS_OF.search(query.text) or (ABOUT_CONTENT.search(query.text) and not COUNT.search(query.text)):
        return None
    papers = corpus.papers(replace(query.filters, authors=()))
    wanted = {name.lower() for name in names}
    place: Callable[[Paper], Iterable[str]] = lambda paper: paper.authors
    if FIRST_AUTHOR.search(query.text):
        place = lambda paper: paper.authors[:1]
    elif LAST_AUTHOR.search(query.text):
        place = lambda paper: paper.authors[-1:]
    found = tuple(paper for paper in papers if wanted & {author.lower() for author in place(paper)})
    who = say(query.language, ", ".join(names), "、".join(names))
    count = len(found)
    lead = say(
        query.language,
        f"{count} {'paper lists' if count == 1 else 'papers list'} {who} as an author{scope_words(query, corpus)}:",
        f"库中有 {count} 篇论文的作者包括 {who}{scope_words(query, corpus)}：",
    )
    lines = tuple(
        (
            say(
                query.language,
                f"{p.title} (authors: {', '.join(p.authors)})",
                f"《{p.title}》（作者：{', '.join(p.authors)}）",
            ),
            "authors",
            ", ".join(p.authors),
        )
        for p in found
    )
    return Fact(lead=lead, papers=found, lines=lines)


def by_unknown_author(query: Query, corpus: Corpus) -> Fact | None:
    """Say that somebody who is asked about wrote none of the papers."""
    match = UNKNOWN_AUTHOR.search(query.text)
    if not match:
        return None
    name = next(group for group in match.groups() if group)
    if named_papers(query.text, corpus) or corpus.store.catalogue.containing([name], ("title", "abstract", "authors")):
        return None
    lead = say(
        query.language,
        f"None of the {len(corpus)} papers in the store lists {name} as an author{scope_words(query, corpus)}.",
        f"库中的 {len(corpus)} 篇论文里，没有作者是 {name} 的论文{scope_words(query, corpus)}。",
    )
    return Fact(lead=lead, reason="not_in_corpus")


TOPICLESS = cue("topicless")


def counted(query: Query, corpus: Corpus) -> Fact | None:
    """Answer how many papers there are, in all or in categories; a count by topic is a list's work."""
    if not COUNT.search(query.text):
        return None
    rest = query.text
    for category in query.filters.categories:
        rest = rest.replace(category, " ")
    if re.search(r"\w", TOPICLESS.sub(" ", rest)):
        return None
    papers = corpus.papers(query.filters)
    what = " ".join(query.filters.categories)
    count = len(papers)
    lead = say(
        query.language,
        f"{count or 'No'} {what + ' ' if what else ''}{'paper' if count == 1 else 'papers'} in the store{scope_words(replace_categories(query), corpus)}.",
        f"库中共有 {count} 篇{what + ' ' if what else ''}论文{scope_words(replace_categories(query), corpus)}。",
    )
    return Fact(lead=lead, papers=tuple(papers), lines=())


def replace_categories(query: Query) -> Query:
    """Return the query without its categories, which the sentence itself names."""
    return replace(query, filters=replace(query.filters, categories=()))


def titled(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which titles hold a word or a sign."""
    if not TITLE_WITH.search(query.text):
        return None
    wanted = [piece.strip() for piece in QUOTED.findall(query.text)] or title_terms(query.text)
    if not wanted:
        return None
    papers = tuple(p for p in corpus.papers(query.filters) if all(term_in(term, p.title) for term in wanted))
    shown = ", ".join(f"“{term}”" for term in wanted)
    if not papers:
        lead = say(
            query.language,
            f"No title in the store contains {shown}{scope_words(query, corpus)}.",
            f"库中没有标题含有{shown}的论文{scope_words(query, corpus)}。",
        )
        return Fact(lead=lead, reason="not_in_corpus")
    verb = "title contains" if len(papers) == 1 else "titles contain"
    lead = say(
        query.language,
        f"{len(papers)} {verb} {shown}{scope_words(query, corpus)}:",
        f"有 {len(papers)} 篇论文的标题含有{shown}{scope_words(query, corpus)}：",
    )
    return Fact(lead=lead, papers=papers)


def title_terms(question: str) -> list[str]:
    """Return the word or sign that a title must hold, as an unquoted question names it."""
    if re.search(r"question mark|问号", question, re.IGNORECASE):
        return ["?"]
    if re.search(r"exclamation|感叹号|叹号", question, re.IGNORECASE):
        return ["!"]
    if re.search(r"\bcolon\b|冒号", question, re.IGNORECASE):
        return [":"]
    match = re.search(
        r"\bthe (?:word|term|phrase|acronym) ([\w\-]+)|\b(?:contain(?:s|ing)?|mention(?:s)?|include[s]?|with|has|have) (?:the word )?([A-Z][\w\-]+|[a-z][\w\-]+)(?= in (?:the|its|their) title|\s*[?.]|$)|"
        r"(?:带有?|含有?|包含|出现|有)\s*(?:单词|词|字样)?\s*([A-Za-z][\w\-]*)",
        question,
        re.IGNORECASE,
    )
    return [next(group for group in match.groups() if group)] if match else []


def term_in(term: str, title: str) -> bool:
    """Return whether a title holds a term: as a word, or anywhere when it is a sign or Chinese."""
    if not re.fullmatch(r"[\w\- ]+", term, re.ASCII):
        return term.lower() in title.lower()
    return bool(re.search(rf"(?<![A-Za-z0-9]){re.escape(term)}(?:s|es)?(?![A-Za-z0-9])", title, re.IGNORECASE))


def by_author_number(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which papers have the most or the fewest authors, or more than a number."""
    if match := MORE_AUTHORS.search(query.text):
        word = next(group for group in match.groups() if group).lower()
        least = int(word) if word.isdigit() else NUMBER_WORDS.get(word, 0)
        inclusive = bool(re.search(r"at least|不少于|至少", match.group(), re.IGNORECASE))
        chosen = [p for p in corpus.papers(query.filters) if len(p.authors) > least - inclusive]
    elif MOST_AUTHORS.search(query.text) or FEWEST_AUTHORS.search(query.text):
        papers = [p for p in corpus.papers(query.filters) if p.authors]
        pick = max if MOST_AUTHORS.search(query.text) else min
        extreme = pick((len(p.authors) for p in papers), default=0)
        chosen = [p for p in papers if len(p.authors) == extreme]
    else:
        return None
    if not chosen:
        lead = say(
            query.language,
            f"No paper in the store has so many authors{scope_words(query, corpus)}.",
            f"库中没有这么多作者的论文{scope_words(query, corpus)}。",
        )
        return Fact(lead=lead, reason="not_in_corpus")
    ordered = tuple(sorted(chosen, key=lambda paper: -len(paper.authors)))
    lead = say(
        query.language,
        f"{len(ordered)} of {len(corpus)} papers{scope_words(query, corpus)}:",
        f"{len(corpus)} 篇论文中有 {len(ordered)} 篇{scope_words(query, corpus)}：",
    )
    lines = tuple(
        (
            say(query.language, f"{p.title}: {len(p.authors)} authors", f"《{p.title}》：{len(p.authors)} 位作者"),
            "authors",
            ", ".join(p.authors),
        )
        for p in ordered
    )
    return Fact(lead=lead, papers=ordered, lines=lines)


def dated(query: Query, corpus: Corpus) -> Fact | None:
    """Answer of which days the digests are."""
    if (
        not DAY.search(query.text)
        or named_papers(query.text, corpus)
        or not re.search(r"digest|store|corpus|日报|摘要|论文|这份|库", query.text, re.IGNORECASE)
    ):
        return None
    days = corpus.days()
    if not days:
        lead = say(
            query.language,
            "The digest's date is not known: neither its file name nor its text tells it.",
            "这份摘要的日期未知：文件名和正文都没有给出。",
        )
        return Fact(lead=lead, reason="not_stated")
    told = ", ".join(days)
    return Fact(
        lead=say(query.language, f"The store holds the digests of {told}.", f"库中收录的是 {told} 的论文摘要。"),
        papers=tuple(corpus.papers(query.filters)),
    )


def listed_categories(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which categories there are, with the number of papers of each."""
    if not ALL_CATEGORIES.search(query.text) or named_papers(query.text, corpus):
        return None
    told = ", ".join(f"{name} ({count})" for name, count in corpus.store.catalogue.facets("category"))
    lead = say(
        query.language,
        f"The {len(corpus)} papers in the store are in these categories: {told}.",
        f"库中 {len(corpus)} 篇论文分属以下类别：{told}。",
    )
    return Fact(lead=lead, papers=tuple(corpus.papers(query.filters)))


def subject_papers(query: Query, corpus: Corpus, best: Sequence[Paper]) -> tuple[Paper, ...]:
    """Return the paper that a question about fields of record means: named, in focus, or the nearest one."""
    if named := named_papers(query.text, corpus):
        return tuple(named)
    if query.focus:
        return tuple(corpus.get(query.focus[:1]))
    return tuple(best[:1])


def of_papers(query: Query, papers: Sequence[Paper]) -> Fact | None:
    """Answer about the record of certain papers: authors, category, links, title, presence."""
    text, language = query.text, query.language
    lines: list[tuple[str, str, str]] = []
    for paper in papers:
        name = say(language, paper.title, f"《{paper.title}》")
        authors = ", ".join(paper.authors) or say(language, "unknown", "未知")
        if FIRST_AUTHOR.search(text):
            lines.append(
                (
                    say(
                        language,
                        f"The first author of {name} is {paper.authors[0]}",
                        f"{name} 的第一作者是 {paper.authors[0]}",
                    ),
                    "authors",
                    authors,
                )
            ) if paper.authors else None
        elif LAST_AUTHOR.search(text):
            lines.append(
                (
                    say(
                        language,
                        f"The last author of {name} is {paper.authors[-1]}",
                        f"{name} 的最后一位作者是 {paper.authors[-1]}",
                    ),
                    "authors",
                    authors,
                )
            ) if paper.authors else None
        elif AUTHORS.search(text):
            lines.append(
                (say(language, f"{name} was written by {authors}", f"{name} 的作者是 {authors}"), "authors", authors)
            )
        elif CATEGORY_OF.search(text):
            categories = ", ".join(paper.categories or (paper.category,))
            lines.append(
                (
                    say(language, f"{name} is filed under {categories}", f"{name} 属于 {categories}"),
                    "categories",
                    categories,
                )
            )
        elif LINK.search(text):
            if CODE.search(text) and not paper.links:
                return no_link(query, paper)
            links = ", ".join(dict.fromkeys((*paper.links, paper.url)))
            lines.append((say(language, f"{name}: {links}", f"{name}：{links}"), "url", links))
        elif query.ids and (PRESENCE.search(text) or TITLE_OF.search(text)) and not ABOUT_CONTENT.search(text):
            lines.append(
                (
                    say(
                        language,
                        f"Yes, {paper.arxiv_id} is in the store: {paper.title}",
                        f"有，{paper.arxiv_id} 在库中，题目是《{paper.title}》",
                    ),
                    "title",
                    paper.title,
                )
            )
        elif TITLE_OF.search(text) and not ABOUT_CONTENT.search(text):
            lines.append(
                (say(language, f"Its title is {paper.title}", f"题目是《{paper.title}》"), "title", paper.title)
            )
    return Fact(papers=tuple(papers), lines=tuple(lines)) if lines else None


def no_link(query: Query, paper: Paper) -> Fact:
    """Say that a paper's abstract names no link to code."""
    line = say(
        query.language,
        f"The abstract of {paper.title} names no link to code; its page is {paper.url}",
        f"《{paper.title}》的摘要没有给出代码链接；论文页面是 {paper.url}",
    )
    return Fact(papers=(paper,), lines=((line, "url", paper.url),), reason="not_stated")


def tell(fact: Fact, draft: Draft) -> Iterator[Sentence]:
    """Yield an exact answer: the lead, then a line for each paper with its own citation."""
    draft.papers = tuple(paper.arxiv_id for paper in fact.papers)
    draft.reason = fact.reason
    stop = say(draft.language, ".", "。")
    lines = fact.lines
    if not lines and fact.lead.endswith((":", "：")):
        lines = tuple(
            (say(draft.language, paper.title, f"《{paper.title}》"), "title", paper.title) for paper in fact.papers
        )
    if fact.lead:
        yield draft.release(fact.lead)
    listed = bool(fact.lead) and bool(lines)
    draft.layout = "list" if listed else "prose"
    for paper, (line, field, quote) in list(zip(fact.papers, lines, strict=False))[:MOST_LISTED]:
        citation = cite(paper, draft.position, quote, field=field)
        yield draft.release(f"{'- ' if listed else ''}{line.rstrip('.')} [{paper.arxiv_id}]{stop}", [citation])
