"""The chat as a newcomer meets it: `arxiv-rag chat` on the sample digest, in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path; on Debian: apt-get install chromium"),
]
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path_factory.mktemp("chat")), "ARXIV_RAG_LLM": "local-small"}
    command = [sys.executable, "-m", "rag.serve.cli", "chat", "--port", "7990"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        for line in server.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                yield found.group()
                break
        else:
            pytest.fail("the chat did not say where it listens")
        server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(locale="en-US")
    opened = context.new_page()
    opened.goto(address)
    expect(opened.locator("textarea").first).to_be_visible()
    yield opened
    context.close()


def ask(page: Page, question: str) -> None:
    box = page.locator("textarea").first
    box.fill(question)
    box.press("Enter")


def test_the_box_has_the_focus_and_enter_sends(page: Page) -> None:
    expect(page.locator("textarea").first).to_be_focused()
    ask(page, "Who wrote 2509.07445?")
    link = page.get_by_role("log").locator('a[href="https://arxiv.org/abs/2509.07445"]').first
    expect(link).to_be_visible(timeout=30_000)
    expect(page.get_by_role("log")).to_contain_text("Harrison Field")


def test_a_chinese_list_names_every_paper(page: Page) -> None:
    ask(page, "哪些论文用到了扩散模型？")
    log = page.get_by_role("log")
    for paper in ("2509.07277", "2509.07530"):
        expect(log.locator(f'a[href="https://arxiv.org/abs/{paper}"]').first).to_be_visible(timeout=30_000)


def test_the_sample_says_that_it_is_retold(page: Page) -> None:
    expect(page.locator("body")).to_contain_text("retold")


def test_markup_in_a_question_is_not_live(page: Page) -> None:
    ask(
        page,
        "Who wrote 2509.07445? <img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>",
    )
    expect(page.get_by_role("log")).to_contain_text("2509.07445", timeout=30_000)
    expect(page).not_to_have_title("owned")
    assert page.get_by_role("log").locator("img[src='x'], script").count() == 0


def test_nothing_is_asked_of_other_machines(browser: Browser, address: str) -> None:
    context = browser.new_context()
    opened = context.new_page()
    hosts: set[str | None] = set()
    opened.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    opened.goto(address)
    ask(opened, "How many papers are there?")
    expect(opened.get_by_role("log")).to_contain_text("24", timeout=30_000)
    context.close()
    assert hosts <= {"127.0.0.1", None}


def test_a_phone_needs_no_sideways_scrolling(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    opened = context.new_page()
    opened.goto(address)
    expect(opened.locator("textarea").first).to_be_visible()
    assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()


@pytest.mark.llm
def test_a_phrased_answer_shows_its_evidence(page: Page) -> None:
    ask(page, "How is a robot hand taught to turn objects by touch alone?")
    log = page.get_by_role("log")
    expect(log.locator('a[href="https://arxiv.org/abs/2509.07445"]').first).to_be_visible(timeout=120_000)
    expect(page.locator("mark").first).to_be_visible(timeout=30_000)
