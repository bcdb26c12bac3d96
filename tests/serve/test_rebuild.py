"""`arxiv-rag rebuild`: a new store in the old one's place, and what a kill leaves."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from rag.assistant import Assistant
from rag.config import Settings, cache_folder
from rag.engines.loading import SPACE, Embedder, load_embedder
from rag.ingest.indexing import index_papers
from rag.models import Paper
from tests.serve.conftest import Command
from vectorstore.store import Store

ROOT = Path(__file__).parents[2]
FEW = 6
"""Papers that these tests embed: each of them costs time."""


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(Settings())


@pytest.fixture
def outdated(tmp_path: Path, sample_papers: tuple[Paper, ...], embedder: Embedder) -> Path:
    """Return a store that says that another embedder built it."""
    folder = tmp_path / "outdated"
    store = Store.open(str(folder), {SPACE: "old-model"}, cache_folder())
    index_papers(sample_papers[:FEW], store, embedder)
    store.close()
    return folder


def test_a_store_of_another_embedder_is_refused_until_it_is_rebuilt(
    arxiv_rag: Command, outdated: Path, sample_papers: tuple[Paper, ...]
) -> None:
    before = arxiv_rag("papers", "--store", outdated, "--json")
    refused = arxiv_rag("search", "robots", "--store", outdated)
    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert "it was built with the embedder 'old-model'" in refused.err and "arxiv-rag rebuild" in refused.err
    rebuilt = arxiv_rag("rebuild", "--store", outdated)
    assert (rebuilt.code, rebuilt.err) == (0, "")
    assert rebuilt.out.startswith(f"{FEW} papers embedded anew in ")
    assert arxiv_rag("papers", "--store", outdated, "--json") == before
    found = arxiv_rag("search", sample_papers[2].title, "--store", outdated, "--json")
    assert json.loads(found.out)["papers"][0] == sample_papers[2].arxiv_id
    assert [path.name for path in outdated.parent.iterdir() if path.name.startswith("outdated")] == ["outdated"]


def test_a_lost_catalogue_is_made_again_from_what_the_vectors_carry(
    arxiv_rag: Command, outdated: Path, sample_papers: tuple[Paper, ...]
) -> None:
    for path in outdated.glob("catalogue.sqlite3*"):
        path.unlink()
    assert arxiv_rag("rebuild", "--store", outdated).code == 0
    entries = json.loads(arxiv_rag("papers", "--store", outdated, "--json").out)
    assert {entry["arxiv_id"] for entry in entries} == {paper.arxiv_id for paper in sample_papers[:FEW]}


def test_a_kill_leaves_the_old_store_as_it_was(arxiv_rag: Command, store: Path) -> None:
    beside = store.with_name("store.rebuild")
    command = [sys.executable, "-m", "rag.serve.cli", "rebuild", "--store", str(store)]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}) as process:
        deadline = time.monotonic() + 90
        while not (beside / "chroma").exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert beside.exists()
    with Assistant.open(Settings(store=str(store))) as assistant:
        assert len(assistant.search("robots").papers) == 10
    assert len(arxiv_rag("papers", "--store", store).out.splitlines()) == 24


def test_a_kill_between_the_two_renames_is_mended(arxiv_rag: Command, outdated: Path) -> None:
    outdated.rename(outdated.with_name("outdated.old"))
    sentence = (
        f"The store {str(outdated)!r} was being rebuilt; finish that with 'arxiv-rag rebuild', nothing is lost.\n"
    )
    assert arxiv_rag("ask", "What walks?", "--store", outdated).err == sentence
    shutil.copytree(outdated.with_name("outdated.old"), outdated.with_name("outdated.rebuild"))
    assert arxiv_rag("rebuild", "--store", outdated).code == 0
    assert len(arxiv_rag("papers", "--store", outdated).out.splitlines()) == FEW
    assert not outdated.with_name("outdated.old").exists()
    assert not outdated.with_name("outdated.rebuild").exists()


def test_nothing_is_indexed_into_a_store_that_was_put_aside(arxiv_rag: Command, store: Path, tmp_path: Path) -> None:
    store.rename(store.with_name("store.old"))
    record = {"id": "2509.00001", "title": "T", "summary": "It walks."}
    (tmp_path / "a.jsonl").write_text(json.dumps(record), encoding="utf-8")
    told = arxiv_rag("index", tmp_path / "a.jsonl", "--store", store, "--json")
    assert told.code == 1
    assert "finish that with 'arxiv-rag rebuild'" in json.loads(told.out)["error"]
    assert not store.exists()


def test_a_store_that_somebody_writes_is_left_alone(arxiv_rag: Command, store: Path) -> None:
    with FileLock(store / "write.lock"):
        told = arxiv_rag("rebuild", "--store", store)
    assert (told.code, told.out) == (1, "")
    assert "another process is indexing into it" in told.err


@pytest.mark.parametrize(
    ("store", "sentence"),
    [
        ("none", "holds no papers; read a digest into it with 'arxiv-rag index PATH'."),
        ("http://127.0.0.1:9", "is on a Chroma server, where no new one can grow beside it; delete its collections"),
    ],
)
def test_what_cannot_be_rebuilt_is_one_sentence(
    arxiv_rag: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: str, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    told = arxiv_rag("rebuild", "--store", store)
    assert (told.code, told.out, told.err.count("\n")) == (1, "", 1)
    assert sentence in told.err
    assert list(tmp_path.iterdir()) == []
