"""`audit` on the command line: digests and stores, people and scripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.serve.conftest import Called, Command

KEYS = ["papers", "checked", "flagged", "counts", "findings", "warnings", "seconds"]
ENTRY = """### [{number}] [{title}](https://arxiv.org/abs/{arxiv_id})
*{author}*

Main category: {category}

TL;DR: {tldr}

Motivation: {motivation}

Method: 使用RecA方法。

Result: 准确率达92.3%。

Conclusion: 有效。

Abstract: The method RecA reaches 93.2% accuracy.

---

"""


@pytest.fixture
def digest(tmp_path: Path) -> Path:
    """Return a digest of two papers: a wrong number and a placeholder in the first, a wrong number in the second."""
    path = tmp_path / "2025-09-10.md"
    first = {"title": "One", "arxiv_id": "2509.00001", "author": "Ada Field", "category": "cs.RO"}
    second = {"title": "Two \x1b[31mred", "arxiv_id": "2509.00002", "author": "Bo Lee", "category": "cs.CV"}
    text = ENTRY.format(number=1, **first, tldr="效果好。", motivation="Error")
    path.write_text(text + ENTRY.format(number=2, **second, tldr="效果好。", motivation="有难题。"), encoding="utf-8")
    return path


def told(called: Called) -> dict[str, Any]:
    """Return the one line of JSON on stdout of a call that worked."""
    assert (called.code, called.out.count("\n")) == (0, 1), called.err
    return dict(json.loads(called.out))


def test_a_digest_is_audited_without_a_store(arxiv_rag: Command, digest: Path, tmp_path: Path) -> None:
    report = told(arxiv_rag("audit", digest, "--store", tmp_path / "none", "--json"))
    assert list(report) == KEYS
    assert (report["papers"], report["flagged"]) == (2, 2)
    assert report["counts"] == {"number": 2, "unit": 0, "name": 0, "missing": 1}
    absent, wrong, _ = report["findings"]
    assert (absent["kind"], absent["field"], absent["text"]) == ("missing", "motivation", "")
    assert wrong == {
        "arxiv_id": "2509.00001",
        "title": "One",
        "file": "2025-09-10.md",
        "line": 1,
        "field": "result",
        "text": "92.3%",
        "kind": "number",
        "reason": "neither in the abstract nor in the title, which has '93.2%'",
    }
    assert [(one["line"], one["arxiv_id"]) for one in report["warnings"]] == [(1, "2509.00001")]
    assert not (tmp_path / "none").exists()


def test_people_read_a_line_a_finding(arxiv_rag: Command, digest: Path) -> None:
    called = arxiv_rag("audit", digest)
    reason = "(number; neither in the abstract nor in the title, which has '93.2%')"
    assert called.out.splitlines()[:3] == [
        "[2509.00001] 2025-09-10.md:1 One",
        "    missing: motivation",
        f"    result: 92.3% {reason}",
    ]
    assert "\x1b" not in called.out
    assert called.code == 0
    assert "2 papers audited" in called.err
    assert "2 numbers, 0 units, 0 names, 1 missing field." in called.err


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (("--category", "cs.ro"), {"2509.00001"}),
        (("--author", "lee"), {"2509.00002"}),
        (("--paper", "2509.00002v3"), {"2509.00002"}),
        (("--since", "today"), {"2509.00001", "2509.00002"}),
        (("--until", "2025-09-09"), set()),
        (("--author", "lee", "--category", "cs.RO"), set()),
    ],
)
def test_filters_choose_papers(arxiv_rag: Command, digest: Path, filters: tuple[str, ...], expected: set[str]) -> None:
    report = told(arxiv_rag("audit", digest, *filters, "--json"))
    assert {one["arxiv_id"] for one in report["findings"]} == expected
    assert report["papers"] == len(expected)


def test_the_papers_of_a_store_are_audited(arxiv_rag: Command, store: Path, digest: Path) -> None:
    report = told(arxiv_rag("audit", "--store", store, "--json"))
    assert (report["papers"], report["findings"]) == (24, [])
    assert report["checked"] > 100
    assert arxiv_rag("index", digest, "--store", store).code == 0
    report = told(arxiv_rag("audit", "--store", store, "--paper", "2509.00001", "--json"))
    assert [(one["file"], one["line"], one["field"]) for one in report["findings"]] == [
        ("2025-09-10.md", 1, "motivation"),
        ("2025-09-10.md", 1, "result"),
    ]


def test_nothing_to_audit_is_said(arxiv_rag: Command, tmp_path: Path) -> None:
    called = arxiv_rag("audit", "--store", tmp_path / "none", "--json")
    assert told(called)["papers"] == 0
    assert "holds no papers" in called.err
    called = arxiv_rag("audit", tmp_path / "none.md", "--json")
    assert (called.code, called.out, called.err.count("\n")) == (1, "", 1)
    assert "there is no such file" in called.err


def test_a_wrong_call_is_told_apart(arxiv_rag: Command, digest: Path) -> None:
    called = arxiv_rag("audit", digest, "--since", "soon")
    assert (called.code, called.out, called.err.count("\n")) == (2, "", 1)
