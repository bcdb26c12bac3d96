"""What the readers hand over, and how an entry becomes a paper (pure)."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rag.ingest.cleaning import clean_text
from rag.ingest.fields import ArxivId, clean_authors, distinct_links, find_arxiv_id, find_date, find_links
from rag.ingest.labels import is_placeholder, strip_label
from rag.models import TEXT_FIELDS, Paper

__all__ = ("DigestWarning", "Entry", "Reading", "build_paper")


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestWarning:
    """Something in a digest that was not as it should be; the rest was read."""

    file: str
    """Name of the digest."""
    line: int
    """Where, counted from 1; 0 for the file as a whole."""
    arxiv_id: str | None = None
    """The paper concerned, where one is."""
    message: str
    """What was found and what was done about it, without a full stop."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry as it stands in the file, uncleaned."""

    line: int
    """Where it begins, counted from 1."""
    addresses: tuple[str, ...]
    """Where its identifier may be read, best first."""
    title: str = ""
    authors: tuple[str, ...] = ()
    section: str = ""
    categories: tuple[str, ...] = ()
    """The main one first."""
    published: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    """By name of the `Paper` field: the card, the abstract, the comment."""
    links: tuple[str, ...] = ()
    """Addresses named outside the texts."""
    problems: tuple[str, ...] = ()
    """What the reader found damaged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """All that one reader found in one file."""

    entries: tuple[Entry, ...] = ()
    warnings: tuple[DigestWarning, ...] = ()
    declared: Mapping[str, int] = field(default_factory=dict)
    """Papers per section, as the table of contents declares them."""
    declared_line: int = 0
    """Where that table begins."""


def build_paper(entry: Entry, source: str, date: datetime.date | None) -> tuple[Paper | None, list[DigestWarning]]:
    """Return the cleaned paper, or None where no identifier can be read, and what there is to warn about."""
    ids = [found for found in map(find_arxiv_id, entry.addresses) if found]
    title = clean_text(entry.title)
    if not ids:
        told = f"the entry {title[:80]!r} has no valid arXiv ID; it was left out"
        return None, [DigestWarning(file=source, line=entry.line, message=told)]
    arxiv_id = ids[0].arxiv_id
    cleaned = {name: clean_text(entry.texts.get(name, "")) for name in TEXT_FIELDS}
    texts = {name: _without_placeholder(name, text) for name, text in cleaned.items()}
    comment = clean_text(entry.texts.get("comment", ""))
    authors = clean_authors(entry.authors)
    categories = entry.categories or ((entry.section,) if entry.section else ())
    checked = {"title": title, "authors": authors, "category": categories} | texts
    paper = Paper(
        arxiv_id=arxiv_id,
        version=next((found.version for found in ids if found.version and found.arxiv_id == arxiv_id), None),
        title=title,
        url=f"https://arxiv.org/abs/{arxiv_id}",
        authors=authors,
        section=entry.section,
        category=categories[0] if categories else "",
        categories=categories,
        date=date,
        published=find_date(entry.published),
        tldr=texts["tldr"],
        motivation=texts["motivation"],
        method=texts["method"],
        result=texts["result"],
        conclusion=texts["conclusion"],
        abstract=texts["abstract"],
        comment="" if is_placeholder(comment) else comment,
        links=distinct_links((*find_links(f"{texts['abstract']} {comment}"), *entry.links)),
        missing=tuple(name for name, value in checked.items() if not value),
        source=source,
        line=entry.line,
    )
    problems = [*entry.problems, *_problems(ids[0], title, cleaned, texts)]
    return paper, [
        DigestWarning(file=source, line=entry.line, arxiv_id=arxiv_id, message=problem) for problem in problems
    ]


def _without_placeholder(name: str, text: str) -> str:
    """Return the text without repeated labels; nothing where it is a placeholder."""
    stripped = strip_label(name, text)
    return "" if is_placeholder(stripped) else stripped


def _problems(found: ArxivId, title: str, cleaned: Mapping[str, str], texts: Mapping[str, str]) -> Iterator[str]:
    """Say what a paper lacks that it should have."""
    if not found.plausible:
        yield "arXiv cannot have given this ID; check it"
    if not title:
        yield "the entry has no title"
    names = [name for name, text in cleaned.items() if text and not texts[name]]
    if names:
        yield f"{', '.join(names)} held only a placeholder ({cleaned[names[0]][:60]!r}); left empty"
