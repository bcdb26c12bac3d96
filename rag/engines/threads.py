"""How the threads of the local models wait for each other."""

from __future__ import annotations

import os

SPINS = "2000"
"""Rounds that a thread of libgomp looks for work before it sleeps: some tens of microseconds.

The gaps within a token are shorter, so the language model writes faster than with threads that sleep at once; a thread
that spins for long takes the core from the other models (docs/benchmarks.md).
"""


def settle_threads() -> None:
    """Have the threads of llama.cpp spin briefly, then sleep; to be called before it is imported.

    What the user has set stays.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
