"""PATH arguments to digests."""

from __future__ import annotations

import datetime
import gzip
import json
import os
from pathlib import Path

import pytest

from rag.serve.reading import read_paths

DAY = datetime.date(2025, 9, 5)


def entry(number: int, arxiv_id: str | None = None) -> str:
    """Return a digest's entry."""
    identifier = arxiv_id or f"2509.{number:05d}"
    return (
        f"### [{number}] [Paper {number}](https://arxiv.org/abs/{identifier})\n*Ann Author, Bob Builder*\n\n"
        f"Main category: cs.RO\n\nTL;DR: 总结{number}。\n\n<details>\n  <summary>Details</summary>\n"
        "Motivation: 动机。\n\nMethod: 方法。\n\nResult: 结果。\n\nConclusion: 结论。\n\n"
        f"Abstract: It walks {number} miles.\n\n</details>\n\n"
    )


def digest(*numbers: int) -> str:
    """Return a digest with these entries."""
    return "# cs.RO [[Back]](#toc)\n\n" + "".join(map(entry, numbers))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with digests in two levels, notes, and what is to be left alone."""
    digests = tmp_path / "digests"
    (digests / "deeper").mkdir(parents=True)
    (digests / ".git").mkdir()
    (digests / "2025-09-06.md").write_text(digest(2), encoding="utf-8")
    (digests / "2025-09-05.md").write_text(digest(1), encoding="utf-8")
    (digests / "deeper" / "b.TXT").write_text(digest(3), encoding="utf-8")
    record = {"id": "2509.00004", "title": "Paper 4", "summary": "It swims."}
    (digests / "deeper" / "c.jsonl.gz").write_bytes(gzip.compress(json.dumps(record).encode() + b"\n"))
    (digests / "README.md").write_text("# What this folder is\n\nDigests.\n", encoding="utf-8")
    (digests / "paper.pdf").write_bytes(b"%PDF-1.7")
    (digests / ".git" / "x.md").write_text(digest(9), encoding="utf-8")
    return digests


def test_a_folder_is_searched_in_order_for_digests(folder: Path) -> None:
    reading = read_paths([str(folder)])
    assert [paper.title for paper in reading.papers] == ["Paper 1", "Paper 2", "Paper 3", "Paper 4"]
    assert [paper.date for paper in reading.papers[:3]] == [DAY, datetime.date(2025, 9, 6), None]
    assert (reading.files, reading.distinct) == (4, 4)


def test_notes_in_a_folder_are_skipped_with_a_warning(folder: Path) -> None:
    reading = read_paths([str(folder)])
    assert reading.skipped == 1
    (warning,) = [each for each in reading.warnings if "no paper was read" in each.message]
    assert warning.file == str(folder / "README.md")


def test_a_file_named_outright_is_read_whatever_its_suffix(tmp_path: Path) -> None:
    path = tmp_path / "digest.weird"
    path.write_text(digest(1), encoding="utf-8")
    assert read_paths([str(path)]).distinct == 1
    assert not read_paths([str(tmp_path)]).papers


def test_a_pattern_takes_digests_alone(folder: Path) -> None:
    reading = read_paths([str(folder / "2025-*")])
    assert [paper.title for paper in reading.papers] == ["Paper 1", "Paper 2"]
    assert not read_paths([str(folder / "*.pdf")]).papers


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    path = tmp_path / "digest[1].md"
    path.write_text(digest(7), encoding="utf-8")
    assert [paper.title for paper in read_paths([str(path)]).papers] == ["Paper 7"]


def test_a_file_named_twice_is_read_once(folder: Path) -> None:
    reading = read_paths([str(folder / "2025-09-05.md"), str(folder), str(folder / "deeper" / ".." / "2025-09-05.md")])
    assert [paper.title for paper in reading.papers].count("Paper 1") == 1


def test_a_date_is_for_names_that_tell_none(folder: Path) -> None:
    reading = read_paths([str(folder)], datetime.date(2024, 1, 2))
    assert [paper.date for paper in reading.papers[:3]] == [DAY, datetime.date(2025, 9, 6), datetime.date(2024, 1, 2)]
    assert not reading.undated


def test_an_unknown_day_is_told(folder: Path) -> None:
    assert read_paths([str(folder)]).undated == tuple(str(folder / "deeper" / name) for name in ("b.TXT", "c.jsonl.gz"))


@pytest.mark.parametrize("name", ["missing.md", "no-such-*.md", "empty"])
def test_a_path_without_a_digest_is_a_warning_beside_the_others(folder: Path, name: str) -> None:
    (folder / "empty").mkdir()
    reading = read_paths([str(folder / name), str(folder / "2025-09-05.md")])
    assert (reading.distinct, reading.skipped) == (1, 1)
    assert reading.warnings[0].file == str(folder / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_a_warning(folder: Path) -> None:
    (folder / "2025-09-05.md").chmod(0)
    reading = read_paths([str(folder)])
    assert reading.skipped == 2
    assert "Paper 2" in [paper.title for paper in reading.papers]


def test_entries_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "2025-09-05.jsonl"
    lines = [json.dumps({"id": "2509.00001", "title": "T", "summary": "S."}), "{", "[]", json.dumps({"title": "no id"})]
    path.write_text("\n".join(lines), encoding="utf-8")
    reading = read_paths([str(path)])
    assert (reading.distinct, reading.skipped) == (1, 3)
    assert [warning.line for warning in reading.warnings if "left out" in warning.message] == [2, 3, 4]


def test_fields_that_cannot_be_read_are_no_skipped_entries(tmp_path: Path) -> None:
    path = tmp_path / "2025-09-05.jsonl"
    path.write_text(json.dumps({"id": "2509.00001", "title": "T", "summary": "S.", "authors": 7}), encoding="utf-8")
    reading = read_paths([str(path)])
    assert reading.warnings
    assert reading.skipped == 0


def test_a_name_that_is_no_utf8_is_read_and_shown(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.md")
    path.write_bytes(digest(1).encode())
    reading = read_paths([str(path)])
    assert reading.distinct == 1
    assert all("\udce9" not in name for name in reading.undated)
