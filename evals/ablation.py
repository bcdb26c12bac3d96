"""Ablation: the assistant's own ranking with one part of its recipe left out, and with one part alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from evals.cases import Ask
from evals.rows import Observation, Retrieved
from evals.subject import DEPTH, no_answer, retrieved
from rag.assistant import Assistant
from rag.models import Language, Paper, Turn
from rag.query.retrieval import RECIPE, Recipe, retrieve

Weights = Mapping[Language, Mapping[str, float]]
LEGS = ("lexical", "glossed", "paper", "sentences", "late-interaction")


def without(leg: str) -> Recipe:
    """Return the recipe with one leg left out of the text and of the card; the others keep their weights."""

    def rest(weights: Weights) -> Weights:
        return {
            language: {name: weight for name, weight in legs.items() if name != leg}
            for language, legs in weights.items()
        }

    return replace(RECIPE, text=rest(RECIPE.text), card=rest(RECIPE.card))


RECIPES: Mapping[str, Recipe] = {
    "one-vector": Recipe(text={"en": {"paper": 1.0}, "zh": {"paper": 1.0}}, card={"en": {}, "zh": {}}),
    "late-interaction": Recipe(
        text={"en": {"late-interaction": 1.0}, "zh": {"late-interaction": 1.0}}, card={"en": {}, "zh": {}}
    ),
    **{f"without-{leg}": without(leg) for leg in LEGS},
}
"""What is left of the assistant's ranking, by the subject's name; `one-vector` is title and abstract as one,
`late-interaction` its words alone."""


@dataclass(frozen=True, kw_only=True)
class Ablated:
    """The assistant's ranking by another recipe; it answers nothing."""

    assistant: Assistant
    """Opened over the corpus; its language model is not used."""
    name: str
    """One of `RECIPES`."""

    @property
    def engine(self) -> str:
        """The recipe and the embedder."""
        return f"assistant {self.name} embedder={self.assistant.settings.embedder}"

    def papers(self) -> Mapping[str, Paper]:
        """Return all papers by arXiv id."""
        return {paper.arxiv_id: paper for paper in self.assistant.papers()}

    def search(self, ask: Ask) -> Retrieved:
        """Rank by the recipe; filters hold."""
        corpus, recipe = self.assistant.corpus(), RECIPES[self.name]
        return retrieved(
            retrieve(ask.question, corpus, self.assistant.embedder, filters=ask.filters, limit=DEPTH, recipe=recipe)
        )

    def ask(self, ask: Ask, history: Sequence[Turn]) -> Observation:
        """Raise RunError: it does not answer."""
        raise no_answer(self.engine)
