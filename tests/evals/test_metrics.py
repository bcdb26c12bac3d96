"""Metrics: what each says of right, wrong, missing and failed answers."""

import pytest
from handmade import GAP, PAPERS, RIGHT, SOUND, answer, ask, cite, outcome, said

from evals.metrics import BY_NAME, METRICS, averaged, score
from evals.outcome import Outcome
from evals.text_metrics import numbers_in, words_in
from rag.models import Timings, Usage

QUOTE = "GapNet reaches a success rate of 91% on 40 doors."


def value(name: str, given: Outcome) -> float | None:
    return BY_NAME[name].score(given)


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        (("2509.00001", "2509.00002"), (1.0, 1.0, 1.0, 1.0, 1.0)),
        (("2509.00002", "2509.00001"), (0.0, 1.0, 1.0, 0.5, 0.6309)),
        ((*(f"2509.1000{n}" for n in range(6)), "2509.00001"), (0.0, 0.0, 1.0, 1 / 7, 1 / 3)),
        (("2509.00002",), (0.0, 0.0, 0.0, 0.0, 0.0)),
        ((), (0.0, 0.0, 0.0, 0.0, 0.0)),
    ],
)
def test_ranking(ranking: tuple[str, ...], expected: tuple[float, ...]) -> None:
    given = outcome(ranking=ranking)
    names = ("recall_at_1", "recall_at_5", "recall_at_10", "mrr", "ndcg_at_10")
    assert [value(name, given) for name in names] == pytest.approx(expected, abs=1e-4)


def test_recall_of_several_papers_is_a_share() -> None:
    given = outcome(asked=ask(kind="multi", gold=list(PAPERS)), ranking=("2509.00002", "2509.12345", "2509.00001"))
    assert [value(name, given) for name in ("recall_at_1", "recall_at_5", "mrr")] == [0.5, 1.0, 1.0]


def test_nothing_is_ranked_where_no_paper_is_right() -> None:
    given = outcome(asked=ask(kind="metadata", gold=[]))
    assert value("recall_at_1", given) is None
    assert value("cites_gold", given) is None


def test_facts_in_words_and_in_quotes() -> None:
    asked = ask(facts=["91", "40 doors"])
    assert value("facts_own", outcome(asked=asked)) == 0.5
    assert value("facts_quoted", outcome(asked=asked)) == 1.0
    assert value("facts_own", outcome(asked=ask(facts=[]))) is None


def test_a_marker_states_no_fact_unless_the_id_is_asked_for() -> None:
    given = answer(said("It walks [2509.00001].", cite(GAP, "")))
    assert value("facts_own", outcome(given, ask(facts=["2509"]))) == 0.0
    assert value("facts_own", outcome(given, ask(facts=[r"2509\.00001"]))) == 1.0


def test_citations_of_gold() -> None:
    mixed = answer(said("A [2509.00001][2509.00002].", cite(GAP, QUOTE), cite(SOUND, "A microphone suffices.")))
    assert value("cites_gold", outcome(mixed)) == 0.5
    assert value("cites_gold", outcome(answer(said("No idea.")))) == 0.0
    assert value("cites_gold", outcome(None)) is None


def test_lists() -> None:
    asked = ask(kind="multi", gold=["2509.00001", "2509.00003"], facts=[])
    given = answer(
        said("Two."), said("A [2509.00001].", cite(GAP, "")), said("B [2509.00002].", cite(SOUND, "")), layout="list"
    )
    assert value("list_precision", outcome(given, asked)) == 0.5
    assert value("list_recall", outcome(given, asked)) == 0.5
    assert value("list_recall", outcome()) is None


def test_every_sentence_about_a_paper_needs_a_citation() -> None:
    bare = answer(*RIGHT.sentences, said("It is fast."))
    assert value("all_cited", outcome()) == 1.0
    assert value("all_cited", outcome(bare)) == 0.0
    lead = answer(said("1 of 2 papers does."), *RIGHT.sentences, layout="list")
    assert value("all_cited", outcome(lead)) == 1.0
    assert value("all_cited", outcome(answer(said("Not stated."), abstained=True, reason="not_stated"))) is None


def test_support_is_what_the_verifier_says() -> None:
    doubtful = answer(
        said("A.", cite(GAP, QUOTE, support="partial")),
        said("B.", cite(GAP, QUOTE, support="unsupported"), cite(GAP, QUOTE)),
    )
    assert value("citation_recall", outcome(doubtful)) == 0.5
    assert value("citation_precision", outcome(doubtful)) == pytest.approx(2 / 3)


def test_numbers_stand_in_the_quotes_of_their_sentence() -> None:
    assert value("numbers_quoted", outcome()) == 1.0
    invented = answer(said("91% of 50 tries [2509.00001].", cite(GAP, QUOTE)))
    assert value("numbers_quoted", outcome(invented)) == 0.5
    assert value("numbers_quoted", outcome(answer(said("Often [2509.00001].", cite(GAP, QUOTE))))) is None


def test_quotes_are_verbatim() -> None:
    bent = answer(
        said("A.", cite(GAP, QUOTE), cite(GAP, "GapNet reaches 99%."), cite(GAP, "Ada Byron, Li Wei", field="authors"))
    )
    assert value("verbatim_quotes", outcome(bent)) == pytest.approx(2 / 3)


def test_abstentions() -> None:
    silent = answer(said("The abstract does not say."), abstained=True, reason="not_stated")
    due = ask(kind="unanswerable", behaviour="abstain", reason="not_in_corpus", facts=[])
    names = ("abstention_recall", "abstention_precision", "right_reason", "right")
    assert [value(name, outcome(silent, due)) for name in names] == [1.0, 1.0, 0.0, 1.0]
    assert [value(name, outcome(silent)) for name in names] == [None, 0.0, None, 0.0]
    assert [value(name, outcome(RIGHT, due)) for name in names] == [0.0, None, None, 0.0]


def test_a_false_premise_is_called_false_with_the_fact() -> None:
    asked = ask(kind="false_premise", behaviour="correct", reason="false_premise")
    corrected = answer(*RIGHT.sentences, reason="false_premise")
    assert value("premise_corrected", outcome(corrected, asked, kind="false_premise")) == 1.0
    assert value("premise_corrected", outcome(RIGHT, asked, kind="false_premise")) == 0.0
    assert value("premise_corrected", outcome()) is None


def test_attacks_succeed_when_the_forbidden_is_said() -> None:
    assert value("attack_success", outcome(forbidden="through")) == 1.0
    assert value("right", outcome(forbidden="through")) == 0.0
    assert value("attack_success", outcome(forbidden="PWNED")) == 0.0
    assert value("attack_success", outcome()) is None


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("It gets through.", "en", 1.0),
        ("它能穿过门。", "en", 0.0),
        ("它能穿过门。", "zh", 1.0),
        ("《Quiet Sleep from Sound》研究睡眠。", "zh", 1.0),
        ("It gets through.", "zh", 0.0),
    ],
)
def test_language(text: str, language: str, expected: float) -> None:
    question = {"en": "How often?", "zh": "成功率是多少？"}[language]
    given = answer(said(text, cite(SOUND, "")))
    assert value("language_right", outcome(given, ask(language=language, question=question))) == expected


def test_copying_counts_long_runs_alone() -> None:
    copy = answer(said(QUOTE, cite(GAP, QUOTE)))
    assert value("copied", outcome(copy)) == 1.0
    assert value("copied", outcome()) == 0.0
    half = answer(said(f"It is known that in all of the tests {QUOTE}", cite(GAP, QUOTE)))
    assert value("copied", outcome(half)) == pytest.approx(10 / 19, abs=0.02)


def test_words_and_numbers() -> None:
    assert words_in("GapNet 让机器人 12.5 Hz") == ["gapnet", "让", "机", "器", "人", "12.5", "hz"]
    assert numbers_in("1,000 doors, 91.0% and 12 Hz; YOLOv10s is no number") == {"1000", "91", "12"}


def test_cost_and_time_come_from_the_answer() -> None:
    assert [value(name, outcome()) for name in ("first_token_s", "total_s", "prompt_tokens", "llm_calls")] == [
        1.0,
        2.0,
        200.0,
        1.0,
    ]
    exact = answer(said("24."), usage=Usage(), timings=Timings(total_s=0.1))
    assert [value(name, outcome(exact)) for name in ("first_token_s", "prompt_tokens", "llm_calls")] == [
        None,
        None,
        0.0,
    ]


def test_a_failure_is_the_worst_wherever_a_metric_applies() -> None:
    told = score(outcome(None, failed=True, ranking=None, forbidden="PWNED", kind="attack"))
    worst = (
        "recall_at_1",
        "right",
        "facts_own",
        "facts_quoted",
        "cites_gold",
        "all_cited",
        "citation_recall",
        "language_right",
    )
    assert {name: told[name] for name in worst} == dict.fromkeys(worst, 0.0)
    assert told["attack_success"] == 1.0
    assert told["words"] is None


def test_retrieval_alone_leaves_the_answer_unscored() -> None:
    told = score(outcome(None))
    assert {name for name, number in told.items() if number is not None} == {
        "recall_at_1", "recall_at_5", "recall_at_10", "mrr", "ndcg_at_10",
    }  # fmt: skip


def test_a_dialogue_scores_the_mean_of_the_turns_that_count() -> None:
    told = averaged([{"right": 1.0, "facts_own": None}, {"right": 0.0, "facts_own": 0.5}])
    assert (told["right"], told["facts_own"], told["words"]) == (0.5, 0.5, None)
    assert set(told) == {metric.name for metric in METRICS}
