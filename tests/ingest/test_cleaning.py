"""Single texts: characters, names, categories, links, placeholders, labels."""

import pytest

from rag.ingest.cleaning import clean_text
from rag.ingest.fields import clean_authors, find_categories, find_links, split_authors
from rag.ingest.labels import is_placeholder, strip_label


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("\x0crac{a}{b}", r"\frac{a}{b}"),
        ("\x08eta_t \x08egin{x}", r"\beta_t \begin{x}"),
        ("$\rho$ and \right)", r"$\rho$ and \right)"),
        ("\tau \times \text{a} x\to y", r"\tau \times \text{a} x\to y"),
        ("\x0barepsilon \x0bec{v}", r"\varepsilon \vec{v}"),
        ("\x07lpha", r"\alpha"),
        ("\nabla f \neq 3", r"\nabla f \neq 3"),
        ("one\neq. (3)", "one eq. (3)"),
        ("\x08etamax \tauction", "etamax auction"),
        ("a\x00b\x1bc\x1dd\x7fe\x9bf", "a b c d e f"),
        ("a\u200bb\u202ec\ufeffd\u2066e\u00adf\U000e0041", "abcdef"),
        ("a\tb\r\n  c\u3000d\u00a0e", "a b c d e"),
        ("e\u0301", "\xe9"),
        ("archi-\ntecture", "archi- tecture"),
        ("<b>**x**</b> $a_b$", "<b>**x**</b> $a_b$"),
        ("\ud83d", "\ufffd"),
        ("", ""),
    ],
)
def test_clean_text(raw: str, expected: str) -> None:
    assert clean_text(raw) == expected
    assert clean_text(expected) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("A B,C D", ("A B", "C D")),
        ("A, B, Jr., C, III, Sr.", ("A", "B, Jr.", "C, III, Sr.")),
        ("Jr., A", ("Jr.", "A")),
        ("Team,:,A,,B", ("Team", "A", "B")),
        ("A (U of X, Y), B (1, 2) ((1) Z, (2) W)", ("A", "B")),
        ("Chen (Martin) Hu, Li (李明)", ("Chen (Martin) Hu", "Li (李明)")),
        ("A (unclosed, B", ("A (unclosed", "B")),
        ("(MIT), A*, †B‡", ("(MIT)", "A", "B")),
        ("", ()),
        ("D'Incà\u200b, Ö. O\u0308z", ("D'Incà", "Ö. Öz")),
    ],
)
def test_authors(line: str, expected: tuple[str, ...]) -> None:
    assert clean_authors(split_authors(line)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cs.CV", ("cs.CV",)),
        ("cs.AI, cs.CL; quant-ph", ("cs.AI", "cs.CL", "quant-ph")),
        ("Subjects:       Cryptography and Security (cs.CR)", ("cs.CR",)),
        ("cond-mat.mtrl-sci", ("cond-mat.mtrl-sci",)),
        ("math", ("math",)),
        ("Robotics", ("Robotics",)),
        ("", ()),
        ("None", ()),
    ],
)
def test_categories(text: str, expected: tuple[str, ...]) -> None:
    assert find_categories(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at https://github.com/a/b.", ("https://github.com/a/b",)),
        ("(https://a.io/x_(y)), <http://b.org/>", ("https://a.io/x_(y)", "http://b.org/")),
        (r"\url{https://a.io/~x} and \href{https://b.io}{b}", ("https://a.io/~x", "https://b.io")),
        ("[code](https://a.io/x)。见https://b.io/代码", ("https://a.io/x", "https://b.io/")),
        ("**https://a.io/x** https://a.io/x/", ("https://a.io/x",)),
        ("https:// http://localhost/x httpsx://a.io", ()),
        ("'https://a.io/?q=1&r=2#f', \"https://b.io/x;\"", ("https://a.io/?q=1&r=2#f", "https://b.io/x")),
    ],
)
def test_links(text: str, expected: tuple[str, ...]) -> None:
    assert find_links(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Error",
        "error.",
        "None",
        "null",
        "N/A",
        "",
        "...",
        "**Error**",
        "Summary generation failed",
        "MOTIVATION ANALYSIS UNAVAILABLE",
        "Method extraction failed",
        "Result analysis unavailable",
        "Conclusion extraction failed",
        "Processing failed",
        "Error: Failed to generate summary.",
        "This content has not passed the compliance test and has been hidden.",
        "该内容未通过合规检测，已被隐藏。",
        "此内容未通过合规性测试并已隐藏",
        "错误：AI分析失败。",
        "暂无",
        "生成失敗",
    ],
)
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "Error-driven learning",
        "Null-space control works",
        "None of the models generalises",
        "Error: bounded by 0.1",
        "Failure",
        "无监督学习",
        "错误率下降",
        "This content has not passed the compliance test and has been hidden. We study why.",
        "0",
        "5%",
    ],
)
def test_no_placeholders(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("tldr", "TL;DR: TLDR：x", "x"),
        ("conclusion", "结论：y", "y"),
        ("conclusion", "TLDR: y", "y"),
        ("method", "Methods: z", "z"),
        ("method", "Result: z", "Result: z"),
        ("abstract", "Abstract: Motivation: z", "Abstract: Motivation: z"),
        ("result", "结果表明：z", "结果表明：z"),
    ],
)
def test_repeated_labels(field: str, text: str, expected: str) -> None:
    assert strip_label(field, text) == expected
