"""Conversations to be read by others and files to take along, as the server sends them; uploads."""

from __future__ import annotations

import dataclasses
import gzip
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from exchanges import EXCHANGE
from fastapi import FastAPI
from scripted import ScriptedAssistant
from starlette.testclient import TestClient

from rag.config import Settings
from rag.serve import uploading, web
from rag.serve.accounts import LOOPBACK
from rag.serve.cards import Manner
from rag.serve.diary import Diary
from rag.serve.documents import Documents
from rag.serve.transcripts import read, written
from rag.serve.uploading import Uploading
from rag.serve.wording import CHINESE, ENGLISH

THREAD = "Th-read_" * 4
DIGEST = """# cs.RO

### [1] [A Walking Robot](https://arxiv.org/abs/2509.12345)

*Ada Lovelace*

Main category: cs.RO

TL;DR: 机器人会走路。

<details>
  <summary>Details</summary>

Motivation: 动机。

Abstract: It walks. It also runs.

</details>
"""


@pytest.fixture
def assistant(store: Path) -> Iterator[ScriptedAssistant]:
    with ScriptedAssistant.open(Settings(store=str(store))) as assistant:
        assert isinstance(assistant, ScriptedAssistant)
        yield assistant


@pytest.fixture
def client(assistant: ScriptedAssistant, tmp_path: Path) -> Iterator[TestClient]:
    diary = Diary(tmp_path / "conversations.sqlite3", "store")
    for number in range(2):
        diary.keep("ada" * 8, THREAD, number, EXCHANGE.question, written(EXCHANGE))
    app = FastAPI()
    app.router.routes += Documents(assistant=assistant, diary=diary, manner=Manner(words=ENGLISH)).routes()
    with TestClient(web.Guard(app, LOOPBACK), base_url="http://127.0.0.1:7860") as client:
        yield client


def test_a_link_opens_the_conversation_under_a_strict_policy(client: TestClient) -> None:
    response = client.get(f"/c/{THREAD}")
    assert response.status_code == 200
    assert response.text.count('class="asked"') == 2
    policy = response.headers["content-security-policy"]
    for directive in ("default-src 'none'", "script-src 'self'", "object-src 'none'", "frame-ancestors 'none'"):
        assert directive in policy
    assert "unsafe" not in policy
    assert response.headers["cache-control"] == "no-store"
    assert CHINESE.shared in client.get(f"/c/{THREAD}?lang=zh").text
    assert CHINESE.shared in client.get(f"/c/{THREAD}", headers={"accept-language": "zh-CN"}).text


@pytest.mark.parametrize("path", ["/c/" + "x" * 32, "/c/%2e%2e", "/c/' OR 1=1 --", "/c/" + "x" * 32 + ".md"])
def test_a_conversation_that_is_not_there(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert ENGLISH.gone in response.text


@pytest.mark.parametrize(
    ("name", "kind", "begins"),
    [
        (f"/c/{THREAD}.md", "text/markdown", "# How"),
        (f"/c/{THREAD}.bib?n=1", "application/x-bibtex", "@misc{"),
        (f"/c/{THREAD}.csv?n=0&lang=zh", "text/csv", "\ufeffarXiv,标题"),
        ("/papers.bib?ids=2509.07277,2509.99999", "application/x-bibtex", "@misc{"),
        ("/papers.csv?ids=2509.07277&lang=zh", "text/csv", "\ufeffarXiv,标题"),
    ],
)
def test_files_are_sent_to_be_saved(client: TestClient, name: str, kind: str, begins: str) -> None:
    response = client.get(name)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{kind}; charset=utf-8"
    assert response.headers["content-disposition"].startswith('attachment; filename="arxiv-rag.')
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.content.decode("utf-8").startswith(begins)


def test_one_answer_or_all_of_them(client: TestClient) -> None:
    assert client.get(f"/c/{THREAD}.md").text.count("It reaches") == 2
    assert client.get(f"/c/{THREAD}.md?n=1").text.count("It reaches") == 1


@pytest.mark.parametrize(
    "path",
    [f"/c/{THREAD}.exe", f"/c/{THREAD}.md?n=9", "/papers.bib", "/papers.exe?ids=2509.07277", "/papers.bib?ids=<"],
)
def test_other_files_do_not_exist(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_transcript_gives_the_exchange_back(assistant: ScriptedAssistant) -> None:
    asked = assistant.search("breast cancer")
    exchange = dataclasses.replace(EXCHANGE, retrieval=asked)
    again = read(written(exchange), assistant.corpus().get)
    assert again.retrieval == asked
    assert again.sentences == exchange.sentences
    assert again.answer == exchange.answer
    cut_off = read(written(dataclasses.replace(exchange, answer=None)), assistant.corpus().get)
    assert cut_off.stopped
    gone = read(written(exchange), lambda ids: [])
    assert gone.papers == ()
    assert gone.sentences == exchange.sentences


def file(folder: Path, name: str, content: bytes) -> list[str]:
    path = folder / name
    path.write_bytes(content)
    return [str(path)]


def added(assistant: ScriptedAssistant, files: list[str]) -> str:
    with pytest.MonkeyPatch.context() as patch:
        # outside of an event there is nothing to show progress on
        patch.setattr(gr.Progress, "__call__", lambda self, *values, **named: None)
        told, emptied = Uploading(assistant=assistant, words=ENGLISH).add(files, gr.Progress())
    assert emptied.value is None
    assert not any(Path(name).exists() for name in files)
    return str(told)


def test_an_uploaded_digest_is_read_and_reported(assistant: ScriptedAssistant, tmp_path: Path) -> None:
    told = added(assistant, file(tmp_path, "2025-09-20.md", DIGEST.encode()))
    assert "1 paper read: 1 added, 0 updated" in told
    assert assistant.paper("2509.12345").date is not None
    again = added(assistant, file(tmp_path, "2025-09-20.md", DIGEST.encode()))
    assert "0 added, 0 updated, 1 unchanged" in again


def test_a_name_without_a_day_and_with_markup_is_told_as_text(assistant: ScriptedAssistant, tmp_path: Path) -> None:
    told = added(assistant, file(tmp_path, "<img src=x onerror=alert(1)>.md", DIGEST.encode()))
    assert "The day of &lt;img src=x onerror=alert(1)&gt;.md is unknown" in told
    assert "<img" not in told
    assert str(tmp_path) not in told


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7 and so on", "PDF"),
        (b"nothing of the kind", "No paper was read"),
        (gzip.compress(b"\0" * 300_000_000, mtime=0), "larger than"),
    ],
)
def test_what_is_no_digest_is_said_and_changes_nothing(
    assistant: ScriptedAssistant, tmp_path: Path, content: bytes, why: str
) -> None:
    before = len(assistant.store)
    told = added(assistant, file(tmp_path, "evil.md", content))
    assert 'class="problem"' in told
    assert why in told
    assert len(assistant.store) == before


def test_a_large_upload_is_refused_unread(
    assistant: ScriptedAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploading, "LARGEST_UPLOAD", 0)
    assert "larger than 0 MB" in added(assistant, file(tmp_path, "2025-09-20.md", DIGEST.encode()))


def test_a_store_that_is_being_written_is_one_sentence(assistant: ScriptedAssistant, tmp_path: Path) -> None:
    with assistant.store.writing():
        told = added(assistant, file(tmp_path, "2025-09-20.md", DIGEST.encode()))
    assert "another process is indexing into it" in told
