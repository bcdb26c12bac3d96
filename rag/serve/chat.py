"""The Gradio chat: papers and quotes at once, then the answer sentence by sentence."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from fastapi import FastAPI

from rag.assistant import Assistant
from rag.config import Settings
from rag.engines.loading import LOCAL_MODELS
from rag.engines.remote import Endpoint
from rag.errors import ArxivRagError
from rag.models import Language
from rag.serve import web
from rag.serve.cards import Manner
from rag.serve.page import welcome
from rag.serve.wording import WORDINGS, Wording

# read by Gradio as it is imported: no usage reports, no look for updates
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr
from gradio.themes import Base
from gradio.themes.utils.fonts import Font, LocalFont

from rag.serve.handlers import LONGEST_QUESTION, Chat

ASKED_AT_ONCE = 4
"""Questions that are worked on at the same time; further ones wait in line."""
SYSTEM_FONTS = (
    "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'PingFang SC', "
    "'Hiragino Sans GB', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', sans-serif"
)
"""What the system has, Chinese included, after the Latin font that Gradio itself carries: none is fetched elsewhere."""
MONOSPACE = "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'Liberation Mono', monospace"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The components of one page."""

    head: gr.Markdown
    """What is here and who answers."""
    fresh: gr.Button
    """Starts a new conversation."""
    chatbot: gr.Chatbot
    """The conversation."""
    box: gr.Textbox
    """The question box."""
    filters: gr.Accordion
    """Holds the restrictions."""
    restrictions: tuple[gr.Dropdown, gr.Textbox, gr.Dropdown, gr.Dropdown]
    """Categories, author, first day, last day."""
    panel: gr.Markdown
    """The papers behind the answer."""
    conversation: gr.State
    """The session's exchanges."""


def build_ui(assistant: Assistant, *, language: Language = "en", sample: bool = False) -> gr.Blocks:
    """Return the chat over `assistant` in one interface language; `sample` says that the papers' texts are retold.

    Raises ConfigError where the settings name no language model.
    """
    model, remote = answering_model(assistant.settings)
    manner = Manner(words=WORDINGS[language], sample=sample, remote=remote)
    ui = gr.Blocks(title="arxiv-rag", analytics_enabled=False, fill_width=True)
    with ui:
        connect(Chat(assistant=assistant, manner=manner, model=model), lay_out(manner), ui)
    return ui


def lay_out(manner: Manner) -> Parts:
    """Place the components: masthead, conversation and question box on one side, sources on the other."""
    words = manner.words
    other, other_name = words.other
    with gr.Row(elem_id="top"):
        head = gr.Markdown(elem_id="head", latex_delimiters=[])
        with gr.Row(elem_id="tools"):
            fresh = gr.Button(words.new_conversation, size="sm", elem_id="fresh")
            gr.Button(other_name, size="sm", link=f"{web.PATHS[other]}?lang={other}", elem_id="language")
    with gr.Row(elem_id="desk"):
        with gr.Column(elem_id="talk", min_width=0):
            chatbot = conversation_log(words)
            box = gr.Textbox(
                elem_id="question",
                label=words.question_label,
                show_label=False,
                placeholder=words.placeholder,
                lines=1,
                max_lines=6,
                max_length=LONGEST_QUESTION,
                autofocus=True,
                submit_btn=words.ask,
            )
            with gr.Accordion(words.filters, open=False, elem_id="filters") as filters, gr.Row():
                restrictions = restriction_controls(words)
        with gr.Column(elem_id="aside", min_width=0):
            panel = gr.Markdown(elem_id="sources", latex_delimiters=[])
    return Parts(
        head=head, fresh=fresh, chatbot=chatbot, box=box, filters=filters, restrictions=restrictions, panel=panel,
        conversation=gr.State(()),
    )  # fmt: skip


def conversation_log(words: Wording) -> gr.Chatbot:
    """Return the conversation: Gradio gives it role="log", and cleans what it shows once more."""
    return gr.Chatbot(
        elem_id="conversation",
        label=words.conversation_label,
        show_label=False,
        container=False,
        height=None,
        placeholder=welcome(words),
        examples=[],
        latex_delimiters=[],
        allow_tags=False,
        sanitize_html=True,
        line_breaks=False,
        layout="bubble",
        buttons=[],
        feedback_options=None,
    )


def restriction_controls(words: Wording) -> tuple[gr.Dropdown, gr.Textbox, gr.Dropdown, gr.Dropdown]:
    """Return the controls for categories, author, first and last day; their choices come as the page loads."""
    any_day = [(words.any_value, "")]
    return (
        gr.Dropdown([], multiselect=True, label=words.category, min_width=150),
        gr.Textbox(label=words.author, placeholder=words.author_hint, max_lines=1, min_width=150),
        gr.Dropdown(any_day, value="", label=words.since, min_width=110),
        gr.Dropdown(any_day, value="", label=words.until, min_width=110),
    )


def connect(chat: Chat, parts: Parts, ui: gr.Blocks) -> None:
    """Bind the handlers to what a reader can do."""
    shown = [parts.chatbot, parts.panel, parts.conversation, parts.box]
    remembered = [parts.conversation, *parts.restrictions]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    asking = [
        parts.box.submit(chat.ask, [parts.box, *remembered], shown, **quiet),
        parts.chatbot.retry(chat.ask_again, remembered, shown, **quiet),
        parts.chatbot.example_select(chat.ask_example, remembered, shown, **quiet),
    ]
    ending: dict[str, Any] = {"outputs": shown, "cancels": asking, "queue": False, **quiet}
    parts.box.stop(chat.stop, parts.conversation, **ending)
    parts.chatbot.undo(chat.take_back, parts.conversation, **ending)
    parts.fresh.click(chat.clear, None, **ending)
    around = [parts.head, parts.chatbot, parts.restrictions[0], *parts.restrictions[2:]]
    ui.load(chat.surroundings, None, around, **quiet)
    ui.load(chat.overview, None, parts.panel, **quiet)
    for asked in asking:
        asked.then(chat.surroundings, None, around, **quiet)
    for control in parts.restrictions:
        control.change(chat.filters_label, list(parts.restrictions), parts.filters, **quiet)


def answering_model(settings: Settings) -> tuple[str, bool]:
    """Return the language model's name, and whether text leaves this machine to reach it; loads nothing.

    Raises ConfigError for half of an address.
    """
    endpoint = Endpoint.parse("ARXIV_RAG_LLM", settings.llm)
    if endpoint is not None:
        return endpoint.label, endpoint.leaves_machine
    path = LOCAL_MODELS[settings.llm].name if settings.llm in LOCAL_MODELS else settings.llm
    return Path(path).stem, False


def appearance() -> Base:
    """Return the theme: fonts of this machine and calm colours; everything else is in chat.css."""
    # Gradio's copy of the semi-bold cut lacks most letters
    fonts: list[Font | str] = [LocalFont("IBM Plex Sans", weights=(400, 700)), SYSTEM_FONTS]
    return Base(primary_hue="teal", neutral_hue="stone", radius_size="md", font=fonts, font_mono=[MONOSPACE])


def create_app(assistant: Assistant, *, sample: bool = False, hosts: frozenset[str] | None = web.LOOPBACK) -> web.Guard:
    """Return the whole web application; `hosts` are the names it answers to, None for any."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_route(web.ASSETS_PATH + "/{name}", web.asset)
    # the English page is at the root, which would swallow every path mounted after it
    for language in sorted(web.PATHS, key=lambda language: -len(web.PATHS[language])):
        ui = build_ui(assistant, language=language, sample=sample)
        ui.queue(default_concurrency_limit=ASKED_AT_ONCE, api_open=False)
        gr.mount_gradio_app(
            app,
            ui,
            web.PATHS[language].rstrip("/") or "/",
            theme=appearance(),
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            ssr_mode=False,
            pwa=False,
            show_error=False,
            max_file_size="1mb",
        )
    return web.Guard(app, hosts)


def launch(assistant: Assistant, host: str = "127.0.0.1", port: int = 7860, sample: bool = False) -> None:
    """Open the chat at the first free port from `port` on, say where, and stay until interrupted.

    Raises ConfigError where it cannot listen.
    """
    listener = web.listen(host, port)
    web.warn_if_open(host)
    app = create_app(assistant, sample=sample, hosts=web.LOOPBACK if host in web.LOOPBACK else None)

    def listening() -> None:
        click.echo(f"Chat at {web.address(host, listener)}")
        threading.Thread(target=warm_up, args=(assistant,), daemon=True).start()

    web.serve(app, listener, listening)


def warm_up(assistant: Assistant) -> None:
    """Load the language model before the first question; one that cannot be loaded is told at once."""
    try:
        _ = assistant.language_model
    except ArxivRagError as error:
        click.echo(f"Warning: {error} Until then questions that need it cannot be answered.", err=True)
