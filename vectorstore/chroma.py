"""A store's collections in Chroma: one for each embedding space and kind of unit, so that no query needs a filter."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from chromadb.errors import NotFoundError

from vectorstore.connections import REBUILD, connect, explained, opened, release
from vectorstore.errors import StoreError
from vectorstore.nodes import CHUNK, UpsertingVectorStore
from vectorstore.records import kind_of, record_of

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection
    from chromadb.base_types import Where
    from llama_index.core.schema import TextNode

SCHEMA = 4
"""Version of the layout of collections, node ids and metadata."""
PREFIX = "arxiv-rag-"
"""Collections of this program, where a server is shared."""
PRIMARY = "paper"
"""Kind of the first node of every record, which carries the record."""

LEAST_SEARCHED = 200
"""Nodes asked for at least: the index looks the further around, and of the first ten it then misses none."""

Shelf = tuple[str, str]
"""Embedding space and kind of unit: what one collection holds."""


class Spaces:
    """The open collections of one store."""

    def __init__(
        self, location: str, models: Mapping[str, str], client: Client, shelves: Mapping[Shelf, Collection]
    ) -> None:
        self.location = location
        self._models = dict(models)
        self._client = client
        self._shelves = dict(shelves)

    @classmethod
    def open(cls, location: str, models: Mapping[str, str]) -> Spaces:
        """Open a store's collections, `models` maps embedding spaces to embedding models.

        Raises StoreError when the place cannot be reached or was built with other models.
        """
        with explained(location):
            client = connect(location)
            try:
                found = ours(client)
                for collection in found:
                    refuse_mismatch(location, collection, models)
                shelves = {shelf_of(collection): collection for collection in found}
                spaces = cls(location, models, client, shelves)
                spaces.collection(next(iter(models)), PRIMARY)
            except BaseException:
                release(client)
                raise
        return spaces

    @staticmethod
    def carried(location: str) -> Iterator[Mapping[str, Any]]:
        """Yield the data of all records, whatever schema and models they were written with."""
        with explained(location), opened(location) as client:
            for collection in ours(client):
                found = collection.get(where=written_after(-1), include=["metadatas"])
                for metadata in found["metadatas"] or ():
                    yield json.loads(str(metadata["record"]))["data"]

    def close(self) -> None:
        """Let go of the files or the connection."""
        release(self._client)

    def collection(self, space: str, kind: str) -> Collection:
        """Return the collection of one kind of unit in a space, made where it does not exist."""
        if (space, kind) not in self._shelves:
            self._shelves[space, kind] = open_collection(self._client, space, kind, self._models[space])
        return self._shelves[space, kind]

    @property
    def _first(self) -> Collection:
        return self.collection(next(iter(self._models)), PRIMARY)

    def write(self, nodes: Mapping[str, Sequence[TextNode]], carried: Mapping[str, Mapping[str, Any]]) -> None:
        """Insert nodes by space that have an embedding, and set the metadata of those that have none.

        `carried` maps ids of nodes of the first space to metadata on top of their own. These are written last of all:
        whoever finds one finds every other node of its record.
        """
        first = next(iter(self._models)), PRIMARY
        shelves: dict[Shelf, list[TextNode]] = {}
        for space, members in nodes.items():
            for node in members:
                shelves.setdefault((space, kind_of(node.node_id)), []).append(node)
        with explained(self.location):
            for shelf, members in shelves.items():
                if shelf != first:
                    self._put(shelf, members, {})
            self._put(first, shelves.get(first, ()), carried)

    def _put(self, shelf: Shelf, nodes: Sequence[TextNode], carried: Mapping[str, Mapping[str, Any]]) -> None:
        if nodes:
            vector_store = UpsertingVectorStore(self.collection(*shelf))
            vector_store.add([node for node in nodes if node.embedding is not None], carried=carried)
            vector_store.describe([node for node in nodes if node.embedding is None], carried)

    def sweep(self, records: Sequence[str], live: set[str]) -> None:
        """Delete every node of the records that is not among the live ones."""
        with explained(self.location):
            for collection in self._shelves.values():
                stale = [identifier for identifier in ids_of(collection, records) if identifier not in live]
                for start in range(0, len(stale), CHUNK):
                    collection.delete(ids=stale[start : start + CHUNK])

    def nearest(
        self, shelf: Shelf, vector: Sequence[float], limit: int, among: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Return (node id, cosine similarity) of the nearest nodes of a kind, nearest first; only of those `among`."""
        if shelf not in self._shelves or among == []:
            return []
        question = np.asarray([vector], dtype=np.float32)
        wide = max(limit, LEAST_SEARCHED)
        ids = None if among is None else list(among)
        with explained(self.location):
            found = self._shelves[shelf].query(
                query_embeddings=question, n_results=wide, ids=ids, include=["distances"]
            )
        distances = (found["distances"] or [[]])[0]
        return [(node, 1.0 - distance) for node, distance in zip(found["ids"][0], distances, strict=True)][:limit]

    def counts(self) -> dict[Shelf, int]:
        """Return how many nodes each collection holds."""
        with explained(self.location):
            return {shelf: collection.count() for shelf, collection in self._shelves.items()}

    @property
    def generation(self) -> int:
        """The mark of the last commit as the collections tell it; asked anew each time."""
        with explained(self.location):
            metadata = self._client.get_collection(self._first.name, embedding_function=None).metadata or {}
        return int(metadata.get("generation", 0))

    @generation.setter
    def generation(self, value: int) -> None:
        """Tell other clients of a commit."""
        with explained(self.location):
            metadata = {key: item for key, item in (self._first.metadata or {}).items() if not key.startswith("hnsw:")}
            self._first.modify(metadata={**metadata, "generation": value})

    def load(self) -> None:
        """Read the indexes now rather than at the first query, and take in what the log holds beyond them."""
        self.counts()

    def is_empty(self) -> bool:
        """Whether nothing has been written."""
        with explained(self.location):
            return self._first.count() == 0

    def primary(self, *, since: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield (record id, metadata) of the nodes that carry their record, written after generation `since`."""
        offset = 0
        while True:
            with explained(self.location):
                page = self._first.get(where=written_after(since), include=["metadatas"], limit=CHUNK, offset=offset)
            for node, metadata in zip(page["ids"], page["metadatas"] or [], strict=True):
                yield record_of(node), metadata
            if len(page["ids"]) < CHUNK:
                return
            offset += CHUNK

    def node_ids(self) -> Iterator[str]:
        """Yield the ids of all nodes."""
        for collection in self._shelves.values():
            with explained(self.location):
                yield from collection.get(include=[])["ids"]

    def record_ids(self) -> set[str]:
        """Return the ids of all records that have been written to their end."""
        with explained(self.location):
            return {record_of(node) for node in self._first.get(where=written_after(-1), include=[])["ids"]}


def written_after(generation: int) -> Where:
    """Return the condition that a node carries its record and was written after a generation."""
    return {"generation": {"$gt": generation}}  # type: ignore[dict-item]  # the operators are typed as literals


def ours(client: Client) -> list[Collection]:
    """Return the collections of this program."""
    return [collection for collection in client.list_collections() if collection.name.startswith(PREFIX)]


def shelf_of(collection: Collection) -> Shelf:
    """Return what a collection holds, from its name."""
    space, _, kind = collection.name.removeprefix(PREFIX).partition("-")
    return space, kind


def open_collection(client: Client, space: str, kind: str, model: str) -> Collection:
    """Return a collection, made when it does not exist."""
    name = f"{PREFIX}{space}-{kind}"
    try:
        return client.get_collection(name, embedding_function=None)
    except NotFoundError:
        return client.get_or_create_collection(
            name,
            metadata={"model": model, "schema": SCHEMA, "generation": 0},
            configuration={"hnsw": {"space": "cosine"}},
            embedding_function=None,
        )


def refuse_mismatch(location: str, collection: Collection, models: Mapping[str, str]) -> None:
    """Raise StoreError when a collection was built by another schema or embedding model."""
    metadata = collection.metadata or {}
    if metadata.get("schema") != SCHEMA:
        problem = f"it was built by another version of arxiv-rag (schema {metadata.get('schema')}, not {SCHEMA})"
        raise StoreError(location, problem, REBUILD)
    model = models.get(shelf_of(collection)[0])
    if metadata.get("model") != model:
        problem = f"it was built with the embedder {metadata.get('model')!r}, the settings name {model!r}"
        raise StoreError(location, problem, f"{REBUILD}, or set ARXIV_RAG_EMBEDDER back")


def ids_of(collection: Collection, records: Sequence[str]) -> list[str]:
    """Return the ids of all nodes of the records."""
    found: list[str] = []
    for start in range(0, len(records), CHUNK):
        part = list(records[start : start + CHUNK])
        found += collection.get(where={"arxiv_id": {"$in": part}}, include=[])["ids"]  # type: ignore[dict-item]
    return found
