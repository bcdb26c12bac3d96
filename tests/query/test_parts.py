"""The parts of a question that asks for several things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.query.parts import parts


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("How fast is it?", 1),
        ("How fast is it, and what does it cost?", 2),
        ("How quickly does the reasoner emit text, and on what hardware?", 2),
        ("When heat pictures are sorted, how accurate is the system and how sensitive?", 2),
        ("How do early, middle and late layers differ in what they contribute?", 1),
        ("If a camera sees little at night, how can laser points help?", 1),
        ("检索结果怎么重排，公开的数据里语音是哪些语种？", 2),
        ("给 SVG 这类矢量图自动做动画，为什么要先重建一遍？", 1),
        ("数据几何结构怎么用？", 1),
    ],
)
def test_a_question_is_taken_apart_where_it_asks_again(question: str, found: int) -> None:
    assert len(parts(question)) == found


@given(st.text(alphabet="how what，,？? 怎么多少ab", max_size=40))
def test_nothing_of_a_question_is_lost(question: str) -> None:
    assert "".join("".join(parts(question)).split()) == "".join(question.split())
