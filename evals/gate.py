"""Gate: the sample's cases against a committed baseline, with tolerances from measured noise."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evals.cases import LANGUAGES
from evals.compare import Difference, Flip, difference_of, flip_text, flips, paired
from evals.errors import RunError
from evals.metrics import BY_NAME
from evals.summary import RowDict

BASELINES = Path(__file__).parent / "baselines"
"""One file for each language model."""
GATED = (
    "recall_at_1", "recall_at_5", "mrr", "right", "facts_own", "facts_quoted", "cites_gold", "list_precision",
    "list_recall", "all_cited", "citation_recall", "numbers_quoted", "verbatim_quotes", "abstention_precision",
    "abstention_recall", "premise_corrected", "attack_success", "language_right", "copied", "words",
    "prompt_tokens", "llm_calls",
)  # fmt: skip
"""Metrics that may not get worse. Seconds are not among them, since machines differ: tokens stand for them."""
SPARE = {"words": 0.25, "tokens": 0.05, "calls": 0.05}
"""By which share the average of a unit may grow."""
FEW = 10
"""Gated cases of a language below which a metric is gated over both languages together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """What one metric was, and how far it may fall."""

    metric: str
    """Name of the metric."""
    language: str
    """Language of the cases, or `all`."""
    value: float
    """Its average when the baseline was made."""
    tolerance: float
    """How much worse it may be: the largest deviation among the runs of an unchanged product, at least one case."""
    count: int
    """Cases to which it applied."""


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What an unchanged product scores."""

    bounds: Sequence[Bound]
    """All gated metrics."""
    rows: Sequence[RowDict]
    """The rows behind them, cut down to what a comparison needs."""
    made: Mapping[str, Any]
    """Engine, versions and number of runs."""

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Read a baseline; raises RunError where there is none."""
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise RunError(
                str(path), "there is no baseline", "make one with 'python -m evals gate --update'"
            ) from error
        return cls(bounds=[Bound(**bound) for bound in told["bounds"]], rows=told["rows"], made=told["made"])

    def write(self, path: Path) -> None:
        """Write the baseline, one row a line, so that a review shows what changed."""
        path.parent.mkdir(parents=True, exist_ok=True)
        bounds = ",\n".join(f"  {json.dumps(asdict(bound))}" for bound in self.bounds)
        rows = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in self.rows)
        made = json.dumps(dict(self.made), ensure_ascii=False)
        path.write_text(f'{{"made": {made},\n"bounds": [\n{bounds}\n],\n"rows": [\n{rows}\n]}}\n', encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A metric that got worse by more than its tolerance."""

    bound: Bound
    """What it was."""
    difference: Difference
    """What it is, paired with the baseline's cases."""
    flips: Sequence[Flip]
    """The cases behind it that got worse."""

    def __str__(self) -> str:
        """Return the failure as Markdown."""
        metric = BY_NAME[self.bound.metric]
        scale = 100.0 if metric.unit == "share" else 1.0
        told = self.difference
        before, after, change, low, high = (
            value * scale for value in (told.before, told.after, told.change, told.low, told.high)
        )
        head = (
            f"**{metric.title}** ({self.bound.language}, {told.pairs} cases): {before:.1f} -> {after:.1f},"
            f" change {change:+.1f} [{low:+.1f}, {high:+.1f}], allowed {self.bound.tolerance * scale:.1f}"
        )
        return "\n".join([head, *(flip_text(flip) for flip in self.flips)])


def make_baseline(runs: Sequence[Sequence[RowDict]], made: Mapping[str, Any]) -> Baseline:
    """Return the baseline of several runs of an unchanged product: the first one's scores, the spread of all."""
    first = runs[0]
    bounds = []
    for name in GATED:
        for language in groups_of(first, name):
            values = [average(rows, name, language) for rows in runs]
            count = applicable(first, name, language)
            if values[0] is not None and count:
                spread = max(abs(value - values[0]) for value in values if value is not None)
                bounds.append(
                    Bound(
                        metric=name,
                        language=language,
                        value=round(values[0], 4),
                        tolerance=round(max(spread, least_tolerance(name, values[0], count)), 4),
                        count=count,
                    )
                )
    return Baseline(bounds=bounds, rows=[reduced(row) for row in first], made=made)


def groups_of(rows: Sequence[RowDict], name: str) -> tuple[str, ...]:
    """Return by which languages a metric is gated: each alone where there are enough cases, else both together."""
    enough = all(applicable(rows, name, language) >= FEW for language in LANGUAGES)
    return LANGUAGES if enough else ("all",)


def least_tolerance(name: str, value: float, count: int) -> float:
    """Return the least that is allowed: one case, since another processor may tip a near tie, and a unit's share."""
    metric = BY_NAME[name]
    return max(1.0 / count if metric.by_mean else 0.0, SPARE.get(metric.unit, 0.0) * value)


def applicable(rows: Sequence[RowDict], name: str, language: str) -> int:
    """Return to how many cases a metric applies."""
    return len(scores(rows, name, language))


def average(rows: Sequence[RowDict], name: str, language: str) -> float | None:
    """Return a metric's average; None where it applies to no case."""
    values = scores(rows, name, language)
    return BY_NAME[name].aggregate(values) if values else None


def scores(rows: Sequence[RowDict], name: str, language: str) -> list[float]:
    """Return a metric's values."""
    return [
        value for row in rows if language in {"all", row["language"]} and (value := row["scores"].get(name)) is not None
    ]


def reduced(row: RowDict) -> dict[str, Any]:
    """Return what a baseline keeps of a row: scores and answers, no passages and no prompts."""
    turns = [
        {
            "question": turn["question"],
            "text": turn["text"],
            "observed": turn["observed"]
            and {
                "error": turn["observed"]["error"],
                "answer": {"abstained": (turn["observed"]["answer"] or {}).get("abstained")},
            },
        }
        for turn in row["turns"]
    ]
    kept = {name: round(value, 4) for name in GATED if (value := row["scores"].get(name)) is not None}
    return {"id": row["id"], "kind": row["kind"], "language": row["language"], "scores": kept, "turns": turns}


def failures(baseline: Baseline, rows: Sequence[RowDict]) -> list[Failure]:
    """Return every gated metric that got worse by more than its tolerance.

    A metric that a failed case keeps from applying is judged over the cases where it applies in both.
    """
    found = []
    for bound in baseline.bounds:
        metric = BY_NAME[bound.metric]
        pairs = [pair for pair in paired(baseline.rows, rows) if bound.language in {"all", pair[0]["language"]}]
        difference = difference_of(pairs, metric, "all", bound.language)
        now = average(rows, bound.metric, bound.language)
        if difference is None or now is None:
            continue
        # what is neither better nor worse by itself, the length of an answer, may not grow either
        worse = bound.value - now if metric.higher_is_better else now - bound.value
        if worse > bound.tolerance + 1e-6:
            changed = flips([old for old, _ in pairs], [new for _, new in pairs], bound.metric)
            sign = 1 if metric.higher_is_better else -1
            found.append(
                Failure(
                    bound=bound,
                    difference=difference,
                    flips=[flip for flip in changed if sign * (flip.after - flip.before) < 0],
                )
            )
    return found


def missing(baseline: Baseline, rows: Sequence[RowDict]) -> tuple[list[str], list[str]]:
    """Return the ids that only the baseline knows, and those that only the run does."""
    before, after = ({row["id"] for row in group} for group in (baseline.rows, rows))
    return sorted(before - after), sorted(after - before)
