"""Language, sentences and safe text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text import clean, detect_language, sentences, shortened


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three? Four.", ["One.", "Two!", "Three?", "Four."]),
        ("Fig. 2 shows it, e.g. on CIFAR-10. It works.", ["Fig. 2 shows it, e.g. on CIFAR-10.", "It works."]),
        ("Smith et al. show this. We do not.", ["Smith et al. show this.", "We do not."]),
        ("It gains 3.5 points vs. 2.1. Code is public.", ["It gains 3.5 points vs. 2.1.", "Code is public."]),
        ("See J. Smith. He knows.", ["See J. Smith.", "He knows."]),
        ('He said "Stop." Then it ended.', ['He said "Stop."', "Then it ended."]),
        ("Is it i.i.d. data? Yes.", ["Is it i.i.d. data?", "Yes."]),
        ("Code: https://a.b/c.d. Data too.", ["Code: https://a.b/c.d.", "Data too."]),
        ("我们提出方法。它很快！对吗？是。", ["我们提出方法。", "它很快！", "对吗？", "是。"]),
        ("他说“很好。”然后结束。", ["他说“很好。”", "然后结束。"]),
        ("LLM推理提升3.5倍。Code is open. 完", ["LLM推理提升3.5倍。", "Code is open.", "完"]),
        ("no stop at all", ["no stop at all"]),
        ("", []),
        ("  \n ", []),
    ],
)
def test_prose_is_cut_into_sentences(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


PROSE = st.text(alphabet="ab Az.!?。！；\n\"')]”（）0 ,e.g.", max_size=80)


@given(PROSE)
def test_sentences_are_verbatim_slices_in_order_and_lose_nothing(text: str) -> None:
    found = sentences(text)
    position = 0
    for sentence in found:
        assert sentence == sentence.strip() != ""
        position = text.index(sentence, position) + len(sentence)
    assert re.sub(r"\s", "", "".join(found)) == re.sub(r"\s", "", text)


@given(PROSE)
def test_a_sentence_taken_alone_is_cut_no_other_way_at_its_start(text: str) -> None:
    for sentence in sentences(text):
        assert sentences(sentence)[0][:1] == sentence[:1]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Which papers use diffusion policies?", "en"),
        ("哪些论文使用扩散策略？", "zh"),
        ("LiGuard 用了什么 dataset 做 evaluation？", "zh"),
        ("What does 具身智能 mean in this paper?", "en"),
        ("2509.02902", "en"),
        ("", "en"),
        ("transformer 是什么", "zh"),
        ("cs.CV 加上 cs.RO，总共多少篇？", "zh"),
        ("Summarise the work of 王伟 on robots", "en"),
    ],
)
def test_the_language_of_a_question_is_its_asker_s(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    "hidden",
    [
        "\u200b",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\x1b",
        "\x00",
        "\x08",
        "\u00ad",
        "\U000e0041",
        "\ufe0f",
        "\x9b",
        "\r",
        "\ud800",
    ],
)
def test_what_nobody_sees_is_removed(hidden: str) -> None:
    assert clean(f" a{hidden}b{hidden} ") == "ab"


def test_what_can_be_seen_stays() -> None:
    assert clean("tab\tand\nline, é 机器 ∑ 🙂") == "tab\tand\nline, é 机器 ∑ 🙂"
    assert clean("e\u0301") == "é"


@given(st.text())
def test_cleaning_twice_changes_nothing_and_leaves_nothing_to_obey(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not any((ord(letter) < 32 and letter not in "\n\t") or 127 <= ord(letter) < 160 for letter in once)
    once.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("short", 10, "short"),
        ("one two three", 9, "one two…"),
        ("onetwothree", 6, "onetw…"),
        ("exactly10!", 10, "exactly10!"),
    ],
)
def test_long_text_is_cut_at_a_word(text: str, limit: int, short: str) -> None:
    assert shortened(text, limit) == short
    assert len(shortened(text, limit)) <= limit
