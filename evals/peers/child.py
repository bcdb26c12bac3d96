"""A child process that is asked and answers, one JSON object a line."""

from __future__ import annotations

import json
import subprocess
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from typing import IO, Any

from evals.errors import RunError

GRACE = 10.0
"""Seconds that a child may take to end after its input has."""
REMEDY = "the run goes on, and the same command asks the question again"


class Child:
    """A running child; it ends with this object, or with this process, whichever goes first."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        """What errors call it."""
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 (closed by `end`)
        self._process = subprocess.Popen(  # noqa: S603 (a fixed script)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment,
            encoding="utf-8",
        )
        self.close = weakref.finalize(self, end, self._process, self._log)
        """Ends the child; a second call does nothing."""

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self.close.alive and self._process.poll() is None

    def ask(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Send one object and return the answer; raises RunError where the child ends, or tells of an error."""
        if self._process.stdin is None or self._process.stdout is None:
            raise TypeError("the child was started without pipes")
        try:
            self._process.stdin.write(json.dumps(told, ensure_ascii=False) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line.endswith("\n"):
            raise RunError(self.name, f"its process ended ({self.last_words()})", REMEDY)
        answer = json.loads(line)
        if "error" in answer:
            raise RunError(self.name, answer["error"].rstrip("."), REMEDY)
        return dict(answer)

    def last_words(self) -> str:
        """Return the last line that it wrote to its standard error, after its end."""
        self._process.wait()
        self._log.seek(0)
        lines = [line.strip() for line in self._log if line.strip()]
        return lines[-1][:300] if lines else f"exit code {self._process.returncode}, no message"


def end(process: subprocess.Popen[str], log: IO[str]) -> None:
    """End a child: its input ends, and after a while it is killed."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except BrokenPipeError:  # what was still to be written, to a child that has gone
                continue
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    log.close()
