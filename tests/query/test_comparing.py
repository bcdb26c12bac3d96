"""Questions that set papers side by side: each paper is phrased, verified and cited by itself."""

import re

import pytest
from query.staging import MARKER, Stage, turn

from rag.models import Filters
from rag.query.comparing import compared
from rag.query.understand import understand

RAC, TOUCH, DEPTH = "2509.07953", "2509.07445", "2509.07463"
OF_RAC = "RaC beats the previous best with 10x less collection time and data."
OF_TOUCH = "Text2Touch rotates faster and more stably than a baseline tuned by people."
OF_DEPTH = "In low light DepthVision gains substantially over baselines that see RGB alone."


@pytest.mark.parametrize(
    "question",
    [
        "Compare RaC and Text2Touch",
        "What is the difference between 2509.07953 and 2509.07445?",
        "How does RaC differ from Text2Touch?",
        "Do RaC and Text2Touch both use real hardware?",
    ],
)
def test_each_of_two_papers_is_cited(stage: Stage, question: str) -> None:
    answer = stage.ask(question, OF_RAC, OF_TOUCH)
    assert [MARKER.findall(sentence.text) for sentence in answer.sentences] == [[RAC], [TOUCH]]
    assert answer.papers[:2] == (RAC, TOUCH)
    assert len(answer.papers) >= 10
    assert answer.usage.llm_calls == 2


def test_papers_are_compared_in_chinese(stage: Stage) -> None:
    told = (
        "RaC 在策略运行时由人类在失败前介入，先倒回到熟悉状态再演示如何完成子任务。",
        "Text2Touch 让大语言模型编写触觉手内旋转的奖励函数。",
    )
    answer = stage.ask("比较 RaC 和 Text2Touch", *told)
    assert answer.language == "zh"
    assert [citation.arxiv_id for citation in answer.citations] == [RAC, TOUCH]


def test_three_papers_get_a_sentence_each(stage: Stage) -> None:
    answer = stage.ask("Compare RaC, Text2Touch and DepthVision", f"{OF_RAC} {OF_RAC[:-1]} indeed.", OF_TOUCH, OF_DEPTH)
    assert [citation.arxiv_id for citation in answer.citations] == [RAC, TOUCH, DEPTH]


def test_one_paper_s_sentence_is_not_released_for_another(stage: Stage) -> None:
    answer = stage.ask("Compare RaC and Text2Touch", OF_TOUCH, OF_RAC)
    assert list(dict.fromkeys(citation.arxiv_id for citation in answer.citations)) == [RAC, TOUCH]
    assert all(re.search("The abstract (?:also )?says", sentence.text) for sentence in answer.sentences)


def test_the_papers_of_the_conversation_are_compared(stage: Stage) -> None:
    answer = stage.ask("How do they differ?", OF_RAC, OF_TOUCH, history=[turn(RAC, TOUCH)])
    assert [citation.arxiv_id for citation in answer.citations] == [RAC, TOUCH]


def test_two_described_papers_are_found(stage: Stage) -> None:
    question = "Compare the paper on sleep staging with electrodes in the ear and the paper on radar SLAM for parking"
    answer = stage.ask(
        question,
        "Awake versus asleep is told apart with 90.5% accuracy.",
        "Radar tolerates bad weather and allows calibration online.",
    )
    assert [citation.arxiv_id for citation in answer.citations] == ["2509.07896", "2509.07683"]


@pytest.mark.parametrize(
    ("question", "absent"),
    [
        ("Compare 2509.07953 and 2501.00001", "2501.00001"),
        ("Compare RaC with ZorbNet", "ZorbNet"),
        ("2509.07953 和 2501.00001 有什么区别？", "2501.00001"),
    ],
)
def test_a_compared_paper_that_is_absent_is_named(stage: Stage, question: str, absent: str) -> None:
    answer = stage.ask(question, "Nothing.", "Nothing.")
    assert absent in answer.text
    assert {citation.arxiv_id for citation in answer.citations} <= {RAC}


def test_a_chinese_comparison_falls_back_to_what_is_supported(stage: Stage) -> None:
    answer = stage.ask("比较 RaC 和 Text2Touch", "不知道。", "不知道。")
    assert {citation.arxiv_id for citation in answer.citations} == {RAC, TOUCH}


def test_a_sentence_about_the_other_paper_is_not_released(stage: Stage) -> None:
    of_both = "RaC needs 10x less data, while the second paper rotates objects."
    of_other = "RaC needs 10x less data than Text2Touch."
    answer = stage.ask("Compare RaC and Text2Touch", f"{of_both} {of_other} {OF_RAC}", OF_TOUCH)
    assert [MARKER.findall(sentence.text) for sentence in answer.sentences] == [[RAC], [TOUCH]]
    assert "second paper" not in answer.text
    assert "than Text2Touch" not in answer.text


@pytest.mark.parametrize(
    ("question", "papers"),
    [
        ("Where is a hand taught by touch, and how does RaC collect its data instead?", {TOUCH, RAC}),
        ("How does RaC compare with earlier methods, and by how much?", set()),
        (
            "Is there one paper on sleep staging in the ear and one on radar for parking? What is each about?",
            {"2509.07896", "2509.07683"},
        ),
    ],
)
def test_a_part_must_clearly_mean_a_paper(stage: Stage, question: str, papers: set[str]) -> None:
    query = understand(question, stage.corpus, Filters(), ())
    found = {paper.arxiv_id for paper in compared(query, stage.corpus, stage.embedder)}
    assert found == papers
