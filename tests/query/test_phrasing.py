"""Sentences as they are released: markers, plain words, and sentences cut from a stream."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import prompts
from rag.query.phrasing import (
    REFUSAL,
    complete_sentences,
    harmless,
    in_third_person,
    leads_nowhere,
    marked,
    plain,
    refused,
    stopped,
)
from rag.text import INVISIBLE, sentences

LIVE = re.compile(r"https?://|www\.|<[a-z/!][^>\n]{0,200}>|\]\(|\[\d{4}\.\d{4,5}\]", re.IGNORECASE)
MARKUP = st.text(alphabet=st.sampled_from(list("ab x[]()<>!*`#【】/:.1\n\u202e\x1b")), max_size=40)


@pytest.mark.parametrize(
    ("sentence", "ids", "expected"),
    [
        ("It works.", ["2509.07953"], "It works [2509.07953]."),
        ("它有效。", ["2509.07953"], "它有效 [2509.07953]。"),
        ("Does it?!", ["a"], "Does it?! [a]"),
        ("Its title is Calendar?.", ["a"], "Its title is Calendar? [a]."),
        ("题目是《Calendar?》。", ["a"], "题目是《Calendar?》 [a]。"),
        ("“It works.”", ["a"], "“It works [a].”"),
        ("It works", ["a"], "It works [a]"),
        ("It works.", ["a", "b", "a"], "It works [a][b]."),
    ],
)
def test_markers_stand_before_the_full_stop(sentence: str, ids: list[str], expected: str) -> None:
    assert marked(sentence, ids) == expected


@given(st.text(max_size=100))
@example(".\n")
def test_a_marker_changes_nothing_else(text: str) -> None:
    assert marked(text, ["2509.07953"]).replace(" [2509.07953]", "", 1) == text or "[2509.07953]" in text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("It **works** in `three` rooms.", "It works in three rooms."),
        ("# Title\n- It works.", "Title It works."),
        ("1. It works.", "It works."),
        ("It works [2509.07953][arXiv:2501.00001v2]【1】", "It works"),
        ("It <b>works</b><script>alert(1)</script> well.", "It works alert(1) well."),
        ("It works, see https://evil.example/x?y=z now.", "It works, see now."),
        ("It works ![x](https://evil.example/x.png) well.", "It works well."),
        ("\x1bIt\u202e works\u200b.", "It works."),
        pytest.param("It takes a < b and c > d.", "It takes a < b and c > d."),
        pytest.param("它**有效**。", "它有效。"),
    ],
)
def test_model_output_as_plain_words(raw: str, expected: str) -> None:
    assert plain(raw).replace(" .", ".") == expected


def test_no_space_is_left_before_a_stop() -> None:
    assert plain("It works [2509.07953].") == "It works."


@pytest.mark.parametrize(
    "raw",
    [
        "See ht[x]tps://evil.example/x now.",
    ],
)
def test_markup_taken_apart_by_brackets_does_not_come_back(raw: str) -> None:
    assert not LIVE.search(plain(raw))


@given(MARKUP)
def test_nothing_invisible_survives(text: str) -> None:
    assert not INVISIBLE.search(plain(text))


@given(st.text(max_size=200))
def test_any_text_becomes_plain(text: str) -> None:
    assert plain(plain(text)).strip() == plain(plain(text))
    refused(text)
    assert stopped(text, "en")


@pytest.mark.parametrize(
    "text",
    ["NOT STATED", "Not stated.", "未说明", "未说明。", "The notes do not contain the answer.", "**NOT STATED**"],
)
def test_a_refusal_is_recognised(text: str) -> None:
    assert refused(text)


@pytest.mark.parametrize("text", ["It is not stated by whom.", "The robot notes the state.", "NOTABLE: it works."])
def test_a_statement_is_no_refusal(text: str) -> None:
    assert not refused(text)


def test_the_words_of_refusal_stand_in_the_prompts() -> None:
    for language, words in REFUSAL.items():
        assert words in prompts.render(f"answer_{language}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It works well. It is fast! Is it?", ["It works well.", "It is fast!", "Is it?"]),
        ("Hu et al. report 90.5% accuracy. It is good.", ["Hu et al. report 90.5% accuracy.", "It is good."]),
        ("它有效。速度快 1.5 倍。", ["它有效。", "速度快 1.5 倍。"]),
        ("no stop", ["no stop"]),
        ("", []),
    ],
)
def test_sentences_are_cut_from_a_stream(text: str, expected: list[str]) -> None:
    assert list(complete_sentences(iter(text))) == expected
    assert list(complete_sentences(iter([text]))) == expected


def test_a_sentence_is_released_when_the_next_has_begun() -> None:
    taken: list[str] = []

    def deltas() -> object:
        for letter in "One works. Two works. ":
            taken.append(letter)
            yield letter

    assert next(complete_sentences(deltas())) == "One works."  # type: ignore[arg-type]
    assert "".join(taken) == "One works. T"


@given(st.lists(st.sampled_from(["It works. ", "a 1.5 b", "。", "! ", "\n", "Dr. X", " "]), max_size=8))
def test_a_stream_loses_no_words(pieces: list[str]) -> None:
    told = "".join(complete_sentences(iter(pieces)))
    assert "".join(told.split()) == "".join("".join(sentences("".join(pieces))).split())


@pytest.mark.parametrize(
    ("said", "nowhere"),
    [
        ("The code is available at: https://github.com/a/b.", True),
        ("代码见 https://github.com/a/b。", True),
        ("Accuracy is 90.5%, see Table 2.", False),
        ("这种情况很常见。", False),
        ("偏差仍然存在。", False),
        ("The site https://a.org lists 40 papers.", False),
    ],
)
def test_a_sentence_that_ends_with_an_address_leads_nowhere(said: str, nowhere: bool) -> None:
    assert leads_nowhere(said) == nowhere


@pytest.mark.parametrize(
    "text", [r"\text{<img src=x>}", r"[\text{2509.00001}]", r"$]$(javascript:x)", r"\emph{]}(http://e.x)"]
)
def test_nothing_comes_alive_when_typesetting_is_undone(text: str) -> None:
    assert not LIVE.search(harmless(text).replace("http", ""))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("We propose a gripper.", "The authors propose a gripper."),
        ("Our framework wins, and ours alone.", "The authors' framework wins, and the authors' own alone."),
        ("It lets us see what we do ourselves.", "It lets the authors see what the authors do themselves."),
        ("OUR-Net runs in the US, as WE and Us-2 do.", "OUR-Net runs in the US, as WE and Us-2 do."),
        ("Ours.", "The authors' own."),
    ],
)
def test_the_authors_are_not_we(sentence: str, expected: str) -> None:
    assert in_third_person(sentence, "en") == expected
    assert in_third_person(expected, "en") == expected


def test_in_chinese_neither() -> None:
    assert in_third_person("我们的方法更快。", "zh") == "作者的方法更快。"
