"""What the tests of answering share: a language model that says what a test wants, and questions put to a store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen, LLMMetadata
from llama_index.core.llms import CustomLLM
from pydantic import PrivateAttr

from rag.engines.loading import Embedder, LanguageModel
from rag.models import Answer, Filters, Paper, Retrieval, Sentence, Turn
from rag.query.answering import answer_question
from rag.query.corpus import Corpus

MARKER = re.compile(r"\[((?:\d{4}\.\d{4,5})|(?:[a-z\-]+(?:\.[A-Z]{2})?/\d{7}))\]")
SPELT = {"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "ten": "10"}
NUMBER = re.compile(r"(?<![A-Za-z0-9.\-])(\d[\d,]*(?:\.\d+)?)(?=[x%kM]?(?![A-Za-z0-9]))")


class QueuedLLM(CustomLLM):
    """Streams the texts it was given, one a call, character by character; remembers the prompts."""

    _texts: list[str] = PrivateAttr()
    _prompts: list[str] = PrivateAttr(default_factory=list)

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__()
        self._texts = list(texts)

    @property
    def prompts(self) -> list[str]:
        """What it was asked."""
        return self._prompts

    @property
    def metadata(self) -> LLMMetadata:
        """What LlamaIndex asks of a model."""
        return LLMMetadata(model_name="queued")

    def complete(self, prompt: str, formatted: bool = False, **options: Any) -> CompletionResponse:
        """Return the next text at once."""
        *_, last = self.stream_complete(prompt, formatted, **options)
        return last

    def stream_complete(self, prompt: str, formatted: bool = False, **options: Any) -> CompletionResponseGen:
        """Yield the next text by the character, then its cost; a model with nothing left to say fails the test."""
        self._prompts.append(prompt)
        assert self._texts, f"the model was asked once more than expected: {prompt}"
        text = self._texts.pop(0)

        def pieces() -> CompletionResponseGen:
            for end, letter in enumerate(text, start=1):
                yield CompletionResponse(text=text[:end], delta=letter)
            usage = SimpleNamespace(prompt_tokens=len(prompt), completion_tokens=len(text))
            yield CompletionResponse(text=text, delta="", raw=SimpleNamespace(usage=usage))

        return pieces()


def saying(*texts: str) -> LanguageModel:
    """Return a language model that says these texts, one a call."""
    return LanguageModel(llm=QueuedLLM(texts), label="queued", remote=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A store with the real embedder, and for language model whatever a test wants it to say."""

    corpus: Corpus
    """The papers."""
    embedder: Embedder
    """The real ones."""

    def stream(
        self, question: str, *said: str, filters: Filters = Filters(), history: Sequence[Turn] = ()
    ) -> Iterator[Retrieval | Sentence | Answer]:
        """Yield what answering yields while the model says `said`."""
        model = saying(*said)
        return answer_question(question, self.corpus, self.embedder, lambda: model, filters=filters, history=history)

    def ask(self, question: str, *said: str, filters: Filters = Filters(), history: Sequence[Turn] = ()) -> Answer:
        """Return the answer, checked; where nothing is `said`, a call to the model fails the test."""
        *_, answer = self.stream(question, *said, filters=filters, history=history)
        assert isinstance(answer, Answer)
        check(answer, self.corpus)
        return answer


Build = Callable[[str, Sequence[Paper]], Stage]
"""Indexes papers into a store of their own, given its name."""


def check(answer: Answer, corpus: Corpus) -> None:
    """Assert what holds for every answer: citations resolve, quotes are verbatim, markers are citations' own."""
    for position, sentence in enumerate(answer.sentences):
        cited = {citation.arxiv_id for citation in sentence.citations}
        assert cited <= set(MARKER.findall(sentence.text))
        for citation in sentence.citations:
            paper = corpus.paper(citation.arxiv_id)
            assert paper is not None, f"cited {citation.arxiv_id}, which the store does not hold"
            assert citation.arxiv_id in answer.papers
            assert (citation.sentence, citation.title, citation.url) == (position, paper.title, paper.url)
            assert citation.quote in source_of(paper, citation.field)
            assert citation.support != "unsupported"
            assert 0 <= citation.score <= 1
    assert answer.abstained == (answer.reason in {"not_in_corpus", "not_stated", "off_topic"})


def source_of(paper: Paper, field: str) -> str:
    """Return the field of a paper that a citation names, as one line."""
    if field == "url":
        return ", ".join((*paper.links, paper.url)) if paper.url not in paper.links else ", ".join(paper.links)
    if field == "categories":
        return ", ".join(paper.categories or (paper.category,))
    value = getattr(paper, field)
    return value if isinstance(value, str) else ", ".join(value)


def unquoted_numbers(answer: Answer) -> dict[str, set[str]]:
    """Return, for each cited sentence, the numbers that stand in none of its quotes and not in the paper's title."""
    found = {}
    for sentence in answer.sentences:
        if not sentence.citations:
            continue
        held = " ".join(f"{citation.quote} {citation.title}" for citation in sentence.citations).replace(",", "")
        held += " " + " ".join(digit for word, digit in SPELT.items() if re.search(rf"\b{word}\b", held, re.IGNORECASE))
        said = {number.replace(",", "") for number in NUMBER.findall(MARKER.sub("", sentence.text))}
        if missing := {number for number in said if number not in held}:
            found[sentence.text] = missing
    return found


def listed(answer: Answer) -> list[str]:
    """Return the papers that a list names, in order; every item must cite the paper that it names, and no other."""
    items = answer.sentences[1:]
    for item in items:
        assert item.text.startswith("- ")
        assert [citation.arxiv_id for citation in item.citations] == MARKER.findall(item.text)[-1:]
    return [item.citations[0].arxiv_id for item in items]


def turn(*papers: str, question: str = "Which papers?") -> Turn:
    """Return an earlier exchange whose answer named these papers."""
    return Turn(question=question, papers=papers, answer="An answer.")


def bug(reason: str) -> pytest.MarkDecorator:
    """Return the mark of a test that shows a known fault; it must go when the fault has gone."""
    return pytest.mark.xfail(strict=True, reason=reason)
