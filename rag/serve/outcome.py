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
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message())
        return DONE
    except click.UsageError as error:
        return failed(usage_sentence(error), WRONG_CALL)
    except ConfigError as error:
        return failed(str(error), WRONG_CALL)
    except (ArxivRagError, StoreError) as error:
        return failed(str(error), FAILED)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        return reader_gone()
    except OSError as error:
        place = f"{str(error.filename)!r}: " if error.filename else ""
        return failed(f"{place}{error.strerror or error}; check the place and try again.", FAILED)
    except Exception as error:  # outermost: a fault of the program's own is reported, not dumped on the user
        return failed(fault_sentence(error), FAILED)
    return code if isinstance(code, int) else DONE


def speak_utf8() -> None:
    """Write UTF-8 whatever the locale says; what it cannot hold becomes a question mark."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")


def failed(sentence: str, code: int) -> int:
    """Say why the call failed and return its exit code."""
    say(one_line(sentence), error=True)
    return code


def usage_sentence(error: click.UsageError) -> str:
    """Return what is wrong with a call and where help stands, in one sentence."""
    message = one_line(error.format_message())
    if message.endswith("?") or ";" in message:
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
