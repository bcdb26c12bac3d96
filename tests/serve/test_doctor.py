"""`arxiv-rag doctor`: each fault is found and says what to do."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag.config import Settings, cache_folder
from rag.engines.late import fitted_digest
from rag.engines.loading import SPACE, load_embedder
from rag.engines.weights import Weights, stamp
from rag.serve import doctor
from rag.serve.doctor import Check, State
from tests.serve.conftest import Command
from vectorstore.store import Store


def test_an_old_interpreter_is_a_fault() -> None:
    assert doctor.python_check((3, 11)).state == "ok"
    assert doctor.python_check((4, 0)).state == "ok"
    assert (doctor.python_check((3, 10)).state, bool(doctor.python_check((3, 10)).remedy)) == ("fault", True)


@pytest.mark.parametrize(
    ("needed", "state", "detail"),
    [
        (["click>=8.1", "pytest"], "ok", "2 installed in versions that fit"),
        (["click>=8.1", 'no-such-thing==1; extra == "local"'], "ok", "1 installed in versions that fit"),
        (["no-such-thing>=1"], "fault", "no-such-thing is not installed"),
        (["click<1"], "fault", "click is .* instead of <1"),
        (None, "note", "nothing tells which versions"),
    ],
)
def test_libraries_are_compared_with_what_is_needed(needed: list[str] | None, state: State, detail: str) -> None:
    check = doctor.libraries_check(needed)
    assert check.state == state
    assert re.search(detail, check.detail)
    assert bool(check.remedy) == (state != "ok")


def test_a_full_disk_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "not" / "yet" / "made"
    assert doctor.disk_check("disk", folder).state == "ok"
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(total=10, used=9, free=1))
    check = doctor.disk_check("disk", folder)
    assert check.state == "fault"
    assert "make room" in check.remedy


@pytest.fixture
def weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Weights, Path]:
    """Return weights of four bytes that lie verified in a cache of their own, and their file."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    known = Weights(name="tiny.gguf", sha256=hashlib.sha256(b"GGUF").hexdigest(), size=4)
    path = cache_folder() / known.sha256[:16] / known.name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"GGUF")
    stamp(path, known)
    return known, path


def test_weights_as_published_are_fine(weights: tuple[Weights, Path]) -> None:
    known, _ = weights
    check = doctor.weights_check(known)
    assert (check.name, check.state) == ("tiny.gguf", "ok")


def test_weights_that_rotted_unnoticed_are_a_fault(weights: tuple[Weights, Path]) -> None:
    known, path = weights
    before = path.stat()
    path.write_bytes(b"ROTT")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    check = doctor.weights_check(known)
    assert check.state == "fault"
    assert "instead of" in check.detail and "delete that file" in check.remedy


def test_weights_that_are_not_there_are_a_fault(weights: tuple[Weights, Path]) -> None:
    known, path = weights
    path.unlink()
    check = doctor.weights_check(known)
    assert (check.state, bool(check.remedy)) == ("fault", True)


def test_the_embedder_is_tried() -> None:
    embedder, check = doctor.embedder_check(Settings())
    assert embedder is not None
    assert check.state == "ok"
    assert check.detail == f"all-MiniLM-L6-v2-int8+{fitted_digest()}"


def test_an_embedder_that_is_none_is_a_fault() -> None:
    embedder, check = doctor.embedder_check(Settings(embedder="nope"))
    assert embedder is None
    assert check.state == "fault"
    assert "no embedder 'nope'" in check.detail


def test_a_store_tells_what_it_holds(sample_store: Path) -> None:
    settings = Settings(store=str(sample_store))
    check = doctor.store_check(settings, load_embedder(settings))
    assert check.state == "ok"
    assert "holds 24 papers and " in check.detail


def test_a_store_that_lacks_vectors_is_a_fault(store: Path) -> None:
    settings = Settings(store=str(store))
    embedder = load_embedder(settings)
    opened = Store.open(str(store), embedder.identity, cache_folder())
    collection = opened.vector_store(SPACE).client
    collection.delete(ids=collection.get(limit=3, include=[])["ids"])
    opened.close()
    check = doctor.store_check(settings, embedder)
    assert check.state == "fault"
    assert check.detail.endswith("3 too few")
    assert check.remedy == "run 'arxiv-rag rebuild'"


def test_no_store_yet_is_no_fault(tmp_path: Path) -> None:
    settings = Settings(store=str(tmp_path / "none"))
    check = doctor.store_check(settings, None)
    assert check.state == "note"
    assert "arxiv-rag index" in check.detail
    assert not (tmp_path / "none").exists()


def test_a_store_built_with_another_embedder_is_a_fault(tmp_path: Path, sample_store: Path) -> None:
    folder = str(tmp_path / "store")
    Store.open(folder, {SPACE: "old"}, cache_folder()).close()
    shutil.copy(sample_store / "catalogue.sqlite3", folder)
    check = doctor.store_check(Settings(store=folder), load_embedder(Settings()))
    assert check.state == "fault"
    assert "rebuild" in check.remedy


@pytest.mark.parametrize(
    ("llm", "told"),
    [
        ("nope.gguf", "'nope.gguf' is no model and no file"),
        ("m@http://127.0.0.1:9/v1", "cannot be reached"),
    ],
)
def test_a_language_model_that_does_not_answer_is_a_fault(llm: str, told: str) -> None:
    check = doctor.language_model_check(Settings(llm=llm, timeout=2))
    assert check.state == "fault"
    assert told in check.detail


@pytest.mark.parametrize(("state", "code"), [("ok", 0), ("note", 0), ("fault", 1)])
def test_a_fault_is_exit_code_1(
    arxiv_rag: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, state: State, code: int
) -> None:
    found = [Check(name="Python", state="ok", detail="3"), Check(name="disk", state=state, detail="so", remedy="go")]
    monkeypatch.setattr(doctor, "checks", lambda settings: iter(found))
    told = arxiv_rag("doctor", "--store", tmp_path)
    assert (told.code, told.err) == (code, "")
    assert told.out.splitlines()[0] == "ok    Python: 3"
    as_json = arxiv_rag("doctor", "--store", tmp_path, "--json")
    assert as_json.code == code
    assert json.loads(as_json.out)["ok"] == (code == 0)
    assert [check["state"] for check in json.loads(as_json.out)["checks"]] == ["ok", state]


@pytest.mark.llm
def test_an_installation_in_order_has_no_fault(arxiv_rag: Command, sample_store: Path) -> None:
    told = arxiv_rag("doctor", "--store", sample_store, "--llm", "local-small", "--json")
    checks = json.loads(told.out)["checks"]
    assert [check for check in checks if check["state"] == "fault"] == []
    assert told.code == 0
    assert {"Python", "libraries", "embedder", "store", "language model"} <= {check["name"] for check in checks}
