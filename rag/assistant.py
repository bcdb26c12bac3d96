"""The one object behind command line, chat, batch and evaluation: understand -> retrieve -> answer -> verify."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from rag.config import Settings, cache_folder
from rag.engines.loading import Embedder, LanguageModel, load_embedder, load_language_model
from rag.engines.prefill import Prefill
from rag.errors import UnknownPaperError
from rag.ingest.indexing import IndexReport, Progress, index_papers
from rag.models import Answer, Filters, Paper, Retrieval, Sentence, Turn
from rag.query.answering import answer_question
from rag.query.corpus import Corpus
from rag.query.retrieval import retrieve
from vectorstore.store import Store

Event = Retrieval | Sentence | Answer
"""What `Assistant.stream` yields: the retrieval first, then verified sentences, then the whole answer, always last."""


class Assistant:
    """Questions in, cited answers out, over one store. Safe to share between threads."""

    def __init__(self, settings: Settings, store: Store, embedder: Embedder) -> None:
        self.settings = settings
        self.store = store
        self.embedder = embedder
        self._lock = threading.Lock()
        self._corpus = Corpus(store)

    @classmethod
    def open(cls, settings: Settings) -> Assistant:
        """Load the embedder and open the store; the language model is loaded by the first question that needs it.

        Raises ConfigError, ModelUnavailableError or StoreError.
        """
        embedder = load_embedder(settings)
        return cls(settings, Store.open(settings.store, embedder.identity, cache_folder()), embedder)

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def __enter__(self) -> Assistant:
        """Return itself; the store is closed at the end."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the store."""
        self.close()

    @cached_property
    def _language_model(self) -> LanguageModel:
        return load_language_model(self.settings)

    @property
    def language_model(self) -> LanguageModel:
        """The language model, loaded once; raises ConfigError or ModelUnavailableError."""
        with self._lock:
            return self._language_model

    @property
    def loaded_model(self) -> LanguageModel | None:
        """The language model where it has been loaded."""
        return self.__dict__.get("_language_model")

    def corpus(self) -> Corpus:
        """Return the store as it is now, what other processes have written included."""
        self.store.refresh()
        if self._corpus.generation != self.store.catalogue.generation:
            self._corpus = Corpus(self.store)
        return self._corpus

    def index(self, papers: Iterable[Paper], progress: Progress = lambda done: None) -> IndexReport:
        """Write papers into the store; raises StoreError when another process writes."""
        return index_papers(papers, self.store, self.embedder, progress)

    def papers(self, filters: Filters = Filters()) -> list[Paper]:
        """Return the papers that pass the filters, in the order of their arrival."""
        return self.corpus().papers(filters)

    def paper(self, arxiv_id: str) -> Paper:
        """Return one paper; raises UnknownPaperError."""
        found = self.corpus().paper(arxiv_id)
        if found is None:
            raise UnknownPaperError(arxiv_id)
        return found

    def search(self, question: str, *, limit: int = 10, filters: Filters = Filters()) -> Retrieval:
        """Return papers ranked for a question, without the language model."""
        return retrieve(question, self.corpus(), self.embedder, filters=filters, limit=limit)

    def stream(self, question: str, *, filters: Filters = Filters(), history: Sequence[Turn] = ()) -> Iterator[Event]:
        """Yield the retrieval, then each sentence as it is verified, then the complete answer.

        Raises ModelUnavailableError where the language model is needed and fails.
        """
        yield from answer_question(
            question, self.corpus(), self.embedder, lambda: self.language_model, filters=filters, history=history
        )

    def anticipate(
        self,
        question: str,
        wanted: Callable[[], bool],
        *,
        filters: Filters = Filters(),
        history: Sequence[Turn] = (),
    ) -> None:
        """Have the embedded model read what a question, still being typed, would put before it, as long as `wanted`.

        Nothing is done before the model is loaded, nor where a text would leave this machine. Raises as `stream` does.
        """
        model = self.loaded_model
        if model is None or model.server is None or self.embedder.remote:
            return
        reader = Prefill.of(model, wanted)
        events = answer_question(
            question, self.corpus(), self.embedder, lambda: reader, filters=filters, history=history
        )
        next((event for event in events if not isinstance(event, Retrieval)), None)

    def ask(self, question: str, *, filters: Filters = Filters(), history: Sequence[Turn] = ()) -> Answer:
        """Return the complete answer; raises as `stream` does."""
        *_, answer = self.stream(question, filters=filters, history=history)
        if not isinstance(answer, Answer):
            raise TypeError("the stream of an answer did not end with it")
        return answer
