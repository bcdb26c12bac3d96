"""Terminal sequences go as a whole."""

import pytest

from rag.text import clean


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b1;31mred", "red"),
        ("\x1bpsilon", "psilon"),
        ("a [31m b", "a [31m b"),
    ],
)
def test_what_a_terminal_obeys_is_removed(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned
