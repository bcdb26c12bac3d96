"""`arxiv-rag remove`: papers out of the store, and what is said of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rag.ingest.removal import RemovalReport, remove_papers
from rag.serve.console import plural
from rag.serve.filters import day_of
from rag.serve.opening import EmptyStoreError, filled_assistant, latest_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.config import Settings


def removed_from(settings: Settings, ids: Sequence[str], before: str) -> tuple[RemovalReport, float]:
    """Remove papers by id and by a checked day (empty for none); return the report and the seconds that it took.

    From an empty store nothing is removed. Raises StoreError, and InputError where `today` is no day.
    """
    started = time.perf_counter()
    try:
        with filled_assistant(settings) as assistant:
            day = day_of(before, lambda: latest_day(assistant.store.catalogue))
            report = remove_papers(assistant.store, ids, day)
    except EmptyStoreError:
        report = RemovalReport(unknown=tuple(dict.fromkeys(ids)))
    return report, time.perf_counter() - started


def removal_json(report: RemovalReport, seconds: float) -> dict[str, Any]:
    """Return the object of one removal."""
    return {
        "removed": len(report.removed),
        "papers": list(report.removed),
        "unknown": list(report.unknown),
        "seconds": round(seconds, 3),
    }


def removal_text(report: RemovalReport) -> Iterator[str]:
    """Yield what was removed."""
    yield from report.removed
    missing = f"; not there: {', '.join(report.unknown)}" if report.unknown else ""
    yield f"{plural(len(report.removed), 'paper')} removed{missing}."
