"""Compare: two runs over the same cases, paired case by case. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]

from evals.cases import KINDS, LANGUAGES
from evals.metrics import METRICS, Metric
from evals.summary import LEVEL, RESAMPLES, RowDict, markdown

PERMUTATIONS = 4999
SURE = 0.05
"""Largest p-value of a difference that is marked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One metric in one group of cases, before and after."""

    metric: str
    """Name of the metric."""
    kind: str
    """Kind of case, or `all`."""
    language: str
    """Language, or `all`."""
    before: float
    """Average of the first run over the pairs."""
    after: float
    """Average of the second run over the pairs."""
    change: float
    """Mean (shares) or median (all else) of the paired differences, second minus first."""
    low: float
    """Lower end of its 95% interval, by a bootstrap over cases."""
    high: float
    """Upper end of it."""
    p_value: float
    """Two-sided sign-flip permutation test of no difference (Fisher 1935); exact where there are few pairs."""
    pairs: int
    """Cases to which the metric applies in both runs."""

    @property
    def sure(self) -> bool:
        """Whether chance alone is an unlikely explanation: the interval leaves out 0 and the test agrees."""
        return self.p_value <= SURE and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Flip:
    """A case that came out differently."""

    id: str
    """The case."""
    kind: str
    """Its kind."""
    language: str
    """Its language."""
    before: float
    """Score in the first run."""
    after: float
    """Score in the second run."""
    questions: tuple[str, ...]
    """Its question, or those of its dialogue."""
    answers_before: tuple[str, ...]
    """What the first run answered, turn by turn; the ranking where nothing was answered."""
    answers_after: tuple[str, ...]
    """What the second run answered."""

    @property
    def broke(self) -> bool:
        """Whether it got worse."""
        return self.after < self.before


def differences(before: Sequence[RowDict], after: Sequence[RowDict]) -> list[Difference]:
    """Return every metric's difference: over all pairs, per language, per kind, and per kind and language."""
    pairs = paired(before, after)
    found = []
    for kind in ("all", *KINDS):
        for language in ("all", *LANGUAGES):
            members = [
                pair for pair in pairs if kind in {"all", pair[0]["kind"]} and language in {"all", pair[0]["language"]}
            ]
            for metric in METRICS:
                difference = difference_of(members, metric, kind, language)
                if difference is not None:
                    found.append(difference)
    return found


def paired(before: Sequence[RowDict], after: Sequence[RowDict]) -> list[tuple[RowDict, RowDict]]:
    """Return the rows of the cases that both runs hold, in the order of the first."""
    later = {row["id"]: row for row in after}
    return [(row, later[row["id"]]) for row in before if row["id"] in later]


def difference_of(
    pairs: Iterable[tuple[RowDict, RowDict]], metric: Metric, kind: str, language: str
) -> Difference | None:
    """Return one metric's difference over some pairs; None where it applies to none of them in both runs."""
    values = [
        (first, second)
        for old, new in pairs
        if (first := old["scores"].get(metric.name)) is not None
        and (second := new["scores"].get(metric.name)) is not None
    ]
    if not values:
        return None
    table = np.asarray(values, dtype=np.float64)
    changes = table[:, 1] - table[:, 0]
    average = np.mean if metric.by_mean else np.median
    draws = np.random.default_rng(0).integers(0, len(changes), size=(RESAMPLES, len(changes)))
    low, high = np.quantile(average(changes[draws], axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Difference(
        metric=metric.name,
        kind=kind,
        language=language,
        before=float(average(table[:, 0])),
        after=float(average(table[:, 1])),
        change=float(average(changes)),
        low=float(low),
        high=float(high),
        p_value=sign_flip_test(changes),
        pairs=len(changes),
    )


def sign_flip_test(changes: NDArray[np.float64]) -> float:
    """Return the two-sided p-value of a mean of paired differences under random signs; 1 where nothing differs."""
    moved = changes[changes != 0]
    if not len(moved):
        return 1.0
    if len(moved) == 1:
        return 1.0
    result = stats.permutation_test(
        (moved,),
        np.mean,
        permutation_type="samples",
        vectorized=True,
        n_resamples=PERMUTATIONS,
        rng=np.random.default_rng(0),
    )
    return float(result.pvalue)


def flips(before: Sequence[RowDict], after: Sequence[RowDict], metric: str = "right") -> list[Flip]:
    """Return the cases whose score of one metric differs, worse ones first, the largest changes first."""
    found = []
    for old, new in paired(before, after):
        first, second = old["scores"].get(metric), new["scores"].get(metric)
        if first is not None and second is not None and first != second:
            found.append(
                Flip(
                    id=old["id"],
                    kind=old["kind"],
                    language=old["language"],
                    before=first,
                    after=second,
                    questions=tuple(turn["question"] for turn in old["turns"]),
                    answers_before=tuple(told(turn) for turn in old["turns"]),
                    answers_after=tuple(told(turn) for turn in new["turns"]),
                )
            )
    return sorted(found, key=lambda flip: (not flip.broke, -abs(flip.after - flip.before)))


def told(turn: Mapping[str, Any]) -> str:
    """Return what a row's turn has to show: the answer, else the error, else the ranking."""
    observed = turn["observed"]
    if observed is None:
        return "(not asked)"
    if observed["error"]:
        return f"(failed) {observed['error']}"
    if turn["text"] is not None:
        return f"{'(abstained) ' if observed['answer']['abstained'] else ''}{turn['text']}"
    return " > ".join(observed["retrieval"]["papers"][:5]) if observed["retrieval"] else "(nothing)"


def comparison_dict(before: Sequence[RowDict], after: Sequence[RowDict], metric: str) -> dict[str, Any]:
    """Return the whole comparison as a JSON object."""
    return {
        "pairs": len(paired(before, after)),
        "only_before": len(before) - len(paired(before, after)),
        "only_after": len(after) - len(paired(before, after)),
        "differences": [asdict(difference) | {"sure": difference.sure} for difference in differences(before, after)],
        "flips": [asdict(flip) | {"broke": flip.broke} for flip in flips(before, after, metric)],
    }


def comparison_text(
    before: Sequence[RowDict], after: Sequence[RowDict], metric: str, *, every_group: bool = False
) -> str:
    """Return the comparison as Markdown: totals, whatever is sure in any group, and the flipped cases side by side."""
    found = differences(before, after)
    totals = [difference for difference in found if difference.kind == "all" and difference.language == "all"]
    groups = [difference for difference in found if difference not in totals and (every_group or difference.sure)]
    changed = flips(before, after, metric)
    parts = [
        f"{len(paired(before, after))} cases in both runs. A `*` marks a change that chance hardly explains"
        f" (95% interval without 0, p <= {SURE}); among many metrics, one in twenty is marked by chance all the same.",
        difference_table(totals),
    ]
    if groups:
        parts += ["### By kind and language" + ("" if every_group else ": what is marked"), difference_table(groups)]
    broke = sum(flip.broke for flip in changed)
    parts.append(f"### Cases that flipped by {metric!r}: {broke} got worse, {len(changed) - broke} better")
    parts += [flip_text(flip) for flip in changed]
    return "\n\n".join(parts)


def difference_table(found: Sequence[Difference]) -> str:
    """Return differences as a Markdown table."""
    titles = {metric.name: metric for metric in METRICS}
    lines = [["metric", "kind", "lang", "pairs", "before", "after", "change", "95% interval", "p", ""]]
    for difference in found:
        metric = titles[difference.metric]
        scale, digits = (100.0, 1) if metric.unit == "share" else (1.0, 2)
        before, after, change, low, high = (
            value * scale
            for value in (difference.before, difference.after, difference.change, difference.low, difference.high)
        )
        verdict = ""
        if difference.sure:
            better = metric.higher_is_better is not None and (change > 0) == metric.higher_is_better
            verdict = "*" if metric.higher_is_better is None else "* better" if better else "* WORSE"
        numbers = [f"{before:.{digits}f}", f"{after:.{digits}f}", f"{change:+.{digits}f}"]
        interval = f"[{low:+.{digits}f}, {high:+.{digits}f}]"
        place = [metric.title, difference.kind, difference.language, str(difference.pairs)]
        lines.append([*place, *numbers, interval, f"{difference.p_value:.3f}", verdict])
    return markdown(lines)


def flip_text(flip: Flip) -> str:
    """Return a flipped case as Markdown, both answers below each other."""
    lines = [f"- **{flip.id}** {flip.before:.2f} -> {flip.after:.2f} ({'worse' if flip.broke else 'better'})"]
    for question, old, new in zip(flip.questions, flip.answers_before, flip.answers_after, strict=True):
        lines += [f"  - asked: {inline(question)}", f"    - before: {inline(old)}", f"    - after: {inline(new)}"]
    return "\n".join(lines)


def inline(text: str) -> str:
    """Return text on one line, markup in it disarmed."""
    return " ".join(text.split()).replace("<", "&lt;").replace("|", "\\|")
