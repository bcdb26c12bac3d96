"""Whether a source bears out a sentence: numbers, names, words and meaning."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from query.staging import Stage

from rag.query.evidence import Evidence
from rag.query.verification import (
    bare,
    contained,
    denied,
    distributed,
    foreign_words,
    level,
    novelty,
    numbers,
    quotes_for,
    score,
    turned,
    unsupported_names,
    unsupported_numbers,
)

PROSE = st.text(alphabet=st.sampled_from(list("abAB 0123456789.,%-+kM万亿两三倍个的和")), max_size=60)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("90.5% of 11 people", {90.5, 11}),
        ("30,000 trials and 2.5k tables", {30_000, 2_500}),
        ("6.8x faster", {6.8}),
        ("two or three, a hundred", {2, 3, 100}),
        ("共 3万条，两种方法", {30_000, 2}),
        pytest.param("共 3 万条", {30_000}),
        ("Qwen3 and ResNet-50", set()),
        ("no numbers here", set()),
    ],
)
def test_numbers_of_a_text(text: str, found: set[float]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("sentence", "source", "missing"),
    [
        ("It gains 50%.", "It gains half.", set()),
        ("It gains half.", "It gains 50%.", set()),
        ("It reaches 98.1%.", "It reaches 98.0%.", {98.1}),
        ("It reaches 0.98.", "It reaches 98%.", set()),
        ("It took 30000 runs.", "It took 30,000 runs.", set()),
        ("精度为 90.5%，提升两倍。", "The accuracy is 90.5%, which doubles it.", set()),
        ("精度提升三倍。", "The accuracy doubles.", {3}),
        ("It is the first of its kind.", "Nobody did it before.", set()),
        ("提速2倍。", "It is twice as fast.", set()),
        ("速度是两倍。", "It brings a two-fold speedup.", set()),
        ("It is 2x faster.", "It is two times faster.", set()),
        ("所需数据少十倍。", "It needs tenfold less data.", set()),
        ("成本降低一半。", "It cuts cost by 50%.", set()),
        ("用了 120 万张图像。", "It uses 1.2 million images.", set()),
        ("It uses 1.2M images.", "It uses 1.2 million images.", set()),
        ("共 3 千条。", "It has 3k entries.", set()),
        ("It gains 5%.", "It is 5x faster.", {5}),
        ("It loses 0.05.", "It loses 0.5.", {0.05}),
    ],
)
def test_numbers_that_a_source_does_not_hold(sentence: str, source: str, missing: set[float]) -> None:
    assert unsupported_numbers(sentence, source) == missing


@pytest.mark.parametrize(
    "sentence", ["It gains forty percent.", "It is ninety-five percent accurate.", "It uses five cameras."]
)
def test_numbers_in_words_that_a_source_does_not_hold(sentence: str) -> None:
    assert unsupported_numbers(sentence, "It gains something and uses cameras.")


def test_names_that_a_source_does_not_hold() -> None:
    source = "RaC beats the best on MEGS$^{2}$ with LLMs."
    assert unsupported_names("RaC and MEGS2 use an LLM.", source) == set()
    assert unsupported_names("RaC and ZorbNet win.", source) == {"ZorbNet"}


def test_own_words_are_those_that_the_question_did_not_bring() -> None:
    source = "The robot rewinds to a familiar state."
    assert novelty("What does the robot do?", "What does the robot do?", source) == 0
    assert novelty("The robot rewinds.", "What does the robot do?", source) == 1
    assert novelty("The robot bakes bread.", "What does the robot do?", source) == 0


@pytest.mark.parametrize(
    ("sentence", "question", "is_bare"),
    [
        ("97.33%", "完成率是多少？", True),
        ("完成率：97.33%", "完成率是多少？", True),
        ("LM-O", "在哪些基准上测的？", True),
        ("MATLAB", "用什么软件仿真？", True),
        ("完成率是97.33%，因为数据更多", "完成率是多少？", False),
        ("90.5%", "How accurate is it?", True),
        ("It is slower.", "How fast is it?", False),
        ("How fast is it?", "How fast is it?", False),
    ],
)
def test_a_bare_answer_adds_only_numbers_or_names(sentence: str, question: str, is_bare: bool) -> None:
    assert bare(sentence, question) == is_bare


def test_numbers_dealt_out_respectively_may_be_mixed_up() -> None:
    source = "It gains 115% and 50% in free and guided generation, respectively."
    assert distributed("It gains 50% in free generation.", source)
    assert not distributed("It gains 115% and 50% in free and guided generation.", source)
    assert not distributed(source, source)
    assert not distributed("It gains in free generation.", source)
    assert not distributed("It gains 50%.", "It gains 115% and 50%.")


def test_a_class_is_named_by_its_member() -> None:
    assert unsupported_names("It rivals 120B-class models.", "It rivals GPT-OSS 120B.") == set()


def test_a_second_quote_is_added_for_a_number_that_the_first_lacks() -> None:
    sources = ["The cat sleeps for 14 hours a day.", "A cat eats 300 grams.", "Dogs bark."]
    found = quotes_for("A cat sleeps 14 hours and eats 300 grams.", sources, np.array([0.8, 0.6, 0.1]))
    assert [place for place, _ in found] == [0, 1]
    assert len(quotes_for("A cat sleeps 14 hours.", sources, np.array([0.8, 0.6, 0.1]))) == 1
    assert quotes_for("Anything.", [], np.array([])) == []


@given(PROSE)
def test_a_text_bears_out_its_own_numbers_and_names(text: str) -> None:
    assert unsupported_numbers(text, text) == set()
    assert unsupported_names(text, text) == set()
    assert contained(text, text) in {0.0, 1.0}


@given(PROSE, PROSE, PROSE)
def test_more_source_never_takes_support_away(sentence: str, source: str, more: str) -> None:
    assert unsupported_numbers(sentence, source, more) <= unsupported_numbers(sentence, source)
    assert unsupported_names(sentence, f"{source} {more}") <= unsupported_names(sentence, source)
    assert contained(sentence, f"{source} {more}") >= contained(sentence, source)


@given(st.text(max_size=100), st.text(max_size=100))
def test_any_text_is_scored(sentence: str, source: str) -> None:
    numbers(sentence)
    unsupported_numbers(sentence, source)
    unsupported_names(sentence, source)
    assert 0 <= novelty(sentence, "why", source) <= 1
    assert 0 <= score(sentence, source, 0.5, "en") <= 1


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_likeness_only_raises_the_score(low: float, high: float) -> None:
    low, high = sorted((low, high))
    ranks = ("unsupported", "partial", "supported")
    scores = [score("A cat sleeps.", "The cat sleeps well.", cosine, "en") for cosine in (low, high)]
    assert scores[0] <= scores[1]
    assert ranks.index(level(scores[0])) <= ranks.index(level(scores[1]))


@pytest.mark.parametrize("identifier", ["2509.07953", "2509.07277", "2509.07896", "2509.07150", "2509.07021"])
def test_a_verbatim_sentence_is_supported_by_itself(stage: Stage, identifier: str) -> None:
    paper = stage.corpus.paper(identifier)
    assert paper is not None
    evidence = Evidence(paper, stage.embedder)
    for sentence in evidence.sentences:
        verdict = evidence.verify(sentence, "en")
        assert (verdict.check.support, verdict.faults) == ("supported", ())
        assert verdict.quotes[0][0] == sentence


def test_another_paper_s_sentence_is_not_supported(stage: Stage) -> None:
    rac, ear = (Evidence(paper, stage.embedder) for paper in stage.corpus.get(["2509.07953", "2509.07896"]))
    assert {ear.verify(sentence, "en").check.support for sentence in rac.sentences} == {"unsupported"}


def test_latin_words_of_a_chinese_sentence_come_from_its_sources() -> None:
    sources = "Sleep stages come from an Apple Watch.", "睡眠阶段由什么设备提供？"
    assert foreign_words("睡眠阶段由 Garmin 手表提供。", *sources) == {"Garmin"}
    assert foreign_words("睡眠阶段由 apple watches 提供。", *sources) == set()
    assert foreign_words("Garmin provides them.", *sources) == set()


@pytest.mark.parametrize(
    ("sentence", "source", "found"),
    [
        ("使用了32倍的内存。", "It uses 32 times less memory.", {"32"}),
        ("内存减少了32倍。", "It uses 32 times less memory.", set()),
        ("内存仅为三十二分之一。", "It uses 32 times less memory.", set()),
        ("It needs 10x the data.", "It needs 10x less data.", {"10"}),
        ("It needs 10x less data.", "It needs 10x less data.", set()),
        ("It costs 4x.", "It reduces the cost by a factor of 4x.", {"4"}),
        ("It costs 4 times as much.", "It reduces the cost by a factor of 4.", {"4"}),
        ("It is 4x faster.", "It is 4x faster.", set()),
        ("It has 32 layers.", "It uses 16 times less memory in 32 layers.", set()),
    ],
)
def test_by_how_much_something_is_less_is_not_turned_round(sentence: str, source: str, found: set[str]) -> None:
    assert turned(sentence, [source]) == found


@pytest.mark.parametrize(
    ("question", "sentence", "source", "found"),
    [
        (
            "Why couldn't the solver read ciphers that it had not seen?",
            "It couldn't read them because it was trained on 1500 ciphers.",
            "Surprisingly, it generalizes to unseen ciphers after training on only 1500 unique ciphers.",
            {"couldn't"},
        ),
        ("为什么它读不了没见过的密码？", "它无法读出没见过的密码。", "It generalizes to unseen ciphers.", {"无法"}),
        ("How does it fare?", "It does not need labels.", "It works without labels.", set()),
        ("How does it fare?", "It cannot cope with haze.", "Existing models struggle in haze.", set()),
        (
            "How is a known answer carried over where the likeness is not obvious?",
            "Where the likeness is not obvious, question and solution are separated.",
            "For questions that are similar in a broad sense, we separate question and solution.",
            set(),
        ),
        (
            "How far was it tested?",
            "It was tested on language models.",
            "Validation on LLMs is deferred.",
            {"deferred"},
        ),
        ("How far was it tested?", "It was not tested on them.", "Validation on LLMs is deferred.", set()),
        ("它测试过吗？", "尚未在语言模型上测试。", "Validation on LLMs is deferred.", set()),
    ],
)
def test_what_no_source_denies_is_not_denied_and_what_is_left_open_not_affirmed(
    question: str, sentence: str, source: str, found: set[str]
) -> None:
    assert denied(sentence, [source], question) == found
