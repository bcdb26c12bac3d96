"""A kill in the middle of Chroma's own saving must not cost the vectors.

Embedded Chroma keeps a log in SQLite, which survives a kill, and from time to time saves each nearest-neighbour index
over its old files, which does not: a torn file reads back as missing or wrong vectors, or ends the process. So every
saved index is copied once, and a torn one is put back; the log then replays what came after.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

SEAL = "seal.json"


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """The saved indexes of a Chroma folder and their copies."""

    chroma: Path
    """Chroma's folder: one folder an index in it."""
    copies: Path
    """Where the copies lie."""

    def recover(self) -> None:
        """Put back every index that was being saved when a process died; to be called before Chroma opens them."""
        for name in sorted(self._saved() | self._copied()):
            index, copy = self.chroma / name, self.copies / name
            source = copy if read_seal(copy) else partial(copy)
            seal = read_seal(source)
            if seal is None and self._position(name) == 0:
                # its first saving was never finished: the log holds everything
                shutil.rmtree(index, ignore_errors=True)
            # Chroma notes the new position in its log after it has saved: an unchanged one means torn files.
            elif seal and seal["files"] != signature(index) and seal["position"] == self._position(name):
                shutil.rmtree(index, ignore_errors=True)
                shutil.copytree(source, index, ignore=shutil.ignore_patterns(SEAL))
                self._keep(name)

    def keep(self) -> None:
        """Copy every index that was saved since its last copy; to be called when Chroma is at rest."""
        for name in self._saved():
            seal = read_seal(self.copies / name)
            if seal is None or seal["files"] != signature(self.chroma / name):
                self._keep(name)
        for name in self._copied() - self._saved():
            shutil.rmtree(self.copies / name, ignore_errors=True)

    def _keep(self, name: str) -> None:
        index, copy = self.chroma / name, self.copies / name
        shutil.rmtree(partial(copy), ignore_errors=True)
        shutil.copytree(index, partial(copy))
        seal = {"files": signature(index), "position": self._position(name)}
        (partial(copy) / SEAL).write_text(json.dumps(seal), encoding="utf-8")
        shutil.rmtree(copy, ignore_errors=True)
        partial(copy).rename(copy)

    def _saved(self) -> set[str]:
        return {path.parent.name for path in self.chroma.glob("*-*-*-*-*/header.bin")}

    def _copied(self) -> set[str]:
        return {path.parent.name.removesuffix(".new") for path in self.copies.glob(f"*/{SEAL}")}

    def _position(self, name: str) -> int:
        """Return how far in Chroma's log a saved index reaches."""
        file = self.chroma / "chroma.sqlite3"
        if not file.is_file():
            return -1
        # writable, because a transaction that was cut off is rolled back on reading
        connection = sqlite3.connect(file.absolute().as_uri() + "?mode=rw", uri=True, timeout=30)
        try:
            row = connection.execute("SELECT seq_id FROM max_seq_id WHERE segment_id = ?", (name,)).fetchone()
        except sqlite3.Error:
            return -1
        finally:
            connection.close()
        return int(row[0]) if row else 0


def partial(copy: Path) -> Path:
    """Return where a copy is made before it takes its place."""
    return copy.with_name(copy.name + ".new")


def read_seal(copy: Path) -> dict[str, object] | None:
    """Return what a copy was made of; None where it is not complete."""
    try:
        seal: dict[str, object] = json.loads((copy / SEAL).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return seal


def signature(folder: Path) -> dict[str, list[int]]:
    """Return size and time of change of a folder's files by name."""
    try:
        return {path.name: [path.stat().st_size, path.stat().st_mtime_ns] for path in sorted(folder.iterdir())}
    except OSError:
        return {}
