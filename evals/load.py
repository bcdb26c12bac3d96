"""Load: the chat as a process, opened in a browser and asked by several readers at once, again and again."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from evals.bench import questions, rounded
from evals.errors import RunError
from evals.memory import resident_mib
from evals.pages import chromium, openings, showings
from evals.readers import Reader, Visit
from rag.config import Settings
from rag.ingest.digest import read_digest
from rag.models import Paper

APART = 0.1
"""Seconds between two readers' questions, so that it is known who asked first."""
WARM_UP = ("What is new about language models?", "大语言模型有什么新进展？")
SHOWN = 6
"""Questions that one reader alone pastes into a browser, and types there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What was measured; seconds are wall time as a reader sees it, memory is the server's, in MiB."""

    listening_s: float
    """From starting the process to its word that it listens."""
    opened_s: tuple[float, ...]
    """From opening the page until a question can be typed: at once when it listens, later; empty without a browser."""
    shown_s: float | None
    """Median from Enter until papers are shown in the browser, one reader alone; None without a browser."""
    pasted_s: float | None
    """Likewise until the first sentence is, of questions put into the box at once."""
    typed_s: float | None
    """Likewise of questions typed letter by letter, so that the model could read ahead."""
    readers: int
    """How many asked at once."""
    visits: int
    """Questions asked in all."""
    problems: tuple[str, ...]
    """Why questions had no answer."""
    papers_p50_s: float
    """Median time to the papers, all asking at once."""
    papers_p95_s: float
    """Its 95th percentile."""
    words_p50_s: float
    """Median time to the first sentence, waiting in line included."""
    total_p50_s: float
    """Median time to the whole answer, waiting in line included."""
    longest_s: float
    """The longest of those."""
    overtaken: float
    """Share of pairs of one round in which who asked later had the first words before."""
    memory_mib: tuple[float, ...]
    """Memory after the first round, then after each quarter of the others; empty where it cannot be read."""

    def as_dict(self) -> dict[str, object]:
        """Return the figures by name."""
        return {name: rounded(value) for name, value in asdict(self).items()}

    def table(self) -> str:
        """Return the figures as a Markdown table."""
        opened = ", ".join(f"{each:.1f} s" for each in self.opened_s) or "no browser"
        memory = ", ".join(f"{each:.0f}" for each in self.memory_mib)
        alone = ", ".join("no browser" if each is None else f"{each:.1f} s" for each in (self.pasted_s, self.typed_s))
        lines = [
            ("what", "measured"),
            ("---", "---"),
            ("process to listening", f"{self.listening_s:.1f} s"),
            ("page ready for a question: first visit, later ones", opened),
            ("papers shown after Enter, alone", "no browser" if self.shown_s is None else f"{self.shown_s:.2f} s"),
            ("first words after Enter, alone: pasted, typed", alone),
            (f"questions, {self.readers} readers at once", f"{self.visits}, {len(self.problems)} without an answer"),
            ("papers shown, all asking at once", f"{self.papers_p50_s:.2f} s (p95 {self.papers_p95_s:.2f} s)"),
            ("first words, whole answer, in line included", f"{self.words_p50_s:.1f} s, {self.total_p50_s:.1f} s"),
            ("longest wait for an answer", f"{self.longest_s:.1f} s"),
            ("pairs answered out of turn", f"{self.overtaken:.1%}"),
            ("server's memory, first round to last, MiB", memory or "not told by this system"),
        ]
        return "\n".join(f"| {what} | {measured} |" for what, measured in lines)


def measure(digest: Path, settings: Settings, *, readers: int = 10, rounds: int = 20) -> Load:
    """Serve a digest from a store of its own and let `readers` ask `rounds` questions each, one right after another.

    Raises what indexing raises, RunError when the chat does not start or ends early.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        papers = stocked(digest, settings.model_copy(update={"store": str(store)}))
        # a browser takes its time to start, which is not the page's
        with chromium() as browser, serving(store, settings, Path(folder)) as (address, process, listening_s):
            opened = tuple(openings(browser, address)) if browser else ()
            asked = asking(papers, readers, rounds)
            visits: list[list[Visit]] = []
            memory: list[float] = []
            with ExitStack() as opened_readers, ThreadPoolExecutor(max_workers=readers) as pool:
                visitors = [opened_readers.enter_context(closing(Reader(address=address))) for _ in range(readers)]
                for question in WARM_UP:
                    visitors[0].ask(question)
                # pairs of both languages by turns, so that both ways to ask have as many of each
                pairs = [question for told in asked for question in told][: 2 * SHOWN]
                pasted, typed = (
                    list(showings(browser, address, told, typed=way)) if browser else []
                    for way, told in ((False, by_twos(pairs, 0)), (True, by_twos(pairs, 1)))
                )
                for told in tqdm(asked, unit="round", file=sys.stderr):
                    visits.append(list(pool.map(ask_in_turn, visitors, told, range(readers))))
                    memory += [each for each in [resident_mib(process.pid)] if each is not None]
            if process.poll() is not None:
                raise RunError("the chat", "it ended while it was asked", "see what it printed")
    return Load(
        listening_s=listening_s,
        opened_s=opened,
        shown_s=median([each.papers_s for each in pasted]),
        pasted_s=median([each.words_s for each in pasted]),
        typed_s=median([each.words_s for each in typed]),
        memory_mib=quarters(memory),
        **summary(visits),
    )


def by_twos(questions_: Sequence[str], start: int) -> list[str]:
    """Return every other pair of questions, from the first pair on or from the second."""
    return [question for place, question in enumerate(questions_) if place // 2 % 2 == start]


def median(seconds: Sequence[float]) -> float | None:
    """Return the median; None of nothing."""
    return statistics.median(seconds) if seconds else None


def quarters(memory: Sequence[float]) -> tuple[float, ...]:
    """Return the first of a series, then what it is after each quarter of the rest."""
    return tuple(memory[round(part * (len(memory) - 1) / 4)] for part in range(5)) if memory else ()


def summary(rounds: Sequence[Sequence[Visit]]) -> dict[str, Any]:
    """Return the figures of all visits; raises RunError where nothing was answered."""
    visits = [visit for each in rounds for visit in each]
    papers = [visit.papers_s for visit in visits if visit.papers_s is not None]
    words = [visit.words_s for visit in visits if visit.words_s is not None]
    if len(papers) < 2 or not words:
        raise RunError("load", f"nothing was answered ({visits[0].problem})", "see what the chat printed")
    return {
        "readers": len(rounds[0]),
        "visits": len(visits),
        "problems": tuple(visit.problem for visit in visits if visit.problem),
        "papers_p50_s": statistics.median(papers),
        "papers_p95_s": statistics.quantiles(papers, n=20)[-1],
        "words_p50_s": statistics.median(words),
        "total_p50_s": statistics.median(visit.total_s for visit in visits),
        "longest_s": max(visit.total_s for visit in visits),
        "overtaken": overtaken(rounds),
    }


def overtaken(rounds: Sequence[Sequence[Visit]]) -> float:
    """Return the share of pairs of a round in which a reader had the first words before one who had asked first.

    Two questions are worked on at once, so that of two neighbours either may be the first.
    """
    wrong = pairs = 0
    for visits in rounds:
        told = sorted((visit.sent, visit.sent + visit.words_s) for visit in visits if visit.words_s is not None)
        for place, (_, words) in enumerate(told):
            pairs += len(told) - place - 1
            wrong += sum(later < words for _, later in told[place + 1 :])
    return wrong / pairs if pairs else 0.0


def ask_in_turn(reader: Reader, question: str, place: int) -> Visit:
    """Let a reader ask a moment after those before."""
    time.sleep(APART * place)
    return reader.ask(question)


def stocked(digest: Path, settings: Settings) -> tuple[Paper, ...]:
    """Index a digest; return its papers."""
    from rag.assistant import Assistant

    papers = read_digest(digest).papers
    with Assistant.open(settings) as assistant:
        assistant.index(papers)
    return papers


def asking(papers: Sequence[Paper], readers: int, rounds: int) -> list[list[str]]:
    """Return what each reader asks in each round: half English, half Chinese, about papers from all over the digest."""
    needed = readers * rounds
    english, chinese = (questions(papers, language, min(needed, len(papers))) for language in ("en", "zh"))
    mixed = [question for pair in zip(english, chinese, strict=False) for question in pair]
    return [[mixed[(number * readers + place) % len(mixed)] for place in range(readers)] for number in range(rounds)]


@contextmanager
def serving(store: Path, settings: Settings, folder: Path) -> Iterator[tuple[str, subprocess.Popen[str], float]]:
    """Run the chat; yield its address, its process and the seconds until it listened; raises RunError if it does not.

    Conversations are kept in `folder`, not among the user's.
    """
    command = [sys.executable, "-m", "rag.serve.cli", "chat", "--store", str(store), "--llm", settings.llm]
    command += ["--embedder", settings.embedder, "--port", "18900"]
    environment = {**os.environ, "XDG_DATA_HOME": str(folder)}
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603 (fixed)
        try:
            said = process.stdout.readline() if process.stdout else ""
            if not said.startswith("Chat at "):
                raise RunError("the chat", f"it did not start ({said.strip() or 'it said nothing'})", "run it by hand")
            yield said.split()[-1], process, time.perf_counter() - started
        finally:
            process.send_signal(signal.SIGINT)
