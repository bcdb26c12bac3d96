"""OpenAI and every server that speaks its protocol."""

from __future__ import annotations

import ipaddress
import json
import os
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import openai

from rag.config import Settings
from rag.errors import ConfigError, ModelUnavailableError

OPENAI_URL = "https://api.openai.com/v1"
ATTEMPTS = 3
"""A request that met a rate limit, a lost connection or a fault of the server is made this often in all."""
PAUSES = (0.5, 2.0)
"""Seconds before the second and the third attempt, where the server does not name them."""
LONGEST_PAUSE = 10.0
"""Seconds that a server may ask to wait; one that asks for more is not waited for."""
CONNECT_SECONDS = 10.0

Result = TypeVar("Result")


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
        elif "@http://" in value or "@https://" in value:
            model, _, base_url = value.rpartition("@")
        else:
            return None
        if not model or not is_address(base_url):
            problem = f"{value!r} names no model and address"
            raise ConfigError(setting, problem, "write openai:MODEL or MODEL@http://host:port/v1")
        return cls(model, base_url.rstrip("/"))

    @property
    def label(self) -> str:
        """Model and host, for display."""
        return f"{self.model}@{urlsplit(self.base_url).netloc.rpartition('@')[2]}"

    @property
    def leaves_machine(self) -> bool:
        """Whether text sent there leaves this machine."""
        return not is_loopback(self.base_url)

    def key(self, settings: Settings) -> str:
        """Return the key to send; raises ConfigError where it can be none, or is missing and OpenAI itself is meant."""
        setting, key = "ARXIV_RAG_API_KEY", settings.api_key.get_secret_value() if settings.api_key else ""
        # a key for OpenAI is nobody else's business
        if not key and self.base_url == OPENAI_URL:
            setting, key = "OPENAI_API_KEY", os.environ.get("OPENAI_API_KEY", "")
            if not key.strip():
                problem = "it is not set and the model is OpenAI's"
                raise ConfigError(setting, problem, "export it, or choose 'local' models")
        key = key.strip()
        if not (key.isascii() and key.isprintable()):
            raise ConfigError(setting, "it holds characters that no key has", "copy the key again")
        return key or "none"


def is_address(url: str) -> bool:
    """Return whether a URL names a host, and a port that can be one."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_loopback(url: str) -> bool:
    """Return whether an address is this machine's own."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class Client(openai.OpenAI):
    """A client whose streams close their request when they are left before their end.

    openai's own wait for the garbage collector. It can run while this thread holds the lock of the connections that
    closing a request takes, and then the thread waits for itself.
    """

    def request(self, *args: Any, **options: Any) -> Any:
        """Send a request; see openai."""
        answer = super().request(*args, **options)
        return closed_when_left(answer) if isinstance(answer, openai.Stream) else answer


def closed_when_left(stream: openai.Stream[Result]) -> Iterator[Result]:
    """Yield what a stream yields."""
    with stream:
        yield from stream


def openai_client(base_url: str, api_key: str, seconds: float) -> openai.OpenAI:
    """Return a client that tries once and waits `seconds` for each piece of an answer.

    A proxy of the environment is never asked for this machine's own addresses: it would see the text.
    """
    timeout = httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
    connections = openai.DefaultHttpxClient(timeout=timeout, trust_env=not is_loopback(base_url))
    client = Client(base_url=base_url, api_key=api_key, timeout=timeout, max_retries=0, http_client=connections)
    weakref.finalize(client, connections.close)
    return client


def retried(call: Callable[[], Result]) -> Result:
    """Return what `call` returns, made up to `ATTEMPTS` times while the fault may pass.

    A time-out is not tried again: the next would take as long.
    """
    for pause in PAUSES:
        try:
            return call()
        except (openai.RateLimitError, openai.InternalServerError, openai.APIConnectionError, httpx.HTTPError) as error:
            wait = patience(error, pause)
            if wait is None:
                raise
            time.sleep(wait)
    return call()


def patience(error: openai.APIError | httpx.HTTPError, pause: float) -> float | None:
    """Return how many seconds to wait before the next attempt; None where another one is pointless."""
    if isinstance(error, (openai.APITimeoutError, httpx.TimeoutException)):
        return None
    if not isinstance(error, openai.APIStatusError):
        return pause
    if error.code == "insufficient_quota":
        return None
    try:
        wait = float(error.response.headers.get("retry-after", pause))
    except ValueError:
        return pause
    return max(0.0, wait) if wait <= LONGEST_PAUSE else None


@contextmanager
def explained(model: str) -> Iterator[None]:
    """Turn what the openai client raises into ModelUnavailableError with one sentence."""
    try:
        yield
    except openai.APIError as error:
        problem, remedy, retryable = diagnosis(error)
        raise ModelUnavailableError(model, problem, remedy, retryable=retryable) from error
    except httpx.TimeoutException as error:
        problem, remedy, retryable = TIMED_OUT
        raise ModelUnavailableError(model, problem, remedy, retryable=retryable) from error
    except httpx.HTTPError as error:
        raise ModelUnavailableError(model, "the server broke off its answer", "try again", retryable=True) from error
    except json.JSONDecodeError as error:
        raise ModelUnavailableError(model, *NO_ANSWER) from error


TIMED_OUT = ("no answer came in time", "try again, or raise ARXIV_RAG_TIMEOUT", True)
NO_ANSWER = ("what the server sent is no answer", "check that the address is that of an OpenAI-compatible server")
"""Problem and remedy."""


DIAGNOSES = (
    (
        (openai.AuthenticationError, openai.PermissionDeniedError),
        ("the server refuses the key", "check OPENAI_API_KEY or ARXIV_RAG_API_KEY", False),
    ),
    (openai.NotFoundError, ("the server does not know it", "check its name and the address in the setting", False)),
    (openai.RateLimitError, ("the server's rate limit or quota is used up", "wait a little, or use another", True)),
    (openai.APITimeoutError, TIMED_OUT),
    (openai.APIConnectionError, ("the server cannot be reached", "check that it runs and its address is right", True)),
    (openai.APIResponseValidationError, (*NO_ANSWER, False)),
)
"""What the client raises, in the order in which to look, with problem, remedy and whether it may pass."""


def diagnosis(error: openai.APIError) -> tuple[str, str, bool]:
    """Return problem, remedy and whether the same call may work a little later."""
    for kind, told in DIAGNOSES:
        if isinstance(error, kind):
            return told
    if not isinstance(error, openai.APIStatusError):
        return f"the server broke off its answer ({one_line(error.message)})", "try again", True
    if error.status_code >= 500:
        return f"the server answered with status {error.status_code}", "try again, or see the server's log", True
    problem = f"the server answered with status {error.status_code} ({one_line(error.message)})"
    return problem, "check that the model can do what is asked of it", False


def one_line(message: str) -> str:
    """Return the start of a server's message, without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in message)[:160].strip()
