"""The training questions: what they are about, and that a fit to them gives what the program loads."""

import json
from pathlib import Path

import numpy as np
import pytest

from evals.__main__ import guarded
from evals.cases import DATA, load_cases
from evals.errors import RunError
from evals.training import HARDEST, QUESTIONS, RIVALS, Training, first, read_questions
from rag.engines.embedders import Tokens
from rag.engines.late import Projection, fitted
from rag.text import detect_language

ABSTRACTS = (
    "Robots drop wet cups. We coat the fingers with a rubber film. Drops fall by half.",
    "Bees are hard to count. A camera watches the hive door. Errors stay below three percent.",
    "Old maps lack roads. A network draws them in from photographs. Volunteers check each street.",
    "Speech in noise is lost. Lip movements are read beside the sound. Words are found twice as often.",
)
ASKED = (
    "What keeps a machine hand from letting go of slippery mugs?",
    "How are the insects at the entrance told in numbers?",
    "Where do missing streets come from?",
    "What helps listening at a loud party?",
)


def test_no_evaluation_asks_about_a_paper_that_was_trained_on() -> None:
    trained = {question.arxiv_id for question in read_questions(QUESTIONS)}
    asked = {paper for case in load_cases([DATA]) for turn in case.turns for paper in turn.gold}
    assert len(trained) > 10_000
    assert len(asked) > 500
    assert not trained & asked


def test_both_languages_are_there() -> None:
    languages = [detect_language(question.text) for question in read_questions(QUESTIONS)]
    assert languages.count("en") > 10_000
    assert languages.count("zh") > 3_000


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "records.jsonl"
    lines = [
        {"id": f"2501.0000{number}", "title": f"Study {number}", "authors": ["A"], "categories": ["cs.RO"],
         "main_category": "cs.RO", "date": "2025-01-01", "abstract": abstract}
        for number, abstract in enumerate(ABSTRACTS)
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def test_a_fit_gives_what_the_program_loads(
    records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [
        {"id": f"2501.0000{number}", "question": question, "sentence": 1} for number, question in enumerate(ASKED)
    ] * 4
    questions, out = tmp_path / "questions.jsonl", tmp_path / "late.npz"
    questions.write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["evals", "fit", str(records), "--questions", str(questions), "--out", str(out)])
    assert guarded() == 0
    assert "16 questions, 4 papers" in capsys.readouterr().out
    with np.load(out) as held:
        for kind, projection in fitted().items():
            assert held[f"{kind}_matrix"].shape == projection.matrix.shape
            assert np.isfinite(held[f"{kind}_matrix"]).all()
        assert held["rarity"].shape == fitted()["papers"].rarity.shape


@pytest.mark.parametrize("line", ["no JSON", "{}", '{"id": "1", "question": "?", "sentence": "x"}', "[]"])
def test_a_bad_line_is_refused_in_one_sentence(line: str, tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(RunError, match="one JSON object with id, question and sentence a line"):
        read_questions(path)


def test_questions_about_other_papers_are_refused(
    records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": "9901.00001", "question": "Why?", "sentence": 0}', encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["evals", "fit", str(records), "--questions", str(questions)])
    assert guarded() == 1
    assert "none of the papers" in capsys.readouterr().err


def test_a_papers_rivals_are_what_is_nearest_to_its_question_but_itself() -> None:
    chance = np.random.default_rng(0)
    papers = [Tokens(np.array([place, 99]), chance.normal(size=(2, 4)).astype(np.float16)) for place in range(60)]
    asked = [Tokens(paper.ids, paper.vectors) for paper in papers[:3]]
    whole = np.zeros((0, 4), dtype=np.float32)
    training = Training(
        questions=asked, first=3, papers=papers, whole=(whole, whole), gold=[0, 1, 2], sentences=[(), (), ()]
    )
    projection = Projection(
        matrix=np.eye(4, dtype=np.float32),
        salience=np.zeros(4, dtype=np.float32),
        rarity=np.ones(100, dtype=np.float32),
    )
    told: list[int] = []
    rivals = training.rivals(projection, told.append)
    assert [len(found) for found in rivals] == [HARDEST - 1] * 3
    assert not any(place in found for place, found in enumerate(rivals))
    assert sum(told) == 3
    lessons = list(training.archive_lessons(rivals)(chance))
    assert {id(lesson.told[0]) for lesson in lessons} == {id(paper) for paper in papers[:3]}
    assert {len(lesson.told) for lesson in lessons} == {RIVALS + 1}


def test_the_answering_sentence_comes_first() -> None:
    one, two, three, empty = (Tokens(np.arange(n), np.zeros((n, 2), dtype=np.float16)) for n in (1, 2, 3, 0))
    assert [len(text.ids) for text in first((one, two, three), 1)] == [2, 1, 3]
    for texts, place in (((one,), 0), ((one, two), 5), ((one, empty), 0), ((), 0)):
        assert first(texts, place) == ()
