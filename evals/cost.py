"""What a run costs with a priced model: an estimate before, the actual cost after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evals.cases import Case
from evals.errors import RunError
from evals.rows import Row
from rag.config import Settings
from rag.models import Usage

ANSWER_TOKENS = 150
"""Tokens of an answer, for the estimate."""
MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """Dollars for a million tokens."""

    read: float
    """Of the prompt."""
    written: float
    """Of the completion."""

    @classmethod
    def parse(cls, text: str | None) -> Price | None:
        """Return the price in `IN,OUT`; None where none is given. Raises RunError."""
        if text is None:
            return None
        try:
            read, written = (float(part) for part in text.split(","))
        except ValueError as error:
            raise RunError(
                f"--price {text}", "it is no price", "write dollars for a million tokens as IN,OUT"
            ) from error
        return cls(read=read, written=written)

    def estimate(self, cases: Sequence[Case], settings: Settings) -> Usage:
        """Return the tokens of a run at most, one full prompt and a long answer for each question."""
        questions = sum(len(case.turns) for case in cases)
        return Usage(
            llm_calls=questions,
            prompt_tokens=questions * settings.prompt_budget,
            completion_tokens=questions * ANSWER_TOKENS,
        )

    def actual(self, rows: Sequence[Row]) -> Usage:
        """Return the tokens that the answers of a run took, taken over from the cache or not."""
        return sum((turn.answer.usage for row in rows for turn in row.turns if turn.answer), Usage())

    def told(self, usage: Usage) -> str:
        """Return what tokens cost, as a phrase."""
        dollars = (usage.prompt_tokens * self.read + usage.completion_tokens * self.written) / MILLION
        return (
            f"${dollars:.2f} for {usage.llm_calls} calls, {usage.prompt_tokens} tokens read and"
            f" {usage.completion_tokens} written"
        )
