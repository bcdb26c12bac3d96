"""Names in Chinese characters: where they stand, how they sound, and whose papers they ask for."""

import re
from dataclasses import replace

import pytest
from query.odd_papers import LINKED
from query.staging import Build, Stage

from rag.query.people import people_in, without_people
from rag.query.pinyin import Readings, in_pinyin, names_in


@pytest.fixture(scope="module")
def chinese(build: Build) -> Stage:
    """Return papers whose authors have Chinese names, spelt in the ways in which lists of authors spell them."""
    lists = [
        ("Xiaoming Wang", "Wei Zhang", "Jane Doe"),
        ("Xiao-Ming Wang", "Anna Berg"),
        ("Han Xiaohui", "Bu Lyu"),
        ("Wanli Ouyang", "Wei Zhang"),
        ("Zhang Wen", "Gao Xiao"),
    ]
    papers = [
        replace(LINKED, arxiv_id=f"2509.0010{n}", url=f"https://arxiv.org/abs/2509.0010{n}", authors=authors)
        for n, authors in enumerate(lists)
    ]
    return build("chinese", papers)


@pytest.mark.parametrize(
    ("question", "people"),
    [
        ("王小明发了哪些论文？", {"Xiaoming Wang", "Xiao-Ming Wang"}),
        ("有没有張偉的文章", {"Wei Zhang"}),
        ("韩晓辉那篇论文的标题是什么", {"Han Xiaohui"}),  # a list with the surname first
        ("吕布老师的论文", {"Bu Lyu"}),
        ("王井东或者吕布今天有文章吗", {"Bu Lyu"}),
        ("欧阳万里参与了哪篇？", {"Wanli Ouyang"}),
        ("张伟和欧阳万里合作的论文", {"Wei Zhang", "Wanli Ouyang"}),
        ("张伟和 Jane Doe 合写了哪篇论文", {"Wei Zhang", "Jane Doe"}),
        ("papers by 张伟？ 论文", {"Wei Zhang"}),
    ],
)
def test_people_are_found_by_the_sound_of_their_names(chinese: Stage, question: str, people: set[str]) -> None:
    assert set(people_in(question, chinese.corpus)) == people


@pytest.mark.parametrize(
    "question",
    [
        "这些文章里有张量分解的论文吗？",  # 文章 sounds like Wen Zhang
        "高效的论文有哪些？",  # and 高效 like Xiao Gao
        "张伟的方法有什么效果？",  # no paper is asked for
    ],
)
def test_words_are_no_names(chinese: Stage, question: str) -> None:
    assert people_in(question, chinese.corpus) == ()


def test_all_who_sound_alike_are_told_and_how_they_were_found(chinese: Stage) -> None:
    answer = chinese.ask("王小明写了哪几篇？")
    assert set(answer.papers) == {"2509.00100", "2509.00101"}
    assert "“王小明”读作 Xiaoming Wang, Xiao-Ming Wang" in answer.text
    assert "同音" in answer.text


def test_a_field_of_the_paper_of_somebody_in_characters(chinese: Stage) -> None:
    answer = chinese.ask("韩晓辉那篇的最后一位作者是谁？")
    assert answer.papers[0] == "2509.00102"
    assert "Bu Lyu" in answer.text


def test_somebody_in_characters_who_wrote_nothing(chinese: Stage) -> None:
    answer = chinese.ask("何恺明今天有论文吗？")
    assert answer.reason == "not_in_corpus"
    assert "何恺明 (Kaiming He)" in answer.text


def test_a_name_is_no_subject(chinese: Stage) -> None:
    assert without_people("张伟的论文", ["Wei Zhang"]).strip() == "的论文"
    assert without_people("张伟的论文", ["Anna Berg"]) == "张伟的论文"


def test_readings() -> None:
    readings = Readings.load()
    assert readings.sounds("单伟") == [("shan", "wei")]  # as a surname it is not read dan
    assert {("lu", "bu"), ("lv", "bu"), ("lyu", "bu")} == set(readings.sounds("吕布"))
    assert readings.sounds("学习") == []
    assert in_pinyin("何恺明") == "Kaiming He"
    assert names_in("Which papers are by Wei Zhang?") == []
    assert re.fullmatch(r"\w+ Ouyang / \w+ Ouyang", in_pinyin("欧阳万里"))
