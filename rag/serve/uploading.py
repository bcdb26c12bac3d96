"""What the chat does with uploaded digests: read, embed, report; others keep asking meanwhile."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from rag.assistant import Assistant
from rag.errors import ArxivRagError, DigestError
from rag.ingest.digest import Digest, DigestWarning, read_digest
from rag.ingest.indexing import IndexReport
from rag.models import Paper
from rag.serve.layout import LARGEST_UPLOAD
from rag.serve.markup import plain, sanitised
from rag.serve.reading import unread
from rag.serve.wording import Wording
from vectorstore import StoreError

MOST_WARNINGS = 100
"""Warnings that a report lists."""
NAME_LENGTH = 80
"""Characters of a file name in a report."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Uploading:
    """The handler of the upload."""

    assistant: Assistant
    """Takes the papers."""
    words: Wording
    """Tells what came of it."""

    def add(self, files: list[str] | None, progress: gr.Progress = gr.Progress()) -> tuple[Any, Any]:  # noqa: B008
        """Put uploaded digests into the store; returns the report, and the upload emptied for the next."""
        paths = [Path(file) for file in files or ()]
        try:
            return self.report(paths, progress), gr.File(value=None)
        except (ArxivRagError, StoreError) as error:
            return told_problem(str(error)), gr.File(value=None)
        except Exception:  # the outermost handler: the page stays usable and the terminal tells
            traceback.print_exc()
            return told_problem(self.words.failure), gr.File(value=None)
        finally:
            for path in paths:
                path.unlink(missing_ok=True)

    def report(self, paths: Sequence[Path], progress: gr.Progress) -> str:
        """Read and index the files; returns the report as safe HTML."""
        words = self.words
        progress(0.0, desc=words.upload_reading)
        digests, problems = self.read(paths)
        papers = [paper for digest in digests for paper in digest.papers]
        warnings = [warning for digest in digests for warning in digest.warnings]
        undated = [digest.source[-NAME_LENGTH:] for digest in digests if digest.papers and digest.date is None]
        pieces = [f'<p class="problem">{plain(problem)}</p>' for problem in problems]
        pieces += [f'<p class="note">{plain(words.upload_undated.format(name=name))}</p>' for name in undated]
        if papers:
            done = self.index(papers, progress)
            skipped = sum(map(unread, digests))
            pieces.insert(0, f'<p class="done">{plain(self.summary(done, skipped))}</p>')
        return sanitised("".join((*pieces, warning_list(warnings, words))))

    def read(self, paths: Iterable[Path]) -> tuple[list[Digest], list[str]]:
        """Return the digests that can be read, and a sentence for each file without papers."""
        digests: list[Digest] = []
        problems: list[str] = []
        for path in paths:
            name = path.name[:NAME_LENGTH]
            try:
                if path.stat().st_size > LARGEST_UPLOAD * 1_000_000:
                    problems.append(self.nothing(name, self.words.upload_large.format(size=LARGEST_UPLOAD)))
                    continue
                digest = read_digest(path)
            except DigestError as error:
                problems.append(self.nothing(name, error.reason))
                continue
            digests.append(digest)
            if not digest.papers:
                problems.append(self.nothing(name, digest.warnings[0].message if digest.warnings else "–"))
        return digests, problems

    def nothing(self, name: str, why: str) -> str:
        """Return the sentence for a file without papers."""
        return self.words.upload_nothing.format(name=name, problem=why.rstrip("."))

    def index(self, papers: Sequence[Paper], progress: gr.Progress) -> IndexReport:
        """Write papers into the store and show how far that is."""
        total = len({paper.arxiv_id for paper in papers})
        done = 0

        def advance(count: int) -> None:
            nonlocal done
            done += count
            progress(done / total, desc=self.words.upload_writing.format(done=done, total=total))

        advance(0)
        return self.assistant.index(papers, advance)

    def summary(self, done: IndexReport, skipped: int) -> str:
        """Return one line about what was written."""
        words = self.words
        papers = words.papers[0] if done.papers == 1 else words.papers[1].format(count=done.papers)
        return words.upload_done.format(
            papers=papers,
            added=len(done.added),
            updated=len(done.updated),
            unchanged=len(done.unchanged),
            skipped=skipped,
            seconds=f"{done.seconds:.1f}",
        )


def told_problem(text: str) -> str:
    """Return why nothing was added."""
    return sanitised(f'<p class="problem">{plain(text)}</p>')


def warning_list(warnings: Sequence[DigestWarning], words: Wording) -> str:
    """Return the warnings of the parser, folded away; empty without any."""
    if not warnings:
        return ""
    title = words.upload_warnings[0] if len(warnings) == 1 else words.upload_warnings[1].format(count=len(warnings))
    lines = "".join(warning_line(one, words) for one in warnings[:MOST_WARNINGS])
    more = f"<li>{plain(words.further.format(count=len(warnings) - MOST_WARNINGS))}</li>"
    return (
        f'<details class="warnings"><summary>{plain(title)}</summary><ul>{lines}'
        f"{more if len(warnings) > MOST_WARNINGS else ''}</ul></details>"
    )


def warning_line(one: DigestWarning, words: Wording) -> str:
    """Return one warning with its place."""
    where = words.upload_line.format(name=one.file[-NAME_LENGTH:], line=one.line)
    told = " ".join(filter(None, (one.arxiv_id, one.message)))
    return f'<li><span class="where">{plain(where)}</span> {plain(told)}</li>'
