"""The values that flow through the pipeline."""

import dataclasses
import datetime
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models import Answer, Citation, Filters, Paper, Sentence, Timings, Turn, Usage

TEXT = st.text(max_size=20)
DAY = st.none() | st.dates(datetime.date(1991, 1, 1), datetime.date(2099, 12, 31))
PAPERS = st.builds(
    Paper,
    arxiv_id=TEXT,
    title=TEXT,
    url=TEXT,
    version=st.none() | st.integers(1, 99),
    authors=st.lists(TEXT, max_size=3).map(tuple),
    categories=st.lists(TEXT, max_size=3).map(tuple),
    date=DAY,
    published=DAY,
    abstract=TEXT,
    missing=st.lists(TEXT, max_size=2).map(tuple),
    seen=st.lists(st.dates(), max_size=2).map(tuple),
    line=st.integers(0, 9),
)
PAPER = Paper(arxiv_id="2509.00001", title="T", url="https://arxiv.org/abs/2509.00001", abstract="A.", tldr="要点")


@given(PAPERS)
def test_a_paper_survives_json(paper: Paper) -> None:
    assert Paper.from_dict(json.loads(json.dumps(paper.to_dict()))) == paper


def test_keys_of_later_versions_are_ignored() -> None:
    assert Paper.from_dict(PAPER.to_dict() | {"pages": 12, "editions": []}) == PAPER


def test_where_and_when_a_paper_was_read_does_not_change_its_hash() -> None:
    elsewhere = dataclasses.replace(
        PAPER, source="b.md", line=7, date=datetime.date(2025, 9, 5), seen=(datetime.date(2025, 9, 5),)
    )
    assert elsewhere.content_hash == PAPER.content_hash


@pytest.mark.parametrize("field", ["title", "abstract", "authors", "category", "missing", "links", "version"])
def test_what_a_paper_says_changes_its_hash(field: str) -> None:
    value = {"authors": ("A",), "missing": ("tldr",), "links": ("x",), "version": 2}.get(field, "other")
    assert dataclasses.replace(PAPER, **{field: value}).content_hash != PAPER.content_hash


def test_the_card_s_fields_are_those_with_text() -> None:
    assert PAPER.card_fields == ("tldr",)


def test_values_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        PAPER.title = "other"  # type: ignore[misc]


def test_explicit_filters_beat_inferred_ones() -> None:
    early, late = datetime.date(2025, 9, 1), datetime.date(2025, 9, 9)
    inferred = Filters(categories=("cs.CV",), since=early, until=late, authors=("Ann",))
    given_ = Filters(categories=("cs.RO",), since=late)
    assert given_.or_else(inferred) == Filters(categories=("cs.RO",), authors=("Ann",), since=late)
    assert Filters().or_else(inferred) == inferred
    assert not Filters()
    assert Filters(papers=("x",))


def citation(sentence: int, arxiv_id: str) -> Citation:
    return Citation(
        arxiv_id=arxiv_id,
        title="T",
        url=f"https://arxiv.org/abs/{arxiv_id}",
        sentence=sentence,
        field="abstract",
        quote="A.",
        support="supported",
        score=1.0,
    )


@pytest.fixture
def answer() -> Answer:
    return Answer(
        question="And it?",
        resolved="And LiGuard?",
        language="en",
        sentences=(
            Sentence(text="One [2].", citations=(citation(0, "2"), citation(0, "1"))),
            Sentence(text="Two [2].", citations=(citation(1, "2"),)),
        ),
        timings=Timings(total_s=1.0),
    )


def test_an_answer_is_its_sentences_joined_as_its_language_and_layout_want(answer: Answer) -> None:
    assert answer.text == "One [2]. Two [2]."
    assert dataclasses.replace(answer, language="zh").text == "One [2].Two [2]."
    assert dataclasses.replace(answer, layout="list").text == "One [2].\nTwo [2]."
    assert [each.sentence for each in answer.citations] == [0, 0, 1]


def test_a_later_question_knows_what_an_answer_cited_in_order(answer: Answer) -> None:
    turn = Turn.of(answer)
    assert (turn.question, turn.papers, turn.answer) == ("And LiGuard?", ("2", "1"), "One [2]. Two [2].")


def test_usage_adds_up() -> None:
    assert Usage(llm_calls=1, prompt_tokens=2, completion_tokens=3) + Usage(llm_calls=1, prompt_tokens=5) == Usage(
        llm_calls=2, prompt_tokens=7, completion_tokens=3
    )
