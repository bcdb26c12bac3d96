"""Conversations and feedback in their file."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from rag.serve.diary import Diary, DiaryError, new_id

ADA, BOB = "a" * 32, "b" * 32


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    return Diary(tmp_path / "data" / "conversations.sqlite3", "here")


def test_a_conversation_is_its_readers_and_survives(diary: Diary) -> None:
    diary.keep(ADA, "t1", 0, "First?", "one")
    diary.keep(ADA, "t1", 1, "Second?", "two")
    diary.keep(BOB, "t2", 0, "Other?", "three")
    again = Diary(diary.path, "here")
    (thread,) = again.threads(ADA)
    assert (thread.id, thread.title, thread.questions) == ("t1", "First?", 2)
    assert again.read("t1", ADA) == again.read("t1") == ["one", "two"]
    assert again.read("t1", BOB) == []
    assert again.read("t3") == []


def test_the_latest_conversation_comes_first(diary: Diary) -> None:
    diary.keep(ADA, "old", 0, "Old?", "1")
    diary.keep(ADA, "new", 0, "New?", "2")
    diary.keep(ADA, "old", 1, "More?", "3")
    assert [thread.title for thread in diary.threads(ADA)] == ["Old?", "New?"]


def test_asking_again_replaces_what_came_after(diary: Diary) -> None:
    for number, data in enumerate(("one", "two", "three")):
        diary.keep(ADA, "t", number, "?", data)
    diary.keep(ADA, "t", 1, "?", "other")
    assert diary.read("t") == ["one", "other"]


def test_nobody_writes_into_or_deletes_anothers_conversation(diary: Diary) -> None:
    diary.keep(ADA, "t", 0, "?", "one")
    diary.keep(BOB, "t", 0, "?", "forged")
    diary.keep(BOB, "t", 1, "?", "appended")
    diary.cut(BOB, "t")
    diary.rate(BOB, "t", 0, liked=False)
    diary.comment(BOB, "t", 0, "forged")
    assert diary.read("t") == ["one"]
    assert diary.feedback() == []


def test_deleting_takes_the_feedback_along(diary: Diary) -> None:
    diary.keep(ADA, "t", 0, "?", "one")
    diary.rate(ADA, "t", 0, liked=True)
    diary.cut(ADA, "t")
    assert diary.read("t") == []
    assert diary.feedback() == []
    diary.keep(ADA, "t", 0, "?", "two")
    assert diary.feedback() == []


def test_feedback_can_be_changed_and_carries_the_conversation_so_far(diary: Diary) -> None:
    diary.keep(ADA, "t", 0, "?", "one")
    diary.keep(ADA, "t", 1, "?", "two")
    diary.comment(ADA, "t", 1, "no thumb yet")
    diary.rate(ADA, "t", 1, liked=True)
    diary.comment(ADA, "t", 1, "  half of it  ")
    diary.rate(ADA, "t", 1, liked=False)
    diary.rate(ADA, "t", 7, liked=True)
    (given,) = diary.feedback()
    assert (given.liked, given.comment, given.number, given.transcripts) == (False, "half of it", 1, ("one", "two"))
    assert diary.ratings("t") == {1: False}


def test_another_stores_conversations_are_not_shown(diary: Diary) -> None:
    diary.keep(ADA, "t", 0, "?", "one")
    other = Diary(diary.path, "elsewhere")
    assert (other.threads(ADA), other.read("t")) == ([], [])


def test_the_file_is_for_its_owner_alone(diary: Diary) -> None:
    diary.keep(ADA, "t", 0, "?", "one")
    assert stat.S_IMODE(diary.path.stat().st_mode) == 0o600


def test_a_damaged_file_is_one_clear_sentence(diary: Diary) -> None:
    diary.path.parent.mkdir()
    diary.path.write_bytes(b"not a database, though as long as one begins" * 40)
    with pytest.raises(DiaryError, match=r"cannot be kept or read \(file is not a database\)"):
        diary.threads(ADA)


def test_ids_cannot_be_guessed() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert min(map(len, ids)) >= 32
