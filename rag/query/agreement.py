"""Whether a quantity of a source says what a claimed one says, units and rounding considered. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from math import isclose

from rag.query.quantities import Quantity, flatten, implied, quantities
from rag.query.units import ANY

REMEMBERED = 2048
"""Texts whose quantities are kept: the same sentences are compared again and again while a question is answered."""


@lru_cache(maxsize=REMEMBERED)
def stated(text: str) -> tuple[Quantity, ...]:
    """Return all quantities that a text states, those included that its words imply: twice, half, both."""
    flat = flatten(text)
    return (*quantities(flat), *implied(flat))


@lru_cache(maxsize=REMEMBERED)
def claims(text: str) -> tuple[Quantity, ...]:
    """Return the quantities that a sentence claims: no parts of names, no mere grammar such as `one` and `both`."""
    flat = flatten(text)
    counted = (one for one in quantities(flat) if not one.named and not grammar(one))
    return (*counted, *(one for one in implied(flat) if one.dimension))


def grammar(one: Quantity) -> bool:
    """Return whether a number is often mere grammar: one thing, or two things that a source names."""
    return one.values[0] in {0, 1} or (one.text.lower() in {"two", "两", "俩", "二"} and not one.dimension)


def unsupported_claims(sentence: str, sources: Iterable[str]) -> tuple[Quantity, ...]:
    """Return the claims of a sentence that no quantity of its sources bears out."""
    known = [one for source in sources for one in stated(source)]
    return tuple(claim for claim in claims(sentence) if not any(bears_out(one, claim) for one in known))


def shared(one: Quantity, claim: Quantity) -> bool:
    """Return whether two quantities have a number in common."""
    return any(isclose(a, b, rel_tol=1e-9) for a in one.values for b in claim.values)


def bears_out(one: Quantity, claim: Quantity) -> bool:
    """Return whether a quantity of the source says what a claim says, rounding included where the claim tells of it."""
    if fitting(one, claim) and (shared(one, claim) or (claim.about and rounded(one, claim))):
        return True
    if one.dimension == claim.dimension not in {"", ANY}:
        return any(isclose(a * one.size, b * claim.size, rel_tol=1e-6) for a in one.values for b in claim.values)
    if (one.dimension, claim.dimension) == ("share", "times"):
        return any(isclose(a / 100, b) or isclose(a / 100 + 1, b) for a in one.values for b in claim.values)
    shares = {one.dimension, claim.dimension}
    if "share" in shares and shares & {"", ANY}:
        whole, part = (one, claim) if one.dimension == "share" else (claim, one)
        return any(
            isclose(a / 100, b, rel_tol=0.012) for a in whole.values for b in part.values if b <= 1 or ANY in shares
        )
    return False


def fitting(one: Quantity, claim: Quantity) -> bool:
    """Return whether the units of source and claim can be the same."""
    if not claim.dimension or ANY in {one.dimension, claim.dimension}:
        return True
    if not one.dimension:
        lost = (
            claim.dimension == "times" and claim.values[0] >= 10
        )  # digests lose the sign of `40$\\times$ compression`
        return (not one.noun or lost) and not (one.spelt and claim.dimension == "share")
    return one.unit == claim.unit


def rounded(one: Quantity, claim: Quantity) -> bool:
    """Return whether a claim of two digits or more is a source's number, rounded up or down."""
    digits = re.sub(r"\D", "", claim.text).lstrip("0")
    if len(digits.rstrip("0") or digits) < 2 and claim.values[0] < 10:
        return False
    places = len(claim.text.partition(".")[2].rstrip("%")) if "." in claim.text else 0
    step = 10.0**-places
    return any(abs(a - b) < step for a in one.values for b in claim.values)
