"""What a question is about beside the categories, days and people that it names. Pure."""

from __future__ import annotations

import re

from rag.query.cues import cue
from rag.query.days import without_days
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
    said = re.sub(r"['’]s\b", " ", topic(query))
    return bool(re.search(r"\w", cue("topicless").sub(" ", said)))
