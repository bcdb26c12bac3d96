"""The JSON that scripts rely on."""

from __future__ import annotations

import datetime
import json

from hypothesis import given
from hypothesis import strategies as st

from rag.ingest.entries import DigestWarning
from rag.ingest.indexing import IndexReport
from rag.models import Answer, Citation, Paper, Passage, Retrieval, Sentence, Timings, Usage
from rag.serve.doctor import Check
from rag.serve.reading import Reading
from rag.serve.wire import answer_json, checks_json, entry_json, index_json, line, page_json, search_json

PAPER = Paper(
    arxiv_id="2509.02902",
    title="LiGuard",
    url="https://arxiv.org/abs/2509.02902",
    authors=("A. Li",),
    category="cs.RO",
    categories=("cs.RO", "cs.CV"),
    date=datetime.date(2025, 9, 5),
    abstract="It guards.",
    seen=(datetime.date(2025, 9, 4), datetime.date(2025, 9, 5)),
)
PASSAGE = Passage(arxiv_id="2509.02902", field="abstract", text="It guards.", score=0.5)
CITATION = Citation(
    arxiv_id="2509.02902",
    title="LiGuard",
    url="https://arxiv.org/abs/2509.02902",
    sentence=0,
    field="abstract",
    quote="It guards.",
    support="supported",
    score=0.93,
)
ANSWER = Answer(
    question="And it?",
    resolved="And LiGuard?",
    language="en",
    sentences=(Sentence(text="It guards [2509.02902].", citations=(CITATION,)), Sentence(text="So it does.")),
    papers=("2509.02902",),
    passages=(PASSAGE,),
    usage=Usage(llm_calls=1, prompt_tokens=412, completion_tokens=61),
    timings=Timings(retrieve_s=0.0312345, first_token_s=1.9, total_s=4.2),
    model="qwen",
)


def test_an_answer_has_every_key_of_the_contract() -> None:
    told = answer_json(ANSWER)
    assert told == {
        "id": None,
        "question": "And it?",
        "resolved": "And LiGuard?",
        "language": "en",
        "answer": "It guards [2509.02902]. So it does.",
        "sentences": ["It guards [2509.02902].", "So it does."],
        "abstained": False,
        "reason": None,
        "citations": [
            {
                "arxiv_id": "2509.02902",
                "title": "LiGuard",
                "url": "https://arxiv.org/abs/2509.02902",
                "sentence": 0,
                "field": "abstract",
                "quote": "It guards.",
                "support": "supported",
                "score": 0.93,
            }
        ],
        "papers": ["2509.02902"],
        "passages": [{"arxiv_id": "2509.02902", "field": "abstract", "text": "It guards.", "score": 0.5}],
        "usage": {"llm_calls": 1, "prompt_tokens": 412, "completion_tokens": 61},
        "timings": {"retrieve_s": 0.031, "first_token_s": 1.9, "total_s": 4.2},
        "model": "qwen",
    }
    assert answer_json(ANSWER, "q1")["id"] == "q1"


def test_an_empty_answer_has_the_same_keys() -> None:
    bare = Answer(question="?", resolved="?", language="zh", sentences=(), abstained=True, reason="off_topic")
    told = answer_json(bare)
    assert told.keys() == answer_json(ANSWER).keys()
    assert told["citations"] == told["papers"] == []
    assert told["timings"]["first_token_s"] is None


def test_a_search_tells_the_question_as_asked_and_the_ids_ranked() -> None:
    retrieval = Retrieval(
        question="LiGuard", papers=(PAPER,), scores=(1.0,), passages=(PASSAGE,), searched=1, seconds=0.02
    )
    assert search_json("it?", retrieval, 0.5) == {
        "question": "it?",
        "papers": ["2509.02902"],
        "passages": [{"arxiv_id": "2509.02902", "field": "abstract", "text": "It guards.", "score": 0.5}],
        "timings": {"retrieve_s": 0.02, "first_token_s": None, "total_s": 0.5},
    }


def test_a_paper_tells_its_days_and_its_entry_leaves_the_prose_out() -> None:
    page, entry = page_json(PAPER), entry_json(PAPER)
    assert (page["date"], page["first_seen"], page["last_seen"]) == ("2025-09-05", "2025-09-04", "2025-09-05")
    assert page["abstract"] == "It guards."
    assert "abstract" not in entry and "tldr" not in entry
    assert list(entry)[:5] == ["arxiv_id", "title", "authors", "categories", "date"]
    assert {"url", "section", "missing"} <= entry.keys()


def test_a_paper_without_a_day_says_so() -> None:
    page = page_json(Paper(arxiv_id="2509.02902", title="T", url="u"))
    assert page["date"] is page["first_seen"] is page["last_seen"] is None


def test_indexing_has_the_same_keys_whether_it_worked_or_not() -> None:
    warning = DigestWarning(file="a.md", line=3, arxiv_id="2509.02902", message="odd")
    reading = Reading(papers=(PAPER, PAPER), warnings=(warning,), skipped=2, seconds=1.0)
    report = IndexReport(papers=1, added=("2509.02902",), seconds=2.0, embed_seconds=1.5)
    told = index_json(reading, report)
    assert told == {
        "papers": 1,
        "added": 1,
        "updated": 0,
        "unchanged": 0,
        "skipped": 2,
        "warnings": [{"file": "a.md", "line": 3, "arxiv_id": "2509.02902", "message": "odd"}],
        "seconds": 3.0,
        "embed_seconds": 1.5,
        "error": None,
    }
    failed = index_json(reading, None, "It failed.")
    assert failed.keys() == told.keys()
    assert (failed["papers"], failed["added"], failed["error"]) == (1, 0, "It failed.")


def test_an_examination_is_one_object() -> None:
    check = Check(name="Python", state="ok", detail="3.11")
    assert checks_json([check], sound=True) == {
        "ok": True,
        "checks": [{"name": "Python", "state": "ok", "detail": "3.11", "remedy": ""}],
    }


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=40))
def test_any_text_is_one_line_of_utf8_and_comes_back(text: str) -> None:
    told = line({"answer": text})
    assert len(told.encode("utf-8").decode("utf-8").splitlines()) == 1
    assert json.loads(told) == {"answer": text}


def test_chinese_is_legible() -> None:
    assert line({"answer": "机器人"}) == '{"answer": "机器人"}'
