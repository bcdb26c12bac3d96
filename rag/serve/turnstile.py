"""A line before the language model: whoever asked first is answered first, and everyone knows their place."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

PATIENCE = 0.5
"""Seconds after which a waiting question looks whether its reader is still there."""


class Turnstile:
    """Lets so many questions through at a time; safe to share between threads."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._line: list[object] = []
        self._lull = False
        self._moved = threading.Condition()

    @contextlib.contextmanager
    def place(self) -> Iterator[Place]:
        """Take a place in the line, and leave it at the end."""
        place = Place(self)
        with self._moved:
            self._line.append(place)
        try:
            yield place
        finally:
            with self._moved:
                self._line.remove(place)
                self._moved.notify_all()

    @contextlib.contextmanager
    def lull(self) -> Iterator[Callable[[], bool]]:
        """Do something while nobody asks; yields what tells whether it may go on.

        It may not where somebody asks, or something else is being done. Who asks meanwhile waits for the end of it.
        """
        with self._moved:
            begun = not self._line and not self._lull
            self._lull = self._lull or begun
        try:
            yield lambda: begun and not self._line
        finally:
            with self._moved:
                self._lull = self._lull and not begun
                self._moved.notify_all()

    def settle(self) -> None:
        """Wait for the end of what is done in a lull."""
        with self._moved:
            self._moved.wait_for(lambda: not self._lull)

    def ahead(self, place: object) -> int:
        """Return how many places have to be left before this one is let through; 0 for one that is."""
        with self._moved:
            return max(0, self._line.index(place) + 1 - self.most)

    def wait(self, place: object, known: int) -> int:
        """Return `ahead`, as soon as it is no longer what is known or a moment has passed."""
        with self._moved:
            self._moved.wait_for(lambda: self._line.index(place) + 1 - self.most < known, timeout=PATIENCE)
        return self.ahead(place)


class Place:
    """One question's place in the line."""

    def __init__(self, turnstile: Turnstile) -> None:
        self._turnstile = turnstile

    def advance(self) -> Iterator[int]:
        """Yield how many are ahead, again and again until it is this one's turn; nothing where that is at once."""
        ahead = self._turnstile.ahead(self)
        while ahead:
            yield ahead
            ahead = self._turnstile.wait(self, ahead)
        self._turnstile.settle()
