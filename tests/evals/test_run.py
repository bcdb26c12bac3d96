"""Run: every case gets a row, whatever happens; a second run asks only what is new."""

import json
from pathlib import Path
from typing import Any

import pytest
from handmade import RIGHT, Parrot, answer, case, said

from evals.cases import Case
from evals.rows import Observation, read_rows
from evals.run import Plan, run_cases
from rag.config import Settings

DIALOGUE = [
    {"question": "And how fast?", "gold": ["2509.00001"], "facts": ["12"], "behaviour": "answer"},
    {"question": "And the other?", "gold": ["2509.00002"], "facts": ["sleep"], "behaviour": "answer"},
]


def plan(out: Path, **changes: Any) -> Plan:
    told: dict[str, Any] = {"subject": "parrot", "settings": Settings(), "cache": None} | changes
    return Plan(out=out, **told)


def dialogue() -> Case:
    return case(id="talk", kind="dialogue", turns=DIALOGUE, question=None, gold=None, facts=None, behaviour=None)


def test_rows_hold_question_retrieval_answer_scores_and_versions(tmp_path: Path) -> None:
    one = case()
    run_cases([one], plan(tmp_path), lambda corpus: Parrot(answers={one.turns[0].question: RIGHT}))
    (row,) = read_rows(tmp_path)
    (turn,) = row["turns"]
    assert (row["id"], row["error"], row["engine"], row["scores"]["right"]) == ("one", None, "parrot", 1.0)
    assert turn["text"] == "It gets through 91% of the time [2509.00001]."
    assert turn["observed"]["retrieval"]["papers"] == ["2509.00001", "2509.00002"]
    assert turn["observed"]["answer"]["usage"]["prompt_tokens"] == 200
    assert {"code", "python", "chromadb"} <= set(row["versions"])
    made = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert (made["cases"], made["failed"], made["llm_calls"]) == (1, 0, 1)
    assert made["peak_memory_mib"] > 10


def test_a_crash_is_a_row_that_failed_and_the_run_goes_on(tmp_path: Path) -> None:
    bad, good = case(id="bad"), case(id="good", question="How often at all?")
    answers = {bad.turns[0].question: ZeroDivisionError("no doors"), good.turns[0].question: RIGHT}
    run_cases([bad, good], plan(tmp_path), lambda corpus: Parrot(answers=answers))
    first, second = read_rows(tmp_path)
    assert first["error"] == "ZeroDivisionError: no doors"
    assert (first["scores"]["right"], first["scores"]["facts_own"], first["scores"]["words"]) == (0.0, 0.0, None)
    assert second["scores"]["right"] == 1.0


def test_a_dialogue_carries_its_history_and_breaks_off_at_a_crash(tmp_path: Path) -> None:
    fast = answer(said("12 Hz [2509.00001].", *RIGHT.sentences[0].citations))
    parrot = Parrot(answers={"And how fast?": fast, "And the other?": answer(said("It hears sleep."))})
    (row,) = run_cases([dialogue()], plan(tmp_path), lambda corpus: parrot)
    assert [len(history) for _, history in parrot.asked] == [0, 1]
    assert parrot.asked[1][1][0].papers == ("2509.00001",)
    assert row.scores["facts_own"] == 1.0
    assert row.scores["right"] == 0.5

    broken = Parrot(answers={"And how fast?": ValueError("gone")})
    (row,) = run_cases([dialogue()], plan(tmp_path / "again"), lambda corpus: broken)
    assert [scores["right"] for scores in row.turn_scores] == [0.0, 0.0]
    assert len(broken.asked) == 1


def test_a_second_run_asks_nothing_and_scores_anew(tmp_path: Path) -> None:
    one = case()
    run_cases([one], plan(tmp_path), lambda corpus: Parrot(answers={one.turns[0].question: RIGHT}))
    stricter = case(facts=["92"])
    silent = Parrot(answers={})
    (row,) = run_cases([stricter], plan(tmp_path), lambda corpus: silent)
    assert silent.asked == []
    assert row.scores["facts_own"] == 0.0


def test_the_cache_serves_other_folders_until_something_changes(tmp_path: Path) -> None:
    one = case()
    cache = tmp_path / "cache"

    def asked(out: str, **changes: Any) -> int:
        parrot = Parrot(answers={one.turns[0].question: RIGHT})
        run_cases([one], plan(tmp_path / out, cache=cache, **changes), lambda corpus: parrot)
        return len(parrot.asked)

    assert asked("a") == 1
    assert asked("b") == 0
    assert asked("c", settings=Settings(prompt_budget=900)) == 1
    assert asked("d", subject="another") == 1
    assert asked("e", settings=Settings(threads=1)) == 0


def test_what_is_asked_anew_is_asked(tmp_path: Path) -> None:
    one = case()
    for _ in range(2):
        parrot = Parrot(answers={one.turns[0].question: RIGHT})
        run_cases([one], plan(tmp_path, anew=True), lambda corpus, parrot=parrot: parrot)
        assert len(parrot.asked) == 1


def test_a_failure_is_tried_again(tmp_path: Path) -> None:
    one = case()
    question = one.turns[0].question
    run_cases(
        [one], plan(tmp_path, cache=tmp_path / "cache"), lambda corpus: Parrot(answers={question: OSError("busy")})
    )
    (row,) = run_cases(
        [one], plan(tmp_path, cache=tmp_path / "cache"), lambda corpus: Parrot(answers={question: RIGHT})
    )
    assert row.error == ""
    assert row.scores["right"] == 1.0


def test_a_run_that_was_killed_goes_on_where_it_stopped(tmp_path: Path) -> None:
    first, second = case(id="a"), case(id="b", question="How often at all?")

    class KilledError(BaseException):
        """As a kill: nothing catches it."""

    class Killed(Parrot):
        def ask(self, ask: Any, history: Any) -> Observation:
            if len(self.asked) == 1:
                raise KilledError
            return super().ask(ask, history)

    answers = {first.turns[0].question: RIGHT, second.turns[0].question: RIGHT}
    with pytest.raises(KilledError):
        run_cases([first, second], plan(tmp_path), lambda corpus: Killed(answers=answers))
    partial = tmp_path / "rows.partial.jsonl"
    partial.write_text(partial.read_text(encoding="utf-8") + '{"key": "cut', encoding="utf-8")
    with pytest.raises(KilledError):
        run_cases([second], plan(tmp_path), lambda corpus: Killed(answers=answers, asked=[("", ())]))
    parrot = Parrot(answers=answers)
    rows = run_cases([first, second], plan(tmp_path), lambda corpus: parrot)
    assert [asked for asked, _ in parrot.asked] == [second.turns[0].question]
    assert [row.case.id for row in rows] == ["a", "b"]
    assert not partial.exists()


def test_retrieval_alone_ranks_the_first_turn_and_answers_nothing(tmp_path: Path) -> None:
    parrot = Parrot(answers={})
    rows = run_cases([case(), dialogue()], plan(tmp_path, retrieve_only=True), lambda corpus: parrot)
    assert [row.scores["recall_at_1"] for row in rows] == [1.0, 1.0]
    assert [row.scores["right"] for row in rows] == [None, None]
    assert [asked for asked, _ in parrot.asked] == [case().turns[0].question, "And how fast?"]


def test_rows_survive_the_round_trip() -> None:
    observed = Observation(answer=RIGHT, retrieval=None)
    assert Observation.from_dict(json.loads(json.dumps(observed.to_dict()))) == observed
