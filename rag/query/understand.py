"""What a question asks for: its intent, its filters, and what a follow-up refers to. Rules only, both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.models import Filters, Language, Turn
from rag.query.corpus import Corpus
from rag.query.cues import cue
from rag.query.days import said_days
from rag.query.followups import carried_on, place_beyond, referents
from rag.query.mentions import ARXIV_ID, arxiv_ids, name_like, named_papers
from rag.query.people import people_in
from rag.query.sections import categories_in
from rag.text import HAN, LATIN_WORD, clean, detect_language
from vectorstore.lexical import tokens


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A question as understood."""

    asked: str
    """The question's own words, cleaned; of a mere `And in cs.LG?` the question that it varies."""
    text: str
    """What to search for: the asking part, without instructions beside it; empty where nothing else is said."""
    language: Language
    """Language of the question, and of the answer."""
    filters: Filters
    """Explicit filters, completed by what the question says."""
    focus: tuple[str, ...] = ()
    """Papers of the conversation that a follow-up refers to; empty for a question that stands alone."""
    ids: tuple[str, ...] = ()
    """arXiv ids that the question names, whether the store holds them or not."""
    people: tuple[str, ...] = ()
    """Authors that the question names, as the papers spell them."""
    listed: tuple[str, ...] = ()
    """Papers of an earlier list, where the question points at a place that this list does not have."""


LONGEST = 2000
"""Characters of a question that are read: an embedder takes no more."""
CONTRACTED = re.compile(r"\b(who|what|where|how|when|there|that)s\b", re.IGNORECASE)
"""Is or has, typed without its apostrophe."""


def understand(question: str, corpus: Corpus, filters: Filters, history: Sequence[Turn]) -> Query:
    """Return what a question asks for; explicit filters beat what it says."""
    asked = clean(question)[:LONGEST]
    text = CONTRACTED.sub(r"\1's", cue("greeting").sub("", honest_part(asked)))
    language = language_of(text or asked, history)
    if not named_papers(text, corpus) and (carried := carried_on(text, history, corpus)):
        asked = text = carried
    ids = tuple(arxiv_ids(text))
    people = people_in(text, corpus)
    since, until = said_days(text, corpus.days())
    categories = () if cue("category_claimed").search(text) else categories_in(text)
    said = Filters(categories=categories, authors=people, since=since, until=until)
    alone = not history or ids or people or filters.papers or named_papers(text, corpus)
    beyond = () if alone else place_beyond(text, history)
    focus = () if alone or beyond else referents(text, history, corpus)
    return Query(
        asked=asked,
        text=text,
        language=language,
        filters=filters.or_else(said),
        focus=focus,
        ids=ids,
        people=people,
        listed=beyond,
    )


def language_of(text: str, history: Sequence[Turn]) -> Language:
    """Return the language of a question; of a mere name or number, that of the question before."""
    words = LATIN_WORD.findall(ARXIV_ID.sub(" ", text))
    if not history or HAN.search(text) or any(not name_like(word) for word in words):
        return detect_language(text)
    return detect_language(history[-1].question.partition(" (")[0])


TAGS = re.compile(r"<[^>\n]{0,200}>|!?\[[^\]\n]*\]\([^)\n]*\)|https?://(?!(?:\w+\.)?arxiv\.org)\S+")


def honest_part(question: str) -> str:
    """Return the clauses of a question that ask about papers, without those that give the assistant orders.

    A question without orders is returned whole; one that is nothing but orders is returned empty.
    """
    question = re.sub(r"\[(?:end|start) of [^\]\n]*\]", "\n", question, flags=re.IGNORECASE)
    if tagged := cue("asking_tag").split(question, maxsplit=1)[1:]:
        question = tagged[-1]
    plain = TAGS.sub(lambda tag: " " + " ".join(arxiv_ids(tag.group())) + " ", question)
    if not cue("instruction").search(plain) and not cue("role_tag").search(plain):
        return " ".join(plain.split())
    clauses = [clause for clause in cue("clause").split(plain) if clause and clause.strip()]
    kept = [
        clause for clause in clauses if not cue("instruction").search(clause) and not cue("role_tag").search(clause)
    ]
    asking = [clause for clause in kept if is_asking(clause)]
    return " ".join(cue("lead").sub("", clause).strip() for clause in asking)


def is_asking(clause: str) -> bool:
    """Return whether a clause asks for something and has a subject."""
    return bool(cue("asks").search(clause)) and len(tokens(clause)) >= 2
