"""Exchanges as JSON and back: papers by id alone, since the store has their texts."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from rag.models import Paper
from rag.serve.conversation import Exchange

Find = Callable[[Iterable[str]], Sequence[Paper]]
"""Looks papers up by id; those that are gone are left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Transcript:
    """What is kept of one exchange."""

    exchange: Exchange
    """The exchange without papers."""
    found: tuple[str, ...] = ()
    """Ids of the papers that were retrieved, best first."""
    sources: tuple[str, ...] = ()
    """Names of the files that they were read from, the first paper's first."""


TRANSCRIPT = TypeAdapter(Transcript)


def written(exchange: Exchange) -> str:
    """Return an exchange as JSON."""
    retrieval, answer = exchange.retrieval, exchange.answer
    bare = dataclasses.replace(
        exchange,
        retrieval=retrieval and dataclasses.replace(retrieval, papers=()),
        answer=answer and dataclasses.replace(answer, passages=()),
        further=(),
    )
    found = tuple(paper.arxiv_id for paper in retrieval.papers) if retrieval else ()
    sources = tuple(dict.fromkeys(paper.source for paper in exchange.papers if paper.source))
    return TRANSCRIPT.dump_json(Transcript(exchange=bare, found=found, sources=sources)).decode()


def read(text: str, find: Find) -> Exchange:
    """Return the exchange that `written` wrote, its papers as they are now; one cut off counts as stopped."""
    kept = TRANSCRIPT.validate_json(text)
    exchange, retrieval = kept.exchange, kept.exchange.retrieval
    if retrieval:
        found = dataclasses.replace(retrieval, papers=tuple(find(kept.found)))
        exchange = dataclasses.replace(exchange, retrieval=found)
    return exchange.with_papers(find(exchange.unknown)).stop()
