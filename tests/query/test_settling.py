"""What a question of a conversation is about, where only what it is near to can tell."""

import pytest
from query.staging import Stage, turn

from rag.models import Filters, Turn
from rag.query.conversation import settled
from rag.query.understand import understand

EAR, RAC, RADAR, TOUCH, WATERMARK = "2509.07896", "2509.07953", "2509.07683", "2509.07445", "2509.07647"


def focus(stage: Stage, question: str, *history: Turn) -> tuple[str, ...]:
    query = understand(question, stage.corpus, Filters(), history)
    return settled(query, history, stage.corpus, stage.embedder).focus


@pytest.mark.parametrize(
    "question",
    [
        "测了几个人？",
        "数据有多少条？",
        "两个数据集各多少题？",
        "谁写的？",
        "最多能压下去多少？",
        "So what's the catch?",
        "Roughly how many minutes are we talking?",
        "在哪里做的实验？",
        "手机上跑得动吗，要多久？",
    ],
)
def test_what_is_near_to_no_paper_is_about_the_one_before(stage: Stage, question: str) -> None:
    assert focus(stage, question, turn(RAC), turn(EAR)) == (EAR,)
    assert focus(stage, question) == ()


@pytest.mark.parametrize(
    ("question", "paper"),
    [
        ("The radar one, what is it tested on?", RADAR),
        ("What does the one about touch say on rewards?", TOUCH),
        ("雷达那篇准确率多少？", RADAR),
        ("回到触觉那篇，奖励函数是谁设计的？", TOUCH),
    ],
)
def test_a_described_paper_of_the_conversation_is_that_one(stage: Stage, question: str, paper: str) -> None:
    assert focus(stage, question, turn(RADAR, TOUCH)) == (paper,)
    assert focus(stage, question, turn(RADAR), turn(TOUCH), turn(RAC)) == (paper,)


@pytest.mark.parametrize(
    "question",
    [
        "还有一篇在图像里加水印的，用的什么变换？",
        "OK, different thing: the one where watermarks are put into images. Does it hold against attacks?",
    ],
)
def test_another_paper_may_be_described(stage: Stage, question: str) -> None:
    assert focus(stage, question, turn(RAC)) in {(WATERMARK,), ()}
    answer = stage.ask(question, "It is robust.", "NOT STATED", history=[turn(RAC)])
    assert answer.papers[0] == WATERMARK


@pytest.mark.parametrize(
    "question",
    [
        "How is sleep staged with an electrode in the ear?",
        "Which papers are about sleep?",
        "How many papers are there?",
        "有哪些论文研究水印？",
        "Does FooBarNetX need depth maps?",
        "What is the best way to detect exoplanets?",
        "How tall is the highest mountain of Switzerland?",
        "What is the best pizza in Rome?",
        "罗马哪家披萨最好吃？",
        "推荐一家巴黎的餐厅",
    ],
)
def test_what_stands_alone_is_not_about_the_paper_before(stage: Stage, question: str) -> None:
    assert focus(stage, question, turn(RAC)) == ()


def test_the_other_one_is_no_description(stage: Stage) -> None:
    assert focus(stage, "另一篇用什么来训练？", turn(RADAR, TOUCH), turn(RADAR)) == (TOUCH,)
    assert focus(stage, "What about the other one?", turn(RADAR, TOUCH), turn(RADAR)) == (TOUCH,)


def test_small_talk_stays_small_talk(stage: Stage) -> None:
    for question in ("Thanks, how is the weather tomorrow?", "明天天气怎么样？", "Tell me a joke."):
        assert stage.ask(question, history=[turn(RAC)]).reason == "off_topic", question


@pytest.mark.parametrize("question", ["测了几个人？", "How accurate is it?", "And the second one?", "Who wrote it?"])
def test_a_paper_that_was_removed_is_no_longer_talked_of(stage: Stage, question: str) -> None:
    gone = "2401.00001"
    answer = stage.ask(question, *["NOT STATED"] * 4, history=[turn(gone)])
    assert gone not in answer.text
    assert stage.ask(question, *["NOT STATED"] * 4, history=[turn(RAC), turn(gone, EAR)]).papers[0] == EAR
