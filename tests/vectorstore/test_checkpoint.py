"""A saving of Chroma's that was cut off is put right: torn files come from their copy, the log replays the rest."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from made_records import faults, index_faults, record, write

from vectorstore.records import Record
from vectorstore.store import Store

Opened = Callable[..., Store]

ENOUGH = 1100
"""Nodes of one kind, more than Chroma keeps in its log before it saves an index."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large") / "store"
    write(folder, [bare(number) for number in range(ENOUGH)], batch=100)
    return folder


def bare(number: int, version: int = 0) -> Record:
    """Return a record with one node, so that many are soon written."""
    return replace(record(number, version), nodes={"english": record(number, version).nodes["english"]}, details={})


def saved_index(folder: Path) -> Path:
    """Return the folder of the larger index that Chroma has saved."""
    return max(folder.glob("chroma/*-*-*-*-*"), key=lambda index: (index / "data_level0.bin").stat().st_size)


def test_chroma_has_saved_an_index_of_this_size(large: Path) -> None:
    assert (saved_index(large) / "data_level0.bin").stat().st_size > 1_000_000


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("data_level0.bin", 0.5),
        ("data_level0.bin", 0.0),
        ("header.bin", 0.5),
        ("length.bin", 0.0),
        ("link_lists.bin", 0.0),
        ("index_metadata.pickle", 0.5),
        ("index_metadata.pickle", 0.0),
    ],
)
def test_a_torn_file_is_put_back(opened: Opened, large: Path, tmp_path: Path, name: str, kept: float) -> None:
    folder = tmp_path / "store"
    shutil.copytree(large, folder)
    file = saved_index(folder) / name
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * kept)])
    store = opened()
    assert len(store) == ENOUGH
    assert faults(store) + index_faults(store) == []


def test_a_lost_index_is_put_back(opened: Opened, large: Path, tmp_path: Path) -> None:
    shutil.copytree(large, tmp_path / "store")
    shutil.rmtree(saved_index(tmp_path / "store"))
    store = opened()
    assert faults(store) + index_faults(store) == []
    with store.writing():
        store.write([bare(1, version=1)])
    assert faults(store) + index_faults(store) == []


def test_a_copy_that_was_cut_off_is_made_again(opened: Opened, large: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    shutil.copytree(large, folder)
    index = saved_index(folder)
    copy = folder / "checkpoints" / index.name
    (copy / "seal.json").unlink()
    copy.rename(copy.with_name(copy.name + ".new"))
    store = opened()
    assert faults(store) + index_faults(store) == []
    store.close()
    assert sorted(path.name for path in copy.iterdir()) == sorted(
        [*(path.name for path in index.iterdir()), "seal.json"]
    )


def test_an_index_that_was_never_saved_whole_comes_from_the_log(opened: Opened, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    write(folder, [record(number) for number in range(20)])
    shutil.rmtree(folder / "checkpoints")
    for index in folder.glob("chroma/*-*-*-*-*"):
        for file in index.iterdir():
            file.write_bytes(file.read_bytes()[:10])
    assert index_faults(opened()) == []
