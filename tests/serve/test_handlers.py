"""What the page's handlers tell of the store, and what they answer where there is nothing to ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from scripted import ScriptedAssistant

from rag.assistant import Assistant
from rag.config import Settings
from rag.errors import ConfigError
from rag.models import Filters
from rag.serve import page
from rag.serve.browsing import Browsing
from rag.serve.cards import Manner
from rag.serve.chat import answering_model
from rag.serve.conversation import Exchange
from rag.serve.diary import Diary
from rag.serve.handlers import Chat, read_filters
from rag.serve.keeping import Keeping
from rag.serve.turnstile import Turnstile
from rag.serve.wording import ENGLISH


def request(reader: str, **parameters: str) -> gr.Request:
    return gr.Request(headers={"cookie": f"arxiv-rag={reader}"}, query_params=parameters, session_hash="session")


ADA, BOB = request("ada" * 8), request("bob" * 8)


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    return Diary(tmp_path / "conversations.sqlite3", "store")


@pytest.fixture
def chat(store: Path, diary: Diary) -> Iterator[Chat]:
    with ScriptedAssistant.open(Settings(store=str(store))) as assistant:
        yield Chat(assistant=assistant, manner=Manner(words=ENGLISH), diary=diary, turnstile=Turnstile(2))


@pytest.fixture
def empty_chat(tmp_path: Path, diary: Diary) -> Iterator[Chat]:
    with Assistant.open(Settings(store=str(tmp_path / "empty"))) as assistant:
        yield Chat(assistant=assistant, manner=Manner(words=ENGLISH), diary=diary, turnstile=Turnstile(2))


def test_an_empty_store_says_what_to_do_and_offers_no_examples(empty_chat: Chat) -> None:
    asked = Exchange(question="Anything?")
    assert [exchange.problem for exchange in empty_chat.progress(asked, ())] == [ENGLISH.empty_store]
    browsing = Browsing(assistant=empty_chat.assistant, manner=empty_chat.manner)
    around = browsing.surroundings()
    assert "0 papers" in around.masthead
    assert around.chatbot.examples == []
    assert ENGLISH.empty_store in browsing.listed()


def test_the_page_tells_what_the_store_holds(chat: Chat) -> None:
    browsing = Browsing(assistant=chat.assistant, manner=chat.manner)
    around = browsing.surroundings()
    assert "24 papers" in around.masthead
    assert [name for name, _ in around.categories.choices] == ["cs.CV", "cs.LG", "cs.RO"]
    assert len(around.chatbot.examples) == 4
    assert browsing.listed().count('class="entry"') == 24
    assert browsing.listed("no such order", "2099-01-01").count('class="entry"') == 24


def test_days_in_the_wrong_order_are_told_before_anything_is_asked(chat: Chat) -> None:
    limits = read_filters([], "", "2025-09-11", "2025-09-10")
    ended = list(chat.progress(Exchange(question="q", filters=limits), ()))
    assert [exchange.problem for exchange in ended] == [ENGLISH.wrong_days]


def test_every_step_reaches_the_page_and_the_last_gives_the_box_back(chat: Chat) -> None:
    views = list(chat.ask(ADA, " Who detects breast cancer? ", (), "", ["cs.CV"], "", "", "", []))
    exchanges = [view.conversation[-1] for view in views]
    assert [len(exchange.sentences) for exchange in exchanges] == [0, 0, 1, 2, 2]
    assert exchanges[0].retrieval is None
    assert exchanges[1].retrieval.filters == Filters(categories=("cs.CV",))
    assert ENGLISH.nearest in views[1].messages[-1]["content"]
    assert exchanges[-1].answer
    assert exchanges[0].question == "Who detects breast cancer?"
    assert [view.box.stop_btn for view in views[:-1]] == [ENGLISH.stop] * (len(views) - 1)
    assert views[-1].box.submit_btn == ENGLISH.ask


def test_a_conversation_is_kept_for_its_reader_and_can_be_resumed_and_deleted(chat: Chat) -> None:
    keeping = Keeping(chat=chat)
    *_, view = chat.ask(ADA, "Who detects breast cancer?", (), "", [], "", "", "", [])
    *_, view = chat.ask(ADA, "And how?", view.conversation, view.thread, [], "", "", "", [])
    resumed = keeping.resume(request("ada" * 8, c=view.thread))
    assert [exchange.question for exchange in resumed.conversation] == ["Who detects breast cancer?", "And how?"]
    assert resumed.messages == view.messages
    assert resumed.sources == view.sources
    assert "Who detects breast cancer?" in keeping.threads(ADA)
    assert "Who detects" not in keeping.threads(BOB)
    assert keeping.resume(request("bob" * 8, c=view.thread)).conversation == gr.skip()
    keeping.forget(BOB, view.thread, (), "")
    assert chat.diary.read(view.thread)
    listed, conversation, thread, _ = keeping.forget(ADA, view.thread, view.conversation, view.thread)
    assert ENGLISH.no_threads in listed
    assert (conversation, thread, chat.diary.read(view.thread)) == ((), "", [])


def test_an_answer_that_was_taken_back_is_not_kept(chat: Chat) -> None:
    *_, view = chat.ask(ADA, "Who detects breast cancer?", (), "", [], "", "", "", [])
    back = chat.take_back(ADA, view.conversation, view.thread)
    assert back.box.value == "Who detects breast cancer?"
    assert chat.diary.read(view.thread) == []


def test_a_stopped_answer_is_kept_as_far_as_it_came(chat: Chat) -> None:
    asking = chat.ask(ADA, "Who detects breast cancer?", (), "", [], "", "", "", [])
    views = [next(asking) for _ in range(3)]
    asking.close()
    stopped = chat.stop(ADA, views[-1].conversation, views[-1].thread)
    assert stopped.conversation[-1].stopped
    (kept,) = Keeping(chat=chat).resume(request("ada" * 8, c=stopped.thread)).conversation
    assert kept.stopped
    assert len(kept.sentences) == 1


def test_a_diary_that_cannot_be_written_costs_no_answer(
    chat: Chat, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "conversations.sqlite3").write_text("no database, but long enough to look like one" * 20)
    *_, view = chat.ask(ADA, "Who detects breast cancer?", (), "", [], "", "", "", [])
    assert view.conversation[-1].answer
    assert "cannot be kept or read" in capsys.readouterr().err
    assert "cannot be kept or read" in Keeping(chat=chat).threads(ADA)


def test_a_question_waits_its_turn_with_its_papers_shown(chat: Chat) -> None:
    first, second, third = (chat.progress(Exchange(question="Who detects cancer?"), ()) for _ in range(3))
    assert [next(each).retrieval is not None for each in (first, second, third)] == [True] * 3
    waiting = next(third)
    assert (waiting.ahead, waiting.sentences) == (1, ())
    assert ENGLISH.queued[0] in page.reply(waiting, chat.manner)
    first.close()
    told = [exchange.ahead for exchange in third]
    assert told[-1] == 0
    assert list(second)[-1].answer


def test_a_question_being_typed_is_anticipated_once_it_tells_something_and_while_nobody_asks(chat: Chat) -> None:
    assert isinstance(chat.assistant, ScriptedAssistant)
    anticipated = chat.assistant.anticipated
    *_, view = chat.ask(ADA, "Who detects breast cancer?", (), "", [], "", "", "", [])
    chat.anticipate("And how", view.conversation, [], "", "", "", [])
    assert anticipated == []
    chat.anticipate("And how well does it", view.conversation, ["cs.CV"], "", "", "", [])
    chat.anticipate("乳腺热成像", (), [], "", "", "", [])
    assert [(question, filters.categories, len(history)) for question, filters, history in anticipated] == [
        ("And how well does it", ("cs.CV",), 1),
        ("乳腺热成像", (), 0),
    ]
    with chat.turnstile.place():
        chat.anticipate("And how well does it", view.conversation, [], "", "", "", [])
    assert len(anticipated) == 2


def test_what_goes_wrong_while_a_question_is_typed_is_left_to_the_question(
    chat: Chat, capsys: pytest.CaptureFixture[str]
) -> None:
    chat.anticipate("A bomb in the question, as yet", (), [], "", "", "", [])
    assert capsys.readouterr().err == ""
    chat.anticipate("A bug in the question, as yet", (), [], "", "", "", [])
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_papers_are_chosen_and_dropped(chat: Chat) -> None:
    browsing = Browsing(assistant=chat.assistant, manner=chat.manner)
    assert browsing.pick(" 2509.07277v2 ", []) == ["2509.07277"]
    assert browsing.pick("2509.07277", ["2509.07445", "2509.07277"]) == ["2509.07445"]
    assert browsing.pick("<script>", []) == gr.skip()
    controls = (["cs.CV", "cs.RO"], "Field, Li", "2025-09-10", "", ["2509.07277"])
    assert browsing.drop("category cs.CV", *controls)[0] == ["cs.RO"]
    assert browsing.drop("author Field", *controls)[1] == "Li"
    assert browsing.drop("since 2025-09-10", *controls)[2] == ""
    assert browsing.drop("paper 2509.07277", *controls)[4] == []
    heading, chips = browsing.restricted(*controls)
    assert heading.label == ENGLISH.filters_active.format(count=4)
    assert chips.count('class="drop') == 6
    assert "Breast" in chips
    assert browsing.read("2509.07277")[0].count("<article") == 1
    assert browsing.read("2509.99999") == (gr.skip(), gr.skip())


def test_nothing_is_asked_for_an_empty_question(chat: Chat) -> None:
    views = list(chat.ask(ADA, "  \n ", (), "", [], "", "", "", []))
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
