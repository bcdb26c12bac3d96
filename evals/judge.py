"""Judge: a second, stronger language model that checks citations and compares answers.

It makes no claim about quality by itself: it is as good as its model, which must not be the model judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from scipy import stats  # type: ignore[import-untyped]

import prompts
from evals.compare import paired, told
from evals.errors import RunError
from evals.outcome import MARKER
from evals.summary import RowDict
from rag.engines.loading import LanguageModel

Verdict = Literal["supported", "partial", "unsupported"]
Preference = Literal["before", "after", "tie", "unsure"]
"""`unsure`: the verdict turned when the answers changed places, or could not be read."""

VERDICT = re.compile(r"^\W*(SUPPORTED|PARTIAL|UNSUPPORTED)\b", re.IGNORECASE)
CHOICE = re.compile(r"^\W*(FIRST|SECOND|TIE)\b", re.IGNORECASE)
VERDICT_TOKENS = 8
Entails = Callable[[str, Sequence[str]], bool]
"""Whether some quotes together bear out a statement."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judge:
    """A language model with rubrics."""

    model: LanguageModel
    """The model that judges."""

    def support(self, statement: str, quotes: Sequence[str]) -> Verdict | None:
        """Return how far quotes bear out a statement; None where the model's word cannot be read."""
        sources = "\n".join(f"- {quote}" for quote in quotes)
        case = prompts.render("judge_support_case", sources=sources, statement=statement)
        match = VERDICT.match(self.say(prompts.render("judge_support"), case))
        words: dict[str, Verdict] = {"SUPPORTED": "supported", "PARTIAL": "partial", "UNSUPPORTED": "unsupported"}
        return words[match.group(1).upper()] if match else None

    def entails(self, statement: str, quotes: Sequence[str]) -> bool:
        """Return whether quotes bear out a statement in full; a word that cannot be read means no."""
        return bool(quotes) and self.support(statement, quotes) == "supported"

    def prefer(self, question: str, expected: str, before: str, after: str) -> Preference:
        """Return which of two answers is better: asked twice, with the answers in either place."""
        straight = self.choose(question, expected, before, after)
        swapped = self.choose(question, expected, after, before)
        named: dict[tuple[str, str], Preference] = {
            ("FIRST", "SECOND"): "before",
            ("SECOND", "FIRST"): "after",
            ("TIE", "TIE"): "tie",
        }
        return named.get((straight, swapped), "unsure")

    def choose(self, question: str, expected: str, first: str, second: str) -> str:
        """Return FIRST, SECOND, TIE, or nothing where the model's word cannot be read."""
        slots = {"question": question, "expected": expected, "first": first, "second": second}
        case = prompts.render("judge_preference_case", **slots)
        match = CHOICE.match(self.say(prompts.render("judge_preference"), case))
        return match.group(1).upper() if match else ""

    def say(self, system: str, user: str) -> str:
        """Return what the model says; raises ModelUnavailableError."""
        return "".join(self.model.complete(system, user, max_tokens=VERDICT_TOKENS).deltas)


def check_judge(judge: LanguageModel, rows: Sequence[RowDict], *, allow_same: bool = False) -> None:
    """Raise RunError where the judge's model wrote the answers it is to judge, unless that is allowed outright."""
    name = judge.label.partition("@")[0]
    judged = {
        turn["observed"]["answer"]["model"].partition("@")[0]
        for row in rows
        for turn in row["turns"]
        if turn["observed"] and turn["observed"]["answer"]
    }
    if name in judged and not allow_same:
        raise RunError(
            f"--judge {judge.label}",
            "it wrote the answers that it is to judge",
            "use another model, or --allow-same-model",
        )


def alce(statements: Sequence[tuple[str, Sequence[str]]], entails: Entails) -> tuple[float, float | None]:
    """Return citation recall and precision of statements with their quotes, as ALCE defines them (Gao et al. 2023).

    Recall: the share of statements that all their quotes together bear out. Precision: the share of quotes that are
    needed, where a quote is not when it alone does not bear the statement out and the others without it do; none is
    where the statement is not borne out at all. Precision is None where nothing is cited.
    """
    borne_out = relevant = quoted = 0
    for statement, quotes in statements:
        quoted += len(quotes)
        if not entails(statement, quotes):
            continue
        borne_out += 1
        for place, quote in enumerate(quotes):
            others = [*quotes[:place], *quotes[place + 1 :]]
            relevant += not others or entails(statement, [quote]) or not entails(statement, others)
    return borne_out / len(statements), relevant / quoted if quoted else None


def statements_of(row: RowDict) -> list[tuple[str, list[str]]]:
    """Return the cited sentences of a row's answers, without markers, with their quotes."""
    return [
        (MARKER.sub("", sentence["text"]), [citation["quote"] for citation in sentence["citations"]])
        for turn in row["turns"]
        if turn["observed"] and turn["observed"]["answer"] and not turn["observed"]["answer"]["abstained"]
        for sentence in turn["observed"]["answer"]["sentences"]
        if sentence["citations"]
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What the judge says of one case."""

    id: str
    """The case."""
    recall: float | None = None
    """Citation recall; None where nothing is cited."""
    precision: float | None = None
    """Citation precision."""
    preference: Preference | None = None
    """Which run's answer is better, where two are compared."""


def judge_citations(rows: Sequence[RowDict], judge: Judge) -> Iterator[Judged]:
    """Yield ALCE's numbers for every row that cites anything."""
    for row in rows:
        statements = statements_of(row)
        if statements:
            recall, precision = alce(statements, judge.entails)
            yield Judged(id=row["id"], recall=recall, precision=precision)


def judge_pairs(before: Sequence[RowDict], after: Sequence[RowDict], judge: Judge) -> Iterator[Judged]:
    """Yield which run's answer is better for every single question that both answered."""
    for old, new in paired(before, after):
        if len(old["turns"]) == 1 and old["turns"][0]["text"] and new["turns"][0]["text"]:
            ask = old["turns"][0]
            facts = ", ".join(f"/{fact}/" for fact in ask["facts"]) or "no particular fact"
            expected = f"It should {ask['behaviour']}. Patterns of the facts: {facts}."
            yield Judged(
                id=old["id"], preference=judge.prefer(ask["question"], expected, told(ask), told(new["turns"][0]))
            )


def verdict_dict(judged: Sequence[Judged], judge: Judge) -> dict[str, Any]:
    """Return all verdicts and their sum as a JSON object."""
    recalls = [one.recall for one in judged if one.recall is not None]
    precisions = [one.precision for one in judged if one.precision is not None]
    wins = sum(one.preference == "after" for one in judged)
    losses = sum(one.preference == "before" for one in judged)
    return {
        "judge": judge.model.label,
        "citation_recall": sum(recalls) / len(recalls) if recalls else None,
        "citation_precision": sum(precisions) / len(precisions) if precisions else None,
        "after_better": wins,
        "before_better": losses,
        "ties": sum(one.preference == "tie" for one in judged),
        "unsure": sum(one.preference == "unsure" for one in judged),
        "p_value": float(stats.binomtest(wins, wins + losses).pvalue) if wins + losses else None,
        "cases": [asdict(one) for one in judged],
    }
