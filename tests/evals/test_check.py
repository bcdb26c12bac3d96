"""Check: each way in which a case can measure the wrong thing is found."""

import pytest
from handmade import GAP, PAPERS, case

from evals.check import duplicates, problems

FOUND = [
    ({"gold": ["2509.99999"]}, "2509.99999 is not in the corpus"),
    ({"gold": []}, "exactly one gold paper"),
    ({"gold": [], "facts": [], "kind": "multi"}, "nothing says what a right answer holds"),
    ({"facts": ["Zurich"]}, "is not in the text of 2509.00001"),
    ({"facts": ["robot"]}, "stands in the question"),
    ({"facts": ["x?"]}, "matches anything"),
    ({"question": "How well does walking through doors: gapnet walking through doors work?"}, "leaks the title"),
    ({"question": "How often does GapNet get through?"}, "leaks the paper's name"),
    ({"language": "zh"}, "the question is not in 'zh'"),
    (
        {"kind": "false_premise", "behaviour": "correct", "reason": "false_premise", "facts": []},
        "a false premise needs",
    ),
    (
        {"kind": "unanswerable", "behaviour": "abstain", "reason": "off_topic", "facts": []},
        "off-topic question has no gold",
    ),
]


def test_a_sound_case_has_no_problem() -> None:
    assert list(problems(case(), PAPERS)) == []


@pytest.mark.parametrize(("changes", "problem"), FOUND)
def test_a_bad_case_is_found(changes: dict[str, object], problem: str) -> None:
    assert any(problem in told for told in problems(case(**changes), PAPERS))


def test_facts_of_record_count_as_text() -> None:
    assert list(problems(case(kind="metadata", facts=["Ada Byron", "cs\\.RO", "2509\\.00001"]), PAPERS)) == []


def test_a_question_that_is_asked_twice_is_found() -> None:
    first, again = case(id="a"), case(id="b", question="What success rate, does the robot reach at doors")
    chinese = [
        case(id=name, language="zh", question=text)
        for name, text in (("c", "机器人穿门的成功率是多少？"), ("d", "机器人穿门的成功率是多少"))
    ]
    other = case(id="e", corpus="seed")
    assert [problem.case.id for problem in duplicates([first, again, *chinese, other])] == ["b", "d"]
    assert GAP.arxiv_id in first.turns[0].gold
