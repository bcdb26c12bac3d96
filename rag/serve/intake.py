"""Digests into the store, as `index` and `chat` do it: read, warn, write, report."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from rag.errors import ArxivRagError
from rag.serve import console
from rag.serve.opening import refuse_half_rebuilt
from rag.serve.reading import Inflow, Reading, read_paths
from rag.serve.wire import index_json, line
from vectorstore.errors import StoreError

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.config import Settings
    from rag.ingest.indexing import IndexReport


class NothingReadError(ArxivRagError):
    """Paths in which there was no paper."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self.reading = reading
        """What was read instead."""

    def __str__(self) -> str:
        """Return the sentence for the user."""
        first, *others = self.reading.warnings
        more = f" (and {console.plural(len(others), 'more warning')})" if others else ""
        return f"No paper was read from {first.file!r}: {first.message.removeprefix('no paper was read: ')}{more}."


def read_digests(paths: Sequence[str], day: datetime.date | None = None, *, as_json: bool = False) -> Reading:
    """Read the paths and show the warnings; raises NothingReadError, with the report on stdout where it is JSON."""
    reading = read_paths(paths, day)
    holds = bool(reading.papers or reading.large)
    if not as_json and (holds or len(reading.warnings) > 1):
        warn(reading)
    if not holds:
        error = NothingReadError(reading)
        if as_json:
            click.echo(line(index_json(reading, None, str(error))))
        raise error
    return reading


def warn(reading: Reading) -> None:
    """Show the warnings on stderr."""
    for text in console.warnings_text(reading):
        console.say(text, error=True)


def index_reading(settings: Settings, reading: Reading, *, as_json: bool = False) -> None:
    """Write what was read into the store and report it, as JSON even when it fails."""
    inflow = Inflow(reading)
    try:
        refuse_half_rebuilt(settings.store)
        from rag.assistant import Assistant

        with Assistant.open(settings) as assistant:
            report = write_inflow(assistant, inflow, bar=reading.distinct if not reading.large else None)
        if not report.papers:
            raise NothingReadError(inflow.reading())
    except (ArxivRagError, StoreError) as error:
        if as_json:
            click.echo(line(index_json(inflow.reading(), None, str(error))))
        raise
    if as_json:
        click.echo(line(index_json(inflow.reading(), report)))
    else:
        say_written(reading, inflow, report)


def write_reading(assistant: Assistant, reading: Reading) -> IndexReport:
    """Write what was read into an open store, with a progress bar, and say what was done."""
    inflow = Inflow(reading)
    report = write_inflow(assistant, inflow, bar=reading.distinct if not reading.large else None)
    say_written(reading, inflow, report)
    return report


def write_inflow(assistant: Assistant, inflow: Inflow, *, bar: int | None) -> IndexReport:
    """Write papers as they come, with a progress bar of so many."""
    with console.bar(bar, "paper") as advance:
        return assistant.index(inflow.papers(), advance)


def say_written(before: Reading, inflow: Inflow, report: IndexReport) -> None:
    """Say what was done, and what large files gave cause to warn of."""
    reading = inflow.reading()
    warn(replace(reading, warnings=reading.warnings[len(before.warnings) :]))
    console.say_all(console.index_text(reading, report))


def sample_settings(settings: Settings) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings of the sample's own store, and the sample digest's path."""
    from rag.config import data_folder
    from rag.ingest.sample import sample_digest_path

    sample = settings.model_copy(update={"store": str(data_folder() / "sample-store")})
    return sample, (str(sample_digest_path()),)
