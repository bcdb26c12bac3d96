"""Memory of a process, in MiB."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

STATUS = "/proc/{process}/status"
"""Where Linux tells what a process holds, in KiB."""


def peak_mib() -> float:
    """Return the most resident memory that this process has held."""
    told = status("VmHWM")
    if told is not None:
        return told
    # bytes on macOS, kibibytes elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def resident_mib(process: int | None = None) -> float | None:
    """Return the memory that a process (this one by default) holds now; None where the system does not tell it."""
    return status("VmRSS", process)


def status(name: str, process: int | None = None) -> float | None:
    """Return a figure of the status of a process, None for this one; None where there is no such figure."""
    try:
        lines = (
            Path(STATUS.format(process=process or "self")).read_text(encoding="ascii", errors="replace").splitlines()
        )
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")), None)
