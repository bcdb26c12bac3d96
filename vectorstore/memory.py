"""Vectors that were used last, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

Key = tuple[str, tuple[str, ...]]
"""Embedding space and node ids: together they say what the matrix holds, so an entry never goes stale."""


class RecentMatrices:
    """Matrices by key; beyond `capacity` the one that was not used for longest goes first."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[Key, NDArray[np.float32]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._kept)

    def get(self, key: Key) -> NDArray[np.float32] | None:
        """Return a matrix and note that it was used; None when it is not kept."""
        matrix = self._kept.get(key)
        if matrix is not None:
            self._kept.move_to_end(key)
        return matrix

    def put(self, key: Key, matrix: NDArray[np.float32]) -> None:
        """Keep a matrix."""
        self._kept[key] = matrix
        self._kept.move_to_end(key)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
