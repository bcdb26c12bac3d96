"""Memory as a run and a benchmark see it."""

import sys

import pytest

from evals import memory


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process holds now")
def test_what_is_held_is_seen_and_what_was_held_is_remembered() -> None:
    before = memory.resident_mib()
    held = b"x" * (64 << 20)
    during = memory.resident_mib()
    assert before is not None
    assert during is not None
    assert during - before > 50, len(held)
    assert memory.peak_mib() >= during - 1


def test_another_system_tells_the_peak_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "STATUS", "/proc/{process}/nothing")
    assert memory.resident_mib() is None
    assert memory.peak_mib() > 1
