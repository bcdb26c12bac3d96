"""Memory as a run and a benchmark see it."""

import json
import subprocess
import sys

import pytest

from evals import memory

# A process of its own: one that ran other tests holds freed memory, and holds no more after another 256 MiB.
HOLDS = """
import json, time
from evals import memory
before = memory.resident_mib()
held = bytearray(b"x") * (256 << 20)
until = time.monotonic() + 20  # some kernels count what is held by and by
while (during := memory.resident_mib()) - before <= 200 and time.monotonic() < until:
    time.sleep(0.1)
print(json.dumps([before, during, memory.peak_mib()]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process holds now")
def test_what_is_held_is_seen_and_what_was_held_is_remembered() -> None:
    run = subprocess.run([sys.executable, "-c", HOLDS], capture_output=True, text=True, check=True, timeout=60)
    before, during, peak = json.loads(run.stdout)
    assert during - before > 200
    assert peak >= during - 1


def test_another_system_tells_the_peak_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "STATUS", "/proc/{process}/nothing")
    assert memory.resident_mib() is None
    assert memory.peak_mib() > 1
