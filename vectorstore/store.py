"""A store: vectors in Chroma, records and the lexical index in a catalogue, joined by generations.

The catalogue's commit is the commit. A writer adds nodes under new ids first, commits, and deletes the old nodes last,
so that a kill at any moment leaves the old state or the new one, and at worst nodes that the next writer sweeps away.
Every reader compares generations before a query.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from vectorstore.catalogue import Catalogue
from vectorstore.checkpoint import Checkpoints
from vectorstore.chroma import PRIMARY, Spaces
from vectorstore.completing import nodes_of, restore, with_matrices
from vectorstore.connections import REBUILD, is_server
from vectorstore.errors import StoreError
from vectorstore.memory import Recent
from vectorstore.nodes import LiveVectorStore
from vectorstore.places import catalogue_folder, writable
from vectorstore.records import Hit, Record, Stored, Where, carried, kind_of, record_of

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection
    from llama_index.core.vector_stores.types import BasePydanticVectorStore

    from vectorstore.packing import Words

CATALOGUE = "catalogue.sqlite3"
CACHED_RECORDS = 4096
"""Records whose vectors stay in memory (about 40 kB each): a day is always warm, a year is bounded."""
MOST_NAMED = 2000
"""Records that Chroma is told to search among; of a larger set enough are among the nearest of all."""
PATIENCE = 60.0
"""Seconds to wait for another process's commit, which takes one at most."""


Vectors = NDArray[np.float32]


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
        self._recent: Recent[tuple[str, tuple[str, ...]], Vectors] = Recent(CACHED_RECORDS * len(models))
        self._words: Recent[tuple[int, str], Words] = Recent(CACHED_RECORDS)
        self._records: Recent[tuple[int, str], Stored] = Recent(CACHED_RECORDS)

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
            whole = with_matrices(records, self.models, self.catalogue)
            first = {next(iter(record.nodes.values()))[0].node_id: record for record in whole}
            self.catalogue.begin(record.id for record in records)
            self._spaces.write(
                nodes, {node: {"generation": generation, "record": carried(record)} for node, record in first.items()}
            )
            self._commit(generation, written=whole)

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
                restore(self.catalogue, self._spaces, since=known if known < generation else -1, generation=generation)
        elif known == 0 and not self._spaces.is_empty():
            restore(self.catalogue, self._spaces, since=-1, generation=1)
        elif len(self.catalogue) and self._spaces.is_empty():
            raise StoreError(self.location, "its vectors are gone", REBUILD)

    def get(self, ids: Iterable[str]) -> dict[str, Stored]:
        """Return those of the records that exist, by id, in the order asked for."""
        with self._lock:
            generation = self.catalogue.generation
            return self._records.gathered(ids, self.catalogue.get, lambda key: (generation, key))

    def select(self, where: Where) -> set[str] | None:
        """Return the ids that meet a condition; None when it asks for nothing."""
        return self.catalogue.select(where)

    def lexical(self, question: str, limit: int, among: Set[str] | None = None) -> list[Hit]:
        """Return the records that share terms with the question, best first, by BM25; only those `among`, if given."""
        return self.catalogue.search(question, limit, among)

    def nearest(
        self,
        space: str,
        vector: Sequence[float],
        limit: int,
        *,
        unit: str = PRIMARY,
        among: Set[str] | None = None,
    ) -> list[Hit]:
        """Return the records with the nearest nodes of one unit kind, nearest first, by cosine similarity.

        With `among` only these records are searched; of more than `MOST_NAMED` those that are near enough are found.
        """
        shelf = space, unit
        with self._alone():
            self.refresh()
            if among is None:
                found = self._spaces.nearest(shelf, vector, limit)
            elif len(among) <= MOST_NAMED:
                named = sorted(node for node in self.catalogue.nodes(among) if kind_of(node) == unit)
                found = self._spaces.nearest(shelf, vector, limit, named)
            else:
                found = self._spaces.nearest(shelf, vector, max(limit, MOST_NAMED))
            known = self.get(record_of(node) for node, _ in found)
        best: dict[str, float] = {}
        for node, score in found:
            if is_live(node, space, known) and (among is None or record_of(node) in among):
                best.setdefault(record_of(node), score)
        return [Hit(identifier, score) for identifier, score in [*best.items()][:limit]]

    def vectors(self, space: str, records: Sequence[Stored]) -> dict[str, Vectors]:
        """Return record id to the (nodes, dimensions) matrix of its vectors in `space`, in the order of its nodes.

        Records without vectors there are left out. Of one that was changed since it was read the new vectors are given.
        """
        wanted = {record.id: tuple(nodes) for record in records if (nodes := record.nodes.get(space))}
        found: dict[str, Vectors] = {}
        with self._lock:
            for key, nodes in wanted.items():
                if (matrix := self._recent.get((space, nodes))) is not None:
                    found[key] = matrix
            unread = [key for key in wanted if key not in found]
            for key, (members, packed) in self.catalogue.matrices(space, unread).items():
                found[key] = packed.astype(np.float32)
                self._recent.put((space, members), found[key])
        return {key: found[key] for key in wanted if key in found}

    def words(self, ids: Iterable[str]) -> dict[str, Words]:
        """Return record id to the (words, dimensions) vectors of its words, of records that have any."""
        with self._lock:
            generation = self.catalogue.generation
            return self._words.gathered(ids, self.catalogue.words, lambda key: (generation, key))

    def lacking(self) -> int:
        """Return how many nodes Chroma should hold and does not."""
        with self._alone():
            self.refresh()
            held = self._spaces.counts()
            wanted = dict.fromkeys(held, 0)
            for stored in self.catalogue.all():
                for space, members in stored.nodes.items():
                    for node in members:
                        if (space, kind_of(node)) in wanted:
                            wanted[space, kind_of(node)] += 1
        return sum(max(0, wanted[shelf] - held[shelf]) for shelf in held)

    def vector_store(self, space: str, unit: str = PRIMARY) -> BasePydanticVectorStore:
        """Return the nodes of a kind as LlamaIndex's vector store, for reading by any LlamaIndex index or engine."""
        return LiveVectorStore(partial(self._current, space, unit))

    @contextmanager
    def _current(self, space: str, unit: str) -> Iterator[Collection]:
        with self._alone():
            self.refresh()
            yield self._spaces.collection(space, unit)


def is_live(node: str, space: str, known: Mapping[str, Stored]) -> bool:
    """Return whether a node is one of its record's, rather than what a writer has not yet swept away."""
    record = known.get(record_of(node))
    return record is not None and node in record.nodes.get(space, ())
