"""`remove`, `--new` and large files on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from filelock import FileLock

from rag.ingest.streaming import LARGE
from rag.models import Paper
from tests.serve.conftest import Called, Command


def told(called: Called) -> dict[str, object]:
    """Return the one line of JSON on stdout of a call that worked."""
    assert (called.code, called.out.count("\n")) == (0, 1), called.err
    return dict(json.loads(called.out))


def ids(called: Called) -> list[str]:
    return [entry["arxiv_id"] for entry in json.loads(called.out)]


def test_papers_are_removed_once(arxiv_rag: Command, store: Path, sample_papers: tuple[Paper, ...]) -> None:
    first, second, *_ = sample_papers
    address = f"https://arxiv.org/abs/{second.arxiv_id}v2"
    report = told(arxiv_rag("remove", first.arxiv_id, address, "2509.99999", "--store", store, "--json"))
    assert report["papers"] == [first.arxiv_id, second.arxiv_id]
    assert (report["removed"], report["unknown"]) == (2, ["2509.99999"])
    again = arxiv_rag("remove", first.arxiv_id, "--store", store)
    assert (again.code, again.out) == (0, f"0 papers removed; not there: {first.arxiv_id}.\n")
    assert first.arxiv_id not in ids(arxiv_rag("papers", "--store", store, "--json"))
    found = json.loads(arxiv_rag("search", first.title, "--store", store, "--json").out)
    assert first.arxiv_id not in found["papers"]


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("--before", "soon")])
def test_what_cannot_be_removed_is_a_wrong_call(arxiv_rag: Command, store: Path, arguments: tuple[str, ...]) -> None:
    called = arxiv_rag("remove", *arguments, "--store", store)
    assert (called.code, called.out, called.err.count("\n")) == (2, "", 1)


def test_nothing_is_removed_from_a_store_that_is_empty_or_written(
    arxiv_rag: Command, store: Path, tmp_path: Path
) -> None:
    report = told(arxiv_rag("remove", "2509.00001", "--store", tmp_path / "none", "--json"))
    assert (report["removed"], report["unknown"]) == (0, ["2509.00001"])
    with FileLock(store / "write.lock"):
        called = arxiv_rag("remove", "2509.00001", "--store", store)
    assert called.code == 1
    assert "another process is indexing into it" in called.err


def test_a_look_lists_what_came_since_the_last_and_questions_follow_it(
    arxiv_rag: Command, store: Path, tmp_path: Path
) -> None:
    assert len(ids(arxiv_rag("papers", "--new", "--store", store, "--json"))) == 24
    assert ids(arxiv_rag("papers", "--new", "--store", store, "--json")) == []
    records = [{"id": f"2509.0000{n}", "title": f"Gait {n}", "summary": "A robot walks on ice."} for n in (1, 2)]
    (tmp_path / "2025-09-10.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    assert arxiv_rag("index", tmp_path / "2025-09-10.jsonl", "--store", store).code == 0
    before = told(arxiv_rag("search", "robots", "--new", "--store", store, "--json"))
    assert len(list(before["papers"])) == 10, "the latest look and what came since"  # type: ignore[call-overload]
    assert ids(arxiv_rag("papers", "--new", "--paper", "2509.00001", "--store", store, "--json")) == ["2509.00001"]
    shown = ids(arxiv_rag("papers", "--new", "--store", store, "--json"))
    assert shown == ["2509.00002"], "what a filter kept back is still new"
    found = told(arxiv_rag("search", "robots", "--new", "--store", store, "--json"))
    assert found["papers"] == ["2509.00002"]


def test_a_large_file_of_records_is_streamed_into_the_store(arxiv_rag: Command, tmp_path: Path) -> None:
    padding = "x" * (LARGE // 5)
    records = [{"id": f"2509.0000{n}", "title": f"Gait {n}", "summary": "It walks.", "note": padding} for n in range(6)]
    path = tmp_path / "archive.jsonl"
    path.write_text("\n".join([*map(json.dumps, records), "{", ""]), encoding="utf-8")
    report = told(arxiv_rag("index", path, "--store", tmp_path / "store", "--json"))
    assert (report["papers"], report["added"], report["skipped"]) == (6, 6, 1)
    (warning,) = report["warnings"]  # type: ignore[misc]
    assert (warning["file"], warning["line"]) == (str(path), 7)
    again = arxiv_rag("index", path, "--store", tmp_path / "store")
    assert "6 papers read from 1 file: 0 added, 0 updated, 6 unchanged, 1 skipped" in again.out
    assert again.err.startswith(f"{path}:7: the line is not JSON")


def test_papers_of_records_pass_by_their_day_of_publication(arxiv_rag: Command, tmp_path: Path) -> None:
    records = [{"id": f"2509.0000{n}", "title": f"T {n}", "abstract": "S.", "date": f"2025-06-0{n}"} for n in (1, 2)]
    (tmp_path / "archive.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    store = tmp_path / "store"
    assert arxiv_rag("index", tmp_path / "archive.jsonl", "--store", store).code == 0
    assert ids(arxiv_rag("papers", "--since", "2025-06-02", "--store", store, "--json")) == ["2509.00002"]
    report = told(arxiv_rag("remove", "--before", "2025-06-02", "--store", store, "--json"))
    assert report["papers"] == ["2509.00001"]
