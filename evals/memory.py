"""Memory of this process, in MiB."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")
"""Where Linux tells what a process holds, in KiB."""


def peak_mib() -> float:
    """Return the most resident memory that this process has held."""
    told = status("VmHWM")
    if told is not None:
        return told
    # bytes on macOS, kibibytes elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def resident_mib() -> float | None:
    """Return the memory that this process holds now; None where the system does not tell it as Linux does."""
    return status("VmRSS")


def status(name: str) -> float | None:
    """Return a figure of /proc/self/status; None where there is none."""
    try:
        lines = STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")), None)
