"""The collections of a store in Chroma: one an embedding space."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from chromadb.errors import NotFoundError
from numpy.typing import NDArray

from vectorstore.connections import REBUILD, connect, explained, opened, release
from vectorstore.errors import StoreError
from vectorstore.nodes import CHUNK, UpsertingVectorStore
from vectorstore.records import record_of, unit_of

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection
    from chromadb.base_types import Where
    from llama_index.core.schema import TextNode

SCHEMA = 1
"""Version of the layout of collections, node ids and metadata."""
PREFIX = "arxiv-rag-"
"""Collections of this program, where a server is shared."""
OVERSAMPLING = 10
"""Nodes asked for where one of a certain kind is wanted: an abstract has about nine nodes, a card five."""
LEAST_SAMPLE = 2000
"""Nodes asked for at least: in a store of a day those are all."""

Vectors = NDArray[np.float32]


class Spaces:
    """The open collections of one store."""

    def __init__(self, location: str, client: Client, collections: Mapping[str, Collection]) -> None:
        self.location = location
        self._client = client
        self._collections = dict(collections)
        self._first = next(iter(self._collections.values()))

    @classmethod
    def open(cls, location: str, models: Mapping[str, str]) -> Spaces:
        """Open or create a collection for every space in `models` (space name to embedding model).

        Raises StoreError when the place cannot be reached or was built with other models.
        """
        with explained(location):
            client = connect(location)
            try:
                collections = {space: open_collection(client, space, model) for space, model in models.items()}
                for space, model in models.items():
                    refuse_mismatch(location, collections[space], model)
            except BaseException:
                release(client)
                raise
        return cls(location, client, collections)

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

    def collection(self, space: str) -> Collection:
        """Return the collection of one space."""
        return self._collections[space]

    def write(self, nodes: Mapping[str, Sequence[TextNode]], carried: Mapping[str, Mapping[str, Any]]) -> None:
        """Insert nodes that have an embedding, and set the metadata of those that have none.

        `carried` maps ids of nodes of the first space to metadata on top of their own. These are written last of all:
        whoever finds one finds every other node of its record.
        """
        first = next(iter(self._collections))
        told = [node for node in nodes.get(first, ()) if node.node_id in carried]
        others = [node for node in nodes.get(first, ()) if node.node_id not in carried]
        with explained(self.location):
            for space in self._collections:
                self._put(space, others if space == first else nodes.get(space, ()), {})
            self._put(first, told, carried)

    def _put(self, space: str, nodes: Sequence[TextNode], carried: Mapping[str, Mapping[str, Any]]) -> None:
        vector_store = UpsertingVectorStore(self._collections[space])
        vector_store.add([node for node in nodes if node.embedding is not None], carried=carried)
        vector_store.describe([node for node in nodes if node.embedding is None], carried)

    def sweep(self, records: Sequence[str], live: set[str]) -> None:
        """Delete every node of the records that is not among the live ones."""
        with explained(self.location):
            for collection in self._collections.values():
                stale = [identifier for identifier in ids_of(collection, records) if identifier not in live]
                for start in range(0, len(stale), CHUNK):
                    collection.delete(ids=stale[start : start + CHUNK])

    def nearest(self, space: str, vector: Sequence[float], limit: int, *, unit: str) -> list[tuple[str, float]]:
        """Return (node id, cosine similarity) of nodes whose unit kind is `unit`, nearest first.

        Nodes of all kinds are asked for, so many that enough of one kind are mostly among them: a condition would
        make Chroma look at every node of the store.
        """
        wide = max(limit * OVERSAMPLING, LEAST_SAMPLE)
        with explained(self.location):
            found = self._collections[space].query(
                query_embeddings=np.asarray([vector], dtype=np.float32), n_results=wide, include=["distances"]
            )
        distances = (found["distances"] or [[]])[0]
        hits = zip(found["ids"][0], distances, strict=True)
        return [(node, 1.0 - distance) for node, distance in hits if unit_of(node).partition("/")[0] == unit][:limit]

    def vectors(self, space: str, nodes: Sequence[str]) -> dict[str, Vectors]:
        """Return node id to vector for those that exist."""
        found: dict[str, Vectors] = {}
        with explained(self.location):
            for start in range(0, len(nodes), CHUNK):
                part = list(nodes[start : start + CHUNK])
                result = self._collections[space].get(ids=part, include=["embeddings"])
                matrix = np.asarray(result["embeddings"], dtype=np.float32)
                found.update(zip(result["ids"], matrix, strict=True))
        return found

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
        with explained(self.location):
            for collection in self._collections.values():
                collection.count()

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
        for collection in self._collections.values():
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


def open_collection(client: Client, space: str, model: str) -> Collection:
    """Return a space's collection, made when it does not exist."""
    name = PREFIX + space
    try:
        return client.get_collection(name, embedding_function=None)
    except NotFoundError:
        return client.get_or_create_collection(
            name,
            metadata={"model": model, "schema": SCHEMA, "generation": 0},
            configuration={"hnsw": {"space": "cosine"}},
            embedding_function=None,
        )


def refuse_mismatch(location: str, collection: Collection, model: str) -> None:
    """Raise StoreError when a collection was built by another schema or embedding model."""
    metadata = collection.metadata or {}
    if metadata.get("schema") != SCHEMA:
        problem = f"it was built by another version of arxiv-rag (schema {metadata.get('schema')}, not {SCHEMA})"
        raise StoreError(location, problem, REBUILD)
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
