"""The inside of a Markdown entry: lines below the heading -> authors, categories, labelled texts (pure)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rag.ingest.fields import find_categories, split_authors

__all__ = ("Card", "read_card", "read_listing")

_LABEL = re.compile(
    r"(?:> ?)?(?P<bold>\*\*)?(?P<name>Main category|TL;DR|TLDR|Task|Motivation|Method|Result|Conclusion|Abstract"
    r"|Keywords|Comment|AI_Comments|ai_Abstract|摘要翻译)[ \t]?[:：](?(bold)\*\*|)"
)
_SUMMARY = re.compile(r"[ \t]*<summary>(?P<name>[^<>]{0,40})</summary>[ \t]*")
_ANNOUNCE = re.compile(r"arXiv:\S{1,40} Announce Type:")
_BOLD_ONLY = frozenset({"Keywords", "Comment", "AI_Comments", "ai_Abstract", "摘要翻译"})
_FIELDS = {"TL;DR": "tldr", "TLDR": "tldr", "Task": "tldr", "Main category": "category"}
_ORDER = (
    "category",
    "keywords",
    "comment",
    "tldr",
    "ai_comments",
    "motivation",
    "method",
    "result",
    "conclusion",
    "abstract",
    "ai_abstract",
    "摘要翻译",
)
"""The template's order, over all generations."""
_RANKS = {name: rank for rank, name in enumerate(_ORDER)}
_OUTWEIGHS_ALL = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """What stands below an entry's heading, uncleaned."""

    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    without_abstract: bool = False
    """Whether the generation of the template has no English abstract."""
    problems: tuple[str, ...] = ()


class _Mark(NamedTuple):
    """A line that may begin a field."""

    at: int
    name: str
    weight: int
    text: str


class _Chain(NamedTuple):
    """Marks in template order, linked from the last to the first."""

    weight: int
    mark: _Mark
    before: "_Chain | None"


def read_card(lines: Sequence[str]) -> Card:
    """Read an entry of the labelled templates."""
    start, authors_line = _authors_line(lines)
    authors, meta = _split_meta(authors_line)
    marks = _in_template_order(_marks(lines, start))
    texts: dict[str, str] = {}
    problems: list[str] = []
    ends = [*(mark.at for mark in marks[1:]), len(lines)]
    for mark, end in zip(marks, ends[: len(marks)], strict=True):
        body = lines[mark.at + 1 : end]
        if mark.name != "abstract":
            body = [line for line in body if not _is_structure(line)]
        elif (cut := _foreign_card(body)) is not None:
            body = body[:cut]
            problems.append("another card follows without a heading; it was left out")
        texts[mark.name] = "\n".join((mark.text, *body))
    category = texts.pop("category", "") or meta.get("Main category", "") or meta.get("Category", "")
    return Card(
        authors=tuple(split_authors(authors)),
        categories=find_categories(category.split("\n", 1)[0]),
        published=meta.get("Updated", ""),
        without_abstract="ai_abstract" in texts or "摘要翻译" in texts,
        texts={name: text for name, text in texts.items() if name.isascii()},
        problems=tuple(problems),
    )


def read_listing(lines: Sequence[str]) -> Card:
    """Read an entry of the plain listings: authors, the announcement, then the abstract with or without its label."""
    filled = [line.strip() for line in lines if line.strip()]
    authors = ""
    if filled and not _ANNOUNCE.match(filled[0]) and not filled[0].startswith("Abstract:"):
        authors = filled.pop(0)
    announced = filled.pop(0) if filled and _ANNOUNCE.match(filled[0]) else ""
    abstract = "\n".join(filled).removeprefix("Abstract:")
    return Card(
        authors=tuple(split_authors(authors)),
        texts={"abstract": abstract} if abstract else {},
        addresses=(announced.split(" ", 1)[0],) if announced else (),
    )


def _authors_line(lines: Sequence[str]) -> tuple[int, str]:
    """Return the index of the first line of the card proper, and the line of authors or an empty string."""
    for index, line in enumerate(lines):
        if not line.strip() or line.startswith("> *"):
            if not _LABEL.match(line):
                continue
        elif line.startswith("*") and not line.startswith("**"):
            return index + 1, line.rstrip()
        return index, ""
    return len(lines), ""


def _split_meta(line: str) -> tuple[str, dict[str, str]]:
    """Take the asterisks off the line of authors, and `| **Key: value**` off its end."""
    authors, bar, rest = line.removeprefix("*").partition("* | **")
    if not bar:
        return authors.removesuffix("*"), {}
    pairs = (part.strip(" *").partition(":") for part in rest.split("|"))
    return authors, {key.strip(): value.strip() for key, _, value in pairs}


def _marks(lines: Sequence[str], start: int) -> Iterator[_Mark]:
    """Yield the lines that may begin a field, up to the abstract, after which every line is text."""
    found = [mark for index in range(start, len(lines)) if (mark := _mark(lines, index, start)) is not None]
    abstracts = [mark for mark in found if mark.name == "abstract"]
    last = next((mark for mark in abstracts if mark.weight > 1), abstracts[0] if abstracts else None)
    for mark in found:
        if last is None or mark.at <= last.at:
            yield mark


def _mark(lines: Sequence[str], index: int, start: int) -> _Mark | None:
    """Return the mark on a line, weighty where the template's blank line (or the card's head) stands before it."""
    line = lines[index]
    if (summary := _SUMMARY.fullmatch(line)) is not None:
        return _Mark(index, "abstract", _OUTWEIGHS_ALL, "") if summary["name"] == "Abstract" else None
    found = _LABEL.match(line)
    if found is None or (found["name"] in _BOLD_ONLY and not found["bold"]):
        return None
    name = _FIELDS.get(found["name"], found["name"].lower())
    apart = index == start or not lines[index - 1].strip() or _is_structure(lines[index - 1])
    return _Mark(index, name, _OUTWEIGHS_ALL if apart else 1, line[found.end() :])


def _in_template_order(marks: Iterator[_Mark]) -> list[_Mark]:
    """Return the weightiest run of marks in template order, the earliest of equals: labels elsewhere are text."""
    best: list[_Chain | None] = [None] * len(_ORDER)
    for mark in marks:
        rank = _RANKS[mark.name]
        before = max((chain for chain in best[:rank] if chain), key=lambda chain: chain.weight, default=None)
        weight = mark.weight + (before.weight if before else 0)
        rival = best[rank]
        if rival is None or weight > rival.weight:
            best[rank] = _Chain(weight, mark, before)
    chain = max((chain for chain in best if chain), key=lambda chain: chain.weight, default=None)
    chosen: list[_Mark] = []
    while chain:
        chosen.append(chain.mark)
        chain = chain.before
    return chosen[::-1]


def _is_structure(line: str) -> bool:
    """Tell whether a line is the card's own markup."""
    return line.strip() == "<details>" or _SUMMARY.fullmatch(line) is not None


def _foreign_card(body: Sequence[str]) -> int | None:
    """Return where a card that lost its heading begins inside an abstract, or None."""
    for index in range(1, len(body)):
        line = body[index].strip()
        starred = len(line) > 2 and line[0] == line[-1] == "*"
        if not body[index - 1].strip() and (starred or line == "<details>" or line.startswith("Main category:")):
            return index
    return None
