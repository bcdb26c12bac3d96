"""The command line: what it prints, and how it fails."""

import json
from pathlib import Path

import pytest
from handmade import RIGHT, Parrot, case

from evals.__main__ import guarded
from evals.commands import Choice, limited, load_settings, variants
from evals.cost import Price
from evals.errors import RunError
from evals.run import Plan, run_cases
from rag.config import Settings
from rag.errors import ConfigError


def command(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["evals", *words])
    return guarded()


def test_check_finds_the_samples_cases_sound(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "check", "sample") == 0
    assert "no problem" in capsys.readouterr().out


def test_check_fails_on_a_bad_case(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bad = {
        "id": "x", "kind": "single", "language": "en", "split": "dev", "corpus": "sample", "question": "Why?",
        "gold": ["2509.99999"], "facts": [], "behaviour": "answer",
    }  # fmt: skip
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps(bad), encoding="utf-8")
    assert command(monkeypatch, "check", str(path)) == 1
    captured = capsys.readouterr()
    assert "bad.jsonl:1: x: the gold paper 2509.99999 is not in the corpus" in captured.out
    assert "Traceback" not in captured.err


def test_compare_and_report_read_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    one = case()
    for name, given in (("a", RIGHT), ("b", ValueError("no"))):
        parrot = Parrot(answers={one.turns[0].question: given})
        plan = Plan(subject="parrot", settings=Settings(), out=tmp_path / name, cache=None)
        run_cases([one], plan, lambda corpus, parrot=parrot: parrot)
    capsys.readouterr()
    folders = [str(tmp_path / name) for name in "ab"]
    assert command(monkeypatch, "compare", *folders, "--json", str(tmp_path / "c.json")) == 0
    assert "1 got worse, 0 better" in capsys.readouterr().out
    assert json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))["flips"][0]["id"] == "one"
    assert command(monkeypatch, "report", *folders, "--out", str(tmp_path / "r")) == 0
    assert {path.name for path in (tmp_path / "r").iterdir()} == {"report.html", "report.json", "report.md"}


def test_a_wrong_call_is_two_and_a_wrong_path_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert command(monkeypatch, "run", "--split", "some", "--out", str(tmp_path)) == 2
    assert command(monkeypatch, "run", str(tmp_path / "none.jsonl"), "--out", str(tmp_path)) == 1
    assert command(monkeypatch, "run", "sample", "--kinds", "riddle", "--out", str(tmp_path)) == 1
    assert command(monkeypatch, "run", "sample", "--subject", "bm25", "--out", str(tmp_path)) == 1
    told = capsys.readouterr().err
    assert "add --retrieve-only" in told
    assert "the file cannot be read" in told
    assert "none is left to run" in told
    assert "Traceback" not in told


def test_settings_of_a_run_are_named_and_repeatable() -> None:
    told = load_settings(["prompt_budget=900"], llm="local-small", embedder=None)
    assert (told.slots, told.llm, told.prompt_budget) == (1, "local-small", 900)
    with pytest.raises(RunError, match="it sets no setting"):
        load_settings(["colour=red"])


def test_settings_of_a_run_can_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text('llm = "local-small"\nprompt_budget = 900\nseed = 3\n', encoding="utf-8")
    told = load_settings(["prompt_budget=800"], config=file, llm="local", embedder=None)
    assert (told.slots, told.llm, told.prompt_budget, told.seed) == (1, "local", 800, 3)


@pytest.mark.parametrize(
    ("text", "problem"),
    [("colour = 'red'", "'colour' is no setting"), ("llm = local", "not TOML"), ("[llm]\nname = 'x'", "(?i)string")],
)
def test_a_wrong_file_of_settings_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises((RunError, ConfigError), match=problem):
        load_settings([], config=file)
    with pytest.raises(RunError, match="cannot be read"):
        load_settings([], config=tmp_path / "none.toml")


def test_noise_is_made_by_what_must_not_matter() -> None:
    assert [(one.slots, one.threads) for one in variants(Settings(slots=1, threads=4), 3)] == [(1, 4), (2, 4), (1, 1)]


def test_a_limit_takes_from_every_group() -> None:
    cases = [case(id="a"), case(id="b"), case(id="c", corpus="seed"), case(id="d", language="zh", question="穿门？")]
    assert [one.id for one in limited(cases, 1)] == ["a", "c", "d"]
    assert len(limited(cases, None)) == 4
    assert [one.id for one in Choice(paths=[Path("sample")], kinds="dialogue", languages="zh").cases()] == [
        "sample-dial-02"
    ]


def test_ids_name_the_cases_wherever_they_are(tmp_path: Path) -> None:
    wanted = tmp_path / "ids.txt"
    wanted.write_text("# two of them\nseed-multi-050  # held\n\nsample-dial-02\nseed-multi-050\n", encoding="utf-8")
    assert [one.id for one in Choice(paths=[], ids=wanted).cases()] == ["seed-multi-050", "sample-dial-02"]
    assert [one.id for one in Choice(paths=[], ids=wanted, split="held").cases()] == ["seed-multi-050"]
    with pytest.raises(RunError, match="there is no case 'seed-multi-050'"):
        Choice(paths=[Path("sample")], ids=wanted).cases()
    with pytest.raises(RunError, match="the file cannot be read"):
        Choice(paths=[], ids=tmp_path / "none.txt").cases()


def test_ids_need_no_split(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    wanted = tmp_path / "ids.txt"
    wanted.write_text("seed-multi-050\n", encoding="utf-8")
    words = ("run", "--ids", str(wanted), "--subject", "bm25", "--out", str(tmp_path))
    assert command(monkeypatch, *words) == 1
    assert "add --retrieve-only" in capsys.readouterr().err
    assert command(monkeypatch, *words, "--split", "dev") == 1
    assert "none is left to run" in capsys.readouterr().err


def test_cost_is_estimated_before_and_told_after(tmp_path: Path) -> None:
    price = Price.parse("2,10")
    assert price is not None
    one = case()
    estimate = price.estimate([one], Settings(prompt_budget=1000))
    assert price.told(estimate) == "$0.00 for 1 calls, 1000 tokens read and 150 written"
    parrot = Parrot(answers={one.turns[0].question: RIGHT})
    rows = run_cases(
        [one], Plan(subject="parrot", settings=Settings(), out=tmp_path, cache=None), lambda corpus: parrot
    )
    assert price.actual(rows * 1000).prompt_tokens == 200_000
    assert price.told(price.actual(rows * 1000)).startswith("$0.60 for 1000 calls")
    assert Price.parse(None) is None
    with pytest.raises(RunError, match="IN,OUT"):
        Price.parse("cheap")
