"""How a call ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from rag.errors import ConfigError, ModelUnavailableError, UnknownPaperError
from rag.models import Paper
from rag.serve.outcome import exit_code
from vectorstore.errors import StoreError

ROOT = Path(__file__).parents[2]


def ending(error: BaseException) -> click.Command:
    """Return a command that ends with this error."""

    @click.command()
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (UnknownPaperError("2509.1"), 1, "No paper '2509.1' in the store; list what it holds with 'arxiv-rag papers'."),
        (StoreError("x", "it is odd", "mend it"), 1, "The store 'x': it is odd; mend it."),
        (ModelUnavailableError("m", "it is\nodd\x1b[0m", "go"), 1, "The model 'm' cannot answer: it is odd; go."),
        (ConfigError("ARXIV_RAG_LLM", "it is odd", "mend it"), 2, "ARXIV_RAG_LLM: it is odd; mend it."),
        (click.UsageError("It is odd."), 2, "It is odd; see 'arxiv-rag --help'."),
        (OSError(28, "No space left on device"), 1, "No space left on device; check the place and try again."),
        (PermissionError(13, "Permission denied", "/x"), 1, "'/x': Permission denied; check the place and try again."),
    ],
)
def test_what_goes_wrong_is_one_sentence_on_stderr(
    error: Exception, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(ending(error), []) == code
    assert capsys.readouterr() == ("", f"{sentence}\n")


def test_an_unforeseen_fault_is_one_sentence_that_names_the_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert exit_code(ending(ZeroDivisionError("a secret")), []) == 1
    captured = capsys.readouterr()
    (report,) = tmp_path.iterdir()
    expected = f"An unexpected fault (ZeroDivisionError): please report it with the file {str(report)!r}.\n"
    assert captured == ("", expected)
    assert "ZeroDivisionError: a secret" in report.read_text(encoding="utf-8")


def test_an_interrupt_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(ending(KeyboardInterrupt()), []) == 130
    assert capsys.readouterr() == ("", "")


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def test_a_reader_that_goes_away_is_no_error(sample_store: Path, sample_papers: tuple[Paper, ...]) -> None:
    command = [sys.executable, "-m", "rag.serve.cli", "show", sample_papers[0].arxiv_id, "--store", str(sample_store)]
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run(command, stdout=gone, stderr=subprocess.PIPE, env=environment(), check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


def test_output_is_utf8_in_any_locale(sample_store: Path, sample_papers: tuple[Paper, ...]) -> None:
    command = [
        sys.executable,
        "-m",
        "rag.serve.cli",
        "show",
        sample_papers[0].arxiv_id,
        "--json",
        "--store",
        str(sample_store),
    ]
    latin = environment(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="ascii")
    done = subprocess.run(command, capture_output=True, env=latin, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert any("\u4e00" <= character <= "\u9fff" for character in done.stdout.decode("utf-8"))


@pytest.mark.skipif(
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN, reason="Ctrl-C is ignored here, as in a shell's background"
)
def test_ctrl_c_ends_a_command_quietly(sample_store: Path, tmp_path: Path) -> None:
    lines = "".join(f'{{"id": {number}, "question": "What walks?"}}\n' for number in range(2000))
    (tmp_path / "q.jsonl").write_text(lines, encoding="utf-8")
    answers = tmp_path / "a.jsonl"
    arguments = [
        "batch",
        str(tmp_path / "q.jsonl"),
        "-o",
        str(answers),
        "--retrieve-only",
        "--store",
        str(sample_store),
    ]
    command = [sys.executable, "-m", "rag.serve.cli", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        deadline = time.monotonic() + 60
        while not (answers.exists() and answers.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"")
