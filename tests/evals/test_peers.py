"""Peers: the stock pipeline really runs, and its source numbers become citations that can be scored."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from handmade import GAP, PAPERS, SOUND, ask
from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen
from llama_index.core.llms import MockLLM
from llama_index.core.llms.callbacks import llm_completion_callback

from evals.metrics import score
from evals.outcome import Outcome
from evals.peers.e5 import E5Embedding
from evals.peers.entries import document, open_index
from evals.peers.retrievers import DenseOnly
from evals.peers.stock import StockEngine
from evals.subject import observe
from rag.config import Settings
from rag.engines.loading import Embedder, LanguageModel, load_embedder


class SayingLLM(MockLLM):
    """Says one thing, as a stream that LlamaIndex's own token counter sees."""

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **options: Any) -> CompletionResponseGen:
        """Yield the one thing by the word."""

        def words() -> CompletionResponseGen:
            text = ""
            for word in SAID.split(" "):
                text += f"{word} "
                yield CompletionResponse(text=text, delta=f"{word} ")

        return words()


SAID = "The robot gets through 91% of the 40 doors [1]. It never sleeps [7]."


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(Settings(embedder="local"))


@pytest.fixture(scope="module")
def e5() -> E5Embedding:
    return E5Embedding.load(2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, e5: E5Embedding) -> Path:
    """Return where an index of both papers lies."""
    path = tmp_path_factory.mktemp("entries")
    open_index(list(PAPERS.values()), e5, path)
    return path


def test_an_entry_is_read_whole() -> None:
    text = document(GAP).text
    assert all(part in text for part in (GAP.title, "Ada Byron", GAP.tldr, GAP.abstract))


def test_a_long_entry_is_cut_into_chunks(e5: E5Embedding, tmp_path: Path) -> None:
    long = replace(GAP, abstract=" ".join(f"Sentence {number} tells of door number {number}." for number in range(300)))
    peer = DenseOnly(index=open_index([long], e5, tmp_path), known={long.arxiv_id: long})
    found = peer.index.as_retriever(similarity_top_k=10).retrieve("door number 7")
    assert len(found) > 1
    assert {node.metadata["arxiv_id"] for node in found} == {long.arxiv_id}
    assert peer.search(ask(question="door number 7")).papers == (long.arxiv_id,)


def test_one_vector_a_chunk_ranks_papers(folder: Path, e5: E5Embedding) -> None:
    peer = DenseOnly(index=open_index([], e5, folder), known=PAPERS)
    assert peer.search(ask(question="Sleep staging with a microphone")).papers[0] == SOUND.arxiv_id
    assert peer.search(ask(question="机器人怎么穿过门？", language="zh")).papers[0] == GAP.arxiv_id


def test_the_stock_engine_answers_with_citations(folder: Path, embedder: Embedder, e5: E5Embedding) -> None:
    model = LanguageModel(llm=SayingLLM(), label="queued", remote=False)
    index = open_index([], e5, folder)
    (seen,) = observe(StockEngine(index=index, known=PAPERS, model=model, embedder=embedder), [ask()])
    assert seen.error == ""
    assert seen.answer is not None
    assert seen.answer.text == "The robot gets through 91% of the 40 doors. [2509.00001] It never sleeps."
    (citation,) = seen.answer.citations
    assert citation.arxiv_id == GAP.arxiv_id
    assert "success rate of 91%" in citation.quote
    assert citation.support == "supported"
    assert seen.answer.timings.first_token_s is not None
    assert seen.answer.usage.llm_calls == 1
    assert seen.answer.usage.prompt_tokens > 100
    told = score(Outcome(kind="single", ask=ask(), ranking=seen.ranking, answer=seen.answer, papers=PAPERS))
    assert (told["right"], told["all_cited"], told["verbatim_quotes"]) == (1.0, 0.0, 1.0)
