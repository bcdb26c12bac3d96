"""The components of the page and where they stand."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import NamedTuple

from rag.serve import web
from rag.serve.cards import Manner
from rag.serve.day import LATEST
from rag.serve.page import welcome
from rag.serve.wording import Wording

# read by Gradio as it is imported: no usage reports, no look for updates
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr

LONGEST_QUESTION = 4000
"""Characters; what is longer is cut."""
LARGEST_UPLOAD = 20
"""Megabytes of one file."""
FEEDBACK = ("Like", "Dislike")
"""The values by which Gradio knows its two thumbs."""


class Restrictions(NamedTuple):
    """The controls of the filters."""

    categories: gr.Dropdown
    """Several can be chosen."""
    author: gr.Textbox
    """Parts of names, by commas."""
    since: gr.Dropdown
    """First day."""
    until: gr.Dropdown
    """Last day."""
    papers: gr.Dropdown
    """Several can be chosen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """Conversation and question box."""

    chatbot: gr.Chatbot
    """The conversation."""
    thanks: gr.Row
    """Shown after a thumb was given."""
    comment: gr.Textbox
    """What the reader has to say beside the thumb."""
    active: gr.Markdown
    """The active restrictions, as chips."""
    box: gr.Textbox
    """The question box."""
    filters: gr.Accordion
    """Holds the restrictions."""
    restrictions: Restrictions
    """The restrictions themselves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """The tabs beside the conversation."""

    tabs: gr.Tabs
    """All of them."""
    panel: gr.Markdown
    """The papers behind the answer."""
    find: gr.Textbox
    """The search over the day's papers; the browser itself searches."""
    order: gr.Dropdown
    """Order of the day's papers."""
    day: gr.Dropdown
    """Which day's papers."""
    papers: gr.Markdown
    """The day's papers."""
    threads: gr.Markdown
    """The reader's conversations."""
    upload: gr.File
    """Takes digests."""
    report: gr.Markdown
    """What came of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wires:
    """Boxes that nobody sees: the page's script writes into them what was clicked in a list."""

    pick: gr.Textbox
    """A paper to choose, or to choose no longer."""
    drop: gr.Textbox
    """A restriction to lift: its kind, a space, its value."""
    read: gr.Textbox
    """A paper whose card is to be shown."""
    forget: gr.Textbox
    """A conversation to delete."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The components of one page."""

    head: gr.Markdown
    """What is here and who answers."""
    fresh: gr.Button
    """Starts a new conversation."""
    asking: Asking
    """One half of the page."""
    beside: Beside
    """The other half."""
    wires: Wires
    """From the page's script."""
    conversation: gr.State
    """The session's exchanges."""
    thread: gr.State
    """The id under which they are kept."""
    rated: gr.State
    """Which exchange was rated last."""


def lay_out(manner: Manner) -> Parts:
    """Place the components: masthead, conversation and question box on one side, tabs on the other."""
    words = manner.words
    other, other_name = words.other
    with gr.Row(elem_id="top"):
        head = gr.Markdown(elem_id="head", latex_delimiters=[])
        with gr.Row(elem_id="tools"):
            fresh = gr.Button(words.new_conversation, size="sm", elem_id="fresh")
            gr.Button(other_name, size="sm", link=f"{web.PATHS[other]}?lang={other}", elem_id="language")
    with gr.Row(elem_id="desk"):
        with gr.Column(elem_id="talk", min_width=0):
            asking = lay_out_talk(words)
        with gr.Column(elem_id="aside", min_width=0):
            beside = lay_out_tabs(words)
    names = ("pick", "drop", "read", "forget")
    with gr.Row(elem_id="wires"):
        wires = Wires(**{name: gr.Textbox(elem_id=name, label=name, lines=1, max_lines=1) for name in names})
    return Parts(
        head=head, fresh=fresh, asking=asking, beside=beside, wires=wires, conversation=gr.State(()),
        thread=gr.State(""), rated=gr.State(-1),
    )  # fmt: skip


def lay_out_talk(words: Wording) -> Asking:
    """Place conversation, active restrictions, question box and filters."""
    chatbot = conversation_log(words)
    with gr.Row(elem_id="thanks", visible=False) as thanks:
        comment = gr.Textbox(
            elem_id="comment", label=words.thanks, placeholder=words.comment, lines=1, max_lines=1, max_length=2000,
            submit_btn=words.send,
        )  # fmt: skip
    active = gr.Markdown(elem_id="active", latex_delimiters=[])
    box = gr.Textbox(
        elem_id="question", label=words.question_label, show_label=False, placeholder=words.placeholder, lines=1,
        max_lines=6, max_length=LONGEST_QUESTION, autofocus=True, submit_btn=words.ask,
    )  # fmt: skip
    with gr.Accordion(words.filters, open=False, elem_id="filters") as filters, gr.Row():
        restrictions = restriction_controls(words)
    return Asking(
        chatbot=chatbot, thanks=thanks, comment=comment, active=active, box=box, filters=filters,
        restrictions=restrictions,
    )  # fmt: skip


def lay_out_tabs(words: Wording) -> Beside:
    """Place the tabs: sources, the day's papers, conversations, upload."""
    with gr.Tabs(selected="papers", elem_id="tabs") as tabs:
        with gr.Tab(words.tab_sources, id="sources"):
            panel = gr.Markdown(elem_id="sources", latex_delimiters=[])
        with gr.Tab(words.tab_papers, id="papers"):
            with gr.Row(elem_id="shelf-tools"):
                find = gr.Textbox(
                    elem_id="find", label=words.find_label, show_label=False, placeholder=words.find_papers, lines=1,
                    max_lines=1, min_width=150, scale=3,
                )  # fmt: skip
                orders = [(name, order) for order, name in words.sorts.items()]
                order = gr.Dropdown(orders, value=orders[0][1], label=words.sort, container=False, min_width=120)
                day = gr.Dropdown(
                    [(words.undated, LATEST)], value=LATEST, label=words.day, container=False, min_width=120
                )
            papers = gr.Markdown(elem_id="papers", latex_delimiters=[])
        with gr.Tab(words.tab_threads, id="threads"):
            threads = gr.Markdown(elem_id="threads", latex_delimiters=[])
        with gr.Tab(words.tab_add, id="add"):
            upload = gr.File(label=words.upload, file_count="multiple", height=150, elem_id="upload")
            report = gr.Markdown(words.upload_note.format(size=LARGEST_UPLOAD), elem_id="report", latex_delimiters=[])
    return Beside(
        tabs=tabs, panel=panel, find=find, order=order, day=day, papers=papers, threads=threads, upload=upload,
        report=report,
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
        feedback_options=FEEDBACK,
    )


def restriction_controls(words: Wording) -> Restrictions:
    """Return the controls for categories, author, days and papers; their choices come as the page loads."""
    any_day = [(words.any_value, "")]
    return Restrictions(
        categories=gr.Dropdown([], multiselect=True, label=words.category, min_width=150),
        author=gr.Textbox(label=words.author, placeholder=words.author_hint, max_lines=1, min_width=150),
        since=gr.Dropdown(any_day, value="", label=words.since, min_width=110),
        until=gr.Dropdown(any_day, value="", label=words.until, min_width=110),
        papers=gr.Dropdown([], multiselect=True, allow_custom_value=True, label=words.paper, min_width=150),
    )
