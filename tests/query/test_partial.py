"""Questions of several parts, of which the record answers one, the paper another, or nothing does."""

import pytest
from query.staging import Stage

EAR = "2509.07896"
AUTHOR_FIELDS = {"authors", "categories"}
SAID = {
    "en": "Awake is told from asleep with 90.5% accuracy.",
    "zh": "区分清醒与睡眠的准确率为 90.5%。",
}


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Who wrote the paper on staging sleep with an electrode in the ear, and how accurate is it?", "en"),
        ("How accurate is sleep staging with an electrode in the ear, and who are the authors of the paper?", "en"),
        ("What category is the in-ear sleep staging paper in, and how accurate is it?", "en"),
        ("用耳内电极监测睡眠这篇论文是谁写的，准确率是多少？", "zh"),
    ],
)
def test_a_field_is_told_and_then_what_the_paper_says_to_the_rest(stage: Stage, question: str, language: str) -> None:
    answer = stage.ask(question, SAID[language])
    assert (answer.reason, answer.papers[0], answer.language) == (None, EAR, language)
    first, *rest = answer.sentences
    assert {citation.field for citation in first.citations} <= AUTHOR_FIELDS
    assert first.text.endswith((f"[{EAR}].", f"[{EAR}]。"))
    assert "90.5%" in rest[0].text
    assert {citation.field for sentence in rest for citation in sentence.citations} == {"abstract"}


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("Who wrote the paper on staging sleep with an electrode in the ear and what did they find?", "Result: "),
        ("Who wrote the paper on staging sleep with an electrode in the ear, and what did they do?", "Approach: "),
        ("用耳内电极监测睡眠这篇论文是谁写的，主要结论是什么？", "结果："),
    ],
)
def test_what_every_abstract_tells_comes_from_the_source(stage: Stage, question: str, label: str) -> None:
    answer = stage.ask(question)
    assert (answer.reason, answer.usage.llm_calls, len(answer.sentences)) == (None, 0, 2)
    assert answer.sentences[1].text.startswith(label)


@pytest.mark.parametrize(
    ("question", "unstated", "said"),
    [
        (
            "How accurately does the in-ear sleep system tell awake from asleep, and what batch size did they use?",
            "state: what batch size did they use (",
            SAID["en"],
        ),
        (
            "What batch size was used, and how accurately does the in-ear sleep system tell awake from asleep?",
            "state: What batch size was used (",
            SAID["en"],
        ),
        ("耳内睡眠监测区分清醒与睡眠的准确率是多少，批量大小是多少？", "的是：批量大小是多少（", SAID["zh"]),
    ],
)
def test_a_part_that_is_not_stated_does_not_keep_back_the_other(
    stage: Stage, question: str, unstated: str, said: str
) -> None:
    answer = stage.ask(question, said)
    assert (answer.reason, answer.abstained) == (None, False)
    *stated, last = answer.sentences
    assert "90.5%" in stated[0].text
    assert unstated in last.text
    assert [citation.field for citation in last.citations] == ["title"]


@pytest.mark.parametrize(
    ("question", "unstated"),
    [
        ("Who wrote the paper on staging sleep in the ear, and how many epochs did training take?", "how many epochs"),
        ("用耳内电极监测睡眠这篇论文是谁写的，学习率是多少？", "学习率是多少"),
    ],
)
def test_a_field_is_told_beside_a_part_that_is_not_stated(stage: Stage, question: str, unstated: str) -> None:
    answer = stage.ask(question)
    assert (answer.reason, answer.usage.llm_calls, len(answer.sentences)) == (None, 0, 2)
    assert unstated in answer.sentences[1].text


@pytest.mark.parametrize(
    "question",
    [
        "What batch size did the in-ear sleep system use, and how many epochs did training take?",
        "耳内睡眠监测的批量大小是多少，学习率是多少？",
    ],
)
def test_where_no_part_is_stated_it_is_said_once(stage: Stage, question: str) -> None:
    assert stage.ask(question).reason == "not_stated"


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote the paper on staging sleep with an electrode in the ear?",
        "Who wrote the in-ear sleep staging paper, and what category is it in?",
        "用耳内电极监测睡眠这篇论文是谁写的，属于哪个类别？",
        "Which paper stages sleep with an electrode in the ear, and who wrote it?",
    ],
)
def test_fields_alone_are_told_alone(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert (answer.reason, answer.usage.llm_calls) == (None, 0)
    assert not any(citation.field == "abstract" for citation in answer.citations)
