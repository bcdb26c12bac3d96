"""Conversations that survive, links that open them, feedback, the line of ten readers: in a real browser."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from asking import answered, ask, log
from axe_playwright_python.sync_playwright import Axe
from conftest import serving
from playwright.sync_api import Browser, Page, expect
from staged import StagedAssistant

from rag.config import Settings
from rag.serve.diary import FILE, Diary

QUESTION = "How accurate is the detection of breast cancer in thermographic images?"
PAPER = "2509.07277"


pytestmark = pytest.mark.usefixtures("fresh")


def saved(page: Page, name: str) -> str:
    """Click a link of the last answer and return the file that it gives."""
    with page.expect_download() as download:
        log(page).get_by_role("link", name=name).last.click()
    return Path(download.value.path()).read_text(encoding="utf-8")


def test_an_answer_can_be_taken_along(page: Page) -> None:
    ask(page, QUESTION)
    answered(page)
    text = saved(page, "Markdown")
    assert text.startswith(f"# {QUESTION}\n")
    assert f"[[{PAPER}](https://arxiv.org/abs/{PAPER})]" in text
    assert "## References" in text
    assert f"eprint = {{{PAPER}}}" in saved(page, "BibTeX")
    rows = list(csv.reader(io.StringIO(saved(page, "CSV").removeprefix("\ufeff"))))
    assert rows[1][0] == PAPER
    assert len(rows) == 3


def test_a_conversation_survives_a_reload_and_goes_on(page: Page, assistant: StagedAssistant) -> None:
    ask(page, QUESTION)
    answered(page)
    shown = log(page).locator(".answer").inner_text()
    expect(page).to_have_url(re.compile("[?&]c="))
    page.reload()
    answered(page)
    assert log(page).locator(".answer").inner_text() == shown
    expect(page.locator(f"[id='paper-{PAPER}'] mark")).to_be_visible()
    ask(page, "How was that evaluated?")
    answered(page, 2)
    assert [turn.question for turn in assistant.asked[-1][2]] == [QUESTION]


def test_a_conversation_survives_a_restart(browser: Browser, assistant: StagedAssistant) -> None:
    context = browser.new_context()
    page = context.new_page()
    with serving(assistant, port=18800) as address:
        page.goto(address)
        ask(page, QUESTION)
        answered(page)
        kept = page.url
    with serving(assistant, port=18800) as again:
        assert again == address
        page.goto(kept)
        answered(page)
        page.goto(address)
        page.get_by_role("tab", name="Conversations").click()
        page.locator("#threads").get_by_role("link", name=QUESTION).click()
        answered(page)
    context.close()


def test_a_link_opens_it_for_reading_and_deleting_ends_that(open_chat: Any, watched: Any) -> None:
    page, stranger = open_chat(), open_chat()
    ask(page, QUESTION)
    answered(page)
    page.get_by_role("tab", name="Conversations").click()
    link = page.locator("#threads").get_by_role("link", name="Read-only link")
    path = link.get_attribute("href")
    root = stranger.url.rstrip("/")
    stranger.goto(root + path)
    expect(log(stranger).locator(".answer")).to_contain_text(PAPER)
    assert stranger.locator("textarea, input, .say").count() == 0
    stranger.locator("details.quotations summary").click()
    expect(stranger.locator("blockquote").first).to_be_visible()
    grave = [one for one in Axe().run(stranger).response["violations"] if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in grave] == []
    stranger.goto(page.url)
    expect(stranger.locator(".masthead")).to_be_visible()
    stranger.wait_for_timeout(500)
    expect(log(stranger).locator(".asked")).to_have_count(0)
    stranger.get_by_role("tab", name="Conversations").click()
    expect(stranger.locator("#threads")).to_contain_text("No conversation yet")
    delete = page.locator("#threads .forget")
    delete.click()
    expect(delete).to_contain_text("Delete for good?")
    delete.click()
    expect(page.locator("#threads")).to_contain_text("No conversation yet")
    expect(log(page).locator(".asked")).to_have_count(0)
    assert stranger.goto(root + path).status == 404
    expect(stranger.locator("body")).to_contain_text("no such conversation")
    watched.errors[:] = [error for error in watched.errors if "404" not in error]


def test_feedback_is_kept_with_its_comment(page: Page, assistant: StagedAssistant) -> None:
    ask(page, QUESTION)
    answered(page)
    page.get_by_role("button", name="Dislike").click()
    comment = page.get_by_label("Thank you.")
    comment.fill("The second sentence is off.")
    comment.press("Enter")
    expect(page.locator("#thanks")).to_contain_text("Thank you, that is noted.")
    (given,) = Diary(Path(assistant.settings.store).with_name(FILE), "store").feedback()
    assert (given.liked, given.comment, given.number) == (False, "The second sentence is off.", 0)
    ask(page, "Another one?")
    expect(page.locator("#thanks")).to_be_hidden()


def test_a_suggested_question_is_asked_with_a_click(page: Page, assistant: StagedAssistant) -> None:
    ask(page, QUESTION)
    answered(page)
    button = log(page).locator(".next .say").first
    expected = button.inner_text()
    button.click()
    answered(page, 2)
    assert assistant.asked[-1][0] == expected
    expect(log(page).locator(".next")).to_have_count(1)


def test_a_second_question_waits_for_the_first(page: Page, assistant: StagedAssistant) -> None:
    ask(page, f"slowly: {QUESTION}")
    expect(log(page).locator(".nearest")).to_be_visible()
    ask(page, "Too early?")
    page.wait_for_timeout(300)
    assert len(assistant.asked) == 1
    expect(page.locator("textarea").first).to_have_value("Too early?")
    assistant.gate.set()
    answered(page)
    page.locator("textarea").first.press("Enter")
    answered(page, 2)


def test_two_tabs_of_one_reader_are_two_conversations(page: Page) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(".masthead")).to_be_visible()
    ask(page, QUESTION)
    ask(other, "Which papers use diffusion models?")
    answered(page)
    answered(other)
    assert page.url != other.url
    other.reload()
    answered(other)
    expect(log(other).locator(".asked")).to_have_text("Which papers use diffusion models?")
    other.get_by_role("tab", name="Conversations").click()
    expect(other.locator("#threads .thread")).to_have_count(2)


def test_readers_are_served_in_turn_and_know_their_place(open_chat: Any, assistant: StagedAssistant) -> None:
    pages = [open_chat() for _ in range(4)]
    for page in pages:
        ask(page, f"slowly: {QUESTION}")
        expect(page.locator("#sources .card").first).to_be_visible()
    expect(log(pages[-1]).locator(".status")).to_have_text("2 questions are ahead of yours")
    expect(log(pages[-1]).locator(".nearest")).to_be_visible()
    assistant.gate.set()
    for page in pages:
        answered(page)


def test_a_stopped_question_leaves_the_line(page: Page, assistant: StagedAssistant) -> None:
    for _ in range(2):
        ask(page, f"slowly: {QUESTION}")
        expect(log(page).locator(".nearest")).to_be_visible()
        page.locator("button.stop-button").click()
        expect(log(page).locator(".nearest")).to_have_count(0)
    assistant.gate.set()
    ask(page, QUESTION)
    answered(page)


def test_an_empty_store_leads_to_the_upload(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    with (
        StagedAssistant.open(Settings(store=str(tmp_path / "store"), llm="local-small")) as empty,
        serving(empty, sample=False, port=18950) as address,
    ):
        page.goto(address)
        expect(page.locator("#papers")).to_contain_text("There are no papers yet")
        ask(page, "Anything?")
        expect(log(page).locator(".problem")).to_contain_text("There are no papers yet")
        expect(page.get_by_role("tab", name="Add")).to_be_visible()
    context.close()
