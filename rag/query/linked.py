"""Which papers name addresses: code, project pages, GitHub. From the links that are stored, and what abstracts say."""

from __future__ import annotations

import re

from rag.models import Paper
from rag.query.corpus import Corpus
from rag.query.cues import cue
from rag.query.facts import Fact, Line, scope
from rag.query.fields import Asked, entry, without_fields
from rag.query.mentions import named_papers
from rag.query.sections import without_categories
from rag.query.topics import topic
from rag.query.understand import Query
from rag.query.wording import say
from rag.text import sentences

CODE_HOST = re.compile(r"//(?:www\.)?(?:github\.com|gitlab\.|bitbucket\.|codeberg\.|huggingface\.co|anonymous\.4open)")
GITHUB = re.compile(r"//(?:[\w\-]+\.)*github\.(?:com|io)\b")


LINKS = frozenset({"link", "identifier", "title_asked", "gist"})
"""Fields that a list of papers with links tells anyhow."""
TOP_LEVEL = "ai|app|ch|cn|co|com|de|dev|edu|eu|fr|gov|io|jp|me|net|org|science|uk"
DOMAIN = re.compile(rf"(?<![\w.@/])(?:https?://)?((?:[a-z\d\-]+\.)+(?:{TOP_LEVEL}))(?!\w)", re.IGNORECASE)
"""A domain that a question names: huggingface.co, anonymous.4open.science."""


SITES = {"huggingface.co": re.compile(r"hugging ?face(?!\.)", re.IGNORECASE)}
"""Sites that are called by another name than their domain's."""


def domains(question: str) -> list[str]:
    """Return the domains that a question names, in lower case, but arXiv's; of a site with its links."""
    named = [name.lower() for name in DOMAIN.findall(without_categories(question)) if not name.endswith("arxiv.org")]
    linked = cue("address").search(question)
    return named + [name for name, called in SITES.items() if linked and called.search(question)]


def papers_of_domain(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which papers name an address of a domain that the question names."""
    wanted = domains(query.text)
    asked = any(cue(name).search(query.text) for name in ("asks_papers", "asks_list", "address"))
    if not wanted or not asked or query.focus or named_papers(query.text, corpus):
        return None
    pattern = re.compile("|".join(rf"//(?:[\w\-]+\.)*{re.escape(name)}(?![\w\-])" for name in wanted), re.IGNORECASE)
    papers = corpus.papers(query.filters)
    found = [(paper, [link for link in paper.links if pattern.search(link)]) for paper in papers]
    chosen = [(paper, links) for paper, links in found if links]
    slots: dict[str, str | int] = {
        "told": ", ".join(wanted),
        "count": len(chosen),
        "total": len(papers),
        "scope": scope(query, corpus),
    }
    return Fact(
        lead=say(query.language, "with_domain", **slots),
        papers=tuple(paper for paper, _ in chosen),
        lines=tuple(link_entry(query, paper, ("url", links[0])) for paper, links in chosen),
        reason=None if chosen else "not_in_corpus",
    )


def wanted_link(question: str) -> str:
    """Return what kind of address the papers of a list must name: github, page, code or link; empty for none."""
    for kind in ("github", "page", "code", "link"):
        if cue(f"with_{kind}").search(question):
            return kind
    return ""


def named_link(paper: Paper, kind: str) -> tuple[str, str] | None:
    """Return (field, quote) of what a paper says of such an address; None where it names none."""
    test = {"github": GITHUB, "code": CODE_HOST}.get(kind)
    links = [link for link in paper.links if not test or test.search(link)]
    if kind == "page":
        links = [link for link in links if not CODE_HOST.search(link)]
    told = sentences(paper.abstract)
    for sentence in told:
        if any(link in sentence for link in links):
            return "abstract", sentence
    if links:
        return "url", links[0]
    released = [sentence for sentence in told if kind == "code" and cue("code_released").search(sentence)]
    return ("abstract", released[0]) if released else None


def papers_with_links(query: Query, corpus: Corpus) -> Fact | None:
    """Answer which papers, of all, name code, a project page or any address, or do not."""
    kind = wanted_link(query.text)
    asked = cue("asks_papers").search(query.text) or cue("count").search(query.text)
    if not kind or not asked or query.focus or named_papers(query.text, corpus):
        return None
    if re.search(r"\w", cue("topicless").sub(" ", cue("link_words").sub(" ", without_fields(topic(query))))):
        return None
    papers = corpus.papers(query.filters)
    found = {paper.arxiv_id: named_link(paper, kind) for paper in papers}
    without = bool(cue("without_link").search(query.text))
    chosen = tuple(paper for paper in papers if bool(found[paper.arxiv_id]) != without)
    key = f"without_{kind}" if without else f"with_{kind}"
    slots = {"count": len(chosen), "total": len(papers)}
    lead = say(query.language, key, scope=scope(query, corpus), **slots)
    lines = tuple(link_entry(query, paper, found[paper.arxiv_id]) for paper in chosen)
    return Fact(lead=lead, papers=chosen, lines=lines, reason=None if chosen else "not_in_corpus")


def link_entry(query: Query, paper: Paper, said: tuple[str, str] | None) -> Line:
    """Return a paper's title with its addresses, and with the other fields that a question asks for."""
    return entry(query, paper, lambda query, paper: link_line(query, paper, said), LINKS, (Asked("link"),))


def link_line(query: Query, paper: Paper, said: tuple[str, str] | None) -> Line:
    """Return a paper's title with its addresses, quoting the line that names them; its title alone without any."""
    if said is None:
        return Line(
            paper=paper, text=say(query.language, "title_only", title=paper.title), field="title", quote=paper.title
        )
    field, quote = said
    told = ", ".join(link for link in paper.links if link in quote) or quote
    return Line(
        paper=paper, text=say(query.language, "links_are", title=paper.title, told=told), field=field, quote=quote
    )
