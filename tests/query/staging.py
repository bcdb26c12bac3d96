"""What the tests of answering share: a language model that says what a test wants, and questions put to a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen, LLMMetadata
from llama_index.core.llms import CustomLLM
from pydantic import PrivateAttr

from rag.engines.loading import Embedders, LanguageModel
from rag.models import Answer, Filters, Retrieval, Sentence, Turn
from rag.query.answering import answer_question
from rag.query.corpus import Corpus
from vectorstore.store import Store


class QueuedLLM(CustomLLM):
    """Streams the texts it was given, one a call, character by character; remembers the prompts."""

    _texts: list[str] = PrivateAttr()
    _prompts: list[str] = PrivateAttr(default_factory=list)

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__()
        self._texts = list(texts)

    @property
    def prompts(self) -> list[str]:
        """Return what it was asked."""
        return self._prompts

    @property
    def metadata(self) -> LLMMetadata:
        """Return what LlamaIndex asks of a model."""
        return LLMMetadata(model_name="queued")

    def complete(self, prompt: str, formatted: bool = False, **options: Any) -> CompletionResponse:
        """Return the next text at once."""
        *_, last = self.stream_complete(prompt, formatted, **options)
        return last

    def stream_complete(self, prompt: str, formatted: bool = False, **options: Any) -> CompletionResponseGen:
        """Yield the next text by the character, then what it cost; a model with nothing left to say fails the test."""
        self._prompts.append(prompt)
        assert self._texts, f"the model was asked once more than expected: {prompt}"
        text = self._texts.pop(0)

        def pieces() -> CompletionResponseGen:
            for end, letter in enumerate(text, start=1):
                yield CompletionResponse(text=text[:end], delta=letter)
            cost = SimpleNamespace(usage=SimpleNamespace(prompt_tokens=len(prompt) // 4, completion_tokens=len(text) // 4))
            yield CompletionResponse(text=text, delta="", raw=cost)

        return pieces()


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A store with embedders, and as language model whatever a test wants it to say."""

    corpus: Corpus
    """The papers."""
    embedders: Embedders
    """The real ones."""

    @classmethod
    def over(cls, store: Store, embedders: Embedders) -> Stage:
        """Return a stage over an open store."""
        return cls(corpus=Corpus(store), embedders=embedders)

    def stream(
        self, question: str, *said: str, filters: Filters = Filters(), history: Sequence[Turn] = ()
    ) -> Iterator[Retrieval | Sentence | Answer]:
        """Yield what answering yields while the model says `said`, one text a call."""
        model = LanguageModel(llm=QueuedLLM(said), label="queued", remote=False)
        return answer_question(
            question, self.corpus, self.embedders, lambda: model, filters=filters, history=history
        )

    def ask(
        self, question: str, *said: str, filters: Filters = Filters(), history: Sequence[Turn] = ()
    ) -> Answer:
        """Return the answer to a question while the model says `said`; without it, a call to the model fails the test."""
        *_, answer = self.stream(question, *said, filters=filters, history=history)
        assert isinstance(answer, Answer)
        check(answer, self.corpus)
        return answer


def check(answer: Answer, corpus: Corpus) -> None:
    """Assert what holds for every answer: citations resolve, quotes are verbatim, markers and citations agree."""
    for position, sentence in enumerate(answer.sentences):
        for citation in sentence.citations:
            paper = corpus.paper(citation.arxiv_id)
            assert paper is not None, f"cited {citation.arxiv_id}, which the store does not hold"
            assert citation.arxiv_id in answer.papers
            assert (citation.sentence, citation.title, citation.url) == (position, paper.title, paper.url)
            source = ", ".join(field) if isinstance(field := source_of(paper, citation.field), tuple) else field
            assert citation.quote in source, f"{citation.quote!r} is not in the {citation.field} of {paper.arxiv_id}"
            assert f"[{citation.arxiv_id}]" in sentence.text
            assert citation.support != "unsupported"
            assert 0 <= citation.score <= 1
    assert answer.abstained == (answer.reason in {"not_in_corpus", "not_stated", "off_topic"})


def source_of(paper: Any, field: str) -> str | tuple[str, ...]:
    """Return the field of a paper that a citation names."""
    if field == "url":
        return (*paper.links, paper.url)
    return getattr(paper, field)
