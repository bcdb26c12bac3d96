"""The command line. Everything heavy is imported inside the commands, so that help and call errors are instant."""

from __future__ import annotations

import datetime
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.serve import console, wire
from rag.serve.auditing import audit
from rag.serve.console import say, say_all
from rag.serve.feedback import feedback
from rag.serve.filters import Restriction, read_date, read_id
from rag.serve.options import (
    DAY,
    EPILOG,
    JSON,
    NEW,
    QUESTION,
    VERSION,
    Checked,
    engine_options,
    refuse_files,
    with_filters,
    with_settings,
)
from rag.serve.outcome import exit_code

if TYPE_CHECKING:
    from rag.config import Settings


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@VERSION
@engine_options
@click.pass_context
def program(context: click.Context, /, **engines: str | None) -> None:
    """Question the day's arXiv papers, in English or Chinese, with every sentence cited and checked.

    --store, --llm and --embedder may stand before or after the command.
    """
    context.obj = engines


@program.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--date", type=Checked("day", read_date), help="Day of the digests whose file name tells none.")
@JSON
@with_settings
def index(settings: Settings, paths: tuple[str, ...], date: str | None, as_json: bool) -> None:
    """Read digests into the store.

    A file named outright is read whatever its suffix; folders and patterns are searched for .md, .txt, .jsonl and
    .jsonl.gz.
    """
    from rag.serve.intake import index_reading, read_digests

    day = datetime.date.fromisoformat(date) if date else None
    index_reading(settings, read_digests(paths, day, as_json=as_json), as_json=as_json)


@program.command()
@click.argument("question", type=QUESTION)
@with_filters
@NEW
@JSON
@click.option("--stream/--no-stream", default=True, help="Print sentence by sentence, or all at once.")
@with_settings
def ask(
    settings: Settings, question: str, restriction: Restriction, only_new: bool, as_json: bool, stream: bool
) -> None:
    """Answer QUESTION from the papers, with citations."""
    from rag.serve.opening import filled_assistant, filters_for

    with filled_assistant(settings) as assistant:
        filters = filters_for(assistant, restriction, only_new=only_new)
        if as_json:
            click.echo(wire.line(wire.answer_json(assistant.ask(question, filters=filters))))
            return
        if stream:
            answer = console.streamed(assistant.stream(question, filters=filters))
        else:
            answer = assistant.ask(question, filters=filters)
            say(answer.text)
        say_all(console.sources_text(answer))
        remote = bool(answer.usage.llm_calls) and assistant.language_model.remote
        say(console.engine_text(answer, llm_remote=remote, embedder_remote=assistant.embedder.remote), error=True)


@program.command()
@click.argument("question", type=QUESTION)
@click.option(
    "-k", "limit", metavar="N", type=click.IntRange(min=1), default=10, show_default=True, help="How many papers."
)
@with_filters
@NEW
@JSON
@with_settings
def search(
    settings: Settings, question: str, limit: int, restriction: Restriction, only_new: bool, as_json: bool
) -> None:
    """Rank papers for QUESTION, with passages.

    No language model is used.
    """
    from rag.serve.opening import filled_assistant, filters_for

    with filled_assistant(settings) as assistant:
        started = time.perf_counter()
        filters = filters_for(assistant, restriction, only_new=only_new)
        retrieval = assistant.search(question, limit=limit, filters=filters)
        seconds = time.perf_counter() - started
    if as_json:
        click.echo(wire.line(wire.search_json(question, retrieval, seconds)))
    else:
        say_all(console.search_text(retrieval))


@program.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", metavar="PORT", type=click.IntRange(1, 65535), default=7860, show_default=True, help="Port to listen on."
)
@click.option(
    "--auth", metavar="FILE", type=click.Path(path_type=Path), help="Names and passwords; needed where others can ask."
)
@with_settings
def chat(settings: Settings, paths: tuple[str, ...], host: str, port: int, auth: Path | None) -> None:
    """Open the chat in the browser.

    PATHs are read into the store first. Without a PATH and with an empty store it opens on a sample digest, which has a
    store of its own.
    """
    from rag.serve.accounts import accounts_for
    from rag.serve.intake import read_digests, sample_settings, write_reading
    from rag.serve.opening import holds_papers, refuse_half_rebuilt

    accounts = accounts_for(host, auth)
    refuse_half_rebuilt(settings.store)
    sample = not paths and not holds_papers(settings)
    if sample:
        settings, paths = sample_settings(settings)
    reading = read_digests(paths) if paths else None
    from rag.assistant import Assistant
    from rag.serve.chat import launch

    with Assistant.open(settings) as assistant:
        if reading:
            write_reading(assistant, reading)
        launch(assistant, host=host, port=port, sample=sample, accounts=accounts)


@program.command()
@click.argument("questions", metavar="QUESTIONS.jsonl", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "-o", "--output", metavar="ANSWERS.jsonl", required=True, type=click.Path(path_type=Path, allow_dash=True),
    help="Where the answers go; - for stdout.",
)  # fmt: skip
@click.option("--resume", is_flag=True, help="Continue after the last complete line of the answers.")
@click.option("--retrieve-only", is_flag=True, help="Rank papers instead of answering; no language model is used.")
@with_settings
def batch(settings: Settings, questions: Path, output: Path, resume: bool, retrieve_only: bool) -> int:
    """Answer a file of questions, one JSON object a line.

    A line is {"id": ..., "question": ...} with category, author, paper, since and until as optional filters, or
    {"id": ..., "turns": [{"question": ...}, ...]}. Without --resume the answers are written anew.
    """
    from rag.serve.batch import answer_items, opened, read_file
    from rag.serve.opening import filled_assistant

    items = read_file(questions)
    refuse_files(questions, output, resume=resume)
    with filled_assistant(settings) as assistant:
        if not retrieve_only:
            _ = assistant.language_model  # a model that cannot be loaded is said once, not once a question
        with opened(output, items, resume=resume) as answers, console.bar(len(items), "question") as advance:
            failed = answer_items(assistant, items, answers, retrieve_only=retrieve_only, progress=advance)
    if failed:
        say(f"{failed} of {console.plural(len(items), 'question')} failed; see 'error' in the answers.", error=True)
    return 1 if failed else 0


@program.command()
@with_filters
@NEW
@JSON
@with_settings
def papers(settings: Settings, restriction: Restriction, only_new: bool, as_json: bool) -> None:
    """List the papers in the store.

    With --new those alone that no 'papers --new' of yours has listed before. That is a look: 'search --new' and 'ask
    --new' are then about what it listed and what came later.
    """
    from rag.config import data_folder
    from rag.serve.looking import Looks
    from rag.serve.opening import EmptyStoreError, papers_in

    looks = Looks.read(settings.store, data_folder())
    try:
        found = papers_in(settings, restriction.filters)
    except EmptyStoreError as error:
        found = []
        say(str(error), error=True)
    if only_new:
        found = [paper for paper in found if paper.arxiv_id not in looks.seen]
    if as_json:
        click.echo(wire.line([wire.entry_json(paper) for paper in found]))
    else:
        say_all(console.papers_text(found))
        say(f"{console.plural(len(found), 'new paper' if only_new else 'paper')}.", error=True)
    if only_new:
        looks.note([paper.arxiv_id for paper in found])


@program.command()
@click.argument("arxiv_id", metavar="ID", type=Checked("ID", read_id))
@JSON
@with_settings
def show(settings: Settings, arxiv_id: str, as_json: bool) -> None:
    """Show what the store holds of one paper.

    ID is an arXiv ID, with or without version, or the address of the paper on arxiv.org.
    """
    from rag.serve.opening import paper_in

    paper = paper_in(settings, arxiv_id)
    if as_json:
        click.echo(wire.line(wire.page_json(paper)))
    else:
        say_all(console.paper_text(paper))


@program.command()
@click.argument("arxiv_ids", metavar="[ID]...", type=Checked("ID", read_id), nargs=-1)
@click.option("--before", type=DAY, help="All papers whose last day is earlier than this date, or today.")
@JSON
@with_settings
def remove(settings: Settings, arxiv_ids: tuple[str, ...], before: str | None, as_json: bool) -> None:
    """Remove papers from the store, by ID or by day.

    A paper of several digests goes with --before when the last of them is earlier; one that no digest dates goes by its
    day of publication. What is not there is said and is no error.
    """
    from rag.serve.removal import removal_json, removal_text, removed_from

    if not arxiv_ids and not before:
        raise click.UsageError("Name papers by their ID, or a day with --before.")
    report, seconds = removed_from(settings, arxiv_ids, before or "")
    if as_json:
        click.echo(wire.line(removal_json(report, seconds)))
    else:
        say_all(removal_text(report))


@program.command()
@JSON
@with_settings
def doctor(settings: Settings, as_json: bool) -> int:
    """Check models, libraries, store and disk.

    Each fault is told with what to do about it. The models are loaded and asked, which takes some seconds.
    """
    from rag.serve.doctor import checks

    done = []
    for check in checks(settings):
        done.append(check)
        if not as_json:
            say(console.check_text(check))
    sound = all(check.state != "fault" for check in done)
    if as_json:
        click.echo(wire.line(wire.checks_json(done, sound=sound)))
    return 0 if sound else 1


@program.command()
@with_settings
def rebuild(settings: Settings) -> None:
    """Embed all papers of the store anew.

    For a store that was built with another embedder or by another version. The old store stays until the new one is
    complete.
    """
    from rag.serve.rebuild import rebuild_store

    report = rebuild_store(settings, lambda total: console.bar(total, "paper"))
    say(f"{console.plural(report.papers, 'paper')} embedded anew in {report.seconds:.1f} s.")


program.add_command(audit)
program.add_command(feedback)


def main() -> None:
    """Run the command that `sys.argv` names and end the process with its exit code."""
    sys.exit(exit_code(program, sys.argv[1:]))


if __name__ == "__main__":
    main()
