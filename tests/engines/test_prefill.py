"""Reading ahead: what is asked of the server before the question is, and that it saves reading it again."""

from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import pytest
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, ChatResponseGen, MessageRole
from llama_index.core.llms.mock import MockLLM

from rag.config import Settings, cache_folder
from rag.engines.loading import LanguageModel, gguf_file, load_language_model
from rag.engines.prefill import Prefill
from rag.engines.weights import QWEN_0_5B, installed, is_stamped

NOTES = "Paper: Whales\nNotes:\n- They sing for twenty minutes.\n- They rest for ten.\n\nQuestion: "


class Recording(MockLLM):
    """Remembers what it was asked to read, and how much to write."""

    asked: list[tuple[str, int]] = []

    def stream_chat(self, messages: Sequence[ChatMessage], **options: Any) -> ChatResponseGen:
        """Record the user's message and answer with one word."""
        self.asked.append((str(messages[-1].content), options["max_tokens"]))

        def told() -> Iterator[ChatResponse]:
            yield ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content="so"), delta="so")

        return told()


def test_every_line_but_the_question_is_read_one_after_the_other_and_nothing_is_written() -> None:
    llm = Recording()
    model = LanguageModel(llm=llm, label="recording", remote=False)
    reader = Prefill.of(model, lambda: True)
    completion = reader.complete("Be brief.", NOTES + "How lo", max_tokens=90)
    assert llm.asked == []
    assert list(completion.deltas) == []
    assert [most for _, most in llm.asked] == [1] * 5
    assert [NOTES.startswith(text) for text, _ in llm.asked] == [True] * 5
    assert llm.asked[-1][0] == NOTES.removesuffix("Question: ")
    assert (reader.label, reader.prompt_budget) == (model.label, model.prompt_budget)


def test_reading_ends_with_the_line_after_which_it_is_no_longer_wanted() -> None:
    llm = Recording()
    reader = Prefill.of(LanguageModel(llm=llm, label="recording", remote=False), lambda: len(llm.asked) < 2)
    assert list(reader.complete("Be brief.", NOTES + "How lo", max_tokens=90).deltas) == []
    assert len(llm.asked) == 2


@pytest.mark.llm
def test_a_question_after_what_was_read_ahead_is_all_that_is_read() -> None:
    joined = cache_folder() / QWEN_0_5B.sha256[:16] / QWEN_0_5B.name
    if not is_stamped(joined, QWEN_0_5B) and not all(installed(*part) for part in QWEN_0_5B.parts):
        pytest.skip("the weights of local-small are not installed: run 'make install-small'")
    model = load_language_model(Settings(llm=str(gguf_file("local-small")), slots=2, context_window=1024))
    assert model.server is not None
    list(Prefill.of(model, lambda: True).complete("Be brief.", NOTES + "How lo", max_tokens=90).deltas)
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": NOTES + "How long do they sing?"},
    ]
    answer = httpx.post(
        f"{model.server.base_url}/chat/completions",
        json={"messages": messages, "max_tokens": 4},
        headers={"authorization": f"Bearer {model.server.api_key}"},
        timeout=60,
    ).json()
    read, known = answer["timings"]["prompt_n"], answer["timings"]["cache_n"]
    assert known > 30
    assert read < 20
