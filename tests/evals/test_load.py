"""What the load benchmark makes of visits; the visits themselves are tested beside the page."""

import pytest

from evals.errors import RunError
from evals.load import asking, by_twos, overtaken, quarters, summary
from evals.readers import Visit, submission
from rag.models import Paper


def visit(sent: float, papers: float | None, words: float | None, total: float, problem: str = "") -> Visit:
    return Visit(question="?", sent=sent, papers_s=papers, words_s=words, total_s=total, problem=problem)


def test_who_asked_first_is_to_be_answered_first() -> None:
    in_turn = [visit(0, 1, 2, 3), visit(0.1, 1, 4, 5), visit(0.2, 1, 6, 7)]
    assert overtaken([in_turn]) == 0
    # the last one to ask had the first words of all: before two others
    pushed = [visit(0, 3, 5, 5), visit(0.1, 2, 6, 6), visit(0.2, 1, 4, 4)]
    assert overtaken([pushed]) == pytest.approx(2 / 3)
    # those who had no words are in no pair
    assert overtaken([[visit(0, 1, None, 9), visit(0, 2, 3, 4)]]) == 0


def test_visits_are_summed_up_and_problems_kept() -> None:
    figures = summary(
        [[visit(0, 0.2, 1, 2), visit(0, 0.4, 3, 4)], [visit(9, 0.3, 2, 3), visit(9, None, None, 8, "no")]]
    )
    assert (figures["readers"], figures["visits"], figures["problems"]) == (2, 4, ("no",))
    assert (figures["papers_p50_s"], figures["words_p50_s"], figures["longest_s"]) == (0.3, 2, 8)


def test_a_chat_that_answers_nothing_is_an_error() -> None:
    with pytest.raises(RunError, match="nothing was answered"):
        summary([[visit(0, None, None, 1, "down"), visit(0, None, None, 1, "down")]])


def test_memory_is_told_from_first_to_last() -> None:
    assert quarters([]) == ()
    assert quarters([float(each) for each in range(9)]) == (0, 2, 4, 6, 8)


def test_readers_ask_about_different_papers_in_both_languages() -> None:
    papers = [
        Paper(arxiv_id=f"2509.0{n:04d}", title=f"T{n}", url="", category="cs.RO", abstract="A.") for n in range(9)
    ]
    rounds = asking(papers, 3, 2)
    assert [len(each) for each in rounds] == [3, 3]
    told = [question for each in rounds for question in each]
    assert len(set(told)) == 6
    assert any("论文" in question for question in told)
    assert any("paper" in question for question in told)


def test_a_page_without_a_question_box_is_told() -> None:
    with pytest.raises(RunError, match="no question box"):
        submission({"components": [], "dependencies": []})


def test_pasted_and_typed_questions_are_of_both_languages() -> None:
    asked = ["en1", "zh1", "en2", "zh2", "en3", "zh3", "en4", "zh4"]
    assert by_twos(asked, 0) == ["en1", "zh1", "en3", "zh3"]
    assert by_twos(asked, 1) == ["en2", "zh2", "en4", "zh4"]
