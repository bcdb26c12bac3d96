"""Rows: what came of each case, as JSON lines that hold all that scoring needs, so that scores can be made anew."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.cases import Case
from evals.errors import RunError
from evals.metrics import averaged, score
from evals.outcome import Outcome
from rag.models import Answer, Citation, Paper, Passage, Sentence, Timings, Usage

ROWS = "rows.jsonl"
"""The file of a run that holds its rows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Retrieved:
    """Papers as a subject ranked them."""

    papers: tuple[str, ...]
    """arXiv ids, best first."""
    scores: tuple[float, ...] = ()
    """One per paper where the subject tells them."""
    passages: tuple[Passage, ...] = ()
    """The pieces that matched."""
    seconds: float = 0.0
    """Wall time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """One call of the language model."""

    system: str
    """System message."""
    user: str
    """User message."""
    raw: str = ""
    """What the model wrote, before anything was verified or dropped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """What a subject made of one question."""

    retrieval: Retrieved | None = None
    """None where the question needed none, such as a count."""
    answer: Answer | None = None
    """None where only retrieval was asked for."""
    prompts: tuple[Prompt, ...] = ()
    """The calls of the language model, in order."""
    error: str = ""
    """What the subject raised, if it did."""
    memory_mib: float | None = None
    """What the process held when it was done, the models in it included; None where the system does not tell."""

    @property
    def ranking(self) -> tuple[str, ...] | None:
        """Papers, best first: those of the answer where there is one."""
        if self.answer is not None and self.answer.papers:
            return self.answer.papers
        return self.retrieval.papers if self.retrieval is not None else None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object from which `from_dict` makes an equal observation."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Observation:
        """Return the observation that `to_dict` wrote."""
        retrieval, answer = told["retrieval"], told["answer"]
        return cls(
            retrieval=None if retrieval is None else retrieved_from(retrieval),
            answer=None if answer is None else answer_from(answer),
            prompts=tuple(Prompt(**prompt) for prompt in told["prompts"]),
            error=told["error"],
            memory_mib=told.get("memory_mib"),
        )


def retrieved_from(told: Mapping[str, Any]) -> Retrieved:
    """Return the retrieval that `Observation.to_dict` wrote."""
    passages = tuple(Passage(**passage) for passage in told["passages"])
    return Retrieved(
        papers=tuple(told["papers"]), scores=tuple(told["scores"]), passages=passages, seconds=told["seconds"]
    )


def answer_from(told: Mapping[str, Any]) -> Answer:
    """Return the answer that `Observation.to_dict` wrote; keys of later versions are ignored."""
    values = {key.name: told[key.name] for key in dataclasses.fields(Answer) if key.name in told}
    values["sentences"] = tuple(
        Sentence(text=sentence["text"], citations=tuple(Citation(**citation) for citation in sentence["citations"]))
        for sentence in told["sentences"]
    )
    values["passages"] = tuple(Passage(**passage) for passage in told["passages"])
    values["papers"] = tuple(told["papers"])
    values["usage"] = Usage(**told["usage"])
    values["timings"] = Timings(**told["timings"])
    return Answer(**values)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What came of one case."""

    key: str
    """Hash of everything that could change the outcome: case, settings, corpus, code and prompts."""
    case: Case
    """The case."""
    turns: tuple[Observation, ...]
    """One observation per question; fewer where a dialogue broke off."""
    turn_scores: tuple[Mapping[str, float | None], ...]
    """Every metric of each question of the case, asked or not reached."""
    scores: Mapping[str, float | None]
    """Every metric of the case: of its question, or the mean over its turns. None: not applicable."""
    error: str = ""
    """Why it failed, if it did."""
    engine: str = ""
    """The subject and its models."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of this project's code and of the libraries that matter."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of a line of `rows.jsonl`."""
        told: dict[str, Any] = {
            "key": self.key,
            "id": self.case.id,
            "kind": self.case.kind,
            "language": self.case.language,
            "split": self.case.split,
            "corpus": self.case.corpus,
            "note": self.case.note,
            "error": self.error or None,
            "scores": dict(self.scores),
            "turns": [],
            "engine": self.engine,
            "versions": dict(self.versions),
        }
        for index in range(len(self.case.turns)):
            observed = self.turns[index] if index < len(self.turns) else None
            told["turns"].append(
                {
                    **ask_dict(self.case, index),
                    "text": observed.answer.text if observed and observed.answer else None,
                    "observed": observed and observed.to_dict(),
                    "scores": dict(self.turn_scores[index]),
                }
            )
        return told


def ask_dict(case: Case, index: int) -> dict[str, Any]:
    """Return what a row tells about one question of its case."""
    ask = case.turns[index]
    return {
        "question": ask.question,
        "language": ask.language,
        "gold": list(ask.gold),
        "facts": list(ask.facts),
        "behaviour": ask.behaviour,
        "reason": ask.reason,
        "forbidden": case.forbidden,
    }


def scored(
    case: Case, turns: Sequence[Observation], papers: Mapping[str, Paper], *, retrieve_only: bool
) -> list[dict[str, float | None]]:
    """Return every metric of each question of a case; what a failure kept from being asked has failed too."""
    result = []
    for index, ask in enumerate(case.turns):
        observed = turns[index] if index < len(turns) else None
        skipped = observed is None and retrieve_only
        outcome = Outcome(
            kind=case.kind,
            ask=ask,
            forbidden=case.forbidden,
            ranking=observed.ranking if observed else None,
            answer=observed.answer if observed else None,
            memory_mib=observed.memory_mib if observed else None,
            failed=not skipped and (observed is None or bool(observed.error)),
            papers=papers,
        )
        result.append(score(outcome))
    return result


def make_row(
    case: Case,
    turns: Sequence[Observation],
    papers: Mapping[str, Paper],
    *,
    key: str,
    engine: str,
    versions: Mapping[str, str],
    retrieve_only: bool = False,
) -> Row:
    """Return the scored row of a case."""
    scores = scored(case, turns, papers, retrieve_only=retrieve_only)
    return Row(
        key=key,
        case=case,
        turns=tuple(turns),
        turn_scores=tuple(scores),
        scores=averaged(scores),
        error=next((turn.error for turn in turns if turn.error), ""),
        engine=engine,
        versions=versions,
    )


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of a run's folder as JSON objects; raises RunError where there are none."""
    path = folder / ROWS if folder.is_dir() else folder
    try:
        return list(iterate_rows(path))
    except OSError as error:
        raise RunError(
            str(folder), "there are no rows of a run", "make one with 'python -m evals run CASES --out DIR'"
        ) from error


def iterate_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file; a last line that a kill cut off is left out."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                yield json.loads(line)
