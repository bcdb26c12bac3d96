"""Text from papers, readers and models as safe HTML (pure).

Two layers: every text is escaped as it enters, and what leaves has passed `sanitised`, which lets through the few
elements that these modules write and links to arxiv.org alone. A third stands in the browser, where Gradio cleans
what it displays.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping

import nh3

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
SCRIPT = re.compile(r"\$\s*([_^])\s*(?:\{([^${}\\]{1,12})\}|([\w+*-]))\s*\$")
"""A formula that is a superscript or a subscript and nothing else: `MEGS$^{2}$`."""


def sanitised(markup: str) -> str:
    """Return markup on one line, without any element, attribute or address that the page does not use."""
    cleaned = nh3.clean(
        markup,
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        attribute_filter=arxiv_only,
        url_schemes={"https"},
        url_relative="deny",
        link_rel="noopener noreferrer",
    )
    # a blank line would end the HTML block that Gradio's Markdown passes on untouched
    return " ".join(cleaned.split())


def arxiv_only(element: str, attribute: str, value: str) -> str | None:
    """Return an attribute's value, None for an address outside arxiv.org."""
    return None if attribute == "href" and not value.startswith(ARXIV) else value


def plain(text: str) -> str:
    """Return text on one line, escaped, without invisible characters."""
    return html.escape(SPACES.sub(" ", INVISIBLE.sub("", text)))


def prose(text: str) -> str:
    """Return escaped text in which simple superscripts and subscripts are shown as such."""
    return SCRIPT.sub(scripted, plain(text))


def scripted(formula: re.Match[str]) -> str:
    """Return a superscript or subscript for a formula that is nothing else."""
    name = "sup" if formula[1] == "^" else "sub"
    return f"<{name}>{formula[2] or formula[3]}</{name}>"


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
    pieces: list[str] = []
    start = 0
    for marker in MARKER.finditer(text):
        arxiv_id = VERSION.sub("", marker[1])
        if arxiv_id not in tooltips:
            continue
        pieces += (prose(text[start : marker.start()]), chip(marker[1], tooltips[arxiv_id]))
        start = marker.end()
    pieces.append(prose(text[start:]))
    return "".join(pieces)


def highlighted(text: str, quotes: Iterable[str]) -> str:
    """Return escaped text in which every verbatim quote is marked; quotes may overlap."""
    spans = sorted((start, start + len(quote)) for quote in quotes if quote and (start := text.find(quote)) >= 0)
    pieces: list[str] = []
    end = 0
    for first, last in merged(spans):
        pieces += (prose(text[end:first]), f"<mark>{prose(text[first:last])}</mark>")
        end = last
    pieces.append(prose(text[end:]))
    return "".join(pieces)


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return sorted spans with those that overlap joined."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
