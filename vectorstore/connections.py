"""Connections to Chroma, embedded or a server, and what its faults mean to a user."""

from __future__ import annotations

import itertools
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")

import chromadb
import httpx
from chromadb.config import Settings
from chromadb.errors import ChromaError

from vectorstore.errors import StoreError

if TYPE_CHECKING:
    from chromadb.api.client import Client

REBUILD = "build it anew with 'arxiv-rag rebuild'"
SERVER_SECONDS = 60.0
"""Most that one request to a server may take."""
OPENED = itertools.count()
"""Numbers the embedded clients of this process."""


def is_server(location: str) -> bool:
    """Return whether a location is a Chroma server's address rather than a folder."""
    return location.startswith(("http://", "https://"))


def connect(location: str) -> Client:
    """Return a Chroma client for a folder or an address."""
    settings = Settings(anonymized_telemetry=False)
    if is_server(location):
        host, port, secure = address(location)
        probe(location, f"{'https' if secure else 'http'}://{host}:{port}")
        remote = cast("Client", chromadb.HttpClient(host=host, port=port, ssl=secure, settings=settings))
        for session in sessions(remote):
            session.timeout = httpx.Timeout(SERVER_SECONDS)
        return remote
    folder = Path(location).expanduser() / "chroma"
    folder.mkdir(parents=True, exist_ok=True)
    # Chroma shares one engine among all clients of a process that spell the folder alike, and reopening would then
    # give the same engine with the same stale view; another spelling gives one's own.
    path = f"{folder}{'/.' * (next(OPENED) % 64)}"
    return cast("Client", chromadb.PersistentClient(path=path, settings=settings))


def sessions(client: Client) -> list[httpx.Client]:
    """Return the connections of a server's client, which itself neither limits their time nor closes them."""
    servers = [cast("Any", part)._server for part in (client, client._admin_client)]
    return [server._session for server in servers if hasattr(server, "_session")]


def release(client: Client) -> None:
    """Close a client and its connections."""
    for session in sessions(client):
        session.close()
    client.close()


@contextmanager
def opened(location: str) -> Iterator[Client]:
    """Give a client for a while."""
    client = connect(location)
    try:
        yield client
    finally:
        release(client)


def probe(location: str, root: str) -> None:
    """Raise StoreError unless a Chroma server answers in time."""
    if not httpx.get(f"{root}/api/v2/heartbeat", timeout=10).is_success:
        remedy = "check the address, or start one with 'chroma run'"
        raise StoreError(location, "no Chroma server answers there", remedy)


def address(location: str) -> tuple[str, int, bool]:
    """Return host, port and whether to use TLS; raises StoreError when the address is none."""
    try:
        parts = urlsplit(location)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host:
        raise StoreError(location, "that is no address", "write http://host:port")
    secure = location.startswith("https:")
    return host, port or (443 if secure else 8000), secure


@contextmanager
def explained(location: str) -> Iterator[None]:
    """Turn what Chroma raises into StoreError with one sentence."""
    unreachable = StoreError(location, "the Chroma server cannot be reached", "start it with 'chroma run'")
    try:
        yield
    except (ConnectionError, httpx.TransportError) as error:
        raise unreachable from error
    except httpx.HTTPStatusError as error:
        problem = f"the Chroma server answers with status {error.response.status_code}"
        raise StoreError(location, problem, "see the server's log") from error
    except ValueError as error:
        if "Could not connect" in str(error):
            raise unreachable from error
        raise
    except PermissionError as error:
        raise StoreError(location, "the folder may not be read or written", "choose another with --store") from error
    except (FileExistsError, NotADirectoryError) as error:
        raise StoreError(location, "that is not a folder", "choose another with --store") from error
    except ChromaError as error:
        raise StoreError(location, *diagnosis(str(error))) from error


DIAGNOSES: Mapping[int, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: ("the disk is full", "make room and try again"),
    sqlite3.SQLITE_IOERR: ("its files cannot be written", "check the disk and the room on it, then try again"),
    sqlite3.SQLITE_READONLY: ("its files may not be written", "choose another with --store"),
    sqlite3.SQLITE_CANTOPEN: ("its files cannot be opened", "choose another with --store"),
    sqlite3.SQLITE_BUSY: ("another program holds its files", "try again when that has ended"),
    sqlite3.SQLITE_CORRUPT: ("its files are damaged", REBUILD),
    sqlite3.SQLITE_NOTADB: ("its files are damaged", REBUILD),
}
"""Problem and remedy for the results of SQLite, on which embedded Chroma stands."""


def diagnosis(message: str) -> tuple[str, str]:
    """Return problem and remedy for a message of Chroma's."""
    code = re.search(r"\(code: ([0-9]+)\)", message)
    if code and (known := DIAGNOSES.get(int(code[1]) & 0xFF)):
        return known
    if any(sign in message for sign in ("hnsw", "pickle", "finding id", "getting embedding")):
        return "its files are damaged", REBUILD
    if "Failed to apply logs" in message:
        return "its files cannot be written", "check the disk and the room on it, then try again"
    return f"Chroma fails ({' '.join(message.split())[:160]})", "run 'arxiv-rag doctor'"
