"""Reading ahead: what a prompt has before its question goes into the server's prefix cache."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from rag.engines.loading import Completion, LanguageModel


@dataclass(frozen=True, kw_only=True, slots=True)
class Prefill(LanguageModel):
    """A language model that reads prompts and writes nothing.

    A prompt that differs from one it has read in its last line alone, the question, then takes no time to read.
    """

    wanted: Callable[[], bool]
    """Asked before each line whether to go on: a server cannot be interrupted while it reads."""

    @classmethod
    def of(cls, model: LanguageModel, wanted: Callable[[], bool]) -> Prefill:
        """Return what reads for `model` as long as it is wanted."""
        same = {each.name: getattr(model, each.name) for each in fields(LanguageModel)}
        return cls(**same, wanted=wanted)

    def complete(self, system: str, user: str, *, max_tokens: int, **options: Any) -> Completion:
        """Return an empty text, at whose end the prompt is read; it raises ModelUnavailableError as others do."""
        return Completion(deltas=self.read(system, user))

    def read(self, system: str, user: str) -> Iterator[str]:
        """Read all lines of a prompt but the last, each request one line longer; yields nothing."""
        lines = user.splitlines(keepends=True)
        for end in range(1, len(lines)):
            if self.wanted():
                deque(LanguageModel.complete(self, system, "".join(lines[:end]), max_tokens=1).deltas, maxlen=0)
        yield from ()
