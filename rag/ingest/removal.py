"""Papers out of the store."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from rag.ingest.indexing import batched
from vectorstore import Where
from vectorstore.store import Store

BATCH = 500
"""Papers per commit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RemovalReport:
    """What was removed."""

    removed: tuple[str, ...] = ()
    """Ids that the store held, in the order of their arrival."""
    unknown: tuple[str, ...] = ()
    """Ids that were named and not there."""


def remove_papers(store: Store, ids: Iterable[str], before: datetime.date | None = None) -> RemovalReport:
    """Remove the papers named, and all whose last day is earlier than `before`; a second time nothing happens.

    A paper's days are those of its digests, else its day of publication; one without any is removed by its id alone.
    Raises StoreError when another process writes; what was committed before stays.
    """
    named = tuple(dict.fromkeys(ids))
    with store.writing():
        wanted = set(named) | (outdated(store, before) if before else set())
        removed = [identifier for identifier in store.catalogue.ids() if identifier in wanted]
        for batch in batched(removed, BATCH):
            store.remove(batch)
    held = set(removed)
    unknown = tuple(identifier for identifier in named if identifier not in held)
    return RemovalReport(removed=tuple(removed), unknown=unknown)


def outdated(store: Store, before: datetime.date) -> set[str]:
    """Return the ids of the papers that have a day, and none from `before` on."""
    eve = (before - datetime.timedelta(days=1)).isoformat()
    earlier = store.select(Where(between={"dated": (None, eve)})) or set()
    return earlier - (store.select(Where(between={"dated": (before.isoformat(), None)})) or set())
