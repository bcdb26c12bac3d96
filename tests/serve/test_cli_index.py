"""`arxiv-rag index`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from rag.ingest.sample import sample_digest_path
from tests.serve.conftest import Called, Command

KEYS = {"papers", "added", "updated", "unchanged", "skipped", "warnings", "seconds", "embed_seconds", "error"}


def report_of(told: Called) -> dict[str, object]:
    """Return the one line of JSON on stdout."""
    assert told.out.count("\n") == 1
    report = json.loads(told.out)
    assert report.keys() == KEYS
    return dict(report)


def write(path: Path, *papers: int, title: str = "Paper") -> Path:
    """Write a small digest."""
    records = [{"id": f"2509.{number:05d}", "title": f"{title} {number}", "summary": "It walks."} for number in papers]
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return path


def test_indexing_again_changes_nothing(arxiv_rag: Command, store: Path) -> None:
    told = arxiv_rag("index", sample_digest_path(), "--store", store, "--json")
    report = report_of(told)
    assert told.code == 0
    assert (report["papers"], report["added"], report["updated"], report["unchanged"]) == (24, 0, 0, 24)
    assert (report["warnings"], report["skipped"], report["error"]) == ([], 0, None)


def test_indexing_tells_added_updated_unchanged_and_skipped(arxiv_rag: Command, tmp_path: Path) -> None:
    store = tmp_path / "new" / "store"
    first = report_of(arxiv_rag("index", write(tmp_path / "a.jsonl", 1, 2), "--store", store, "--json"))
    assert (first["papers"], first["added"]) == (2, 2)
    write(tmp_path / "b.jsonl", 2, title="Renamed")
    told = arxiv_rag("index", tmp_path, "--store", store, "--json", tmp_path / "none.md")
    report = report_of(told)
    assert told.code == 0
    assert (report["papers"], report["added"], report["unchanged"], report["skipped"]) == (2, 0, 1, 1)
    assert report["updated"] == 1
    missing = [warning for warning in report["warnings"] if warning["file"].endswith("none.md")]  # type: ignore[attr-defined]
    assert missing == [
        {
            "file": str(tmp_path / "none.md"),
            "line": 0,
            "arxiv_id": None,
            "message": "there is no such file; check the path",
        }
    ]


def test_a_date_is_given_to_digests_whose_name_tells_none(arxiv_rag: Command, tmp_path: Path) -> None:
    path = write(tmp_path / "digest.jsonl", 1)
    store = tmp_path / "store"
    undated = arxiv_rag("index", path, "--store", store)
    assert "1 paper read from 1 file: 1 added, 0 updated, 0 unchanged, 0 skipped" in undated.out
    assert f"{path}: the day of this digest is unknown" in undated.out
    assert arxiv_rag("index", path, "--date", "2025-09-05", "--store", store).code == 0
    (entry,) = json.loads(arxiv_rag("papers", "--store", store, "--json").out)
    assert entry["date"] == "2025-09-05"


def test_warnings_go_to_stderr_with_file_and_line(arxiv_rag: Command, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "2509.00001", "title": "T", "summary": "S."}) + "\n{\n", encoding="utf-8")
    told = arxiv_rag("index", path, "--store", tmp_path / "store")
    assert told.code == 0
    assert told.err.startswith(f"{path}:2: the line is not JSON")
    assert "1 skipped" in told.out


@pytest.mark.parametrize("as_json", [True, False])
def test_nothing_read_is_a_failure_told_in_one_sentence(arxiv_rag: Command, tmp_path: Path, as_json: bool) -> None:
    path = tmp_path / "none.md"
    told = arxiv_rag("index", path, "--store", tmp_path / "store", *(["--json"] if as_json else []))
    sentence = f"No paper was read from {str(path)!r}: there is no such file; check the path."
    assert (told.code, told.err) == (1, f"{sentence}\n")
    assert not (tmp_path / "store").exists()
    if as_json:
        report = report_of(told)
        assert (report["papers"], report["skipped"], report["error"]) == (0, 1, sentence)
        assert len(report["warnings"]) == 1  # type: ignore[arg-type]
    else:
        assert told.out == ""


def test_a_folder_of_notes_alone_is_nothing_read(arxiv_rag: Command, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Notes\n", encoding="utf-8")
    told = arxiv_rag("index", tmp_path, "--store", tmp_path / "store")
    assert told.code == 1
    assert told.err.count("\n") == 1
    assert told.err.startswith(f"No paper was read from {str(tmp_path / 'README.md')!r}: ")


def test_a_store_that_somebody_writes_is_left_alone_and_reported(
    arxiv_rag: Command, store: Path, tmp_path: Path
) -> None:
    with FileLock(store / "write.lock"):
        told = arxiv_rag("index", write(tmp_path / "a.jsonl", 1), "--store", store, "--json")
    report = report_of(told)
    assert told.code == 1
    assert "another process is indexing into it; wait until it has finished." in told.err
    assert (report["papers"], report["added"]) == (1, 0)
    assert report["error"] == told.err.rstrip("\n")


def test_a_store_that_is_a_file_is_one_sentence(arxiv_rag: Command, tmp_path: Path) -> None:
    (tmp_path / "store").write_text("", encoding="utf-8")
    told = arxiv_rag("index", write(tmp_path / "a.jsonl", 1), "--store", tmp_path / "store")
    assert (told.code, told.out, told.err.count("\n")) == (1, "", 1)
    assert "choose another with --store" in told.err


def test_a_patterns_digests_are_read(arxiv_rag: Command, tmp_path: Path) -> None:
    write(tmp_path / "2025-09-05.jsonl", 1)
    write(tmp_path / "2025-09-06.jsonl", 1, 2)
    shutil.copy(__file__, tmp_path / "2025-09-07.py")
    report = report_of(arxiv_rag("index", tmp_path / "2025-*", "--store", tmp_path / "store", "--json"))
    assert (report["papers"], report["added"], report["skipped"]) == (2, 2, 0)
