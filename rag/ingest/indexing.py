"""Papers into the store: what is new is embedded and written, what is known is left alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from llama_index.core.schema import MetadataMode, TextNode

from rag.engines.loading import Embedders
from rag.ingest.chunks import paper_nodes, paper_record
from rag.models import TEXT_FIELDS, Paper
from vectorstore import Record
from vectorstore.store import Store

BATCH = 16
"""Papers per commit: what a kill can cost, and what the progress bar moves by."""

Progress = Callable[[int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexReport:
    """What indexing did."""

    papers: int = 0
    """Distinct papers given."""
    added: tuple[str, ...] = ()
    """Ids that the store did not know."""
    updated: tuple[str, ...] = ()
    """Ids whose text changed, or that were seen on a further day."""
    unchanged: tuple[str, ...] = ()
    """Ids that the store holds just so."""
    seconds: float = 0.0
    """Wall time."""
    embed_seconds: float = 0.0
    """Wall time inside the embedders."""


@dataclass(slots=True)
class Stopwatch:
    """Seconds added up over several stretches."""

    seconds: float = 0.0
    starts: list[float] = field(default_factory=list)

    def __enter__(self) -> Stopwatch:
        self.starts.append(time.perf_counter())
        return self

    def __exit__(self, *exception: object) -> None:
        self.seconds += time.perf_counter() - self.starts.pop()


def index_papers(
    papers: Iterable[Paper], store: Store, embedders: Embedders, progress: Progress = lambda done: None
) -> IndexReport:
    """Write papers into the store and say what was done; a second run with the same papers changes nothing.

    `progress` is called with the number of papers finished since the last call. Raises StoreError when another
    process writes, and what the embedders raise; what was committed before stays.
    """
    started = time.perf_counter()
    embedding = Stopwatch()
    given = merged(papers)
    added: list[str] = []
    updated: list[str] = []
    unchanged: list[str] = []
    with store.writing():
        for batch in batched(given, BATCH):
            known = {key: Paper.from_dict(stored.data) for key, stored in store.get([paper.arxiv_id for paper in batch]).items()}
            todo: list[Paper] = []
            for paper in batch:
                before = known.get(paper.arxiv_id)
                after = joined(before, paper)
                if after == before:
                    unchanged.append(paper.arxiv_id)
                    continue
                (added if before is None else updated).append(paper.arxiv_id)
                todo.append(after)
            store.write([*embedded(todo, embedders, embedding)])
            progress(len(batch))
    return IndexReport(
        papers=len(given),
        added=tuple(added),
        updated=tuple(updated),
        unchanged=tuple(unchanged),
        seconds=time.perf_counter() - started,
        embed_seconds=embedding.seconds,
    )


def merged(papers: Iterable[Paper]) -> list[Paper]:
    """Return each paper once, joined over the digests that hold it."""
    by_id: dict[str, Paper] = {}
    for paper in papers:
        by_id[paper.arxiv_id] = joined(by_id.get(paper.arxiv_id), paper)
    return list(by_id.values())


def joined(before: Paper | None, paper: Paper) -> Paper:
    """Return one paper from what is known and what is read now: the latest day's text, all days, nothing lost.

    A field that the later digest lacks is kept from the earlier one. The same digests in any order give the same text.
    """
    days = {paper.date} if paper.date else set()
    if before is None:
        return replace(paper, seen=tuple(sorted(days | set(paper.seen))))
    seen = tuple(sorted({*before.seen, *days, *paper.seen}))
    if (paper.date and before.date and paper.date < before.date) or (before.date and not paper.date):
        paper, before = before, paper
    if paper.content_hash == before.content_hash and paper.date == before.date:
        return replace(before, seen=seen, source=before.source or paper.source)
    filled = {name: getattr(before, name) for name in TEXT_FIELDS if not getattr(paper, name) and getattr(before, name)}
    missing = tuple(name for name in paper.missing if name not in filled)
    return replace(paper, seen=seen, missing=missing, **filled)


def embedded(papers: Sequence[Paper], embedders: Embedders, watch: Stopwatch) -> Iterator[Record]:
    """Yield the papers' records with embedded nodes; one pass of each embedder over all of them."""
    nodes = [paper_nodes(paper) for paper in papers]
    for space, embedder in (("english", embedders.english), ("multilingual", embedders.multilingual)):
        members: list[TextNode] = [node for paper in nodes for node in paper[space]]
        with watch:
            vectors = embedder.get_text_embedding_batch([node.get_content(MetadataMode.EMBED) for node in members])
        for node, vector in zip(members, vectors, strict=True):
            node.embedding = vector
    for paper, spaces in zip(papers, nodes, strict=True):
        yield paper_record(paper, spaces)


def batched(papers: Sequence[Paper], size: int) -> Iterator[list[Paper]]:
    """Yield the papers in lists of at most `size`."""
    iterator = iter(papers)
    while batch := list(islice(iterator, size)):
        yield batch
