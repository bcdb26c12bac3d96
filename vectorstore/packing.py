"""Vectors of one record as they are kept beside it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Packed = NDArray[np.float16]
    """(nodes, dimensions) vectors: half precision moves a cosine by some 1e-5 and halves the store."""
    Words = NDArray[np.int8]
    """(words, dimensions) vectors of a record's words, unit length times 127."""


def unpacked(data: bytes, rows: int) -> Packed:
    """Return the matrix of its bytes."""
    import numpy as np

    return np.frombuffer(data, dtype=np.float16).reshape(rows, -1)


def unpacked_words(data: bytes, dimensions: int) -> Words:
    """Return the matrix of its bytes."""
    import numpy as np

    return np.frombuffer(data, dtype=np.int8).reshape(-1, dimensions)


def as_text(matrix: Packed | Words) -> str:
    """Return a matrix as text that `from_text` reads."""
    return base64.b64encode(matrix.tobytes()).decode()


def from_text(text: str, rows: int) -> Packed:
    """Return the matrix of its text."""
    return unpacked(base64.b64decode(text), rows)


def words_from_text(text: str, dimensions: int) -> Words:
    """Return the matrix of its text."""
    return unpacked_words(base64.b64decode(text), dimensions)
