"""What the chat does when a reader browses and restricts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import gradio as gr

from rag.assistant import Assistant
from rag.models import Filters, Paper
from rag.query.corpus import Corpus
from rag.serve.cards import Manner, one_paper, problem
from rag.serve.choosing import MOST_CHOSEN, active
from rag.serve.day import LATEST, MOST_LISTED, Order, listing
from rag.serve.examples import questions
from rag.serve.handlers import read_filters
from rag.serve.markup import IDENTIFIER, VERSION
from rag.serve.page import Holdings, masthead
from vectorstore import StoreError

RECENT = 200
"""Papers, the last to arrive, from which example questions are made."""


class Surroundings(NamedTuple):
    """What depends on the store and may change while the page is open."""

    masthead: Any
    """The head of the page."""
    chatbot: Any
    """The conversation, for its example questions."""
    categories: Any
    """Choices of the filter."""
    since: Any
    """Choices of the filter."""
    until: Any
    """Choices of the filter."""
    day: Any
    """Choices of the list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Browsing:
    """The handlers of masthead, lists and filters."""

    assistant: Assistant
    """Knows the papers."""
    manner: Manner
    """How the page is written."""

    def surroundings(self) -> Surroundings:
        """Return what depends on the store, as it is now."""
        try:
            corpus = self.assistant.corpus()
            days, catalogue = corpus.days(), corpus.store.catalogue
            recent = corpus.get(catalogue.ids()[-RECENT:])
            categories = [name for name, _ in catalogue.facets("category")]
        except StoreError:
            return Surroundings(*[gr.skip()] * 6)
        words = self.manner.words
        head = Holdings(papers=len(corpus), days=tuple(days), embedder_remote=self.assistant.embedder.remote)
        starters = questions(recent, words.language, sample=self.manner.sample) if recent else []
        any_day = [(words.any_value, ""), *((day, day) for day in reversed(days))]
        listed = [(day, LATEST if day == days[-1] else day) for day in reversed(days)] or [(words.undated, LATEST)]
        return Surroundings(
            masthead(head, self.manner),
            gr.Chatbot(examples=[{"text": text, "display_text": text} for text in starters]),
            gr.Dropdown(choices=sorted(categories)),
            gr.Dropdown(choices=any_day),
            gr.Dropdown(choices=any_day),
            gr.Dropdown(choices=[*listed, (words.every_day, "")], visible=len(days) > 1),
        )

    def listed(self, order: str = "category", day: str = LATEST) -> str:
        """Return the list of a day's papers, by default the latest day's."""
        try:
            corpus = self.assistant.corpus()
            papers = day_papers(corpus, day)
        except StoreError as error:
            return problem(str(error))
        known = order if order in self.manner.words.sorts else "category"
        return listing(papers, cast(Order, known), self.manner.words)

    def read(self, identifier: str) -> tuple[Any, Any]:
        """Return a paper's card for the panel, and turn to it."""
        paper = self.assistant.corpus().paper(VERSION.sub("", identifier.strip()))
        if paper is None:
            return gr.skip(), gr.skip()
        return one_paper(paper, self.manner), gr.Tabs(selected="sources")

    def pick(self, identifier: str, papers: list[str] | None) -> Any:
        """Return the chosen papers with one more, or one less where it was chosen."""
        one, chosen = VERSION.sub("", identifier.strip()), list(papers or ())
        if not IDENTIFIER.fullmatch(one):
            return gr.skip()
        return [each for each in chosen if each != one] if one in chosen else [*chosen, one][-MOST_CHOSEN:]

    def drop(
        self, named: str, categories: list[str], author: str, since: str, until: str, papers: list[str]
    ) -> tuple[Any, ...]:
        """Return the restrictions without the one that was named: its kind, a space, its value."""
        kind, _, value = named.partition(" ")
        authors = ", ".join(name for name in read_filters((), author, "", "").authors if name != value)
        left = [one for one in papers or () if one != value]
        return (
            [one for one in categories or () if one != value] if kind == "category" else gr.skip(),
            authors if kind == "author" else gr.skip(),
            "" if kind == "since" else gr.skip(),
            "" if kind == "until" else gr.skip(),
            left if kind == "paper" else gr.skip(),
        )

    def restricted(
        self, categories: list[str], author: str, since: str, until: str, papers: list[str]
    ) -> tuple[Any, str]:
        """Return the heading of the filters, which says how many are set, and the chips that show them."""
        limits = read_filters(categories, author, since, until, papers)
        count = sum(map(bool, (limits.categories, limits.authors, limits.since, limits.until, limits.papers)))
        words = self.manner.words
        label = words.filters_active.format(count=count) if count else words.filters
        return gr.Accordion(label=label), active(limits, self.found(limits), words)

    def found(self, limits: Filters) -> list[Paper]:
        """Return the chosen papers that the store holds."""
        try:
            return self.assistant.corpus().get(limits.papers)
        except StoreError:
            return []


def day_papers(corpus: Corpus, day: str) -> list[Paper]:
    """Return the papers of an ISO day, of the latest one, or (for an empty text) of all: those that arrived last."""
    days = corpus.days()
    wanted = (days[-1] if days else "") if day == LATEST else day
    ids = corpus.store.catalogue.ids()
    if wanted in days:
        passed = corpus.select(read_filters((), "", wanted, wanted)) or set()
        ids = [identifier for identifier in ids if identifier in passed]
    return corpus.get(ids[-MOST_LISTED:])
