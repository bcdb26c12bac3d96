"""`arxiv-rag chat`: which store it opens; the page itself has tests of its own."""

from __future__ import annotations

import json
import sys
import types
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.config import data_folder
from rag.serve.accounts import Account, add_account, new_account
from tests.serve.conftest import Command


@dataclass
class Launched:
    """What the chat was launched with."""

    store: str
    papers: int
    host: str
    port: int
    sample: bool
    users: tuple[str, ...] = ()


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[Launched]:
    """Take the page's place: return a list to which every launch is added."""
    calls: list[Launched] = []

    def launch(assistant: Assistant, host: str, port: int, sample: bool, accounts: dict[str, Account] | None) -> None:
        store, papers, users = assistant.settings.store, len(assistant.papers()), tuple(accounts or ())
        calls.append(Launched(store=store, papers=papers, host=host, port=port, sample=sample, users=users))

    module = types.ModuleType("rag.serve.chat")
    module.launch = launch  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rag.serve.chat", module)
    return calls


def test_an_empty_store_opens_the_sample_in_a_store_of_its_own(
    arxiv_rag: Command, launched: list[Launched], tmp_path: Path
) -> None:
    told = arxiv_rag("chat", "--store", tmp_path / "mine")
    assert (told.code, told.err) == (0, "")
    store = str(data_folder() / "sample-store")
    assert launched == [Launched(store=store, papers=24, host="127.0.0.1", port=7860, sample=True)]
    assert not (tmp_path / "mine").exists()
    assert arxiv_rag("chat", "--store", tmp_path / "mine").code == 0
    assert launched[1] == launched[0]


def test_a_store_with_papers_is_opened(arxiv_rag: Command, launched: list[Launched], sample_store: Path) -> None:
    told = arxiv_rag("chat", "--store", sample_store, "--host", "localhost", "--port", "9000")
    assert (told.code, told.out) == (0, "")
    assert launched == [Launched(store=str(sample_store), papers=24, host="localhost", port=9000, sample=False)]


def test_an_address_that_others_reach_needs_passwords(
    arxiv_rag: Command, launched: list[Launched], sample_store: Path, tmp_path: Path
) -> None:
    told = arxiv_rag("chat", "--store", sample_store, "--host", "0.0.0.0")
    assert (told.code, launched) == (2, [])
    assert "no password is asked for" in told.err
    assert "--auth FILE" in told.err
    file = tmp_path / "accounts"
    add_account(file, new_account("ada", "correct horse"))
    assert arxiv_rag("chat", "--store", sample_store, "--host", "0.0.0.0", "--auth", file).code == 0
    assert (launched[0].host, launched[0].users) == ("0.0.0.0", ("ada",))


def test_digests_are_indexed_first(arxiv_rag: Command, launched: list[Launched], tmp_path: Path) -> None:
    record = {"id": "2509.00001", "title": "T", "summary": "It walks."}
    (tmp_path / "2025-09-05.jsonl").write_text(json.dumps(record), encoding="utf-8")
    told = arxiv_rag("chat", tmp_path / "2025-09-05.jsonl", "--store", tmp_path / "mine")
    assert told.code == 0
    assert told.out.startswith("1 paper read from 1 file: 1 added")
    assert [(each.store, each.papers, each.sample) for each in launched] == [(str(tmp_path / "mine"), 1, False)]


def test_a_digest_that_cannot_be_read_opens_nothing(
    arxiv_rag: Command, launched: list[Launched], tmp_path: Path
) -> None:
    told = arxiv_rag("chat", tmp_path / "none.md", "--store", tmp_path / "mine")
    assert (told.code, launched) == (1, [])
    assert told.err.startswith("No paper was read from ")


def test_a_store_that_was_put_aside_opens_nothing(arxiv_rag: Command, launched: list[Launched], store: Path) -> None:
    store.rename(store.with_name("store.old"))
    told = arxiv_rag("chat", "--store", store)
    assert (told.code, launched) == (1, [])
    assert "finish that with 'arxiv-rag rebuild'" in told.err
