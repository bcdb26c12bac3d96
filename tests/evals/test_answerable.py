"""The questions that answerability is fitted to, and that a fit to some gives what the program loads."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from evals.__main__ import guarded
from evals.answerable import QUESTIONS, Lesson, Question, fit, lesson_of, read_questions
from evals.cases import DATA, load_cases
from evals.errors import RunError
from evals.fitting import BATCH
from rag.engines.answerability import Side, logits_of, weights
from rag.engines.embedders import Tokens
from rag.engines.late import fitted
from rag.text import detect_language

SIZE = 384


def words(chance: np.random.Generator, ids: list[int], table: np.ndarray) -> Tokens:
    """Return a text whose tokens lie near to those of a table."""
    vectors = table[ids] + 0.1 * chance.standard_normal((len(ids), table.shape[1])) / SIZE**0.5
    return Tokens(np.array(ids), (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16))


def test_no_evaluation_asks_about_a_paper_that_was_trained_on() -> None:
    trained = {question.arxiv_id for question in read_questions(QUESTIONS)}
    asked = {paper for case in load_cases([DATA]) for turn in case.turns for paper in turn.gold}
    assert len(trained) > 5_000
    assert len(asked) > 500
    assert not trained & asked


def test_every_kind_is_there_in_both_languages() -> None:
    questions = read_questions(QUESTIONS)
    counted = Counter((question.kind, detect_language(question.text)) for question in questions)
    assert min(counted[kind, "en"] for kind in ("stated", "missing", "false")) > 4_000
    assert min(counted[kind, "zh"] for kind in ("stated", "missing", "false")) > 2_000
    assert all((question.sentence < 0) == (question.kind == "missing") for question in questions)


def test_it_learns_whether_the_word_asked_for_is_there() -> None:
    """Word i of a question is answered by word i + 20 of a text; where no text has it, nothing answers."""
    chance = np.random.default_rng(3)
    meaning = chance.standard_normal((20, SIZE))
    table = np.vstack([meaning, meaning + chance.standard_normal((20, SIZE))]) / SIZE**0.5

    def lesson() -> Lesson:
        about = [int(word) for word in chance.choice(20, 4, replace=False)]
        texts = [words(chance, [word + 20, *map(int, chance.integers(20, 40, 2))], table) for word in about[:3]]
        wanted = about[int(chance.integers(0, 4))]
        there = [place for place, text in enumerate(texts) if wanted + 20 in text.ids]
        asked = words(chance, [wanted, wanted, wanted], table)
        return Lesson(asked=asked, told=texts, right=2 + there[0] if there else 1)

    lessons = [lesson() for _ in range(30 * BATCH)]
    learnt = fit(lessons[: 24 * BATCH], lambda progress: None, rounds=3)
    rarity = fitted()["papers"].rarity
    fresh = lessons[24 * BATCH :]
    found = [int(logits_of(Side.of(one.asked, one.told, rarity), learnt).argmax()) for one in fresh]
    assert np.mean([place == one.right for place, one in zip(found, fresh, strict=True)]) > 0.6


def test_what_cannot_be_learnt_from_is_left_out() -> None:
    chance = np.random.default_rng(4)
    table = chance.standard_normal((40, SIZE))
    texts = [words(chance, [1, 2], table) for _ in range(3)]
    asked = words(chance, [1, 2, 3], table)
    question = Question(arxiv_id="1", text="?", sentence=1, kind="false")
    assert (lesson := lesson_of(question, asked, texts)) is not None
    assert lesson.right == 2 + 3 + 2  # after those of another paper, of nothing, of each that answers; the title first
    assert lesson_of(question, words(chance, [1], table), texts) is None
    assert lesson_of(question, asked, texts[:2]) is None


def test_a_fit_gives_what_the_program_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = "Robots drop wet cups. A rubber film holds them. Drops fall by half."
    record = {"id": "2501.00001", "title": "Cups", "authors": ["A"], "categories": ["cs.RO"], "abstract": told}
    record |= {"main_category": "cs.RO", "date": "2025-01-01"}
    asked = [
        {"id": "2501.00001", "question": "What holds the slippery mugs?", "sentence": 1},
        {"id": "2501.00001", "question": "Why do drops become more frequent?", "sentence": 2, "kind": "false"},
        {"id": "2501.00001", "question": "机器人的手套要多少钱？", "sentence": -1, "kind": "missing"},
    ] * 6
    records, questions, out = tmp_path / "records.jsonl", tmp_path / "questions.jsonl", tmp_path / "weights.npz"
    records.write_text(json.dumps(record), encoding="utf-8")
    questions.write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
    command = ["evals", "answerable", str(records), "--questions", str(questions), "--out", str(out)]
    monkeypatch.setattr("sys.argv", command)
    assert guarded() == 0
    assert "18 questions, 1 papers" in capsys.readouterr().out
    with np.load(out) as held:
        assert {name: held[name].shape for name in held.files} == {name: w.shape for name, w in weights().items()}
        assert all(np.isfinite(held[name]).all() for name in held.files)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("no JSON", "one JSON object with id, question and sentence a line"),
        ('{"id": "1", "question": "?", "sentence": 1, "kind": "odd"}', "there is no kind 'odd'"),
    ],
)
def test_a_bad_line_is_refused_in_one_sentence(line: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(RunError, match=told):
        read_questions(path)
