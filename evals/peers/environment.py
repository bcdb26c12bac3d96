"""Environments of their own for peers whose libraries must not meet this project's, each made once by `evals peers`."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from evals.errors import RunError
from rag.config import cache_folder

PAPERQA = "paper-qa==2026.8.12"
"""What PaperQA's environment is asked to hold; the only place that says which version."""
READY = "ready"
"""A file that stands in an environment once everything is installed."""


def environment_folder(requirement: str) -> Path:
    """Return where the environment of a requirement lies: in the program's cache, one folder a version."""
    return cache_folder() / "evals" / "peers" / requirement.replace("==", "-")


def environment_python(requirement: str, folder: Path) -> Path:
    """Return the Python of an environment; raises RunError where it was not made, or not to its end."""
    python = folder / "bin" / "python"
    if not (folder / READY).exists() or not python.exists():
        problem = f"its environment is not at {str(folder)!r}"
        raise RunError(requirement, problem, "make it with 'python -m evals peers'")
    return python


def make_environment(requirement: str, folder: Path) -> Path:
    """Make an environment that holds a requirement, in place of what was there; return its Python.

    Raises RunError when it cannot be installed.
    """
    uv = [sys.executable, "-m", "uv", "--quiet"]
    (folder / READY).unlink(missing_ok=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    installed(requirement, [*uv, "venv", "--no-project", "--clear", "--python", sys.executable, str(folder)])
    python = folder / "bin" / "python"
    installed(requirement, [*uv, "pip", "install", "--python", str(python), requirement])
    (folder / READY).touch()
    return environment_python(requirement, folder)


def installed(requirement: str, command: Sequence[str]) -> None:
    """Run a step of an installation; raises RunError with what it wrote when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (fixed words and a path)
    if done.returncode:
        told = re.sub(r"[\s╰─▶×]+", " ", done.stderr).strip()[:300].rstrip(".")
        problem = f"it cannot be installed ({told or 'uv says nothing'})"
        raise RunError(requirement, problem, "see that the package index can be reached, then run it again")
