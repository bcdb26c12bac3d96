"""The other end of `evals.peers.paperqa_peer`: PaperQA, run by the Python of an environment of its own.

It reads and writes JSON, one object a line. First comes the model with the texts, then questions; each gets one line.
Nothing of this project is imported here, and PaperQA by name alone, since this project's environment does not have it.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.metadata
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, TextIO


class GivenVectors:
    """An embedder that was asked beforehand: the other end sends a vector with every text and every question."""

    def __init__(self) -> None:
        self.known: dict[str, list[float]] = {}

    def set_mode(self, mode: object) -> None:
        """Do nothing: the vectors are a question's or a text's already."""

    async def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """Return the vectors that were sent; raises KeyError for a text that none was sent with."""
        return [self.known[text] for text in texts]


class Session:
    """One collection of texts and the model that is asked about them."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        paperqa = importlib.import_module("paperqa")
        name = f"openai/{told['model']}"
        params = {"model": name, **told["endpoint"]}
        # everything that is not about where the models are is PaperQA's default
        config = {"model_list": [{"model_name": name, "litellm_params": params}]}
        self.settings = paperqa.Settings(
            llm=name, llm_config=config, summary_llm=name, summary_llm_config=config, embedding="given"
        )
        self.calls: list[dict[str, Any]] = []
        self.model = self.settings.get_llm()
        self.model.llm_result_callback = self.note
        self.vectors = GivenVectors()
        self.docs = paperqa.Docs()

    async def add(self, papers: Sequence[Mapping[str, Any]]) -> None:
        """Take in papers in pieces, vectors included."""
        types = importlib.import_module("paperqa.types")
        for paper in papers:
            doc = types.Doc(docname=paper["id"], dockey=paper["id"], citation=paper["citation"])
            texts = [
                types.Text(text=piece["text"], name=f"{paper['id']} piece {number}", doc=doc, embedding=piece["vector"])
                for number, piece in enumerate(paper["pieces"], start=1)
            ]
            await self.docs.aadd_texts(texts, doc, self.settings, self.vectors)

    def note(self, result: Any) -> None:
        """Keep a call of the language model."""
        messages = [message if isinstance(message, dict) else message.model_dump() for message in result.prompt or []]
        by_role = {role: [str(m["content"]) for m in messages if m["role"] == role] for role in ("system", "user")}
        self.calls.append(
            {
                "system": "\n\n".join(by_role["system"]),
                "user": "\n\n".join(by_role["user"]),
                "raw": result.text or "",
                "prompt_tokens": result.prompt_count or 0,
                "completion_tokens": result.completion_count or 0,
            }
        )

    async def ask(self, question: str, vector: list[float]) -> dict[str, Any]:
        """Return the answer with its citation keys, what each key stands for, best first, and all calls."""
        self.vectors.known = {question: vector}
        self.calls.clear()
        session = await self.docs.aquery(
            question,
            self.settings,
            llm_model=self.model,
            summary_llm_model=self.model,
            embedding_model=self.vectors,
        )
        contexts = sorted(session.contexts, key=lambda context: (-context.score, context.text.name))
        return {
            "answer": session.raw_answer,
            "contexts": [
                {
                    "key": context.id,
                    "paper": context.text.doc.docname,
                    "score": context.score,
                    "quote": context.text.text,
                }
                for context in contexts
            ],
            "calls": list(self.calls),
        }


def say(out: TextIO, told: Mapping[str, Any]) -> None:
    """Write one line."""
    out.write(json.dumps(told, ensure_ascii=False) + "\n")
    out.flush()


def main() -> None:
    """Serve until the other end closes."""
    # whatever a library prints must not come between the lines
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    lines = os.fdopen(os.dup(0), encoding="utf-8")
    first = json.loads(next(lines))
    session = Session(first)
    with asyncio.Runner() as runner:
        runner.run(session.add(first["papers"]))
        say(out, {"version": importlib.metadata.version("paper-qa"), "texts": len(session.docs.texts)})
        for line in lines:
            told = json.loads(line)
            try:
                answer = runner.run(session.ask(told["question"], told["vector"]))
            except Exception as error:  # the other end makes it a row that failed
                answer = {"error": f"{type(error).__name__}: {error}"}
            say(out, answer)


if __name__ == "__main__":
    main()
