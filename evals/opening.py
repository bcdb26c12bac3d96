"""Opening: from a subject's name to a subject over a corpus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evals.corpora import Corpus
from evals.errors import RunError
from evals.stores import open_assistant, store_name, stores_folder
from evals.subject import AssistantSubject, RecordedAssistant, Subject
from rag.assistant import Assistant
from rag.config import Settings
from rag.engines.loading import load_language_model

if TYPE_CHECKING:
    from evals.peers.entries import Entries


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Where and with what subjects are opened."""

    settings: Settings
    """Settings of the product; peers take their models from it."""
    stores: Path | None = None
    """Folder of the stores; None: in the program's cache."""

    def subject(self, name: str, corpus: Corpus) -> Subject:
        """Return a subject over a corpus; raises RunError when there is no such subject, and what opening it raises."""
        if name not in SUBJECTS:
            raise RunError(f"--subject {name}", "there is no such subject", f"use one of {', '.join(SUBJECTS)}")
        return SUBJECTS[name](self, corpus)

    def assistant(self, corpus: Corpus) -> Subject:
        """Return the product itself."""
        return AssistantSubject(open_assistant(corpus, self.settings, self.stores, RecordedAssistant))

    def words_only(self, corpus: Corpus) -> Subject:
        """Return the ranking by BM25 alone."""
        from evals.peers.retrievers import WordsOnly

        return WordsOnly(assistant=open_assistant(corpus, self.settings, self.stores, Assistant))

    def entries(self, corpus: Corpus) -> Entries:
        """Return the plain index that peers search, built once."""
        from evals.peers.entries import CHUNK_TOKENS, Entries, open_index

        assistant = open_assistant(corpus, self.settings, self.stores, Assistant)
        papers = assistant.papers()
        folder = stores_folder(self.stores) / f"entries-{CHUNK_TOKENS}-{store_name(corpus, self.settings)}"
        return Entries(
            index=open_index(papers, assistant.embedders.multilingual, folder),
            known={paper.arxiv_id: paper for paper in papers},
            embedders=assistant.embedders,
        )

    def dense_only(self, corpus: Corpus) -> Subject:
        """Return the ranking by one vector a chunk alone."""
        from evals.peers.retrievers import DenseOnly

        entries = self.entries(corpus)
        return DenseOnly(index=entries.index, known=entries.known)

    def stock(self, corpus: Corpus) -> Subject:
        """Return LlamaIndex's CitationQueryEngine."""
        from evals.peers.stock import StockEngine

        entries = self.entries(corpus)
        model = load_language_model(self.settings)
        return StockEngine(index=entries.index, known=entries.known, model=model, embedders=entries.embedders)

    def paperqa(self, corpus: Corpus) -> Subject:
        """Return PaperQA; raises RunError where its environment was not made."""
        from evals.peers.environment import PAPERQA, environment_folder, environment_python
        from evals.peers.paperqa_peer import PaperQA

        python = environment_python(PAPERQA, environment_folder(PAPERQA))
        entries = self.entries(corpus)
        return PaperQA(
            index=entries.index,
            known=entries.known,
            model=load_language_model(self.settings),
            embedders=entries.embedders,
            settings=self.settings,
            python=python,
        )


SUBJECTS: dict[str, Callable[[Opening, Corpus], Subject]] = {
    "assistant": Opening.assistant,
    "citation-query-engine": Opening.stock,
    "paperqa": Opening.paperqa,
    "bm25": Opening.words_only,
    "dense": Opening.dense_only,
}
"""Everything that can be run, by the name on the command line."""
RANKERS = frozenset({"bm25", "dense"})
"""Subjects that rank papers and answer nothing."""
