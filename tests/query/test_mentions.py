"""Papers that a question names: by id, by link, by the name that they give themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from query.staging import Stage

from rag.query.mentions import arxiv_ids, coined_words, named_papers, spelt, title_name


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("2509.07953", ["2509.07953"]),
        ("arXiv:2509.07953v12,", ["2509.07953"]),
        ("https://arxiv.org/pdf/2509.07953v2.pdf", ["2509.07953"]),
        ("论文2509.07953的作者", ["2509.07953"]),
        ("0704.0001 and math.GT/0309136 and hep-th/9901001v3", ["0704.0001", "math.GT/0309136", "hep-th/9901001"]),
        ("2509.07953 and again 2509.07953v2", ["2509.07953"]),
        ("version 1.2509.07953", []),
        ("3.14159 and 12345.67890 and 2509.123", []),
    ],
)
def test_ids_in_a_text(text: str, ids: list[str]) -> None:
    assert arxiv_ids(text) == ids


@pytest.mark.parametrize(
    ("question", "papers"),
    [
        ("What does RaC do?", ["2509.07953"]),
        ("What is ClaFR's score based on?", ["2509.06988"]),
        ("ScaleZero用了什么？", ["2509.07945"]),
        ("Is PLaID++ better than ScaleZero?", ["2509.07150", "2509.07945"]),
        ("MEGS2 与 3DGS 相比如何？", ["2509.07021"]),
        ("Compare 2509.07463 with RaC", ["2509.07463", "2509.07953"]),
        ("What does ZorbNet do?", []),
        ("How are robots trained?", []),
        ("Which CNN reads MRI scans?", []),
        ("What is 2501.00001?", []),
    ],
)
def test_papers_that_a_question_names(stage: Stage, question: str, papers: list[str]) -> None:
    assert [paper.arxiv_id for paper in named_papers(question, stage.corpus)] == papers


@pytest.mark.parametrize("question", ["How many GPUs does training take?", "Do LLMs help?", "Are VLMs frozen?"])
def test_a_plural_of_a_common_term_names_no_paper(stage: Stage, question: str) -> None:
    assert coined_words(question) == []


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("RaC: Robot Learning", "RaC"),
        ("A study without any colon", ""),
        ("One two three four five six seven: too long for a name", ""),
    ],
)
def test_the_name_before_a_title_s_colon(title: str, name: str) -> None:
    assert title_name(title) == name


def test_names_compare_without_markup() -> None:
    assert spelt("MEGS$^{2}$") == spelt("MEGS²") == spelt("megs-2")


@given(st.text(max_size=200))
def test_any_text_may_name_papers(stage: Stage, text: str) -> None:
    known = {paper.arxiv_id for paper in stage.corpus.papers()}
    assert {paper.arxiv_id for paper in named_papers(text, stage.corpus)} <= known
