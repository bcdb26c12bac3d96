"""docs/cli.md is what `--help` says."""

from __future__ import annotations

from pathlib import Path

from rag.serve.cli import program
from rag.serve.cli_docs import render

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"


def test_the_page_is_up_to_date() -> None:
    told = "run 'python -m rag.serve.cli_docs > docs/cli.md'"
    assert PAGE.read_text(encoding="utf-8") == render(), told


def test_the_page_has_every_command() -> None:
    assert [name for name in program.commands if f"## arxiv-rag {name}\n" not in render()] == []
