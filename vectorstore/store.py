"""A store: vectors in Chroma, records and the lexical index in a catalogue, joined by generations.

The catalogue's commit is the commit. A writer adds nodes under new ids first, commits, and deletes the old nodes last,
so that a kill at any moment leaves the old state or the new one, and at worst nodes that the next writer sweeps away.
Every reader compares generations before a query.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout

from vectorstore.catalogue import Catalogue
from vectorstore.checkpoint import Checkpoints
from vectorstore.chroma import Spaces, Vectors
from vectorstore.connections import REBUILD, is_server
from vectorstore.errors import StoreError
from vectorstore.memory import RecentMatrices
from vectorstore.nodes import LiveVectorStore
from vectorstore.records import Hit, Record, Stored, Where, carried, record_of, revived

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection
    from llama_index.core.vector_stores.types import BasePydanticVectorStore

CATALOGUE = "catalogue.sqlite3"
CACHED_RECORDS = 4096
"""Records whose vectors stay in memory (about 20 kB each): a day is always warm, a year is bounded."""
PATIENCE = 60.0
"""Seconds to wait for another process's commit, which takes one at most."""


class Store:
    """An open store; safe to share between threads of one process, and with other processes."""

    catalogue: Catalogue
    _spaces: Spaces
    _seen: int

    def __init__(self, location: str, models: Mapping[str, str], folder: Path) -> None:
        self.location = location
        self.models = dict(models)
        self._folder = folder
        self._lock = threading.RLock()
        self._files = FileLock(folder / "access.lock", poll_interval=0.005)
        self._checkpoints = Checkpoints(folder / "chroma", folder / "checkpoints")
        self._recent = RecentMatrices(CACHED_RECORDS * len(models))

    @classmethod
    def open(cls, location: str, models: Mapping[str, str], cache: Path) -> Store:
        """Open or create a store.

        `location` is a folder or a Chroma server's address, `models` maps embedding spaces to model names, `cache` is
        where the catalogue of a server's store is kept. Raises StoreError.
        """
        store = cls(location, models, writable(catalogue_folder(location, cache), location))
        with store._alone():
            store.catalogue = Catalogue.open(store._folder / CATALOGUE)
            try:
                store._open_spaces()
            except BaseException:
                store.catalogue.close()
                raise
        return store

    def close(self) -> None:
        """Let go of files and connections."""
        with self._lock:
            self._spaces.close()
            self.catalogue.close()

    def __len__(self) -> int:
        """Return how many records there are."""
        return len(self.catalogue)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write; raises StoreError when another process has it."""
        lock = FileLock(self._folder / "write.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            problem = "another process is indexing into it"
            raise StoreError(self.location, problem, "wait until it has finished") from error
        try:
            with self._alone():
                self.refresh()
                self._sweep(self.catalogue.pending)
            yield
        finally:
            lock.release()

    def write(self, records: Sequence[Record]) -> None:
        """Insert or replace records; to be called while writing.

        Of the nodes, those without an embedding must be in the store already.
        """
        if not records:
            return
        nodes = {space: [node for record in records for node in record.nodes.get(space, ())] for space in self.models}
        with self._alone():
            self.refresh()
            generation = self.catalogue.generation + 1
            first = {next(iter(record.nodes.values()))[0].node_id: record for record in records}
            self.catalogue.begin(record.id for record in records)
            self._spaces.write(
                nodes, {node: {"generation": generation, "record": carried(record)} for node, record in first.items()}
            )
            self._commit(generation, written=records)

    def remove(self, ids: Sequence[str]) -> None:
        """Delete records; to be called while writing."""
        with self._alone():
            self.refresh()
            self.catalogue.begin(ids)
            self._commit(self.catalogue.generation + 1, removed=ids)

    def _commit(self, generation: int, written: Sequence[Record] = (), removed: Sequence[str] = ()) -> None:
        self.catalogue.commit(generation, written=written, removed=removed)
        self._seen = generation
        if is_server(self.location):
            self._spaces.generation = generation
        self._sweep([*(record.id for record in written), *removed])

    def _sweep(self, ids: Sequence[str]) -> None:
        """Delete the nodes of these records that the catalogue does not name."""
        if ids:
            live = nodes_of(self.catalogue.get(ids).values())
            self._spaces.sweep(ids, live)
            self.catalogue.finish()
        if not is_server(self.location):
            self._checkpoints.keep()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other threads, and for embedded Chroma other processes, from its files.

        Chroma lets two processes open one folder and does not keep them apart: readers beside a writer get wrong hits.
        """
        with self._lock:
            if is_server(self.location):
                yield
                return
            try:
                self._files.acquire(timeout=PATIENCE)
            except Timeout as error:
                problem = "another process does not let go of its files"
                raise StoreError(self.location, problem, "end that process, or wait and try again") from error
            try:
                yield
            finally:
                self._files.release()

    def refresh(self) -> None:
        """Take over what another process has written since the last look; raises StoreError."""
        with self._lock:
            if not self._is_stale():
                return
            with self._alone():
                if not self.catalogue.is_current:
                    self.catalogue.close()
                    self.catalogue = Catalogue.open(self._folder / CATALOGUE)
                # an open embedded client does not see another process's writes
                self._spaces.close()
                self._open_spaces()

    def _is_stale(self) -> bool:
        if not self.catalogue.is_current or self.catalogue.generation != self._seen:
            return True
        return is_server(self.location) and self._spaces.generation != self._seen

    def _open_spaces(self) -> None:
        """Open Chroma, put right what a killed process left undone, and see to it that the catalogue tells the same."""
        if is_server(self.location):
            self._spaces = Spaces.open(self.location, self.models)
        else:
            self._checkpoints.recover()
            self._spaces = Spaces.open(self.location, self.models)
            self._spaces.load()
            self._checkpoints.keep()
        self._reconcile()
        self._seen = self.catalogue.generation

    def _reconcile(self) -> None:
        """Make a catalogue that is lost or behind again from Chroma."""
        known = self.catalogue.generation
        if is_server(self.location):
            generation = self._spaces.generation
            if generation != known:
                self._restore(since=known if known < generation else -1, generation=generation)
        elif known == 0 and not self._spaces.is_empty():
            self._restore(since=-1, generation=1)
        elif len(self.catalogue) and self._spaces.is_empty():
            raise StoreError(self.location, "its vectors are gone", REBUILD)

    def _restore(self, *, since: int, generation: int) -> None:
        """Bring the catalogue to what Chroma holds."""
        existing = self._spaces.record_ids()
        gone = [identifier for identifier in self.catalogue.ids() if identifier not in existing]
        told = sorted(self._spaces.primary(since=since), key=lambda item: int(item[1]["generation"]))
        # of two that an interrupted update left, the later one is complete
        latest = {identifier: revived(identifier, str(metadata["record"])) for identifier, metadata in told}
        generation = max([generation, *(int(metadata["generation"]) for _, metadata in told)])
        self.catalogue.commit(generation, written=latest.values(), removed=gone)
        if since < 0:
            live = nodes_of(self.catalogue.all())
            self.catalogue.begin({record_of(node) for node in self._spaces.node_ids() if node not in live})

    def get(self, ids: Sequence[str]) -> dict[str, Stored]:
        """Return those of the records that exist, by id."""
        return self.catalogue.get(ids)

    def select(self, where: Where) -> set[str] | None:
        """Return the ids that meet a condition; None when it asks for nothing."""
        return self.catalogue.select(where)

    def lexical(self, question: str, limit: int) -> list[Hit]:
        """Return the records that share terms with the question, best first, by BM25."""
        return self.catalogue.search(question, limit)

    def nearest(self, space: str, vector: Sequence[float], limit: int, *, unit: str = "paper") -> list[Hit]:
        """Return the records with the nearest nodes of one unit kind, nearest first, by cosine similarity."""
        with self._alone():
            self.refresh()
            found = self._spaces.nearest(space, vector, limit, unit=unit)
            known = self.catalogue.get([record_of(node) for node, _ in found])
        best: dict[str, float] = {}
        for node, score in found:
            record = known.get(record_of(node))
            if record and node in record.nodes.get(space, ()):
                best.setdefault(record.id, score)
        return [Hit(identifier, score) for identifier, score in best.items()]

    def vectors(self, space: str, records: Sequence[Stored]) -> dict[str, Vectors]:
        """Return record id to the (nodes, dimensions) matrix of its vectors in `space`, in the order of its nodes.

        Records without vectors there are left out. Of one that was changed since it was read the new vectors are given.
        """
        wanted = {record.id: tuple(nodes) for record in records if (nodes := record.nodes.get(space))}
        with self._lock:
            kept = {key: self._recent.get((space, nodes)) for key, nodes in wanted.items()}
            found = {key: matrix for key, matrix in kept.items() if matrix is not None}
            found |= self._loaded(space, {key: nodes for key, nodes in wanted.items() if key not in found})
        return {key: found[key] for key in wanted if key in found}

    def _loaded(self, space: str, wanted: Mapping[str, tuple[str, ...]]) -> dict[str, Vectors]:
        """Return matrices by record id from Chroma, and keep them."""
        if not wanted:
            return {}
        with self._alone():
            self.refresh()
            found = self._spaces.vectors(space, [node for nodes in wanted.values() for node in nodes])
            changed = [key for key, nodes in wanted.items() if not found.keys() >= set(nodes)]
            current = {key: tuple(stored.nodes.get(space, ())) for key, stored in self.catalogue.get(changed).items()}
            found |= self._spaces.vectors(space, [node for nodes in current.values() for node in nodes])
        matrices: dict[str, Vectors] = {}
        for identifier, nodes in {**wanted, **current}.items():
            if nodes and found.keys() >= set(nodes):
                matrices[identifier] = np.stack([found[node] for node in nodes])
                self._recent.put((space, nodes), matrices[identifier])
        return matrices

    def vector_store(self, space: str) -> BasePydanticVectorStore:
        """Return one space as LlamaIndex's vector store, for reading by any LlamaIndex index or engine."""
        return LiveVectorStore(partial(self._current, space))

    @contextmanager
    def _current(self, space: str) -> Iterator[Collection]:
        with self._alone():
            self.refresh()
            yield self._spaces.collection(space)


def nodes_of(records: Iterable[Stored]) -> set[str]:
    """Return the ids of all nodes of the records."""
    return {node for record in records for members in record.nodes.values() for node in members}


def writable(folder: Path, location: str) -> Path:
    """Return the folder, made where it does not exist; raises StoreError when it cannot be written."""
    remedy = "choose another with --store"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise StoreError(location, "that is not a folder", remedy) from error
    except OSError as error:
        raise StoreError(location, f"the folder cannot be made ({error.strerror})", remedy) from error
    if not os.access(folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise StoreError(location, "the folder may not be written", remedy)
    return folder


def catalogue_folder(location: str, cache: Path) -> Path:
    """Return where a store's catalogue lies: in its folder, or for a server in a cache of this machine's own."""
    if is_server(location):
        return cache / "catalogues" / hashlib.sha256(location.rstrip("/").encode()).hexdigest()[:16]
    return Path(location).expanduser()
