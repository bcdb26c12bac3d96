"""A server that is lost and comes back, and readers of the load benchmark: in a real browser and beside it."""

from __future__ import annotations

from contextlib import closing

import pytest
from asking import answered, ask, log
from conftest import serving
from playwright.sync_api import Browser, expect
from staged import StagedAssistant

from evals.readers import Reader

QUESTION = "How accurate is the detection of breast cancer in thermographic images?"
DRAFT = "哪些论文研究机器人？"


pytestmark = pytest.mark.usefixtures("fresh")


def test_a_lost_server_is_told_and_all_is_there_when_it_is_back(browser: Browser, assistant: StagedAssistant) -> None:
    """The answer under way ends as stopped, to be asked again; what was typed meanwhile is still in the box."""
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    with serving(assistant, port=18860) as address:
        page.goto(address)
        ask(page, QUESTION)
        answered(page)
        ask(page, f"slowly: {QUESTION}")
        expect(log(page).locator(".nearest")).to_be_visible()
        page.locator("#question textarea").fill(DRAFT)
    expect(page.get_by_test_id("toast-text")).to_contain_text("与服务器的连接已中断")
    expect(log(page).locator(".answer").first).to_be_visible()
    covering = page.locator("#conversation, #sources").get_by_test_id("status-tracker").locator("visible=true")
    expect(covering).to_have_count(0)
    with serving(assistant, port=18860):
        expect(log(page).locator(".stopped")).to_be_visible(timeout=30_000)
        answered(page)
        expect(page.locator("#question textarea")).to_have_value(DRAFT)
        assistant.gate.set()
        log(page).get_by_role("button", name="重试").last.click()
        answered(page, 2)
    context.close()


# Gradio leaves an event loop of its own behind where none is running; a browser's is
@pytest.mark.usefixtures("browser")
def test_a_reader_of_the_load_benchmark_asks_as_the_page_does(address: str, assistant: StagedAssistant) -> None:
    with closing(Reader(address=address)) as reader:
        first, second, down = (reader.ask(each) for each in (QUESTION, "And the second?", "What if the model is down?"))
    for visit in (first, second):
        assert visit.problem == ""
        assert visit.papers_s is not None
        assert visit.words_s is not None
        assert visit.papers_s <= visit.words_s <= visit.total_s
    assert [turn.question for turn in assistant.asked[1][2]] == [QUESTION]
    assert "staged.gguf" in down.problem
