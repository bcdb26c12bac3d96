"""Bench: seconds and memory of indexing, retrieval and answering on this machine, as JSON-ready figures."""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.assistant import Assistant
from rag.config import Settings
from rag.ingest.digest import read_digest

QUESTIONS = (
    "How does the method reach its best accuracy?",
    "Which dataset is used for training the robot?",
    "这个方法怎样提高精度？",
    "机器人用什么数据训练？",
)
"""Plain questions in both languages; what they find does not matter here."""
ROUNDS = 5
"""Retrievals of each question."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """What was measured; seconds are wall time, memory is the process's peak so far in MiB."""

    papers: int
    index_s: float
    papers_per_s: float
    embedder_share: float
    reindex_s: float
    retrieve_p50_ms: float
    retrieve_p95_ms: float
    cold_answer_s: float
    warm_first_words_s: float | None
    warm_answer_s: float
    memory_after_index_mib: float
    memory_after_retrieval_mib: float
    memory_after_answers_mib: float

    def as_dict(self) -> dict[str, float | int | None]:
        """Return the figures by name, rounded to what the clock is worth."""
        return {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(self).items()}


def peak_mib() -> float:
    """Return the peak resident memory of this process in MiB (Linux counts it in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(digest: Path, settings: Settings) -> Bench:
    """Index `digest` into a store of its own, search it and ask it; raises what the assistant raises."""
    papers = read_digest(digest).papers
    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant.open(settings.model_copy(update={"store": folder})) as assistant,
    ):
        first = assistant.index(papers)
        second = assistant.index(papers)
        indexed = peak_mib()
        for question in QUESTIONS:
            assistant.search(question)
        searches = [assistant.search(question).seconds for question in QUESTIONS for _ in range(ROUNDS)]
        searched = peak_mib()
        started = time.perf_counter()
        assistant.ask(QUESTIONS[0])
        cold = time.perf_counter() - started
        warm = [assistant.ask(question).timings for question in QUESTIONS]
        words = [timing.first_token_s for timing in warm if timing.first_token_s is not None]
        return Bench(
            papers=len(papers),
            index_s=first.seconds,
            papers_per_s=len(papers) / first.seconds,
            embedder_share=first.embed_seconds / first.seconds,
            reindex_s=second.seconds,
            retrieve_p50_ms=statistics.median(searches) * 1000,
            retrieve_p95_ms=statistics.quantiles(searches, n=20)[-1] * 1000,
            cold_answer_s=cold,
            warm_first_words_s=statistics.median(words) if words else None,
            warm_answer_s=statistics.median(timing.total_s for timing in warm),
            memory_after_index_mib=indexed,
            memory_after_retrieval_mib=searched,
            memory_after_answers_mib=peak_mib(),
        )
