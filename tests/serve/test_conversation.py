"""What a session remembers, what it starts with, and what its filters mean."""

import datetime

import pytest

from rag.models import Answer, Citation, Filters, Language, Paper, Retrieval, Sentence
from rag.serve.conversation import REMEMBERED, Exchange, history
from rag.serve.examples import questions
from rag.serve.handlers import read_filters
from rag.text import detect_language


def answered(number: int) -> Exchange:
    citation = Citation(
        arxiv_id="2509.07277",
        title="T",
        url="",
        sentence=0,
        field="abstract",
        quote="q",
        support="supported",
        score=1.0,
    )
    sentence = Sentence(text="s [2509.07277]", citations=(citation,))
    return Exchange(question="q").with_event(
        Answer(question="q", resolved=f"resolved {number}", language="en", sentences=(sentence,))
    )


def test_only_answers_are_remembered_the_latest_of_them() -> None:
    conversation = (
        *(answered(number) for number in range(REMEMBERED + 3)),
        Exchange(question="failed").failed("no model"),
        Exchange(question="stopped").stop(),
        Exchange(question="running"),
    )
    turns = history(conversation)
    assert [turn.question for turn in turns] == [f"resolved {number}" for number in range(3, REMEMBERED + 3)]
    assert turns[-1].papers == ("2509.07277",)


def test_an_exchange_that_has_ended_cannot_be_stopped() -> None:
    assert not answered(1).stop().stopped
    assert not Exchange(question="q").failed("no").stop().stopped
    assert Exchange(question="q").stop().stopped


def test_cited_papers_that_were_not_retrieved_are_known_to_be_missing() -> None:
    exchange = answered(1)
    assert exchange.unknown == ("2509.07277",)
    paper = Paper(arxiv_id="2509.07277", title="T", url="")
    assert exchange.with_papers([paper]).unknown == ()
    found = Retrieval(question="q", papers=(paper,), scores=(1.0,), passages=(), searched=1)
    assert exchange.with_event(found).unknown == ()


PAPERS = [
    Paper(arxiv_id="1", title="<script>alert(1)</script>: A Study", url="", category="cs.CV", abstract="a"),
    Paper(arxiv_id="2", title="GraphMAE: Learning", url="", category="cs.LG", abstract="a"),
    Paper(arxiv_id="3", title="RLFactory: A Framework", url="", category="cs.LG", abstract="a"),
    Paper(arxiv_id="4", title="Learning: Things", url="", category="<b>", abstract="a"),
    Paper(arxiv_id="5", title="MissingOne: No abstract", url="", category="cs.LG"),
    Paper(arxiv_id="6", title="IBN: A Network", url="", category="cs.LG", abstract="a"),
]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("sample", [True, False])
def test_there_are_questions_to_start_with_one_in_the_other_language(language: Language, sample: bool) -> None:
    asked = questions(PAPERS, language, sample=sample)
    languages = [detect_language(question) for question in asked]
    assert languages == [language, language, language, "zh" if language == "en" else "en"]


def test_questions_are_about_the_papers_at_hand_and_carry_no_markup() -> None:
    asked = questions(PAPERS, "en")
    assert asked[:3] == [
        "What is new about GraphMAE?",
        "How many cs.LG papers are there?",
        "What is new about RLFactory?",
    ]
    assert "IBN" in asked[3]
    assert not any("<" in question or "Missing" in question for question in asked)
    assert questions([], "en") == []


def test_controls_that_were_never_touched_restrict_nothing() -> None:
    assert not read_filters(None, None, None, None)
    assert not read_filters([], " ", "", "")


def test_filters_are_read_from_the_controls() -> None:
    assert read_filters(["cs.CV"], "Li, 王；Ann", "2025-09-09", "2025-09-10") == Filters(
        categories=("cs.CV",),
        authors=("Li", "王", "Ann"),
        since=datetime.date(2025, 9, 9),
        until=datetime.date(2025, 9, 10),
    )
