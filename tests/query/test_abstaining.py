"""What the papers do not say: off topic, not in the corpus, not stated, or asked on a false premise."""

import datetime

import pytest
from query.staging import Build, Stage

from rag.models import Filters
from rag.query.cues import details
from rag.text import HAN

RAC = "2509.07953"
FAR = datetime.date(2030, 1, 1)


@pytest.mark.parametrize(
    "question",
    [
        "What is the weather tomorrow?",
        "Write me a poem about robots",
        "Hello!",
        "今天天气怎么样？",
        "写一首关于春天的诗",
        "Which restaurants near the station are good?",
        "推荐一家附近好吃的川菜餐厅",
        "你好！",
        "",
        "   ",
        "\x00\u200b",
    ],
)
def test_what_is_not_about_papers_is_declined_in_one_sentence(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert (answer.abstained, answer.reason) == (True, "off_topic")
    assert len(answer.sentences) == 1
    assert (answer.citations, answer.papers) == ((), ())
    assert answer.language == ("zh" if HAN.search(question) else "en")


@pytest.mark.parametrize(
    "question",
    [
        "What do papers say about the weather?",
        "哪篇论文研究了天气？",
        "Which weather do radars tolerate in the parking paper?",
    ],
)
def test_the_same_words_about_papers_are_not_off_topic(stage: Stage, question: str) -> None:
    assert stage.ask(question, "Nothing.").reason != "off_topic"


@pytest.mark.parametrize("question", ["How long do whale songs last?", "鲸鱼唱歌持续多久？"])
def test_words_of_small_talk_that_a_paper_is_about_are_not_off_topic(odd: Stage, question: str) -> None:
    assert odd.ask(question, "Nothing.").reason != "off_topic"


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What does ZorbNet propose?", "ZorbNet"),
        ("ZorbNet 提出了什么方法？", "ZorbNet"),
        ("How does protein folding with AlphaFold work?", "AlphaFold"),
        ("How does dark matter form halos?", ""),
        ("How were the pyramids of Giza built?", ""),
    ],
)
def test_an_absent_subject_is_said_to_be_absent_with_the_nearest(stage: Stage, question: str, name: str) -> None:
    answer = stage.ask(question)
    assert (answer.abstained, answer.reason) == (True, "not_in_corpus")
    assert name in answer.sentences[0].text
    assert "24" in answer.sentences[0].text
    assert answer.citations
    assert all(sentence.citations for sentence in answer.sentences[1:])
    assert {citation.field for citation in answer.citations} == {"title"}
    assert len(answer.papers) >= 10


@pytest.mark.parametrize(
    ("question", "paper"),
    [
        ("What learning rate did RaC use?", RAC),
        ("RaC 用了多大的学习率？", RAC),
        ("RaC 训练用了多少张显卡？", RAC),
        ("On which optimizer does FediLoRA rely?", "2509.06984"),
        ("How long did training take for DepthVision?", "2509.07463"),
        ("What accuracy does RaC reach on ImageNet?", RAC),
        ("RaC 在 ImageNet 上的准确率是多少？", RAC),
        pytest.param(
            "Which university do the authors of the radar parking paper belong to?",
            "2509.07683",
        ),
        ("Which lab wrote down its affiliation in RaC?", RAC),
    ],
)
def test_a_detail_that_the_abstract_lacks_is_not_stated(stage: Stage, question: str, paper: str) -> None:
    answer = stage.ask(question)
    assert (answer.abstained, answer.reason) == (True, "not_stated")
    assert {citation.arxiv_id for citation in answer.citations} == {paper}
    assert answer.citations[0].field == "title"
    assert "abstract" in {citation.field for citation in answer.citations}, "it tells what the abstract does say"


def test_a_detail_asked_for_with_a_common_plural_is_not_stated(stage: Stage) -> None:
    assert stage.ask("How many GPUs did RLFactory train on?").reason == "not_stated"


@pytest.mark.parametrize(
    ("question", "said", "paper"),
    [
        ("On how many people was in-ear sleep staging tested?", "The sleep of 11 people was recorded.", "2509.07896"),
        ("How much memory does MEGS2 save?", "Static VRAM is cut by 50% and rendering VRAM by 40%.", "2509.07021"),
        ("How fast is YOLOv10s in two passes?", "It runs 1.85x faster than an early-exit baseline.", "2509.07928"),
    ],
)
def test_a_detail_that_the_abstract_has_is_answered(stage: Stage, question: str, said: str, paper: str) -> None:
    answer = stage.ask(question, said)
    assert not answer.abstained
    assert answer.citations[0].arxiv_id == paper
    assert said[:-1] in answer.text


@pytest.mark.parametrize(
    ("question", "correction"),
    [
        ("Why is DepthVision worse than RGB baselines in low light?", "gains substantially over baselines"),
        ("Why does RLFactory slow training throughput down by 3x?", "improves by 6.8x"),
        ("Why does RLFactory improve throughput by 9.9x?", "improves by 6.8x"),
        ("为什么 DepthVision 在弱光下比基线差？", "弱光"),
    ],
)
def test_a_false_premise_is_corrected_first(stage: Stage, question: str, correction: str) -> None:
    answer = stage.ask(question)
    assert (answer.abstained, answer.reason) == (False, "false_premise")
    assert correction in answer.sentences[0].text
    assert answer.sentences[0].citations


def test_a_true_premise_is_not_corrected(stage: Stage) -> None:
    question = "Why do calls stay stable in RLFactory although tools and interfaces differ?"
    answer = stage.ask(question, "An asynchronous caller keeps calls stable.")
    assert answer.reason is None


def test_an_empty_store_says_that_it_holds_nothing(build: Build) -> None:
    empty = build("empty", [])
    for question in ("How does recovery help robots?", "Which papers use diffusion?", "Who wrote 2509.07953?"):
        answer = empty.ask(question)
        assert answer.abstained
        assert "0 papers" in answer.text
    assert "0" in empty.ask("How many papers are there?").text


@pytest.mark.parametrize(
    "filters",
    [
        Filters(categories=("cs.CL",)),
        Filters(authors=("Nobody Atall",)),
        Filters(categories=("cs.LG",), authors=("Aviral",)),
        pytest.param(Filters(papers=("2501.00001",))),
    ],
)
@pytest.mark.parametrize(
    "question", ["How does recovery help robots?", "Which papers are about robots?", "机器人如何恢复？"]
)
def test_where_nothing_passes_the_filter_it_is_named(stage: Stage, filters: Filters, question: str) -> None:
    answer = stage.ask(question, filters=filters)
    assert (answer.abstained, answer.reason) == (True, "not_in_corpus")
    for value in (*filters.categories, *filters.authors, *filters.papers):
        assert value in answer.text
    assert answer.papers == ()


def test_where_nothing_passes_the_days_they_are_named(stage: Stage) -> None:
    answer = stage.ask("How does recovery help robots?", filters=Filters(since=FAR))
    assert answer.reason == "not_in_corpus"
    assert "2030-01-01" in answer.text


def test_where_nothing_passes_a_first_day_it_is_told_as_such(stage: Stage) -> None:
    first = stage.ask("How does recovery help robots?", filters=Filters(since=FAR))
    only = stage.ask("How does recovery help robots?", filters=Filters(since=FAR, until=FAR))
    assert first.text != only.text


def test_a_word_inside_another_states_no_detail() -> None:
    """`Outputs` hold no TPU, `robust` no Rust."""
    hardware = next(detail for detail in details() if detail.name == "hardware")
    assert not hardware.stated.search("guiding model outputs")
    assert hardware.stated.search("trained on a TPU pod")


@pytest.mark.parametrize(
    "question",
    ["分子对接的速度有多快？", "深海鱼类怎样适应高压？", "How fast is molecular docking?", "How deep is the sea?"],
)
def test_a_subject_of_another_field_is_absent(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert (answer.abstained, answer.reason) == (True, "not_in_corpus")
    assert answer.citations
