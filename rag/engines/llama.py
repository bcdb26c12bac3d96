"""llama.cpp's own server inside this process, on a random loopback port behind a random key."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.engines.threads import settle_threads
from rag.errors import ModelUnavailableError

GGUF_MAGIC = b"GGUF"


@dataclass(frozen=True, slots=True)
class LlamaServer:
    """A running server; it ends with the process or when the object goes."""

    base_url: str
    """OpenAI-compatible address, `http://127.0.0.1:PORT/v1`."""
    api_key: str
    """Key made for this process alone."""
    handle: Any
    """The server itself: it stops when this reference is dropped."""

    @classmethod
    def start(cls, path: Path, *, threads: int, slots: int, context_window: int) -> LlamaServer:
        """Load the GGUF file `path` and listen; raises ModelUnavailableError when it cannot be loaded."""
        check_gguf(path)
        settle_threads()
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        api_key = secrets.token_urlsafe(32)
        params.api_keys = [api_key]
        params.n_ctx = context_window * slots
        params.n_parallel = slots
        params.kv_unified = False
        params.cpuparams.n_threads = threads
        params.cache_ram_mib = 0
        params.endpoint_slots = False
        params.ui = False
        params.verbosity = -1
        try:
            handle = xllamacpp.Server(params)
        except (RuntimeError, ValueError) as error:
            problem = f"llama.cpp cannot load {str(path)!r}"
            remedy = "get the file again, it may be incomplete, or choose another model with ARXIV_RAG_LLM"
            raise ModelUnavailableError(path.name, problem, remedy) from error
        return cls(base_url=f"{handle.listening_address}/v1", api_key=api_key, handle=handle)


def check_gguf(path: Path) -> None:
    """Raise ModelUnavailableError unless `path` is a readable GGUF file: llama.cpp ends the process on others."""
    remedy = "set ARXIV_RAG_LLM to a GGUF file, 'local', 'local-small' or MODEL@URL"
    try:
        with path.open("rb") as file:
            magic = file.read(len(GGUF_MAGIC))
    except OSError as error:
        raise ModelUnavailableError(str(path), f"the file cannot be read ({error.strerror})", remedy) from error
    if magic != GGUF_MAGIC:
        raise ModelUnavailableError(str(path), "the file is not in the GGUF format", remedy)
