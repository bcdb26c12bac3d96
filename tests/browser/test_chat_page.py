"""The chat in a real browser, over a real store, with answers written by the tests."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from asking import answered, ask, eventually, log
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from staged import StagedAssistant

from rag.assistant import Assistant
from rag.models import Filters, Paper
from rag.serve.handlers import BEGUN

QUESTION = "How accurate is the detection of breast cancer in thermographic images?"
PAPER = "2509.07277"


pytestmark = pytest.mark.usefixtures("fresh")


def test_the_page_keeps_its_contract(page: Page) -> None:
    expect(log(page)).to_have_count(1)
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(log(page).locator(".answer").get_by_role("link").first).to_have_attribute(
        "href", f"https://arxiv.org/abs/{PAPER}"
    )
    answered(page)
    expect(log(page).locator("[aria-label*='<']")).to_have_count(0)
    expect(page.locator("textarea").first).to_have_value("")
    expect(page.locator("textarea").first).to_be_focused()
    expect(page.locator(".masthead")).to_contain_text("24 papers")
    expect(page.locator(".masthead")).to_contain_text("retold for this sample, not the authors’ words")
    expect(page.locator(".masthead")).to_contain_text("not full texts")


def test_papers_and_quotes_are_there_before_the_answer(page: Page, assistant: StagedAssistant) -> None:
    ask(page, f"slowly: {QUESTION}")
    card = page.locator(f"[id='paper-{PAPER}']")
    expect(page.locator("#sources h2.group").first).to_contain_text("Found")
    expect(card.locator("blockquote")).to_be_visible()
    expect(log(page).locator(".status")).to_be_visible()
    assert log(page).locator(".answer").count() == 0
    assistant.gate.set()
    answered(page)
    expect(page.locator("#sources h2.group").first).to_contain_text("Cited")
    expect(card.locator("mark")).to_be_visible()
    expect(card).to_contain_text("Sepehr Salem")
    expect(card.locator(".badge")).to_have_text("supported")
    expect(card.get_by_role("link", name="PDF")).to_have_attribute("href", f"https://arxiv.org/pdf/{PAPER}")
    expect(card.locator(".summary [lang=zh-Hans]").first).to_be_visible()


def test_a_question_is_read_ahead_for_while_it_is_typed_and_stays_as_it_is(
    page: Page, assistant: StagedAssistant
) -> None:
    box = page.locator("textarea").first
    box.press_sequentially(QUESTION, delay=10)
    eventually(page, lambda: QUESTION in assistant.anticipated)
    expect(box).to_have_value(QUESTION)
    assert len(assistant.anticipated[0].split()) >= BEGUN
    assert assistant.asked == []
    box.press("Enter")
    answered(page)
    assert [question for question, _, _ in assistant.asked] == [QUESTION]


def test_stop_keeps_what_is_there_and_the_page_goes_on(page: Page, assistant: StagedAssistant) -> None:
    ask(page, f"slowly: {QUESTION}")
    expect(page.locator("#sources h2.group").first).to_contain_text("Found")
    page.locator("button.stop-button").click()
    expect(log(page).locator(".stopped")).to_be_visible()
    assistant.gate.set()
    ask(page, "And the other one?")
    answered(page)
    expect(log(page).locator(".stopped")).to_have_count(1)
    assert assistant.asked[-1][2] == ()


def test_retry_asks_again_and_undo_gives_the_question_back(page: Page, assistant: StagedAssistant) -> None:
    ask(page, QUESTION)
    answered(page)
    page.get_by_role("button", name="Retry").click()
    eventually(page, lambda: [question for question, _, _ in assistant.asked] == [QUESTION] * 2)
    expect(log(page).locator(".status")).to_have_count(0)
    answered(page)
    expect(log(page).locator(".asked")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(log(page).locator(".asked")).to_have_count(0)
    expect(page.locator("textarea").first).to_have_value(QUESTION)


def test_follow_ups_know_the_conversation_and_a_new_one_does_not(page: Page, assistant: StagedAssistant) -> None:
    ask(page, QUESTION)
    answered(page)
    ask(page, "How was that evaluated?")
    answered(page, 2)
    assert [turn.question for turn in assistant.asked[-1][2]] == [QUESTION]
    assert PAPER in assistant.asked[-1][2][0].papers
    page.get_by_role("button", name="New conversation").click()
    expect(log(page).locator(".asked")).to_have_count(0)
    ask(page, "And now?")
    answered(page)
    assert assistant.asked[-1][2] == ()


def test_two_readers_do_not_see_each_other(open_chat: Any, assistant: StagedAssistant) -> None:
    first, second = open_chat(), open_chat()
    ask(first, QUESTION)
    answered(first)
    ask(second, "Which papers use diffusion models?")
    answered(second)
    expect(log(second).locator(".asked")).to_have_count(1)
    assert assistant.asked[-1][2] == ()


def test_a_citation_opens_its_source(page: Page) -> None:
    ask(page, QUESTION)
    answered(page)
    chip = log(page).locator(".answer a.chip").nth(1)
    identifier = chip.inner_text().strip("[]")
    card = page.locator(f"[id='paper-{identifier}']")
    expect(card.locator("mark")).to_be_hidden()
    chip.click()
    expect(card.locator("mark")).to_be_visible()
    expect(card).to_be_in_viewport()
    ask(page, "Which planner tracks gaps?")
    answered(page, 2)
    log(page).locator(".reply").first.locator(".answer a.chip").first.click()
    expect(log(page).locator(".reply").first.locator("blockquote").first).to_be_visible()
    assert len(page.context.pages) == 1


def test_an_answer_can_be_copied(open_chat: Any) -> None:
    page = open_chat(permissions=["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    answered(page)
    page.get_by_role("button", name="Copy answer").click()
    expect(page.locator("button.copy.done")).to_be_visible()
    assert f"[{PAPER}]" in page.evaluate("navigator.clipboard.readText()")


def test_hostile_text_is_never_live(page: Page) -> None:
    ask(
        page,
        'hostile <img src=x onerror="window.owned=1"> [x](javascript:window.owned=1) ![p](https://evil.example/p.png)',
    )
    answered(page)
    expect(log(page).locator(".asked")).to_contain_text("![p](https://evil.example/p.png)")
    expect(page.locator(".card").first).to_contain_text("<script>window.owned=1</script>")
    for place in ("[role=log]", "#sources"):
        within = page.locator(place)
        assert (
            within.locator(
                "script, iframe, style, form, img[src='x'], img[src*=evil], svg[onload], .katex, .mermaid"
            ).count()
            == 0
        )
        hrefs = within.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        assert all(href.startswith(("https://arxiv.org/", "/c/")) for href in hrefs)
    assert page.evaluate("window.owned") is None
    assert "\u202e" not in page.locator("#sources").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_planted_scripts_are_blocked(page: Page, watched: Any) -> None:
    page.evaluate(
        """() => {
          const script = document.createElement('script');
          script.textContent = 'window.owned = 1';
          document.body.append(script);
          const holder = document.createElement('div');
          holder.innerHTML = '<img src="data:," onerror="window.owned = 1">';
          document.body.append(holder);
        }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.owned") is None
    assert watched.errors
    assert all("Content Security Policy" in error for error in watched.errors)
    watched.errors.clear()


def test_problems_are_one_sentence_and_the_page_stays_usable(page: Page, capfd: pytest.CaptureFixture[str]) -> None:
    ask(page, "What if the model is down?")
    expect(log(page).locator(".problem")).to_have_text(
        "The model 'staged.gguf' cannot answer: its file is missing; run 'make install'."
    )
    ask(page, "What if it breaks?")
    expect(log(page).locator(".problem")).to_have_count(2)
    expect(log(page).locator(".problem").last).to_contain_text("Something went wrong")
    assert "ZeroDivisionError" not in log(page).inner_text()
    assert "ZeroDivisionError" in capfd.readouterr().err
    ask(page, QUESTION)
    answered(page)


def test_examples_are_asked_when_chosen(page: Page, assistant: StagedAssistant) -> None:
    examples = page.locator("#conversation .example")
    expect(examples).to_have_count(4)
    chosen = examples.first.inner_text().strip()
    examples.first.click()
    answered(page)
    assert assistant.asked[-1][0] == chosen


def test_filters_reach_the_search_and_show(page: Page, assistant: StagedAssistant) -> None:
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Category").click()
    page.get_by_role("option", name="cs.RO").click()
    page.get_by_label("Author").fill("Field, Li")
    page.get_by_label("Author").blur()
    expect(page.locator("#filters")).to_contain_text("Filters (2 active)")
    ask(page, "Who turns objects by touch?")
    answered(page)
    assert assistant.asked[-1][1] == Filters(categories=("cs.RO",), authors=("Field", "Li"))
    expect(log(page).locator(".foot")).to_contain_text("cs.RO, Field, Li")


def test_papers_indexed_meanwhile_are_there(page: Page, assistant: StagedAssistant) -> None:
    day = datetime.date(2025, 9, 11)
    new = Paper(
        arxiv_id="2509.11111",
        title="Zymurgy: Brewing with Yeast",
        url="https://arxiv.org/abs/2509.11111",
        category="cs.RO",
        date=day,
        abstract="Yeast ferments wort in a brewery. Zymurgy is its name.",
    )
    with Assistant.open(assistant.settings) as other:
        other.index([new])
    ask(page, "How does yeast ferment wort in a brewery?")
    expect(log(page).locator(".answer a[href='https://arxiv.org/abs/2509.11111']")).to_be_visible()
    expect(page.locator(".masthead")).to_contain_text("25 papers")


def test_the_interface_is_chinese_for_a_chinese_browser_and_can_be_switched(open_chat: Any) -> None:
    page = open_chat(locale="zh-CN")
    assert page.url.endswith("/zh/")
    expect(page.locator(".masthead")).to_contain_text("并非作者原文")
    ask(page, "乳腺热成像识别乳腺癌的准确率是多少？")
    answered(page)
    expect(log(page).locator(".answer")).to_contain_text("98.0%")
    expect(log(page).locator(".answer a").first).to_have_attribute("href", f"https://arxiv.org/abs/{PAPER}")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("button", name="New conversation")).to_be_visible()


def lightness(page: Page, selector: str, what: str) -> float:
    """Return the mean of a colour's channels, 0 to 255."""
    colour = page.locator(selector).first.evaluate(f"element => getComputedStyle(element).{what}")
    channels = [float(part) for part in colour.split("(")[1].rstrip(")").split(",")[:3]]
    return sum(channels) / 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_follow_the_browser_and_are_accessible(open_chat: Any, scheme: str) -> None:
    page = open_chat(color_scheme=scheme)
    ask(page, QUESTION)
    answered(page)
    background, ink = lightness(page, "body", "backgroundColor"), lightness(page, ".answer", "color")
    assert (background > 200 and ink < 90) if scheme == "light" else (background < 50 and ink > 180)
    found = Axe().run(page).response["violations"]
    grave = [one for one in found if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in grave] == []


def test_a_phone_shows_everything_in_one_column(open_chat: Any) -> None:
    page = open_chat(viewport={"width": 390, "height": 844}, has_touch=True)
    ask(page, "hostile but wide")
    answered(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    talk, aside = page.locator("#talk").bounding_box(), page.locator("#aside").bounding_box()
    assert talk
    assert aside
    assert aside["y"] >= talk["y"] + talk["height"]
    assert talk["width"] > 350


def test_the_question_box_is_always_in_view_on_a_desk(page: Page) -> None:
    expect(page.locator("#question")).to_be_in_viewport(ratio=1)
    ask(page, QUESTION)
    answered(page)
    expect(page.locator("#question")).to_be_in_viewport(ratio=1)
    expect(page.locator("#filters")).to_be_in_viewport(ratio=1)


def test_nothing_secret_is_in_page_or_settings(page: Page, address: str, assistant: StagedAssistant) -> None:
    for path in ("/", "/config", "/gradio_api/info"):
        text = page.request.get(address + path).text()
        assert assistant.settings.store not in text
        assert "api_key" not in text.lower()
