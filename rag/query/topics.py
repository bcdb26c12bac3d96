"""What a question is about beside the categories, days and people that it names. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.query.cues import cue
from rag.query.days import without_days
from rag.query.mentions import CATEGORY
from rag.query.people import without_people
from rag.query.sections import without_categories
from rag.query.understand import Query


def topic(query: Query) -> str:
    """Return a question's words without the categories, days and authors that filter the papers."""
    text = without_categories(query.text)
    if cue("of_days").search(text):
        text = without_days(text)
    return without_people(text, query.people)


def has_topic(query: Query) -> bool:
    """Return whether a question says more than which papers, of which categories, days and people, it wants."""
    said = re.sub(r"['’]s\b", " ", topic(replace(query, text=without_chatter(query.text))))
    return bool(re.search(r"\w", cue("topicless").sub(" ", said)))


def without_chatter(text: str) -> str:
    """Return a text without the clauses in which somebody speaks of himself: `Roughly what am I facing: ...`."""
    clauses = re.split(r"(?<=[:;,.!?])\s+|(?<=[：；，。！？])", text)
    kept = [clause for clause in clauses if not cue("chatter").search(clause) or says_something(clause)]
    return " ".join(kept) or text


def says_something(clause: str) -> bool:
    """Return whether a clause asks for papers or has a subject."""
    names = ("count", "asks_list", "asks_papers", "topic_marker", "overview")
    return any(cue(name).search(clause) for name in names) or bool(CATEGORY.search(clause))
