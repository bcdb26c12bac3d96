"""What each command of `python -m evals` does, between the command line and the modules that do the work."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.cases import DATA, Case, load_cases, select_cases
from evals.errors import RunError
from rag.config import Settings, cache_folder

SAMPLE = Path("sample")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which cases a run takes."""

    paths: Sequence[Path]
    """Files, folders or names."""
    ids: Path | None = None
    """A file that names the cases, one id a line; None: all are meant."""
    split: str = "all"
    """`dev`, `held` or `all`."""
    kinds: str | None = None
    """Kinds, separated by commas."""
    languages: str | None = None
    """Languages, separated by commas."""
    limit: int | None = None
    """At most so many of each kind, language and corpus."""

    def cases(self) -> list[Case]:
        """Return the cases; raises CaseError, or RunError where none is left."""
        cases = load_cases(self.paths or [SAMPLE if self.ids is None else DATA])
        if self.ids is not None:
            cases = named(cases, self.ids)
        cases = select_cases(cases, split=self.split, kinds=listed(self.kinds), languages=listed(self.languages))
        if not cases:
            raise RunError("cases", "none is left to run", "widen --split, --kinds and --languages")
        return limited(cases, self.limit)


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a run asks, and where its rows go."""

    out: Path
    """Folder for rows and report."""
    subject: str = "assistant"
    """The assistant or a peer."""
    stores: Path | None = None
    """Folder of the stores."""
    retrieve_only: bool = False
    """Whether nothing is answered."""
    cards: bool = True
    """Whether the papers keep their Chinese cards."""
    among: int = 0
    """How many other arXiv records stand beside them."""
    cached: bool = True
    """Whether earlier observations are taken over."""
    price: str | None = None
    """Dollars for a million tokens read and written, `IN,OUT`."""


def run_command(choice: Choice, target: Target, settings: Settings) -> None:
    """Run cases, print the table of scores and write the report."""
    from evals.cost import Price
    from evals.opening import RANKERS, Opening
    from evals.report import write_report
    from evals.run import Plan, run_cases
    from evals.summary import summarise, table

    cases = choice.cases()
    if target.subject in RANKERS and not target.retrieve_only:
        raise RunError(f"--subject {target.subject}", "it ranks papers and answers nothing", "add --retrieve-only")
    if target.subject != "assistant":
        cases = [case for case in cases if not any(ask.says for ask in case.turns)]
    price = Price.parse(target.price)
    if price is not None:
        say(f"estimated cost: {price.told(price.estimate(cases, settings))}")
    plan = Plan(
        subject=target.subject,
        settings=settings,
        out=target.out,
        cache=cache_folder() / "evals" / "rows" if target.cached else None,
        retrieve_only=target.retrieve_only,
        cards=target.cards,
        among=target.among,
        anew=not target.cached,
    )
    opening = Opening(settings=settings, stores=target.stores)
    rows = run_cases(cases, plan, lambda corpus: opening.subject(target.subject, corpus))
    print(table(summarise([row.to_dict() for row in rows])))
    if price is not None:
        say(f"actual cost: {price.told(price.actual(rows))}")
    say(f"report: {write_report([target.out], target.out)}")


def rank_command(choice: Choice, out: Path, settings: Settings, stores: Path | None) -> None:
    """Rank papers with the assistant, without cards, and with every ranker; print one table, write one report."""
    from evals.ranking import rank_side_by_side

    print(rank_side_by_side(choice.cases(), out, settings, stores))


def peers_command() -> None:
    """Make the environments of the peers that have one of their own; raises RunError when one cannot be made."""
    from evals.peers.environment import PAPERQA, environment_folder, make_environment

    folder = environment_folder(PAPERQA)
    make_environment(PAPERQA, folder)
    print(f"{PAPERQA}: {folder}")


def check_command(paths: Sequence[Path]) -> None:
    """Print what is wrong with cases; raises RunError when something is."""
    from evals.check import check_cases

    cases = load_cases(paths or [DATA])
    found = check_cases(cases)
    for problem in found:
        print(problem)
    if found:
        raise RunError("cases", f"{len(found)} problems in {len(cases)} cases", "correct the cases named above")
    print(f"{len(cases)} cases, no problem")


def compare_command(before: Path, after: Path, *, metric: str, every_group: bool, out: Path | None) -> None:
    """Print how two runs differ, and write it as JSON where asked."""
    from evals.compare import comparison_dict, comparison_text
    from evals.rows import read_rows

    old, new = read_rows(before), read_rows(after)
    print(comparison_text(old, new, metric, every_group=every_group))
    if out is not None:
        out.write_text(json.dumps(comparison_dict(old, new, metric), ensure_ascii=False) + "\n", encoding="utf-8")


def report_command(folders: Sequence[Path], out: Path) -> None:
    """Write the report of one or several runs."""
    from evals.report import write_report

    print(write_report(folders, out))


def judge_command(run: Path, against: Path | None, *, judge: str, allow_same: bool, out: Path | None) -> None:
    """Have a language model judge a run's citations, or its answers against another run's."""
    from evals.judge import Judge, check_judge, judge_citations, judge_pairs, verdict_dict
    from evals.rows import read_rows
    from rag.engines.loading import load_language_model

    rows = read_rows(run)
    others = read_rows(against) if against else []
    model = load_language_model(load_settings([], llm=judge))
    check_judge(model, [*rows, *others], allow_same=allow_same)
    judging = Judge(model=model)
    judged = judge_pairs(others, rows, judging) if against else judge_citations(rows, judging)
    result = verdict_dict(list(judged), judging)
    if out is not None:
        out.write_text(json.dumps(result, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps({key: value for key, value in result.items() if key != "cases"}, indent=2))


def gate_command(settings: Settings, *, out: Path | None, update: bool, runs: int, baseline: Path | None) -> None:
    """Run the sample's cases against the baseline, or make a new one; raises RunError when something got worse."""
    from evals.gate import BASELINES, Baseline, failures, make_baseline, missing

    out = out or cache_folder() / "evals" / "gate"
    path = baseline or BASELINES / f"{settings.llm}.json"
    if update:
        results = [
            sample_rows(variant, out / f"run{number}") for number, variant in enumerate(variants(settings, runs))
        ]
        made = {
            "llm": settings.llm,
            "embedder": settings.embedder,
            "runs": runs,
            "code": results[0][0]["versions"]["code"],
        }
        make_baseline(results, made).write(path)
        say(f"new baseline: {path}; review the change before you commit it")
        return
    known = Baseline.read(path)
    rows = sample_rows(settings, out)
    gone, new = missing(known, rows)
    if gone or new:
        raise RunError(
            str(path),
            f"the cases have changed ({len(gone)} gone, {len(new)} new)",
            "run 'python -m evals gate --update'",
        )
    found = failures(known, rows)
    for failure in found:
        print(failure)
    if found:
        remedy = "see the cases above, or, if this is meant, run 'python -m evals gate --update' and have it reviewed"
        raise RunError("gate", f"{len(found)} of {len(known.bounds)} metrics got worse by more than noise", remedy)
    print(f"gate passed: {len(known.bounds)} metrics over {len(rows)} cases")


def prove_command(names: Sequence[str], llm: str) -> None:
    """Print what the gate says of each plant; raises RunError when one is not caught."""
    from evals.plants import HEAD, chosen, prove

    plants = chosen(names)
    print(HEAD)
    wrong = []
    for proof in prove(plants, llm):
        print(proof.line(), flush=True)
        if not proof.as_expected:
            wrong.append(proof.plant.name)
            say(proof.output)
    if wrong:
        raise RunError("prove", f"not as it must be: {', '.join(wrong)}", "read what the gate printed above")


def variants(settings: Settings, runs: int) -> list[Settings]:
    """Return settings under which an unchanged product may differ by noise alone: other threads, other slots."""
    changes: list[Mapping[str, int]] = [{}, {"slots": 2}, {"threads": 1}]
    return [settings.model_copy(update=dict(changes[number % len(changes)])) for number in range(runs)]


def sample_rows(settings: Settings, out: Path) -> list[dict[str, Any]]:
    """Run the sample's cases anew and return their rows."""
    from evals.opening import Opening
    from evals.run import Plan, run_cases

    opening = Opening(settings=settings)
    plan = Plan(subject="assistant", settings=settings, out=out, cache=None, anew=True)
    rows = run_cases(load_cases([SAMPLE]), plan, lambda corpus: opening.subject("assistant", corpus))
    return [row.to_dict() for row in rows]


def load_settings(assignments: Sequence[str], *, config: Path | None = None, **explicit: str | None) -> Settings:
    """Return the settings of a run: one slot, so that equal runs are equal; raises ConfigError or RunError.

    What is explicit comes before `assignments`, those before the file `config`.
    """
    values: dict[str, Any] = {"slots": 1} | (read_config(config) if config else {})
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or name not in Settings.model_fields:
            known = ", ".join(Settings.model_fields)
            raise RunError(f"--set {assignment}", "it sets no setting", f"write NAME=VALUE, NAME one of {known}")
        values[name] = value
    return Settings.load(**values | {name: value for name, value in explicit.items() if value is not None})


def read_config(path: Path) -> dict[str, Any]:
    """Return the settings of a TOML file, one `name = value` a line; raises RunError where it holds anything else."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(str(path), "the file cannot be read", "name a TOML file of settings") from error
    except tomllib.TOMLDecodeError as error:
        raise RunError(str(path), f"it is not TOML: {error}", 'write lines such as llm = "local-small"') from error
    for name in values:
        if name not in Settings.model_fields:
            raise RunError(str(path), f"{name!r} is no setting", f"use some of {', '.join(Settings.model_fields)}")
    return values


def listed(text: str | None) -> list[str]:
    """Return the parts of a text that commas separate."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def named(cases: Sequence[Case], path: Path) -> list[Case]:
    """Return the cases whose ids a file names, in its order; what follows a # is a remark.

    Raises RunError where the file cannot be read or an id is no case's.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(str(path), "the file cannot be read", "name a file of ids, one a line") from error
    known = {case.id: case for case in cases}
    wanted = list(dict.fromkeys(told for line in lines if (told := line.partition("#")[0].strip())))
    for told in wanted:
        if told not in known:
            raise RunError(str(path), f"there is no case {told!r}", "correct the id, or name the file of the case too")
    return [known[told] for told in wanted]


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


def say(text: str) -> None:
    """Tell the person at the terminal something that is not a result."""
    print(text, file=sys.stderr)
