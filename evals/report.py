"""Report: one or several runs over the same cases, as one page, as JSON and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from evals.errors import RunError
from evals.metrics import BY_NAME, METRICS
from evals.rows import read_rows
from evals.run import RUN
from evals.summary import HEADLINE, Group, RowDict, markdown, shown, summarise, table

HEAD_METRICS = (
    "recall_at_1", "recall_at_5", "mrr", "right", "facts_own", "facts_quoted", "cites_gold", "all_cited",
    "citation_recall", "citation_precision", "numbers_quoted", "list_precision", "list_recall", "abstention_precision",
    "abstention_recall", "premise_corrected", "attack_success", "language_right", "words", "copied", "first_token_s",
    "total_s", "prompt_tokens", "llm_calls", "memory_mib",
)  # fmt: skip
"""Rows of the table that sets runs side by side."""
RANKING = ("recall_at_1", "recall_at_5", "recall_at_10", "mrr")
"""Columns of the table of rankings."""
PASSAGES = 6
"""Passages of a retrieval that the page shows."""


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """One run, read back."""

    name: str
    """Its folder's name."""
    made: Mapping[str, Any]
    """How it was made: the content of `run.json`."""
    rows: Sequence[RowDict]
    """Its rows."""
    groups: Sequence[Group]
    """Its summary."""

    @classmethod
    def read(cls, folder: Path) -> RunResult:
        """Read a run's folder; raises RunError."""
        rows = read_rows(folder)
        try:
            made = json.loads((folder / RUN).read_text(encoding="utf-8"))
        except OSError as error:
            raise RunError(
                str(folder), f"{RUN} is missing: the run has not finished", "run it again to its end"
            ) from error
        return cls(name=folder.resolve().name, made=made, rows=rows, groups=summarise(rows))

    def group(self, kind: str, language: str) -> Group | None:
        """Return one group of the summary; None where no case is in it."""
        return next((group for group in self.groups if (group.kind, group.language) == (kind, language)), None)


@dataclass(frozen=True, kw_only=True)
class Report:
    """Runs side by side."""

    runs: Sequence[RunResult]
    """In the order given; the first is the one that others are seen against."""

    @classmethod
    def read(cls, folders: Sequence[Path]) -> Report:
        """Read the folders of runs; raises RunError."""
        runs = [RunResult.read(folder) for folder in folders]
        names = [run.name for run in runs]
        if len(set(names)) < len(names):
            # rows are joined by the run's name
            runs = [replace(run, name=f"{run.name} ({number})") for number, run in enumerate(runs, start=1)]
        return cls(runs=runs)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as a JSON object."""
        return {
            "metrics": [metric_dict(metric.name) for metric in METRICS],
            "runs": [
                {"name": run.name, "made": run.made, "groups": [asdict(group) for group in run.groups]}
                for run in self.runs
            ],
            "cases": self.cases(),
        }

    def cases(self) -> list[dict[str, Any]]:
        """Return every case of the first run, then those that only others hold, each with all runs' rows."""
        rows: dict[str, dict[str, RowDict]] = {}
        for run in self.runs:
            for row in run.rows:
                rows.setdefault(row["id"], {})[run.name] = row
        kept = ("id", "kind", "language", "split", "corpus", "note")
        result = []
        for by_run in rows.values():
            first = next(iter(by_run.values()))
            asked = [
                {key: value for key, value in turn.items() if key not in {"observed", "scores", "text"}}
                for turn in first["turns"]
            ]
            result.append(
                {
                    **{key: first[key] for key in kept},
                    "turns": asked,
                    "runs": {name: outcome(row) for name, row in by_run.items()},
                }
            )
        return result

    def to_markdown(self) -> str:
        """Return the report as Markdown: runs side by side, then each by kind and language."""
        parts = ["# Evaluation report", self.side_by_side()]
        for run in self.runs:
            parts += [f"## {run.name}", made_text(run.made), table(run.groups, HEADLINE)]
        parts += [
            "## What the columns mean",
            "\n".join(f"- **{metric.title}**: {metric.meaning}." for metric in METRICS),
        ]
        return "\n\n".join(parts) + "\n"

    def side_by_side(self) -> str:
        """Return a Markdown table of all metrics over all cases, one column a run and language, with intervals."""
        columns = [
            (run, language) for run in self.runs for language in ("en", "zh", "all") if run.group("all", language)
        ]
        lines = [["", *(f"{run.name} {language}" for run, language in columns)]]
        for name in HEAD_METRICS:
            estimates = [
                group.estimates.get(name) if (group := run.group("all", language)) else None
                for run, language in columns
            ]
            if any(estimates):
                lines.append(
                    [BY_NAME[name].title, *(shown(value, BY_NAME[name], interval=True) for value in estimates)]
                )
        return markdown(lines)

    def ranking_table(self) -> str:
        """Return a Markdown table of how each run ranks papers, with intervals, one line a kind, language and run."""
        lines = [["kind", "lang", "n", "", *(BY_NAME[name].title for name in RANKING)]]
        first = self.runs[0]
        for seen in first.groups:
            if seen.kind == "all" or seen.language == "all" or RANKING[0] not in seen.estimates:
                continue
            for run in self.runs:
                group = run.group(seen.kind, seen.language)
                if group is not None:
                    told = [shown(group.estimates.get(name), BY_NAME[name], interval=True) for name in RANKING]
                    lines.append([group.kind, group.language, str(group.count), run.name, *told])
        return markdown(lines)


def metric_dict(name: str) -> dict[str, Any]:
    """Return what the page needs to know of a metric."""
    metric = BY_NAME[name]
    return {
        "name": name,
        "title": metric.title,
        "meaning": metric.meaning,
        "unit": metric.unit,
        "higher_is_better": metric.higher_is_better,
    }


def outcome(row: RowDict) -> dict[str, Any]:
    """Return what the page shows of a row."""
    turns = [
        {"text": turn["text"], "observed": trimmed(turn["observed"]), "scores": turn["scores"]} for turn in row["turns"]
    ]
    return {"error": row["error"], "scores": row["scores"], "turns": turns}


def trimmed(observed: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return an observation with the nearest passages alone, so that a page of many cases stays small."""
    if observed is None:
        return None
    answer, retrieval = observed["answer"], observed["retrieval"]
    passages = (retrieval or answer or {}).get("passages", [])[:PASSAGES]
    return {
        **observed,
        "answer": answer and {key: value for key, value in answer.items() if key != "passages"},
        "retrieval": retrieval and {**retrieval, "passages": passages},
    }


def made_text(made: Mapping[str, Any]) -> str:
    """Return how a run was made, as a sentence."""
    machine = made["machine"]
    return (
        f"{made['engine']}; {made['cases']} cases, {made['failed']} failed, {made['seconds']:g} s on"
        f" {machine['cores']} cores, {made['peak_memory_mib']} MiB at most; {made['llm_calls']} model calls,"
        f" {made['prompt_tokens']} tokens read and {made['completion_tokens']} written;"
        f" code {made['versions']['code']}."
    )


def write_report(folders: Sequence[Path], out: Path) -> Path:
    """Write `report.html`, `report.json` and `report.md` into `out`; return the page. Raises RunError."""
    from evals.page.render import render_page

    report = Report.read(folders)
    out.mkdir(parents=True, exist_ok=True)
    told = json.dumps(report.to_dict(), ensure_ascii=False)
    (out / "report.json").write_text(told + "\n", encoding="utf-8")
    (out / "report.md").write_text(report.to_markdown(), encoding="utf-8")
    page = out / "report.html"
    page.write_text(render_page(report), encoding="utf-8")
    return page
