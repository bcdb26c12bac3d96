"""Chroma: an embedded client on a folder, or a client of a Chroma server; one collection an embedding space."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")

import chromadb
import httpx
import numpy as np
from chromadb.config import Settings
from chromadb.errors import ChromaError, InternalError, NotFoundError
from llama_index.core.schema import BaseNode, MetadataMode
from llama_index.core.vector_stores.utils import node_to_metadata_dict
from llama_index.vector_stores.chroma import ChromaVectorStore
from numpy.typing import NDArray

from vectorstore.errors import StoreError
from vectorstore.records import record_of, unit_of

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

SCHEMA = 1
"""Version of the layout of collections, node ids and metadata."""
PREFIX = "arxiv-rag-"
"""Collections of this program, where a server is shared."""
CHUNK = 500
"""Most ids of one request."""

Vectors = NDArray[np.float32]


class UpsertingVectorStore(ChromaVectorStore):
    """LlamaIndex's Chroma store, except that a node whose id exists is replaced, where its parent silently keeps it."""

    flat_metadata: bool = False

    def add(self, nodes: Sequence[BaseNode], **add_kwargs: Any) -> list[str]:
        """Insert or replace nodes that carry embeddings; returns their ids."""
        ids = [node.node_id for node in nodes]
        for start in range(0, len(nodes), CHUNK):
            part = nodes[start : start + CHUNK]
            self._collection.upsert(
                ids=ids[start : start + CHUNK],
                embeddings=[node.get_embedding() for node in part],
                metadatas=[node_to_metadata_dict(node, remove_text=True, flat_metadata=False) for node in part],
                documents=[node.get_content(metadata_mode=MetadataMode.NONE) for node in part],
            )
        return ids


class Spaces:
    """The open collections of one store."""

    def __init__(self, location: str, client: ClientAPI, collections: Mapping[str, Collection]) -> None:
        self.location = location
        self._client = client
        self._collections = dict(collections)

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
                client.close()
                raise
        return cls(location, client, collections)

    def close(self) -> None:
        """Let go of the files or the connection."""
        self._client.close()

    def vector_store(self, space: str) -> ChromaVectorStore:
        """Return one space as LlamaIndex's vector store."""
        return UpsertingVectorStore(chroma_collection=self._collections[space])

    def write(self, nodes: Mapping[str, Sequence[BaseNode]]) -> None:
        """Insert or replace the nodes of every space, and delete what else their records had."""
        with explained(self.location):
            for space, members in nodes.items():
                self.vector_store(space).add(list(members))
            for space, collection in self._collections.items():
                kept = {node.node_id for node in nodes.get(space, ())}
                records = {record_of(node.node_id) for members in nodes.values() for node in members}
                stale = [identifier for identifier in ids_of(collection, sorted(records)) if identifier not in kept]
                if stale:
                    collection.delete(ids=stale)

    def remove(self, records: Sequence[str]) -> None:
        """Delete every node of the records."""
        with explained(self.location):
            for collection in self._collections.values():
                if stale := ids_of(collection, records):
                    collection.delete(ids=stale)

    def nearest(self, space: str, vector: Sequence[float], limit: int, *, unit: str) -> list[tuple[str, float]]:
        """Return (record id, cosine similarity) of the nearest nodes whose unit kind is `unit`, nearest first."""
        with explained(self.location):
            found = self._collections[space].query(
                query_embeddings=[list(vector)], n_results=limit, where={"unit": unit}, include=["distances"]
            )
        distances = (found["distances"] or [[]])[0]
        return [(record_of(node), 1.0 - distance) for node, distance in zip(found["ids"][0], distances, strict=True)]

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
            first = next(iter(self._collections.values()))
            metadata = self._client.get_collection(first.name).metadata or {}
        return int(metadata.get("generation", 0))

    @generation.setter
    def generation(self, value: int) -> None:
        """Tell other clients of a commit."""
        with explained(self.location):
            first = next(iter(self._collections.values()))
            metadata = {key: item for key, item in (first.metadata or {}).items() if not key.startswith("hnsw:")}
            first.modify(metadata={**metadata, "generation": value})

    def primary(self, *, since: int = 0) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield (record id, metadata) of the nodes that carry their record's JSON, written after generation `since`."""
        first = next(iter(self._collections.values()))
        offset = 0
        while True:
            with explained(self.location):
                page = first.get(
                    where={"$and": [{"unit": "paper"}, {"generation": {"$gt": since}}]},
                    include=["metadatas"],
                    limit=CHUNK,
                    offset=offset,
                )
            for node, metadata in zip(page["ids"], page["metadatas"] or [], strict=True):
                yield record_of(node), metadata
            if len(page["ids"]) < CHUNK:
                return
            offset += CHUNK

    def record_ids(self) -> set[str]:
        """Return the ids of all records."""
        first = next(iter(self._collections.values()))
        with explained(self.location):
            return {record_of(node) for node in first.get(where={"unit": "paper"}, include=[])["ids"]}


def is_server(location: str) -> bool:
    """Return whether a location is a Chroma server's address rather than a folder."""
    return location.startswith(("http://", "https://"))


def connect(location: str) -> ClientAPI:
    """Return a Chroma client for a folder or an address."""
    settings = Settings(anonymized_telemetry=False)
    if is_server(location):
        parts = urlsplit(location)
        if not parts.hostname:
            raise StoreError(location, "the address names no host", "write http://host:port")
        secure = parts.scheme == "https"
        return chromadb.HttpClient(
            host=parts.hostname, port=parts.port or (443 if secure else 8000), ssl=secure, settings=settings
        )
    folder = Path(location) / "chroma"
    folder.mkdir(parents=True, exist_ok=True)
    return chromadb.PersistentClient(path=str(folder), settings=settings)


def open_collection(client: ClientAPI, space: str, model: str) -> Collection:
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
        raise StoreError(location, problem, "build it anew with 'arxiv-rag rebuild'")
    if metadata.get("model") != model:
        problem = f"it was built with the embedder {metadata.get('model')!r}, the settings name {model!r}"
        raise StoreError(location, problem, "build it anew with 'arxiv-rag rebuild', or set ARXIV_RAG_EMBEDDER back")


def ids_of(collection: Collection, records: Sequence[str]) -> list[str]:
    """Return the ids of all nodes of the records."""
    found: list[str] = []
    for start in range(0, len(records), CHUNK):
        part = list(records[start : start + CHUNK])
        found += collection.get(where={"arxiv_id": {"$in": part}}, include=[])["ids"]  # type: ignore[dict-item]
    return found


@contextmanager
def explained(location: str) -> Iterator[None]:
    """Turn what Chroma raises into StoreError with one sentence."""
    server = is_server(location)
    remedy = "start it with 'chroma run'" if server else "run 'arxiv-rag doctor'"
    try:
        yield
    except (ConnectionError, httpx.TransportError) as error:
        raise StoreError(location, "the Chroma server cannot be reached", remedy) from error
    except ValueError as error:
        if "Could not connect" in str(error):
            raise StoreError(location, "the Chroma server cannot be reached", remedy) from error
        raise
    except PermissionError as error:
        raise StoreError(location, "the folder may not be read or written", "choose another with --store") from error
    except (FileExistsError, NotADirectoryError) as error:
        raise StoreError(location, "that is not a folder", "choose another with --store") from error
    except (InternalError, ChromaError) as error:
        raise StoreError(location, f"Chroma fails ({first_line(error)})", remedy) from error


def first_line(error: Exception) -> str:
    """Return the start of an error's message on one line."""
    return " ".join(str(error).split())[:160]


__all__ = ("CHUNK", "SCHEMA", "Spaces", "UpsertingVectorStore", "Vectors", "is_server", "unit_of")
