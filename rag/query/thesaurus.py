"""What the field calls what a question says in plain words. Pure; the words are data (`thesaurus.toml`)."""

from __future__ import annotations

from functools import cache

from rag.query.cues import read_table
from rag.query.words import stem_sequence

Expressions = dict[str, list[tuple[tuple[str, ...], str]]]
"""First stem of an expression to the stems of the whole and the term that it means."""


@cache
def expressions() -> Expressions:
    """Return the expressions of the thesaurus by their first stem."""
    found: Expressions = {}
    for term, told in read_table("thesaurus.toml").items():
        for expression in told:
            if stems := stem_sequence(expression):
                found.setdefault(stems[0], []).append((stems, term))
    return found


def field_terms(question: str) -> tuple[str, ...]:
    """Return the terms of the field that an English question means, in its order, each once."""
    stems = stem_sequence(question)
    return tuple(
        dict.fromkeys(
            term
            for place, stem in enumerate(stems)
            for expression, term in expressions().get(stem, ())
            if stems[place : place + len(expression)] == expression
        )
    )
