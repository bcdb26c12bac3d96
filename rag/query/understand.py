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
from rag.query.mentions import arxiv_ids, coined_words
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


CATEGORY = re.compile(
    r"\b((?:astro-ph|cond-mat|cs|econ|eess|hep-(?:ex|lat|ph|th)|math|nlin|nucl-(?:ex|th)|physics|q-bio|q-fin|stat)\.[A-Za-z]{2}(?:-[a-z]+)?|quant-ph|gr-qc|math-ph)\b"
)
BACK = cue("back")
CONTINUES = cue("continues")
OTHER = cue("other")
FORMER = cue("former")
ORDINALS = {
    "first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "1st": 0, "2nd": 1, "3rd": 2, "4th": 3, "last": -1,
    "一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "七": 6, "八": 7, "1": 0, "2": 1, "3": 2, "4": 3, "5": 4, "最后": -1,
}  # fmt: skip
ORDINAL = cue("ordinal")
NEW_SUBJECT = cue("new_subject")


def understand(question: str, corpus: Corpus, filters: Filters, history: Sequence[Turn]) -> Query:
    """Return what a question asks for; explicit filters beat what it says."""
    asked = clean(question)
    text = honest_part(asked)
    language = detect_language(text if len(text) > 3 or not history else history[-1].question)
    ids = tuple(arxiv_ids(text))
    said = Filters(categories=tuple(CATEGORY.findall(text)), **said_days(text, corpus.days()))
    focus = () if ids or filters.papers else referents(text, history, corpus)
    return Query(asked=asked, text=text, language=language, filters=filters.or_else(said), focus=focus, ids=ids)


INSTRUCTION = cue("instruction")
"""Words that speak to the assistant rather than about papers."""
ROLE_TAG = cue("role_tag")
ASKING_TAG = cue("asking_tag")
CLAUSE = cue("clause")
LEAD = cue("lead")
TAGS = re.compile(r"<[^>\n]{0,200}>|!?\[[^\]\n]*\]\([^)\n]*\)|https?://(?!(?:\w+\.)?arxiv\.org)\S+")


def honest_part(question: str) -> str:
    """Return the clauses of a question that ask about papers, without those that give the assistant orders.

    A question without orders is returned whole; one that is nothing but orders is returned empty.
    """
    question = re.sub(r"\[(?:end|start) of [^\]\n]*\]", "\n", question, flags=re.IGNORECASE)
    if tagged := ASKING_TAG.split(question, maxsplit=1)[1:]:
        question = tagged[-1]
    plain = TAGS.sub(" ", question)
    if not INSTRUCTION.search(plain) and not ROLE_TAG.search(plain):
        return " ".join(plain.split())
    clauses = [clause for clause in CLAUSE.split(plain) if clause and clause.strip()]
    kept = [clause for clause in clauses if not INSTRUCTION.search(clause) and not ROLE_TAG.search(clause)]
    asking = [clause for clause in kept if is_asking(clause)]
    return " ".join(LEAD.sub("", clause).strip() for clause in asking)


ASKS = cue("asks")


def is_asking(clause: str) -> bool:
    """Return whether a clause asks for something and has a subject."""
    return bool(ASKS.search(clause)) and len(tokens(clause)) >= 2


def said_days(question: str, days: Sequence[str]) -> dict[str, datetime.date | None]:
    """Return since and until as the question says them, `today` being the latest digest day of the store."""
    iso = [
        datetime.date.fromisoformat(day)
        for day in re.findall(r"\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)\b", question)
    ]
    if len(iso) >= 2:
        return {"since": min(iso), "until": max(iso)}
    if iso:
        after = re.search(r"\bsince\b|\bafter\b|\bfrom\b|以来|之后|以后|起", question, re.IGNORECASE)
        before = re.search(r"\buntil\b|\bbefore\b|\bup to\b|之前|以前|截至", question, re.IGNORECASE)
        return {"since": None if before and not after else iso[0], "until": None if after else iso[0]}
    if not days:
        return {}
    latest = datetime.date.fromisoformat(days[-1])
    if re.search(r"\btoday'?s?\b|今天|今日|当天", question, re.IGNORECASE):
        return {"since": latest, "until": latest}
    if re.search(r"\byesterday'?s?\b|昨天|昨日", question, re.IGNORECASE):
        day = latest - datetime.timedelta(days=1)
        return {"since": day, "until": day}
    return {}


def referents(text: str, history: Sequence[Turn], corpus: Corpus) -> tuple[str, ...]:
    """Return the papers of the conversation that a follow-up refers to; empty when it stands alone."""
    last = next((turn for turn in reversed(history) if turn.papers), None)
    if last is None or NEW_SUBJECT.search(text):
        return ()
    several = next((turn for turn in reversed(history) if len(turn.papers) > 1), last)
    if match := ORDINAL.search(text):
        place = ORDINALS[next(group for group in match.groups() if group).lower()]
        if -1 <= place < len(several.papers):
            return (several.papers[place],)
    if OTHER.search(text) and len(several.papers) > 1:
        since = history[history_index(history, several) + 1 :]
        used = {paper for turn in since for paper in turn.papers} or {several.papers[0]}
        left = tuple(paper for paper in several.papers if paper not in used)
        return left or several.papers[1:2]
    if FORMER.search(text) and len(several.papers) > 1:
        return several.papers[:1]
    if re.search(r"其中|among (?:them|those|these)|of (?:them|those|these)|which one|the one", text, re.IGNORECASE):
        return several.papers
    if BACK.search(text) or (CONTINUES.search(text) and not coined_words(text)) or len(tokens(text)) <= 2:
        return last.papers
    return ()


def history_index(history: Sequence[Turn], turn: Turn) -> int:
    """Return the place of a turn in the conversation."""
    return next(index for index, other in enumerate(history) if other is turn)
