"""TeX formulas in titles and abstracts as HTML: simple exponents and indices as such, else MathML (pure)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache

import nh3
from latex2mathml import exceptions
from latex2mathml.converter import convert

FORMULA = re.compile(
    r"(?<!\\)\$\s*(?P<script>[_^])\s*(?:\{(?P<group>[^${}\\]{1,12})\}|(?P<single>[\w+*-]))\s*\$"
    r"|(?<![\\\w$])(?P<edge>\${1,2})(?=\S)(?P<formula>[^$\n]{1,200}?)(?<=\S)(?P=edge)(?![\d$])"
)
"""An exponent or index and nothing else (`MEGS$^{2}$`), or a formula; `$5 and $10` is money."""
TELLING = re.compile(r"[\\^_{}=<>+*/|]|^[^\W\d]\w{0,2}$|^\w\(.+\)$")
"""What a formula has and an amount of money has not."""
TAGS = frozenset(
    "math mrow mi mn mo ms msup msub msubsup mfrac msqrt mroot mover munder munderover mtext mspace mtable mtr mtd"
    " mstyle mpadded mphantom".split()
)
ATTRIBUTES = {"math": {"display"}, "mo": {"stretchy"}, "mi": {"mathvariant"}}
LONGEST = 6000
"""Characters of MathML; a formula that becomes longer stays as it is written."""
FAULTS: tuple[type[Exception], ...] = (
    *(kind for kind in vars(exceptions).values() if isinstance(kind, type) and issubclass(kind, Exception)),
    AttributeError, LookupError, RecursionError, TypeError, ValueError,
)  # fmt: skip
"""What the library raises for formulas that it cannot read."""


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield (text, HTML) for the stretches of a text: the HTML of a formula, or the text between formulas."""
    end = 0
    for found in FORMULA.finditer(text):
        drawn = script(found) if found["script"] else mathml(found["formula"].strip())
        if drawn:
            yield text[end : found.start()], drawn
            end = found.end()
    yield text[end:], ""


def script(found: re.Match[str]) -> str:
    """Return a superscript or subscript for a formula that is nothing else."""
    name = "sup" if found["script"] == "^" else "sub"
    return f"<{name}>{html.escape(found['group'] or found['single'])}</{name}>"


@lru_cache(maxsize=2048)
def mathml(formula: str) -> str:
    """Return a formula as MathML and nothing else; empty for what is none or cannot be read."""
    if not TELLING.search(formula):
        return ""
    try:
        drawn = convert(formula.replace("<", r"\lt ").replace(">", r"\gt "))
    except FAULTS:
        return ""
    cleaned = nh3.clean(drawn, tags=set(TAGS), attributes=ATTRIBUTES, link_rel=None)
    # an order that the library does not know stays in its output with the backslash: better the formula as written
    return cleaned if len(cleaned) <= LONGEST and "\\" not in cleaned else ""
