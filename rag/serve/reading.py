"""PATH arguments to digests: files as they are named, folders and patterns searched for digests."""

from __future__ import annotations

import datetime
import glob
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import DigestError
from rag.ingest.digest import Digest, DigestWarning, read_digest
from rag.ingest.streaming import is_large_records, stream_papers
from rag.models import Paper

SUFFIXES = (".md", ".txt", ".jsonl", ".jsonl.gz")
"""What folders and patterns are searched for."""
LEFT_OUT = "left out"
"""How the parser's warnings end where an entry could not be read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """All that the paths told."""

    papers: tuple[Paper, ...] = ()
    """In the order of files and entries; a paper that several digests hold stands here several times."""
    warnings: tuple[DigestWarning, ...] = ()
    """In the same order; `file` is the path as the user knows it."""
    skipped: int = 0
    """Files and entries that could not be read."""
    files: int = 0
    """Files that held papers."""
    undated: tuple[str, ...] = ()
    """Files with papers whose day is unknown."""
    seconds: float = 0.0
    """Wall time of reading."""
    large: tuple[tuple[str, Path], ...] = ()
    """Names and paths of the files that are too large to be read at once."""
    day: datetime.date | None = None
    """The day of files whose name tells none."""
    streamed: int = 0
    """Different papers of the large files that are not among `papers`."""

    @property
    def distinct(self) -> int:
        """Return how many different papers were read."""
        return len({paper.arxiv_id for paper in self.papers}) + self.streamed


class Inflow:
    """The papers of a reading, those of its large files one after the other, counted while they are taken."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._ids = {paper.arxiv_id for paper in reading.papers}
        self._warnings: list[DigestWarning] = []
        self._files: list[str] = []
        self._undated: list[str] = []

    def papers(self) -> Iterator[Paper]:
        """Yield every paper; raises DigestError for a large file that can no longer be opened."""
        yield from self._reading.papers
        for name, path in self._reading.large:
            for each in stream_papers(path, self._reading.day):
                if isinstance(each, DigestWarning):
                    self._warnings.append(replace(each, file=name))
                    continue
                if name not in self._files:
                    self._files.append(name)
                    self._undated += [name] if each.date is None else []
                self._ids.add(each.arxiv_id)
                yield each

    def reading(self) -> Reading:
        """Return the reading with what has been taken from the large files."""
        before = self._reading
        return replace(
            before,
            warnings=(*before.warnings, *self._warnings),
            skipped=before.skipped + sum(map(is_left_out, self._warnings)),
            files=before.files + len(self._files),
            undated=(*before.undated, *self._undated),
            streamed=len(self._ids) - before.distinct,
        )


def read_paths(paths: Sequence[str], date: datetime.date | None = None) -> Reading:
    """Read all digests that the paths name; `date` is for files whose name tells none.

    A file that cannot be read is a warning and counts as skipped. Large files of JSON lines are left for `Inflow`.
    """
    started = time.perf_counter()
    papers: list[Paper] = []
    warnings: list[DigestWarning] = []
    undated: list[str] = []
    large: list[tuple[str, Path]] = []
    skipped = files = 0
    for name, path in located(paths):
        if path and is_large_records(path):
            large.append((name, path))
            continue
        try:
            digest = read_digest(path, date) if path else no_match(name)
        except DigestError as error:
            warnings.append(DigestWarning(file=name, line=0, message=f"{error.reason}; {error.remedy}"))
            skipped += 1
            continue
        papers += digest.papers
        warnings += [replace(warning, file=name) for warning in digest.warnings]
        skipped += unread(digest)
        if digest.papers:
            files += 1
            undated += [name] if digest.date is None else []
    return Reading(
        papers=tuple(papers),
        warnings=tuple(warnings),
        skipped=skipped,
        files=files,
        undated=tuple(undated),
        seconds=time.perf_counter() - started,
        large=tuple(large),
        day=date,
    )


def unread(digest: Digest) -> int:
    """Return how many entries of a digest could not be read; 1 for a digest without any paper."""
    return sum(map(is_left_out, digest.warnings)) or (0 if digest.papers else 1)


def is_left_out(warning: DigestWarning) -> bool:
    """Return whether a warning tells of an entry that could not be read."""
    return warning.arxiv_id is None and bool(warning.line) and LEFT_OUT in warning.message


def located(paths: Sequence[str]) -> Iterator[tuple[str, Path | None]]:
    """Yield each file once, as (name to show, path); the path is None for a folder or pattern without a digest."""
    known: set[str] = set()
    for argument in paths:
        found = False
        for path in expanded(argument):
            found = True
            key = os.path.realpath(path)
            if key not in known:
                known.add(key)
                yield shown(path), path
        if not found:
            yield shown(argument), None


def expanded(argument: str) -> Iterator[Path]:
    """Yield the files of one argument: a folder's digests, a pattern's, or the file itself."""
    path = Path(argument).expanduser()
    if path.is_dir():
        yield from digests_in(path)
    elif not os.path.lexists(path) and glob.has_magic(argument):
        for match in sorted(map(Path, glob.glob(str(path), recursive=True))):  # noqa: PTH207 (Path has none for /any/*)
            if match.is_dir():
                yield from digests_in(match)
            elif match.name.lower().endswith(SUFFIXES):
                yield match
    else:
        yield path


def digests_in(folder: Path) -> Iterator[Path]:
    """Yield the digests of a folder and its sub-folders by name; hidden ones and linked folders are left out."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield Path(parent) / name


def no_match(name: str) -> Digest:
    """Raise the DigestError of a folder or pattern in which there is no digest."""
    raise DigestError(Path(name), f"no {', '.join(SUFFIXES)} file is there", "name the files themselves")


def shown(path: str | Path) -> str:
    """Return a path as text that UTF-8 can hold."""
    return os.fsencode(path).decode("utf-8", "replace")
