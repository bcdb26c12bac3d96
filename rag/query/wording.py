"""The product's own sentences, kept as data in both languages."""

from __future__ import annotations

from string import Template

from rag.models import Language
from rag.query.cues import read_table
from rag.query.phrasing import harmless


def say(language: Language, key: str, **slots: str | int) -> str:
    """Return a sentence of wording.toml, its slots filled with harmless text; KeyError for an unknown key or slot."""
    own = {"scope", "what", "gap"}
    told = {name: harmless(str(value)) if name not in own else value for name, value in slots.items()}
    return Template(read_table("wording.toml")[key][language]).substitute(told)
