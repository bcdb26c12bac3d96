"""Summary: means with bootstrap intervals, per kind and language. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evals.cases import KINDS, LANGUAGES
from evals.metrics import BY_NAME, METRICS, Metric

RESAMPLES = 2000
LEVEL = 0.95
HEADLINE = (
    "recall_at_1", "recall_at_5", "mrr", "right", "facts_own", "facts_quoted", "cites_gold", "all_cited",
    "abstention_precision", "abstention_recall", "premise_corrected", "attack_success", "words", "first_token_s",
    "total_s",
)  # fmt: skip
"""Metrics of the table that a run prints."""

RowDict = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """An average with its interval."""

    value: float
    """Mean of shares and calls; median of seconds, words and tokens."""
    low: float
    """Lower end of the 95% percentile-bootstrap interval."""
    high: float
    """Upper end of it."""
    count: int
    """Cases to which the metric applies."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Some rows of a run, summed up."""

    kind: str
    """A kind of case, or `all`."""
    language: str
    """A language, or `all`."""
    count: int
    """Cases."""
    failed: int
    """Cases that raised an error."""
    estimates: Mapping[str, Estimate]
    """Metric name to estimate, where the metric applies to any case."""


def estimate(values: Sequence[float], metric: Metric, seed: int = 0) -> Estimate:
    """Return the average of at least one value with its bootstrap interval (Efron 1979, percentiles)."""
    array = np.asarray(values, dtype=np.float64)
    average = np.mean if metric.by_mean else np.median
    draws = np.random.default_rng(seed).integers(0, len(array), size=(RESAMPLES, len(array)))
    resampled = average(array[draws], axis=1)
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value=float(average(array)), low=float(low), high=float(high), count=len(array))


def summarise(rows: Sequence[RowDict]) -> list[Group]:
    """Return one group for each kind and language that occurs, and the totals: per language, per kind and of all."""
    groups = []
    for kind in ("all", *KINDS):
        for language in (*LANGUAGES, "all"):
            members = [row for row in rows if kind in {"all", row["kind"]} and language in {"all", row["language"]}]
            if members:
                groups.append(group_of(members, kind, language))
    return groups


def group_of(rows: Sequence[RowDict], kind: str, language: str) -> Group:
    """Return the summary of some rows."""
    estimates = {}
    for metric in METRICS:
        values = [value for row in rows if (value := row["scores"].get(metric.name)) is not None]
        if values:
            estimates[metric.name] = estimate(values, metric)
    failed = sum(bool(row["error"]) for row in rows)
    return Group(kind=kind, language=language, count=len(rows), failed=failed, estimates=estimates)


def shown(value: Estimate | None, metric: Metric, *, interval: bool = False) -> str:
    """Return an estimate as a table shows it: shares in percent; a dash where the metric does not apply."""
    if value is None:
        return "–"
    scale, digits = {"share": (100.0, 1), "seconds": (1.0, 2)}.get(metric.unit, (1.0, 0))
    number = f"{value.value * scale:.{digits}f}"
    return f"{number} [{value.low * scale:.{digits}f}, {value.high * scale:.{digits}f}]" if interval else number


def table(groups: Iterable[Group], names: Sequence[str] = HEADLINE, *, interval: bool = False) -> str:
    """Return groups as a Markdown table, columns without any value left out."""
    groups = list(groups)
    used = [name for name in names if any(name in group.estimates for group in groups)]
    lines = [["kind", "lang", "n", "failed", *(BY_NAME[name].title for name in used)]]
    for group in groups:
        cells = [shown(group.estimates.get(name), BY_NAME[name], interval=interval) for name in used]
        lines.append([group.kind, group.language, str(group.count), str(group.failed), *cells])
    return markdown(lines)


def markdown(lines: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as a Markdown table, the first row its head, columns aligned."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([text[0], rule, *text[1:]])
