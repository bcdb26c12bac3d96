"""What the chat does with conversations that are kept: resume, list, rate, delete."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.serve.cards import problem
from rag.serve.conversation import Conversation
from rag.serve.diary import DiaryError
from rag.serve.handlers import Chat, View, reader_of
from rag.serve.threads import thread_list
from rag.serve.transcripts import read
from vectorstore import StoreError


@dataclass(frozen=True, kw_only=True, slots=True)
class Keeping:
    """The handlers of kept conversations."""

    chat: Chat
    """Shows them."""

    def resume(self, request: gr.Request) -> View:
        """Return the page with the conversation that its address names by `c`, where it is this reader's."""
        thread = str(request.query_params.get("c") or "")
        nothing = View(*[gr.skip()] * 6)
        if not thread:
            return nothing
        try:
            find = self.chat.assistant.corpus().get
            conversation = tuple(read(data, find) for data in self.chat.diary.read(thread, reader_of(request)))
        except (DiaryError, StoreError, ValueError):
            traceback.print_exc()
            return nothing
        if not conversation:
            return nothing
        return self.chat.view(conversation, thread, self.chat.open_box(), gr.Tabs(selected="sources"))

    def threads(self, request: gr.Request) -> str:
        """Return the list of the reader's conversations."""
        try:
            return thread_list(self.chat.diary.threads(reader_of(request)), self.chat.manner.words)
        except DiaryError as error:
            return problem(str(error))

    def forget(self, request: gr.Request, named: str, conversation: Conversation, thread: str) -> tuple[Any, ...]:
        """Delete a conversation; returns the list without it, and an empty page where it is the one shown."""
        named = named.strip()
        try:
            self.chat.diary.cut(reader_of(request), named)
        except DiaryError as error:
            return problem(str(error)), gr.skip(), gr.skip(), gr.skip()
        listed = self.threads(request)
        return (listed, (), "", []) if named == thread else (listed, gr.skip(), gr.skip(), gr.skip())

    def rate(self, request: gr.Request, event: gr.LikeData, thread: str) -> tuple[Any, Any, int]:
        """Keep a thumb on an answer, and ask for a comment."""
        index = event.index[0] if isinstance(event.index, (list, tuple)) else event.index
        number = int(index) // 2
        words = self.chat.manner.words
        try:
            if event.liked in {True, False}:
                self.chat.diary.rate(reader_of(request), thread, number, liked=bool(event.liked))
        except DiaryError as error:
            return gr.Row(visible=True), gr.Textbox(label=str(error), interactive=False), number
        return gr.Row(visible=True), gr.Textbox(value="", label=words.thanks, interactive=True), number

    def comment(self, request: gr.Request, thread: str, number: int, text: str) -> tuple[Any, Any, int]:
        """Keep a comment beside the thumb that was given last."""
        words = self.chat.manner.words
        try:
            self.chat.diary.comment(reader_of(request), thread, number, text)
        except DiaryError as error:
            return gr.skip(), gr.Textbox(label=str(error)), number
        return gr.Row(visible=True), gr.Textbox(value="", label=words.commented, interactive=False), number

    def hide_thanks(self) -> tuple[Any, Any]:
        """Take the comment box away, since another question is asked."""
        return gr.Row(visible=False), gr.Textbox(value="")
