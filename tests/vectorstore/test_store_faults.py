"""A place where no store can be, or one that is damaged: one sentence that says what to do, never a traceback."""

import os
import resource
import shutil
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from made_records import MODELS, faults, record, write

from vectorstore import StoreError
from vectorstore.store import Store

Opened = Callable[..., Store]
NOBODY = 65534


def sentence(location: Path) -> str:
    """Return what opening says, which is one sentence that names the place."""
    with pytest.raises(StoreError) as refused:
        Store.open(str(location), MODELS, location.parent / "cache")
    told = str(refused.value)
    assert told.startswith(f"The store {str(location)!r}: ")
    assert told.endswith(".")
    assert "\n" not in told
    return told


def test_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "digest.md").write_text("no store", encoding="utf-8")
    assert "that is not a folder; choose another with --store" in sentence(tmp_path / "digest.md")
    assert "that is not a folder; choose another with --store" in sentence(tmp_path / "digest.md" / "below")


def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    folder.chmod(0o555)
    if os.geteuid() == 0:
        for parent in (folder, *folder.parents):
            if parent.owner() == "root" and not parent.stat().st_mode & 0o005 and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o055)
        os.seteuid(NOBODY)
    try:
        assert "the folder may not be written; choose another with --store" in sentence(folder)
    finally:
        os.seteuid(os.getuid())


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda chroma: (chroma / "chroma.sqlite3").write_bytes(b"nothing" * 900), "its files are damaged"),
        (lambda chroma: (chroma / "chroma.sqlite3").unlink(), "its vectors are gone"),
        (shutil.rmtree, "its vectors are gone"),
        (lambda chroma: (shutil.rmtree(chroma), chroma.write_text("a file")), "that is not a folder"),
    ],
)
def test_damage_to_chroma_is_told_with_what_to_do(
    filled: Path, tmp_path: Path, damage: Callable[[Path], object], problem: str
) -> None:
    folder = tmp_path / "store"
    shutil.copytree(filled, folder)
    damage(folder / "chroma")
    told = sentence(folder)
    assert problem in told
    assert "build it anew with 'arxiv-rag rebuild'" in told or "choose another with --store" in told


def test_damage_inside_chroma_s_database_is_told(filled: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    shutil.copytree(filled, folder)
    file = folder / "chroma" / "chroma.sqlite3"
    content = bytearray(file.read_bytes())
    content[4096 * 2 : 4096 * 60] = b"\x55" * (4096 * 58)
    file.write_bytes(content)
    assert "its files are damaged; build it anew with 'arxiv-rag rebuild'" in sentence(folder)


def write_with_little_room(folder: Path, room: int, told: object) -> None:
    """Write 60 records where no file may grow beyond `room` bytes; put what is said into a queue."""
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        write(folder, [record(number) for number in range(60)])
    except StoreError as error:
        told.put(str(error))  # type: ignore[attr-defined]
    else:
        told.put("")  # type: ignore[attr-defined]


@pytest.mark.parametrize("room", [300_000, 1_500_000])
def test_a_full_disk_is_one_sentence_and_costs_nothing(
    processes: ForkServerContext, opened: Opened, tmp_path: Path, room: int
) -> None:
    told = processes.Queue()
    other = processes.Process(target=write_with_little_room, args=(tmp_path / "store", room, told))
    other.start()
    other.join(120)
    assert other.exitcode == 0
    sentence_told = told.get(timeout=5)
    assert sentence_told.endswith("try again.")
    assert "\n" not in sentence_told
    write(tmp_path / "store", [record(number) for number in range(60)])
    store = opened()
    assert len(store) == 60
    assert faults(store) == []
