"""`arxiv-rag audit`: what summary cards say that the abstracts do not bear out, as a list or as JSON."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from rag.serve.console import one_line, plural, say, say_all
from rag.serve.filters import Restriction
from rag.serve.options import JSON, with_filters, with_settings

if TYPE_CHECKING:
    from rag.config import Settings
    from rag.ingest.entries import DigestWarning
    from rag.models import Filters, Paper
    from rag.query.audit import Audit


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What one call found."""

    audits: tuple[Audit, ...]
    """One a paper, in the order of the digests."""
    warnings: tuple[DigestWarning, ...] = ()
    """What could not be read of the digests."""
    seconds: float = 0.0
    """Wall time."""

    @property
    def flagged(self) -> tuple[Audit, ...]:
        """The papers with findings."""
        return tuple(one for one in self.audits if one.findings)

    @property
    def checked(self) -> int:
        """How many numbers and names were looked up."""
        return sum(one.checked for one in self.audits)

    @property
    def counts(self) -> dict[str, int]:
        """Findings by kind, every kind named."""
        from rag.query.audit import KINDS

        found = Counter(finding.kind for one in self.audits for finding in one.findings)
        return {kind: found[kind] for kind in KINDS}


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@with_filters
@JSON
@with_settings
def audit(settings: Settings, paths: tuple[str, ...], restriction: Restriction, as_json: bool) -> None:
    """List what summary cards say and their abstracts do not.

    Numbers, units and names of datasets and methods that neither abstract nor title bears out, and fields that are
    missing or held a placeholder, with file and line. PATHs are read without a store; without a PATH the papers of the
    store are audited.
    """
    from rag.serve.wire import line

    started = time.perf_counter()
    papers, warnings = read(paths, restriction) if paths else (stored(settings, restriction), ())
    report = audited(papers, warnings, started)
    if as_json:
        click.echo(line(report_json(report)))
    else:
        tell(report)


def audited(papers: Iterable[Paper], warnings: Sequence[DigestWarning], started: float) -> Report:
    """Audit papers; `started` is when the call began, by `time.perf_counter`."""
    from rag.query.audit import audit as examine

    audits = tuple(map(examine, papers))
    return Report(audits=audits, warnings=tuple(warnings), seconds=time.perf_counter() - started)


def stored(settings: Settings, restriction: Restriction) -> list[Paper]:
    """Return the papers of the store that pass; an empty store is said on stderr, as `papers` does."""
    from rag.serve.opening import EmptyStoreError, papers_in

    try:
        return papers_in(settings, restriction.filters)
    except EmptyStoreError as error:
        say(str(error), error=True)
        return []


def read(paths: Sequence[str], restriction: Restriction) -> tuple[list[Paper], tuple[DigestWarning, ...]]:
    """Return the papers of digests that pass, and the warnings; raises NothingReadError where there is none."""
    from rag.serve.intake import NothingReadError
    from rag.serve.reading import Inflow, read_paths

    inflow = Inflow(read_paths(paths))
    papers = list(inflow.papers())
    if not papers:
        raise NothingReadError(inflow.reading())
    filters = restriction.filters(lambda: max((one.date for one in papers if one.date), default=None))
    return [paper for paper in papers if passes(paper, filters)], inflow.reading().warnings


def passes(paper: Paper, filters: Filters) -> bool:
    """Return whether a paper that is in no store passes the filters, as the store would tell."""
    categories = {one.casefold() for one in (*paper.categories, paper.category)}
    wanted = {one.casefold() for one in filters.categories}
    names = [name.casefold() for name in paper.authors]
    if (wanted and not wanted & categories) or (filters.papers and paper.arxiv_id not in filters.papers):
        return False
    if filters.authors and not any(part.casefold() in name for part in filters.authors for name in names):
        return False
    if not (filters.since or filters.until):
        return True
    day = paper.date
    return bool(day and (not filters.since or filters.since <= day) and (not filters.until or day <= filters.until))


def tell(report: Report) -> None:
    """Write the findings to stdout, warnings and counts to stderr."""
    from rag.serve.intake import warn
    from rag.serve.reading import Reading

    warn(Reading(warnings=report.warnings))
    say_all(report_text(report))
    say(summary_text(report), error=True)


def place_of(one: Audit) -> str:
    """Return where a paper's entry stands."""
    name = one_line(one.source) or "unknown file"
    return f"{name}:{one.line}" if one.line else name


def report_text(report: Report) -> Iterator[str]:
    """Yield each paper with findings: id, place and title, then a line a finding."""
    for one in report.flagged:
        yield f"[{one.arxiv_id}] {place_of(one)} {one_line(one.title)}"
        missing = [finding.field for finding in one.findings if finding.kind == "missing"]
        if missing:
            yield f"    missing: {', '.join(missing)}"
        for finding in one.findings:
            if finding.kind != "missing":
                told = one_line(finding.text)
                yield f"    {finding.field}: {told} ({finding.kind}; {one_line(finding.reason)})"


def summary_text(report: Report) -> str:
    """Return what was audited and found, in one sentence."""
    counts = report.counts
    told = ", ".join(
        (
            plural(counts["number"], "number"),
            plural(counts["unit"], "unit"),
            plural(counts["name"], "name"),
            plural(counts["missing"], "missing field"),
        )
    )
    return (
        f"{plural(len(report.audits), 'paper')} audited, {report.checked} numbers and names looked up; "
        f"{plural(len(report.flagged), 'paper')} with findings: {told}."
    )


def report_json(report: Report) -> dict[str, Any]:
    """Return the object of one audit."""
    from rag.serve.wire import warning_json

    return {
        "papers": len(report.audits),
        "checked": report.checked,
        "flagged": len(report.flagged),
        "counts": report.counts,
        "findings": [
            {
                "arxiv_id": one.arxiv_id,
                "title": one.title,
                "file": one.source,
                "line": one.line,
                "field": finding.field,
                "text": finding.text,
                "kind": finding.kind,
                "reason": finding.reason,
            }
            for one in report.flagged
            for finding in one.findings
        ],
        "warnings": [warning_json(warning) for warning in report.warnings],
        "seconds": round(report.seconds, 3),
    }
