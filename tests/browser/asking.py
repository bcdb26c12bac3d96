"""What every browser test does: ask and look."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect


def ask(page: Page, question: str) -> None:
    """Type a question and press Enter."""
    box = page.locator("textarea").first
    box.fill(question)
    box.press("Enter")


def log(page: Page) -> Locator:
    """Return the conversation."""
    return page.get_by_role("log")


def answered(page: Page, number: int = 1) -> None:
    """Wait until that many answers are complete."""
    expect(log(page).locator(".foot")).to_have_count(number, timeout=20_000)


def eventually(page: Page, met: Callable[[], bool]) -> None:
    """Wait until something is so that the page does not show."""
    for _ in range(200):
        if met():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not become so in ten seconds")
