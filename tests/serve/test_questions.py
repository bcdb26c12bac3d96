"""Lines of a batch file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rag.serve.filters import Restriction
from rag.serve.questions import Item, Question, kept_answers, read_items

NO_TURNS = 'Line 1: \'turns\' is no list of objects; write [{"question": "..."}, ...].'
NO_TEXT = "Line 1: 'since' is neither a text nor a list of texts; write it like \"cs.RO\"."


def items_of(*lines: Any) -> list[Item]:
    """Return the items of lines that are written as JSON."""
    return read_items("\n".join(map(json.dumps, lines)).encode())


def plain(identifier: str | int | float | bool | None, text: str) -> Item:
    return Item(identifier=identifier, questions=(Question(text=text, restriction=Restriction()),))


def test_ids_may_be_any_scalar_and_blank_lines_are_ignored() -> None:
    data = b'\xef\xbb\xbf{"id": "a", "question": "A?"}\r\n\n  \n{"id": 7, "question": "B?"}\n{"question": " C? "}\n'
    assert read_items(data) == [plain("a", "A?"), plain(7, "B?"), plain(None, "C?")]
    assert [item.identifier for item in items_of({"id": 1.5, "question": "?"}, {"id": True, "question": "?"})] == [
        1.5,
        True,
    ]


def test_a_dialogue_shares_its_filters_with_its_turns() -> None:
    (item,) = items_of(
        {
            "id": 1,
            "category": "cs.RO",
            "turns": [{"question": "A?"}, {"question": "B?", "categories": ["cs.CL"], "k": 1}],
        }
    )
    assert item.dialogue
    assert [(each.text, each.restriction.categories) for each in item.questions] == [
        ("A?", ("cs.RO",)),
        ("B?", ("cs.CL",)),
    ]


@pytest.mark.parametrize(
    ("line", "identifier", "message"),
    [
        (b"{", None, "Line 1 is not JSON; write one object a line."),
        (b'{"id": NaN, "question": "A?"}', None, "Line 1 is not JSON; write one object a line."),
        (b"[" * 100_000, None, "Line 1 is not JSON; write one object a line."),
        (b"\xff{}", None, "Line 1 is not UTF-8; save the file as UTF-8."),
        (b"[]", None, 'Line 1 is no JSON object; write it like {"id": 1, "question": "..."}.'),
        (b'{"id": [1], "question": "A?"}', None, "Line 1: 'id' is neither a text nor a number; give it one."),
        (b'{"id": 1}', 1, "Line 1: It has to have either 'question' or 'turns'."),
        (b'{"id": 1, "question": "A?", "turns": []}', 1, "Line 1: It has to have either 'question' or 'turns'."),
        (b'{"id": 1, "question": 7}', 1, "Line 1: 'question' is no text; write it in double quotes."),
        (b'{"id": 1, "question": null}', 1, "Line 1: 'question' is no text; write it in double quotes."),
        (b'{"id": 1, "question": "  "}', 1, "Line 1: The question is empty; write it in quotes."),
        (b'{"id": 1, "turns": []}', 1, NO_TURNS),
        (b'{"id": 1, "turns": ["A?"]}', 1, NO_TURNS),
        (b'{"id": 1, "turns": [{}]}', 1, "Line 1: 'question' is no text; write it in double quotes."),
        (b'{"id": 1, "question": "A?", "since": 7}', 1, NO_TEXT),
    ],
)
def test_a_line_that_cannot_be_asked_says_why(line: bytes, identifier: object, message: str) -> None:
    (item,) = read_items(line)
    assert (item.identifier, item.error, item.questions) == (identifier, message, ())


def test_half_a_character_in_a_question_does_not_reach_the_models() -> None:
    (item,) = read_items(b'{"question": "A\\ud800?"}')
    assert item.questions[0].text.encode("utf-8").decode() == item.questions[0].text != ""


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (b"", (0, 0, "")),
        (b'{"id": 1}\n{"id"', (10, 1, "")),
        (b'{"id": 1}\n{"id": "b"}\n', (22, 2, "")),
    ],
)
def test_complete_lines_are_kept(data: bytes, kept: tuple[int, int, str]) -> None:
    assert kept_answers(data, [plain(1, "A?"), plain("b", "B?")]) == kept


@pytest.mark.parametrize(
    ("data", "mismatch"),
    [
        (b'{"id": 2}\n', "its line 1 has the id 2, the question 1"),
        (b'{"id": true}\n', "its line 1 has the id True, the question 1"),
        (b'{"id": 1}\n{}\n', "its line 2 is no answer"),
        (b'{"id": 1}\nx\n', "its line 2 is no answer"),
        (b'{"id": 1}\n\n', "its line 2 is no answer"),
        (b'{"id": 1}\n{"id": "b"}\n{"id": 3}\n', "it has 3 answers, but there are 2 questions"),
    ],
)
def test_answers_to_other_questions_are_recognised(data: bytes, mismatch: str) -> None:
    assert kept_answers(data, [plain(1, "A?"), plain("b", "B?")])[2] == mismatch
