"""What a user has looked at: `papers --new` shows what came since, `search --new` and `ask --new` are about just that.

One small file a store and user, in the user's data folder. It names papers rather than times or positions, so that it
holds for a store that was rebuilt, that lies on a server, or that lost papers meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.models import Filters
from rag.serve.opening import folder_of, is_server

NOTHING = "-"
"""Stands in a filter for no paper at all: an empty filter would let all pass."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Looks:
    """What has been shown to a user of a store."""

    file: Path
    """Where that is kept."""
    seen: frozenset[str] = frozenset()
    """Ids of the papers that a look has shown."""
    latest: frozenset[str] = frozenset()
    """Those that the latest look showed."""

    @classmethod
    def read(cls, location: str, folder: Path) -> Looks:
        """Return what was kept in `folder` for a store; nothing where there is no such file or it is damaged."""
        place = location.rstrip("/") if is_server(location) else str(folder_of(location).resolve())
        file = folder / "looks" / f"{hashlib.sha256(place.encode('utf-8', 'replace')).hexdigest()[:16]}.json"
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            return cls(file=file, seen=frozenset(told["seen"]), latest=frozenset(told["latest"]))
        except (OSError, ValueError, TypeError, KeyError):
            return cls(file=file)

    def unseen(self, ids: Iterable[str]) -> list[str]:
        """Return those of the ids that no look has shown."""
        return [identifier for identifier in ids if identifier not in self.seen]

    def current(self, ids: Iterable[str]) -> list[str]:
        """Return those of the ids that the latest look showed or that came after it."""
        return [identifier for identifier in ids if identifier in self.latest or identifier not in self.seen]

    def note(self, shown: Sequence[str]) -> None:
        """Keep what a look has just shown; one that showed nothing leaves everything as it was."""
        if shown:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            told = {"seen": sorted(self.seen | set(shown)), "latest": sorted(shown)}
            partial = self.file.with_suffix(".new")
            partial.write_text(json.dumps(told), encoding="utf-8")
            partial.replace(self.file)


def narrowed(filters: Filters, ids: Sequence[str]) -> Filters:
    """Return filters that let only the named papers pass, and of these only what passed before."""
    kept = [identifier for identifier in ids if not filters.papers or identifier in filters.papers]
    return replace(filters, papers=tuple(kept) or (NOTHING,))
