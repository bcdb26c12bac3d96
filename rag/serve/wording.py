"""The chat's own words; the sentences themselves are data beside this module, a file a language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from rag.models import Language, Reason, Support


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """Every text of the interface in one language; `{name}` stands for a value."""

    language: Language
    """The language of these words."""
    other: tuple[Language, str]
    """The other interface language and its own name for itself."""
    tagline: str
    """What this is, under the name."""
    papers: tuple[str, str]
    """How many papers there are: one, and any other `{count}`."""
    undated: str
    """The days of a store whose digests have no date."""
    days: tuple[str, str]
    """One `{first}` day, or `{count}` days from `{first}` to `{last}`."""
    local: str
    """No text leaves the machine."""
    remote: str
    """Questions and passages are sent to `{model}`."""
    remote_embedder: str
    """Questions are sent away to be embedded."""
    scope_note: str
    """Only abstracts are known."""
    sample_note: str
    """The sample's texts are retold."""
    placeholder: str
    """In the empty question box."""
    question_label: str
    """Name of the question box."""
    ask: str
    """Button: send the question."""
    stop: str
    """Button: stop the answer."""
    conversation_label: str
    """Name of the conversation."""
    welcome: str
    """Headline of an empty conversation."""
    welcome_more: str
    """The sentence under it."""
    new_conversation: str
    """Button: forget everything."""
    filters: str
    """Heading of the filters while none is set."""
    filters_active: str
    """Heading of the filters while `{count}` are set."""
    category: str
    """Filter label."""
    author: str
    """Filter label."""
    author_hint: str
    """In the empty author box."""
    since: str
    """Filter label."""
    until: str
    """Filter label."""
    any_value: str
    """Choice of a filter that restricts nothing."""
    sources_hint: str
    """In the panel before the first question."""
    overview: str
    """Heading over the papers of the latest day."""
    further: str
    """`{count}` papers of that day have no card for want of room."""
    cited: str
    """Heading over cited papers."""
    found: str
    """Heading over retrieved papers while there is no answer."""
    also_found: str
    """Heading over retrieved papers that are not cited."""
    not_shown: str
    """`{count}` cited papers have no card for want of room."""
    no_papers: str
    """Nothing was retrieved."""
    searching: str
    """State: looking for papers."""
    reading: str
    """State: papers found, answer not yet begun."""
    writing: str
    """State: the answer is under way."""
    stopped: str
    """The answer was stopped."""
    searched: tuple[str, str]
    """Foot of an answer: one paper, or `{count}`, searched in `{milliseconds}` ms."""
    answered: str
    """Foot of an answer: `{seconds}` s by `{model}`."""
    answered_from_records: str
    """Foot of an answer: `{seconds}` s without a language model."""
    sent_away: str
    """Foot of an answer whose text left the machine."""
    evidence: tuple[str, str]
    """Heading over the quotes of one answer: one, and any other `{count}`."""
    copy: str
    """Button: copy the answer."""
    support: Mapping[Support, str]
    """How far a quote bears a sentence out."""
    reason: Mapping[Reason, str]
    """Why there is no plain answer."""
    fields: Mapping[str, str]
    """Names of the fields of a paper."""
    abstract_sample: str
    """Heading of an abstract that is retold."""
    card: str
    """Heading of the card that a model wrote."""
    card_note: str
    """What a reader should know of it."""
    no_abstract: str
    """The digest has no abstract of this paper."""
    more_authors: str
    """`{count}` further authors."""
    empty_store: str
    """The store holds no papers."""
    wrong_days: str
    """The first day is after the last."""
    failure: str
    """Something broke that was not foreseen."""
    queued: tuple[str, str]
    """State: one question, or `{count}`, will be answered before this one."""
    nearest: str
    """Over the passage that is nearest to the question, while there is no answer."""
    next_questions: str
    """Over questions that could follow."""
    export_markdown: str
    """Link: the answer as Markdown."""
    export_bibtex: str
    """Link: papers as BibTeX."""
    export_csv: str
    """Link: a comparison as CSV."""
    export_note: str
    """Foot of an exported conversation, answered by `{model}`."""
    references: str
    """Heading over the papers that an export cites."""
    said: str
    """Column: what an answer says."""
    quoted: str
    """Column: what it rests on."""
    support_label: str
    """Column: how far."""
    tab_sources: str
    """Tab: the papers behind an answer."""
    tab_papers: str
    """Tab: the papers of a day."""
    tab_threads: str
    """Tab: earlier conversations."""
    tab_add: str
    """Tab: upload of digests."""
    find_papers: str
    """In the empty search box over the papers."""
    find_label: str
    """Name of that box."""
    sort: str
    """Label: order of the papers."""
    sorts: Mapping[str, str]
    """The orders."""
    day: str
    """Label: which day's papers."""
    every_day: str
    """All days' papers."""
    listed: tuple[str, str]
    """How many papers are listed: one, and any other `{count}`."""
    new_since: str
    """Button, after a number: papers that came since the last visit."""
    narrow: str
    """What a bar of the chart does for `{name}`, which has `{count}` papers."""
    nothing_found: str
    """No paper of the list matches the search."""
    choose: str
    """Button: restrict questions to a paper."""
    chosen: str
    """The same button of a chosen paper."""
    read: str
    """Button: show a paper's card."""
    unborne: tuple[str, str]
    """What a summary says and the abstract does not: one detail `{told}`, or `{count}` of them."""
    unborne_mark: tuple[str, str]
    """Mark of a paper whose summary says one such thing, or `{count}`."""
    lacking: str
    """The summary's fields `{told}` are missing."""
    no_card: str
    """Mark of a paper without a summary card."""
    abstract_missing: str
    """Mark of a paper without an abstract."""
    drop: str
    """What a click on an active filter `{name}` does."""
    paper: str
    """Filter label: chosen papers."""
    compare: str
    """Button: compare chosen papers."""
    compare_question: str
    """The question that it asks about `{papers}`."""
    summarise: str
    """Button: summarise chosen papers."""
    summarise_question: tuple[str, str]
    """The question that it asks about one paper or several `{papers}`."""
    threads_note: str
    """Over the conversations: where they are kept, whose they are."""
    no_threads: str
    """There are none."""
    thread_facts: tuple[str, str]
    """One question, or `{count}`, the last one at `{when}`."""
    share: str
    """Link: the conversation to be read by others."""
    share_note: str
    """What that link is."""
    forget: str
    """Button: delete a conversation."""
    forget_sure: str
    """The same button after the first click."""
    shared: str
    """Over a conversation that is read by others."""
    gone: str
    """A conversation that does not exist."""
    thanks: str
    """After a thumb was given."""
    comment: str
    """In the empty comment box."""
    send: str
    """Button: send the comment."""
    commented: str
    """After a comment was given."""
    upload: str
    """Name of the upload."""
    upload_note: str
    """What can be uploaded, at most `{size}` MB, and where it goes."""
    upload_reading: str
    """Progress: reading."""
    upload_writing: str
    """Progress: `{done}` of `{total}` papers are in."""
    upload_done: str
    """Report: `{papers}` read, `{added}` new, `{updated}` changed, `{unchanged}` unchanged, in `{seconds}`."""
    upload_undated: str
    """Report: the day of `{name}` is unknown."""
    upload_nothing: str
    """Report: no paper was read from `{name}`."""
    upload_warnings: tuple[str, str]
    """Heading over one warning, or `{count}`."""
    upload_line: str
    """Where a warning comes from: line `{line}` of `{name}`."""
    upload_large: str
    """Report: `{name}` is larger than `{size}` MB."""
    followups: Mapping[str, str]
    """Questions that could follow an answer, by what they ask for; `{a}` and `{b}` are papers."""


def load_wording(language: Language) -> Wording:
    """Return the words of one language."""
    told = tomllib.loads((files(__package__) / f"wording.{language}.toml").read_text(encoding="utf-8"))
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    return Wording(**values)


ENGLISH, CHINESE = load_wording("en"), load_wording("zh")
WORDINGS: Mapping[Language, Wording] = {"en": ENGLISH, "zh": CHINESE}
