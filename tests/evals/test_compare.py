"""Compare: real changes are marked, noise is not, and flipped cases stand side by side."""

import random
from typing import Any

from evals.compare import comparison_text, differences, flips


def row(name: str, right: float | None, text: str = "yes", language: str = "en", **scores: float) -> dict[str, Any]:
    observed = {"error": "", "answer": {"abstained": False}, "retrieval": None}
    return {
        "id": name,
        "kind": "single",
        "language": language,
        "error": None,
        "scores": {"right": right, **scores},
        "turns": [{"question": f"question {name}", "text": text, "observed": observed}],
    }


def run(values: list[float | None], text: str = "yes") -> list[dict[str, Any]]:
    return [row(f"c{number}", value, text, "en" if number % 2 else "zh") for number, value in enumerate(values)]


def total(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Any:
    return next(d for d in differences(before, after) if (d.metric, d.kind, d.language) == ("right", "all", "all"))


def test_a_large_gain_is_sure() -> None:
    found = total(run([0.0] * 30 + [1.0] * 10), run([1.0] * 25 + [0.0] * 5 + [1.0] * 10))
    assert (found.before, found.after, found.pairs) == (0.25, 0.875, 40)
    assert found.low < found.change == 0.625 < found.high
    assert found.sure
    assert found.p_value < 0.001


def test_a_swap_of_a_few_cases_is_not() -> None:
    dice = random.Random(0)
    before = [float(dice.random() < 0.5) for _ in range(60)]
    after = list(before)
    for place in (3, 17, 30):
        after[place] = 1.0 - after[place]
    found = total(run(before), run(after))
    assert not found.sure
    assert found.p_value > 0.2


def test_nothing_changed() -> None:
    found = total(run([1.0, 0.0] * 5), run([1.0, 0.0] * 5))
    assert (found.change, found.low, found.high, found.p_value) == (0.0, 0.0, 0.0, 1.0)


def test_only_pairs_to_which_a_metric_applies_count() -> None:
    found = total(run([1.0, None, 1.0]), [*run([0.0, 1.0, None]), row("other", 1.0)])
    assert (found.pairs, found.before, found.after) == (1, 1.0, 0.0)


def test_flips_list_the_worse_first_with_both_answers() -> None:
    before, after = run([1.0, 0.0, 1.0], "old"), run([0.0, 1.0, 1.0], "new <b>")
    found = flips(before, after)
    assert [(flip.id, flip.broke) for flip in found] == [("c0", True), ("c1", False)]
    assert (found[0].answers_before, found[0].answers_after) == (("old",), ("new <b>",))
    text = comparison_text(before, after, "right")
    assert "1 got worse, 1 better" in text
    assert "new &lt;b>" in text


def test_the_text_marks_a_worse_metric() -> None:
    text = comparison_text(run([1.0] * 20), run([0.0] * 20), "right")
    assert "* WORSE" in text
    assert "-100.0" in text
