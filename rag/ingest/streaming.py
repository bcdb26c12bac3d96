"""Large files of JSON lines, such as arXiv's metadata, paper by paper: never more than a stretch of them in memory."""

import datetime
import gzip
import os
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from rag.errors import DigestError
from rag.ingest.cleaning import clean_text
from rag.ingest.decoding import GZIP_MAGIC
from rag.ingest.digest import papers_of
from rag.ingest.entries import DigestWarning
from rag.ingest.fields import find_date
from rag.ingest.jsonl import read_jsonl
from rag.models import Paper

__all__ = ("LARGE", "is_large_records", "stream_papers")

LARGE = 8 * 2**20
"""Bytes on disk from which a file of JSON lines is streamed."""
LINES = 500
"""Lines read at once."""
LONGEST_LINE = 4 * 2**20
"""Bytes of one line; arXiv's records have some thousand."""


def is_large_records(path: Path, least: int = LARGE) -> bool:
    """Return whether a file is to be streamed: of at least so many bytes, and JSON lines by its first line."""
    try:
        if path.stat().st_size < least or not path.is_file():
            return False
        with opened(path) as file:
            start = file.readline(LONGEST_LINE).lstrip(b"\xef\xbb\xbf \t\r\n")
    except (OSError, EOFError, zlib.error):
        return False
    return start.startswith(b"{")


def opened(path: Path) -> BinaryIO:
    """Open a file for reading, unpacked where it is gzipped."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP_MAGIC
    return cast("BinaryIO", gzip.open(path, "rb")) if packed else path.open("rb")


def stream_papers(path: Path, date: datetime.date | None = None) -> Iterator[Paper | DigestWarning]:
    """Yield the papers of JSON lines in their order, and a warning for all that was damaged, near its place.

    A paper that stands in the file again some thousand lines later is yielded again. Raises DigestError for a file that
    cannot be opened; one that breaks off gives a warning.
    """
    source = clean_text(os.fsencode(path.name).decode("utf-8", "replace"))
    day = find_date(source) or date
    read = 0
    try:
        with opened(path) as file:
            while lines := [*islice(lines_of(file), LINES)]:
                reading = read_jsonl("".join(lines), source, first_line=read + 1)
                warnings = list(reading.warnings)
                yield from papers_of(reading, source, day, warnings)
                yield from warnings
                read += len(lines)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        told = f"the gzip stream is damaged after line {read} ({error}); what came before was kept"
        yield DigestWarning(file=source, line=0, message=told)
    except OSError as error:
        raise DigestError(path, (error.strerror or str(error)).lower(), "check the path and its permissions") from error


def lines_of(file: BinaryIO) -> Iterator[str]:
    """Yield the lines of a file; one that is absurdly long comes cut, so that it is warned of as damaged."""
    while line := file.readline(LONGEST_LINE):
        rest = line
        while not rest.endswith(b"\n") and (rest := file.readline(LONGEST_LINE)):
            pass
        yield line.decode("utf-8", "replace").rstrip("\n") + "\n"
