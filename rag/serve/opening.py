"""Stores as the commands open them: what is missing is said before anything heavy is loaded."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ArxivRagError, UnknownPaperError
from rag.models import Filters, Paper

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.config import Settings
    from rag.serve.filters import Restriction
    from vectorstore.catalogue import Catalogue

Latest = Callable[[], datetime.date | None]
"""Tells the day of the latest dated digest."""


class EmptyStoreError(ArxivRagError):
    """A store without papers."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location
        """The store's folder or address."""

    def __str__(self) -> str:
        """Return the sentence for the user."""
        return f"The store {self.location!r} holds no papers; read a digest into it with 'arxiv-rag index PATH'."


class HalfRebuiltError(ArxivRagError):
    """A store whose rebuilding was cut off just when the new one was to take its place."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location
        """The store's folder."""

    def __str__(self) -> str:
        """Return the sentence for the user."""
        return f"The store {self.location!r} was being rebuilt; finish that with 'arxiv-rag rebuild', nothing is lost."


def is_server(location: str) -> bool:
    """Return whether a location is a Chroma server's address rather than a folder."""
    return location.startswith(("http://", "https://"))


def folder_of(location: str) -> Path:
    """Return the folder of an embedded store."""
    return Path(location).expanduser()


def aside_of(folder: Path) -> Path:
    """Return where a rebuild puts an old store until it is deleted."""
    return folder.resolve().with_name(folder.resolve().name + ".old")


def refuse_half_rebuilt(location: str) -> None:
    """Raise HalfRebuiltError where a store has been put aside and nothing is in its place yet."""
    if not is_server(location) and not folder_of(location).exists() and aside_of(folder_of(location)).is_dir():
        raise HalfRebuiltError(location)


@contextmanager
def filled_catalogue(location: str) -> Iterator[Catalogue | None]:
    """Open the catalogue of an embedded store, which is quick; None where only the whole store can tell what it holds.

    Raises EmptyStoreError where there are no papers, HalfRebuiltError where they have been put aside, StoreError where
    the catalogue cannot be read.
    """
    refuse_half_rebuilt(location)
    path, vectors = folder_of(location) / "catalogue.sqlite3", folder_of(location) / "chroma"
    if is_server(location) or (vectors.is_dir() and not path.is_file()):
        yield None
        return
    if not path.is_file():
        raise EmptyStoreError(location)
    from vectorstore.catalogue import Catalogue

    with closing(Catalogue.open(path)) as catalogue:
        if not len(catalogue) and not vectors.is_dir():
            raise EmptyStoreError(location)
        # an empty catalogue beside vectors may have been lost: opening the store makes it again
        yield catalogue if len(catalogue) else None


@contextmanager
def filled_assistant(settings: Settings) -> Iterator[Assistant]:
    """Open an assistant over a store that holds papers; raises EmptyStoreError, at once where the folder tells."""
    with filled_catalogue(settings.store):
        pass
    from rag.assistant import Assistant

    with Assistant.open(settings) as assistant:
        if not len(assistant.store):
            raise EmptyStoreError(settings.store)
        yield assistant


def holds_papers(settings: Settings) -> bool:
    """Return whether the store holds papers; raises StoreError."""
    try:
        with filled_catalogue(settings.store) as catalogue:
            if catalogue is not None:
                return True
        with filled_assistant(settings):
            return True
    except EmptyStoreError:
        return False


def papers_in(settings: Settings, filters: Callable[[Latest], Filters]) -> list[Paper]:
    """Return the papers that pass, without loading a model where the store is a folder."""
    with filled_catalogue(settings.store) as catalogue:
        if catalogue is not None:
            from rag.query.corpus import where

            passed = catalogue.select(where(filters(lambda: latest_day(catalogue))))
            return [Paper.from_dict(stored.data) for stored in catalogue.all() if passed is None or stored.id in passed]
    with filled_assistant(settings) as assistant:
        return assistant.papers(filters(lambda: latest_day(assistant.store.catalogue)))


def paper_in(settings: Settings, arxiv_id: str) -> Paper:
    """Return one paper; raises UnknownPaperError or StoreError."""
    try:
        found = papers_in(settings, lambda latest: Filters(papers=(arxiv_id,)))
    except EmptyStoreError:
        found = []
    if not found:
        raise UnknownPaperError(arxiv_id)
    return found[0]


def filters_for(assistant: Assistant, restriction: Restriction, *, only_new: bool = False) -> Filters:
    """Return checked filters as the open store understands them; raises InputError.

    With `only_new` they let only what the user's latest look showed pass, and what came after it.
    """
    filters = restriction.filters(lambda: latest_day(assistant.store.catalogue))
    if not only_new:
        return filters
    from rag.config import data_folder
    from rag.serve.looking import Looks, narrowed

    ids = assistant.store.catalogue.ids()
    current = Looks.read(assistant.settings.store, data_folder()).current(ids)
    return filters if len(current) == len(ids) else narrowed(filters, current)


def latest_day(catalogue: Catalogue) -> datetime.date | None:
    """Return the day of the latest dated digest; None where none has a date."""
    day = catalogue.last("day")
    return datetime.date.fromisoformat(day) if day else None
