"""What people read in a terminal."""

from __future__ import annotations

import datetime

import pytest

from rag.ingest.entries import DigestWarning
from rag.ingest.indexing import IndexReport
from rag.models import Answer, Citation, Paper, Passage, Retrieval, Sentence, Timings, Usage
from rag.serve import console
from rag.serve.doctor import Check
from rag.serve.reading import Reading

PAPER = Paper(arxiv_id="2509.02902", title="Li\x1b[2JGuard\nand more", url="https://arxiv.org/abs/2509.02902")


def citation(sentence: int, quote: str, arxiv_id: str = "2509.02902") -> Citation:
    url = f"https://arxiv.org/abs/{arxiv_id}"
    return Citation(
        arxiv_id=arxiv_id,
        title="T",
        url=url,
        sentence=sentence,
        field="abstract",
        quote=quote,
        support="supported",
        score=1,
    )


def answer(*sentences: Sentence, calls: int = 0) -> Answer:
    return Answer(
        question="?",
        resolved="?",
        language="en",
        sentences=sentences,
        model="qwen",
        usage=Usage(llm_calls=calls),
        timings=Timings(total_s=1.25),
    )


def test_nothing_that_a_terminal_would_obey_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    console.say("  a\x1b]0;owned\x07b\u202eevil\u200b\r\n\x9b31mc\td", error=True)
    assert capsys.readouterr().err == "  abevil\nc\td\n"


def test_a_paper_keeps_to_its_lines() -> None:
    assert list(console.papers_text([PAPER])) == ["2509.02902         -           -                  LiGuard and more"]
    assert next(console.paper_text(PAPER)) == "[2509.02902] LiGuard and more"


def test_a_paper_shows_its_last_day_and_says_whose_words_the_card_is() -> None:
    days = (datetime.date(2025, 9, 4), datetime.date(2025, 9, 5))
    paper = Paper(
        arxiv_id="2509.02902", title="T", url="u", tldr="好。", abstract="Good.", seen=days, missing=("method",)
    )
    assert " 2025-09-05 " in next(console.papers_text([paper]))
    text = "\n".join(console.paper_text(paper))
    assert "2025-09-04, 2025-09-05" in text
    assert "a model's words" in text
    assert "Missing in the digest: method" in text


def test_prose_is_streamed_as_it_will_stand(capsys: pytest.CaptureFixture[str]) -> None:
    english = answer(Sentence(text="One [2509.02902]."), Sentence(text="Two."))
    assert console.streamed([*english.sentences, english]) == english
    assert capsys.readouterr().out == f"{english.text}\n"


def test_chinese_sentences_follow_without_a_space(capsys: pytest.CaptureFixture[str]) -> None:
    chinese = Answer(
        question="?", resolved="?", language="zh", sentences=(Sentence(text="它会走。"), Sentence(text="它也会跑。"))
    )
    console.streamed([*chinese.sentences, chinese])
    assert capsys.readouterr().out == f"{chinese.text}\n"


def test_lists_and_tables_are_streamed_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    rows = tuple(Sentence(text=text) for text in ("Two papers:", "- One [2509.02902]", "- Two", "That is all."))
    listed = Answer(question="?", resolved="?", language="en", sentences=rows, layout="list")
    console.streamed([*rows, listed])
    assert capsys.readouterr().out == f"{listed.text}\n"


def test_a_paper_is_one_source_with_each_quote_once() -> None:
    first, again, other = citation(0, "It guards."), citation(1, "It guards."), citation(1, "It\x1b[0m walks.")
    lines = list(console.sources_text(answer(Sentence(text="A"), Sentence(text="B", citations=(first, again, other)))))
    assert lines == [
        "",
        "Sources",
        "[2509.02902] T",
        '    abstract: "It guards." (supported)',
        '    abstract: "It walks." (supported)',
        "    https://arxiv.org/abs/2509.02902",
    ]


def test_an_answer_without_citations_has_no_sources() -> None:
    assert list(console.sources_text(answer(Sentence(text="No.")))) == []


@pytest.mark.parametrize(
    ("calls", "llm", "embedder", "sentence"),
    [
        (1, False, False, "Answered by qwen in 1.2 s."),
        (0, False, False, "Answered without a language model in 1.2 s."),
        (1, True, False, "Answered by qwen in 1.2 s. The question and excerpts of papers left this machine for it."),
        (0, True, True, "Answered without a language model in 1.2 s. The question left this machine to be embedded."),
        (1, False, True, "Answered by qwen in 1.2 s. The question left this machine to be embedded."),
    ],
)
def test_which_engine_answered_is_told_and_what_left_the_machine(
    calls: int, llm: bool, embedder: bool, sentence: str
) -> None:
    assert console.engine_text(answer(calls=calls), llm_remote=llm, embedder_remote=embedder) == sentence


def test_a_search_shows_each_paper_with_its_passages() -> None:
    passages = tuple(
        Passage(arxiv_id=which, field="abstract", text=f"Of {which}.", score=1) for which in ("x", "2509.02902")
    )
    retrieval = Retrieval(question="?", papers=(PAPER,), scores=(1.0,), passages=passages, searched=3)
    assert list(console.search_text(retrieval)) == [
        " 1. [2509.02902] LiGuard and more",
        "      abstract: Of 2509.02902.",
    ]


def test_a_search_without_a_hit_says_how_much_was_searched() -> None:
    retrieval = Retrieval(question="?", papers=(), scores=(), passages=(), searched=3)
    assert list(console.search_text(retrieval)) == ["None of the 3 papers searched matches."]


def test_indexing_tells_counts_and_unknown_days() -> None:
    reading = Reading(papers=(PAPER,), files=1, skipped=2, undated=("a.txt",), seconds=0.5)
    report = IndexReport(papers=1, added=("2509.02902",), seconds=1.0)
    assert list(console.index_text(reading, report)) == [
        "1 paper read from 1 file: 1 added, 0 updated, 0 unchanged, 2 skipped, in 1.5 s.",
        "a.txt: the day of this digest is unknown; tell it with --date, or in the file's name.",
    ]


def test_warnings_name_file_line_and_paper_and_are_bounded() -> None:
    warnings = [
        DigestWarning(file="a.md", line=number, arxiv_id="2509.02902", message="odd\x1b[0m") for number in range(60)
    ]
    lines = list(console.warnings_text(Reading(warnings=tuple(warnings))))
    assert lines[0] == "a.md: [2509.02902] odd"
    assert lines[1] == "a.md:1: [2509.02902] odd"
    assert lines[-1] == "... and 10 more warnings; --json tells them all."


def test_a_fault_is_shown_with_its_remedy() -> None:
    assert console.check_text(Check(name="disk", state="ok", detail="fine")) == "ok    disk: fine"
    fault = Check(name="disk", state="fault", detail="full", remedy="make room")
    assert console.check_text(fault) == "FAULT disk: full; make room"


def test_no_bar_is_drawn_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with console.bar(3, "paper") as advance:
        advance(3)
    assert capsys.readouterr() == ("", "")


def test_a_bar_is_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(console, "quiet", lambda: False)
    with console.bar(3, "paper") as advance:
        advance(3)
    captured = capsys.readouterr()
    assert "3/3" in captured.err
    assert captured.out == ""
