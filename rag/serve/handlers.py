"""What the chat does when a reader asks, stops, takes back or filters."""

from __future__ import annotations

import datetime
import re
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import gradio as gr

from rag.assistant import Assistant
from rag.errors import ArxivRagError
from rag.models import Filters
from rag.serve.cards import Manner, overview, problem, sources
from rag.serve.conversation import Conversation, Exchange, history
from rag.serve.examples import questions
from rag.serve.page import Holdings, masthead, messages
from vectorstore import StoreError

LONGEST_QUESTION = 4000
"""Characters; what is longer is cut."""
RECENT = 200
"""Papers, the last to arrive, from which example questions are made."""
SEPARATORS = re.compile(r"[,;，；、]")


class View(NamedTuple):
    """What a handler changes on the page."""

    messages: Any
    """The conversation."""
    sources: Any
    """The panel beside it."""
    conversation: Any
    """The session's memory of both."""
    box: Any
    """The question box."""


class Surroundings(NamedTuple):
    """What depends on the store and may change while the page is open."""

    masthead: Any
    """The head of the page."""
    chatbot: Any
    """The conversation, for its example questions."""
    categories: Any
    """Choices of the filter."""
    since: Any
    """Choices of the filter."""
    until: Any
    """Choices of the filter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chat:
    """The handlers of one page over one assistant; what a reader asked lives in the reader's session alone."""

    assistant: Assistant
    """Answers."""
    manner: Manner
    """How the page is written."""
    model: str
    """The language model's name."""

    def ask(
        self, question: str, conversation: Conversation, categories: list[str], author: str, since: str, until: str
    ) -> Iterator[View]:
        """Yield the page as the answer comes about."""
        question = question.strip()[:LONGEST_QUESTION]
        if not question:
            yield View(*[gr.skip()] * 4)
            return
        asked = Exchange(question=question, filters=read_filters(categories, author, since, until))
        yield self.view((*conversation, asked), gr.Textbox(value="", submit_btn=False, stop_btn=self.manner.words.stop))
        for exchange in self.progress(asked, conversation):
            last = gr.skip() if exchange.running else gr.Textbox(submit_btn=self.manner.words.ask, stop_btn=False)
            yield self.view((*conversation, exchange), last)

    def ask_again(self, conversation: Conversation, *restriction: Any) -> Iterator[View]:
        """Ask the last question once more."""
        if conversation:
            yield from self.ask(conversation[-1].question, conversation[:-1], *restriction)

    def ask_example(self, event: gr.SelectData, conversation: Conversation, *restriction: Any) -> Iterator[View]:
        """Ask the example that was chosen."""
        yield from self.ask(event.value["text"], conversation, *restriction)

    def progress(self, exchange: Exchange, earlier: Conversation) -> Iterator[Exchange]:
        """Yield the exchange after each event; its end is an answer, or one sentence that says why there is none."""
        words = self.manner.words
        limits = exchange.filters
        if limits.since and limits.until and limits.since > limits.until:
            yield exchange.failed(words.wrong_days)
            return
        try:
            corpus = self.assistant.corpus()
            if not len(corpus):
                yield exchange.failed(words.empty_store)
                return
            for event in self.assistant.stream(exchange.question, filters=limits, history=history(earlier)):
                exchange = exchange.with_event(event)
                yield (exchange := exchange.with_papers(corpus.get(exchange.unknown)))
        except (ArxivRagError, StoreError) as error:
            yield exchange.failed(str(error))
        except Exception:  # the outermost handler: whatever broke, the page stays usable and the terminal tells
            traceback.print_exc()
            yield exchange.failed(words.failure)

    def stop(self, conversation: Conversation) -> View:
        """End the answer under way where it is."""
        ended = (*conversation[:-1], conversation[-1].stop()) if conversation else ()
        return self.view(ended, gr.Textbox(submit_btn=self.manner.words.ask, stop_btn=False))

    def take_back(self, conversation: Conversation) -> View:
        """Return the last question to the box, to be changed and sent again."""
        question = conversation[-1].question if conversation else ""
        return self.view(
            conversation[:-1], gr.Textbox(value=question, submit_btn=self.manner.words.ask, stop_btn=False)
        )

    def clear(self) -> View:
        """Forget the conversation."""
        return self.view((), gr.Textbox(submit_btn=self.manner.words.ask, stop_btn=False))

    def view(self, conversation: Conversation, box: Any) -> View:
        """Return the page for a conversation."""
        shown = sources(conversation[-1], self.manner) if conversation else self.overview()
        return View(messages(conversation, self.manner), shown, conversation, box)

    def overview(self) -> Any:
        """Return the latest day's papers, for the panel before anything is asked."""
        try:
            corpus = self.assistant.corpus()
            recent, days = corpus.get(corpus.store.catalogue.ids()[-RECENT:]), corpus.days()
        except StoreError as error:
            return problem(str(error))
        latest = [paper for paper in recent if not days or str(paper.date) == days[-1]]
        return overview(latest or recent, self.manner)

    def surroundings(self) -> Surroundings:
        """Return what depends on the store, as it is now."""
        try:
            corpus = self.assistant.corpus()
            days, catalogue = corpus.days(), corpus.store.catalogue
            recent = corpus.get(catalogue.ids()[-RECENT:])
            categories = [name for name, _ in catalogue.facets("category")]
        except StoreError:
            return Surroundings(*[gr.skip()] * 5)
        words = self.manner.words
        head = Holdings(
            papers=len(corpus),
            days=tuple(days),
            model=self.model,
            embedder_remote=self.assistant.embedders.remote,
        )
        starters = questions(recent, words.language, sample=self.manner.sample) if recent else []
        any_day = [(words.any_value, ""), *((day, day) for day in reversed(days))]
        return Surroundings(
            masthead(head, self.manner),
            gr.Chatbot(examples=[{"text": text, "display_text": text} for text in starters]),
            gr.Dropdown(choices=sorted(categories)),
            gr.Dropdown(choices=any_day),
            gr.Dropdown(choices=any_day),
        )

    def filters_label(self, categories: list[str], author: str, since: str, until: str) -> Any:
        """Return the heading of the filters, which says how many are set."""
        limits = read_filters(categories, author, since, until)
        count = sum(map(bool, (limits.categories, limits.authors, limits.since, limits.until)))
        words = self.manner.words
        return gr.Accordion(label=words.filters_active.format(count=count) if count else words.filters)


def read_filters(categories: Sequence[str] | None, author: str | None, since: str | None, until: str | None) -> Filters:
    """Return the filters that the controls show; a control that was never touched holds None."""
    return Filters(
        categories=tuple(categories or ()),
        authors=tuple(name.strip() for name in SEPARATORS.split(author or "") if name.strip()),
        since=datetime.date.fromisoformat(since) if since else None,
        until=datetime.date.fromisoformat(until) if until else None,
    )
