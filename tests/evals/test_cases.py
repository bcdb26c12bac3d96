"""Cases: the repository's own are sound, and a bad one is named with its line."""

import json
from pathlib import Path

import pytest
from handmade import case

from evals.cases import DATA, load_cases, select_cases
from evals.check import check_cases
from evals.errors import CaseError
from rag.models import Filters

WRONG = [
    ({"colour": "red"}, "unknown key 'colour'"),
    ({"kind": "riddle"}, "'kind' is 'riddle'"),
    ({"language": "fr"}, "'language' is 'fr'"),
    ({"question": "  "}, "the question is empty"),
    ({"question": None}, "the key 'question' is missing"),
    ({"facts": ["("]}, "is no regular expression"),
    ({"behaviour": "abstain"}, "'reason' goes with"),
    ({"reason": "off_topic"}, "'reason' goes with"),
    ({"kind": "dialogue"}, "a dialogue has 'turns'"),
    ({"kind": "attack"}, "an attack, and nothing else"),
    ({"filters": {"colour": ["red"]}}, "unknown filter 'colour'"),
]


def test_the_repository_has_enough_cases_of_every_kind() -> None:
    cases = load_cases([DATA])
    seed = [one for one in cases if one.corpus == "seed"]
    counts = {
        kind: sum(one.kind == kind for one in seed) for kind in ("single", "multi", "metadata", "dialogue", "attack")
    }
    withheld = sum(one.kind in {"unanswerable", "false_premise"} for one in seed)
    assert counts["single"] >= 300
    assert counts["multi"] >= 60
    assert counts["metadata"] >= 60
    assert counts["dialogue"] >= 25
    assert counts["attack"] >= 60
    assert withheld >= 80
    assert sum(one.kind == "single" for one in cases if one.corpus not in {"seed", "sample"}) >= 200
    assert {one.kind for one in cases if one.corpus == "sample"} == set(counts) | {"unanswerable", "false_premise"}


def test_the_cases_of_the_sample_are_sound() -> None:
    assert check_cases(load_cases([Path("sample")])) == []


def test_the_cases_of_the_shared_digests_are_sound(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIV_RAG_SHARED", str(shared))
    assert check_cases(load_cases([DATA])) == []


@pytest.mark.parametrize(("changes", "problem"), WRONG)
def test_a_bad_case_is_named_with_its_line(changes: dict[str, object], problem: str, tmp_path: Path) -> None:
    good = {
        "id": "one", "kind": "single", "language": "en", "split": "dev", "corpus": "sample", "question": "why?",
        "gold": ["2509.00001"], "facts": ["x"], "behaviour": "answer",
    }  # fmt: skip
    bad = {key: value for key, value in {**good, "id": "two", **changes}.items() if value is not None}
    path = tmp_path / "cases.jsonl"
    path.write_text(f"{json.dumps(good)}\n\n{json.dumps(bad)}\n", encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        load_cases([path])
    assert caught.value.line == 3
    assert problem in str(caught.value)


def test_an_id_is_used_once(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        line = {
            "id": "one", "kind": "single", "language": "en", "split": "dev", "corpus": "sample", "question": name,
            "gold": [], "facts": ["x"], "behaviour": "answer",
        }  # fmt: skip
        (tmp_path / name).write_text(json.dumps(line), encoding="utf-8")
    with pytest.raises(CaseError, match=r"is also in a\.jsonl"):
        load_cases([tmp_path])


def test_filters_are_those_of_the_command_line() -> None:
    told = case(filters={"category": ["cs.RO"], "author": ["Li"], "since": "2025-09-01"}).turns[0].filters
    assert (told.categories, told.authors, str(told.since)) == (("cs.RO",), ("Li",), "2025-09-01")
    assert case().turns[0].filters == Filters()


def test_each_turn_of_a_dialogue_is_expected_in_its_own_language() -> None:
    turns = [
        {"question": "What does it do?", "gold": ["2509.00001"], "facts": [], "behaviour": "answer"},
        {"question": "它的成功率是多少？", "gold": ["2509.00001"], "facts": [], "behaviour": "answer"},
    ]
    told = case(kind="dialogue", turns=turns, question=None, gold=None, facts=None, behaviour=None)
    assert [turn.language for turn in told.turns] == ["en", "zh"]


def test_cases_are_chosen_by_split_kind_and_language() -> None:
    cases = [case(id="a"), case(id="b", split="held"), case(id="c", language="zh", question="怎么走过门？")]
    assert [one.id for one in select_cases(cases, split="dev")] == ["a", "c"]
    assert [one.id for one in select_cases(cases, split="all", languages=["zh"])] == ["c"]
    assert select_cases(cases, split="all", kinds=["multi"]) == []
