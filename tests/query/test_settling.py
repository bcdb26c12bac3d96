"""What a question of a conversation is about, where only what it is near to can tell."""

import pytest
from query.staging import Stage, turn

from rag.models import Filters, Turn
from rag.query.conversation import settled
from rag.query.understand import understand
from rag.text import HAN

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


@pytest.mark.parametrize(
    ("question", "paper"),
    [
        ("There is also a work on watermarks in images. Which attacks does that one survive?", WATERMARK),
        ("The hand that is taught by touch, who wrote that one?", TOUCH),
        ("Fine. Different topic: cars that park by radar. What do they map?", RADAR),
        ("OK, let us change the subject: sleep staged in the ear, how accurate is it?", EAR),
        ("好的，换个话题：耳内电极的睡眠分期，它有多准？", EAR),
        ("还有一个给图像加水印的，它能抵御哪些攻击？", WATERMARK),
        ("用触觉训练的那只手，它的奖励是谁写的？", TOUCH),
    ],
)
def test_a_question_may_bring_up_another_paper_and_point_back_at_it(stage: Stage, question: str, paper: str) -> None:
    answer = stage.ask(question, *["NOT STATED"] * 4, history=[turn(RAC)])
    assert answer.papers[0] == paper


@pytest.mark.parametrize(
    "question",
    [
        "Did trying it on real robots help there or not?",
        "Whose hardware did they run it on?",
        "Surely people have to step in more often?",
        "有代码仓库吗？地址发给我",
    ],
)
def test_what_points_back_in_other_words_is_about_the_paper_before(stage: Stage, question: str) -> None:
    assert focus(stage, question, turn(EAR), turn(RAC)) == (RAC,)


@pytest.mark.parametrize(
    ("question", "paper"),
    [
        ("The one of these that is about touch: what does it gain?", TOUCH),
        ("And the one that is not about touch, what is it for?", RADAR),
        ("不做触觉的那篇用什么传感器？", RADAR),
        ("做触觉的那个，奖励函数怎么来的？", TOUCH),
    ],
)
def test_one_of_a_list_is_described_by_what_it_is_or_is_not(stage: Stage, question: str, paper: str) -> None:
    assert focus(stage, question, turn(RADAR, TOUCH)) == (paper,)


@pytest.mark.parametrize("question", ["另外那篇呢，用什么训练？", "剩下的那篇用什么训练？", "And the remaining one?"])
def test_what_is_left_of_two_is_the_other_one(stage: Stage, question: str) -> None:
    assert focus(stage, question, turn(RADAR, TOUCH), turn(RADAR)) == (TOUCH,)


def test_a_greeting_is_no_subject(stage: Stage) -> None:
    for question in (
        "Morning! Three papers here use reinforcement learning, I hear. Which?",
        "你好，有哪些论文用强化学习？",
    ):
        assert "2509.06980" in stage.ask(question).papers[:4], question
    assert stage.ask("Hello!").reason == "off_topic"


@pytest.mark.parametrize("thanks", ["Cool, thank you!", "Perfect.", "Thanks a lot!", "谢谢你！", "好的，明白了。"])
def test_thanks_are_no_part_of_the_question_behind_them(stage: Stage, thanks: str) -> None:
    question = "它的作者是谁？" if HAN.search(thanks) else "Who are its authors?"
    answer = stage.ask(f"{thanks} {question}", history=[turn(TOUCH)])
    assert (answer.reason, [citation.field for citation in answer.citations]) == (None, ["authors"])
    assert answer.citations[0].arxiv_id == TOUCH


@pytest.mark.parametrize("question", ["Back to the first one: what is it tested on?", "回到第一篇，在哪里测试？"])
def test_without_a_list_the_first_one_is_the_first_that_was_talked_of(stage: Stage, question: str) -> None:
    assert focus(stage, question, turn(RADAR), turn(RADAR), turn(TOUCH)) == (RADAR,)
