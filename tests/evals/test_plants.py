"""Plants: each can be planted in the sources as they stand, and a proof tells a catch from a crash."""

from pathlib import Path

import pytest

from evals.corpora import ROOT
from evals.errors import RunError
from evals.plants import PLANTS, Edit, Plant, Proof, chosen, planted


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_each_plant_changes_its_files_and_no_other(plant: Plant, tmp_path: Path) -> None:
    copy = planted(plant, tmp_path)
    changed = {
        str(file.relative_to(copy))
        for file in copy.rglob("*")
        if file.is_file() and file.read_bytes() != (ROOT / file.relative_to(copy)).read_bytes()
    }
    assert changed == {edit.path for edit in plant.edits}
    for file in changed:
        if file.endswith(".py"):
            compile((copy / file).read_text(encoding="utf-8"), file, "exec")


def test_an_edit_that_no_longer_fits_says_where(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one one", encoding="utf-8")
    with pytest.raises(RunError, match=r"stands in it 2 times; renew evals/plants\.py"):
        Edit("a.py", "one", "two").apply(tmp_path)


def test_an_unknown_plant_is_named_with_those_there_are() -> None:
    with pytest.raises(RunError, match="prove weeds: there is no such plant; use some of nothing, "):
        chosen(["nothing", "weeds"])


def proof(plant: Plant, code: int, *failed: str, output: str = "") -> Proof:
    return Proof(plant=plant, code=code, failed=failed, output=output, seconds=1.0)


def test_a_crash_is_no_catch() -> None:
    fault = Plant(name="fault", fault="it breaks", edits=(Edit("a", "b", "c"),))
    assert proof(fault, 1, "right (en)").as_expected
    assert not proof(fault, 0).as_expected
    crashed = proof(fault, 1, output="ImportError: no module")
    assert not crashed.as_expected
    assert "error: ImportError: no module | **not as it must**" in crashed.line()


def test_the_product_as_it_is_must_pass() -> None:
    nothing = chosen(["nothing"])[0]
    assert proof(nothing, 0).as_expected
    assert not proof(nothing, 1, "right (en)").as_expected
