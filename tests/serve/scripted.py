"""Assistants over a real store whose answers are written here instead of by a language model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from rag.assistant import Assistant, Event
from rag.errors import ModelUnavailableError
from rag.models import Answer, Citation, Filters, Sentence, Timings, Turn, Usage


class ScriptedAssistant(Assistant):
    """Answers with the title of the paper found first, and remembers what it was asked."""

    asked: list[tuple[str, Filters, tuple[Turn, ...]]]

    @cached_property
    def anticipated(self) -> list[tuple[str, Filters, tuple[Turn, ...]]]:
        """What it was to read ahead for."""
        return []

    def anticipate(
        self,
        question: str,
        wanted: Callable[[], bool],
        *,
        filters: Filters = Filters(),
        history: Sequence[Turn] = (),
    ) -> None:
        """Remember the question; one with a bomb in it fails."""
        if "bomb" in question:
            raise ModelUnavailableError("scripted", "it blew up", "ask something else")
        if "bug" in question:
            raise ZeroDivisionError("not foreseen")
        self.anticipated.append((question, filters, tuple(history)))

    def stream(self, question: str, *, filters: Filters = Filters(), history: Sequence[Turn] = ()) -> Iterator[Event]:
        """Yield a retrieval, two sentences and the answer; a question with a bomb in it fails after the first."""
        self.__dict__.setdefault("asked", []).append((question, filters, tuple(history)))
        retrieval = self.search(question, filters=filters)
        yield retrieval
        paper = retrieval.papers[0]
        sentences = []
        for number, text in enumerate((f"It is called\x1b[31m {paper.title} [{paper.arxiv_id}].", "That is all.")):
            citation = Citation(
                arxiv_id=paper.arxiv_id,
                title=paper.title,
                url=paper.url,
                sentence=number,
                field="title",
                quote=paper.title,
                support="supported",
                score=1.0,
            )
            sentences.append(Sentence(text=text, citations=(citation,) if number == 0 else ()))
            yield sentences[-1]
            if "bomb" in question:
                raise ModelUnavailableError("scripted", "it blew up", "ask something else")
            if "bug" in question:
                raise ZeroDivisionError("not foreseen")
        yield Answer(
            question=question,
            resolved=f"{question} (resolved)",
            language="en",
            sentences=tuple(sentences),
            papers=tuple(each.arxiv_id for each in retrieval.papers),
            passages=retrieval.passages,
            usage=Usage(),
            timings=Timings(retrieve_s=retrieval.seconds, total_s=0.25),
            model="",
        )


class AbstainingAssistant(Assistant):
    """Never knows anything."""

    def stream(self, question: str, *, filters: Filters = Filters(), history: Sequence[Turn] = ()) -> Iterator[Event]:
        """Yield an abstention."""
        sentence = Sentence(text="The papers do not say it.")
        yield sentence
        yield Answer(
            question=question,
            resolved=question,
            language="en",
            sentences=(sentence,),
            abstained=True,
            reason="not_stated",
        )
