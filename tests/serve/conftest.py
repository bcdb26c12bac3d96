"""What the tests of the front doors share: the sample digest in a real store, and the command line as a function."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.config import Settings
from rag.ingest.digest import read_digest
from rag.ingest.sample import sample_digest_path
from rag.models import Paper
from rag.serve.cli import program
from rag.serve.outcome import exit_code


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """How a call of the command line ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Called]


@pytest.fixture(scope="session")
def sample_papers() -> tuple[Paper, ...]:
    return read_digest(sample_digest_path()).papers


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory, sample_papers: tuple[Paper, ...]) -> Path:
    """Return a store with the sample digest, embedded by the real models; copy it before writing."""
    folder = tmp_path_factory.mktemp("sample") / "store"
    with Assistant.open(Settings(store=str(folder))) as assistant:
        assistant.index(sample_papers)
    return folder


@pytest.fixture
def store(sample_store: Path, tmp_path: Path) -> Path:
    """Return a store with the sample digest that a test may change."""
    return Path(shutil.copytree(sample_store, tmp_path / "store"))


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the user's settings and store out of the tests; models found in the cache are taken from there."""
    for name in [name for name in os.environ if name.startswith("ARXIV_RAG_") and name != "ARXIV_RAG_SHARED"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def arxiv_rag(capsys: pytest.CaptureFixture[str]) -> Command:
    """Return the command line as a function of its arguments."""

    def call(*arguments: str | Path) -> Called:
        capsys.readouterr()
        code = exit_code(program, [str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Called(code=code, out=captured.out, err=captured.err)

    return call
