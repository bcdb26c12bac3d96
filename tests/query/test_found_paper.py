"""A question that looks for a paper: the answer is that paper, with the sentence that shows it."""

import pytest
from query.staging import Stage, turn

EAR, RADAR, TOUCH = "2509.07896", "2509.07683", "2509.07445"
TITLES = {EAR: "In-Ear Single-Channel ExG", TOUCH: "Text2Touch"}


@pytest.mark.parametrize(
    ("question", "paper"),
    [
        ("Which paper stages sleep with an electrode in the ear?", EAR),
        ("What study trains a hand to turn things by touch?", TOUCH),
        ("哪篇论文用耳内电极监测睡眠？", EAR),
        ("靠触觉在手里转动物体的是哪一篇？", TOUCH),
    ],
)
def test_the_paper_that_is_looked_for_is_the_answer_without_the_model(stage: Stage, question: str, paper: str) -> None:
    answer = stage.ask(question)
    assert (answer.reason, answer.papers[0]) == (None, paper)
    (citation,) = answer.citations
    assert (citation.arxiv_id, citation.field) == (paper, "abstract")
    assert TITLES[paper] in answer.text
    assert answer.usage.llm_calls == 0


def test_what_is_asked_of_it_besides_is_answered_too(stage: Stage) -> None:
    said = "Awake is told from asleep with 90.5% accuracy."
    answer = stage.ask("Which paper stages sleep with an electrode in the ear, and how accurate is it?", said)
    assert answer.papers[0] == EAR
    assert len(answer.sentences) >= 2
    assert "90.5%" in answer.text


@pytest.mark.parametrize("question", ["Which paper brews beer with yeast?", "哪篇论文研究啤酒酿造？"])
def test_a_paper_that_is_not_there_is_said_not_to_be(stage: Stage, question: str) -> None:
    assert stage.ask(question).reason == "not_in_corpus"


@pytest.mark.parametrize(
    "question",
    [
        "What is 2509.07896 about?",
        "2509.07896 是讲什么的？",
        "What is the paper on sleep staging about?",
        "那篇讲耳内睡眠监测的论文主要研究什么？",
    ],
)
def test_what_a_paper_is_about_is_its_summary(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert (answer.reason, answer.papers[0], answer.usage.llm_calls) == (None, EAR, 0)
    assert len(answer.sentences) == 3


def test_of_the_paper_before_too(stage: Stage) -> None:
    assert stage.ask("What is it about?", history=[turn(RADAR)]).papers[0] == RADAR
