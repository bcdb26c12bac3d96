"""Categories of arXiv that a question names: by code, or as a section by its name. Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from rag.query.cues import any_of, read_table
from rag.query.mentions import CATEGORY

CALLED = (
    r"\bNAME (?:section|category|listing)\b",
    r"\b(?:section|category) (?:on|of|for|called) NAME\b",
    r"\b(?:(?:listed|filed|classified|posted) (?:under|as|in)|papers (?:are )?under) NAME\b",
    "NAME(?:类别?|分类|板块|分区|栏目)(?!器|型)",
)
"""How a section is called by its name."""


@cache
def names() -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    """Return, for each category, how it is called as a section, and its bare name."""
    table: dict[str, Any] = read_table("categories.toml")
    return {
        code: (any_of([form.replace("NAME", f"(?:{name})") for form in CALLED]), any_of([name]))
        for code, name in table.items()
    }


def categories_in(text: str) -> tuple[str, ...]:
    """Return the codes of the categories that a text names."""
    called = [code for code, (section, _) in names().items() if section.search(text)]
    return tuple(dict.fromkeys((*CATEGORY.findall(text), *called)))


def without_categories(text: str) -> str:
    """Return a text without the categories that it names, neither codes nor names."""
    for code in categories_in(text):
        if code in names():
            text = names()[code][1].sub(" ", text)
    return CATEGORY.sub(" ", text)
