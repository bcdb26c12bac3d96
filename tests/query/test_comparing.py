"""Questions that set papers side by side: a table, each cell phrased or quoted, verified and cited by itself."""

import re

import pytest
from query.staging import MARKER, Stage, turn

from rag.models import Answer, Filters, Turn
from rag.query.comparing import row
from rag.query.conversation import settled
from rag.query.drafts import Draft
from rag.query.retrieval import rank
from rag.query.sides import compared
from rag.query.understand import understand

RAC, TOUCH, DEPTH = "2509.07953", "2509.07445", "2509.07463"
OF_RAC = "RaC beats the previous best with 10x less collection time and data."
OF_TOUCH = "Text2Touch rotates faster and more stably than a baseline tuned by people."
OF_DEPTH = "In low light DepthVision gains substantially over baselines that see RGB alone."


HEAD = f"| | RaC [{RAC}] | Text2Touch [{TOUCH}] |\n| --- | --- | --- |"


def labels(answer: Answer) -> list[str]:
    """Return what stands at the head of each row below the table's own."""
    return [sentence.text.split("|")[1].strip() for sentence in answer.sentences[1:]]


@pytest.mark.parametrize(
    "question",
    [
        "Compare RaC and Text2Touch",
        "What is the difference between 2509.07953 and 2509.07445?",
        "How does RaC differ from Text2Touch?",
        "2509.07953 vs 2509.07445",
    ],
)
def test_a_plain_comparison_is_a_table_with_a_citation_in_each_cell(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert (answer.layout, answer.usage.llm_calls, answer.papers[:2]) == ("table", 0, (RAC, TOUCH))
    assert answer.sentences[0].text == HEAD
    assert labels(answer) == ["Problem", "Approach", "Result"]
    papers = {paper.arxiv_id: paper for paper in stage.corpus.get((RAC, TOUCH))}
    for place, sentence in enumerate(answer.sentences[1:], start=1):
        assert MARKER.findall(sentence.text) == [RAC, TOUCH]
        cells = sentence.text.split("|")[2:4]
        for cell, citation in zip(cells, sentence.citations, strict=True):
            assert (citation.sentence, f"[{citation.arxiv_id}]" in cell) == (place, True)
            assert MARKER.sub("", cell).strip(" .") == citation.quote.rstrip(".")
            assert citation.quote in papers[citation.arxiv_id].abstract
    assert len(answer.papers) >= 10


@pytest.mark.parametrize(
    "question",
    [
        "Do RaC and Text2Touch both use real hardware?",
        "Compare RaC and Text2Touch: what does each gain?",
        "How do RaC and Text2Touch differ in what they gain?",
    ],
)
def test_what_a_comparison_asks_is_phrased_for_each_paper(stage: Stage, question: str) -> None:
    answer = stage.ask(question, OF_RAC, OF_TOUCH)
    assert [sentence.text for sentence in answer.sentences] == [
        HEAD,
        f"| Answer | {OF_RAC[:-1]} [{RAC}]. | {OF_TOUCH[:-1]} [{TOUCH}]. |",
    ]
    assert {citation.sentence for citation in answer.sentences[1].citations} == {1}
    assert (answer.usage.llm_calls, answer.model) == (2, "queued")


def test_papers_are_compared_in_chinese(stage: Stage) -> None:
    answer = stage.ask("比较 RaC 和 Text2Touch")
    assert (answer.language, answer.layout, labels(answer)) == ("zh", "table", ["问题", "方法", "结果"])
    assert {citation.arxiv_id for citation in answer.citations} == {RAC, TOUCH}
    told = (
        "RaC 在策略运行时由人类在失败前介入，先倒回到熟悉状态再演示如何完成子任务。",
        "Text2Touch 让大语言模型编写触觉手内旋转的奖励函数。",
    )
    answer = stage.ask("RaC 和 Text2Touch 各自怎么做的？", *told)
    assert labels(answer) == ["回答"]
    assert [citation.arxiv_id for citation in answer.sentences[1].citations] == [RAC, TOUCH]


def test_three_papers_get_a_column_each(stage: Stage) -> None:
    question = "What does each of RaC, Text2Touch and DepthVision gain?"
    answer = stage.ask(question, f"{OF_RAC} {OF_RAC[:-1]} indeed.", OF_TOUCH, OF_DEPTH)
    assert [citation.arxiv_id for citation in answer.sentences[1].citations] == [RAC, TOUCH, DEPTH]
    assert answer.sentences[1].text.count("|") == 5


def test_one_paper_s_sentence_is_not_released_for_another(stage: Stage) -> None:
    answer = stage.ask("Compare RaC and Text2Touch: what does each gain?", OF_TOUCH, OF_RAC)
    cells = answer.sentences[1].text.split("|")[2:4]
    assert [set(MARKER.findall(cell)) for cell in cells] == [{RAC}, {TOUCH}]
    assert all(re.search("The abstract (?:also )?says", cell) for cell in cells)


def test_the_papers_of_the_conversation_are_compared(stage: Stage) -> None:
    answer = stage.ask("How do they differ?", history=[turn(RAC, TOUCH)])
    assert (answer.layout, answer.sentences[0].text) == ("table", HEAD)


def test_two_described_papers_are_found(stage: Stage) -> None:
    question = "Compare the paper on sleep staging with electrodes in the ear and the paper on radar SLAM for parking"
    answer = stage.ask(question)
    assert [citation.arxiv_id for citation in answer.sentences[0].citations] == ["2509.07896", "2509.07683"]


def test_a_cell_cannot_break_out_of_its_table() -> None:
    draft = Draft(question="?", resolved="?", language="en")
    told = row(draft, "Result", [("the norm |x|\nfalls", ()), ("not stated", ())]).text
    assert told == "| Result | the norm ∣x∣ falls | not stated |"


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
    answer = stage.ask("RaC 和 Text2Touch 各自怎么做的？", "不知道。", "不知道。")
    assert {citation.arxiv_id for citation in answer.citations} == {RAC, TOUCH}


def test_a_sentence_about_the_other_paper_is_not_released(stage: Stage) -> None:
    of_both = "RaC needs 10x less data, while the second paper rotates objects."
    of_other = "RaC needs 10x less data than Text2Touch."
    question = "Compare RaC and Text2Touch: what does each gain?"
    answer = stage.ask(question, f"{of_both} {of_other} {OF_RAC}", OF_TOUCH)
    assert MARKER.findall(answer.sentences[1].text) == [RAC, TOUCH]
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
    found = {
        paper.arxiv_id
        for paper in compared(query, rank(question, stage.corpus, stage.embedder), stage.corpus, stage.embedder)
    }
    assert found == papers


EAR, RADAR, WATERMARK = "2509.07896", "2509.07683", "2509.07647"


def side_by_side(stage: Stage, question: str, *history: Turn) -> dict[str, str]:
    query = settled(understand(question, stage.corpus, Filters(), history), history, stage.corpus, stage.embedder)
    ranking = rank(question, stage.corpus, stage.embedder, Filters(papers=query.focus))
    found = compared(query, ranking, stage.corpus, stage.embedder)
    return {paper.arxiv_id: asked for paper, asked in found.items()}


@pytest.mark.parametrize(
    "question",
    [
        "Put the ear electrodes for sleep staging and the radar for automated parking side by side: what is measured?",
        "One team stages sleep from inside the ear, another parks cars by radar. What does each test on?",
        "Two papers, sleep staging in the ear and radar SLAM for parking: which data do they use?",
        "那篇用耳内电极做睡眠分期的和那篇做雷达泊车的，哪个用了真实数据？",
        "一家用耳内电极给睡眠分期，一家用雷达给自动泊车建图，测试数据有多少？",
    ],
)
def test_two_papers_in_words_are_each_found(stage: Stage, question: str) -> None:
    assert set(side_by_side(stage, question)) == {EAR, RADAR}


@pytest.mark.parametrize(
    ("question", "of_ear", "of_radar"),
    [
        (
            "How is sleep staged with electrodes in the ear? And what does a car that parks by radar map?",
            "How is sleep staged",
            "what does a car",
        ),
        ("耳内电极的睡眠分期有多准？自动泊车的雷达建图又靠什么？", "耳内电极", "自动泊车"),
    ],
)
def test_parts_that_mean_two_papers_each_ask_their_own(stage: Stage, question: str, of_ear: str, of_radar: str) -> None:
    asked = side_by_side(stage, question)
    assert set(asked) == {EAR, RADAR}
    assert of_ear in asked[EAR] and of_ear not in asked[RADAR]
    assert of_radar in asked[RADAR] and of_radar not in asked[EAR]


@pytest.mark.parametrize(
    ("question", "of_former", "of_latter"),
    [
        (
            "One team stages sleep in the ear, another parks by radar. How good is the former? What of the latter?",
            "How good",
            "What of",
        ),
        (
            "有两家：一家用耳内电极给睡眠分期，一家用雷达给自动泊车建图。前者有几个受试者？后者用什么地图？",
            "前者",
            "后者",
        ),
    ],
)
def test_the_former_and_the_latter_are_asked_their_own(
    stage: Stage, question: str, of_former: str, of_latter: str
) -> None:
    asked = side_by_side(stage, question)
    assert list(asked) == [EAR, RADAR]
    assert of_former in asked[EAR] and of_latter not in asked[EAR]
    assert of_latter in asked[RADAR] and of_former not in asked[RADAR]


@pytest.mark.parametrize(
    "question",
    [
        "How is sleep staged with electrodes in the ear, and how well does that work at home?",
        "耳内电极怎么做睡眠分期？准确率有多高？",
        "Compare protein folding with molecular docking: which paper has the lower error?",
        "那篇预报台风的和那篇预报地震的，哪个误差更小？",
    ],
)
def test_one_paper_or_none_is_not_set_beside_another(stage: Stage, question: str) -> None:
    assert side_by_side(stage, question) == {}


@pytest.mark.parametrize(
    "question", ["How does it differ from the paper on image watermarks?", "它和图像水印那篇有什么区别？"]
)
def test_the_paper_before_is_compared_with_a_described_one(stage: Stage, question: str) -> None:
    assert list(side_by_side(stage, question, turn(RAC))) == [RAC, WATERMARK]


@pytest.mark.parametrize(
    "question", ["Which of the two needs less data?", "Which one is faster?", "这两篇里哪个更快？"]
)
def test_a_choice_between_the_papers_before_is_put_to_both(stage: Stage, question: str) -> None:
    assert list(side_by_side(stage, question, turn(RAC, TOUCH))) == [RAC, TOUCH]


@pytest.mark.parametrize(
    ("question", "paper", "history"),
    [
        ("Summarise 2509.07953", RAC, []),
        ("Could you give me a brief summary of the paper on sleep staging in the ear?", EAR, []),
        ("TL;DR of Text2Touch, please", TOUCH, []),
        ("And sum it up, please", RADAR, [turn(RADAR)]),
        ("请概括一下用雷达做自动泊车的那篇论文", RADAR, []),
        ("用两句话总结一下它", EAR, [turn(EAR)]),
    ],
)
def test_a_summary_is_problem_approach_and_result(stage: Stage, question: str, paper: str, history: list[Turn]) -> None:
    answer = stage.ask(question, history=history)
    labels = [re.split("[:：]", sentence.text)[0] for sentence in answer.sentences]
    assert labels in (["Problem", "Approach", "Result"], ["问题", "方法", "结果"])
    assert {citation.arxiv_id for citation in answer.citations} == {paper}
    assert answer.usage.llm_calls == 0


def test_a_summary_of_both_papers_is_a_table(stage: Stage) -> None:
    for question in ("Summarise both", "总结一下这两篇论文"):
        answer = stage.ask(question, history=[turn(RAC, TOUCH)])
        assert answer.layout == "table"
        assert len(labels(answer)) == 3


def test_a_summary_that_asks_for_something_is_left_to_the_model(stage: Stage) -> None:
    answer = stage.ask("Summarise RaC and include how much data it needs", OF_RAC)
    assert [citation.arxiv_id for citation in answer.citations] == [RAC]
    assert answer.usage.llm_calls == 1


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What batch size did RaC use, and what Text2Touch?", "not stated"),
        ("Compare RaC and Text2Touch: what learning rate does each use?", "not stated"),
        ("比较 RaC 和 Text2Touch：各自的学习率是多少？", "未说明"),
    ],
)
def test_a_cell_says_where_a_paper_does_not_state_it(stage: Stage, question: str, told: str) -> None:
    answer = stage.ask(question)
    assert (answer.layout, answer.reason) == ("table", "not_stated")
    assert f"| {told} [{RAC}] | {told} [{TOUCH}] |" in answer.text
