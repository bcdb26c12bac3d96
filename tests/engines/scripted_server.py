"""A small real server that speaks OpenAI's protocol and fails as it is told to."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the server does with one request."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0
    """Seconds before anything is sent."""
    torn: bool = False
    """Whether the connection is cut before the announced end."""


def words(*texts: str, torn: bool = False, after: str = "") -> Reply:
    """Return a streamed chat answer of these pieces with its usage."""
    events = [{"choices": [{"index": 0, "delta": {"content": text}}]} for text in texts]
    events.append({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": len(texts), "total_tokens": 9}})
    common = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    told = [f"data: {json.dumps(common | event)}\n\n" for event in events]
    if torn:
        return Reply(body=told[0] + after, headers={"Content-Type": "text/event-stream"}, torn=True)
    return Reply(body="".join(told) + "data: [DONE]\n\n", headers={"Content-Type": "text/event-stream"})


def vectors(*rows: Sequence[float], order: Sequence[int] | None = None) -> Reply:
    """Return an embeddings answer."""
    data = [{"object": "embedding", "index": index, "embedding": [*row]} for index, row in enumerate(rows)]
    told = {"object": "list", "model": "m", "data": [data[index] for index in order or range(len(rows))]}
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return Reply(body=json.dumps(told | {"usage": usage}), headers={"Content-Type": "application/json"})


def fault(status: int, message: str = "no", code: str | None = None, **headers: str) -> Reply:
    """Return an error as OpenAI words it."""
    body = json.dumps({"error": {"message": message, "type": "fault", "code": code}})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, body=body, headers={"Content-Type": "application/json"} | named)


@dataclass
class Script:
    """The replies to come, of which the last is repeated, and the requests so far."""

    url: str
    replies: list[Reply]
    requests: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, request: dict[str, Any]) -> Reply:
        """Return the reply to a request."""
        with self.lock:
            self.requests.append(request)
            return self.replies[min(len(self.requests), len(self.replies)) - 1]


@contextmanager
def serving(*replies: Reply) -> Iterator[Script]:
    """Run a server that gives these replies."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            reply = script.next({"path": self.path, "key": self.headers["Authorization"], "body": json.loads(body)})
            time.sleep(reply.pause)
            content = reply.body.encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content) + 100 * reply.torn))
            self.send_header("Connection", "close")
            self.close_connection = True
            self.end_headers()
            try:
                self.wfile.write(content)
            except (BrokenPipeError, ConnectionResetError):
                return

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    class Quiet(ThreadingHTTPServer):
        daemon_threads = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            del request, client_address

    server = Quiet(("127.0.0.1", 0), Handler)
    script = Script(url=f"http://127.0.0.1:{server.server_address[1]}/v1", replies=[*replies])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
