"""Premises that an abstract contradicts, and those that it does not."""

import pytest

from rag.query.cues import kinds
from rag.query.premises import contradicting

ABSTRACT = (
    "Planning with long horizons is expensive for delivery robots.",
    "We map the street with a radar and 62 channels of its echoes, without access to the original training maps.",
    "Our planner runs 4x faster than the grid baseline and uses fewer parameters.",
    "It retains 98% of the accuracy when half of the map is missing, and we release our code.",
)


def premise(question: str, nearest: int) -> int | None:
    """Return the contradicting sentence where one sentence is the nearest to the question."""
    likeness = [1.0 if index == nearest else 0.1 * index for index in range(len(ABSTRACT))]
    return contradicting(question, ABSTRACT, [], likeness)


@pytest.mark.parametrize(
    ("question", "nearest", "told"),
    [
        ("How much slower than the grid baseline is the planner?", 2, 2),
        ("规划器为什么比网格基线慢？", 2, 2),
        ("Why does the planner need more parameters than the baseline?", 2, 2),
        ("为什么规划器需要更多参数？", 2, 2),
        ("What makes the accuracy drop when half of the map is missing?", 3, 3),
        ("地图缺一半时，准确率为什么反而下降？", 3, 3),
        ("Why do they keep the code closed?", 3, 3),
        ("How is the LiDAR used to map the street?", 1, 1),
        ("街道是怎样用激光雷达建图的？", 1, 1),
        ("How are the 128 channels of echoes used?", 1, 1),
        ("How many of the original training maps does it need?", 1, 1),
    ],
)
def test_what_the_abstract_denies(question: str, nearest: int, told: int) -> None:
    assert premise(question, nearest) == told


@pytest.mark.parametrize(
    "question",
    [
        "Why is the planner faster than the grid baseline?",
        "Is the planner slower than the grid baseline?",
        "Is the planner slower or faster than the baseline, and by how much?",
        "规划器是不是更慢？",
        "How is the radar used to map the street?",
        "How are the 62 channels of echoes used?",
        "How much of the accuracy is kept when half of the map is missing?",
        "Which sensor maps the street?",
        "What do robots gain from a planner that steps in before failure?",
    ],
)
@pytest.mark.parametrize("nearest", range(len(ABSTRACT)))
def test_what_the_abstract_says_or_a_question_leaves_open(question: str, nearest: int) -> None:
    assert premise(question, nearest) is None


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("这篇用了什么方法？请用中文回答", None),
        ("Which method do they use? Answer in Chinese.", None),
        ("How well does it work on Chinese?", 0),
        ("它在中文上效果如何？", 0),
    ],
)
def test_the_language_of_an_answer_is_no_premise(question: str, told: int | None) -> None:
    assert contradicting(question, ["We study speech recognition for Swahili and Hausa."], [], [1.0]) == told


@pytest.mark.parametrize(
    "question",
    [
        "Which slow planner for delivery robots uses a radar?",
        "What slower planner is it compared with?",
        "哪个较慢的规划器用到了雷达？",
    ],
)
def test_what_describes_a_thing_presumes_nothing(question: str) -> None:
    assert all(premise(question, nearest) is None for nearest in range(len(ABSTRACT)))


def test_digits_of_a_large_chinese_number_are_not_the_number() -> None:
    told = ["The model has 102 billion parameters."]
    assert contradicting("那个 1020 亿参数的模型怎么训练的？", told, [], [1.0]) is None


def test_each_kind_has_several_members() -> None:
    assert all(len(kind) > 1 for kind in kinds())
