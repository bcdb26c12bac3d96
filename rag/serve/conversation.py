"""What one reader asked and what came back so far: frozen, no I/O."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

from rag.models import Answer, Filters, Paper, Retrieval, Sentence, Turn

REMEMBERED = 8
"""Earlier exchanges that a follow-up is read against."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One question and its answer, as far as it has come."""

    question: str
    """As asked."""
    filters: Filters = Filters()
    """What the reader restricted it to."""
    retrieval: Retrieval | None = None
    """The papers found."""
    sentences: tuple[Sentence, ...] = ()
    """The sentences released so far."""
    answer: Answer | None = None
    """The complete answer."""
    further: tuple[Paper, ...] = ()
    """Cited papers that the retrieval did not name."""
    problem: str = ""
    """Why there is no answer, in one sentence."""
    stopped: bool = False
    """Whether the reader stopped it."""
    ahead: int = 0
    """How many questions will be answered before this one."""

    @property
    def running(self) -> bool:
        """Whether more is to come."""
        return not (self.answer or self.problem or self.stopped)

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The papers known to this exchange: as retrieved, then others that are cited."""
        return (*(self.retrieval.papers if self.retrieval else ()), *self.further)

    @property
    def cited(self) -> tuple[str, ...]:
        """Papers cited so far, in order of mention."""
        return tuple(dict.fromkeys(citation.arxiv_id for sentence in self.sentences for citation in sentence.citations))

    @property
    def unknown(self) -> tuple[str, ...]:
        """Cited ids whose paper is not here yet."""
        known = {paper.arxiv_id for paper in self.papers}
        return tuple(identifier for identifier in self.cited if identifier not in known)

    def with_event(self, event: Retrieval | Sentence | Answer) -> Exchange:
        """Return the exchange after one more event of `Assistant.stream`."""
        if isinstance(event, Retrieval):
            return dataclasses.replace(self, retrieval=event)
        if isinstance(event, Sentence):
            return dataclasses.replace(self, sentences=(*self.sentences, event))
        return dataclasses.replace(self, sentences=event.sentences, answer=event)

    def with_papers(self, papers: Iterable[Paper]) -> Exchange:
        """Return the exchange with papers that were looked up for it."""
        return dataclasses.replace(self, further=(*self.further, *papers))

    def queued(self, ahead: int) -> Exchange:
        """Return the exchange with its place in the line."""
        return dataclasses.replace(self, ahead=ahead)

    def failed(self, problem: str) -> Exchange:
        """Return the exchange ended by a problem, told in one sentence."""
        return dataclasses.replace(self, problem=problem)

    def stop(self) -> Exchange:
        """Return the exchange ended by the reader; one that has ended stays as it is."""
        return dataclasses.replace(self, stopped=True) if self.running else self


Conversation = tuple[Exchange, ...]
"""The exchanges of one session, earliest first."""


def history(conversation: Conversation) -> list[Turn]:
    """Return what a next question is read against: the answered exchanges, the most recent ones."""
    return [Turn.of(exchange.answer) for exchange in conversation if exchange.answer][-REMEMBERED:]
