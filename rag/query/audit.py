"""The digest audit: what a paper's summary card says that its abstract does not bear out (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log
from typing import Literal

from rag.models import Paper
from rag.query.agreement import bears_out, shared
from rag.query.naming import Source, unborne
from rag.query.quantities import AFTER_LETTERS, NEAR, Quantity, flatten, implied, quantities
from rag.query.units import ANY
from rag.text import sentences

Kind = Literal["number", "unit", "name", "missing"]
KINDS: tuple[Kind, ...] = ("number", "unit", "name", "missing")
REMEMBERED = 4096
"""Papers whose audit is kept, so that a list of a day's papers is not audited anew at each look."""
ABSENT, UNKNOWN = "absent, empty or a placeholder in the digest", "neither in the abstract nor in the title"
LONGEST = 20_000
"""Characters of an abstract, and of a field, that are looked at: ten times what real ones have."""
MOST_CLAIMED = 60
"""Numbers of one field that are looked up."""
AFTER_NAME = re.compile("[A-Za-z]{2} $")
"""A name in front of a digit, which then belongs to it."""
SHORT = 4
"""Words that an item of an enumeration may have so that it is told from what leads to it."""
WORDY = 4
"""Longest list of items that have more words than that."""
LESSENED = re.compile(r"减|降|省|少|低|缩|削|剪|压|reduc|sav|less|fewer|lower|drop|cut")
"""What turns `less than 20 % of it` into `80 % less`."""
MOST_COUNTED = 9
"""A list of so many things may be counted by a summary though its abstract names no number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that a card says and the abstract does not, or that is not there at all."""

    field: str
    """The card's field, or the missing field."""
    text: str
    """What is said, LaTeX undone; empty where a field is missing."""
    kind: Kind
    """What it is."""
    reason: str
    """Why it is listed, without a full stop."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """What was found in one paper."""

    arxiv_id: str
    """The paper."""
    title: str
    """Its title."""
    source: str
    """Name of the digest."""
    line: int
    """Where its entry begins there; 0 when unknown."""
    findings: tuple[Finding, ...] = ()
    """In the order of the fields; each text once a field."""
    checked: int = 0
    """Numbers and names that were looked up in the abstract."""

    @property
    def doubtful(self) -> tuple[str, ...]:
        """What the card says and the abstract does not, each once."""
        return tuple(dict.fromkeys(one.text for one in self.findings if one.kind != "missing"))


@lru_cache(maxsize=REMEMBERED)
def audit(paper: Paper) -> Audit:
    """Compare a card with its abstract and title; without an abstract only what is missing can be told."""
    findings = [Finding(field=name, text="", kind="missing", reason=ABSENT) for name in paper.missing]
    checked = 0
    if paper.abstract and paper.card_fields:
        told = flatten(f"{paper.title} . {paper.abstract}"[:LONGEST])
        source, known = Source(text=told), [one for one in quantities(told) if not in_name(one)]
        for name in paper.card_fields:
            text = getattr(paper, name)[:LONGEST]
            claims = claimed(flatten(text))
            words, looked_up = unborne(text, source)
            checked += len(claims) + looked_up
            findings += wrong_numbers(name, claims, known, told)
            findings += [Finding(field=name, text=word, kind="name", reason=UNKNOWN) for word in words]
    return Audit(
        arxiv_id=paper.arxiv_id,
        title=paper.title,
        source=paper.source,
        line=paper.line,
        findings=tuple(dict.fromkeys(findings)),
        checked=checked,
    )


def claimed(text: str) -> list[Quantity]:
    """Return the numbers that a flattened card text claims: no names, no mere grammar."""
    found = quantities(text)
    return [one for one in found if not one.named and not grammatical(one)][:MOST_CLAIMED]


def in_name(one: Quantity) -> bool:
    """Return whether a small number only ends a name, such as F1 or GPT-4, and so counts nothing."""
    return one.named and one.values[0] in range(10) and bool(AFTER_LETTERS.search(one.context[:NEAR]))


def grammatical(one: Quantity) -> bool:
    """Return whether a number says no more than grammar does: one thing, two sides, what letters spell, Top 5."""
    if one.dimension:
        return one.spelt and one.dimension == ANY and one.text.isascii()  # twice; the parts of 3/5 are claimed apart
    if one.values[0] in range(10) and AFTER_NAME.search(one.context[:NEAR]):
        return True
    return one.values[0] in {0, 1} or (one.spelt and (one.values[0] == 2 or one.text.isascii()))


def wrong_numbers(field: str, claims: list[Quantity], known: list[Quantity], told: str) -> Iterator[Finding]:
    """Yield the numbers, and the units of right numbers, that nothing in a source bears out."""
    strange = [claim for claim in claims if not any(bears_out(one, claim) for one in known)]
    if not strange:
        return
    known, lists = [*known, *implied(told)], list_lengths(told)
    for claim in strange:
        if any(bears_out(one, claim) for one in known) or excused(claim, known, lists):
            continue
        alike = [one for one in known if one.dimension not in {"", ANY} and shared(one, claim)]
        if alike and claim.dimension:
            yield Finding(field=field, text=claim.text, kind="unit", reason=f"the abstract has {alike[0].text!r}")
        else:
            yield Finding(field=field, text=claim.text, kind="number", reason=UNKNOWN + nearest(claim, known))


def nearest(claim: Quantity, known: list[Quantity]) -> str:
    """Return which number of the same dimension the source has instead, the nearest one; empty where it has none."""
    alike = [one for one in known if one.dimension == claim.dimension not in {"", ANY} and one.values[0] > 0]
    if not alike or claim.values[0] <= 0:
        return ""
    told = min(alike, key=lambda one: abs(log(one.values[0] * one.size / (claim.values[0] * claim.size))))
    return f", which has {told.text!r}"


def excused(claim: Quantity, known: list[Quantity], lists: frozenset[int]) -> bool:
    """Return whether a number follows from the source: it counts a list, is the rest to 100 %, or is two numbers."""
    if not claim.dimension and claim.values[0] in lists:
        return True
    if claim.dimension == "share" and LESSENED.search(claim.context):
        rest = replace(claim, values=tuple(100 - value for value in claim.values))
        return any(one.dimension == "share" and shared(one, rest) for one in known)
    parts = claim.text.split(",")
    return len(parts) == 2 and all(any(shared(one, part) for one in known) for part in quantities(" , ".join(parts)))


def list_lengths(text: str) -> frozenset[int]:
    """Return how many things the enumerations of a flattened text name: a summary may count them."""
    found: set[int] = set()
    for sentence in sentences(text):
        short = 0
        for index, piece in enumerate(re.split(r"[,;]", sentence)):
            opens = re.match(r"\s*(?:and|or|&|as well as)\b", piece)
            if opens or re.search(r"\b(?:and|or|&)\b", piece):
                last = 1 if opens else 2
                found |= {short + last + 1, short + last}
                found |= {count for count in (index + last, index + last - 1) if count <= WORDY}
            short = short + 1 if len(piece.split()) <= SHORT else 0
    marks = re.findall(r"[(（]?\b(\d|i{1,3}|iv|v)[)）]", text)
    found.add(len(marks))
    ordinals = len(set(re.findall(r"\b(?:first|second|third|fourth|fifth|finally|lastly)(?:ly)?\b", text.lower())))
    found.add(ordinals)
    return frozenset(one for one in found if 2 <= one <= MOST_COUNTED)
