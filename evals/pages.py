"""Pages: the chat in a real browser, timed as a reader sees it. Nothing is measured where there is no Chromium."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

VISITS = 3
"""Visits of the page, each in a browser without memory of it."""
SECONDS = 60.0
"""How long something may take to be shown."""
PACE = 150.0
"""Milliseconds between two letters: somebody who types fast."""
LOOK = 1000.0
"""Milliseconds for which they look at what they have typed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """When a reader sees what, in seconds from Enter."""

    papers_s: float
    """The papers."""
    words_s: float
    """The first sentence of the answer."""


@contextmanager
def chromium() -> Iterator[Browser | None]:
    """Yield a browser that has started; None where there is no Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        yield None
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        browser.new_context().new_page().context.close()
        yield browser
        browser.close()


def openings(browser: Browser, address: str) -> Iterator[float]:
    """Yield the seconds until a question can be typed, of each visit."""
    for _ in range(VISITS):
        page = browser.new_context(locale="en").new_page()
        began = time.perf_counter()
        open_page(page, address)
        yield time.perf_counter() - began
        page.context.close()


def open_page(page: Page, address: str) -> None:
    """Open the chat and wait until a question can be typed."""
    from playwright.sync_api import expect

    page.goto(address)
    expect(page.locator("#question textarea")).to_be_focused(timeout=SECONDS * 1000)
    expect(page.locator(".masthead")).to_be_visible(timeout=SECONDS * 1000)


def showings(browser: Browser, address: str, asked: Sequence[str], *, typed: bool) -> Iterator[Shown]:
    """Yield when a reader sees what, of questions asked one after the other: typed, or put into the box at once."""
    page = browser.new_context(locale="en").new_page()
    open_page(page, address)
    box = page.locator("#question textarea")
    for question in asked:
        if typed:
            box.press_sequentially(question, delay=PACE)
            page.wait_for_timeout(LOOK)
        else:
            box.fill(question)
        began = time.perf_counter()
        box.press("Enter")
        page.locator("#sources .card").first.wait_for(timeout=SECONDS * 1000)
        papers = time.perf_counter() - began
        page.locator("#conversation .answer").first.wait_for(timeout=SECONDS * 1000)
        yield Shown(papers_s=papers, words_s=time.perf_counter() - began)
        page.locator("#conversation .foot").first.wait_for(timeout=SECONDS * 1000)
        # the next question's cards are to be new ones
        page.locator("#fresh").click()
        page.locator("#sources .card").first.wait_for(state="detached", timeout=SECONDS * 1000)
    page.context.close()
