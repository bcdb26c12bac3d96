"""What every test may ask for."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of shared data, which is too large for the repository; skip the test where it is not there.

    It is named by ARXIV_RAG_SHARED, else it lies next to the checkout.
    """
    named = os.environ.get("ARXIV_RAG_SHARED")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}: set ARXIV_RAG_SHARED")
    return folder
