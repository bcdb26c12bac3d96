"""The Gradio chat: papers and quotes at once, then the answer sentence by sentence."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import click
from fastapi import FastAPI

from rag.assistant import Assistant
from rag.config import Settings, data_folder
from rag.engines.loading import LOCAL_MODELS
from rag.engines.remote import Endpoint
from rag.errors import ArxivRagError
from rag.models import Language
from rag.query.glossary import Glossary
from rag.query.pinyin import Readings
from rag.serve import web
from rag.serve.accounts import LOOPBACK, Account, Door
from rag.serve.browsing import Browsing
from rag.serve.cards import Manner
from rag.serve.diary import FILE, Diary, store_name
from rag.serve.documents import Documents
from rag.serve.handlers import Chat
from rag.serve.keeping import Keeping
from rag.serve.layout import LARGEST_UPLOAD, Parts, lay_out
from rag.serve.turnstile import Turnstile
from rag.serve.uploading import Uploading
from rag.serve.wording import WORDINGS

import gradio as gr  # isort: skip - after the layout, which tells Gradio how to behave
from gradio.components import Component  # isort: skip
from gradio.themes import Base  # isort: skip
from gradio.themes.utils.fonts import Font, LocalFont  # isort: skip

ASKED_AT_ONCE = 30
"""Questions whose papers are found at the same time; further ones wait for that in Gradio's own queue."""
ANSWERED_AT_ONCE = 8
"""Questions that a model server works on at the same time; the embedded model has as many slots as are set."""
WARMING = 10.0
"""Seconds that opening the page waits for the models."""
SYSTEM_FONTS = (
    "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'PingFang SC', "
    "'Hiragino Sans GB', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', sans-serif"
)
"""What the system has, Chinese included, after the Latin font that Gradio itself carries: none is fetched elsewhere."""
MONOSPACE = "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'Liberation Mono', monospace"
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build_ui(chat: Chat) -> gr.Blocks:
    """Return the page of one chat."""
    browsing = Browsing(assistant=chat.assistant, manner=chat.manner)
    keeping = Keeping(chat=chat)
    ui = gr.Blocks(title="arxiv-rag", analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600))
    with ui:
        parts = lay_out(chat.manner)
        connect_asking(chat, browsing, keeping, parts, ui)
        connect_filters(browsing, parts)
        connect_lists(chat, browsing, keeping, parts, ui)
    return ui


def connect_asking(chat: Chat, browsing: Browsing, keeping: Keeping, parts: Parts, ui: gr.Blocks) -> None:
    """Bind what happens to the conversation."""
    asking, beside = parts.asking, parts.beside
    shown = [asking.chatbot, beside.panel, parts.conversation, parts.thread, asking.box, beside.tabs]
    remembered = [parts.conversation, parts.thread, *asking.restrictions]
    together: dict[str, Any] = {"concurrency_id": "asking", "concurrency_limit": ASKED_AT_ONCE, **QUIET}
    events = [
        # Gradio's own guard against a second question under way would also swallow one right after a stop
        asking.box.submit(chat.ask, [asking.box, *remembered], shown, trigger_mode="multiple", **together),
        asking.chatbot.retry(chat.ask_again, remembered, shown, **together),
        asking.chatbot.example_select(chat.ask_example, remembered, shown, **together),
    ]
    typed = [asking.box, parts.conversation, *asking.restrictions]
    asking.box.input(chat.anticipate, typed, None, trigger_mode="always_last", queue=False, **QUIET)
    ending: dict[str, Any] = {"outputs": shown, "cancels": events, "queue": False, **QUIET}
    talk = [parts.conversation, parts.thread]
    asking.box.stop(chat.stop, talk, **ending)
    asking.chatbot.undo(chat.take_back, talk, **ending)
    parts.fresh.click(chat.clear, None, **ending)
    ui.load(keeping.resume, None, shown, **QUIET)
    around = surrounded(parts)
    ui.load(browsing.surroundings, None, around, **QUIET)
    for event in events:
        event.then(browsing.surroundings, None, around, **QUIET).then(keeping.threads, None, beside.threads, **QUIET)
    thanks = [asking.thanks, asking.comment, parts.rated]
    asking.chatbot.like(keeping.rate, [parts.thread], thanks, **QUIET)
    another = [asking.box.submit, asking.chatbot.retry, asking.chatbot.undo, parts.fresh.click]
    gr.on(another, keeping.hide_thanks, None, thanks[:2], queue=False, **QUIET)
    asking.comment.submit(keeping.comment, [parts.thread, parts.rated, asking.comment], thanks, **QUIET)


def connect_filters(browsing: Browsing, parts: Parts) -> None:
    """Bind the restrictions, and the chips that show them."""
    asking = parts.asking
    controls = list(asking.restrictions)
    gr.on(
        [control.change for control in asking.restrictions],
        browsing.restricted, controls, [asking.filters, asking.active], trigger_mode="always_last", **QUIET,
    )  # fmt: skip
    parts.wires.drop.change(browsing.drop, [parts.wires.drop, *controls], controls, trigger_mode="multiple", **QUIET)
    parts.wires.pick.change(
        browsing.pick, [parts.wires.pick, controls[-1]], controls[-1], trigger_mode="multiple", **QUIET
    )


def connect_lists(chat: Chat, browsing: Browsing, keeping: Keeping, parts: Parts, ui: gr.Blocks) -> None:
    """Bind the day's papers, the conversations and the upload."""
    beside, wires = parts.beside, parts.wires
    which = [beside.order, beside.day]
    for control in which:
        control.input(browsing.listed, which, beside.papers, **QUIET)
    ui.load(browsing.listed, None, beside.papers, **QUIET)
    wires.read.change(browsing.read, wires.read, [beside.panel, beside.tabs], **QUIET)
    ui.load(keeping.threads, None, beside.threads, **QUIET)
    gone = [beside.threads, parts.conversation, parts.thread, parts.asking.chatbot]
    wires.forget.change(keeping.forget, [wires.forget, parts.conversation, parts.thread], gone, **QUIET)
    uploading = Uploading(assistant=chat.assistant, words=chat.manner.words)
    beside.upload.upload(
        uploading.add, beside.upload, [beside.report, beside.upload], concurrency_id="upload", concurrency_limit=1,
        show_progress="full", show_progress_on=beside.report, api_visibility="private",
    ).then(browsing.surroundings, None, surrounded(parts), **QUIET).then(
        browsing.listed, which, beside.papers, **QUIET
    )  # fmt: skip


def surrounded(parts: Parts) -> list[Component]:
    """Return the components that `Browsing.surroundings` changes."""
    asking, beside = parts.asking, parts.beside
    limits = asking.restrictions
    return [parts.head, asking.chatbot, limits.categories, limits.since, limits.until, beside.day]


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


def chats(assistant: Assistant, diary: Diary, *, sample: bool = False) -> dict[Language, Chat]:
    """Return the chat in each interface language; `sample` says that the sample's papers are retold.

    Raises ConfigError where the settings name no language model.
    """
    settings = assistant.settings
    model, remote = answering_model(settings)
    embedded = Endpoint.parse("ARXIV_RAG_LLM", settings.llm) is None
    turnstile = Turnstile(settings.slots if embedded else ANSWERED_AT_ONCE)
    return {
        language: Chat(
            assistant=assistant,
            manner=Manner(words=words, sample=sample, remote=remote, model=model),
            diary=diary,
            turnstile=turnstile,
        )
        for language, words in WORDINGS.items()
    }


def create_app(
    assistant: Assistant,
    *,
    sample: bool = False,
    hosts: frozenset[str] | None = LOOPBACK,
    door: Door | None = None,
    diary: Diary | None = None,
) -> web.Guard:
    """Return the whole web application; `hosts` are the names it answers to, None for any."""
    diary = diary or Diary(data_folder() / FILE, store_name(assistant.settings.store))
    pages = chats(assistant, diary, sample=sample)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_route(web.ASSETS_PATH + "/{name}", web.asset)
    app.router.routes += Documents(assistant=assistant, diary=diary, manner=pages["en"].manner).routes()
    # the English page is at the root, which would swallow every path mounted after it
    for language in sorted(web.PATHS, key=lambda language: -len(web.PATHS[language])):
        ui = build_ui(pages[language])
        ui.queue(default_concurrency_limit=8, api_open=False)
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
            max_file_size=f"{LARGEST_UPLOAD}mb",
        )
    return web.Guard(app, hosts, door)


def launch(
    assistant: Assistant,
    host: str = "127.0.0.1",
    port: int = 7860,
    sample: bool = False,
    accounts: dict[str, Account] | None = None,
) -> None:
    """Open the chat at the first free port from `port` on, say where, and stay until interrupted.

    Raises ConfigError where it cannot listen.
    """
    inside = host in LOOPBACK
    listener = web.listen(host, port)
    warming = threading.Thread(target=warm_up, args=(assistant,), daemon=True)
    warming.start()
    app = create_app(
        assistant, sample=sample, hosts=LOOPBACK if inside else None, door=Door(accounts) if accounts else None
    )

    # while the language model is loaded no page is answered: who comes first should not wait for that
    warming.join(timeout=WARMING)

    def listening() -> None:
        click.echo(f"Chat at {web.address(host, listener)}")
        if not inside:
            click.echo("Passwords travel as they are: put a proxy with TLS in front.", err=True)

    web.serve(app, listener, listening)


def warm_up(assistant: Assistant) -> None:
    """Load dictionaries and language model before the first question; a model that cannot be loaded is told at once."""
    Glossary.load()
    Readings.load()
    try:
        _ = assistant.language_model
    except ArxivRagError as error:
        click.echo(f"Warning: {error} Until then questions that need it cannot be answered.", err=True)
