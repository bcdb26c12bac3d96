"""A store built anew from the papers that it holds, beside the old one until it is complete."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from rag.config import Settings
from rag.errors import ArxivRagError
from rag.ingest.editions import from_data
from rag.models import Paper
from rag.serve.opening import EmptyStoreError, aside_of, folder_of, is_server
from vectorstore.catalogue import Catalogue
from vectorstore.errors import StoreError

if TYPE_CHECKING:
    from rag.ingest.indexing import IndexReport

Bar = Callable[[int], AbstractContextManager[Callable[[int], None]]]
"""Opens a progress bar for so many papers, which is moved by how many more are finished."""
BESIDE = ".rebuild"
"""Suffix of the folder in which the new store grows."""


class RebuildError(ArxivRagError):
    """A store that cannot be built anew; the sentence says what to do."""


def rebuild_store(settings: Settings, progress: Bar) -> IndexReport:
    """Embed every paper of a store again, with the embedder and schema of now, and put it in the old one's place.

    `progress` is given the number of papers and is open while they are embedded. A kill leaves the old
    store as it was. Raises RebuildError, StoreError, ConfigError or ModelUnavailableError.
    """
    if is_server(settings.store):
        problem = f"The store {settings.store!r} is on a Chroma server, where no new one can grow beside it"
        raise RebuildError(f"{problem}; delete its collections and index the digests again.")
    folder = folder_of(settings.store).resolve()
    beside, aside = folder.with_name(folder.name + BESIDE), aside_of(folder)
    if aside.is_dir() and not folder.exists():
        aside.rename(folder)  # a kill between the two renames below
    with writing(folder):
        papers = papers_of(folder)
        for leftover in (beside, aside):
            if leftover.exists():
                shutil.rmtree(leftover)
        report = grown(settings, beside, papers, progress)
        folder.rename(aside)
        beside.rename(folder)
    shutil.rmtree(aside)
    return report


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the old store's right to write; raises StoreError when another process has it."""
    if not folder.is_dir():
        raise EmptyStoreError(str(folder))
    lock = FileLock(folder / "write.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreError(str(folder), "another process is indexing into it", "wait until it has finished") from error
    try:
        yield
    finally:
        lock.release()


def papers_of(folder: Path) -> list[Paper]:
    """Return every edition of all papers of a store, whatever it was built with.

    Where the catalogue is lost, from what the vectors carry. Raises EmptyStoreError where there are none.
    """
    if not (folder / "catalogue.sqlite3").is_file() and not (folder / "chroma").is_dir():
        raise EmptyStoreError(str(folder))
    with closing(Catalogue.open(folder / "catalogue.sqlite3")) as catalogue:
        told = [stored.data for stored in catalogue.all()]
    if not told and (folder / "chroma").is_dir():
        from vectorstore.chroma import Spaces

        told = list(Spaces.carried(str(folder)))
    papers = [edition for data in told for edition in from_data(data).values()]
    if not papers:
        raise EmptyStoreError(str(folder))
    return papers


def grown(settings: Settings, folder: Path, papers: list[Paper], progress: Bar) -> IndexReport:
    """Return the report of a new store in `folder`."""
    from rag.assistant import Assistant

    beside = settings.model_copy(update={"store": str(folder)})
    with progress(len(papers)) as advance, Assistant.open(beside) as assistant:
        return assistant.index(papers, advance)
