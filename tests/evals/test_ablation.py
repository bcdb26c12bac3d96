"""Ablation: a recipe leaves out what its name says, and ranks by what is left."""

from pathlib import Path

import pytest
from handmade import ask

from evals.__main__ import guarded
from evals.ablation import LEGS, RECIPES, Ablated, without
from evals.corpora import find_corpus
from evals.errors import RunError
from evals.opening import RANKERS, SUBJECTS
from evals.stores import open_assistant
from rag.assistant import Assistant
from rag.config import Settings
from rag.query.retrieval import RECIPE


def test_every_leg_of_the_ranking_can_be_left_out() -> None:
    used = {leg for weights in (RECIPE.text, RECIPE.card) for legs in weights.values() for leg in legs}
    assert used == set(LEGS)
    for leg in LEGS:
        left = without(leg)
        assert all(leg not in legs for weights in (left.text, left.card) for legs in weights.values())
        assert left != RECIPE


def test_every_ranker_can_be_asked_for_by_name() -> None:
    assert set(RANKERS) < set(SUBJECTS)
    assert set(RECIPES) < set(RANKERS)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """Return an assistant over the sample digest."""
    folder = tmp_path_factory.mktemp("stores")
    return open_assistant(find_corpus("sample"), Settings(embedder="local"), folder, Assistant)


def test_a_recipe_decides_the_order(assistant: Assistant) -> None:
    question = ask(question="Can a dry electrode in the ear canal tell whether somebody is awake, and how reliably?")
    orders = {name: Ablated(assistant=assistant, name=name).search(question).papers for name in RECIPES}
    assert all(papers[0] == "2509.07896" for papers in orders.values())
    assert len(set(orders.values())) > 1


def test_it_ranks_and_answers_nothing(assistant: Assistant) -> None:
    with pytest.raises(RunError, match="--retrieve-only"):
        Ablated(assistant=assistant, name="one-vector").ask(ask(question="Why?"), ())


def test_rank_sets_them_side_by_side(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("evals.ranking.RANKERS", ("bm25", "one-vector"))
    monkeypatch.setattr("sys.argv", ["evals", "rank", "sample", "--out", str(tmp_path)])
    assert guarded() == 0
    told = capsys.readouterr().out
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in told.splitlines()]
    assert rows[0][:4] == ["kind", "lang", "n", ""]
    assert [row[3] for row in rows if row[:2] == ["single", "en"]] == [
        "assistant", "without-cards", "bm25", "one-vector",
    ]  # fmt: skip
    assert {row[1] for row in rows[2:]} == {"en", "zh"}
    assert (tmp_path / "ranking.md").read_text(encoding="utf-8").strip() == told.strip()
    assert (tmp_path / "report.html").is_file()
