"""LlamaIndex nodes in Chroma: how they are written, and a live vector store over a space for any index or engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.schema import BaseNode, MetadataMode
from llama_index.core.vector_stores.types import VectorStoreQuery, VectorStoreQueryResult
from llama_index.core.vector_stores.utils import node_to_metadata_dict
from llama_index.vector_stores.chroma import ChromaVectorStore

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

CHUNK = 500
"""Most ids of one request."""

Access = Callable[[], "AbstractContextManager[Collection]"]


class UpsertingVectorStore(ChromaVectorStore):
    """LlamaIndex's Chroma store, except that a node whose id exists is replaced, where its parent silently keeps it."""

    flat_metadata: bool = False

    def __init__(self, collection: Collection) -> None:
        super().__init__(chroma_collection=collection)

    def add(self, nodes: Sequence[BaseNode], **add_kwargs: Any) -> list[str]:
        """Insert or replace nodes that carry embeddings; returns their ids.

        `carried` in `add_kwargs` maps node ids to metadata on top of the node's own.
        """
        carried = add_kwargs.get("carried", {})
        for start in range(0, len(nodes), CHUNK):
            part = nodes[start : start + CHUNK]
            self._collection.upsert(
                ids=[node.node_id for node in part],
                embeddings=np.array([node.get_embedding() for node in part], dtype=np.float32),
                metadatas=[metadata_of(node, carried) for node in part],
                documents=[node.get_content(metadata_mode=MetadataMode.NONE) for node in part],
            )
        return [node.node_id for node in nodes]

    def describe(self, nodes: Sequence[BaseNode], carried: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace the metadata of nodes that exist, their embeddings left as they are."""
        for start in range(0, len(nodes), CHUNK):
            part = nodes[start : start + CHUNK]
            metadatas: list[Mapping[str, Any]] = [metadata_of(node, carried) for node in part]
            self._collection.update(ids=[node.node_id for node in part], metadatas=metadatas)


def metadata_of(node: BaseNode, carried: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the metadata under which LlamaIndex finds the node again, with what it carries besides."""
    return {**node_to_metadata_dict(node, remove_text=True, flat_metadata=False), **carried.get(node.node_id, {})}


class LiveVectorStore(ChromaVectorStore):
    """LlamaIndex's Chroma store over a space of an open store: every query sees what was committed before it.

    For reading alone: a node without an entry in the catalogue would never be found or removed.
    """

    _access: Access = PrivateAttr()

    def __init__(self, access: Access) -> None:
        """`access()` gives the collection as it is now, to be used inside the context alone."""
        with access() as collection:
            super().__init__(chroma_collection=collection)
        self._access = access

    def query(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        """Return the nearest nodes."""
        with self._access() as self._collection:
            return super().query(query, **kwargs)

    def get_nodes(self, node_ids: list[str] | None = None, filters: Any = None) -> list[BaseNode]:
        """Return nodes by id or filter."""
        with self._access() as self._collection:
            return super().get_nodes(node_ids, filters)

    def add(self, nodes: Sequence[BaseNode], **add_kwargs: Any) -> NoReturn:
        """Refuse to write."""
        raise TypeError("this vector store is for reading; papers are written by rag.ingest.indexing.index_papers")

    def delete(self, ref_doc_id: str, **delete_kwargs: Any) -> NoReturn:
        """Refuse to write."""
        self.add([])

    def delete_nodes(self, node_ids: list[str] | None = None, filters: Any = None, **delete_kwargs: Any) -> NoReturn:
        """Refuse to write."""
        self.add([])

    def clear(self) -> NoReturn:
        """Refuse to write."""
        self.add([])
