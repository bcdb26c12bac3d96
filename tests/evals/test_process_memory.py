"""Memory as a run and a benchmark see it."""

import sys
import time

import pytest

from evals import memory


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process holds now")
def test_what_is_held_is_seen_and_what_was_held_is_remembered() -> None:
    before = memory.resident_mib()
    held = b"x" * (64 << 20)
    assert before is not None
    until = time.monotonic() + 20  # some kernels count what is held by and by
    while (during := memory.resident_mib() or 0.0) - before <= 50 and time.monotonic() < until:
        time.sleep(0.1)
    assert during - before > 50, len(held)
    assert memory.peak_mib() >= during - 1


def test_another_system_tells_the_peak_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "STATUS", "/proc/{process}/nothing")
    assert memory.resident_mib() is None
    assert memory.peak_mib() > 1
