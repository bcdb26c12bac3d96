"""A store: vectors in Chroma, records and the lexical index in a catalogue, joined by generations.

A writer puts vectors first and commits the catalogue last, so that a kill at any moment leaves either the old state or
the new one, and indexing again repairs the rest. Every reader compares generations before a query.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from llama_index.core.vector_stores.types import BasePydanticVectorStore

from vectorstore.catalogue import Catalogue
from vectorstore.chroma import Spaces, Vectors, is_server
from vectorstore.errors import StoreError
from vectorstore.records import Hit, Record, Stored, Where, node_id

CACHED_RECORDS = 4096
"""Records whose vectors stay in memory (about 20 kB each): a day is always warm, a year is bounded."""


class Store:
    """An open store; safe to share between threads of one process."""

    def __init__(self, location: str, models: Mapping[str, str], folder: Path, spaces: Spaces, catalogue: Catalogue) -> None:
        self.location = location
        self.models = dict(models)
        self.catalogue = catalogue
        self._folder = folder
        self._spaces = spaces
        self._seen = catalogue.generation
        self._lock = threading.RLock()
        self._cache: OrderedDict[tuple[str, str], Vectors] = OrderedDict()

    @classmethod
    def open(cls, location: str, models: Mapping[str, str], cache: Path) -> Store:
        """Open or create a store.

        `location` is a folder or a Chroma server's address, `models` maps embedding spaces to model names, `cache` is
        where the catalogue of a server's store is kept. Raises StoreError.
        """
        folder = catalogue_folder(location, cache)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = f"the folder cannot be made ({error.strerror})"
            raise StoreError(location, problem, "choose another with --store") from error
        if not os.access(folder, os.W_OK):
            raise StoreError(location, "the folder may not be written", "choose another with --store")
        spaces = Spaces.open(location, models)
        store = cls(location, models, folder, spaces, Catalogue.open(folder / "catalogue.sqlite3"))
        store.refresh()
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
            raise StoreError(self.location, "another process is indexing into it", "wait until it has finished") from error
        try:
            self.refresh()
            yield
        finally:
            lock.release()

    def write(self, records: Sequence[Record]) -> None:
        """Insert or replace records; to be called while writing. Vectors first, then the commit."""
        if not records:
            return
        with self._lock:
            generation = self.catalogue.generation + 1
            nodes = {space: [node for record in records for node in record.nodes.get(space, ())] for space in self.models}
            for record in records:
                primary = next(iter(record.nodes.values()))[0]
                primary.metadata |= {"generation": generation, "record": carried(record)}
                primary.excluded_embed_metadata_keys += ["generation", "record"]
            self._spaces.write(nodes)
            self._commit(generation, written=records)

    def remove(self, ids: Sequence[str]) -> None:
        """Delete records; to be called while writing."""
        with self._lock:
            generation = self.catalogue.generation + 1
            self._spaces.remove(ids)
            self._commit(generation, removed=ids)

    def _commit(self, generation: int, written: Sequence[Record] = (), removed: Sequence[str] = ()) -> None:
        if is_server(self.location):
            self._spaces.generation = generation
        if written:
            self.catalogue.write(written, generation)
        if removed:
            self.catalogue.remove(removed, generation)
        self._seen = generation
        changed = {record.id for record in written} | set(removed)
        for key in [key for key in self._cache if key[1] in changed]:
            del self._cache[key]

    def refresh(self) -> None:
        """Take over what another process has written since the last look."""
        with self._lock:
            if is_server(self.location):
                self._refresh_from_server()
            elif len(self.catalogue) == 0 and (known := self._spaces.record_ids()):
                self._restore(known, since=-1, generation=1)
            current = self.catalogue.generation
            if current == self._seen:
                return
            # an open embedded client does not see another process's writes
            self._cache.clear()
            if not is_server(self.location):
                self._spaces.close()
                self._spaces = Spaces.open(self.location, self.models)
            self._seen = current

    def _refresh_from_server(self) -> None:
        generation = self._spaces.generation
        known = self.catalogue.generation
        if generation != known:
            since = known if known < generation else -1
            self._restore(self._spaces.record_ids(), since=since, generation=generation)

    def _restore(self, existing: set[str], *, since: int, generation: int) -> None:
        """Bring the catalogue to what Chroma holds."""
        gone = [identifier for identifier in self.catalogue.ids() if identifier not in existing]
        changed = [revived(identifier, str(metadata["record"])) for identifier, metadata in self._spaces.primary(since=since)]
        self.catalogue.remove(gone, self.catalogue.generation)
        self.catalogue.write(changed, generation)

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
        with self._lock:
            found = self._spaces.nearest(space, vector, limit, unit=unit)
        best: dict[str, float] = {}
        for identifier, score in found:
            best.setdefault(identifier, score)
        return [Hit(identifier, score) for identifier, score in best.items()]

    def vectors(self, space: str, records: Sequence[Stored]) -> dict[str, Vectors]:
        """Return record id to the (units, dimensions) matrix of its vectors in `space`, in the order of its units.

        A unit whose vector is missing has a row of zeros.
        """
        with self._lock:
            missing = [record for record in records if (space, record.id) not in self._cache and record.units.get(space)]
            nodes = [node_id(record.id, unit) for record in missing for unit in record.units[space]]
            found = self._spaces.vectors(space, nodes) if nodes else {}
            for record in missing:
                self._cache[space, record.id] = stacked([found.get(node_id(record.id, unit)) for unit in record.units[space]])
            wanted = {record.id: self._cache[space, record.id] for record in records if record.units.get(space)}
            while len(self._cache) > CACHED_RECORDS * len(self.models):
                self._cache.popitem(last=False)
            return wanted

    def vector_store(self, space: str) -> BasePydanticVectorStore:
        """Return one space as LlamaIndex's vector store, for any LlamaIndex index or engine."""
        return self._spaces.vector_store(space)


def catalogue_folder(location: str, cache: Path) -> Path:
    """Return where a store's catalogue lies: in its folder, or for a server in a cache of this machine's own."""
    if is_server(location):
        return cache / "catalogues" / hashlib.sha256(location.rstrip("/").encode()).hexdigest()[:16]
    return Path(location).expanduser()


def carried(record: Record) -> str:
    """Return all of a record but its nodes as JSON, to travel with its first node."""
    told = {
        "hash": record.hash,
        "data": dict(record.data),
        "texts": dict(record.texts),
        "facets": {name: list(values) for name, values in record.facets.items()},
        "units": {space: list(units) for space, units in record.units.items()},
    }
    return json.dumps(told, ensure_ascii=False)


def revived(identifier: str, text: str) -> Record:
    """Return the record that `carried` wrote, its nodes reduced to their ids."""
    from llama_index.core.schema import TextNode

    told = json.loads(text)
    nodes = {
        space: tuple(TextNode(id_=node_id(identifier, unit)) for unit in units) for space, units in told["units"].items()
    }
    return Record(
        id=identifier, hash=told["hash"], data=told["data"], texts=told["texts"], facets=told["facets"], nodes=nodes
    )


def stacked(rows: Sequence[Vectors | None]) -> Vectors:
    """Return the rows as one matrix, zeros where one is missing."""
    width = next((len(row) for row in rows if row is not None), 1)
    return np.stack([np.zeros(width, dtype=np.float32) if row is None else row for row in rows])
