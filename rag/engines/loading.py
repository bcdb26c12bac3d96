"""From settings to models that are ready to use."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
from llama_index.core.llms.llm import LLM

from rag.config import Settings, cache_folder
from rag.engines.llama import LlamaServer
from rag.engines.remote import NO_ANSWER, Endpoint, explained, openai_client, retried
from rag.engines.weights import QWEN_0_5B, QWEN_1_5B, resolve
from rag.errors import ConfigError, ModelUnavailableError
from rag.models import Usage

LOCAL_MODELS = {"local": QWEN_1_5B, "local-small": QWEN_0_5B}


TOP_TOKENS = 20
"""Likely first tokens of which the embedded model tells the probability."""
SPACE = "text"
"""The store's name of the space in which titles, abstracts and their sentences lie."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Embedder:
    """The LlamaIndex embedding model with what the product knows of it."""

    model: BaseEmbedding
    """Embeds titles, abstracts and questions."""
    english_only: bool = False
    """Whether it knows no other language: then Chinese texts are put into English words for it."""
    remote: bool = False
    """Whether text leaves this machine to be embedded."""

    @property
    def identity(self) -> dict[str, str]:
        """Space name to model name: what a store records and compares."""
        return {SPACE: self.model.model_name}


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """Text of one model call as it arrives, and its cost when it has ended."""

    deltas: Iterator[str]
    """Pieces of text; iterate to the end before reading `usage`."""
    costs: list[Usage] = field(default_factory=list)
    opening: dict[str, float] = field(default_factory=dict)
    """Likely first token to its probability, from the first delta on; empty where the server does not tell."""

    @property
    def usage(self) -> Usage:
        """Tokens of the call."""
        return sum(self.costs, Usage())


@dataclass(frozen=True, kw_only=True, slots=True)
class LanguageModel:
    """A LlamaIndex chat model with what the product shows of it."""

    llm: LLM
    """The model."""
    label: str
    """Its name for display."""
    remote: bool
    """Whether text leaves this machine."""
    prompt_budget: int = Settings.model_fields["prompt_budget"].default
    """Most tokens of a prompt, as tiktoken counts them."""
    server: LlamaServer | None = None
    """The server in this process, kept alive by this reference."""

    def complete(self, system: str, user: str, *, max_tokens: int, **options: Any) -> Completion:
        """Start a completion; its deltas raise ModelUnavailableError when the model fails.

        A stream that is closed before its end counts what it has cost so far, as tiktoken estimates it.
        """
        costs: list[Usage] = []
        opening: dict[str, float] = {}
        if self.server is not None:
            options |= {"logprobs": True, "top_logprobs": TOP_TOKENS}
        messages = [
            ChatMessage(role=MessageRole.SYSTEM, content=system),
            ChatMessage(role=MessageRole.USER, content=user),
        ]

        def start() -> tuple[ChatResponse, Iterator[ChatResponse]]:
            chunks = iter(
                self.llm.stream_chat(messages, max_tokens=max_tokens, stream_options={"include_usage": True}, **options)
            )
            for first in chunks:
                return first, chunks
            raise ModelUnavailableError(self.label, *NO_ANSWER)

        def deltas() -> Iterator[str]:
            prompt_tokens = completion_tokens = 0
            try:
                with explained(self.label):
                    first, rest = retried(start)
                    for chunk in chain([first], rest):
                        if not opening:
                            opening.update(first_tokens_of(chunk.raw))
                        if (usage := getattr(chunk.raw, "usage", None)) is not None:
                            prompt_tokens, completion_tokens = usage.prompt_tokens, usage.completion_tokens
                        if chunk.delta:
                            yield chunk.delta
            except GeneratorExit:
                costs.append(Usage(llm_calls=1, prompt_tokens=count_tokens(f"{system}{user}"), completion_tokens=1))
                raise
            costs.append(Usage(llm_calls=1, prompt_tokens=prompt_tokens, completion_tokens=completion_tokens))

        return Completion(deltas=deltas(), costs=costs, opening=opening)


def first_tokens_of(chunk: Any) -> dict[str, float]:
    """Return the likely tokens of a streamed chunk with their probabilities; empty where the server tells none."""
    for choice in getattr(chunk, "choices", None) or ():
        for token in (choice.logprobs and choice.logprobs.content) or ():
            return {likely.token: math.exp(likely.logprob) for likely in token.top_logprobs}
    return {}


def load_embedder(settings: Settings) -> Embedder:
    """Return the embedder that the settings name; raises ConfigError or ModelUnavailableError."""
    if settings.embedder == "local":
        from rag.engines.embedders import MiniLMEmbedding

        return Embedder(model=MiniLMEmbedding.load(cache_folder(), settings.threads), english_only=True)
    endpoint = Endpoint.parse("ARXIV_RAG_EMBEDDER", settings.embedder)
    if endpoint is None:
        raise ConfigError(
            "ARXIV_RAG_EMBEDDER", f"no embedder {settings.embedder!r}", "use local, openai:MODEL or MODEL@URL"
        )
    from rag.engines.embedders import RemoteEmbedding

    return Embedder(model=RemoteEmbedding.connect(endpoint, settings), remote=endpoint.leaves_machine)


def load_language_model(settings: Settings) -> LanguageModel:
    """Return the language model that the settings name; raises ConfigError or ModelUnavailableError."""
    endpoint = Endpoint.parse("ARXIV_RAG_LLM", settings.llm)
    if endpoint is not None:
        llm = chat_model(endpoint.model, endpoint.base_url, endpoint.key(settings), settings)
        return LanguageModel(
            llm=llm, label=endpoint.label, remote=endpoint.leaves_machine, prompt_budget=settings.prompt_budget
        )
    path = gguf_file(settings.llm)
    server = LlamaServer.start(
        path, threads=settings.threads, slots=settings.slots, context_window=settings.context_window
    )
    llm = chat_model(path.stem, server.base_url, server.api_key, settings)
    return LanguageModel(llm=llm, label=path.stem, remote=False, prompt_budget=settings.prompt_budget, server=server)


def gguf_file(name: str) -> Path:
    """Return the model file of `local`, `local-small` or a path; raises ConfigError or ModelUnavailableError."""
    if name in LOCAL_MODELS:
        return resolve(LOCAL_MODELS[name], cache_folder())
    path = Path(name).expanduser()
    if not path.is_file():
        raise ConfigError(
            "ARXIV_RAG_LLM",
            f"{name!r} is no model and no file",
            "use local, local-small, a GGUF file, openai:MODEL or MODEL@URL",
        )
    return path


def chat_model(model: str, base_url: str, api_key: str, settings: Settings) -> LLM:
    """Return LlamaIndex's client for a model behind an OpenAI-compatible address."""
    from llama_index.llms.openai_like import OpenAILike

    llm = OpenAILike(
        model=model,
        api_base=base_url,
        api_key=api_key,
        is_chat_model=True,
        context_window=settings.context_window,
        temperature=0.0,
        additional_kwargs={"seed": settings.seed},
        timeout=settings.timeout,
        max_retries=0,
    )
    llm._client = openai_client(base_url, api_key, settings.timeout)
    return llm


@cache
def tokenizer() -> Any:
    """Return tiktoken's cl100k_base, read from the copy that llama-index-core ships: no network."""
    import llama_index.core

    folder = Path(llama_index.core.__file__).parent / "_static" / "tiktoken_cache"
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    import tiktoken

    return tiktoken.get_encoding("cl100k_base")


def count_tokens(text: str) -> int:
    """Return how many cl100k_base tokens `text` has: an estimate for every other model."""
    return len(tokenizer().encode(text, disallowed_special=()))


def first_tokens(text: str, most: int) -> str:
    """Return the beginning of `text` that has at most `most` cl100k_base tokens, whole characters only."""
    found = tokenizer().encode(text, disallowed_special=())
    return text if len(found) <= most else str(tokenizer().decode(found[: max(0, most)])).rstrip("\ufffd")
