"""Fields of an entry: identifiers, authors, categories, links (pure)."""

import datetime
import re
from collections.abc import Iterable
from typing import NamedTuple

from rag.ingest.cleaning import clean_text
from rag.ingest.labels import is_placeholder

__all__ = (
    "ArxivId",
    "clean_authors",
    "distinct_links",
    "find_arxiv_id",
    "find_categories",
    "find_date",
    "find_links",
    "is_category",
    "split_authors",
)

_ARCHIVES = frozenset(
    re.findall(
        r"\S+",
        "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat cs dg-ga"
        " econ eess funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol"
        " physics plasm-ph q-alg q-bio q-fin quant-ph solv-int stat supr-con",
    )
)
_ID = re.compile(
    r"(?<![\w.])(?:(?P<new>\d{4}\.\d{4,5})"
    rf"|(?P<archive>{'|'.join(sorted(_ARCHIVES))})(?:\.[A-Z]{{2}})?/(?P<number>\d{{7}}))"
    r"(?:v(?P<version>\d{1,3}))?(?![A-Za-z\d])",
    re.ASCII,
)
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z]{2,}(?:-[a-z]+)?)?")
_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)", re.ASCII)
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_LATIN = re.compile(r"[A-Za-z0-9]")
_HOST = re.compile(r"https?://[^/?#]*[A-Za-z0-9]\.[A-Za-z0-9]")
_URL = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


class ArxivId(NamedTuple):
    """An identifier taken apart."""

    arxiv_id: str
    """Without version."""
    version: int | None
    plausible: bool
    """False where arXiv cannot have given this number: a thirteenth month, too few digits for its year."""


def find_arxiv_id(address: str) -> ArxivId | None:
    """Return the identifier in an address or in a bare `2509.06986v2`, or None."""
    found = _ID.search(address)
    if found is None:
        return None
    version = int(found["version"]) if found["version"] else None
    if found["new"] is None:
        month = int(found["number"][2:4])
        return ArxivId(f"{found['archive']}/{found['number']}", version, 1 <= month <= 12)
    year, month, digits = int(found["new"][:2]), int(found["new"][2:4]), len(found["new"]) - 5
    plausible = 1 <= month <= 12 and digits == (5 if year >= 15 else 4)
    return ArxivId(found["new"], version, plausible)


def split_authors(text: str) -> list[str]:
    """Split a line of names at its commas, except those inside parentheses (affiliations)."""
    if text.count("(") != text.count(")"):
        return text.split(",")
    names, depth, start = [], 0, 0
    for found in re.finditer(r"[(),]", text):
        mark = found.group()
        if mark == "," and depth <= 0:
            names.append(text[start : found.start()])
            start = found.end()
        elif mark != ",":
            depth += 1 if mark == "(" else -1
    return [*names, text[start:]]


def clean_authors(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names cleaned: footnote marks, trailing affiliations and the lone `:` of teams gone, `Jr.` joined."""
    authors: list[str] = []
    for raw in names:
        name = _without_affiliation(clean_text(raw).strip("*†‡§¶ "))
        if not any(character.isalnum() for character in name):
            continue
        if authors and name.rstrip(".").lower() in _SUFFIXES:
            authors[-1] = f"{authors[-1]}, {name}"
        else:
            authors.append(name)
    return tuple(authors)


def _without_affiliation(name: str) -> str:
    """Cut parenthesised groups off the end; a name in its native script stays."""
    end = len(name)
    while end and name[end - 1] == ")":
        start = _opening(name, end)
        if start <= 0 or not _LATIN.search(name, start, end):
            break
        end = start
        while name[end - 1] == " ":
            end -= 1
    return name[:end]


def _opening(name: str, end: int) -> int:
    """Return the index of the parenthesis that the one before `end` closes, or -1."""
    depth = 0
    for index in range(end - 1, -1, -1):
        if name[index] == ")":
            depth += 1
        elif name[index] == "(":
            depth -= 1
            if depth == 0:
                return index
    return -1


def is_category(text: str) -> bool:
    """Tell whether `text` has the shape of an arXiv category, such as `cs.CV` or `quant-ph`."""
    return _CATEGORY.fullmatch(text) is not None and text.partition(".")[0] in _ARCHIVES


def find_categories(text: str) -> tuple[str, ...]:
    """Return the categories named in `text`, in order, without repeats; a text that names none is one itself."""
    if is_category(text):
        return (text,)
    cleaned = clean_text(text)
    tokens = [token for token in re.split(r"[\s,;()]+", cleaned) if "." in token or "-" in token or token == cleaned]
    found = dict.fromkeys(token for token in tokens if is_category(token))
    if found or not cleaned or is_placeholder(cleaned):
        return tuple(found)
    return (cleaned,)


def find_date(text: str) -> datetime.date | None:
    """Return the first valid `YYYY-MM-DD` in `text`, or None."""
    for year, month, day in _DATE.findall(text):
        try:
            return datetime.date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def find_links(text: str) -> tuple[str, ...]:
    """Return the http(s) addresses in `text`, in order, without repeats and without the sentence's punctuation."""
    found = (_trim_link(url) for url in _URL.findall(text))
    return distinct_links(url for url in found if _HOST.match(url))


def distinct_links(links: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses without repeats, a closing slash making no difference."""
    seen: dict[str, str] = {}
    for link in links:
        seen.setdefault(link.rstrip("/"), link)
    return tuple(seen.values())


def _trim_link(url: str) -> str:
    """Cut punctuation and closing brackets that belong to the sentence around the address."""
    surplus = {")": url.count(")") - url.count("("), "]": url.count("]") - url.count("[")}
    end = len(url)
    while end and (url[end - 1] in ".,;:!?'*_~$&=([" or surplus.get(url[end - 1], 0) > 0):
        if url[end - 1] in surplus:
            surplus[url[end - 1]] -= 1
        end -= 1
    return url[:end]
