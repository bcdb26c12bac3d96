"""What a question asks for: its intent, its filters, and what a follow-up refers to. Rules only, both languages."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.models import Filters, Language, Turn
from rag.query.corpus import Corpus
from rag.query.cues import cue
from rag.query.mentions import arxiv_ids, coined_words, named_papers
from rag.text import clean, detect_language
from vectorstore.lexical import tokens

Intent = Literal["plain", "list", "compare", "record", "off_topic"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A question as understood."""

    asked: str
    """The question's own words, cleaned."""
    text: str
    """What to search for: the asking part, without instructions beside it."""
    language: Language
    """Language of the question, and of the answer."""
    filters: Filters
    """Explicit filters, completed by what the question says."""
    focus: tuple[str, ...] = ()
    """Papers of the conversation that a follow-up refers to; empty for a question that stands alone."""
    ids: tuple[str, ...] = ()
    """arXiv ids that the question names, whether the store holds them or not."""


ARCHIVES = "cond-mat|cs|econ|eess|math|nlin|physics|q-bio|q-fin|stat|astro-ph"
WHOLE = "astro-ph|hep-(?:ex|lat|ph|th)|nucl-(?:ex|th)|quant-ph|gr-qc|math-ph"
LONGEST = 2000
"""Characters of a question that are read: the embedders take no more."""
CATEGORY = re.compile(
    rf"(?<![A-Za-z0-9.\-/])((?:{ARCHIVES})\.[A-Za-z]{{2,}}(?:-[A-Za-z]+)?|(?:{WHOLE}))(?![A-Za-z0-9\-/]|\.[A-Za-z0-9])"
)
ORDINALS = {
    word: place
    for place, words in enumerate(
        ("first 1st 一 1", "second 2nd 二 2", "third 3rd 三 3", "fourth 4th 四 4", "fifth 五 5", "六 6", "七 7", "八 8")
    )
    for word in words.split()
} | {"last": -1, "最后": -1}
DAY = re.compile(r"(?<!\d)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)(?!\d)")


def understand(question: str, corpus: Corpus, filters: Filters, history: Sequence[Turn]) -> Query:
    """Return what a question asks for; explicit filters beat what it says."""
    asked = clean(question)[:LONGEST]
    text = honest_part(asked)
    language = detect_language(text if len(text) > 3 else history[-1].question if history else asked)
    ids = tuple(arxiv_ids(text))
    since, until = said_days(text, corpus.days())
    said = Filters(categories=tuple(CATEGORY.findall(text)), since=since, until=until)
    alone = not history or ids or filters.papers or named_papers(text, corpus)
    focus = () if alone else referents(text, history, corpus)
    return Query(asked=asked, text=text, language=language, filters=filters.or_else(said), focus=focus, ids=ids)


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


Bounds = tuple[datetime.date | None, datetime.date | None]


def said_days(question: str, days: Sequence[str]) -> Bounds:
    """Return the first and last day that a question names, `today` being the latest digest day of the store."""
    named = sorted(datetime.date.fromisoformat(day) for day in DAY.findall(question))
    if len(named) >= 2:
        return named[0], named[-1]
    if named:
        after, before = cue("since").search(question), cue("until").search(question)
        return None if before and not after else named[0], None if after else named[0]
    latest = datetime.date.fromisoformat(days[-1]) if days else None
    if latest and cue("today").search(question):
        return latest, latest
    if latest and cue("yesterday").search(question):
        return (day := latest - datetime.timedelta(days=1)), day
    return None, None


def referents(text: str, history: Sequence[Turn], corpus: Corpus) -> tuple[str, ...]:
    """Return the papers of the conversation that a follow-up refers to; empty when it stands alone."""
    last = next((turn for turn in reversed(history) if turn.papers), None)
    if last is None or cue("new_subject").search(text):
        return ()
    several = next((turn for turn in reversed(history) if len(turn.papers) > 1), last)
    if pointed := pointed_at(text, history, several):
        return pointed
    if cue("among").search(text):
        return several.papers
    continues = cue("continues").search(text) and not coined_words(text)
    return last.papers if cue("back").search(text) or continues or len(tokens(text)) <= 2 else ()


def pointed_at(text: str, history: Sequence[Turn], several: Turn) -> tuple[str, ...]:
    """Return the paper of an earlier list that a question points at: the second one, the other one, the former."""
    if match := cue("ordinal").search(text):
        place = ORDINALS[next(group for group in match.groups() if group).lower()]
        return several.papers[place:][:1]
    if len(several.papers) < 2:
        return ()
    if cue("other").search(text):
        since = history[next(index for index, turn in enumerate(history) if turn is several) + 1 :]
        used = {paper for turn in since for paper in turn.papers} or {several.papers[0]}
        return tuple(paper for paper in several.papers if paper not in used) or several.papers[1:2]
    return several.papers[:1] if cue("former").search(text) else ()
