"""JSON lines: records of all generators, bad lines, wrong types."""

import json
from typing import Any

import pytest

from rag.ingest.digest import parse_digest

RECORD = {
    "id": "2509.00001",
    "title": "A Title",
    "authors": ["Ann Author", "Bo Writer"],
    "categories": ["cs.CV", "cs.LG"],
    "summary": "We study\na thing. See https://github.com/a/b.",
    "comment": "8 pages",
    "AI": {
        "tldr": "总结",
        "motivation": "动机在此",
        "method": "方法在此",
        "result": "结果在此",
        "conclusion": "结论在此",
    },
}


def lines(*records: Any) -> str:
    """Return JSON lines."""
    return "".join(json.dumps(record) + "\n" for record in records)


def test_record() -> None:
    digest = parse_digest(lines(RECORD))
    (paper,) = digest.papers
    assert digest.warnings == ()
    assert paper.missing == ()
    assert (paper.abstract, paper.comment) == ("We study a thing. See https://github.com/a/b.", "8 pages")
    assert (paper.links, paper.line) == (("https://github.com/a/b",), 1)
    assert (paper.section, paper.category, paper.categories) == ("cs.CV", "cs.CV", ("cs.CV", "cs.LG"))


def test_bad_lines_are_told_and_the_rest_is_kept() -> None:
    deep = "[" * 100_000
    text = lines(RECORD) + '{"id": "2509.0\n\n[1, 2]\nnull\n' + deep + "\n" + lines(RECORD | {"id": "2509.00002"})
    digest = parse_digest(text, source="a.jsonl")
    assert [(paper.arxiv_id, paper.line) for paper in digest.papers] == [("2509.00001", 1), ("2509.00002", 7)]
    assert [warning.line for warning in digest.warnings] == [2, 4, 5, 6]
    assert [warning.message.split(";")[0] for warning in digest.warnings] == [
        "the line is not JSON (Unterminated string starting at at column 8)",
        "the line is not a JSON object",
        "the line is not a JSON object",
        "the line is nested too deeply",
    ]


def test_absurd_number() -> None:
    (warning, _) = parse_digest('{"id": ' + "9" * 5000 + "}\n").warnings[::-1]
    assert warning.message == "the line holds an absurd number; the line was left out"


@pytest.mark.parametrize("value", [None, 3, 2.5, True, {"a": 1}, [1], [[]], [], "", " ", "\x00", "None"])
@pytest.mark.parametrize(
    "name", ["title", "summary", "authors", "categories", "comment", "AI", "published", "code_url"]
)
def test_wrong_types_never_stop(name: str, value: Any) -> None:
    digest = parse_digest(lines(RECORD | {name: value}))
    (paper,) = digest.papers
    assert paper.arxiv_id == "2509.00001"
    if name == "summary":
        assert (paper.abstract, "abstract" in paper.missing) == ("", True)


def test_wrong_types_are_told() -> None:
    digest = parse_digest(lines(RECORD | {"title": 5, "authors": [1, "Ann"], "AI": "Error"}))
    assert digest.papers[0].authors == ("Ann",)
    assert [warning.message.split(";")[0] for warning in digest.warnings] == [
        "'AI' is not an object",
        "'title' is not a text",
        "'authors' holds values that are not texts",
        "the entry has no title",
    ]


@pytest.mark.parametrize(
    ("changes", "arxiv_id", "version"),
    [
        ({"id": "http://arxiv.org/abs/2509.00001v2"}, "2509.00001", 2),
        ({"id": None, "abs": "https://arxiv.org/abs/2509.00001"}, "2509.00001", None),
        ({"pdf": "https://arxiv.org/pdf/2509.00001v4"}, "2509.00001", 4),
        ({"url": "https://arxiv.org/pdf/2509.00009v4"}, "2509.00001", None),
        ({"id": "astro-ph/0001001"}, "astro-ph/0001001", None),
    ],
)
def test_identifier(changes: dict[str, Any], arxiv_id: str, version: int | None) -> None:
    (paper,) = parse_digest(lines(RECORD | changes)).papers
    assert (paper.arxiv_id, paper.version) == (arxiv_id, version)


def test_lists_of_objects_and_plain_texts() -> None:
    record = RECORD | {
        "authors": [{"name": "Ann Author"}, {"name": "Bo Writer, Jr."}],
        "categories": "cs.RO cs.CV",
        "AI": {"method": ["One.", "Two."]},
    }
    (paper,) = parse_digest(lines(record)).papers
    assert (paper.authors, paper.method) == (("Ann Author", "Bo Writer, Jr."), "One. Two.")
    assert paper.categories == ("cs.RO", "cs.CV")
    (paper,) = parse_digest(lines(RECORD | {"authors": "Ann Author, Bo Writer"})).papers
    assert paper.authors == ("Ann Author", "Bo Writer")


def test_escapes_of_latex_and_half_a_surrogate() -> None:
    text = lines(RECORD).replace("A Title", "\\u0008eta and \\ud800 \\u001b[31mred\\u200b")
    (paper,) = parse_digest(text).papers
    assert paper.title == "\\beta and \ufffd [31mred"
    assert paper.title.encode()


def test_line_separators_inside_a_text_are_no_line_ends() -> None:
    text = json.dumps(RECORD | {"title": "A\u2028B\x85C"}, ensure_ascii=False)
    (paper,) = parse_digest(text).papers
    assert paper.title == "A B C"
