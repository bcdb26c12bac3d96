"""What the peers read: the digest's entries as plain documents, in a plain Chroma index."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import llama_index.core
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.node_parser import SentenceSplitter
from llama_index.vector_stores.chroma import ChromaVectorStore

from rag.engines.loading import Embedder
from rag.models import TEXT_FIELDS, Paper

COLLECTION = "entries"
CHUNK_TOKENS = 512
"""What multilingual-e5 reads; LlamaIndex's default of 1024 would hide the second half of every entry from it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A chunk of an entry as it lies in the index."""

    text: str
    """What an engine reads."""
    vector: list[float]
    """Its embedding."""


@dataclass(frozen=True, kw_only=True)
class Entries:
    """A corpus as peers search it."""

    index: VectorStoreIndex
    """One vector for each chunk of an entry."""
    known: Mapping[str, Paper]
    """All papers by arXiv id."""
    embedding: BaseEmbedding
    """Made the vectors."""
    embedder: Embedder
    """The product's, for the verifier that judges citations."""


def document(paper: Paper) -> Document:
    """Return a digest entry as a document: title, authors, card and abstract, as they stand in the digest."""
    told = [paper.title, ", ".join(paper.authors), *(getattr(paper, name) for name in TEXT_FIELDS)]
    return Document(
        doc_id=paper.arxiv_id,
        text="\n".join(text for text in told if text),
        metadata={"arxiv_id": paper.arxiv_id},
        excluded_embed_metadata_keys=["arxiv_id"],
        excluded_llm_metadata_keys=["arxiv_id"],
    )


def unlink_nltk(folder: Path) -> None:
    """Let LlamaIndex's sentence splitter read its NLTK data from a copy.

    NLTK refuses files with several hard links, and installers such as uv link what they install from their cache.
    """
    copy = folder / "nltk"
    if not copy.exists():
        shutil.copytree(Path(llama_index.core.__file__).parent / "_static" / "nltk_cache", copy)
    os.environ["NLTK_DATA"] = str(copy)


def open_index(papers: Sequence[Paper], embedding: BaseEmbedding, folder: Path) -> VectorStoreIndex:
    """Return LlamaIndex's vector index over the entries, cut to what the embedder takes; built in `folder` once."""
    unlink_nltk(folder)
    done = folder / "complete"
    store = ChromaVectorStore.from_params(collection_name=COLLECTION, persist_dir=str(folder))
    if done.exists():
        return VectorStoreIndex.from_vector_store(store, embed_model=embedding)
    storage = StorageContext.from_defaults(vector_store=store)
    index = VectorStoreIndex.from_documents(
        [document(paper) for paper in papers],
        storage_context=storage,
        embed_model=embedding,
        transformations=[SentenceSplitter(chunk_size=CHUNK_TOKENS)],
    )
    done.touch()
    return index


def pieces(index: VectorStoreIndex) -> dict[str, list[Piece]]:
    """Return all chunks of the entries, by arXiv id, in the order in which they were cut."""
    store = index.vector_store
    if not isinstance(store, ChromaVectorStore):
        raise TypeError(f"the index lies in a {type(store).__name__}")
    held = store.client.get(include=["documents", "metadatas", "embeddings"])
    found: dict[str, list[Piece]] = {}
    for text, told, vector in zip(held["documents"], held["metadatas"], held["embeddings"], strict=True):
        found.setdefault(told["arxiv_id"], []).append(Piece(text=text, vector=[float(value) for value in vector]))
    return found
