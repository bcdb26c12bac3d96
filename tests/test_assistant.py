"""The one object behind all front doors, over stores of a few papers and a model that says what a test wants."""

import datetime
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from query.odd_papers import BARE, LINKED, SPIN_GLASS
from query.staging import QueuedLLM, check, saying

from rag.assistant import Assistant
from rag.config import Settings
from rag.engines.llama import LlamaServer
from rag.engines.loading import Embedder, LanguageModel, load_embedder
from rag.errors import ConfigError, ModelUnavailableError, UnknownPaperError
from rag.models import Answer, Filters, Paper, Retrieval, Sentence, Turn
from vectorstore import StoreError

PAPERS = [SPIN_GLASS, LINKED]
TILES = "How many tiles does GlazeBench hold?"
SAID = "GlazeBench holds 900 tiles."


class SpeakingAssistant(Assistant):
    """An assistant whose language model says what it is told to."""

    said: tuple[str, ...] = ()
    loads = 0

    @property
    def language_model(self) -> LanguageModel:
        """A new model each time."""
        self.loads += 1
        return saying(*self.said)


Open = Callable[..., SpeakingAssistant]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(Settings(embedder="local"))


@pytest.fixture
def open_assistant(tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Return a function that opens one more assistant on the same store, empty at first."""
    monkeypatch.setattr("rag.assistant.load_embedder", lambda settings: embedder)
    opened: list[SpeakingAssistant] = []

    def one_more(*said: str) -> SpeakingAssistant:
        assistant = SpeakingAssistant.open(Settings(store=str(tmp_path / "store")))
        assistant.said = said
        opened.append(assistant)
        return assistant

    yield one_more
    for assistant in opened:
        assistant.close()


def test_papers_go_in_and_come_out(open_assistant: Open) -> None:
    assistant = open_assistant()
    report = assistant.index(PAPERS)
    assert set(report.added) == {paper.arxiv_id for paper in PAPERS}
    assert [paper.arxiv_id for paper in assistant.papers()] == ["cond-mat/9212029", "2509.00888"]
    assert assistant.paper("2509.00888") == replace(LINKED, seen=(LINKED.date,))
    assert [paper.arxiv_id for paper in assistant.papers(Filters(categories=("cs.LG",)))] == ["2509.00888"]
    with pytest.raises(UnknownPaperError, match=r"2501\.00001.*arxiv-rag papers"):
        assistant.paper("2501.00001")


def test_the_same_papers_again_change_nothing(open_assistant: Open) -> None:
    assistant = open_assistant()
    assistant.index(PAPERS)
    report = assistant.index(PAPERS)
    assert (report.added, report.updated, len(report.unchanged)) == ((), (), 2)


def test_a_changed_paper_answers_with_its_new_text(open_assistant: Open) -> None:
    assistant = open_assistant()
    assistant.index(PAPERS)
    assert "Giulia Bianchi" in assistant.ask("Who wrote 2509.00888?").text
    later = replace(LINKED, authors=("Ana Lima",), date=datetime.date(2025, 9, 11))
    assert assistant.index([later]).updated == ("2509.00888",)
    assert "Ana Lima" in assistant.ask("Who wrote 2509.00888?").text
    assert assistant.paper("2509.00888").seen == (LINKED.date, later.date)


def test_a_stream_is_retrieval_sentences_answer(open_assistant: Open) -> None:
    assistant = open_assistant(SAID)
    assistant.index(PAPERS)
    first, *between, last = assistant.stream(TILES)
    assert isinstance(first, Retrieval)
    assert isinstance(last, Answer)
    assert between
    assert all(isinstance(event, Sentence) for event in between)
    assert tuple(between) == last.sentences
    check(last, assistant.corpus())
    assert last.text == "GlazeBench holds 900 tiles [2509.00888]."


def test_to_ask_is_to_stream_to_the_end(open_assistant: Open) -> None:
    assistant = open_assistant(SAID)
    assistant.index(PAPERS)
    asked = assistant.ask(TILES)
    *_, streamed = assistant.stream(TILES)
    assert isinstance(streamed, Answer)
    assert replace(asked, timings=streamed.timings) == streamed


def test_history_and_filters_reach_the_answer(open_assistant: Open) -> None:
    assistant = open_assistant()
    assistant.index(PAPERS)
    turn = Turn.of(assistant.ask("Who wrote 2509.00888?"))
    assert "cs.CV, cs.LG" in assistant.ask("And which category is it in?", history=[turn]).text
    assert assistant.ask("How do glazes look?", filters=Filters(categories=("hep-th",))).reason == "not_in_corpus"


def test_search_ranks_without_a_model(open_assistant: Open) -> None:
    assistant = open_assistant()
    assistant.index(PAPERS)
    found = assistant.search("memory of spin glasses", limit=1)
    assert [paper.arxiv_id for paper in found.papers] == ["cond-mat/9212029"]
    assert found.searched == 2
    assert assistant.loads == 0


def test_the_model_is_asked_for_by_the_first_question_that_needs_it(open_assistant: Open) -> None:
    assistant = open_assistant(SAID)
    assistant.index(PAPERS)
    assistant.ask("Who wrote 2509.00888?")
    assistant.ask("How many papers are there?")
    assistant.ask("What is the weather tomorrow?")
    assert assistant.loads == 0
    assistant.ask(TILES)
    assert assistant.loads == 1


def prompts_of(model: LanguageModel) -> list[str]:
    assert isinstance(model.llm, QueuedLLM)
    return model.llm.prompts


class ReadingAssistant(Assistant):
    """An assistant whose loaded model is what a test sets."""

    loaded: LanguageModel | None = None

    @property
    def loaded_model(self) -> LanguageModel | None:
        """The model that was set."""
        return self.loaded


def test_a_question_being_typed_is_read_ahead_for_by_a_model_of_this_machine_alone(
    tmp_path: Path, embedder: Embedder, open_assistant: Open
) -> None:
    open_assistant().index(PAPERS)
    settings = Settings(store=str(tmp_path / "store"))
    assistant = ReadingAssistant(settings, open_assistant().store, embedder)
    assistant.anticipate("How many tiles does Glaz", lambda: True)
    model = saying(*["read"] * 8)
    assistant.loaded = model
    assistant.anticipate("How many tiles does Glaz", lambda: True)
    assert prompts_of(model) == []
    assistant.loaded = replace(model, server=LlamaServer(base_url="http://127.0.0.1:9/v1", api_key="", handle=None))
    assistant.anticipate("How many tiles does Glaz", lambda: False)
    assert prompts_of(model) == []
    assistant.anticipate("How many tiles does Glaz", lambda: True)
    first, *_, last = read = list(prompts_of(model))
    assert LINKED.title in first
    assert "900 tiles" in last
    assert "does Glaz" not in last
    assistant.anticipate("Which papers are by Giulia Bianchi?", lambda: True)
    assert prompts_of(model) == read


def test_an_open_assistant_sees_what_another_indexes(open_assistant: Open) -> None:
    reader, writer = open_assistant(SAID), open_assistant()
    assert reader.ask("How many papers are there?").papers == ()
    writer.index(PAPERS)
    assert len(reader.ask("How many papers are there?").papers) == 2
    assert reader.ask(TILES).citations[0].arxiv_id == "2509.00888"
    writer.index([BARE])
    assert reader.search("urban beekeeping").papers[0].arxiv_id == "2509.00777"
    assert reader.paper("2509.00777").title == BARE.title


def test_one_writes_at_a_time(open_assistant: Open) -> None:
    one, other = open_assistant(), open_assistant()
    with one.store.writing(), pytest.raises(StoreError, match="wait"):
        other.index(PAPERS)
    assert len(other.papers()) == 0


def test_threads_share_an_assistant(open_assistant: Open) -> None:
    assistant = open_assistant(SAID)
    assistant.index(PAPERS)
    more = [replace(BARE, arxiv_id=f"2509.1{number:04d}") for number in range(6)]
    failures: list[BaseException] = []

    def ask(question: str, identifier: str) -> None:
        try:
            for _ in range(4):
                assert assistant.ask(question).citations[0].arxiv_id == identifier
        except BaseException as error:
            failures.append(error)

    threads = [
        threading.Thread(target=ask, args=(TILES, "2509.00888")),
        threading.Thread(target=ask, args=("Who wrote cond-mat/9212029?", "cond-mat/9212029")),
    ]
    for thread in threads:
        thread.start()
    assistant.index(more)
    for thread in threads:
        thread.join(timeout=60)
    assert not failures
    assert len(assistant.papers()) == 8


def test_a_failing_model_is_loaded_again_at_the_next_question(tmp_path: Path, embedder: Embedder) -> None:
    settings = Settings(store=str(tmp_path / "store"), llm=str(tmp_path / "no.gguf"))
    with Assistant.open(settings) as assistant:
        assistant.index([LINKED])
        with pytest.raises(ConfigError, match=r"no\.gguf"):
            assistant.ask(TILES)
        (tmp_path / "no.gguf").write_bytes(b"not a model")
        with pytest.raises(ModelUnavailableError, match="GGUF"):
            assistant.ask(TILES)
        assert "Hana Sato" in assistant.ask("Who wrote 2509.00888?").text


def test_an_unknown_embedder_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="use local, openai:MODEL"):
        Assistant.open(Settings(store=str(tmp_path / "store"), embedder="word2vec"))


def test_a_store_that_cannot_be_made_is_one_clear_error(tmp_path: Path, open_assistant: Open) -> None:
    (tmp_path / "store").write_text("a file", encoding="utf-8")
    with pytest.raises(StoreError, match="--store"):
        open_assistant()


def test_papers_are_plain_values(open_assistant: Open) -> None:
    assistant = open_assistant()
    assistant.index(PAPERS)
    (paper,) = assistant.papers(Filters(papers=("2509.00888",)))
    assert Paper.from_dict(paper.to_dict()) == paper
