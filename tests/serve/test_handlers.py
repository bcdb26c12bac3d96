"""What the page's handlers tell of the store, and what they answer where there is nothing to ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted import ScriptedAssistant

from rag.assistant import Assistant
from rag.config import Settings
from rag.errors import ConfigError
from rag.models import Filters
from rag.serve.cards import Manner
from rag.serve.chat import answering_model
from rag.serve.conversation import Exchange
from rag.serve.handlers import Chat, read_filters
from rag.serve.wording import ENGLISH


@pytest.fixture
def chat(store: Path) -> Iterator[Chat]:
    with ScriptedAssistant.open(Settings(store=str(store))) as assistant:
        yield Chat(assistant=assistant, manner=Manner(words=ENGLISH), model="scripted")


@pytest.fixture
def empty_chat(tmp_path: Path) -> Iterator[Chat]:
    with Assistant.open(Settings(store=str(tmp_path / "empty"))) as assistant:
        yield Chat(assistant=assistant, manner=Manner(words=ENGLISH), model="m")


def test_an_empty_store_says_what_to_do_and_offers_no_examples(empty_chat: Chat) -> None:
    asked = Exchange(question="Anything?")
    assert [exchange.problem for exchange in empty_chat.progress(asked, ())] == [ENGLISH.empty_store]
    around = empty_chat.surroundings()
    assert "0 papers" in around.masthead
    assert around.chatbot.examples == []
    assert ENGLISH.sources_hint in empty_chat.overview()


def test_the_page_tells_what_the_store_holds(chat: Chat) -> None:
    around = chat.surroundings()
    assert "24 papers" in around.masthead
    assert [name for name, _ in around.categories.choices] == ["cs.CV", "cs.LG", "cs.RO"]
    assert len(around.chatbot.examples) == 4
    assert chat.overview().count('class="card"') == 24


def test_days_in_the_wrong_order_are_told_before_anything_is_asked(chat: Chat) -> None:
    limits = read_filters([], "", "2025-09-11", "2025-09-10")
    ended = list(chat.progress(Exchange(question="q", filters=limits), ()))
    assert [exchange.problem for exchange in ended] == [ENGLISH.wrong_days]


def test_every_step_reaches_the_page_and_the_last_gives_the_box_back(chat: Chat) -> None:
    views = list(chat.ask(" Who detects breast cancer? ", (), ["cs.CV"], "", "", ""))
    exchanges = [view.conversation[-1] for view in views]
    assert [len(exchange.sentences) for exchange in exchanges] == [0, 0, 1, 2, 2]
    assert exchanges[0].retrieval is None
    assert exchanges[1].retrieval.filters == Filters(categories=("cs.CV",))
    assert exchanges[-1].answer
    assert exchanges[0].question == "Who detects breast cancer?"
    assert views[0].box.stop_btn == ENGLISH.stop
    assert views[-1].box.submit_btn == ENGLISH.ask


def test_nothing_is_asked_for_an_empty_question(chat: Chat) -> None:
    views = list(chat.ask("  \n ", (), [], "", "", ""))
    assert len(views) == 1
    assert not hasattr(chat.assistant, "asked")


def test_what_was_not_foreseen_is_told_to_the_terminal_and_hidden_from_the_page(
    chat: Chat, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = list(chat.progress(Exchange(question="a bug"), ()))[-1]
    assert ended.problem == ENGLISH.failure
    assert ended.sentences
    assert "ZeroDivisionError" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("setting", "model", "remote"),
    [
        ("local", "qwen2.5-coder-1.5b-instruct-q4_k_m", False),
        ("/models/my.model.gguf", "my.model", False),
        ("openai:gpt-x", "gpt-x@api.openai.com", True),
        ("q@http://127.0.0.1:8000/v1", "q@127.0.0.1:8000", False),
        ("q@https://models.example/v1", "q@models.example", True),
    ],
)
def test_the_answering_model_is_known_before_it_is_loaded(setting: str, model: str, remote: bool) -> None:
    assert answering_model(Settings(llm=setting)) == (model, remote)


def test_half_of_an_address_is_refused() -> None:
    with pytest.raises(ConfigError):
        answering_model(Settings(llm="openai:"))
