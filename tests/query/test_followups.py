"""Questions within a conversation: pronouns, pointers, another language, another subject."""

import pytest
from query.staging import Stage, turn

from rag.models import Turn

RAC, TOUCH, DEPTH = "2509.07953", "2509.07445", "2509.07463"
NOTHING = "Nothing."


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How many examples did it need?", "It needs 10x less collection time and data."),
        ("And what was it tested on?", "It was tested on shirt hanging, sealing lids and packing takeout boxes."),
        ("Does the robot rewind?", "A person rewinds the robot to a familiar state."),
    ],
)
def test_a_pronoun_is_the_paper_of_the_turn_before(stage: Stage, question: str, said: str) -> None:
    answer = stage.ask(question, said, history=[turn(DEPTH), turn(RAC)])
    assert {citation.arxiv_id for citation in answer.citations} == {RAC}
    assert answer.sentences[0].text.startswith(said[:-1])
    assert "RaC: Robot Learning" in answer.resolved or "robot" in question


def test_a_follow_up_may_switch_the_language(stage: Stage) -> None:
    said = "RaC 在挂衬衫、密封盒盖和打包外卖任务上超过此前最优方法。"
    answer = stage.ask("它用了哪些任务？", said, history=[turn(RAC)])
    assert answer.language == "zh"
    assert {citation.arxiv_id for citation in answer.citations} == {RAC}
    assert "挂衬衫" in answer.text
    assert "Zheyuan Hu" in stage.ask("And who is its first author?", history=[Turn.of(answer)]).text


@pytest.mark.parametrize(
    ("question", "paper", "author"),
    [
        ("Who wrote the second one?", "2509.07707", "Muzaffar Habib"),
        ("Who wrote the last one?", "2509.07945", "Yuan Pu"),
        ("第三篇的作者是谁？", "2509.07945", "Yuan Pu"),
        ("第一篇是谁写的？", "2509.06980", "Jiajun Chai"),
    ],
)
def test_a_place_in_the_list_before_is_that_paper(stage: Stage, question: str, paper: str, author: str) -> None:
    answer = stage.ask(question, history=[turn("2509.06980", "2509.07707", "2509.07945")])
    assert author in answer.text
    assert {citation.arxiv_id for citation in answer.citations} == {paper}


def test_the_places_are_those_of_the_list_as_told(stage: Stage) -> None:
    listed = stage.ask("Which papers are about reinforcement learning?")
    answer = stage.ask("Who wrote the second one?", history=[Turn.of(listed)])
    assert answer.citations[0].arxiv_id == listed.citations[1].arxiv_id


def test_a_place_beyond_the_list_is_not_another_paper(stage: Stage) -> None:
    history = [turn("2509.06980", "2509.07707")]
    answer = stage.ask("Who wrote the fifth one?", history=history)
    assert {citation.arxiv_id for citation in answer.citations} <= set(history[0].papers)


def test_the_other_one_is_the_one_not_spoken_of(stage: Stage) -> None:
    said = "Text2Touch rotates faster and more stably than a baseline tuned by people."
    answer = stage.ask("What about the other one?", said, history=[turn(RAC, TOUCH), turn(RAC)])
    assert {citation.arxiv_id for citation in answer.citations} == {TOUCH}


def test_a_new_subject_leaves_the_conversation(stage: Stage) -> None:
    history = [turn(RAC)]
    accuracy = stage.ask(
        "What accuracy does breast cancer detection in thermograms reach?", "The system reaches 98.0%.", history=history
    )
    assert {citation.arxiv_id for citation in accuracy.citations} == {"2509.07277"}
    assert len(stage.ask("How many papers are there?", history=history).papers) == 24
    assert "Yuxing Liu" in stage.ask("Who wrote 2509.07972?", history=history).text
    assert stage.ask("What is the weather tomorrow?", history=history).reason == "off_topic"


@pytest.mark.parametrize(
    ("question", "paper"),
    [
        pytest.param("Does ClaFR need its training data?", "2509.06988"),
        pytest.param("Does ScaleZero use LoRA, and how does it help?", "2509.07945"),
        pytest.param(
            "What is the first benchmark for the transferability of graph self-supervised learning?",
            "2509.06975",
        ),
        pytest.param(
            "Why do cars that use radar for parking in a tight space need it?",
            "2509.07683",
        ),
        ("水印如何抵御裁剪？", "2509.07647"),
    ],
)
def test_a_question_that_brings_its_own_subject_leaves_the_conversation(
    stage: Stage, question: str, paper: str
) -> None:
    answer = stage.ask(question, NOTHING, history=[turn(RAC)])
    assert {citation.arxiv_id for citation in answer.citations} == {paper}


def test_a_reason_asked_in_words_of_another_paper_is_about_that_one(stage: Stage) -> None:
    question = "Why does the breast thermogram network add made-up pictures?"
    answer = stage.ask(question, NOTHING, history=[turn(RAC, TOUCH)])
    assert {citation.arxiv_id for citation in answer.citations} == {"2509.07277"}
    same = stage.ask("Why is recovering from failures worth it?", NOTHING, history=[turn(RAC)])
    assert {citation.arxiv_id for citation in same.citations} == {RAC}


def test_an_absent_paper_is_not_spoken_of_afterwards(stage: Stage) -> None:
    absent = stage.ask("What does ZorbNet propose?")
    assert Turn.of(absent).papers == ()
    assert Turn.of(stage.ask("What learning rate did RaC use?")).papers == (RAC,)


@pytest.mark.parametrize("question", ["Thanks!", "谢谢"])
def test_thanks_are_no_question(stage: Stage, question: str) -> None:
    assert stage.ask(question, history=[turn(RAC)]).reason == "off_topic"


@pytest.mark.parametrize("question", ["Who wrote them?", "它们的作者是谁？"])
def test_records_of_all_papers_meant_are_told(stage: Stage, question: str) -> None:
    answer = stage.ask(question, history=[turn(RAC, TOUCH)])
    assert {citation.arxiv_id for citation in answer.citations} == {RAC, TOUCH}


@pytest.mark.parametrize(
    ("before", "question"),
    [("How many papers are in cs.RO?", "And in cs.LG?"), ("cs.RO 有多少篇论文？", "那 cs.LG 呢？")],
)
def test_a_count_is_followed_up(stage: Stage, before: str, question: str) -> None:
    answer = stage.ask(question, history=[Turn.of(stage.ask(before))])
    assert "8" in answer.sentences[0].text
    assert not answer.abstained


@pytest.mark.parametrize(
    "question", ["Who wrote the tenth?", "the 12th one?", "第九篇讲了什么？", "the 3rd paper: what is it?"]
)
def test_a_list_without_that_place_says_how_long_it_is(stage: Stage, question: str) -> None:
    answer = stage.ask(question, history=[turn(RAC, TOUCH)])
    assert answer.reason == "not_in_corpus"
    assert "2" in answer.sentences[0].text
    assert {citation.arxiv_id for citation in answer.citations} == {RAC, TOUCH}


def test_several_places_are_several_papers(stage: Stage) -> None:
    history = [turn(RAC, TOUCH, DEPTH)]
    for question, papers in (("Who wrote the last two?", {TOUCH, DEPTH}), ("前两篇的作者都是谁？", {RAC, TOUCH})):
        assert {citation.arxiv_id for citation in stage.ask(question, history=history).citations} == papers


@pytest.mark.parametrize(
    ("question", "paper"),
    [
        ("If a robot's camera sees little at night, how can it still see?", DEPTH),
        ("A robot that learns from touch: how does it get its reward?", TOUCH),
        ("OK, what does the radar parking paper measure?", "2509.07683"),
    ],
)
def test_a_pronoun_with_its_own_noun_is_a_new_subject(stage: Stage, question: str, paper: str) -> None:
    answer = stage.ask(question, NOTHING, history=[turn(RAC)])
    assert {citation.arxiv_id for citation in answer.citations} == {paper}


def test_a_list_is_varied_by_subject(stage: Stage) -> None:
    listed = stage.ask("Which papers use diffusion models?")
    answer = stage.ask("And reinforcement learning?", history=[Turn.of(listed)])
    assert "2509.06980" in answer.papers
    assert answer.resolved == "Which papers are about reinforcement learning?"


@pytest.mark.parametrize(
    "question",
    [
        "准确率大概多少？",
        "模型在哪儿下载？",
        "数据公开了吗，在哪？",
        "训练花了多少钱？",
        "推理速度能到多少？",
        "What accuracy was reached?",
    ],
)
def test_a_question_that_names_no_subject_is_about_the_paper_before(stage: Stage, question: str) -> None:
    answer = stage.ask(question, *[NOTHING] * 4, history=[turn(RAC)])
    assert {citation.arxiv_id for citation in answer.citations} == {RAC}


@pytest.mark.parametrize("question", ["How well is sleep staged in the ear?", "耳内能多准地区分清醒与睡眠？"])
def test_a_question_with_a_subject_of_its_own_is_not(stage: Stage, question: str) -> None:
    answer = stage.ask(
        question, "Awake versus asleep is told apart with 90.5% accuracy.", *[NOTHING] * 3, history=[turn(RAC)]
    )
    assert answer.papers[0] == "2509.07896"


def test_a_shorter_question_may_ask_for_papers_on_another_subject(stage: Stage) -> None:
    before = turn("2509.07896", question="Are there any papers about sleep?")
    answer = stage.ask("And on reinforcement learning?", history=[before])
    assert (answer.layout, len(answer.papers)) == ("list", 3)


def test_a_reason_asked_in_the_words_of_an_earlier_paper_is_about_that_one(stage: Stage) -> None:
    answer = stage.ask(
        "Why does radar suit parking?", "Radar tolerates bad weather.", history=[turn("2509.07683"), turn("2509.07707")]
    )
    assert answer.papers[0] == "2509.07683"
