"""Titles by their length and by how they begin and end; ids by their month; counts and categories in chatter."""

from dataclasses import replace

import pytest
from query.odd_papers import LINKED, SPIN_GLASS
from query.staging import Build, Stage, listed

LONGEST, SHORTEST = "2509.06980", "2509.07239"


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("Which paper has the shortest title?", "The shortest title (43 characters)"),
        ("whose title is the shortest, counted in words", "The shortest title (6 words)"),
        ("题目最短的是哪篇？", "最短的标题（43 个字符）"),
        ("哪篇论文的标题最长？", "最长的标题"),
        ("Name the paper with the longest title.", "The longest title"),
    ],
)
def test_the_longest_and_the_shortest_title(stage: Stage, question: str, start: str) -> None:
    answer = stage.ask(question)
    assert answer.sentences[0].text.startswith(start)
    titles = [paper.title for paper in stage.corpus.papers()]
    by = (lambda title: len(title.split())) if "words" in question else len
    most = max if "longest" in start or "最长" in start else min
    assert {citation.title for citation in answer.citations} == {t for t in titles if by(t) == most(map(by, titles))}


@pytest.mark.parametrize(
    ("question", "papers"),
    [
        ("Which titles end with a question mark?", {"cond-mat/9212029"}),
        ("标题以问号结尾的论文", {"cond-mat/9212029"}),
        ("Are there titles that begin with GlazeBench?", {"2509.00888"}),
        ("哪些标题以 GlazeBench 开头？", {"2509.00888"}),
    ],
)
def test_titles_by_their_beginning_and_end(odd: Stage, question: str, papers: set[str]) -> None:
    assert set(listed(odd.ask(question))) == papers


@pytest.mark.parametrize(
    ("question", "papers"),
    [
        ("titles with glasses in them?", {"cond-mat/9212029"}),
        ("Titles mentioning bench", {"2509.00888"}),  # a part of GlazeBench
        ("papers with deep water in the title", {"2509.00666"}),
        ("标题里带urban hives的有吗", {"2509.00777"}),
        ("标题中含 spin 的论文一共几篇", {"cond-mat/9212029"}),
    ],
)
def test_titles_by_a_term(odd: Stage, question: str, papers: set[str]) -> None:
    assert set(listed(odd.ask(question))) == papers


@pytest.mark.parametrize(
    "question", ["How many q-bio.PE papers are there, and which ones?", "q-bio.PE 有几篇？都是什么"]
)
def test_a_number_with_its_papers(odd: Stage, question: str) -> None:
    assert set(listed(odd.ask(question))) == {"2509.00777"}


def test_a_sign_inside_a_title_is_not_its_end(build: Build) -> None:
    inside = build("inside", [replace(LINKED, title="Why glaze? A benchmark"), replace(SPIN_GLASS)])
    assert set(listed(inside.ask("Which titles end with a question mark?"))) == {"cond-mat/9212029"}
    assert set(listed(inside.ask("Which titles contain a question mark?"))) == {"cond-mat/9212029", "2509.00888"}


@pytest.mark.parametrize(
    "question",
    [
        "Which ids do not start with 2509?",
        "One arXiv number is from early 2025, not from September: which?",
        "哪篇的编号不是 2509 开头？",
        "有编号以 2502 开头的论文吗？",
        "Is there an id from February 2025?",
    ],
)
def test_ids_by_their_month(build: Build, question: str) -> None:
    old = replace(SPIN_GLASS, arxiv_id="2502.00123", url="https://arxiv.org/abs/2502.00123")
    others = [replace(LINKED, arxiv_id=f"2509.0088{digit}") for digit in range(3)]
    months = build("months", [old, *others])
    assert listed(months.ask(question)) == ["2502.00123"]


@pytest.mark.parametrize("question", ["Does any id begin with 2501?", "有没有 2501 开头的编号？"])
def test_no_id_of_a_month(stage: Stage, question: str) -> None:
    assert stage.ask(question).reason == "not_in_corpus"


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("I just got in. How many papers are there altogether today?", "24 papers"),
        ("Let me get an idea of the size: how many entries all told?", "24 papers"),
        ("我刚来，先问一下：一共有多少篇？", "24 篇"),
        ("cs.RO 这一栏今天一共几篇？", "8"),
        ("Is there more from cs.CV or from cs.RO?", "8 cs.RO"),
        ("cs.CV 和 cs.RO 哪个更多？", "8 篇"),
        ("Which arXiv categories are covered, with the counts?", "cs.RO (8)"),
        ("覆盖了哪几个 arXiv 类别，各几篇？", "cs.RO (8)"),
    ],
)
def test_counts_with_chatter_around_them(stage: Stage, question: str, told: str) -> None:
    assert told in stage.ask(question).text


@pytest.mark.parametrize(
    "question", ["Is there anything from stat.ML?", "Do you hold stat.ML papers?", "有 stat.ML 的论文吗？"]
)
def test_that_a_category_has_nothing_is_an_answer(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert answer.reason is None
    assert "stat.ML" in answer.text


@pytest.mark.parametrize(
    "question", ["Show me the stat.ML papers.", "List all papers in stat.ML", "把 stat.ML 的论文列出来"]
)
def test_papers_of_a_category_that_has_none_are_not_there(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert (answer.reason, answer.papers) == ("not_in_corpus", ())
