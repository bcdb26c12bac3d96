"""Vectors of one record as they are kept beside it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Packed = NDArray[np.float16]
    """(nodes, dimensions) vectors: half precision moves a cosine by some 1e-5 and halves the store."""


def unpacked(data: bytes, rows: int) -> Packed:
    """Return the matrix of its bytes."""
    import numpy as np

    return np.frombuffer(data, dtype=np.float16).reshape(rows, -1)


def as_text(matrix: Packed) -> str:
    """Return a matrix as text that `from_text` reads."""
    return base64.b64encode(matrix.tobytes()).decode()


def from_text(text: str, rows: int) -> Packed:
    """Return the matrix of its text."""
    return unpacked(base64.b64decode(text), rows)
