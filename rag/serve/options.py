"""Options that several commands share, and their types."""

from __future__ import annotations

import functools
import importlib.metadata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from rag.serve.filters import InputError, Restriction, read_day, read_id, read_word
from rag.serve.questions import read_question

Command = Callable[..., Any]
STDIO = Path("-")
"""Names stdin and stdout as files."""

EPILOG = """\b
Every setting is read from the environment, too:
  ARXIV_RAG_STORE           as --store; default the platform's data folder
  ARXIV_RAG_LLM             as --llm; default local (1.5B; local-small: 0.5B)
  ARXIV_RAG_EMBEDDER        as --embedder; default local
  ARXIV_RAG_API_KEY         key for remote models; else OPENAI_API_KEY
  ARXIV_RAG_THREADS         CPU threads of the local models
  ARXIV_RAG_TIMEOUT         seconds before a request to a model is given up
  ARXIV_RAG_CONTEXT_WINDOW  tokens that the language model can take
  ARXIV_RAG_PROMPT_BUDGET   most tokens of one prompt
  ARXIV_RAG_SLOTS           questions that the local model works on at once
  ARXIV_RAG_SEED            seed of the language model

\b
Of --category, --author and --paper several can be given: values of one filter are alternatives,
different filters all hold. They beat what the question itself says.

\b
Exit codes: 0 done (an abstention is done), 1 the work failed, 2 the call was wrong.
"""
"""What `arxiv-rag --help` says at its end."""


class Checked(click.ParamType[str]):
    """Text that a function reads and, where it cannot be used, refuses with a sentence."""

    def __init__(self, name: str, read: Callable[[str], str]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text as read."""
        try:
            return self._read(str(value))
        except InputError as error:
            self.fail(str(error), param, ctx)


def read_setting(text: str) -> str:
    """Return a setting's value; raises InputError when it is empty."""
    if not text.strip():
        raise InputError("It is empty; give a value or leave the option out.")
    return text


def show_version(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    """Print the version and end, where that is wanted."""
    del parameter
    if not wanted or context.resilient_parsing:
        return
    try:
        version = importlib.metadata.version("arxiv-rag")
    except importlib.metadata.PackageNotFoundError:
        version = "(not installed, run from its folder)"
    click.echo(f"arxiv-rag {version}")
    context.exit()


QUESTION = Checked("text", read_question)
WORD = Checked("text", read_word)
DAY = Checked("day", read_day)
STORE = click.option(
    "--store",
    type=Checked("DIR|URL", read_setting),
    help="Folder of the store, or http://host:port of a Chroma server.",
)
LLM = click.option(
    "--llm",
    type=Checked("MODEL", read_setting),
    help="Language model: local, local-small, a GGUF file, openai:MODEL or MODEL@URL.",
)
EMBEDDER = click.option(
    "--embedder", type=Checked("MODEL", read_setting), help="Embedder: local, openai:MODEL or MODEL@URL."
)
VERSION = click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=show_version,
    help="Show the version and exit.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Write one line of JSON to stdout and nothing else there.")


NEW = click.option("--new", "only_new", is_flag=True, help="Papers that came since your last look, 'papers --new'.")


def engine_options(command: Command) -> Command:
    """Add the options that stand before or after a command alike."""
    return STORE(LLM(EMBEDDER(command)))


def with_settings(command: Command) -> Command:
    """Add the engine options and hand them over as `settings`, those after the command before those in front of it."""

    @engine_options
    @click.pass_obj
    @functools.wraps(command)
    def configured(obj: dict[str, str | None], /, **values: Any) -> Any:
        from rag.config import Settings

        named = {name: values.pop(name) or obj.get(name) for name in ("store", "llm", "embedder")}
        return command(settings=Settings.load(**named), **values)

    return configured


def with_filters(command: Command) -> Command:
    """Add the filters and hand them over as `restriction`."""

    @click.option("--category", multiple=True, type=WORD, metavar="cs.RO", help="Papers of this category.")
    @click.option("--author", multiple=True, type=WORD, metavar="NAME", help="Papers by authors so named, in part.")
    @click.option("--paper", multiple=True, type=Checked("ID", read_id), help="This paper: an arXiv ID or address.")
    @click.option("--since", type=DAY, help="Digests from this date on, or today.")
    @click.option("--until", type=DAY, help="Digests up to this date, or today: the latest digest.")
    @functools.wraps(command)
    def filtered(**values: Any) -> Any:
        lists = {"categories": values.pop("category"), "authors": values.pop("author"), "papers": values.pop("paper")}
        try:
            restriction = Restriction(**lists, since=values.pop("since") or "", until=values.pop("until") or "")
        except InputError as error:
            raise click.BadParameter(str(error), param_hint="'--since' / '--until'") from error
        return command(restriction=restriction, **values)

    return filtered


def refuse_files(questions: Path, output: Path, *, resume: bool) -> None:
    """Raise UsageError for files that cannot be meant."""
    if output == STDIO:
        if resume:
            raise click.UsageError("Stdout cannot be continued; name a file with -o or leave out --resume.")
    elif questions != STDIO and output.exists() and output.samefile(questions):
        raise click.UsageError("The answers would overwrite the questions; name another file with -o.")
