"""The values that flow through the pipeline: frozen, no I/O."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Language = Literal["en", "zh"]
Support = Literal["supported", "partial", "unsupported"]
Reason = Literal["not_in_corpus", "not_stated", "off_topic", "false_premise"]
Layout = Literal["prose", "list", "table"]

CARD_FIELDS = ("tldr", "motivation", "method", "result", "conclusion")
"""The fields that a model wrote from the abstract, mostly in Chinese."""
TEXT_FIELDS = (*CARD_FIELDS, "abstract")
"""Every field of prose; any of them can be missing."""
PROVENANCE = frozenset({"source", "line", "date", "seen"})
"""Fields that say where and when a paper was read, not what it says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """One paper as a digest tells it.

    All text is data from outside: cleaned of control and invisible characters, otherwise as written (markup and
    LaTeX included), so whatever displays it must escape it.
    """

    arxiv_id: str
    """Identifier without version: `2509.06986` or `cond-mat/9212029`."""
    version: int | None = None
    """The version that the digest names, if it names one."""
    title: str
    """The English title, on one line."""
    url: str
    """The canonical address, `https://arxiv.org/abs/<arxiv_id>`."""
    authors: tuple[str, ...] = ()
    """Names in the paper's order."""
    section: str = ""
    """The digest's section that held the entry, for example `cs.CV`."""
    category: str = ""
    """The main category."""
    categories: tuple[str, ...] = ()
    """All categories known, the main one first."""
    date: datetime.date | None = None
    """The digest's day."""
    published: datetime.date | None = None
    """The day of publication or update, where the source tells it."""
    tldr: str = ""
    """The card's one-sentence summary, written by a model from the abstract, mostly Chinese."""
    motivation: str = ""
    """The card's motivation, likewise a model's words."""
    method: str = ""
    """The card's method, likewise a model's words."""
    result: str = ""
    """The card's result, likewise a model's words."""
    conclusion: str = ""
    """The card's conclusion, likewise a model's words."""
    abstract: str = ""
    """The authors' abstract, its line breaks joined; empty when missing."""
    comment: str = ""
    """The authors' comment, for example `18 pages, 12 figures`."""
    links: tuple[str, ...] = ()
    """Addresses named in the abstract and the comment: code, data, project pages."""
    missing: tuple[str, ...] = ()
    """Names of the text fields that were absent, empty or placeholders."""
    source: str = ""
    """Name of the file that the entry was read from."""
    line: int = 0
    """The entry's first line in that file, counted from 1; 0 when unknown."""
    seen: tuple[datetime.date, ...] = ()
    """The days of all digests that held it, in order; filled in by the store."""

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) over everything but source, line and date: equal for an entry repeated on another day."""
        told = {
            field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name not in PROVENANCE
        }
        return hashlib.sha256(json.dumps(told, ensure_ascii=False, default=str).encode()).hexdigest()

    @property
    def card_fields(self) -> tuple[str, ...]:
        """Names of the card's fields that hold text."""
        return tuple(name for name in CARD_FIELDS if getattr(self, name))

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object from which `from_dict` makes an equal paper."""
        told = dataclasses.asdict(self)
        for name in ("date", "published"):
            told[name] = told[name] and told[name].isoformat()
        told["seen"] = [day.isoformat() for day in self.seen]
        return told

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Paper:
        """Return the paper that `to_dict` wrote; keys of later versions are ignored."""
        known = {field.name for field in dataclasses.fields(cls)}
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in told.items() if key in known
        }
        for name in ("date", "published"):
            values[name] = values.get(name) and datetime.date.fromisoformat(values[name])
        values["seen"] = tuple(datetime.date.fromisoformat(day) for day in values.get("seen", ()))
        return cls(**values)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What a question is restricted to: values of one filter are alternatives, different filters all hold."""

    categories: tuple[str, ...] = ()
    """Categories such as `cs.RO`; a paper passes that has one of them."""
    authors: tuple[str, ...] = ()
    """Parts of author names, case-insensitive."""
    papers: tuple[str, ...] = ()
    """arXiv ids without version."""
    since: datetime.date | None = None
    """First digest day."""
    until: datetime.date | None = None
    """Last digest day."""

    def __bool__(self) -> bool:
        """Whether anything is restricted."""
        return any((self.categories, self.authors, self.papers, self.since, self.until))

    def or_else(self, other: Filters) -> Filters:
        """Return these filters, completed by `other` where nothing is set: explicit filters beat inferred ones."""
        return Filters(
            categories=self.categories or other.categories,
            authors=self.authors or other.authors,
            papers=self.papers or other.papers,
            since=self.since or (None if self.until else other.since),
            until=self.until or (None if self.since else other.until),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A piece of one paper that matched a question."""

    arxiv_id: str
    """The paper."""
    field: str
    """`abstract`, a card field (`tldr`, `method`, ...) or a field of record (`title`, `authors`, ...)."""
    text: str
    """Verbatim text of the piece."""
    score: float
    """Higher is nearer; comparable within one retrieval."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Citation:
    """The source sentence that bears out one sentence of an answer."""

    arxiv_id: str
    """The cited paper, one of those retrieved."""
    title: str
    """Its title."""
    url: str
    """Its page on arxiv.org."""
    sentence: int
    """Which sentence (or table row) of the answer this supports, from 0."""
    field: str
    """Where the quote stands: `abstract`, a card field, or a field of record."""
    quote: str
    """The source's own words, verbatim."""
    support: Support
    """How far the quote bears out the sentence."""
    score: float
    """Support score, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """One released sentence of an answer, markers `[arXiv ID]` included."""

    text: str
    """Plain text with markers; no links, no HTML."""
    citations: tuple[Citation, ...] = ()
    """What it rests on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Retrieval:
    """Papers ranked for one question."""

    question: str
    """The question as searched: a follow-up stands on its own here."""
    papers: tuple[Paper, ...]
    """Best first."""
    scores: tuple[float, ...]
    """One per paper, comparable within this retrieval."""
    passages: tuple[Passage, ...]
    """The pieces that matched, best first."""
    searched: int
    """How many papers were looked at."""
    filters: Filters = Filters()
    """What the search was restricted to."""
    seconds: float = 0.0
    """Wall time, query embedding included."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What an answer cost at the language model."""

    llm_calls: int = 0
    """Requests made."""
    prompt_tokens: int = 0
    """Tokens read, as the server counts them."""
    completion_tokens: int = 0
    """Tokens written."""

    def __add__(self, other: Usage) -> Usage:
        """Return the sum."""
        return Usage(
            llm_calls=self.llm_calls + other.llm_calls,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Timings:
    """Wall times of one answer, in seconds from the question."""

    retrieve_s: float = 0.0
    """Until the papers were ranked."""
    first_token_s: float | None = None
    """Until the first words were released; None where no model ran."""
    total_s: float = 0.0
    """Until the answer was complete."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A cited answer, an abstention, or a corrected premise."""

    question: str
    """The question as asked."""
    resolved: str
    """The question as understood: a follow-up resolved against the conversation."""
    language: Language
    """The language of question and answer."""
    sentences: tuple[Sentence, ...]
    """The released sentences, in order."""
    layout: Layout = "prose"
    """How the sentences are joined: as prose, as a list, or as rows of a table."""
    abstained: bool = False
    """Whether the papers do not say it."""
    reason: Reason | None = None
    """Why it abstained, or that a premise was corrected."""
    papers: tuple[str, ...] = ()
    """arXiv ids, ranked; for lists and counts exactly the complete set."""
    passages: tuple[Passage, ...] = ()
    """The pieces that matched."""
    usage: Usage = Usage()
    """Model use."""
    timings: Timings = Timings()
    """Wall times."""
    model: str = ""
    """Which model answered."""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All citations, in the order of the sentences."""
        return tuple(citation for sentence in self.sentences for citation in sentence.citations)

    @property
    def text(self) -> str:
        """The answer as Markdown without links or HTML."""
        texts = [sentence.text for sentence in self.sentences]
        if self.layout == "prose":
            return ("" if self.language == "zh" else " ").join(texts)
        return "\n".join(texts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One earlier exchange of a conversation."""

    question: str
    """The question as resolved then."""
    papers: tuple[str, ...]
    """The papers that the answer cited or listed, in order of mention."""
    answer: str = ""
    """The answer's text."""

    @classmethod
    def of(cls, answer: Answer) -> Turn:
        """Return what a later question needs to know of `answer`."""
        cited = tuple(dict.fromkeys(citation.arxiv_id for citation in answer.citations))
        if answer.reason in {"not_in_corpus", "off_topic"}:
            cited = ()
        return cls(question=answer.resolved, papers=cited, answer=answer.text)
