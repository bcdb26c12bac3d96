"""Scale: how search, memory, disk and the cost of a day grow with the archive, on real papers.

As many papers are embedded as a budget of seconds allows; the vectors of the others are drawn around those. Texts,
words, filters and everything else are the papers' own. A store grows from size to size; each size is measured in new
processes.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from evals.bench import alone, rounded
from evals.corpora import papers_of
from evals.drawn import Embedded
from evals.errors import RunError
from evals.memory import peak_mib
from evals.stores import INDEXING_CODE, code_hash, stores_folder
from rag.config import Settings, cache_folder
from rag.ingest.indexing import batched
from rag.models import Filters
from rag.text import sentences
from vectorstore.store import Store

DAY = 164
"""Papers of one day's digest."""
BATCH = 100
"""Papers per commit while a store is filled."""
STRIDE = 41
"""Of so many papers one is embedded, so that all of a file's subjects are met early."""
ASKED = 24
"""Papers whose sentences are the English questions."""
DEPTH = 10
"""Of recall against exact search."""
CHINESE = (
    "哪些论文研究大语言模型的推理能力？",
    "有没有用扩散模型生成图像的方法？",
    "机器人抓取如何从演示中学习？",
    "图神经网络怎样用于分子性质预测？",
    "如何减少联邦学习的通信开销？",
    "量子计算中的误差校正有什么进展？",
    "医学图像分割怎样应对标注不足？",
    "强化学习如何保证安全？",
)
"""Chinese questions about subjects that any year of arXiv has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """What was measured of a store of one size; times are wall time, no language model is loaded."""

    papers: int
    """Papers in the store."""
    embedded: int
    """How many real papers' vectors the others' are drawn around."""
    search_p50_ms: float
    """Median of warm searches, question embedding included."""
    search_p95_ms: float
    """Their 95th percentile."""
    first_p95_ms: float
    """95th percentile of searches for questions and papers that were not met before."""
    filtered_p95_ms: float
    """That of warm searches with a filter on the largest category."""
    recall: dict[str, float]
    """Embedding space to the share of the ten truly nearest papers among the ten that Chroma gives."""
    open_s: float
    """Opening the store in a process that has loaded the libraries."""
    memory_mib: float
    """Peak memory after all searches, embedder and libraries included."""
    kb_per_paper: float
    """Size on disk, copies of the indexes included."""
    day_s: float
    """Adding the last 164 papers, embedding aside."""
    again_s: float
    """Giving them once more, nothing changed."""

    def as_dict(self) -> dict[str, object]:
        """Return the figures by name, rounded to what the clock is worth."""
        return {name: rounded(value) for name, value in asdict(self).items()}

    def line(self) -> str:
        """Return the figures as a row of a Markdown table."""
        cells = (
            f"{self.papers:,}",
            f"{self.search_p50_ms:.0f} / {self.search_p95_ms:.0f} ms",
            f"{self.first_p95_ms:.0f} ms",
            f"{self.filtered_p95_ms:.0f} ms",
            f"{min(self.recall.values()):.3f}",
            f"{self.open_s:.2f} s",
            f"{self.memory_mib:.0f} MiB",
            f"{self.kb_per_paper:.0f} kB",
            f"{self.day_s:.1f} s",
            f"{self.again_s:.2f} s",
        )
        return row(cells)


def row(cells: Sequence[str]) -> str:
    """Return a row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


COLUMNS = (
    "papers",
    "search p50 / p95",
    "first time, p95",
    "one category, p95",
    "recall@10",
    "open",
    "memory",
    "disk a paper",
    "add a day",
    "again",
)
HEAD = f"{row(COLUMNS)}\n{row(['---'] * len(COLUMNS))}"


def measure(path: Path, settings: Settings, sizes: Sequence[int], budget: float) -> Iterator[Scale]:
    """Yield the figures of each size, in ascending order; embedding stops after `budget` seconds and goes on next time.

    Raises what reading and indexing raise, RunError when the file holds too few papers.
    """
    held = sum(1 for _ in islice(papers_of(path), max(sizes)))
    if held < max(sizes):
        raise RunError(str(path), f"it holds {held} papers", f"ask for no more, instead of {max(sizes)}")
    real = stores_folder(None) / f"scale-{code_hash(INDEXING_CODE)[:16]}"
    count = alone(embed, path, settings.model_copy(update={"store": str(real)}), budget)
    with tempfile.TemporaryDirectory() as folder:
        grown = settings.model_copy(update={"store": str(Path(folder) / "store")})
        begin = 0
        for size in sorted(sizes):
            eve = max(begin, size - DAY)
            alone(fill, path, (begin, eve), grown, str(real))
            day_s, again_s = alone(fill, path, (eve, size), grown, str(real))
            asked = [*questions(path, size), *CHINESE]
            figures = alone(searched, asked, grown)
            yield Scale(
                papers=size,
                embedded=count,
                day_s=day_s,
                again_s=again_s,
                kb_per_paper=disk_bytes(Path(grown.store)) / 1000 / size,
                recall=alone(recall, asked, grown),
                **figures,
            )
            begin = size


def embed(path: Path, settings: Settings, budget: float) -> int:
    """Embed papers from all over a file into a store until the time is up; return how many it holds."""
    from rag.assistant import Assistant

    deadline = time.monotonic() + budget
    with Assistant.open(settings) as assistant:
        known = set(assistant.store.catalogue.ids())
        fresh = (paper for paper in islice(papers_of(path), 0, None, STRIDE) if paper.arxiv_id not in known)
        while time.monotonic() < deadline and (batch := [*islice(fresh, 8)]):
            assistant.index(batch)
        if not len(assistant.store):
            raise RunError("scale", "the time was too short to embed a single paper", "give a larger --budget")
        return len(assistant.store)


def fill(path: Path, span: tuple[int, int], settings: Settings, real: str) -> tuple[float, float]:
    """Write some of a file's papers with drawn vectors.

    Returns the seconds that writing took, and those of giving a day's papers once more.
    """
    from rag.assistant import Assistant

    with Assistant.open(settings) as assistant:
        source = Store.open(real, assistant.embedder.identity, cache_folder())
        embedded = Embedded.read(source)
        source.close()
        papers = islice(papers_of(path), *span)
        seconds = 0.0
        with assistant.store.writing():
            for batch in batched(papers, BATCH):
                records = [embedded.record(paper) for paper in batch]
                begun = time.perf_counter()
                assistant.store.write(records)
                seconds += time.perf_counter() - begun
        if span[1] - span[0] > DAY:
            return seconds, 0.0
        day = [*islice(papers_of(path), *span)]
        return seconds, assistant.index(day).seconds


def searched(asked: Sequence[str], settings: Settings) -> dict[str, Any]:
    """Return the figures of searching a store."""
    from rag.assistant import Assistant
    from rag.engines.loading import load_embedder

    embedder = load_embedder(settings)
    begun = time.perf_counter()
    store = Store.open(settings.store, embedder.identity, cache_folder())
    opened = time.perf_counter() - begun
    with Assistant(settings, store, embedder) as assistant:
        category = Filters(categories=(store.catalogue.facets("category")[0][0],))
        for question in ("What is known about galaxies?", "星系是怎样形成的？"):
            assistant.search(question)
        first = [assistant.search(question).seconds * 1000 for question in asked]
        plain = [assistant.search(question).seconds * 1000 for question in asked]
        filtered = [assistant.search(question, filters=category).seconds * 1000 for question in asked]
    return {
        "search_p50_ms": statistics.median(plain),
        "search_p95_ms": statistics.quantiles(plain, n=20)[-1],
        "first_p95_ms": statistics.quantiles(first, n=20)[-1],
        "filtered_p95_ms": statistics.quantiles(filtered, n=20)[-1],
        "open_s": opened,
        "memory_mib": peak_mib(),
    }


def recall(asked: Sequence[str], settings: Settings) -> dict[str, float]:
    """Return each space's mean recall of the nearest papers against exact search."""
    from rag.assistant import Assistant

    shares: dict[str, float] = {}
    with Assistant.open(settings) as assistant:
        embedder = assistant.embedder.model
        for space in assistant.store.models:
            ids = assistant.store.catalogue.ids()
            found = assistant.store.catalogue.matrices(space, ids)
            matrix = np.stack([found[identifier][1][0] for identifier in ids]).astype(np.float32)
            met = 0
            for question in asked:
                vector = np.array(embedder.get_query_embedding(question), dtype=np.float32)
                exact = {ids[row] for row in np.argsort(-(matrix @ vector))[:DEPTH]}
                met += len(exact & {hit.id for hit in assistant.store.nearest(space, vector.tolist(), DEPTH)})
            shares[space] = met / (len(asked) * min(DEPTH, len(ids)))
    return shares


def questions(path: Path, size: int) -> list[str]:
    """Return sentences from the middle of some abstracts: as hard for words and vectors as real questions are."""
    told = (sentences(paper.abstract) for paper in islice(papers_of(path), 0, size, max(1, size // ASKED)))
    return [each[len(each) // 2] for each in islice(told, ASKED)]


def disk_bytes(folder: Path) -> int:
    """Return the size of all files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
