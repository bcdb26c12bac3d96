"""Opening: from a subject's name to a subject over a corpus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from evals.ablation import RECIPES, Ablated
from evals.corpora import Corpus
from evals.errors import RunError
from evals.stores import entries_hash, open_assistant, stores_folder
from evals.subject import AssistantSubject, RecordedAssistant, Subject
from rag.assistant import Assistant
from rag.config import Settings
from rag.engines.loading import load_language_model

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

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

    def ablated(self, corpus: Corpus, name: str) -> Subject:
        """Return the product's ranking by one of the recipes of the ablation."""
        return Ablated(assistant=open_assistant(corpus, self.settings, self.stores, Assistant), name=name)

    def entries(self, corpus: Corpus) -> Entries:
        """Return the plain index that peers search, built once."""
        from evals.peers.entries import CHUNK_TOKENS, Entries, open_index

        assistant = open_assistant(corpus, self.settings, self.stores, Assistant)
        papers = assistant.papers()
        embedding = self.peers_embedding(assistant)
        name = f"entries-{CHUNK_TOKENS}-{corpus.name}-{entries_hash(corpus, embedding.model_name)}"
        return Entries(
            index=open_index(papers, embedding, stores_folder(self.stores) / name),
            known={paper.arxiv_id: paper for paper in papers},
            embedding=embedding,
            embedder=assistant.embedder,
        )

    def peers_embedding(self, assistant: Assistant) -> BaseEmbedding:
        """Return the embedder of peers: the one that is set, and in place of the local one, one that knows Chinese."""
        from evals.peers.e5 import E5Embedding

        local = self.settings.embedder == "local"
        return E5Embedding.load(self.settings.threads) if local else assistant.embedder.model

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
        return StockEngine(index=entries.index, known=entries.known, model=model, embedder=entries.embedder)

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
            embedding=entries.embedding,
            embedder=entries.embedder,
            settings=self.settings,
            python=python,
        )


SUBJECTS: dict[str, Callable[[Opening, Corpus], Subject]] = {
    "assistant": Opening.assistant,
    "citation-query-engine": Opening.stock,
    "paperqa": Opening.paperqa,
    "bm25": Opening.words_only,
    "dense": Opening.dense_only,
    **{name: partial(Opening.ablated, name=name) for name in RECIPES},
}
"""Everything that can be run, by the name on the command line."""
RANKERS = ("bm25", "dense", *RECIPES)
"""Subjects that rank papers and answer nothing."""
