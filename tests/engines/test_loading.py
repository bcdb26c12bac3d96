"""Token counts without a network."""

import subprocess
import sys
from pathlib import Path

import pytest

from rag.engines.loading import count_tokens, first_tokens

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("text", "count"), [("", 0), ("hello world", 2), ("<|endoftext|>", 7), ("机器人", 3)])
def test_tokens_are_counted_whatever_the_text(text: str, count: int) -> None:
    assert count_tokens(text) == count


@pytest.mark.parametrize("text", ["hello world", "机器人学习", "🙂🙂🙂", "<|endoftext|>", ""])
def test_the_first_tokens_are_a_beginning_of_whole_characters(text: str) -> None:
    for most in range(-1, 12):
        found = first_tokens(text, most)
        assert text.startswith(found)
        assert count_tokens(found) <= max(0, most)
    assert first_tokens(text, 12) == text


def test_counting_needs_no_network(tmp_path: Path) -> None:
    code = """
import sys
def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo"}:
        raise OSError("the network is not there")
sys.addaudithook(refuse)
from rag.engines.loading import count_tokens
print(count_tokens("hello world"))
"""
    environment = {"PATH": "", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "2\n"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
