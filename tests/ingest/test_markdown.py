"""Markdown digests: damage, disorder, and text that looks like structure."""

import time

import pytest
from digest_template import Card, render, render_card

from rag.ingest.digest import Digest, parse_digest

TWO = [Card(), Card(arxiv_id="2509.00002", title="Another Title")]
LISTING = (
    '[1]. [*A $x](y)$ title*](https://arxiv.org/abs/2509.00001 "A $x](y)$ title")\n\n'
    "Ann Author (MIT, USA), Bo Writer\n\n"
    "arXiv:2509.00001v2 Announce Type: replace \nAbstract: First.\n\nMethod: it is text.\n\n\n"
    '[2]. [*B*](https://arxiv.org/abs/2509.00002 "B")\nCy Coder\nSecond abstract.\n'
)


def told(digest: Digest) -> list[tuple[int, str | None, str]]:
    """Return the warnings with the message cut to its first words."""
    return [(warning.line, warning.arxiv_id, " ".join(warning.message.split()[:5])) for warning in digest.warnings]


def test_whole_digest_has_no_warning() -> None:
    digest = parse_digest(render(TWO), source="2025-09-10.md")
    assert digest.warnings == ()
    first, second = digest.papers
    assert (first.section, first.line, second.line) == ("cs.CV", 12, 35)
    assert first.missing == second.missing == ()


@pytest.mark.parametrize(
    "title",
    [
        "Null-Space Planning",
        "Error-Driven Learning",
        "Error",
        "Failure Modes of [X]",
        "[12] Angry Men",
        "A](b) c",
        "(x)[y](z)",
        "Ends in ]",
        "### Hash",
        "*star* _under_ `tick` | pipe",
        "a < b & c > d",
        "TL;DR: Abstract: Method:",
    ],
)
@pytest.mark.parametrize("number", ["[7] ", ""])
def test_titles_survive(title: str, number: str) -> None:
    text = render([Card(title=title)]).replace("### [1] ", f"### {number}")
    assert [paper.title for paper in parse_digest(text).papers] == [title]


def test_title_broken_over_lines() -> None:
    text = render(TWO).replace("### [1] [A Title]", "### [1] [A\n  Title]")
    digest = parse_digest(text)
    assert [paper.title for paper in digest.papers] == ["A Title", "Another Title"]
    assert digest.papers[0].authors == TWO[0].authors
    assert digest.warnings == ()


@pytest.mark.parametrize(
    ("address", "arxiv_id", "version"),
    [
        ("https://arxiv.org/abs/2509.00001v3", "2509.00001", 3),
        ("http://arxiv.org/pdf/2509.00001v1.pdf", "2509.00001", 1),
        ("https://www.arxiv.org/abs/2509.00001#comments", "2509.00001", None),
        ("https://arxiv.org/abs/math.GT/0309136", "math/0309136", None),
        ("https://arxiv.org/abs/hep-th/9901001v2", "hep-th/9901001", 2),
        ("https://arxiv.org/abs/0704.0001", "0704.0001", None),
    ],
)
def test_addresses(address: str, arxiv_id: str, version: int | None) -> None:
    digest = parse_digest(render([Card()]).replace("https://arxiv.org/abs/2509.00001", address))
    (paper,) = digest.papers
    assert (paper.arxiv_id, paper.version, paper.url) == (arxiv_id, version, f"https://arxiv.org/abs/{arxiv_id}")
    assert digest.warnings == ()


@pytest.mark.parametrize("address", ["https://arxiv.org/abs/", "https://arxiv.org/abs/2509.123456", "abs/25.1", ""])
def test_entry_without_id_is_left_out(address: str) -> None:
    digest = parse_digest(render(TWO).replace("https://arxiv.org/abs/2509.00001", address))
    assert [paper.arxiv_id for paper in digest.papers] == ["2509.00002"]
    assert "'A Title' has no valid arXiv ID" in digest.warnings[1].message


@pytest.mark.parametrize("arxiv_id", ["2513.00001", "2500.12345", "2509.1234", "1401.12345", "math/9913001"])
def test_impossible_id_is_kept_and_told(arxiv_id: str) -> None:
    digest = parse_digest(render([Card(arxiv_id=arxiv_id)]))
    assert [paper.arxiv_id for paper in digest.papers] == [arxiv_id]
    assert told(digest) == [(12, arxiv_id, "arXiv cannot have given this")]


def test_entry_without_title_is_kept() -> None:
    digest = parse_digest(render([Card(title="")]))
    assert digest.papers[0].missing == ("title",)
    assert told(digest) == [(12, "2509.00001", "the entry has no title")]


def test_missing_closing_line() -> None:
    digest = parse_digest(render(TWO).replace("</details>\n", "", 1))
    assert [paper.abstract for paper in digest.papers] == [card.abstract for card in TWO]
    assert told(digest) == [(12, "2509.00001", "the entry is not closed")]


def test_entry_cut_inside_its_abstract_before_the_next() -> None:
    first, second = (render_card(card) for card in TWO)
    digest = parse_digest(f"{first.split('works')[0]}\n{second}")
    assert [paper.abstract for paper in digest.papers] == ["We study a thing. It", TWO[1].abstract]
    assert told(digest) == [(1, "2509.00001", "the entry is not closed")]


def test_entry_cut_before_its_card() -> None:
    digest = parse_digest(render_card(TWO[0]).split("Motivation")[0].split("<details>")[0])
    assert digest.papers[0].tldr == TWO[0].tldr
    assert digest.papers[0].missing == ("motivation", "method", "result", "conclusion", "abstract")
    assert told(digest) == [(1, "2509.00001", "the entry ends before its")]


@pytest.mark.parametrize("closing", ["</details>\n", ""])
@pytest.mark.parametrize("lost", ["A Title", "Another Title"])
def test_lost_heading_never_leaks_into_another_paper(lost: str, closing: str) -> None:
    lines = [line for line in render(TWO).split("\n") if f"[{lost}]" not in line]
    digest = parse_digest("\n".join(lines).replace("</details>\n", closing))
    (paper,) = digest.papers
    (card,) = (card for card in TWO if card.title != lost)
    assert (paper.title, paper.abstract, paper.tldr) == (card.title, card.abstract, card.tldr)
    assert any("belongs to no entry" in w.message or "without a heading" in w.message for w in digest.warnings)


def test_damaged_heading_does_not_end_up_in_the_paper_before() -> None:
    text = render(TWO).replace("### [2] [Another Title](https://arxiv.org/abs/2509.00002)", "### [2] [Another Ti")
    digest = parse_digest(text)
    assert [paper.abstract for paper in digest.papers] == [TWO[0].abstract]
    assert "'Another Ti' has no valid arXiv ID" in digest.warnings[1].message


def test_half_an_address_is_not_another_papers() -> None:
    text = render(TWO)
    digest = parse_digest(text[: text.index("2509.00002") + 9])
    assert [paper.arxiv_id for paper in digest.papers] == ["2509.00001"]


@pytest.mark.parametrize(
    "line",
    [
        "### [99] [Fake](https://arxiv.org/abs/2509.99999)",
        "### Not an entry",
        "# cs.XX [[Back]](#toc)",
        "#3-SAT is hard",
        "Method: in the abstract",
        "Conclusion: in the abstract",
        "Main category: cs.CR",
        "- [cs.CV](#cs.CV) [Total: 99]",
        "[1]. [*Fake*](https://arxiv.org/abs/2509.99999 'x')",
        "*starred*",
        "<details>",
        "{}",
        "---",
    ],
)
def test_structure_inside_an_abstract_is_text(line: str) -> None:
    text = render(TWO).replace("We study a thing.", f"We study\n{line}\na thing.", 1)
    digest = parse_digest(text)
    assert [paper.arxiv_id for paper in digest.papers] == ["2509.00001", "2509.00002"]
    assert digest.papers[0].abstract == f"We study {line} a thing. It works well, by 3.5% on two data sets."
    assert digest.papers[1].section == "cs.CV"
    assert digest.papers[1].missing == ()


def test_names_of_sections_and_files_are_clean_too() -> None:
    text = render([Card()]).replace("cs.CV]", "c\x1b[s.C\u200bV]").replace("# cs.CV [[", "# c\x1bs.C\u200bV [[")
    digest = parse_digest(text.replace("Total: 1", "Total: 2"), source="a\x1b[31m\u202e.md")
    assert (digest.source, digest.papers[0].section) == ("a [31m.md", "c s.CV")
    assert all(f"{warning.file}{warning.message}".isprintable() for warning in digest.warnings)


def test_fake_heading_is_told() -> None:
    text = render(TWO).replace("We study", "We\n### [9] [Fake](https://arxiv.org/abs/2509.99999)\nstudy", 1)
    assert told(parse_digest(text)) == [(12, "2509.00001", "line 31 looks like an")]


def test_labels_inside_fields_are_text() -> None:
    method = "1. Do this.\nResult: a step.\n2. Do that.\nAbstract: another."
    digest = parse_digest(render([Card(method=method, tldr="A.\n\nConclusion: early.")]))
    (paper,) = digest.papers
    assert paper.tldr == "A. Conclusion: early."
    assert paper.method == "1. Do this. Result: a step. 2. Do that. Abstract: another."
    assert (paper.result, paper.conclusion) == (Card().result, Card().conclusion)


def test_card_without_blank_lines() -> None:
    lines = [line for line in render_card(Card()).split("\n") if line]
    assert parse_digest("\n".join(lines)).papers == (parse_digest(render_card(Card())).papers)


def test_structured_abstract_of_a_card_without_summary() -> None:
    abstract = "Background: a.\n\nMethod: b.\n\nResult: c.\n\nConclusion: d."
    head = "### [T](https://arxiv.org/abs/2509.00001)\n*A*\n<details>\n  <summary>Abstract</summary>\n"
    text = f"{head}{abstract}\n</details>\n"
    (paper,) = parse_digest(text).papers
    assert paper.abstract == "Background: a. Method: b. Result: c. Conclusion: d."
    assert paper.missing == ("category", "tldr", "motivation", "method", "result", "conclusion")


def test_listing() -> None:
    digest = parse_digest(LISTING)
    first, second = digest.papers
    assert (first.title, first.version, first.authors) == ("A $x](y)$ title", 2, ("Ann Author", "Bo Writer"))
    assert first.abstract == "First. Method: it is text."
    assert (second.title, second.authors, second.abstract) == ("B", ("Cy Coder",), "Second abstract.")
    assert digest.warnings == ()


@pytest.mark.parametrize(
    "text",
    [
        "### [1] [" * 200_000,
        "[1]. [*" * 200_000,
        "# " + " " * 500_000 + "x",
        "### [1] [a](https://arxiv.org/abs/2509.00001)\n*" + "(a)," * 100_000 + "*\n",
        "### [1] [a](https://arxiv.org/abs/2509.00001)\n*" + "(" * 200_000 + ")" * 200_000 + "*\n",
        "### [1] [a](https://arxiv.org/abs/2509.00001)\n*a*\n\n" + "TL;DR: " * 100_000,
        "### [1] [a](https://arxiv.org/abs/2509.00001)\n*a*\n\n" + "Method: x\n\n" * 30_000,
        "### [1] [a](https://arxiv.org/abs/2509.00001)\n*a*\n\nAbstract: http://a.b/" + "(" * 200_000 + ")" * 300_000,
        "<details>\n" * 100_000,
        "### [1] [x\n" * 30_000,
        "\n" * 500_000,
        "\x08" * 300_000,
    ],
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    start = time.perf_counter()
    parse_digest(text)
    assert time.perf_counter() - start < 5
