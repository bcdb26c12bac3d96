"""Settings: read once at the edge from `ARXIV_RAG_*` and the command line, then passed down."""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import ConfigError

PREFIX = "ARXIV_RAG_"
NOT_SETTINGS = frozenset({"ARXIV_RAG_SHARED"})
"""Variables of the test suite that share the prefix."""


def available_processors(quota: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """Return how many processors this process may use: fewer than the machine has in a container, at most 256."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        most, period = quota.read_text(encoding="ascii").split()
        count = min(count, math.ceil(int(most) / int(period)))
    except (OSError, ValueError):  # no such file, or "max": no quota
        pass
    return max(1, min(count, 256))


class Settings(BaseSettings):
    """Everything that can be set, with its default. Unknown names and impossible values are refused."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True)

    store: str = Field(default_factory=lambda: str(data_folder() / "store"))
    """Folder of the embedded store, or `http://host:port` of a Chroma server."""
    llm: str = "local"
    """`local` (1.5B), `local-small` (0.5B), a path to a GGUF file, `openai:MODEL`, or `MODEL@BASE_URL`."""
    embedder: str = "local"
    """`local` (MiniLM), `openai:MODEL`, or `MODEL@BASE_URL`."""
    api_key: SecretStr | None = None
    """Key for the remote servers; without it `OPENAI_API_KEY` is used."""
    threads: int = Field(default_factory=available_processors, ge=1, le=256)
    """CPU threads for the local models."""
    timeout: float = Field(default=120.0, gt=0)
    """Seconds before a request to a model is given up."""
    context_window: int = Field(default=4096, ge=1024)
    """Tokens that the language model can take, answer included."""
    prompt_budget: int = Field(default=1200, ge=200)
    """Most tokens of one prompt, as tiktoken counts them."""
    slots: int = Field(default=2, ge=1, le=16)
    """Questions that the local model works on at once."""
    seed: int = 0
    """Seed of the language model's sampling; temperature is 0."""

    @classmethod
    def load(cls, **explicit: Any) -> Settings:
        """Read the environment, completed by explicit values (None means not given).

        Raises ConfigError naming the first setting that is wrong.
        """
        check_names(os.environ)
        try:
            return cls(**{name: value for name, value in explicit.items() if value is not None})
        except ValidationError as error:
            first = error.errors()[0]
            name = f"{PREFIX}{'_'.join(str(part) for part in first['loc']).upper()}"
            raise ConfigError(name, first["msg"].lower(), "see 'arxiv-rag --help' for what it takes") from error


def check_names(environment: Mapping[str, str]) -> None:
    """Raise ConfigError for an `ARXIV_RAG_*` variable that is no setting."""
    known = {name.upper() for name in Settings.model_fields}
    for name in sorted(environment):
        wanted = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and wanted not in known and name not in NOT_SETTINGS:
            near = difflib.get_close_matches(wanted, known, n=1)
            listed = ", ".join(PREFIX + each for each in sorted(known))
            hint = f"perhaps {PREFIX}{near[0]} is meant" if near else f"the settings are {listed}"
            raise ConfigError(name, "there is no such setting", hint)


def data_folder() -> Path:
    """Return the platform's folder for this program's data."""
    return Path(platformdirs.user_data_dir("arxiv-rag", appauthor=False))


def cache_folder() -> Path:
    """Return the platform's folder for what can be made again, such as assembled model files."""
    return Path(platformdirs.user_cache_dir("arxiv-rag", appauthor=False))
