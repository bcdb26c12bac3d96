"""Index terms of mixed Chinese and Latin text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.lexical import phrases, stem, tokens


@pytest.mark.parametrize(
    "words",
    [
        ("policy", "policies"),
        ("learn", "learning", "learned", "learns", "learner", "learners"),
        ("robot", "robots"),
        ("model", "models", "modeled", "modeling"),
        ("optimize", "optimizes", "optimized", "optimizing", "optimization", "optimise"),
        ("diffusion", "diffuse"),
        ("detect", "detects", "detection", "detections"),
        ("image", "images"),
        ("classes", "class"),
    ],
)
def test_common_endings_are_cut_alike(words: tuple[str, ...]) -> None:
    assert len({stem(word) for word in words}) == 1


@pytest.mark.parametrize(("one", "other"), [("use", "user"), ("gate", "gait"), ("llama2", "llama3"), ("loss", "lose")])
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_words_that_every_question_has_are_left_out() -> None:
    assert tokens("Which papers use the diffusion policies?") == tokens("diffusion policy")
    assert not {"哪些", "论文", "使用"} & set(tokens("哪些论文使用扩散策略？"))
    assert tokens("How is it done by us?") == ["done"]
    assert tokens("的") == []


def test_case_width_and_accents_do_not_matter() -> None:
    assert tokens("Öztürk MÜLLER") == tokens("ozturk muller")
    assert tokens("ＡＢＣ１２") == tokens("abc12")
    assert tokens("LiGuard") == ["liguard"]


def test_numbers_and_versions_stay_whole() -> None:
    assert tokens("GPT-4 reaches 93.5 on 2509.02902") == ["gpt-4", "reach", "93.5", "2509.02902"]


def test_chinese_gives_pairs_and_longer_words() -> None:
    assert tokens("机器人学习")[:4] == ["机器", "器人", "人学", "学习"]
    assert "机器人" in tokens("机器人学习")
    assert tokens("手") == ["手"]


def test_scripts_are_told_apart() -> None:
    assert tokens("用LLM推理") == ["llm", "推理"]
    assert tokens("カメラ") == ["カメ", "メラ"]
    assert tokens("모델") == ["모델"]
    assert tokens("α-β") == ["α", "β"]
    assert tokens("привет") == ["пр", "ри", "ив", "ве", "ет"]


def neighbours(stretch: list[str], words: list[str]) -> bool:
    """Return whether the terms of a stretch stand next to each other, in order, among the words."""
    return any(words[start : start + len(stretch)] == stretch for start in range(len(words)))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("diffusion policies", "We train a diffusion policy for arms."),
        ("扩散策略", "我们提出一种基于扩散策略的机器人学习方法"),
        ("机器人", "一种机器人学习方法"),
        ("LLM推理", "提升大模型LLM推理能力"),
        ("机器人LLM", "面向机器人LLM代理"),
    ],
)
def test_a_phrase_s_terms_are_neighbours_in_a_text_that_holds_it(phrase: str, text: str) -> None:
    assert phrases(phrase)
    assert all(neighbours(stretch, tokens(text)) for stretch in phrases(phrase))


@given(st.text(), st.text(alphabet="机器人学习扩散策略的用 LLMab1.-?", max_size=30))
def test_any_text_gives_terms_that_are_no_operators(text: str, mixed: str) -> None:
    for term in (*tokens(text), *tokens(mixed)):
        assert term
        assert not set(term) & set('"*^:(){}+ \x00')
    assert all(stretch for stretch in (*phrases(text), *phrases(mixed)))
