"""How a call ends: an exit code and, where it failed, one sentence on stderr; never a traceback."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from rag.errors import ArxivRagError, ConfigError
from rag.serve.console import one_line, say
from vectorstore.errors import StoreError

DONE, FAILED, WRONG_CALL, INTERRUPTED = 0, 1, 2, 130


def exit_code(program: click.Command, arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; whatever goes wrong is said in one sentence."""
    speak_utf8()
    try:
        with program.make_context("arxiv-rag", list(arguments)) as context:
            code = program.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except BrokenPipeError:
        return reader_gone()
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except Exception as error:  # outermost: nothing that goes wrong is dumped on the user
        code, told = verdict(error)
        say(told, error=code != DONE)
    return code if isinstance(code, int) else DONE


def verdict(error: Exception) -> tuple[int, str]:
    """Return the exit code of what went wrong, and the sentence for the user."""
    match error:
        case click.exceptions.NoArgsIsHelpError():
            return DONE, error.format_message()
        case click.UsageError():
            code, sentence = WRONG_CALL, usage_sentence(error)
        case ConfigError():
            code, sentence = WRONG_CALL, str(error)
        case ArxivRagError() | StoreError():
            code, sentence = FAILED, str(error)
        case OSError():
            place = f"{str(error.filename)!r}: " if error.filename else ""
            code, sentence = FAILED, f"{place}{error.strerror or error}; check the place and try again."
        case _:
            code, sentence = FAILED, fault_sentence(error)
    return code, one_line(sentence)


def speak_utf8() -> None:
    """Write UTF-8 whatever the locale says; what it cannot hold becomes a question mark."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")


def usage_sentence(error: click.UsageError) -> str:
    """Return what is wrong with a call and where help stands, in one sentence."""
    message = one_line(error.format_message())
    if message.endswith(("?", "?)")) or ";" in message:
        return message
    command = error.ctx.command_path if error.ctx else "arxiv-rag"
    return f"{message.rstrip('.')}; see '{command} --help'."


def reader_gone() -> int:
    """Let the process end quietly when nobody reads its output any more."""
    # the interpreter flushes stdout once more at its end
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


def fault_sentence(error: Exception) -> str:
    """Write the traceback to a file for the report, and return the sentence that names it."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", errors="replace", prefix="arxiv-rag-fault-", suffix=".txt", delete=False
    ) as file:
        file.writelines(traceback.format_exception(error))
    return f"An unexpected fault ({type(error).__name__}): please report it with the file {str(Path(file.name))!r}."
