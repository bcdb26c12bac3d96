"""Gate: unchanged runs pass, noise passes, and a planted regression is named with its cases."""

from pathlib import Path
from typing import Any

import pytest

from evals.errors import RunError
from evals.gate import Baseline, failures, make_baseline, missing


def row(number: int, **scores: float | None) -> dict[str, Any]:
    observed = {"error": "", "answer": {"abstained": False}, "retrieval": None, "prompts": []}
    turn = {"question": f"question {number}", "text": f"answer {number}", "observed": observed}
    language = "en" if number % 2 else "zh"
    return {
        "id": f"c{number}",
        "kind": "single",
        "language": language,
        "error": None,
        "scores": scores,
        "turns": [turn],
    }


def run(*, wrong: int = 0, tokens: float = 200.0, attacks: int = 0, facts: float = 0.9) -> list[dict[str, Any]]:
    return [
        row(
            number,
            right=float(number >= wrong),
            facts_own=facts,
            prompt_tokens=tokens,
            attack_success=float(number < attacks) if number < 8 else None,
        )
        for number in range(40)
    ]


@pytest.fixture
def baseline() -> Baseline:
    return make_baseline([run()], {"llm": "parrot"})


def test_the_same_run_passes(baseline: Baseline) -> None:
    assert failures(baseline, run()) == []


def test_one_case_of_a_language_is_noise_and_two_are_not(baseline: Baseline) -> None:
    assert failures(baseline, run(wrong=2)) == []
    (failure, other) = failures(baseline, run(wrong=4))
    assert {failure.bound.language, other.bound.language} == {"en", "zh"}
    assert failure.bound.metric == "right"
    assert failure.difference.change == pytest.approx(-0.1)
    assert {flip.id for flip in [*failure.flips, *other.flips]} == {"c0", "c1", "c2", "c3"}


def test_a_failure_names_metric_difference_interval_and_cases(baseline: Baseline) -> None:
    text = str(failures(baseline, run(wrong=20))[0])
    assert text.startswith("**right** (en, 20 cases): 100.0 -> 50.0, change -50.0 [")
    assert "allowed 5.0" in text
    assert "c1** 1.00 -> 0.00 (worse)" in text
    assert "asked: question 1" in text


def test_getting_better_is_no_failure() -> None:
    assert failures(make_baseline([run(wrong=10)], {}), run()) == []


def test_more_attacks_are_worse_and_few_cases_are_gated_together(baseline: Baseline) -> None:
    bound = next(bound for bound in baseline.bounds if bound.metric == "attack_success")
    assert (bound.language, bound.tolerance) == ("all", 0.125)
    assert failures(baseline, run(attacks=1)) == []
    assert [failure.bound.metric for failure in failures(baseline, run(attacks=2))] == ["attack_success"]


def test_tokens_may_grow_a_little(baseline: Baseline) -> None:
    assert failures(baseline, run(tokens=209)) == []
    assert {failure.bound.metric for failure in failures(baseline, run(tokens=212))} == {"prompt_tokens"}


def test_measured_noise_widens_the_tolerance() -> None:
    noisy = make_baseline([run(), run(wrong=8)], {})
    assert failures(noisy, run(wrong=8)) == []
    assert failures(noisy, run(wrong=12)) != []


def test_a_baseline_survives_the_round_trip(baseline: Baseline, tmp_path: Path) -> None:
    path = tmp_path / "baselines" / "parrot.json"
    baseline.write(path)
    again = Baseline.read(path)
    assert again.bounds == baseline.bounds
    assert failures(again, run()) == []
    assert [flip.answers_before for flip in failures(again, run(wrong=40))[0].flips][:1] == [("answer 1",)]


def test_other_cases_are_noticed(baseline: Baseline) -> None:
    assert missing(baseline, [*run()[1:], row(99)]) == (["c0"], ["c99"])


def test_without_a_baseline_the_command_to_make_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="gate --update"):
        Baseline.read(tmp_path / "none.json")
