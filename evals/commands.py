"""What each command of `python -m evals` does, between the command line and the modules that do the work."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from evals.cases import DATA, Case, load_cases, select_cases
from evals.check import check_cases
from evals.corpora import Corpus
from evals.errors import RunError
from evals.run import Plan, run_cases
from evals.stores import open_assistant
from evals.subject import AssistantSubject, RecordedAssistant, Subject
from evals.summary import summarise, table
from rag.config import Settings, cache_folder


def run_command(
    *,
    cases: Sequence[Path],
    split: str,
    out: Path,
    corpus_store: Path | None,
    subject: str,
    llm: str | None,
    embedder: str | None,
    assignments: Sequence[str],
    kinds: str | None,
    languages: str | None,
    limit: int | None,
    retrieve_only: bool,
    no_cache: bool,
) -> None:
    """Run cases and print the table of scores."""
    settings = load_settings(assignments, llm=llm, embedder=embedder)
    chosen = limited(
        select_cases(load_cases(cases or [Path("sample")]), split=split, kinds=listed(kinds), languages=listed(languages)), limit
    )
    if not chosen:
        raise RunError("cases", "none is left to run", "widen --split, --kinds and --languages")
    plan = Plan(
        subject=subject,
        settings=settings,
        out=out,
        cache=None if no_cache else cache_folder() / "evals" / "rows",
        retrieve_only=retrieve_only,
    )
    rows = run_cases(chosen, plan, lambda corpus: open_subject(subject, corpus, settings, corpus_store))
    print(table(summarise([row.to_dict() for row in rows])))
    print(f"{len(rows)} rows in {out}", file=sys.stderr)


def check_command(paths: Sequence[Path]) -> None:
    """Print what is wrong with cases; raises RunError when something is."""
    cases = load_cases(paths or [DATA])
    found = check_cases(cases)
    for problem in found:
        print(problem)
    if found:
        raise RunError("cases", f"{len(found)} problems in {len(cases)} cases", "correct the cases named above")
    print(f"{len(cases)} cases, no problem")


def load_settings(assignments: Sequence[str], **explicit: str | None) -> Settings:
    """Return the settings of a run: one slot, so that equal runs are equal; raises ConfigError or RunError."""
    values: dict[str, str | None] = {"slots": "1", **explicit}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or name not in Settings.model_fields:
            raise RunError(f"--set {assignment}", "it sets no setting", f"write NAME=VALUE, NAME one of {', '.join(Settings.model_fields)}")
        values[name] = value
    return Settings.load(**values)


def listed(text: str | None) -> list[str]:
    """Return the parts of a text that commas separate."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def limited(cases: Sequence[Case], limit: int | None) -> list[Case]:
    """Return the first `limit` cases of each kind, language and corpus; all where there is no limit."""
    taken: dict[tuple[str, str, str], int] = {}
    result = []
    for case in cases:
        group = (case.kind, case.language, case.corpus)
        taken[group] = taken.get(group, 0) + 1
        if limit is None or taken[group] <= limit:
            result.append(case)
    return result


def open_subject(name: str, corpus: Corpus, settings: Settings, stores: Path | None) -> Subject:
    """Return a subject over a corpus; raises RunError when there is no such subject."""
    if name == "assistant":
        return AssistantSubject(open_assistant(corpus, settings, stores, RecordedAssistant))
    raise RunError(f"--subject {name}", "there is no such subject", "use assistant")
