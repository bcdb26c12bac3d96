"""One paper over several digests: an edition a day, and the one text that they add up to. Pure functions."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from rag.models import TEXT_FIELDS, Paper

FILLED = (*TEXT_FIELDS, "authors", "section", "category", "categories", "version", "published", "comment", "links")
"""Fields that an earlier edition lends to a later one which lacks them."""

Editions = Mapping[datetime.date | None, Paper]
"""Digest day (None for digests without a date) to the paper as read there; one entry at least."""


def with_edition(editions: Editions, paper: Paper) -> Editions:
    """Return the editions with one more.

    Of one day the later reading counts, and keeps what it lacks; so a digest that was corrected replaces itself.
    """
    edition = replace(paper, seen=())
    before = editions.get(paper.date)
    if before is not None:
        same = before.content_hash == edition.content_hash
        edition = before if same else filled(edition, before)
    return {**editions, paper.date: edition}


def joined(editions: Editions) -> Paper:
    """Return the paper that its editions add up to: the latest day's text, all days, nothing lost.

    It does not depend on the order in which the digests of different days were read.
    """
    latest, *earlier = sorted(editions.values(), key=lambda edition: edition.date or datetime.date.min, reverse=True)
    for edition in earlier:
        latest = filled(latest, edition)
    return replace(latest, seen=tuple(sorted(day for day in editions if day)))


def filled(paper: Paper, before: Paper) -> Paper:
    """Return the paper with what it lacks taken from an earlier edition."""
    lent = {name: getattr(before, name) for name in FILLED if not getattr(paper, name) and getattr(before, name)}
    return replace(paper, missing=tuple(name for name in paper.missing if name not in lent), **lent)


def merged(papers: Iterable[Paper]) -> dict[str, Editions]:
    """Return each paper's editions by arXiv id, in the order in which the papers first come."""
    found: dict[str, Editions] = {}
    for paper in papers:
        found[paper.arxiv_id] = with_edition(found.get(paper.arxiv_id, {}), paper)
    return found


def combined(known: Editions, given: Editions) -> Editions:
    """Return known editions with the given ones added."""
    for edition in given.values():
        known = with_edition(known, edition)
    return known


def to_data(editions: Editions) -> dict[str, Any]:
    """Return the JSON object of the joined paper, with its editions beside it where there are several."""
    data = joined(editions).to_dict()
    if len(editions) > 1:
        data["editions"] = [edition.to_dict() for edition in editions.values()]
    return data


def from_data(data: Mapping[str, Any]) -> Editions:
    """Return the editions that `to_data` wrote."""
    read = [Paper.from_dict(told) for told in data.get("editions") or [data]]
    return {edition.date: replace(edition, seen=()) for edition in read}
