"""Text from papers, readers and models as safe HTML (pure).

Two layers: every text is escaped as it enters, and what leaves has passed `sanitised`, which lets through the few
elements that these modules write and links to arxiv.org and the chat's own files alone. A third stands in the browser,
where Gradio cleans what it displays.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping

import nh3

from rag.latex import untyped
from rag.serve import formulas
from rag.serve.formulas import pieces
from rag.text import INVISIBLE, detect_language

TAGS = frozenset(
    "a article blockquote br button cite dd details div dl dt h1 h2 h3 li mark ol p section span strong sub summary"
    " sup table tbody td th thead time tr ul".split()
)
ATTRIBUTES = {
    "*": {"class", "id", "lang", "title"},
    "a": {"href"},
    "button": {"type"},
    "details": {"open"},
    "time": {"datetime"},
    "th": {"scope"},
}
ARXIV = "https://arxiv.org/"
IDENTIFIER = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]{2,16}(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,3})?", re.ASCII)
"""An arXiv id as it is written, version included."""
MARKER = re.compile(rf"\[({IDENTIFIER.pattern})\]", re.ASCII)
VERSION = re.compile(r"v\d{1,3}$", re.ASCII)
SPACES = re.compile(r"\s+")
OWN = re.compile(r"/(?:(?:zh/)?\?[\w=&-]{1,120}|c/[\w-]{16,64}(?:\.(?:md|bib|csv))?(?:\?[\w=&-]{1,60})?)", re.ASCII)
"""This chat's own pages and files: a conversation and what is exported of it."""
CHOSEN = re.compile(r"/papers\.(?:bib|csv)\?[\w=&;.,%/-]{1,2000}", re.ASCII)
"""Files about chosen papers."""


def sanitised(markup: str) -> str:
    """Return markup on one line, without any element, attribute or address that the page does not use."""
    cleaned = nh3.clean(
        markup,
        tags=set(TAGS | formulas.TAGS),
        attributes=ATTRIBUTES | formulas.ATTRIBUTES,
        attribute_filter=known_address,
        url_schemes={"https"},
        url_relative="pass_through",
        link_rel="noopener noreferrer",
    )
    # a blank line would end the HTML block that Gradio's Markdown passes on untouched
    return " ".join(cleaned.split())


def known_address(element: str, attribute: str, value: str) -> str | None:
    """Return an attribute's value, None for an address outside arxiv.org and the chat itself."""
    if attribute != "href" or value.startswith(ARXIV) or OWN.fullmatch(value) or CHOSEN.fullmatch(value):
        return value
    return None


def plain(text: str) -> str:
    """Return text on one line, escaped, without invisible characters."""
    return html.escape(SPACES.sub(" ", INVISIBLE.sub("", text)))


def prose(text: str) -> str:
    """Return escaped text in which formulas are shown as such, and words without the LaTeX around them."""
    return "".join(plain(untyped(words)) + formula for words, formula in pieces(text))


def lang(text: str) -> str:
    """Return the `lang` attribute of a text."""
    return ' lang="zh-Hans"' if detect_language(text) == "zh" else ' lang="en"'


def abs_url(arxiv_id: str) -> str:
    """Return the page of a paper on arxiv.org; arXiv's front page for what is no id."""
    return f"{ARXIV}abs/{arxiv_id}" if IDENTIFIER.fullmatch(arxiv_id) else ARXIV


def pdf_url(arxiv_id: str) -> str:
    """Return the PDF of a paper on arxiv.org; arXiv's front page for what is no id."""
    return f"{ARXIV}pdf/{arxiv_id}" if IDENTIFIER.fullmatch(arxiv_id) else ARXIV


def anchor(arxiv_id: str) -> str:
    """Return the `id` of a paper's card in the page."""
    return "paper-" + re.sub(r"[^\w.-]", "-", VERSION.sub("", arxiv_id))


def chip(arxiv_id: str, tooltip: str = "") -> str:
    """Return a citation as a link to arxiv.org."""
    shown = f'<span class="edge">[</span>{plain(arxiv_id)}<span class="edge">]</span>'
    return f'<a class="chip" href="{abs_url(arxiv_id)}" title="{plain(tooltip)}">{shown}</a>'


def with_chips(text: str, tooltips: Mapping[str, str]) -> str:
    """Return escaped text whose markers `[arXiv ID]` are links, for the ids that `tooltips` knows; others stay text."""
    told: list[str] = []
    start = 0
    for marker in MARKER.finditer(text):
        arxiv_id = VERSION.sub("", marker[1])
        if arxiv_id not in tooltips:
            continue
        told += (prose(text[start : marker.start()]), chip(marker[1], tooltips[arxiv_id]))
        start = marker.end()
    told.append(prose(text[start:]))
    return "".join(told)


def highlighted(text: str, quotes: Iterable[str]) -> str:
    """Return escaped text in which every verbatim quote is marked; quotes may overlap."""
    spans = sorted((start, start + len(quote)) for quote in quotes if quote and (start := text.find(quote)) >= 0)
    told: list[str] = []
    end = 0
    for first, last in merged(spans):
        told += (prose(text[end:first]), f"<mark>{prose(text[first:last])}</mark>")
        end = last
    told.append(prose(text[end:]))
    return "".join(told)


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return sorted spans with those that overlap joined."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
