"""The report in a real browser: cases filter, open, and show hostile text as text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from handmade import GAP, RIGHT, Parrot, answer, case, cite, said

from evals.report import write_report
from evals.run import Plan, run_cases
from rag.config import Settings

pytestmark = pytest.mark.browser
EVIL = "<img src=x onerror=\"document.title='pwned'\">"


@pytest.fixture(scope="module")
def page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return the page of two runs, open, and what its console said."""
    folder = tmp_path_factory.mktemp("report")
    cases = [case(id="good"), case(id="evil", question=f"How often at all? {EVIL}")]
    hostile = answer(said(f"{EVIL} [2509.00001].", cite(GAP, EVIL)))
    for name, second in (("before", RIGHT), ("after", hostile)):
        parrot = Parrot(answers={cases[0].turns[0].question: RIGHT, cases[1].turns[0].question: second})
        plan = Plan(subject="parrot", settings=Settings(), out=folder / name, cache=None)
        run_cases(cases, plan, lambda corpus, parrot=parrot: parrot)
    path: Path = write_report([folder / "before", folder / "after"], folder / "out")
    opened = browser.new_page()
    opened.set_default_timeout(10_000)
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(path.as_uri())
    yield opened
    opened.close()
    assert complaints == []


def test_cases_filter_by_outcome_and_text(page: Any) -> None:
    assert page.inner_text("#count") == "2 of 2 cases"
    page.select_option("select[name=outcome]", "differs")
    assert page.inner_text("#count") == "1 of 2 cases"
    page.select_option("select[name=outcome]", "")
    page.fill("input[name=text]", "robot reach at")
    assert page.inner_text("#count") == "1 of 2 cases"
    page.fill("input[name=text]", "")


def test_a_case_opens_with_both_answers_and_hostile_text_stays_text(page: Any) -> None:
    one = page.locator("details.case", has_text="evil")
    one.locator("summary").first.click()
    answers = one.locator(".answer")
    answers.nth(1).wait_for()
    assert answers.count() == 2
    assert EVIL in answers.nth(1).inner_text()
    for part in one.locator(".run details > summary").all():
        part.click()
    assert one.locator("blockquote").first.is_visible()
    assert page.locator("img").count() == 0
    assert page.title() == "arxiv-rag evaluation"


def test_summary_and_charts_are_there(page: Any) -> None:
    assert page.locator("main table th[scope=col]").count() >= 4
    assert page.locator("svg[role=img]").count() >= 4
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width == 0
