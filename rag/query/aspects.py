"""What one paper is after, how, and what came of it, as its abstract's own sentences tell. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rag.models import Language, Paper
from rag.query.cues import cue
from rag.query.mentions import title_name
from rag.query.selection import MEASURED
from rag.query.verification import contained_across, unsupported_numbers
from rag.text import HAN, sentences

ASPECTS = ("motivation", "method", "result")
"""In the order in which they are told, named as the card's fields that point out the abstract's sentence."""
BORNE_OUT = 0.2
"""Share of a Chinese sentence's words, in English, that a sentence must hold to bear it out.

Between what the development day's summaries have in their own abstracts and what they have in another paper's.
"""


def statements(paper: Paper) -> list[str]:
    """Return the abstract's sentences, verbatim, without those that give orders; the title where there are none."""
    return [one for one in sentences(paper.abstract) if not cue("order").search(one)] or [paper.title]


def contribution(paper: Paper) -> str:
    """Return the sentence that says what a paper does: by its words, else by the card's, else the first."""
    held = statements(paper)
    told = [one for one in held if cue("contribution").search(one)]
    name = title_name(paper.title)
    first = [one for one in held if one in told or (name and one.startswith(name))]
    leading = next((one for one in first if not cue("additional").search(one)), "")
    return leading or bearing_out(paper.method, held) or next(iter(told), held[0])


def bearing_out(told: str, held: Sequence[str]) -> str:
    """Return the sentence that says most of a Chinese one, its numbers included; empty where none does."""
    if not HAN.search(told):
        return ""
    shares = {one: contained_across(told, one) for one in held if not unsupported_numbers(told, one)}
    best = max(shares, key=lambda one: shares[one], default="")
    return best if best and shares[best] >= BORNE_OUT else ""


def told_of(paper: Paper, language: Language) -> dict[str, tuple[str, str]]:
    """Return for each aspect that a paper states what it says in the reader's language, and the sentence behind it.

    In Chinese that is the card's field where the sentence bears it out, else the sentence in quotation marks. An
    abstract tells them in their order: the problem before the approach, the result after it.
    """
    held = statements(paper)
    place = held.index(contribution(paper))
    before, after = held[:place], held[place + 1 :]
    measured = [one for one in after if MEASURED.search(one)]
    approach = bearing_out(paper.method, held[place:]) if language == "zh" else ""
    behind = {
        "motivation": bearing_out(paper.motivation, before) or next(iter(before), ""),
        "method": approach or held[place],
        "result": bearing_out(paper.result, after) or next(reversed(measured or after), ""),
    }
    return {
        aspect: (in_words(getattr(paper, aspect), quote, language), quote) for aspect, quote in behind.items() if quote
    }


def in_words(field: str, quote: str, language: Language) -> str:
    """Return what a sentence says in the reader's language: itself, or in Chinese the field that it bears out."""
    if language == "en":
        return quote
    return field if bearing_out(field, [quote]) else f"“{quote.rstrip('.')}”"
