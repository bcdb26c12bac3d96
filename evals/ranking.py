"""Ranking: the assistant, the assistant without cards, and everything that only ranks, over the same cases."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from evals.cases import Case
from evals.opening import RANKERS, Opening
from evals.report import Report, write_report
from evals.run import Plan, run_cases
from rag.config import Settings, cache_folder

TABLE = "ranking.md"
"""The file of the table that is returned."""


def rank_side_by_side(cases: Sequence[Case], out: Path, settings: Settings, stores: Path | None) -> str:
    """Run each in a folder of its own under `out`, write table and report there, and return the table.

    Raises what running raises.
    """
    opening = Opening(settings=settings, stores=stores)
    cache = cache_folder() / "evals" / "rows"
    asked = [("assistant", "assistant", True), ("without-cards", "assistant", False)]
    folders = []
    for name, subject, cards in [*asked, *((ranker, ranker, True) for ranker in RANKERS)]:
        plan = Plan(subject=subject, settings=settings, out=out / name, cache=cache, retrieve_only=True, cards=cards)
        print(name, file=sys.stderr)
        run_cases(cases, plan, partial(opening.subject, subject))
        folders.append(out / name)
    told = Report.read(folders).ranking_table()
    (out / TABLE).write_text(told + "\n", encoding="utf-8")
    print(f"report: {write_report(folders, out)}", file=sys.stderr)
    return told
