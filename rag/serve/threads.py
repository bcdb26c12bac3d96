"""Lists of conversations, and one conversation for others to read, as safe HTML (pure)."""

from __future__ import annotations

import html
from collections.abc import Sequence

from rag.models import Language
from rag.serve.cards import Card, Manner, card_html, heading, hint
from rag.serve.conversation import Conversation
from rag.serve.diary import Thread
from rag.serve.exports import cited_papers
from rag.serve.markup import lang, plain, sanitised
from rag.serve.page import messages
from rag.serve.web import PATHS
from rag.serve.wording import Wording


def thread_list(threads: Sequence[Thread], words: Wording) -> str:
    """Return a reader's conversations: each can be opened, read by others, exported and deleted."""
    if not threads:
        return sanitised(hint(words.no_threads))
    return "\n\n".join(sanitised(piece) for piece in [hint(words.threads_note), *(row(one, words) for one in threads)])


def row(thread: Thread, words: Wording) -> str:
    """Return one conversation of a list."""
    language = words.language
    when = thread.last.astimezone().strftime("%Y-%m-%d %H:%M")
    facts = words.thread_facts[0 if thread.questions == 1 else 1].format(count=thread.questions, when=when)
    name = plain(thread.title)
    return (
        f'<article class="thread" id="thread-{plain(thread.id)}">'
        f'<h3 class="title"{lang(thread.title)}><a class="open" href="{PATHS[language]}?lang={language}&amp;'
        f'c={plain(thread.id)}">{name}</a></h3><p class="facts">{plain(facts)}</p><div class="acts">'
        f'<a class="share" href="{address(thread.id, language)}" title="{plain(words.share_note)}">'
        f"{plain(words.share)}</a> "
        f'<a class="export" href="{address(thread.id, language, "md")}" title="{plain(words.export_markdown)}: {name}">'
        f"{plain(words.export_markdown)}</a> "
        f'<button class="forget" type="button" title="{plain(words.forget)}: {name}">'
        f'<span class="off">{plain(words.forget)}</span><span class="on">{plain(words.forget_sure)}</span></button>'
        "</div></article>"
    )


def address(thread: str, language: Language, suffix: str = "", number: int | None = None) -> str:
    """Return the path (escaped for an attribute) of a conversation to be read, or of an export of it or one answer."""
    dot = f".{suffix}" if suffix else ""
    which = "" if number is None else f"&amp;n={number}"
    return f"/c/{plain(thread)}{dot}?lang={language}{which}"


def shared_page(conversation: Conversation, manner: Manner, assets: str) -> str:
    """Return a whole page on which a conversation can be read and nothing else be done.

    `assets` is the path of style and script; nothing in the page needs a nonce.
    """
    words = manner.words
    told = messages(conversation, manner)
    talk = "".join(
        f'<div class="message-row {"user" if one["role"] == "user" else "bot"}-row"><div class="flex-wrap">'
        f'<div class="message">{one["content"]}</div></div></div>'
        for one in told
    )
    papers = cited_papers(conversation)
    quoted = [one for exchange in conversation for sentence in exchange.sentences for one in sentence.citations]
    cards = "".join(
        card_html(Card(paper=paper, citations=tuple(one for one in quoted if one.arxiv_id == paper.arxiv_id)), manner)
        for paper in papers
    )
    sources = sanitised(heading(words.cited, len(papers)) + cards) if papers else ""
    title = conversation[0].question if conversation else words.gone
    note = hint(words.shared if conversation else words.gone)
    code = "zh-Hans" if words.language == "zh" else "en"
    return (
        f'<!doctype html><html lang="{code}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<title>{html.escape(title[:100])} · arxiv-rag</title><link rel="stylesheet" href="{assets}/chat.css">'
        f'<link rel="stylesheet" href="{assets}/day.css">'
        f'<script src="{assets}/chat.js" defer></script></head>'
        f'<body class="gradio-container shared"><main class="contain"><header class="masthead"><h1>arxiv-rag</h1> '
        f'{sanitised(note)}</header><div id="desk"><div id="talk"><div id="conversation" role="log">{talk}</div></div>'
        f'<div id="aside"><div id="sources" class="prose">{sources}</div></div></div></main></body></html>'
    )
