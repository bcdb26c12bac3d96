"""Bench: seconds and memory of installing, indexing, retrieving and answering on this machine.

Every part runs in a process of its own, so that a cold start is cold and memory is that of the part alone.
"""

from __future__ import annotations

import importlib
import multiprocessing
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from evals.errors import RunError
from evals.memory import peak_mib
from rag.config import Settings
from rag.models import Answer, Language, Paper, Sentence

ROUNDS = 5
"""Retrievals of each question."""
WORDING: dict[Language, str] = {
    "en": "What does the paper {title!r} propose, and how well does it work?",
    "zh": "论文《{title}》提出了什么方法，效果如何？",
}

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """What was measured; seconds are wall time, memory is the peak of a process in MiB."""

    papers: int
    """Papers of the digest."""
    install_s: float | None = None
    """`make install` in a fresh clone; None where that was not asked for."""
    index_s: float
    """Indexing the digest into an empty store, models loaded."""
    papers_per_s: float
    """The same as a rate."""
    embedder_share: float
    """Share of that time inside the embedder."""
    reindex_s: float
    """Indexing it again, nothing changed."""
    retrieve_p50_ms: float
    """Median of warm retrievals, question embedding included."""
    retrieve_p95_ms: float
    """Their 95th percentile."""
    cold_first_words_s: float | None
    """From the start of a new process to the first words that are released; None where no model ran."""
    cold_answer_s: float
    """From there to the whole answer."""
    warm_first_words_s: dict[str, float | None]
    """Language to the median time to the first words, everything loaded."""
    warm_answer_s: dict[str, float]
    """Language to the median time to the whole answer."""
    memory_mib: dict[str, float]
    """Part to peak memory: `imports` is a process that has only loaded the libraries, the other parts include that."""

    def as_dict(self) -> dict[str, object]:
        """Return the figures by name, rounded to what the clock is worth."""
        return {name: rounded(value) for name, value in asdict(self).items()}

    def table(self) -> str:
        """Return the figures as a Markdown table."""
        lines = [("what", "measured"), ("---", "---")]
        if self.install_s is not None:
            lines.append(("install, weights included", f"{self.install_s:.0f} s"))
        share = f"{self.embedder_share:.0%} inside the embedder"
        lines += [
            (f"index {self.papers} papers", f"{self.index_s:.1f} s, {self.papers_per_s:.1f} papers/s, {share}"),
            ("index them again, nothing changed", f"{self.reindex_s:.2f} s"),
            ("retrieval, warm", f"{self.retrieve_p50_ms:.0f} ms (p95 {self.retrieve_p95_ms:.0f} ms)"),
            ("new process to first words, whole answer", spans(self.cold_first_words_s, self.cold_answer_s)),
        ]
        for language, seconds in self.warm_answer_s.items():
            told = spans(self.warm_first_words_s[language], seconds)
            lines.append((f"first words, whole answer, warm, {language}", told))
        lines += [(f"peak memory: {part}", f"{mib:.0f} MiB") for part, mib in self.memory_mib.items()]
        return "\n".join(f"| {what} | {measured} |" for what, measured in lines)


def spans(first: float | None, whole: float) -> str:
    """Return two durations as text."""
    return f"{'no model ran' if first is None else f'{first:.1f} s'}, {whole:.1f} s"


def rounded(value: object) -> object:
    """Return a figure, or figures by name or in a row, with three decimals."""
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [rounded(each) for each in value]
    return round(value, 3) if isinstance(value, float) else value


def measure(digest: Path, settings: Settings, *, install: bool = False, asked: int = 3) -> Bench:
    """Measure with a store of its own, asking about `asked` papers in each language.

    Raises what the assistant raises, RunError when a part of it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        settings = settings.model_copy(update={"store": str(Path(folder) / "store")})
        figures, memory, models = alone(indexing, digest, settings)
        figures |= alone(cold, settings, time.time())
        warmed, used = alone(warm, settings, asked)
        parts: dict[str, Callable[[Settings], object]] = {
            "imports": str,
            "embedder": load_the_embedder,
            "store": partial(load_the_store, models=models),
            "language model": load_the_model,
        }
        # memory is each process's own, so that two at a time measure the same
        with ThreadPoolExecutor(max_workers=2) as pool:
            peaks = dict(
                zip(parts, pool.map(lambda part: alone(memory_of, part, settings), parts.values()), strict=True)
            )
    installed = install_seconds() if install else None
    everything = {"indexing": memory, "everything, after answering": used}
    return Bench(**figures, **warmed, memory_mib=peaks | everything, install_s=installed)


def alone(part: Callable[..., Result], *arguments: object) -> Result:
    """Return what a function returns in a new process; raises what it raises, RunError when the process dies."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        try:
            return pool.submit(part, *arguments).result()
        except BrokenProcessPool as error:
            raise RunError("bench", "a process that was measured died", "see that there is memory for it") from error


def indexing(digest: Path, settings: Settings) -> tuple[dict[str, Any], float, dict[str, str]]:
    """Index a digest twice; return figures, peak memory and the models' names by space."""
    from rag.assistant import Assistant
    from rag.ingest.digest import read_digest

    papers = read_digest(digest).papers
    with Assistant.open(settings) as assistant:
        assistant.embedder.model.get_query_embedding("warm")
        first, second = assistant.index(papers), assistant.index(papers)
        figures = {
            "papers": first.papers,
            "index_s": first.seconds,
            "papers_per_s": first.papers / first.seconds,
            "embedder_share": first.embed_seconds / first.seconds,
            "reindex_s": second.seconds,
        }
        return figures, peak_mib(), assistant.embedder.identity


def cold(settings: Settings, started: float) -> dict[str, float | None]:
    """Answer one question in this new process; times count from `started`, on the clock of `time.time`."""
    from rag.assistant import Assistant

    with Assistant.open(settings) as assistant:
        question = questions(assistant.papers(), "en", 1)[0]
        first = None
        for event in assistant.stream(question):
            now = time.time() - started
            if isinstance(event, Sentence) and first is None:
                first = now
            if isinstance(event, Answer) and not event.usage.llm_calls:
                first = None
        return {"cold_first_words_s": first, "cold_answer_s": now}


def warm(settings: Settings, count: int) -> tuple[dict[str, Any], float]:
    """Retrieve and answer with everything loaded; return figures and peak memory."""
    from rag.assistant import Assistant

    with Assistant.open(settings) as assistant:
        papers = assistant.papers()
        asked: dict[Language, list[str]] = {language: questions(papers, language, count) for language in WORDING}
        every = [question for told in asked.values() for question in told]
        for question in every:
            assistant.search(question)
        searches = [assistant.search(question).seconds * 1000 for question in every for _ in range(ROUNDS)]
        # a question that is not measured, so that the model is loaded
        assistant.ask(WORDING["en"].format(title=papers[-1].title))
        timings = {language: [assistant.ask(question).timings for question in told] for language, told in asked.items()}
    firsts = {
        key: [each.first_token_s for each in told if each.first_token_s is not None] for key, told in timings.items()
    }
    figures = {
        "retrieve_p50_ms": statistics.median(searches),
        "retrieve_p95_ms": statistics.quantiles(searches, n=20)[-1],
        "warm_first_words_s": {key: statistics.median(told) if told else None for key, told in firsts.items()},
        "warm_answer_s": {key: statistics.median(each.total_s for each in told) for key, told in timings.items()},
    }
    return figures, peak_mib()


def questions(papers: Sequence[Paper], language: Language, count: int) -> list[str]:
    """Return questions about `count` papers from all over a digest."""
    step = max(1, len(papers) // count)
    shift = list(WORDING).index(language)
    return [WORDING[language].format(title=paper.title) for paper in papers[shift::step][:count]]


def memory_of(part: Callable[[Settings], object], settings: Settings) -> float:
    """Return the peak memory of this process once it has loaded the libraries and one part, in MiB."""
    importlib.import_module("rag.assistant")
    kept = part(settings)
    peak = peak_mib()
    del kept
    return peak


def load_the_embedder(settings: Settings) -> object:
    """Load the embedder and embed something."""
    from rag.engines.loading import load_embedder

    embedder = load_embedder(settings)
    embedder.model.get_text_embedding("A sentence as long as sentences of abstracts mostly are. " * 5)
    return embedder


def load_the_store(settings: Settings, models: dict[str, str]) -> object:
    """Open the store and read all of its vectors."""
    from rag.config import cache_folder
    from vectorstore.store import Store

    store = Store.open(settings.store, models, cache_folder())
    stored = [*store.catalogue.all()]
    return store, [store.vectors(space, stored) for space in store.models]


def load_the_model(settings: Settings) -> object:
    """Load the language model and let it write."""
    from rag.engines.loading import load_language_model

    model = load_language_model(settings)
    list(model.complete("You are terse.", "word " * 200, max_tokens=16).deltas)
    return model


def install_seconds() -> float:
    """Return how long `make install` takes in a fresh clone of this checkout; raises RunError when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        started = 0.0
        for command in (["git", "clone", "--quiet", ".", str(clone)], ["make", "install"]):
            started = time.perf_counter()
            where = clone if clone.is_dir() else Path()
            done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)  # noqa: S603 (fixed)
            if done.returncode:
                last = (done.stderr.strip().splitlines() or ["nothing was said"])[-1]
                raise RunError(" ".join(command), f"it ended with status {done.returncode} ({last})", "run it by hand")
        return time.perf_counter() - started
