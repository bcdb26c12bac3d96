"""The commands, on a real store with the sample digest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from rag.config import Settings
from rag.models import Paper
from tests.serve.conftest import Command

ROOT = Path(__file__).parents[2]
HEAVY = ("llama_index", "chromadb", "gradio", "numpy", "openai", "pydantic", "onnxruntime")


def imported_by(*arguments: str) -> tuple[int, set[str]]:
    """Return the exit code of a call in a process of its own, and which heavy packages it imported."""
    script = (
        "import sys\nfrom rag.serve.cli import program\nfrom rag.serve.outcome import exit_code\n"
        f"code = exit_code(program, {list(arguments)!r})\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], code, sep='|', file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True, timeout=60
    )
    names, code = done.stderr.splitlines()[-1].split("|")
    return int(code), set(json.loads(names.replace("'", '"')))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("--help",), 0), (("ask", "--help"), 0), (("ask",), 2), (("nope",), 2), (("search", "x", "-k", "0"), 2)],
)
def test_help_and_call_errors_import_nothing_heavy(arguments: tuple[str, ...], code: int) -> None:
    assert imported_by(*arguments) == (code, set())


def test_an_empty_store_is_told_before_a_model_is_loaded(tmp_path: Path) -> None:
    code, heavy = imported_by("ask", "What walks?", "--store", str(tmp_path / "none"))
    assert (code, heavy - {"pydantic"}) == (1, set())


def test_papers_are_listed_without_a_model(sample_store: Path) -> None:
    code, heavy = imported_by("papers", "--store", str(sample_store))
    assert (code, heavy - {"pydantic"}) == (0, set())


def test_help_names_every_setting(arxiv_rag: Command) -> None:
    told = arxiv_rag("--help")
    assert [name for name in Settings.model_fields if f"ARXIV_RAG_{name.upper()}" not in told.out] == []
    assert arxiv_rag().out == told.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nope"], "No such command 'nope'; see 'arxiv-rag --help'."),
        (["ask"], "Missing argument 'QUESTION'; see 'arxiv-rag ask --help'."),
        (["ask", " "], "Invalid value for 'QUESTION': The question is empty; write it in quotes."),
        (
            ["ask", "x" * 4001],
            "Invalid value for 'QUESTION': The question has 4,001 characters; ask with at most 4,000.",
        ),
        (["show", "--jsn", "x"], "No such option '--jsn'. Did you mean '--json'?"),
        (["ask", "--jsn", "x"], "No such option '--jsn'. (Did you mean one of: '--json', '--new', '--since'?)"),
        (
            ["search", "x", "-k", "0"],
            "Invalid value for '-k': 0 is not in the range x>=1; see 'arxiv-rag search --help'.",
        ),
        (["ask", "x", "--since", "soon"], "Invalid value for '--since': 'soon' is no date; write it like 2025-09-05."),
        (
            ["papers", "--since", "2025-09-06", "--until", "2025-09-05"],
            "Invalid value for '--since' / '--until': The first day 2025-09-06 is later than the last day 2025-09-05; "
            "exchange them.",
        ),
        (
            ["papers", "--paper", "RecA"],
            "Invalid value for '--paper': 'RecA' is no arXiv ID; write it like 2509.02902.",
        ),
        (["show", "RecA"], "Invalid value for 'ID': 'RecA' is no arXiv ID; write it like 2509.02902."),
        (
            ["index", "x", "--date", "today"],
            "Invalid value for '--date': 'today' is no date; write it like 2025-09-05.",
        ),
        (["papers", "--store", ""], "Invalid value for '--store': It is empty; give a value or leave the option out."),
        (["papers", "--author", " "], "Invalid value for '--author': It is empty; give a value or leave it out."),
        (
            ["chat", "--port", "0"],
            "Invalid value for '--port': 0 is not in the range 1<=x<=65535; see 'arxiv-rag chat --help'.",
        ),
    ],
)
def test_a_wrong_call_is_one_sentence_and_exit_code_2(arxiv_rag: Command, arguments: list[str], sentence: str) -> None:
    told = arxiv_rag(*arguments)
    assert (told.code, told.out, told.err) == (2, "", f"{sentence}\n")


def test_an_unknown_setting_is_a_wrong_call(arxiv_rag: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIV_RAG_STROE", "x")
    told = arxiv_rag("papers")
    assert (told.code, told.out) == (2, "")
    assert "ARXIV_RAG_STROE" in told.err and "ARXIV_RAG_STORE" in told.err


def test_the_store_is_named_before_or_after_the_command_or_in_the_environment(
    arxiv_rag: Command, sample_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = arxiv_rag("papers", "--store", sample_store)
    assert after.code == 0
    assert len(after.out.splitlines()) == 24
    assert arxiv_rag("--store", sample_store, "papers") == after
    assert arxiv_rag("--store", "/elsewhere", "papers", "--store", sample_store) == after
    monkeypatch.setenv("ARXIV_RAG_STORE", str(sample_store))
    assert arxiv_rag("papers") == after


def test_papers_are_filtered(arxiv_rag: Command, sample_store: Path, sample_papers: tuple[Paper, ...]) -> None:
    wanted = sample_papers[0]
    told = arxiv_rag("papers", "--store", sample_store, "--category", wanted.category.lower(), "--json")
    entries = json.loads(told.out)
    assert {entry["arxiv_id"] for entry in entries} == {
        paper.arxiv_id for paper in sample_papers if wanted.category in paper.categories
    }
    assert 0 < len(entries) < len(sample_papers)
    author = wanted.authors[0].split()[-1].upper()
    both = json.loads(
        arxiv_rag("papers", "--store", sample_store, "--author", author, "--category", wanted.category, "--json").out
    )
    assert wanted.arxiv_id in [entry["arxiv_id"] for entry in both]
    assert all(any(author in name.upper() for name in entry["authors"]) for entry in both)


def test_papers_of_an_empty_store_are_none(arxiv_rag: Command, tmp_path: Path) -> None:
    told = arxiv_rag("papers", "--json", "--store", tmp_path / "none")
    assert (told.code, told.out) == (0, "[]\n")
    assert told.err.endswith("holds no papers; read a digest into it with 'arxiv-rag index PATH'.\n")
    assert not (tmp_path / "none").exists()


def test_a_paper_is_shown_by_id_or_address(
    arxiv_rag: Command, sample_store: Path, sample_papers: tuple[Paper, ...]
) -> None:
    paper = sample_papers[0]
    told = arxiv_rag("show", f"https://arxiv.org/abs/{paper.arxiv_id}v3", "--store", sample_store)
    assert paper.title in told.out and paper.abstract in told.out and paper.tldr in told.out
    page = json.loads(arxiv_rag("show", paper.arxiv_id, "--store", sample_store, "--json").out)
    assert page["abstract"] == paper.abstract


def test_a_paper_that_is_not_there_fails(arxiv_rag: Command, sample_store: Path, tmp_path: Path) -> None:
    for store in (sample_store, tmp_path / "none"):
        told = arxiv_rag("show", "2509.99999", "--store", store)
        assert (told.code, told.out) == (1, "")
        assert told.err == "No paper '2509.99999' in the store; list what it holds with 'arxiv-rag papers'.\n"


def test_a_search_ranks_papers_with_passages(
    arxiv_rag: Command, sample_store: Path, sample_papers: tuple[Paper, ...]
) -> None:
    paper = sample_papers[5]
    told = arxiv_rag("search", paper.title, "--store", sample_store, "--json", "-k", "12")
    found = json.loads(told.out)
    assert told.code == 0
    assert told.err == ""
    assert list(found) == ["question", "papers", "passages", "timings"]
    assert found["question"] == paper.title
    assert found["papers"][0] == paper.arxiv_id
    assert len(found["papers"]) == 12
    assert {passage["arxiv_id"] for passage in found["passages"]} <= set(found["papers"])
    text = arxiv_rag("search", paper.title, "--store", sample_store, "-k", "1")
    assert text.out.startswith(f" 1. [{paper.arxiv_id}] ")


def test_a_search_keeps_to_its_filters(
    arxiv_rag: Command, sample_store: Path, sample_papers: tuple[Paper, ...]
) -> None:
    ids = [sample_papers[3].arxiv_id, sample_papers[8].arxiv_id]
    told = arxiv_rag("search", "robots", "--store", sample_store, "--json", "--paper", ids[0], "--paper", ids[1])
    assert sorted(json.loads(told.out)["papers"]) == sorted(ids)


def test_a_search_that_nothing_passes_finds_nothing(arxiv_rag: Command, sample_store: Path) -> None:
    told = arxiv_rag("search", "robots", "--store", sample_store, "--json", "--category", "math.AG")
    assert (told.code, json.loads(told.out)["papers"]) == (0, [])


def test_today_is_the_latest_dated_digest(arxiv_rag: Command, tmp_path: Path, store: Path) -> None:
    undated = arxiv_rag("search", "robots", "--store", store, "--since", "today")
    assert undated.code == 1
    assert undated.err == "No digest in the store has a date, so 'today' is no day; name a date or leave it out.\n"
    record = {"id": "2509.00001", "title": "Robots in the garden", "summary": "A robot waters the flowers."}
    (tmp_path / "2025-09-05.jsonl").write_text(json.dumps(record), encoding="utf-8")
    assert arxiv_rag("index", tmp_path / "2025-09-05.jsonl", "--store", store).code == 0
    found = arxiv_rag("search", "robots", "--store", store, "--since", "today", "--json")
    assert json.loads(found.out)["papers"] == ["2509.00001"]
    listed = arxiv_rag("papers", "--store", store, "--since", "today", "--until", "today", "--json")
    (entry,) = json.loads(listed.out)
    assert (entry["date"], entry["first_seen"], entry["last_seen"]) == ("2025-09-05",) * 3


@pytest.mark.parametrize("command", ["ask", "search"])
def test_an_empty_store_asks_for_a_digest(arxiv_rag: Command, tmp_path: Path, command: str) -> None:
    told = arxiv_rag(command, "What walks?", "--json", "--store", tmp_path / "none")
    assert (told.code, told.out) == (1, "")
    location = str(tmp_path / "none")
    assert told.err == f"The store {location!r} holds no papers; read a digest into it with 'arxiv-rag index PATH'.\n"
    assert not (tmp_path / "none").exists()


def test_the_version_is_told_installed_or_not(arxiv_rag: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: {"arxiv-rag": "1.2.3"}[name])
    assert arxiv_rag("--version").out == "arxiv-rag 1.2.3\n"

    def unknown(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", unknown)
    told = arxiv_rag("--version")
    assert (told.code, told.out) == (0, "arxiv-rag (not installed, run from its folder)\n")
