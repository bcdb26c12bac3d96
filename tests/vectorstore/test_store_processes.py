"""Several processes over one store: one writes, the others see it, and a kill costs nothing."""

import os
import random
import signal
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from made_records import (
    MODELS,
    faults,
    hold_write_lock,
    index_faults,
    record,
    state,
    vector,
    write,
    write_slowly,
    write_until_killed,
)

from vectorstore import StoreError
from vectorstore.store import Store

Opened = Callable[..., Store]


def test_a_second_process_may_not_write_and_is_told_so(processes: ForkServerContext, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    held, release = processes.Event(), processes.Event()
    other = processes.Process(target=hold_write_lock, args=(folder, held, release))
    other.start()
    assert held.wait(60)
    store = Store.open(str(folder), MODELS, tmp_path)
    refused = pytest.raises(StoreError, match="another process is indexing into it; wait until it has finished")
    with refused, store.writing():
        pytest.fail("two processes write")
    assert store.lexical("title", 1) == []
    release.set()
    other.join(60)
    with store.writing():
        store.write([record(1)])
    store.close()


def test_a_reader_sees_what_another_process_wrote_in_its_next_query(
    processes: ForkServerContext, opened: Opened, tmp_path: Path
) -> None:
    store = opened()
    assert store.nearest("english", vector("paper 3 in version 0"), 1) == []
    other = processes.Process(target=write, args=(tmp_path / "store", [record(number) for number in range(5)]))
    other.start()
    other.join(60)
    store.refresh()
    assert len(store) == 5
    assert store.nearest("english", vector("paper 3 in version 0"), 1)[0].id == "2509.00003"
    assert store.lexical("title3", 1)[0].id == "2509.00003"
    assert faults(store) == []
    other = processes.Process(target=write, args=(tmp_path / "store", [record(3, version=1)]))
    other.start()
    other.join(60)
    assert store.nearest("english", vector("paper 3 in version 1"), 1)[0].score == pytest.approx(1, abs=1e-5)
    assert faults(store) == []


def test_a_reader_is_never_wrong_while_another_process_writes(
    processes: ForkServerContext, opened: Opened, tmp_path: Path
) -> None:
    folder = tmp_path / "store"
    write(folder, [record(number) for number in range(12)])
    store = opened()
    started = processes.Event()
    # 0 to 11 are changed, 12 to 21 are new
    other = processes.Process(target=write_slowly, args=(folder, range(22), 1, started))
    other.start()
    assert started.wait(60)
    seen = set()
    queries = 0
    while other.is_alive():
        store.refresh()
        seen.add(len(store))
        told = store.get(store.catalogue.ids())
        for number in (3, 11, 18):
            stored = told.get(f"2509.{number:05d}")
            version = stored.data["version"] if stored else 1
            hits = store.nearest("english", vector(f"paper {number} in version {version}"), 1)
            found = bool(hits) and hits[0].score > 0.999
            # what was not there, or was old, when it was read may have been written since
            now = store.get([f"2509.{number:05d}"])
            if stored and now and now[stored.id].data == stored.data:
                assert found, (number, version, hits)
            queries += 1
        assert store.vectors("english", [*told.values()]).keys() == told.keys()
    other.join()
    assert other.exitcode == 0
    assert queries > 10
    assert len(seen) > 2, "the reader saw no state in between"
    store.refresh()
    assert len(store) == 22
    assert faults(store) == []


def kill_while_writing(processes: ForkServerContext, folder: Path, version: int, delay: float) -> bool:
    """Start a process that writes 60 records and kill it after `delay` seconds; returns whether it still ran."""
    process = processes.Process(target=write_until_killed, args=(folder, 60, version))
    process.start()
    process.join(delay)
    running = process.is_alive()
    if running and process.pid:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    process.close()
    return running


def test_a_store_survives_being_killed_at_any_moment(
    processes: ForkServerContext, opened: Opened, tmp_path: Path
) -> None:
    undisturbed = tmp_path / "undisturbed"
    begun = time.perf_counter()
    for version in (0, 1):
        write(undisturbed, [record(number, version) for number in range(60)])
    whole = (time.perf_counter() - begun) / 2
    delays = random.Random(1)
    folder = tmp_path / "killed"
    killed = 0
    for version in (0, 1):
        for _ in range(3):
            killed += kill_while_writing(processes, folder, version, whole * delays.uniform(0.1, 0.9))
            store = opened(folder)
            assert faults(store) == [], "what a killed process left is neither the old nor the new state"
            store.close()
        write(folder, [record(number, version) for number in range(60)])
        assert index_faults(opened(folder)) == []
    assert killed >= 3, "the process was done before it could be killed"
    assert state(opened(folder)) == state(opened(undisturbed))


def test_nodes_that_a_killed_process_left_are_swept_by_the_next_writer(
    processes: ForkServerContext, opened: Opened, tmp_path: Path
) -> None:
    write(tmp_path / "store", [record(1)])
    write(tmp_path / "clean", [record(1)])
    store = opened()
    store.catalogue.begin(["2509.00001", "2509.00002"])
    half = {
        "english": record(1, version=1).nodes["english"],
        "multilingual": record(2).nodes["multilingual"][1:3],
    }
    store._spaces.write(half, {})
    assert store.nearest("english", vector("paper 1 in version 1"), 1)[:1] == []
    assert faults(store) == []
    with store.writing():
        pass
    assert state(store) == state(opened(tmp_path / "clean"))


def test_a_reader_waits_for_a_commit_of_another_process(
    processes: ForkServerContext, opened: Opened, tmp_path: Path
) -> None:
    write(tmp_path / "store", [record(number) for number in range(3)])
    store = opened()
    process = processes.Process(target=write_until_killed, args=(tmp_path / "store", 60, 1))
    process.start()
    slowest = 0.0
    while process.is_alive():
        begun = time.perf_counter()
        store.nearest("english", vector("paper 1 in version 1"), 3)
        slowest = max(slowest, time.perf_counter() - begun)
    assert slowest < 10
    process.join()
