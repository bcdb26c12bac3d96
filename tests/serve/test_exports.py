"""What a reader takes along: Markdown, BibTeX, CSV."""

from __future__ import annotations

import csv
import datetime
import io

import pytest
from exchanges import EXCHANGE, OTHER, PAPER, answered, citation

from rag.models import Paper, Sentence
from rag.serve.exports import answer_csv, bibtex, bibtex_key, harmless, literal, markdown, papers_csv, tex, year_of
from rag.serve.wording import CHINESE, ENGLISH


def rows(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_conversation_as_markdown_links_what_it_cites() -> None:
    text = markdown((EXCHANGE,), ENGLISH)
    assert text.startswith("# How \\<i\\>accurate\\</i\\>? second line\n")
    assert "It reaches 98.0% accuracy [[2509.07277](https://arxiv.org/abs/2509.07277)]." in text
    assert "> The system reaches 98.0% accuracy. \\[2509.07277, supported\\]" in text
    assert "## References" in text
    assert "- Author 0, Author 1" in text
    assert "et al. (2025). Breast Cancer \\<b\\>Detection\\</b\\>\\$^\\{2\\}\\$. " in text
    assert "[arXiv:2509.07277](https://arxiv.org/abs/2509.07277)" in text
    assert "Other" not in text


def test_a_conversation_has_a_heading_a_question() -> None:
    text = markdown((EXCHANGE, answered(Sentence(text="Nothing."), question="And *then*?")), CHINESE)
    assert "## And \\*then\\*?" in text
    assert "## 参考文献" in text
    assert markdown((), ENGLISH).startswith("# arxiv-rag")


def test_lists_and_tables_keep_their_form() -> None:
    told = answered(Sentence(text="- One <b> [2509.07277].", citations=(citation(),)), layout="list")
    assert "\n- One \\<b\\> [[2509.07277](https://arxiv.org/abs/2509.07277)]." in markdown((told,), ENGLISH)
    table = [Sentence(text=text) for text in ("| a | b |", "| --- | --- |", "| *c* | d |")]
    assert "|a|b|\n| --- | --- |\n|\\*c\\*|d|" in markdown((answered(*table, layout="table"),), ENGLISH)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a [link](javascript:x) <b>", "a \\[link\\](javascript:x) \\<b\\>"),
        ("# heading\nand more", "\\# heading and more"),
        ("- item", "\\- item"),
        ("1. item", "\\1. item"),
        ("bidi \u202e gone", "bidi gone"),
    ],
)
def test_text_is_never_markdown(text: str, shown: str) -> None:
    assert literal(text) == shown


def test_bibtex_as_arxiv_writes_it() -> None:
    paper = Paper(
        arxiv_id="2509.07445",
        title="The Text2Touch & $\\pi^3$: 100%_sure",
        url="",
        authors=("Zoë Müller-Lüdenscheidt", "Ann {Evil}"),
        category="cs.RO",
        published=datetime.date(2024, 1, 2),
    )
    assert bibtex([paper]) == (
        "@misc{mullerludenscheidt2024text2touch,\n"
        "  title = {{The Text2Touch \\& $\\pi^3$: 100\\%\\_sure}},\n"
        "  author = {Zoë Müller-Lüdenscheidt and Ann \\{Evil\\}},\n"
        "  year = {2024},\n"
        "  eprint = {2509.07445},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.RO},\n"
        "  url = {https://arxiv.org/abs/2509.07445}\n"
        "}\n"
    )


def test_bibtex_keys_are_distinct_and_never_empty() -> None:
    nameless = Paper(arxiv_id="cs/0101001", title="题目", url="")
    assert bibtex_key(nameless) == "2001"
    text = bibtex([PAPER, PAPER, PAPER])
    assert [line for line in text.splitlines() if line.startswith("@")] == [
        "@misc{02025breast,", "@misc{02025breast-2,", "@misc{02025breast-3,"
    ]  # fmt: skip


@pytest.mark.parametrize("title", ["open {", "} closed", "$open { math$", "100% \\end{document}", "a $x$ $y", "^~"])
def test_no_title_breaks_out_of_its_field(title: str) -> None:
    """Unescaped braces are balanced, and no order is left outside a formula."""
    text = tex(title)
    bare = text.replace("\\{", "").replace("\\}", "").replace("\\textbackslash{}", "")
    assert bare.count("{") == bare.count("}")
    assert "%" not in bare.replace("\\%", "")
    assert "\\end" not in bare


@pytest.mark.parametrize(
    ("identifier", "year"),
    [("2509.07277", "2025"), ("cond-mat/9212029", "1992"), ("math.GT/0309136", "2003"), ("0704.0001", "2007")],
)
def test_an_id_tells_the_year(identifier: str, year: str) -> None:
    assert year_of(Paper(arxiv_id=identifier, title="T", url="")) == year


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\n\r =1", "'=1"),
        ("\u200b=1", "'=1"),
        ("＝1", "'＝1"),
        ("plain = fine", "plain = fine"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(cell: str, shown: str) -> None:
    assert harmless(cell) == shown


def test_an_answer_as_csv_sets_papers_side_by_side() -> None:
    evil = Sentence(text="=1+1 [2509.06988].", citations=(citation(quote='=cmd|"/c calc"', arxiv_id=OTHER.arxiv_id),))
    told = rows(answer_csv((answered(EXCHANGE.sentences[0], evil),), ENGLISH))
    assert told[0] == ["arXiv", "Title", "Answer", "Quote", "Support", "Address"]
    assert told[1][0] == "2509.07277"
    assert told[1][3:5] == ["The system reaches 98.0% accuracy.", "supported"]
    assert told[2][2:4] == ["'=1+1 [2509.06988].", '\'=cmd|"/c calc"']


def test_a_compared_paper_s_row_has_its_own_cell() -> None:
    both = (citation(), citation(arxiv_id=OTHER.arxiv_id))
    table = (
        Sentence(text="| | A [2509.07277] | B [2509.06988] |\n| --- | --- | --- |", citations=both),
        Sentence(text="| Result | Works [2509.07277]. | Fails [2509.06988]. |", citations=both),
    )
    told = rows(answer_csv((answered(*table, layout="table"),), ENGLISH))
    said = [(row[0], row[2]) for row in told[1:]]
    assert said == [
        ("2509.07277", "A [2509.07277]"),
        ("2509.06988", "B [2509.06988]"),
        ("2509.07277", "Result: Works [2509.07277]."),
        ("2509.06988", "Result: Fails [2509.06988]."),
    ]


def test_papers_as_csv_hold_card_and_abstract() -> None:
    head, first, second = rows(papers_csv([PAPER, OTHER], CHINESE))
    assert head[:2] == ["arXiv", "标题"]
    assert first[0] == "2509.07277"
    assert "准确率达 98.0%。" in first
    assert PAPER.abstract in first
    assert len(head) == len(first) == len(second)
