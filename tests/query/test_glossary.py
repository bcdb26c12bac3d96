"""Chinese questions in English words: terms of the field first, then the dictionary, Latin words as they are."""

import tomllib
from importlib.resources import files

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.query.glossary import Glossary, first_sense, in_english, words_in_english
from rag.text import HAN


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("迁移学习时冻结检测器的哪些层？", {"transfer", "learning", "frozen", "detector", "layer"}),
        ("利用多次随访脑部 MRI 做自监督表征", {"follow-up", "brain", "MRI", "self-supervised", "representation"}),
        ("激光雷达点云如何合成 RGB 图像？", {"lidar", "point", "cloud", "RGB", "image"}),
        ("洋葱病虫害", {"onion"}),  # from the dictionary
    ],
)
def test_a_question_in_english_words(question: str, words: set[str]) -> None:
    assert words <= set(in_english(question).split())


def test_words_that_say_nothing_of_a_paper_are_dropped() -> None:
    assert in_english("这篇论文提出了什么？").strip("？ ") == ""


def test_an_english_question_stays_as_it_is() -> None:
    assert in_english("Which layers  are frozen?") == "Which layers  are frozen?"


def test_a_term_is_not_cut_out_of_a_longer_one() -> None:
    assert in_english("强化学习") == "reinforcement learning"
    assert "machine" not in in_english("无人机").split()


def test_each_word_is_given_by_its_own_terms() -> None:
    assert words_in_english("迁移学习 CLIP") == [frozenset({"transf", "learn"}), frozenset({"clip"})]
    assert words_in_english("frozen layers") == [frozenset({"frozen"}), frozenset({"layer"})]


@pytest.mark.parametrize(
    ("senses", "sense"),
    [
        ("surname Yang/poplar", "poplar"),
        ("to freeze (of water)/to stop", "freeze"),
        ("variant of 樣|样[yang4]/CL:個|个[ge4]", ""),
        ("a very long explanation of what it is/short one", "short one"),
        ("onion; scallion", "onion"),
    ],
)
def test_the_first_sense_that_says_something(senses: str, sense: str) -> None:
    assert first_sense(senses) == sense


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
@example(".㐀")
def test_nothing_chinese_is_left(text: str) -> None:
    assert not HAN.search(in_english(text))


@given(st.lists(st.sampled_from(sorted(Glossary.load().terms)), min_size=1, max_size=6))
def test_terms_one_after_another_are_all_said(terms: list[str]) -> None:
    assert (
        in_english("，".join(terms)).replace("，", " ").split()
        == " ".join(Glossary.load().terms[t] for t in terms).split()
    )


def test_the_glossary_is_sorted_and_plain() -> None:
    told = tomllib.loads((files("rag.query") / "glossary.toml").read_text(encoding="utf-8"))
    assert list(told) == sorted(told)
    assert all(HAN.search(term) and not HAN.search(english) for term, english in told.items())
