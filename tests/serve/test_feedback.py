"""`arxiv-rag feedback`: a list for people, cases for evaluation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from exchanges import EXCHANGE, SENTENCE, answered

from evals.cases import parse_case
from rag.config import data_folder
from rag.models import Sentence
from rag.serve.diary import FILE, Diary, store_name
from rag.serve.transcripts import written
from tests.serve.conftest import Command

ADA = "ada" * 8


@pytest.fixture
def diary(tmp_path: Path, own_environment: None) -> Diary:
    return Diary(data_folder() / FILE, store_name(str(tmp_path / "store")))


def cases(arxiv_rag: Command, tmp_path: Path) -> list[dict[str, object]]:
    told = arxiv_rag("feedback", "--json", "--store", tmp_path / "store")
    assert told.code == 0
    found = [json.loads(line) for line in told.out.splitlines()]
    for case in found:
        parse_case(case)
    return found


def test_nothing_was_rated(arxiv_rag: Command, tmp_path: Path) -> None:
    told = arxiv_rag("feedback", "--store", tmp_path / "store")
    assert (told.code, told.out, told.err) == (0, "", "0 answers rated.\n")
    assert cases(arxiv_rag, tmp_path) == []
    assert not (data_folder() / FILE).exists()


def test_feedback_is_listed_with_comment_and_answer(arxiv_rag: Command, diary: Diary, tmp_path: Path) -> None:
    diary.keep(ADA, "t", 0, "q", written(EXCHANGE))
    diary.rate(ADA, "t", 0, liked=False)
    diary.comment(ADA, "t", 0, "half\x1b[31m of it")
    told = arxiv_rag("feedback", "--store", tmp_path / "store")
    assert told.out.startswith("down  ")
    assert "It reaches 98.0% accuracy [2509.07277]." in told.out
    assert "Comment: half" in told.out
    assert "\x1b" not in told.out
    assert told.err == "1 answer rated.\n"
    assert arxiv_rag("feedback", "--store", tmp_path / "other").out == ""


def test_a_thumb_up_is_a_case_with_gold(arxiv_rag: Command, diary: Diary, tmp_path: Path) -> None:
    diary.keep(ADA, "t", 0, "q", written(answered(SENTENCE, question="How accurate is it?")))
    diary.rate(ADA, "t", 0, liked=True)
    (case,) = cases(arxiv_rag, tmp_path)
    assert case["question"] == "How accurate is it?"
    assert (case["kind"], case["gold"], case["behaviour"]) == ("single", ["2509.07277"], "answer")
    assert (case["language"], case["split"], case["corpus"]) == ("en", "dev", "2025-09-10")
    assert case["note"] == "feedback, thumb up"
    assert case["id"] != "t"


def test_a_thumb_down_leaves_the_right_answer_to_be_filled_in(arxiv_rag: Command, diary: Diary, tmp_path: Path) -> None:
    told = answered(Sentence(text="Unknown."), question="谁？", abstained=True, reason="not_stated", language="zh")
    diary.keep(ADA, "t", 0, "q", written(told))
    diary.rate(ADA, "t", 0, liked=False)
    diary.comment(ADA, "t", 0, "it is\nthere")
    (case,) = cases(arxiv_rag, tmp_path)
    assert (case["kind"], case["gold"], case["behaviour"], case["reason"]) == ("single", [], "answer", None)
    assert case["note"] == "feedback, thumb down: it is there"
    diary.rate(ADA, "t", 0, liked=True)
    (case,) = cases(arxiv_rag, tmp_path)
    assert (case["kind"], case["behaviour"], case["reason"]) == ("unanswerable", "abstain", "not_stated")


def test_a_later_answer_is_a_dialogue(arxiv_rag: Command, diary: Diary, tmp_path: Path) -> None:
    for number, question in enumerate(("How accurate is it?", "And how was that measured?", "Never rated?")):
        diary.keep(ADA, "t", number, "q", written(answered(SENTENCE, question=question)))
    diary.rate(ADA, "t", 1, liked=True)
    (case,) = cases(arxiv_rag, tmp_path)
    assert case["kind"] == "dialogue"
    turns = case["turns"]
    assert isinstance(turns, list)
    assert [turn["question"] for turn in turns] == ["How accurate is it?", "And how was that measured?"]
    assert turns[1]["gold"] == ["2509.07277"]
