"""Stores, and processes that share them."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from made_records import MODELS, record, write

from vectorstore.store import Store


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    """Return a context whose processes start at once, the slow libraries loaded."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["made_records"])
    here = Path(__file__).parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{here}{os.pathsep}{here.parents[1]}")
        forkserver.ensure_running()
    return context


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Store]]:
    """Return a function that opens a store in a folder, by default one of this test's; all are closed at the end."""
    stores: list[Store] = []

    def open_store(folder: Path = tmp_path / "store") -> Store:
        stores.append(Store.open(str(folder), MODELS, tmp_path / "cache"))
        return stores[-1]

    yield open_store
    for store in stores:
        store.close()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a store with 20 records; copy it before writing."""
    folder = tmp_path_factory.mktemp("filled") / "store"
    write(folder, [record(number) for number in range(20)])
    return folder
