"""What stands between browser and chat: language, content policy, host names, and the server itself."""

from __future__ import annotations

import contextlib
import logging
import re
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

import uvicorn
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import ConfigError
from rag.models import Language
from rag.serve import readers
from rag.serve.accounts import Door

PORTS_TRIED = 100
PATHS: dict[Language, str] = {"en": "/", "zh": "/zh/"}
"""Where the page of each interface language is."""
ASSETS = {"chat.css": "text/css", "day.css": "text/css", "chat.js": "text/javascript", "day.js": "text/javascript"}
"""The page's own style and script, and their types."""
ASSETS_PATH = "/arxiv-rag"
HEAD = "".join(
    f'<link rel="stylesheet" href="{ASSETS_PATH}/{name}">'
    if name.endswith(".css")
    else f'<script src="{ASSETS_PATH}/{name}" defer></script>'
    for name in ASSETS
).encode()
"""Put in here, where Gradio neither rewrites the style nor waits with the script."""
SCRIPT_TAG = re.compile(rb"<script(?=[\s>])")
LANGUAGE_TAG = re.compile(rb'<html(\s+)lang="en"')


def policy(nonce: str) -> str:
    """Return the content security policy of one response.

    Gradio sets style attributes and adds style elements from scripts, so styles may be inline; it shows images from
    data and blob addresses and works in blob workers. Scripts run from this server or with the nonce, never else.
    """
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


@dataclass(frozen=True, slots=True)
class Guard:
    """ASGI middleware around the chat."""

    app: ASGIApp
    """The application that it stands before."""
    hosts: frozenset[str] | None = None
    """Host names that a request may have been sent to; None for any. Keeps other sites' names off a loopback server."""
    door: Door | None = None
    """Asks for a password; None lets everyone in."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] == "websocket":
            # nothing here uses one, and what stands below guards requests alone
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        early = self.early(scope)
        if early is None and self.door is not None:
            early = await self.door.refusal(Headers(scope=scope).get("authorization", ""))
        if early is not None:
            await early(scope, receive, send)
        elif scope["method"] == "GET" and scope["path"] in PATHS.values():
            await self.page(scope, receive, send)
        else:
            await self.app(scope, receive, hardened(send))

    def early(self, scope: Scope) -> Response | None:
        """Return the answer to a request that the chat itself need not see."""
        headers = Headers(scope=scope)
        if self.hosts is not None and host_name(headers.get("host", "")) not in self.hosts:
            return PlainTextResponse("This chat answers to its own address only.\n", status_code=400)
        if scope["path"] == "/zh":
            return RedirectResponse(PATHS["zh"])
        asked = scope["path"] == PATHS["en"] and b"lang=" not in scope.get("query_string", b"")
        if asked and preferred_language(headers.get("accept-language", "")) == "zh":
            return RedirectResponse(PATHS["zh"])
        return None

    async def page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the page with a nonce of its own, in its own language."""
        # a compressed page could not be written to
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                nonce = secrets.token_urlsafe(16)
                content = with_nonce(bytes(body).replace(b"</head>", HEAD + b"</head>", 1), nonce)
                if scope["path"] == PATHS["zh"]:
                    content = LANGUAGE_TAG.sub(rb'<html\1lang="zh-Hans"', content, count=1)
                headers = MutableHeaders(raw=list(start["headers"]))
                headers["content-length"] = str(len(content))
                headers["content-security-policy"] = policy(nonce)
                headers["cache-control"] = "no-store"
                if not readers.reader_in(Headers(scope=scope).get("cookie", "")):
                    headers.append("set-cookie", readers.cookie(secure=scope.get("scheme") == "https"))
                secure(headers)
                await send({**start, "headers": headers.raw})
                await send({"type": "http.response.body", "body": content})

        await self.app({**scope, "headers": plain}, receive, collect)


def with_nonce(page: bytes, nonce: str) -> bytes:
    """Return a page whose own script elements carry the nonce.

    The page is Gradio's template: what papers, readers and models write is not in it, and the settings that are in it
    are JSON in which `<` is escaped.
    """
    return SCRIPT_TAG.sub(b'<script nonce="' + nonce.encode() + b'"', page)


def hardened(send: Send) -> Send:
    """Return a `send` that adds the headers which every response has."""

    async def add(message: Message) -> None:
        if message["type"] == "http.response.start":
            secure(MutableHeaders(scope=message))
        await send(message)

    return add


def secure(headers: MutableHeaders) -> None:
    """Add the headers which every response has."""
    headers["x-content-type-options"] = "nosniff"
    headers["referrer-policy"] = "no-referrer"


def host_name(host: str) -> str:
    """Return the name in a `Host` header, without port and brackets."""
    found = re.fullmatch(r"\[([0-9a-fA-F:]+)\](?::\d+)?|([^:]*)(?::\d+)?", host)
    return (found[1] or found[2] or "").lower() if found else ""


def preferred_language(accepted: str) -> Language:
    """Return the interface language for an `Accept-Language` header: Chinese where it comes before English."""
    weighted = []
    for place, part in enumerate(accepted.split(",")):
        name, _, quality = part.strip().lower().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        if name.startswith(("en", "zh")) and weight > 0:
            weighted.append((-weight, place, name[:2]))
    return "zh" if weighted and min(weighted)[2] == "zh" else "en"


async def asset(request: Request) -> Response:
    """Return a file of the page's own."""
    name = request.path_params["name"]
    if name not in ASSETS:
        return PlainTextResponse("No such file.\n", status_code=404)
    content = files("rag.serve").joinpath(name).read_text(encoding="utf-8")
    return Response(content, media_type=ASSETS[name], headers={"cache-control": "no-cache"})


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at the first free port from `port` on.

    Raises ConfigError where none is free or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen()
        except OSError as error:
            listener.close()
            if isinstance(error, socket.gaierror) or error.errno not in {98, 48, 13, 10048, 10013}:
                reason = error.strerror or str(error)
                raise ConfigError("--host", f"cannot listen at {host!r} ({reason.lower()})", "use 127.0.0.1") from error
        else:
            return listener
    raise ConfigError("--port", f"no free port from {port} on", "name another one")


class ChatServer(uvicorn.Server):
    """A server that says when it listens."""

    listening: Callable[[], None]
    """Called once, when requests are answered."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started:
            self.listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; that this cuts the streams of pages which are still open is no error to be told with a traceback."""
        logging.getLogger("uvicorn.error").disabled = True
        await super().shutdown(sockets)


def chat_server(app: ASGIApp, listening: Callable[[], None]) -> ChatServer:
    """Return a server for the chat that is not yet running; `listening` is called when the first request can come."""
    config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=2, server_header=False)
    server = ChatServer(config)
    server.listening = listening
    return server


def serve(app: ASGIApp, listener: socket.socket, listening: Callable[[], None]) -> None:
    """Answer requests until interrupted."""
    # Ctrl-C is how a chat is ended, not a failure
    with contextlib.suppress(KeyboardInterrupt):
        chat_server(app, listening).run(sockets=[listener])


def address(host: str, listener: socket.socket) -> str:
    """Return the URL that a browser on this machine opens."""
    port = listener.getsockname()[1]
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - shown, not bound
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
