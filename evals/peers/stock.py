"""The stock pipeline: LlamaIndex's CitationQueryEngine on Chroma, with its own defaults."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llama_index.core import VectorStoreIndex
from llama_index.core.base.response.schema import StreamingResponse
from llama_index.core.callbacks import CallbackManager, TokenCountingHandler
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.schema import NodeWithScore

from evals.cases import Ask
from evals.peers.chunks import chunk_citation
from evals.peers.retrievers import DenseOnly
from evals.rows import Observation, Retrieved
from rag.engines.loading import Embedder, LanguageModel, tokenizer
from rag.models import Answer, Citation, Language, Paper, Sentence, Timings, Turn, Usage
from rag.text import detect_language, sentences

TOP_K = 3
"""Chunks that are retrieved, as in the engine's own documentation."""
NUMBER = re.compile(r"\s*\[(\d{1,2})\]")
"""A citation of the engine: the number of a source."""


@dataclass(frozen=True, kw_only=True)
class StockEngine:
    """CitationQueryEngine over the entries; every question stands alone, since it knows no conversation."""

    index: VectorStoreIndex
    """The entries in Chroma."""
    known: Mapping[str, Paper]
    """All papers by arXiv id."""
    model: LanguageModel
    """The language model."""
    embedder: Embedder
    """For the verifier that judges the citations, not for the engine."""

    @property
    def engine(self) -> str:
        """Its name and model."""
        return f"llama-index CitationQueryEngine, top {TOP_K}, llm={self.model.label}, e5"

    def papers(self) -> Mapping[str, Paper]:
        """Return all papers by arXiv id."""
        return self.known

    def search(self, ask: Ask) -> Retrieved:
        """Rank by the nearest chunk."""
        return DenseOnly(index=self.index, known=self.known).search(ask)

    def ask(self, ask: Ask, history: Sequence[Turn]) -> Observation:
        """Answer a question, the source numbers turned into citations."""
        started = time.perf_counter()
        counter = TokenCountingHandler(tokenizer=tokenizer().encode)
        engine = CitationQueryEngine.from_args(self.index, llm=self.model.llm, similarity_top_k=TOP_K, streaming=True)
        # making the engine resets it
        self.model.llm.callback_manager = CallbackManager([counter])
        response = engine.query(ask.question)
        if not isinstance(response, StreamingResponse):
            raise TypeError("the engine did not stream")
        retrieve_s = time.perf_counter() - started
        text, first_s = "", None
        for delta in response.response_gen:
            if first_s is None and delta.strip():
                first_s = time.perf_counter() - started
            text += delta
        timings = Timings(retrieve_s=retrieve_s, first_token_s=first_s, total_s=time.perf_counter() - started)
        usage = Usage(
            llm_calls=len(counter.llm_token_counts),
            prompt_tokens=counter.prompt_llm_token_count,
            completion_tokens=counter.completion_llm_token_count,
        )
        return self.observation(ask.question, text, response.source_nodes, timings, usage)

    def observation(
        self, question: str, text: str, sources: Sequence[NodeWithScore], timings: Timings, usage: Usage
    ) -> Observation:
        """Return what a row keeps: the answer, arXiv ids for source numbers, each citation judged."""
        language = detect_language(text)
        told = tuple(
            self.sentence(sentence, position, sources, language)
            for position, sentence in enumerate(sentences(text.strip()))
        )
        ids = tuple(dict.fromkeys(node.metadata["arxiv_id"] for node in sources))
        answer = Answer(
            question=question, resolved=question, language=language, sentences=told, papers=ids,
            usage=usage, timings=timings, model=self.model.label,
        )  # fmt: skip
        scores = tuple(float(node.score or 0.0) for node in sources)
        return Observation(
            retrieval=Retrieved(papers=ids, scores=scores[: len(ids)], seconds=timings.retrieve_s), answer=answer
        )

    def sentence(self, text: str, position: int, sources: Sequence[NodeWithScore], language: Language) -> Sentence:
        """Return a sentence whose source numbers are citations; a number that no source has is dropped."""
        numbers = dict.fromkeys(int(number) for number in NUMBER.findall(text))
        cited = [sources[number - 1] for number in numbers if 1 <= number <= len(sources)]
        plain = NUMBER.sub("", text)
        citations = tuple(self.citation(plain, node, position, language) for node in cited)
        marked = plain + "".join(f" [{citation.arxiv_id}]" for citation in citations)
        return Sentence(text=marked, citations=citations)

    def citation(self, sentence: str, node: NodeWithScore, position: int, language: Language) -> Citation:
        """Return a citation whose quote is the source as the engine shows it: the whole chunk."""
        return chunk_citation(
            self.known[node.metadata["arxiv_id"]],
            re.sub(r"^Source \d+:\n", "", node.get_content()).strip(),
            sentence=sentence,
            position=position,
            language=language,
            embedder=self.embedder,
        )
