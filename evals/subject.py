"""Subjects: whatever can be asked the questions of a case, the assistant first of all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

from evals.cases import Ask
from evals.errors import RunError
from evals.memory import resident_mib
from evals.rows import Observation, Prompt, Retrieved
from rag.assistant import Assistant
from rag.config import Settings
from rag.engines.loading import Completion, Embedder, LanguageModel
from rag.models import Answer, Paper, Retrieval, Turn
from vectorstore.store import Store

DEPTH = 10
"""Papers of a retrieval that are kept."""


class Subject(Protocol):
    """Something that ranks papers and, maybe, answers."""

    @property
    def engine(self) -> str:
        """Its name and the models that it runs on."""

    def search(self, ask: Ask) -> Retrieved:
        """Rank papers for a question."""

    def ask(self, ask: Ask, history: Sequence[Turn]) -> Observation:
        """Answer a question that follows earlier ones."""

    def papers(self) -> Mapping[str, Paper]:
        """Return all papers by arXiv id."""


@dataclass(frozen=True, kw_only=True)
class RecordedModel(LanguageModel):
    """A language model that keeps its calls, for the rows."""

    calls: list[Prompt]
    """Every call so far, in order."""
    says: str = ""
    """What it writes whatever it is asked; empty: it writes for itself."""

    @classmethod
    def around(cls, model: LanguageModel, calls: list[Prompt], says: str = "") -> RecordedModel:
        """Return a model that adds its calls to `calls`, and writes `says` where there is something to say."""
        return cls(**{told.name: getattr(model, told.name) for told in fields(model)}, calls=calls, says=says)

    def complete(self, system: str, user: str, *, max_tokens: int, **options: Any) -> Completion:
        """Complete, and keep the prompt and what was written."""
        if self.says:
            self.calls.append(Prompt(system=system, user=user, raw=self.says))
            return Completion(deltas=iter([self.says]), costs=[])
        if self.server is not None:
            # a cached prefix is read in other batches, which can change a token: equal runs must be equal
            options["extra_body"] = {"cache_prompt": False, **options.get("extra_body", {})}
        completion = super().complete(system, user, max_tokens=max_tokens, **options)
        position = len(self.calls)
        self.calls.append(Prompt(system=system, user=user))

        def deltas() -> Iterator[str]:
            written: list[str] = []
            try:
                for delta in completion.deltas:
                    written.append(delta)
                    yield delta
            finally:
                self.calls[position] = Prompt(system=system, user=user, raw="".join(written))

        return Completion(deltas=deltas(), costs=completion.costs, opening=completion.opening)


class RecordedAssistant(Assistant):
    """The assistant, the calls of its language model kept."""

    def __init__(self, settings: Settings, store: Store, embedder: Embedder) -> None:
        super().__init__(settings, store, embedder)
        self.calls: list[Prompt] = []
        self.says = ""

    @property
    def language_model(self) -> LanguageModel:
        """The language model, recorded; where a case scripts it, it says what the case wants."""
        return RecordedModel.around(super().language_model, self.calls, self.says)


class AssistantSubject:
    """The product itself, as it ships."""

    def __init__(self, assistant: RecordedAssistant) -> None:
        self._assistant = assistant
        self._papers = {paper.arxiv_id: paper for paper in assistant.papers()}

    @property
    def engine(self) -> str:
        """The settings that name the models."""
        settings = self._assistant.settings
        return f"assistant llm={settings.llm} embedder={settings.embedder}"

    def papers(self) -> Mapping[str, Paper]:
        """Return all papers by arXiv id."""
        return self._papers

    def search(self, ask: Ask) -> Retrieved:
        """Rank papers without the language model."""
        return retrieved(self._assistant.search(ask.question, limit=DEPTH, filters=ask.filters))

    def ask(self, ask: Ask, history: Sequence[Turn]) -> Observation:
        """Answer, keeping the retrieval and the prompts."""
        found: Retrieved | None = None
        answer: Answer | None = None
        before = len(self._assistant.calls)
        self._assistant.says = ask.says
        for event in self._assistant.stream(ask.question, filters=ask.filters, history=history):
            if isinstance(event, Retrieval):
                found = retrieved(event)
            elif isinstance(event, Answer):
                answer = event
        return Observation(retrieval=found, answer=answer, prompts=tuple(self._assistant.calls[before:]))


def no_answer(engine: str) -> RunError:
    """Return the error of a subject that cannot answer."""
    return RunError(engine, "it ranks papers and answers nothing", "run it with --retrieve-only")


def retrieved(retrieval: Retrieval) -> Retrieved:
    """Return what a row keeps of a retrieval."""
    ids = tuple(paper.arxiv_id for paper in retrieval.papers)
    return Retrieved(papers=ids, scores=retrieval.scores, passages=retrieval.passages, seconds=retrieval.seconds)


def observe(subject: Subject, turns: Sequence[Ask], *, retrieve_only: bool = False) -> Iterator[Observation]:
    """Yield what a subject makes of each question of a case, in order; an error ends it, as the last observation.

    With `retrieve_only`, later questions of a dialogue are left out: what they mean depends on answers.
    """
    history: list[Turn] = []
    for ask in turns[:1] if retrieve_only else turns:
        try:
            observation = (
                Observation(retrieval=subject.search(ask)) if retrieve_only else subject.ask(ask, tuple(history))
            )
        except Exception as error:  # whatever a subject raises is a row that failed, and the run goes on
            yield Observation(error=f"{type(error).__name__}: {error}")
            return
        yield replace(observation, memory_mib=resident_mib())
        if observation.answer is not None:
            history.append(Turn.of(observation.answer))
