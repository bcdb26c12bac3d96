"""Browsing a day, choosing papers, adding a digest: in a real browser."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from asking import answered, ask, log
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from staged import StagedAssistant

from rag.assistant import Assistant
from rag.models import Filters, Paper

BREAST, TOUCH = "2509.07277", "2509.07445"


pytestmark = pytest.mark.usefixtures("fresh")


def entries(page: Page) -> Locator:
    return page.locator("#papers .entry:visible")


def entry(page: Page, identifier: str) -> Locator:
    return page.locator(f"[id='entry-{identifier}']")


def test_the_day_is_there_at_once_by_category(page: Page) -> None:
    expect(entries(page)).to_have_count(24)
    expect(page.locator("#papers .group").first).to_contain_text("cs.CV")
    expect(entry(page, BREAST).locator(".tldr")).to_contain_text("98.0%")
    expect(entry(page, BREAST).get_by_role("link", name="PDF")).to_have_attribute(
        "href", f"https://arxiv.org/pdf/{BREAST}"
    )


def test_the_list_is_searched_as_one_types(page: Page) -> None:
    find = page.get_by_label("Search the listed papers")
    find.press_sequentially("field TOUCH")
    expect(entries(page)).to_have_count(1)
    expect(entry(page, TOUCH)).to_be_visible()
    find.fill("热成像")
    expect(entries(page)).to_have_count(1)
    find.fill("zymurgy<b>")
    expect(entries(page)).to_have_count(0)
    expect(page.locator("#papers .none")).to_be_visible()
    find.fill("")
    expect(entries(page)).to_have_count(24)


def test_a_bar_narrows_the_list_and_papers_can_be_sorted(page: Page) -> None:
    bar = page.locator("#papers .bar").filter(has_text="cs.RO")
    count = int(bar.locator(".count").inner_text())
    bar.click()
    expect(entries(page)).to_have_count(count)
    expect(bar).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Order").click()
    page.get_by_role("option", name="by title").click()
    expect(page.locator("#papers .group")).to_have_count(0)
    expect(entries(page)).to_have_count(count)
    titles = [text.casefold() for text in page.locator("#papers .entry:visible .title").all_inner_texts()]
    assert titles == sorted(titles)
    page.locator("#papers .bar").filter(has_text="cs.RO").click()
    expect(entries(page)).to_have_count(24)


def test_chosen_papers_restrict_the_question_and_can_be_compared(page: Page, assistant: StagedAssistant) -> None:
    for identifier in (BREAST, TOUCH):
        entry(page, identifier).get_by_role("button", name="Ask about").click()
        expect(entry(page, identifier).locator(".pick")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("textarea").first).to_be_focused()
    expect(page.locator("#active .drop")).to_have_count(2)
    expect(page.locator("#filters")).to_contain_text("Filters (1 active)")
    with page.expect_download() as saved:
        page.locator("#active").get_by_role("link", name="BibTeX").click()
    text = Path(saved.value.path()).read_text(encoding="utf-8")
    assert text.count("@misc{") == 2
    assert f"eprint = {{{TOUCH}}}" in text
    page.locator("#active").get_by_role("button", name="Compare").click()
    answered(page)
    # the conversation gives way, never what is chosen
    page.set_viewport_size({"width": 1280, "height": 640})
    for part in (
        page.locator("#active .drop").first,
        page.locator("#active").get_by_text("CSV"),
        page.locator("#filters"),
    ):
        expect(part).to_be_in_viewport(ratio=1)
    question, limits, _ = assistant.asked[-1]
    assert question == f"Compare {BREAST} and {TOUCH}."
    assert limits == Filters(papers=(BREAST, TOUCH))
    page.get_by_title(f"Remove {BREAST}").click()
    expect(page.locator("#active .drop")).to_have_count(1)
    page.get_by_role("tab", name="Papers").click()
    expect(entry(page, BREAST).locator(".pick")).to_have_attribute("aria-pressed", "false")
    page.get_by_title(f"Remove {TOUCH}").click()
    expect(page.locator("#active .drop")).to_have_count(0)
    ask(page, "And without restriction?")
    answered(page, 2)
    assert assistant.asked[-1][1] == Filters()


def test_a_paper_of_the_list_can_be_read(page: Page) -> None:
    entry(page, TOUCH).get_by_role("button", name="Abstract and card").click()
    card = page.locator(f"[id='paper-{TOUCH}']")
    expect(card.locator(".abstract")).to_be_visible()
    expect(card.locator(".summary")).to_be_visible()


def test_filters_show_as_chips_and_go_with_a_click(page: Page) -> None:
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Category").click()
    page.get_by_role("option", name="cs.RO").click()
    page.get_by_label("Author").fill("Field")
    page.get_by_label("Author").blur()
    expect(page.locator("#active .drop")).to_have_count(2)
    page.get_by_title("Remove Field").click()
    expect(page.locator("#active .drop")).to_have_count(1)
    expect(page.get_by_label("Author")).to_have_value("")
    page.get_by_title("Remove cs.RO").click()
    expect(page.locator("#filters")).not_to_contain_text("active")


def test_what_came_since_the_last_visit_is_marked(open_chat: Any, assistant: StagedAssistant) -> None:
    page = open_chat()
    expect(entries(page)).to_have_count(24)
    expect(page.locator("#papers .news")).to_be_hidden()
    day = datetime.date(2025, 9, 12)
    new = Paper(arxiv_id="2509.22222", title="Fresh: a New One", url="", category="cs.RO", date=day, abstract="New.")
    known = assistant.papers()[0]
    with Assistant.open(assistant.settings) as other:
        other.index([new])
    page.evaluate(
        """() => {
          const told = JSON.parse(localStorage.getItem('arxiv-rag:visits'));
          localStorage.setItem('arxiv-rag:visits', JSON.stringify({ ...told, at: told.at - 86400000 }));
        }"""
    )
    page.reload()
    news = page.locator("#papers .news")
    expect(news).to_contain_text("1 new since your last visit")
    news.click()
    expect(entries(page)).to_have_count(1)
    expect(entry(page, "2509.22222")).to_be_visible()
    page.reload()
    expect(news).to_contain_text("1 new since your last visit")
    assert known.arxiv_id != new.arxiv_id


def test_an_uploaded_digest_is_reported_while_others_ask(open_chat: Any, tmp_path: Path) -> None:
    entry_text = (
        "### [{n}] [Paper {n} on Sourdough](https://arxiv.org/abs/2509.3{n:04})\n\n*Ann Baker*\n\n"
        "Main category: cs.RO\n\nTL;DR: 面包 {n}。\n\n<details>\n  <summary>Details</summary>\n\n"
        "Abstract: Sourdough number {n} rises overnight. It is baked.\n\n</details>\n\n"
    )
    path = tmp_path / "2025-09-13 <b>.md"
    broken = "### [99] [No address]\n\n"
    path.write_text("# cs.RO\n\n" + "".join(entry_text.format(n=n) for n in range(1, 9)) + broken, encoding="utf-8")
    first, second = open_chat(), open_chat()
    first.get_by_role("tab", name="Add").click()
    expect(first.locator("#report")).to_contain_text("at most 20 MB")
    first.locator("#upload input[type=file]").set_input_files(path)
    ask(second, "Who detects breast cancer?")
    answered(second)
    expect(first.locator("#report .done")).to_contain_text("8 papers read: 8 added", timeout=30_000)
    expect(first.locator("#report .warnings")).to_be_visible()
    expect(first.locator(".masthead")).to_contain_text("2025-09-13")
    ask(second, "When does sourdough rise?")
    answered(second, 2)
    expect(log(second).locator(".answer a[href*='2509.3000']").first).to_be_visible()
    first.locator("#upload input[type=file]").set_input_files({"name": "x.md", "mimeType": "", "buffer": b"%PDF-1.7"})
    expect(first.locator("#report .problem")).to_contain_text("PDF")


def test_every_tab_is_accessible(page: Page) -> None:
    entries(page).first.get_by_role("button", name="Ask about").click()
    expect(page.locator("#active .drop")).to_have_count(1)
    for tab in ("Papers", "Conversations", "Add"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        found = Axe().run(page).response["violations"]
        grave = [one for one in found if one["impact"] in {"serious", "critical"}]
        assert [(tab, one["id"], [node["html"][:200] for node in one["nodes"]]) for one in grave] == []
