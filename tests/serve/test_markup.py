"""Hostile text becomes text; the few elements of the page and links to arxiv.org stay."""

import html
import re
from collections.abc import Callable

import pytest

from rag.serve.markup import abs_url, anchor, chip, highlighted, pdf_url, plain, prose, sanitised, with_chips

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><iframe src="https://evil.example">',
    "<a href='javascript:alert(1)'>x</a>",
    "<details open ontoggle=alert(1)>",
    "</div></article><style>body{display:none}</style>",
    "![x](https://evil.example/pixel.png) [y](javascript:alert(1))",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "```mermaid\ngraph TD\n```",
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "render", [plain, prose, lambda text: with_chips(text, {}), lambda text: highlighted(text, [text])]
)
def test_hostile_text_is_only_text(render: Callable[[str], str], text: str) -> None:
    shown = sanitised(f"<p>{render(text)}</p>")
    assert set(re.findall(r"<\s*/?\s*(\w+)", shown)) <= {"p", "mark"}
    assert "\n" not in shown


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_keeps_its_words(text: str) -> None:
    assert "alert" not in text or "alert(1)" in plain(text)


def test_invisible_and_bidirectional_characters_are_gone() -> None:
    assert plain("a\u202eb\u200bc\x1b[31md\x00") == "abc[31md"


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        '<img src="https://evil.example/x.png">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="https://evil.example/">x</a>',
        '<a href="//evil.example/">x</a>',
        '<a href="https://arxiv.org.evil.example/">x</a>',
        '<p style="position:fixed" onclick="alert(1)">x</p>',
        '<form action="/gradio_api"><input name="x"></form>',
    ],
)
def test_the_second_layer_alone_disarms_markup(markup: str) -> None:
    """What would slip through the escaping is still not live."""
    shown = sanitised(markup)
    assert not re.search(r"script|<img|evil|style=|onclick|<form|<input", shown)


def test_blank_lines_are_gone_because_they_would_start_markdown() -> None:
    assert sanitised("<div>a\n\n<p>b</p>\r\n\r\n</div>") == "<div>a <p>b</p> </div>"


def test_markers_of_known_papers_become_links_and_others_stay_text() -> None:
    shown = with_chips(
        "A [2509.06986], B [2509.99999] and C [cond-mat/9212029v2].", {"2509.06986": "T", "cond-mat/9212029": "U"}
    )
    assert re.findall(r'href="([^"]+)"', shown) == [
        "https://arxiv.org/abs/2509.06986",
        "https://arxiv.org/abs/cond-mat/9212029v2",
    ]
    assert "B [2509.99999] and C " in shown
    assert re.sub("<[^>]+>", "", shown) == "A [2509.06986], B [2509.99999] and C [cond-mat/9212029v2]."


def test_a_tooltip_cannot_leave_its_attribute() -> None:
    shown = sanitised(chip("2509.06986", '"><script>alert(1)</script>'))
    assert "<script" not in shown
    assert shown.count("<a ") == 1


@pytest.mark.parametrize("identifier", ["javascript:alert(1)", "../x", "2509.06986?x=1", "2509.06986/../..", ""])
def test_only_ids_get_into_an_address(identifier: str) -> None:
    assert abs_url(identifier) == pdf_url(identifier) == "https://arxiv.org/"


def test_a_card_is_found_under_the_id_of_any_version() -> None:
    assert anchor("2509.06986v3") == anchor("2509.06986") == "paper-2509.06986"
    assert anchor("cond-mat/9212029") == "paper-cond-mat-9212029"


def test_quotes_are_marked_where_they_stand_and_overlaps_joined() -> None:
    text = "One <b> two. Three four. Five."
    assert highlighted(text, ["Three four."]) == "One &lt;b&gt; two. <mark>Three four.</mark> Five."
    assert highlighted(text, ["two. Three", "Three four.", "missing", ""]) == (
        "One &lt;b&gt; <mark>two. Three four.</mark> Five."
    )


def test_simple_scripts_are_shown_and_money_is_left_alone() -> None:
    assert prose("MEGS$^{2}$ and x$_i$") == "MEGS<sup>2</sup> and x<sub>i</sub>"
    assert prose("It costs $5 and $10, or $5-$10") == "It costs $5 and $10, or $5-$10"
    assert "<script" not in sanitised(prose("$^{<script>}$"))


def test_links_lead_to_arxiv_and_to_the_chats_own_files_alone() -> None:
    thread = "a-B_" * 8
    for address in (f"/c/{thread}", f"/c/{thread}.md?lang=en&n=3", "/papers.bib?ids=2509.07277,cs/0101001&lang=zh"):
        assert "href=" in sanitised(f'<a href="{html.escape(address)}">x</a>')
    for address in ("//evil.example", "/c/../config", f"/c/{thread}.exe", "/gradio_api/x", "/papers.bib?ids=<", "c/x"):
        assert "href=" not in sanitised(f'<a href="{html.escape(address)}">x</a>')
