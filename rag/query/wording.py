"""The product's own sentences, kept as data in both languages."""

from __future__ import annotations

from string import Template

from rag.models import Language
from rag.query.cues import read_table


def say(language: Language, key: str, **slots: str | int) -> str:
    """Return a sentence of wording.toml with its slots filled; raises KeyError for an unknown key or an empty slot."""
    return Template(read_table("wording.toml")[key][language]).substitute(slots)
