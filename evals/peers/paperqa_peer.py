"""PaperQA, in a process and an environment of its own, with its own defaults on the product's models."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding

from evals.cases import Ask
from evals.peers.child import Child
from evals.peers.chunks import chunk_citation
from evals.peers.entries import Piece, pieces
from evals.peers.environment import PAPERQA
from evals.peers.retrievers import DenseOnly
from evals.rows import Observation, Prompt, Retrieved
from rag.config import Settings
from rag.engines.loading import Embedder, LanguageModel
from rag.models import Answer, Citation, Language, Paper, Sentence, Timings, Turn, Usage
from rag.text import detect_language, sentences

SCRIPT = Path(__file__).with_name("paperqa_child.py")
CANNOT_ANSWER = "I cannot answer"
"""What PaperQA says, and tells the model to say, where the papers do not answer a question."""
KEY = re.compile(r"\bpqac-[a-zA-Z0-9]{8}\b")
"""PaperQA's key of a context, as it stands in an answer."""
KEYS = re.compile(rf"\s*\((?:{KEY.pattern}[\s,;]*(?:and\b)?\s*)+\)|\s*\[?{KEY.pattern}\]?")
"""Keys in their brackets, or bare."""
LOOPBACK = "127.0.0.1,localhost"
WAIT = 600.0
"""Seconds for a call of the model; PaperQA makes four at once, which wait for one slot of the embedded server."""


def child_environment(home: Path) -> dict[str, str]:
    """Return the variables of the child: no keys of other services, nothing fetched, no proxy, its files in `home`."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    # else litellm gets its table of prices from the network
    return kept | {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "PQA_HOME": str(home),
        "NO_PROXY": LOOPBACK,
        "no_proxy": LOOPBACK,
    }


class PaperQA:
    """PaperQA over the pieces of the plain index; every question stands alone, since it knows no conversation."""

    def __init__(
        self,
        *,
        index: VectorStoreIndex,
        known: Mapping[str, Paper],
        model: LanguageModel,
        embedding: BaseEmbedding,
        embedder: Embedder,
        settings: Settings,
        python: Path,
        script: Path = SCRIPT,
    ) -> None:
        self._index = index
        self._known = known
        self._model = model
        self._embedding = embedding
        self._embedder = embedder
        self._settings = settings
        self._command = [str(python), "-I", str(script)]
        self._home = python.parents[1]
        self._child: Child | None = None

    @property
    def engine(self) -> str:
        """Its name and model."""
        return f"{PAPERQA}, Docs.aquery, llm={self._model.label}, e5"

    def papers(self) -> Mapping[str, Paper]:
        """Return all papers by arXiv id."""
        return self._known

    def search(self, ask: Ask) -> Retrieved:
        """Rank by the nearest chunk, which is where PaperQA starts from."""
        return DenseOnly(index=self._index, known=self._known).search(ask)

    def ask(self, ask: Ask, history: Sequence[Turn]) -> Observation:
        """Answer a question, the keys of contexts turned into citations; raises RunError where PaperQA fails."""
        child = self.child()
        started = time.perf_counter()
        vector = self._embedding.get_query_embedding(ask.question)
        told = child.ask({"question": ask.question, "vector": vector})
        total_s = time.perf_counter() - started
        # it does not stream
        timings = Timings(first_token_s=total_s, total_s=total_s)
        return self.observation(ask.question, told, timings)

    def child(self) -> Child:
        """Return the child, the papers read; started anew where it has ended."""
        if self._child is None or not self._child.alive:
            if self._child is not None:
                self._child.close()
            self._child = Child("PaperQA", self._command, child_environment(self._home))
            self._child.ask(self.opening())
        return self._child

    def opening(self) -> dict[str, Any]:
        """Return what the child must know before the first question: the model and the papers."""
        found = pieces(self._index)
        papers = [
            {"id": paper.arxiv_id, "citation": mla(paper), "pieces": [told(piece) for piece in found[paper.arxiv_id]]}
            for paper in self._known.values()
        ]
        return {"model": getattr(self._model.llm, "model", self._model.label), "endpoint": self.endpoint(),
                "papers": papers}  # fmt: skip

    def endpoint(self) -> dict[str, Any]:
        """Return where the model is and how it is asked, as litellm names it."""
        # a cached prefix can change a token: equal runs must be equal
        own = {"extra_body": {"cache_prompt": False}} if self._model.server is not None else {}
        return {
            "api_base": getattr(self._model.llm, "api_base", ""),
            "api_key": getattr(self._model.llm, "api_key", ""),
            "temperature": 0.0,
            "seed": self._settings.seed,
            "timeout": WAIT,
            **own,
        }

    def observation(self, question: str, told: Mapping[str, Any], timings: Timings) -> Observation:
        """Return what a row keeps: the answer, arXiv ids for keys, each citation judged, every call of the model."""
        contexts = told["contexts"]
        text = told["answer"].strip()
        ids = tuple(dict.fromkeys(context["paper"] for context in contexts))
        best = {context["paper"]: float(context["score"]) for context in reversed(contexts)}
        usage = Usage(
            llm_calls=len(told["calls"]),
            prompt_tokens=sum(call["prompt_tokens"] for call in told["calls"]),
            completion_tokens=sum(call["completion_tokens"] for call in told["calls"]),
        )
        answer = Answer(
            question=question, resolved=question, language=detect_language(text),
            sentences=self.cited(text, {context["key"]: context for context in contexts}),
            abstained=CANNOT_ANSWER in text, papers=ids, usage=usage, timings=timings, model=self._model.label,
        )  # fmt: skip
        prompts = tuple(Prompt(system=call["system"], user=call["user"], raw=call["raw"]) for call in told["calls"])
        retrieval = Retrieved(papers=ids, scores=tuple(best[paper] for paper in ids))
        return Observation(retrieval=retrieval, answer=answer, prompts=prompts)

    def cited(self, text: str, contexts: Mapping[str, Mapping[str, Any]]) -> tuple[Sentence, ...]:
        """Return an answer's sentences with citations for their keys; a key that no context has is dropped."""
        language = detect_language(text)
        found: list[Sentence] = []
        for plain, keys in keyed(text):
            citations = tuple(
                self.citation(plain, contexts[key], len(found), language) for key in keys if key in contexts
            )
            marked = plain + "".join(f" [{paper}]" for paper in dict.fromkeys(c.arxiv_id for c in citations))
            found.append(Sentence(text=marked, citations=citations))
        return tuple(found)

    def citation(self, sentence: str, context: Mapping[str, Any], position: int, language: Language) -> Citation:
        """Return a citation whose quote is the chunk behind a context, which itself is the model's summary of it."""
        return chunk_citation(
            self._known[context["paper"]], context["quote"].strip(),
            sentence=sentence, position=position, language=language, embedder=self._embedder,
        )  # fmt: skip


def keyed(text: str) -> list[tuple[str, list[str]]]:
    """Return the sentences of an answer without keys, each with its keys; keys after a full stop go with it."""
    found: list[tuple[str, list[str]]] = []
    for sentence in sentences(text):
        keys = list(dict.fromkeys(KEY.findall(sentence)))
        plain = KEYS.sub("", sentence).strip()
        if found and not re.search(r"\w", plain):
            found[-1][1].extend(key for key in keys if key not in found[-1][1])
        elif plain:
            found.append((plain, keys))
    return found


def told(piece: Piece) -> dict[str, Any]:
    """Return a piece as the child reads it."""
    return {"text": piece.text, "vector": piece.vector}


def mla(paper: Paper) -> str:
    """Return the citation of a paper as MLA has it, which PaperQA otherwise has the model write."""
    authors = f"{paper.authors[0]}, et al. " if len(paper.authors) > 2 else "".join(f"{a}. " for a in paper.authors)
    return f'{authors}"{paper.title}." arXiv:{paper.arxiv_id}.'
