"""Papers into the store: what is new is embedded and written, what is known is left alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Literal, TypeVar

from llama_index.core.schema import MetadataMode, TextNode

from rag.engines.embedders import TokenEmbedding
from rag.engines.late import Words
from rag.engines.loading import SPACE, Embedder
from rag.ingest.chunks import is_detail, paper_nodes, paper_record
from rag.ingest.editions import Editions, combined, from_data, joined, merged, to_data
from rag.models import Paper
from vectorstore import Record
from vectorstore.records import Stored, record_of
from vectorstore.store import Store

BATCH = 16
"""Papers per commit: what a kill can cost, and what the progress bar moves by."""
PORTION = 4096
"""Papers in memory at once, so that an archive of any size can be read."""

Progress = Callable[[int], None]
Value = TypeVar("Value")
Verdict = Literal["added", "updated", "unchanged"]
VERDICTS: tuple[Verdict, ...] = ("added", "updated", "unchanged")


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
    """Wall time inside the embedder."""


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
    papers: Iterable[Paper], store: Store, embedder: Embedder, progress: Progress = lambda done: None
) -> IndexReport:
    """Write papers into the store and say what was done; a second run with the same papers changes nothing.

    Of an iterator no more than a portion is read ahead. `progress` is called with the number of papers finished since
    the last call. Raises StoreError when another process writes, and what the embedder raises; what was committed
    before stays.
    """
    started = time.perf_counter()
    watch = Stopwatch()
    done: dict[str, Verdict] = {}
    with store.writing():
        for portion in batched(papers, PORTION):
            given = merged(portion)
            for batch in batched(given, BATCH):
                known = store.get(batch)
                records: list[Record] = []
                for identifier in batch:
                    record, verdict = judged(given[identifier], known.get(identifier))
                    if verdict != "unchanged":
                        records.append(record)
                    # a paper of several portions counts by what was most
                    done[identifier] = min(verdict, done.get(identifier, verdict), key=VERDICTS.index)
                store.write(embedded(records, known, embedder, watch))
                progress(len(batch))
    return IndexReport(
        papers=len(done),
        added=tuple(identifier for identifier, verdict in done.items() if verdict == "added"),
        updated=tuple(identifier for identifier, verdict in done.items() if verdict == "updated"),
        unchanged=tuple(identifier for identifier, verdict in done.items() if verdict == "unchanged"),
        seconds=time.perf_counter() - started,
        embed_seconds=watch.seconds,
    )


def judged(given: Editions, stored: Stored | None) -> tuple[Record, Verdict]:
    """Return a paper's record with the given editions, and what they change."""
    before = from_data(stored.data) if stored else {}
    after = combined(before, given)
    record = drafted(after)
    if stored is None:
        return record, "added"
    # other nodes of the same text: it was cut by another version of the program
    return record, "unchanged" if after == before and same_nodes(record, stored) else "updated"


def drafted(editions: Editions) -> Record:
    """Return the record of a paper, its nodes without embeddings."""
    paper = joined(editions)
    return paper_record(paper, paper_nodes(paper), to_data(editions))


def same_nodes(record: Record, stored: Stored) -> bool:
    """Return whether a record's nodes are those that the store has."""
    return {space: list(nodes) for space, nodes in record.node_ids.items()} == stored.nodes


def embedded(
    records: Sequence[Record], known: Mapping[str, Stored], embedder: Embedder, watch: Stopwatch
) -> list[Record]:
    """Return the records with the embeddings of the nodes that the store does not have, and with their words."""
    present = {node for stored in known.values() for node in stored.nodes.get(SPACE, ())}
    fresh = [node for record in records for node in record.all_nodes(SPACE) if node.node_id not in present]
    words: dict[str, Words] = {}
    with watch:
        if isinstance(embedder.model, TokenEmbedding):
            whole = [node for node in fresh if not is_detail(node)]
            fresh = [node for node in fresh if is_detail(node)]
            for node, reading in zip(whole, embedder.model.readings(contents(whole)), strict=True):
                node.embedding = reading.vector.tolist()
                words[record_of(node.node_id)] = reading.words
        for node, vector in zip(fresh, embedder.model.get_text_embedding_batch(contents(fresh)), strict=True):
            node.embedding = vector
    return [replace(record, words=words.get(record.id)) for record in records]


def contents(nodes: Sequence[TextNode]) -> list[str]:
    """Return what is embedded of some nodes."""
    return [node.get_content(MetadataMode.EMBED) for node in nodes]


def batched(values: Iterable[Value], size: int) -> Iterator[list[Value]]:
    """Yield the values in lists of at most `size`."""
    iterator = iter(values)
    while batch := list(islice(iterator, size)):
        yield batch
