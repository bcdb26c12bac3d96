"""`arxiv-rag batch`: order, dialogues, failures, and what a kill leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.config import Settings
from rag.models import Filters, Paper
from rag.serve.batch import answered
from rag.serve.questions import read_items
from tests.serve.conftest import Called, Command
from tests.serve.scripted import ScriptedAssistant

ROOT = Path(__file__).parents[2]
BLEW_UP = "The model 'scripted' cannot answer: it blew up; ask something else."
NO_DAY = "No digest in the store has a date, so 'today' is no day; name a date or leave it out."


@pytest.fixture(scope="module")
def assistant(sample_store: Path) -> Iterator[ScriptedAssistant]:
    with ScriptedAssistant.open(Settings(store=str(sample_store))) as opened:
        assert isinstance(opened, ScriptedAssistant)
        yield opened


@pytest.fixture
def questions(tmp_path: Path, sample_papers: tuple[Paper, ...]) -> Path:
    """Return a file of questions of every kind."""
    title = sample_papers[4].title
    lines = [
        {"id": "en", "question": title},
        {"id": 2, "question": "机器人怎么走路？", "category": sample_papers[0].category},
        {"id": None, "question": "What walks?", "paper": [sample_papers[1].arxiv_id]},
        {"question": "What swims?"},
        {"id": "talk", "turns": [{"question": title}, {"question": "How was that evaluated?"}]},
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n", encoding="utf-8")
    return path


def run(
    arxiv_rag: Command, questions: Path, answers: Path, store: Path, *more: str
) -> tuple[Called, list[dict[str, Any]]]:
    """Run a batch without the language model; return how it ended and the answers."""
    told = arxiv_rag("batch", questions, "-o", answers, "--retrieve-only", "--store", store, *more)
    return told, [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]


def untimed(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a file without the times, which differ from run to run."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        for told in (line, *line.get("turns", ())):
            told.pop("timings", None)
    return lines


def ask(assistant: Assistant, line: dict[str, Any], *, retrieve_only: bool = False) -> dict[str, Any]:
    """Return what one line of a batch comes to."""
    (item,) = read_items(json.dumps(line).encode())
    return answered(assistant, item, retrieve_only=retrieve_only)


def test_retrievals_are_one_line_a_question_in_order(
    arxiv_rag: Command, questions: Path, tmp_path: Path, sample_store: Path, sample_papers: tuple[Paper, ...]
) -> None:
    told, lines = run(arxiv_rag, questions, tmp_path / "answers.jsonl", sample_store)
    assert (told.code, told.out, told.err) == (0, "", "")
    assert [line["id"] for line in lines] == ["en", 2, None, None, "talk"]
    assert list(lines[0]) == ["id", "question", "papers", "passages", "timings"]
    assert lines[0]["papers"][0] == sample_papers[4].arxiv_id
    assert len(lines[0]["papers"]) == 10
    assert lines[2]["papers"] == [sample_papers[1].arxiv_id]
    of_category = {paper.arxiv_id for paper in sample_papers if sample_papers[0].category in paper.categories}
    assert set(lines[1]["papers"]) <= of_category


def test_a_retrieved_follow_up_is_about_the_paper_found_before(
    arxiv_rag: Command, questions: Path, tmp_path: Path, sample_store: Path, sample_papers: tuple[Paper, ...]
) -> None:
    _, lines = run(arxiv_rag, questions, tmp_path / "answers.jsonl", sample_store)
    assert list(lines[4]) == ["id", "turns"]
    first, second = lines[4]["turns"]
    assert first["papers"][0] == second["papers"][0] == sample_papers[4].arxiv_id
    assert second["question"] == "How was that evaluated?"


def test_an_answer_carries_its_id_and_every_key(assistant: ScriptedAssistant) -> None:
    told = ask(assistant, {"id": 7, "question": "What walks?"})
    assert next(iter(told)) == "id"
    assert told["id"] == 7
    assert {
        "answer",
        "citations",
        "papers",
        "passages",
        "usage",
        "timings",
        "model",
        "abstained",
        "reason",
    } <= told.keys()


def test_a_turn_knows_those_before(assistant: ScriptedAssistant) -> None:
    assistant.asked = []
    told = ask(
        assistant, {"id": "d", "turns": [{"question": "What walks?"}, {"question": "And that?", "author": "Li"}]}
    )
    assert [turn["question"] for turn in told["turns"]] == ["What walks?", "And that?"]
    assert [turn["id"] for turn in told["turns"]] == [None, None]
    (_, first, nothing), (_, second, history) = assistant.asked
    assert (first, nothing) == (Filters(), ())
    assert second == Filters(authors=("Li",))
    assert [turn.question for turn in history] == ["What walks? (resolved)"]
    assert history[0].papers == (told["turns"][0]["papers"][0],)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ({"id": 1, "question": "the bomb"}, BLEW_UP),
        ({"id": 1, "question": "a bug"}, "An unexpected fault (ZeroDivisionError: not foreseen); please report it."),
        ({"id": 1, "turns": [{"question": "A?"}, {"question": "the bomb"}]}, BLEW_UP),
        ({"id": 1, "question": ""}, "Line 1: The question is empty; write it in quotes."),
        ({"id": 1, "question": "A?", "since": "today"}, NO_DAY),
    ],
)
def test_a_question_that_fails_is_an_error_in_its_place(
    assistant: ScriptedAssistant, line: dict[str, Any], error: str
) -> None:
    assert ask(assistant, line) == {"id": 1, "error": error}


def test_failures_cost_the_others_nothing_and_end_with_exit_code_1(
    arxiv_rag: Command, tmp_path: Path, sample_store: Path
) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(
        '{"id": 1, "question": "What walks?"}\nnonsense\n{"id": 3, "question": "What swims?"}\n', encoding="utf-8"
    )
    told, lines = run(arxiv_rag, path, tmp_path / "a.jsonl", sample_store)
    assert (told.code, told.err) == (1, "1 of 3 questions failed; see 'error' in the answers.\n")
    assert [line["id"] for line in lines] == [1, None, 3]
    assert lines[1] == {"id": None, "error": "Line 2 is not JSON; write one object a line."}
    again, _ = run(arxiv_rag, path, tmp_path / "a.jsonl", sample_store, "--resume")
    assert (again.code, again.err) == (1, "1 of 3 questions failed; see 'error' in the answers.\n")


def test_resuming_cuts_half_a_line_off_and_goes_on(
    arxiv_rag: Command, questions: Path, tmp_path: Path, sample_store: Path
) -> None:
    whole, part = tmp_path / "whole.jsonl", tmp_path / "part.jsonl"
    run(arxiv_rag, questions, whole, sample_store)
    lines = whole.read_bytes().splitlines(keepends=True)
    part.write_bytes(b"".join(lines[:2]) + lines[2][:30])
    told, _ = run(arxiv_rag, questions, part, sample_store, "--resume")
    assert told.code == 0
    assert part.read_bytes().startswith(b"".join(lines[:2]))
    assert untimed(part) == untimed(whole)


def test_resuming_what_was_never_begun_or_is_done_is_a_plain_run(
    arxiv_rag: Command, questions: Path, tmp_path: Path, sample_store: Path
) -> None:
    answers = tmp_path / "a.jsonl"
    assert run(arxiv_rag, questions, answers, sample_store, "--resume")[0].code == 0
    done = answers.read_bytes()
    assert run(arxiv_rag, questions, answers, sample_store, "--resume")[0].code == 0
    assert answers.read_bytes() == done


def test_resuming_the_answers_to_other_questions_is_refused(
    arxiv_rag: Command, questions: Path, tmp_path: Path, sample_store: Path
) -> None:
    answers = tmp_path / "a.jsonl"
    answers.write_text('{"id": "other", "papers": []}\n', encoding="utf-8")
    told, _ = run(arxiv_rag, questions, answers, sample_store, "--resume")
    assert told.code == 1
    assert told.err == (
        f"Cannot continue {str(answers)!r}: its line 1 has the id 'other', the question 'en'; "
        "name another file or leave out --resume.\n"
    )
    assert answers.read_text(encoding="utf-8") == '{"id": "other", "papers": []}\n'


def test_without_resume_the_answers_are_written_anew(
    arxiv_rag: Command, questions: Path, tmp_path: Path, sample_store: Path
) -> None:
    answers = tmp_path / "a.jsonl"
    answers.write_text('{"id": "other"}\n' * 100, encoding="utf-8")
    told, lines = run(arxiv_rag, questions, answers, sample_store)
    assert (told.code, len(lines)) == (0, 5)


def test_answers_go_to_stdout_where_asked(arxiv_rag: Command, questions: Path, sample_store: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "rag.serve.cli",
        "batch",
        "-",
        "-o",
        "-",
        "--retrieve-only",
        "--store",
        str(sample_store),
    ]
    done = subprocess.run(
        command, input=questions.read_bytes(), capture_output=True, env=environment(), check=False, timeout=90
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["en", 2, None, None, "talk"]


@pytest.mark.parametrize(
    ("output", "more", "code", "message"),
    [
        ("questions.jsonl", (), 2, "The answers would overwrite the questions; name another file with -o"),
        ("-", ("--resume",), 2, "Stdout cannot be continued; name a file with -o or leave out --resume"),
        ("none/a.jsonl", (), 1, "Cannot write the answers to "),
        (".", (), 1, "(Is a directory); name another file with -o."),
    ],
)
def test_files_that_cannot_be_used_are_one_sentence(
    arxiv_rag: Command,
    questions: Path,
    sample_store: Path,
    monkeypatch: pytest.MonkeyPatch,
    output: str,
    more: tuple[str, ...],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(questions.parent)
    before = questions.read_bytes()
    told = arxiv_rag("batch", "questions.jsonl", "-o", output, "--retrieve-only", "--store", sample_store, *more)
    assert (told.code, told.out, told.err.count("\n")) == (code, "", 1)
    assert message in told.err
    assert questions.read_bytes() == before


def test_questions_that_are_not_there_are_one_sentence(arxiv_rag: Command, tmp_path: Path, sample_store: Path) -> None:
    told = arxiv_rag("batch", tmp_path / "none.jsonl", "-o", tmp_path / "a.jsonl", "--store", sample_store)
    assert told.code == 1
    path = str(tmp_path / "none.jsonl")
    assert told.err == f"Cannot read the questions in {path!r} (No such file or directory); check the path.\n"
    assert not (tmp_path / "a.jsonl").exists()


def test_a_model_that_cannot_be_loaded_is_told_before_anything_is_written(
    arxiv_rag: Command, questions: Path, tmp_path: Path, sample_store: Path
) -> None:
    answers = tmp_path / "a.jsonl"
    answers.write_text("precious", encoding="utf-8")
    told = arxiv_rag("batch", questions, "-o", answers, "--llm", "nope.gguf", "--store", sample_store)
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert answers.read_text(encoding="utf-8") == "precious"


def test_a_run_that_is_killed_and_resumed_gives_what_one_run_gives(
    arxiv_rag: Command, tmp_path: Path, sample_store: Path, sample_papers: tuple[Paper, ...]
) -> None:
    questions, whole, killed = tmp_path / "q.jsonl", tmp_path / "whole.jsonl", tmp_path / "killed.jsonl"
    lines = [json.dumps({"id": number, "question": paper.title}) for number, paper in enumerate(sample_papers * 2)]
    questions.write_text("\n".join(lines), encoding="utf-8")
    run(arxiv_rag, questions, whole, sample_store)
    arguments = ["batch", str(questions), "-o", str(killed), "--retrieve-only", "--store", str(sample_store)]
    with subprocess.Popen([sys.executable, "-m", "rag.serve.cli", *arguments], env=environment()) as process:
        deadline = time.monotonic() + 90
        while count(killed) < 5 and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert 5 <= count(killed) < len(lines)
    with killed.open("ab") as file:
        file.write(b'{"id": 4')  # as if the kill had come in the middle of a line
    told, _ = run(arxiv_rag, questions, killed, sample_store, "--resume")
    assert told.code == 0
    assert untimed(killed) == untimed(whole)


def count(path: Path) -> int:
    """Return how many complete lines a file has."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.mark.llm
def test_real_answers_keep_their_language_and_a_dialogue_its_paper(
    arxiv_rag: Command, tmp_path: Path, sample_store: Path, sample_papers: tuple[Paper, ...]
) -> None:
    questions, answers = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    turns = [{"question": f"What is {sample_papers[4].title} about?"}, {"question": "它是怎么做的？"}]
    lines = [{"id": "zh", "question": "哪篇论文讨论了机器人？"}, {"id": "talk", "turns": turns}]
    questions.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    told = arxiv_rag("batch", questions, "-o", answers, "--store", sample_store, "--llm", "local-small")
    assert told.code == 0
    single, talk = map(json.loads, answers.read_text(encoding="utf-8").splitlines())
    assert (single["id"], single["language"], talk["id"]) == ("zh", "zh", "talk")
    first, second = talk["turns"]
    assert (first["language"], second["language"]) == ("en", "zh")
    assert {citation["arxiv_id"] for citation in second["citations"]} == {sample_papers[4].arxiv_id}
