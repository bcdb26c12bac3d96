"""The store seen as papers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rag.models import Filters, Paper
from vectorstore import Where

if TYPE_CHECKING:
    from vectorstore.store import Store

KEPT = 4096
"""Papers kept in memory once read (about 8 kB each)."""


class Corpus:
    """Papers of a store at one generation; what was read once is kept."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.generation = store.catalogue.generation
        self._papers: dict[str, Paper] = {}

    def __len__(self) -> int:
        """Return how many papers there are."""
        return len(self.store)

    def get(self, ids: Iterable[str]) -> list[Paper]:
        """Return those of the papers that exist, in the order asked for."""
        wanted = list(dict.fromkeys(ids))
        unread = [identifier for identifier in wanted if identifier not in self._papers]
        read = {identifier: Paper.from_dict(stored.data) for identifier, stored in self.store.get(unread).items()}
        found = [read.get(identifier) or self._papers.get(identifier) for identifier in wanted]
        if len(self._papers) + len(read) <= KEPT:
            self._papers |= read
        return [paper for paper in found if paper is not None]

    def paper(self, arxiv_id: str) -> Paper | None:
        """Return one paper; None when it is not there."""
        found = self.get([arxiv_id])
        return found[0] if found else None

    def select(self, filters: Filters) -> set[str] | None:
        """Return the ids of the papers that pass; None when nothing is filtered."""
        return self.store.select(where(filters))

    def papers(self, filters: Filters = Filters()) -> list[Paper]:
        """Return the papers that pass the filters, in the order of their arrival."""
        passed = self.select(filters)
        return self.get(
            identifier for identifier in self.store.catalogue.ids() if passed is None or identifier in passed
        )

    def known_authors(self, names: Iterable[str]) -> list[str]:
        """Return those of the names that are an author's, as the papers spell them."""
        found = (self.store.catalogue.spelling("author", name) for name in sorted(names))
        return list(dict.fromkeys(name for name in found if name))

    def days(self) -> list[str]:
        """Return the ISO dates of all digests, earliest first."""
        return sorted(day for day, _ in self.store.catalogue.facets("day"))


def where(filters: Filters) -> Where:
    """Return the store's condition for the filters."""
    between: dict[str, tuple[str | None, str | None]] = {}
    if filters.since or filters.until:
        low, high = filters.since, filters.until
        between["dated"] = (low.isoformat() if low else None, high.isoformat() if high else None)
    return Where(
        equal={"category": filters.categories} if filters.categories else {},
        contain={"author": filters.authors} if filters.authors else {},
        between=between,
        ids=filters.papers,
    )
