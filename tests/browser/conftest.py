"""One server for a module, one browser context for a test."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect
from staged import StagedAssistant

from rag.assistant import Assistant
from rag.config import Settings
from rag.ingest.digest import read_digest
from rag.ingest.sample import sample_digest_path

LEAVING = ("AbortError: signal is aborted", "Connection errored out")
Open = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test here."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # Gradio's statistics of its queue use what pandas 3 calls old
            for old in ("'future.no_silent_downcasting'", "The copy keyword is deprecated"):
                item.add_marker(pytest.mark.filterwarnings(f"ignore:{old}"))


@contextmanager
def serving(assistant: Assistant, *, sample: bool = True, port: int = 18700) -> Iterator[str]:
    """Serve the chat over `assistant` from a thread, conversations beside its store; yields its address."""
    from rag.serve import web
    from rag.serve.chat import create_app
    from rag.serve.diary import FILE, Diary

    listener = web.listen("127.0.0.1", port)
    ready = threading.Event()
    diary = Diary(Path(assistant.settings.store).with_name(FILE), "store")
    server = web.chat_server(create_app(assistant, sample=sample, diary=diary), ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert ready.wait(timeout=60)
    yield web.address("127.0.0.1", listener)
    # nobody waits for the streams of pages that are still open
    server.should_exit = server.force_exit = True
    # its address is free by then; an answer that waits for its test keeps a thread longer
    thread.join(timeout=5)


@pytest.fixture(scope="session")
def staged_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with the sample digest, embedded by the real models."""
    folder = tmp_path_factory.mktemp("staged") / "store"
    with Assistant.open(Settings(store=str(folder), llm="local-small")) as assistant:
        assistant.index(read_digest(sample_digest_path()).papers)
    return folder


@pytest.fixture(scope="module")
def assistant(staged_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StagedAssistant]:
    """Return the staged assistant over a copy of the store that the module may change."""
    folder = shutil.copytree(staged_store, tmp_path_factory.mktemp("module") / "store")
    with StagedAssistant.open(Settings(store=str(folder), llm="local-small")) as staged:
        assert isinstance(staged, StagedAssistant)
        staged.asked, staged.anticipated, staged.gate = [], [], threading.Event()
        yield staged


@pytest.fixture
def fresh(assistant: StagedAssistant) -> None:
    """Let the staged assistant forget what an earlier test asked."""
    assistant.asked.clear()
    assistant.anticipated.clear()
    assistant.gate.clear()


@pytest.fixture(scope="module")
def address(assistant: StagedAssistant) -> Iterator[str]:
    """Return the address of the staged chat."""
    with serving(assistant) as address:
        yield address


class Watched:
    """What went wrong on pages while a test looked elsewhere."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.hosts: set[str] = set()

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of a context."""
        context.on("console", self.console)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("request", self.request)

    def console(self, message: ConsoleMessage) -> None:
        """Keep errors, but for those that Gradio tells when a page is left while it listens."""
        if message.type == "error" and not any(text in message.text for text in LEAVING):
            self.errors.append(message.text)

    def request(self, request: Request) -> None:
        """Keep hosts other than the server's."""
        host = urlsplit(request.url).hostname
        if host not in {"127.0.0.1", None}:
            self.hosts.add(str(host))


@pytest.fixture
def watched() -> Iterator[Watched]:
    """Fail a test on any console error and on any request to another machine."""
    seen = Watched()
    yield seen
    assert seen.errors == []
    assert seen.hosts == set()


@pytest.fixture
def open_chat(browser: Browser, address: str, watched: Watched) -> Iterator[Open]:
    """Return a function that opens the chat in a session of its own; keywords are those of a browser context."""
    contexts: list[BrowserContext] = []

    def open_page(at: str = address, **options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(15_000)
        expect.set_options(timeout=15_000)
        watched.watch(context)
        page = context.new_page()
        page.goto(at)
        expect(page.locator("textarea").first).to_be_focused()
        expect(page.locator(".masthead")).to_be_visible()
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_chat: Open) -> Page:
    return open_chat()
