"""`arxiv-rag ask`: how answers are printed, and once in earnest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.models import Paper
from tests.serve.conftest import Command
from tests.serve.scripted import AbstainingAssistant, ScriptedAssistant

KEYS = set(
    "id question language answer abstained reason citations papers passages usage timings model "
    "resolved sentences".split()
)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.assistant.Assistant", ScriptedAssistant)


@pytest.mark.usefixtures("scripted")
def test_sentences_then_sources_and_on_stderr_who_answered(
    arxiv_rag: Command, sample_store: Path, sample_papers: tuple[Paper, ...]
) -> None:
    paper = sample_papers[2]
    told = arxiv_rag("ask", paper.title, "--store", sample_store)
    assert told.code == 0
    assert told.out.splitlines() == [
        f"It is called {paper.title} [{paper.arxiv_id}]. That is all.",
        "",
        "Sources",
        f"[{paper.arxiv_id}] {paper.title}",
        f'    title: "{paper.title}" (supported)',
        f"    {paper.url}",
    ]
    assert told.err == "Answered without a language model in 0.2 s.\n"


@pytest.mark.usefixtures("scripted")
def test_an_answer_reads_the_same_streamed_or_not(arxiv_rag: Command, sample_store: Path) -> None:
    streamed = arxiv_rag("ask", "What walks?", "--store", sample_store)
    assert arxiv_rag("ask", "What walks?", "--store", sample_store, "--no-stream") == streamed


@pytest.mark.usefixtures("scripted")
def test_json_is_one_line_and_nothing_else(arxiv_rag: Command, sample_store: Path) -> None:
    told = arxiv_rag("ask", "What walks?", "--store", sample_store, "--json")
    assert (told.code, told.err, told.out.count("\n")) == (0, "", 1)
    answer = json.loads(told.out)
    assert answer.keys() == KEYS
    assert answer["id"] is None
    assert answer["sentences"][0].startswith("It is called\x1b")
    assert len(answer["papers"]) == 10


@pytest.mark.usefixtures("scripted")
def test_filters_reach_the_question(arxiv_rag: Command, sample_store: Path, sample_papers: tuple[Paper, ...]) -> None:
    paper = sample_papers[7]
    told = arxiv_rag("ask", "What walks?", "--store", sample_store, "--json", "--paper", f"{paper.url}v2")
    assert json.loads(told.out)["papers"] == [paper.arxiv_id]


@pytest.mark.usefixtures("scripted")
def test_an_answer_that_breaks_off_keeps_what_was_released(arxiv_rag: Command, sample_store: Path) -> None:
    told = arxiv_rag("ask", "the bomb", "--store", sample_store)
    assert told.code == 1
    assert told.out.startswith("It is called") and told.out.endswith("\n")
    assert told.err == "The model 'scripted' cannot answer: it blew up; ask something else.\n"


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_an_abstention_is_done(
    arxiv_rag: Command, sample_store: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    monkeypatch.setattr("rag.assistant.Assistant", AbstainingAssistant)
    told = arxiv_rag("ask", "How tall is it?", "--store", sample_store, *more)
    assert told.code == 0
    assert "The papers do not say it." in told.out
    assert "Sources" not in told.out


def test_a_model_that_is_no_model_is_a_wrong_call(
    arxiv_rag: Command, sample_store: Path, sample_papers: tuple[Paper, ...]
) -> None:
    told = arxiv_rag("ask", f"How does {sample_papers[0].title} work?", "--store", sample_store, "--llm", "nope.gguf")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert "'nope.gguf' is no model and no file" in told.err


@pytest.mark.llm
def test_a_real_answer_is_cited_with_verbatim_quotes(
    arxiv_rag: Command, sample_store: Path, sample_papers: tuple[Paper, ...]
) -> None:
    question = "How does the robot learn to walk?"
    told = arxiv_rag("ask", question, "--store", sample_store, "--llm", "local-small", "--json")
    assert told.code == 0
    answer = json.loads(told.out)
    papers = {paper.arxiv_id: paper for paper in sample_papers}
    assert {citation["arxiv_id"] for citation in answer["citations"]} <= set(answer["papers"])
    for citation in answer["citations"]:
        held = getattr(papers[citation["arxiv_id"]], citation["field"])
        assert citation["quote"] in (held if isinstance(held, str) else ", ".join(held))
