"""Readers: visitors of a running chat who ask as a browser does, over Gradio's queue, and keep the time."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from evals.errors import RunError

QUESTION_BOX = "question"
"""The page's name of the box that is submitted."""
PAPERS, WORDS = 'class="card', 'class="answer"'
"""What the page's markup has once papers are shown, and once a sentence is."""
PROBLEM = re.compile('class="problem">([^<]+)')
"""The sentence that says why there is no answer."""
PATIENCE = 600.0
"""Seconds after which a reader gives up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One question of one reader; seconds count from when it was sent, None is what never came."""

    question: str
    """What was asked."""
    sent: float
    """When it was, on the clock of `time.perf_counter`."""
    papers_s: float | None = None
    """To the papers beside the conversation."""
    words_s: float | None = None
    """To the first sentence."""
    total_s: float
    """To the end."""
    problem: str = ""
    """Why there is no answer."""


@dataclass(kw_only=True)
class Reader:
    """One browser session; its conversation goes on from question to question."""

    address: str
    """The chat's."""
    session: str = field(default_factory=lambda: secrets.token_hex(8))
    """The name by which Gradio tells sessions apart."""

    def __post_init__(self) -> None:
        timeout = httpx.Timeout(PATIENCE, connect=10)
        cookie = {"cookie": self.cookie()}
        self.client = httpx.Client(base_url=self.address, timeout=timeout, headers=cookie)
        self.function, self.inputs = submission(self.client.get("/config", params={"lang": "en"}).json())

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def cookie(self) -> str:
        """Return the cookie that the page gives a new browser; raises RunError where it gives none."""
        answer = httpx.get(self.address, params={"lang": "en"}, timeout=30)
        given = str(answer.headers.get("set-cookie", "")).partition(";")[0]
        if answer.status_code != httpx.codes.OK or not given:
            raise RunError(self.address, "its page cannot be opened", "see what the chat printed")
        return given

    def ask(self, question: str) -> Visit:
        """Ask, and wait for the end; what goes wrong is in the visit."""
        sent = time.perf_counter()
        told: dict[str, float] = {}
        problem, begun = "", False
        try:
            for message in self.messages(question):
                now = time.perf_counter() - sent
                # the first change shows the question under the earlier answers, the later ones what is new, the end all
                changed = message["msg"] == "process_generating"
                new, begun = begun and changed, begun or changed
                text = json.dumps(message, ensure_ascii=False).replace('\\"', '"') if new else ""
                for name, mark in (("papers_s", PAPERS), ("words_s", WORDS)):
                    if mark in text:
                        told.setdefault(name, now)
                if found := PROBLEM.search(text):
                    problem = found[1]
                if message.get("success") is False:
                    problem = problem or f"the server says {message['msg']}"
        except httpx.HTTPError as error:
            problem = f"{type(error).__name__}: {error}"
        return Visit(question=question, sent=sent, total_s=time.perf_counter() - sent, problem=problem, **told)

    def messages(self, question: str) -> Iterator[dict[str, Any]]:
        """Yield what the server sends about a question; raises httpx.HTTPError."""
        body = {
            "data": [question, *self.inputs[1:]],
            "fn_index": self.function,
            "session_hash": self.session,
        }
        self.client.post("/gradio_api/queue/join", json=body).raise_for_status()
        with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as stream:
            stream.raise_for_status()
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    message = json.loads(line.removeprefix("data:"))
                    yield message
                    if message["msg"] in {"process_completed", "unexpected_error", "close_stream"}:
                        return


def submission(page: dict[str, Any]) -> tuple[int, list[Any]]:
    """Return which of a page's functions takes a question, and the values that its boxes have at first.

    Raises RunError for a page without the question box.
    """
    parts = {part["id"]: part for part in page["components"]}
    for function in page["dependencies"]:
        for target, event in function["targets"]:
            named = parts[target]["props"].get("elem_id") if target in parts else None
            if named == QUESTION_BOX and event == "submit":
                return function["id"], [parts[each]["props"].get("value") for each in function["inputs"]]
    raise RunError("the page", "it has no question box", "renew evals/readers.py")
