"""Report: one page that holds everything, and nothing from a paper or a model becomes markup."""

import html
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from handmade import GAP, RIGHT, Parrot, answer, case, cite, said

from evals.charts import Bar, Point, bars, scatter
from evals.errors import RunError
from evals.report import Report, write_report
from evals.run import Plan, run_cases
from rag.config import Settings

EVIL = "</script><img src=x onerror=alert(1)>"


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    """Return two runs over the same two cases; the second one's answers are hostile, or fail."""
    cases = [case(id="a"), case(id="b", question="How often at all?", note=EVIL)]
    questions = [one.turns[0].question for one in cases]
    hostile = answer(said(f"{EVIL} [2509.00001].", cite(GAP, EVIL)))
    scripts = {"first": [RIGHT, RIGHT], "second": [hostile, ValueError(EVIL)]}
    folders = []
    for name, answers in scripts.items():
        parrot = Parrot(answers=dict(zip(questions, answers, strict=True)))
        plan = Plan(subject="parrot", settings=Settings(), out=tmp_path / name, cache=None)
        run_cases(cases, plan, lambda corpus, parrot=parrot: parrot)
        folders.append(plan.out)
    return folders


def test_the_page_needs_nothing_else_and_is_not_fooled(runs: list[Path], tmp_path: Path) -> None:
    page = write_report(runs, tmp_path / "out").read_text(encoding="utf-8")
    assert "<img" not in page
    assert not re.search(r'(?:src|href)\s*=\s*["\']?(?:https?:)?//', page)
    assert "default-src 'none'" in html.unescape(page)
    data = re.search(r'<script id=data type="application/json">(.*?)</script>', page, re.DOTALL)
    assert data
    told = json.loads(data.group(1))
    assert [one["id"] for one in told["cases"]] == ["a", "b"]
    assert told["cases"][1]["note"] == EVIL
    assert told["cases"][1]["runs"]["second"]["error"] == f"ValueError: {EVIL}"


def test_json_and_markdown_tell_the_same(runs: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_report(runs, out)
    told = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert [run["made"]["failed"] for run in told["runs"]] == [0, 1]
    total = next(group for group in told["runs"][0]["groups"] if group["kind"] == group["language"] == "all")
    assert total["estimates"]["right"] == {"value": 1.0, "low": 1.0, "high": 1.0, "count": 2}
    text = (out / "report.md").read_text(encoding="utf-8")
    assert re.search(r"\| right +\| 100.0 \[100.0, 100.0\]", text)
    assert "## second" in text


def test_runs_with_one_name_are_told_apart(runs: list[Path]) -> None:
    assert [run.name for run in Report.read([runs[0], runs[0]]).runs] == ["first (1)", "first (2)"]


def test_a_folder_without_a_run_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="python -m evals run"):
        write_report([tmp_path], tmp_path / "out")


def test_charts_are_well_formed_and_to_scale() -> None:
    picture = bars(
        [("a <b>", [Bar(series=0, value=50, low=40, high=60), Bar(series=1, value=100)])], label="x", top=100
    )
    root = ElementTree.fromstring(picture)
    half, whole = (float(bar.attrib["width"]) for bar in root.iter("rect"))
    assert whole == pytest.approx(2 * half)
    points = scatter(
        [Point(series=0, x=1, y=50, label="p"), Point(series=0, x=1, y=50, label="q")], label="x", x_unit="s"
    )
    rows = [float(text.attrib["y"]) for text in ElementTree.fromstring(points).iter("text") if text.text in {"p", "q"}]
    assert abs(rows[0] - rows[1]) >= 13
