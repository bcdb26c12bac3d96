"""OpenAI and every server that speaks its protocol."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import openai

from rag.config import Settings
from rag.errors import ConfigError, ModelUnavailableError

OPENAI_URL = "https://api.openai.com/v1"
ATTEMPTS = 3
"""A request that met a rate limit, a time-out or a lost connection is made this often in all."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A model behind an OpenAI-compatible address."""

    model: str
    """The name that the server knows it by."""
    base_url: str
    """Address up to and including `/v1`."""

    @classmethod
    def parse(cls, setting: str, value: str) -> Endpoint | None:
        """Read `openai:MODEL` or `MODEL@BASE_URL`; None when `value` is neither. Raises ConfigError for half of one."""
        if value.startswith("openai:"):
            model, base_url = value.removeprefix("openai:"), OPENAI_URL
        elif "@http" in value:
            model, _, base_url = value.rpartition("@")
        else:
            return None
        if not model or not urlsplit(base_url).netloc:
            raise ConfigError(
                setting, f"{value!r} names no model and address", "write openai:MODEL or MODEL@http://host:port/v1"
            )
        return cls(model, base_url.rstrip("/"))

    @property
    def label(self) -> str:
        """Model and host, for display."""
        return f"{self.model}@{urlsplit(self.base_url).netloc}"

    @property
    def leaves_machine(self) -> bool:
        """Whether text sent there leaves this machine."""
        return urlsplit(self.base_url).hostname not in {"localhost", "127.0.0.1", "::1"}

    def key(self, settings: Settings) -> str:
        """Return the key to send; raises ConfigError where OpenAI itself is meant and none is set."""
        if settings.api_key is not None:
            return settings.api_key.get_secret_value()
        key = os.environ.get("OPENAI_API_KEY", "")
        if self.base_url == OPENAI_URL and not key:
            raise ConfigError(
                "OPENAI_API_KEY", "it is not set and the model is OpenAI's", "export it, or use ARXIV_RAG_LLM=local"
            )
        # a key for OpenAI is nobody else's business
        return key if self.base_url == OPENAI_URL else "none"


@contextmanager
def explained(model: str) -> Iterator[None]:
    """Turn what the openai client raises into ModelUnavailableError with one sentence."""
    try:
        yield
    except openai.AuthenticationError as error:
        raise ModelUnavailableError(
            model, "the server refuses the key", "check OPENAI_API_KEY or ARXIV_RAG_API_KEY"
        ) from error
    except openai.NotFoundError as error:
        raise ModelUnavailableError(
            model, "the server does not know it", "check its name and the address in the setting"
        ) from error
    except openai.RateLimitError as error:
        remedy = "wait a little, or use another model"
        raise ModelUnavailableError(
            model, "the server's rate limit or quota is used up", remedy, retryable=True
        ) from error
    except openai.APITimeoutError as error:
        remedy = "try again, or raise ARXIV_RAG_TIMEOUT"
        raise ModelUnavailableError(model, "no answer came in time", remedy, retryable=True) from error
    except openai.APIConnectionError as error:
        remedy = "check that it runs and that the address is right"
        raise ModelUnavailableError(model, "the server cannot be reached", remedy, retryable=True) from error
    except openai.APIStatusError as error:
        problem = f"the server answered with status {error.status_code}"
        raise ModelUnavailableError(
            model, problem, "see the server's log", retryable=error.status_code >= 500
        ) from error
    except openai.APIError as error:
        raise ModelUnavailableError(model, "the server broke off its answer", "try again", retryable=True) from error
