"""Digests to papers: the entry point. `parse_digest` is pure; `read_digest` opens one file.

A Markdown digest of any generation, JSON lines or arXiv metadata, gzipped or not, told apart by their content.
"""

import datetime
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from rag.errors import DigestError
from rag.ingest.cleaning import clean_text
from rag.ingest.decoding import GZIP_MAGIC, binary_kind, decode, unpack
from rag.ingest.entries import DigestWarning, Reading, build_paper
from rag.ingest.fields import find_date
from rag.ingest.jsonl import read_jsonl
from rag.ingest.markdown import read_markdown
from rag.models import Paper

__all__ = ("MAX_BYTES", "Digest", "DigestWarning", "papers_of", "parse_digest", "read_digest")

MAX_BYTES = 200 * 2**20
"""The largest digest that is read, in bytes after decompression."""
_NO_NEWS = re.compile(
    r"没有找到新论文|沒有找到新論文|今日无新论文|No new papers|[处處]理 ?0 ?篇|今日总计: ?0 ?篇|论文总数: ?0(?!\d)",
    re.IGNORECASE,
)
_ARRAY = re.compile(r"\s*\[\s*[{\]]")
_OBJECT_LINE = re.compile(r"^[ \t]*\{", re.MULTILINE)
_HEADING_LINE = re.compile(r"^(?:#{2,4}[ \t]|\[\d{1,9}\]\. )", re.MULTILINE)
_LINK = re.compile(r"arxiv\.org/(?:abs|pdf)/")
_NAMED = 8
_SAMPLE = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """All that one file told."""

    source: str
    """Name of the file."""
    date: datetime.date | None
    """The digest's day: from its name, else as given, else unknown."""
    papers: tuple[Paper, ...] = ()
    """In the file's order, each arXiv ID once."""
    warnings: tuple[DigestWarning, ...] = ()
    """In the file's order."""
    declared: Mapping[str, int] = field(default_factory=dict)
    """Papers per section, as the table of contents declares them; empty where there is none."""


def read_digest(path: Path, date: datetime.date | None = None, max_bytes: int = MAX_BYTES) -> Digest:
    """Read one file, whatever its suffix; `date` is for names that tell none.

    Raises DigestError for what cannot be read at all: no file, a folder, no permission, a binary, too large.
    """
    data = _read_bytes(path, max_bytes)
    if data.startswith(GZIP_MAGIC):
        unpacked = unpack(data, max_bytes)
        if unpacked.too_large:
            raise _too_large(path, max_bytes)
        if not unpacked.data:
            raise DigestError(path, unpacked.problem or "it is an empty archive", "fetch the file again")
        kind = binary_kind(unpacked.data)
    else:
        kind = binary_kind(data)
    if kind:
        raise DigestError(path, f"it is {kind}, not text", "give a Markdown or JSON lines digest")
    return parse_digest(data, source=os.fsencode(path.name).decode("utf-8", "replace"), date=date, max_bytes=max_bytes)


def parse_digest(
    data: bytes | str, *, source: str = "", date: datetime.date | None = None, max_bytes: int = MAX_BYTES
) -> Digest:
    """Return the papers of one digest and a warning for all that was damaged; never raises for what `data` holds."""
    source = clean_text(source)
    day = find_date(source) or date
    text, warnings = _text(data, source, max_bytes)
    if text is None:
        return Digest(source=source, date=day, warnings=tuple(warnings))
    reading = _read(text, source)
    warnings += reading.warnings
    papers = papers_of(reading, source, day, warnings)
    if not papers:
        told = f"no paper was read: {_why_empty(text, reading)}"
        warnings.append(DigestWarning(file=source, line=0, message=told))
    return Digest(
        source=source,
        date=day,
        papers=tuple(papers),
        warnings=tuple(sorted(warnings, key=lambda warning: warning.line)),
        declared=reading.declared,
    )


def _read_bytes(path: Path, max_bytes: int) -> bytes:
    """Return the file's content.

    Raises DigestError.
    """
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise DigestError(path, "there is no such file", "check the path") from error
    except IsADirectoryError as error:
        raise DigestError(path, "it is a folder", "name the files in it") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DigestError(path, reason.lower(), "check the path and its permissions") from error
    if len(data) > max_bytes:
        raise _too_large(path, max_bytes)
    return data


def _too_large(path: Path, max_bytes: int) -> DigestError:
    """Return the error for a file over the limit."""
    return DigestError(path, f"it is larger than {max_bytes:,} bytes", "split it, or raise the limit")


def _text(data: bytes | str, source: str, max_bytes: int) -> tuple[str | None, list[DigestWarning]]:
    """Return the text, or None where there is none, and what had to be assumed."""
    problems: list[tuple[int, str]] = []
    if isinstance(data, bytes) and data.startswith(GZIP_MAGIC):
        unpacked = unpack(data, max_bytes)
        data = unpacked.data
        if unpacked.problem:
            problems.append((0, f"{unpacked.problem}; what came before was kept"))
        if unpacked.too_large:
            told = f"no paper was read: the file is larger than {max_bytes:,} bytes when unpacked"
            return None, [DigestWarning(file=source, line=0, message=told)]
    if isinstance(data, bytes):
        if kind := binary_kind(data):
            return None, [
                DigestWarning(file=source, line=0, message=f"no paper was read: the file is {kind}, not text")
            ]
        decoded = decode(data)
        problems += [(decoded.line, decoded.problem)] if decoded.problem else []
        data = decoded.text
    if "\n" not in data:
        data = data.replace("\r", "\n")
    return data, [DigestWarning(file=source, line=line, message=message) for line, message in problems]


def _read(text: str, source: str) -> Reading:
    """Read the text as what its lines look like."""
    if _ARRAY.match(text):
        return Reading()
    sample = text[:_SAMPLE]
    objects, headings = len(_OBJECT_LINE.findall(sample)), len(_HEADING_LINE.findall(sample))
    return read_jsonl(text, source) if objects > headings else read_markdown(text, source)


def papers_of(reading: Reading, source: str, day: datetime.date | None, warnings: list[DigestWarning]) -> list[Paper]:
    """Return each paper once, in the file's order, adding to `warnings`."""
    papers: dict[str, Paper] = {}
    counted: Counter[str] = Counter()
    for entry in reading.entries:
        paper, told = build_paper(entry, source, day)
        warnings += told
        if paper is None:
            continue
        counted[entry.section] += 1
        rival = papers.get(paper.arxiv_id)
        if rival is not None:
            told_twice = f"the paper stands in the file twice, on line {rival.line} too; the fuller entry was kept"
            warnings.append(DigestWarning(file=source, line=paper.line, arxiv_id=paper.arxiv_id, message=told_twice))
            paper = _merged(rival, paper)
        papers[paper.arxiv_id] = paper
    warnings += _count_problem(reading, counted, source)
    return list(papers.values())


def _merged(first: Paper, second: Paper) -> Paper:
    """Return the fuller of two entries of one paper, the first of equals, with the categories of both."""
    fuller = max(first, second, key=_fullness)
    categories = tuple(dict.fromkeys((*fuller.categories, *first.categories, *second.categories)))
    missing = tuple(name for name in fuller.missing if name != "category" or not categories)
    return replace(fuller, category=categories[0] if categories else "", categories=categories, missing=missing)


def _fullness(paper: Paper) -> tuple[int, int]:
    """Rank an entry by what it holds: fields first, then characters."""
    texts = (paper.tldr, paper.motivation, paper.method, paper.result, paper.conclusion, paper.abstract)
    return -len(paper.missing), sum(map(len, texts))


def _count_problem(reading: Reading, counted: Mapping[str, int], source: str) -> Iterable[DigestWarning]:
    """Warn where the table of contents declares other numbers than were read."""
    sections = dict.fromkeys((*reading.declared, *counted)) if reading.declared else {}
    pairs = {name: (reading.declared.get(name, 0), counted.get(name, 0)) for name in sections}
    differing = [f"{name} {said}, read {read}" for name, (said, read) in pairs.items() if said != read]
    if differing:
        more = f" and {len(differing) - _NAMED} more" if len(differing) > _NAMED else ""
        told = f"the table of contents declares other numbers than were read: {'; '.join(differing[:_NAMED])}{more}"
        yield DigestWarning(file=source, line=reading.declared_line, message=told)


def _why_empty(text: str, reading: Reading) -> str:
    """Say what a text without a paper is."""
    declared = sum(reading.declared.values())
    links = sum(1 for _ in _LINK.finditer(text))
    causes = (
        (not text.strip(), "the file is empty"),
        (_ARRAY.match(text), "the file is one JSON array, not JSON lines; convert it, for example with jq -c '.[]'"),
        (declared, f"the table of contents declares {declared} papers, but no readable entry follows"),
        (reading.entries, "no entry has a valid arXiv ID"),
        (reading.declared or _NO_NEWS.search(text), "the digest says that there were no new papers that day"),
        (links, f"the file is prose that links {links} times to arXiv, without an entry for each paper"),
    )
    unknown = "the file has no entry with an arXiv ID; it does not look like a digest"
    return next((cause for holds, cause in causes if holds), unknown)
