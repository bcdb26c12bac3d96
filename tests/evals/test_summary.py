"""Summary: averages, intervals and tables."""

import pytest

from evals.metrics import BY_NAME
from evals.summary import estimate, shown, summarise, table


def row(number: int, language: str = "en", **scores: float | None) -> dict[str, object]:
    return {"id": str(number), "kind": "single", "language": language, "error": None, "scores": scores}


def test_an_interval_covers_the_mean_and_shrinks_with_more_cases() -> None:
    few, many = (estimate([0.0, 1.0] * count, BY_NAME["right"]) for count in (10, 200))
    assert few.value == many.value == 0.5
    assert few.low < many.low < 0.5 < many.high < few.high
    assert many.high - many.low == pytest.approx(2 * 1.96 * 0.5 / 400**0.5, rel=0.15)


def test_seconds_are_summed_up_by_the_median() -> None:
    assert estimate([1.0, 2.0, 60.0], BY_NAME["total_s"]).value == 2.0


def test_what_does_not_apply_is_in_no_mean() -> None:
    groups = summarise([row(1, right=1.0), row(2, right=None), row(3, language="zh", right=0.0)])
    told = {(group.kind, group.language): group for group in groups}
    assert told["all", "en"].estimates["right"].value == 1.0
    assert told["all", "en"].estimates["right"].count == 1
    assert told["all", "all"].estimates["right"].value == 0.5
    assert told["single", "zh"].count == 1
    assert "words" not in told["all", "all"].estimates


def test_failures_are_counted() -> None:
    failed = {**row(1, right=0.0), "error": "ValueError: no"}
    assert summarise([failed])[0].failed == 1


def test_the_table_leaves_out_what_nobody_has() -> None:
    text = table(summarise([row(1, right=1.0, words=12.0)]))
    head, rule, *lines = text.splitlines()
    assert [cell.strip() for cell in head.strip("|").split("|")] == ["kind", "lang", "n", "failed", "right", "words"]
    assert [cell.strip() for cell in lines[0].strip("|").split("|")] == ["all", "en", "1", "0", "100.0", "12"]
    assert len(rule) == len(head)


def test_a_missing_value_is_a_dash() -> None:
    assert shown(None, BY_NAME["right"]) == "–"
    assert shown(estimate([1.0], BY_NAME["right"]), BY_NAME["right"], interval=True) == "100.0 [100.0, 100.0]"
