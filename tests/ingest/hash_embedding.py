"""An embedder without a model: texts with the same words get the same unit vector, and every call is counted."""

import hashlib

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr

from rag.engines.loading import Embedder


class HashEmbedding(BaseEmbedding):
    """A bag of words, each word at a place of its own drawn from its digest."""

    _texts: list[str] = PrivateAttr(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """All texts that were embedded."""
        return self._texts

    def _get_query_embedding(self, query: str) -> list[float]:
        vector = np.zeros(64)
        for word in query.lower().split():
            vector[hashlib.sha256(word.encode()).digest()[0] % 64] += 1
        return [float(value) for value in vector / (np.linalg.norm(vector) or 1)]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        self._texts.append(text)
        return self._get_query_embedding(text)

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [self._get_text_embedding(text) for text in texts]


def hash_embedder(name: str = "hash") -> Embedder:
    """Return a new one."""
    return Embedder(model=HashEmbedding(model_name=name))
