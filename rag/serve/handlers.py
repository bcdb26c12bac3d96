"""What the chat does when a reader asks, stops or takes back."""

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
from rag.models import Filters, Retrieval
from rag.serve.cards import Manner, hint, sources
from rag.serve.choosing import MOST_CHOSEN
from rag.serve.conversation import Conversation, Exchange, history
from rag.serve.diary import Diary, DiaryError, new_id
from rag.serve.layout import LONGEST_QUESTION
from rag.serve.markup import IDENTIFIER, sanitised
from rag.serve.page import messages
from rag.serve.readers import reader_in
from rag.serve.transcripts import written
from rag.serve.turnstile import Turnstile
from vectorstore import StoreError

SEPARATORS = re.compile(r"[,;，；、]")
WORD = re.compile(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+")
BEGUN = 5
"""Words, or Chinese characters, from which on a question can tell what it is about."""


class View(NamedTuple):
    """What a handler changes on the page."""

    messages: Any
    """The conversation."""
    sources: Any
    """The panel beside it."""
    conversation: Any
    """The session's memory of both."""
    thread: Any
    """The id under which it is kept."""
    box: Any
    """The question box."""
    tabs: Any
    """Which tab stands beside the conversation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chat:
    """The handlers of one page over one assistant; what a reader asked is shown to that reader alone."""

    assistant: Assistant
    """Answers."""
    manner: Manner
    """How the page is written."""
    diary: Diary
    """Keeps conversations."""
    turnstile: Turnstile
    """The line before the language model."""

    def ask(
        self, request: gr.Request, question: str, conversation: Conversation, thread: str, *restriction: Any
    ) -> Iterator[View]:
        """Yield the page as the answer comes about; nothing changes for an empty question or before the last answer."""
        question = question.strip()[:LONGEST_QUESTION]
        if not question or (conversation and conversation[-1].running):
            yield View(*[gr.skip()] * 6)
            return
        thread = thread or new_id()
        asked = Exchange(question=question, filters=read_filters(*restriction))
        yield self.view((*conversation, asked), thread, self.busy_box(value=""), gr.Tabs(selected="sources"))
        known = False
        for exchange in self.progress(asked, conversation):
            box = self.busy_box() if exchange.running else self.open_box()
            yield self.view((*conversation, exchange), thread, box)
            if not exchange.running or not known:
                known = True
                self.keep(request, thread, len(conversation), exchange)

    def anticipate(self, question: str, conversation: Conversation, *restriction: Any) -> None:
        """Read ahead for a question that is being typed, while nobody else asks."""
        with self.turnstile.lull() as wanted:
            if not wanted() or len(WORD.findall(question)) < BEGUN or len(question) > LONGEST_QUESTION:
                return
            try:
                limits = read_filters(*restriction)
                self.assistant.anticipate(question, wanted, filters=limits, history=history(conversation))
            except (ArxivRagError, StoreError):
                return  # the question itself tells, once it is asked
            except Exception:  # the outermost handler: what broke here takes nothing from the reader
                traceback.print_exc()

    def ask_again(
        self, request: gr.Request, conversation: Conversation, thread: str, *restriction: Any
    ) -> Iterator[View]:
        """Ask the last question once more."""
        if conversation:
            yield from self.ask(request, conversation[-1].question, conversation[:-1], thread, *restriction)

    def ask_example(
        self, request: gr.Request, event: gr.SelectData, conversation: Conversation, thread: str, *restriction: Any
    ) -> Iterator[View]:
        """Ask the example that was chosen."""
        yield from self.ask(request, event.value["text"], conversation, thread, *restriction)

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
            with self.turnstile.place() as place:
                for event in self.assistant.stream(exchange.question, filters=limits, history=history(earlier)):
                    exchange = exchange.with_event(event)
                    yield (exchange := exchange.with_papers(corpus.get(exchange.unknown)))
                    if isinstance(event, Retrieval):
                        for ahead in place.advance():
                            yield exchange.queued(ahead)
        except (ArxivRagError, StoreError) as error:
            yield exchange.failed(str(error))
        except Exception:  # the outermost handler: whatever broke, the page stays usable and the terminal tells
            traceback.print_exc()
            yield exchange.failed(words.failure)

    def stop(self, request: gr.Request, conversation: Conversation, thread: str) -> View:
        """End the answer under way where it is."""
        ended = (*conversation[:-1], conversation[-1].stop()) if conversation else ()
        if ended:
            self.keep(request, thread, len(ended) - 1, ended[-1])
        return self.view(ended, thread, self.open_box())

    def take_back(self, request: gr.Request, conversation: Conversation, thread: str) -> View:
        """Return the last question to the box, to be changed and sent again."""
        question = conversation[-1].question if conversation else ""
        left = conversation[:-1]
        try:
            self.diary.cut(reader_of(request), thread, len(left))
        except DiaryError:
            traceback.print_exc()
        return self.view(left, thread, self.open_box(value=question))

    def clear(self) -> View:
        """Begin a new conversation."""
        return self.view((), "", self.open_box(), gr.Tabs(selected="papers"))

    def open_box(self, **values: Any) -> Any:
        """Return the question box as it is while no answer is under way."""
        return gr.Textbox(submit_btn=self.manner.words.ask, stop_btn=False, **values)

    def busy_box(self, **values: Any) -> Any:
        """Return the question box as it is while an answer is under way."""
        return gr.Textbox(submit_btn=False, stop_btn=self.manner.words.stop, **values)

    def view(self, conversation: Conversation, thread: str, box: Any, tabs: Any = None) -> View:
        """Return the page for a conversation."""
        words = self.manner.words
        shown = sources(conversation[-1], self.manner) if conversation else sanitised(hint(words.sources_hint))
        told = messages(conversation, self.manner, thread)
        return View(told, shown, conversation, thread, box, tabs or gr.skip())

    def keep(self, request: gr.Request, thread: str, number: int, exchange: Exchange) -> None:
        """Write an exchange into the diary; where that fails the answer stands all the same."""
        try:
            self.diary.keep(reader_of(request), thread, number, exchange.question, written(exchange))
        except DiaryError:
            traceback.print_exc()


def reader_of(request: gr.Request) -> str:
    """Return who is asking: the browser by its cookie, where it keeps none the session."""
    return reader_in(request.headers.get("cookie") or "") or request.session_hash or ""


def read_filters(
    categories: Sequence[str] | None,
    author: str | None,
    since: str | None,
    until: str | None,
    papers: Sequence[str] | None = None,
) -> Filters:
    """Return the filters that the controls show; a control that was never touched holds None."""
    return Filters(
        categories=tuple(categories or ()),
        authors=tuple(name.strip() for name in SEPARATORS.split(author or "") if name.strip()),
        papers=tuple(one for one in papers or () if IDENTIFIER.fullmatch(one))[:MOST_CHOSEN],
        since=datetime.date.fromisoformat(since) if since else None,
        until=datetime.date.fromisoformat(until) if until else None,
    )
