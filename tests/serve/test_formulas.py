"""TeX formulas as MathML."""

from __future__ import annotations

import pytest

from rag.serve.formulas import mathml
from rag.serve.markup import highlighted, prose, sanitised


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"from $\pi^3$ on", "<msup><mi>π</mi><mn>3</mn></msup>"),
        (r"$3.7 \times 10^{-24}$", "<mo>×</mo>"),
        (r"a $\rightarrow$ b", "<mo>→</mo>"),
        (r"in $\mathcal{O}(n \log n)$", "<mi>𝒪</mi>"),
        (r"$$\frac{a}{b}$$", "<mfrac>"),
        ("$N=3$", "<mo>=</mo>"),
        ("$a<b$", "<mo>&lt;</mo>"),
        ("an $n$-gram", "<mi>n</mi>"),
    ],
)
def test_formulas_are_drawn(text: str, shown: str) -> None:
    assert shown in sanitised(prose(text))


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 and $10 more",
        "between $2-5 and $7",
        r"an escaped \$5 and \$x_1\$",
        r"$\unknownorder{x}$",
        "$" + "x_" * 90 + "$",
        "US$ 5 and A$ 6",
        "$100$",
    ],
)
def test_money_and_what_cannot_be_read_stay_as_written(text: str) -> None:
    assert "<math" not in prose(text)


@pytest.mark.parametrize(
    "formula",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\text{<img src=x onerror=alert(1)>}",
        r"\style{color:red}{x}",
        r"\class{card}{x}",
        r"x^{\unicode{0x3c}script>}",
        "<script>alert(1)</script>_1",
        r"\begin{matrix}<iframe src=//evil.example></iframe>\end{matrix}",
    ],
)
def test_a_formula_is_never_markup(formula: str) -> None:
    for drawn in (mathml(formula), sanitised(prose(f"${formula}$"))):
        for evil in ("<script", "<img", "<iframe", "href=", "style=", "class=", "onerror=alert(1)>x"):
            assert evil not in drawn.replace("&lt;", "(")


def test_a_marked_quote_keeps_its_formula() -> None:
    assert "<mark>It is <math" in highlighted(r"We say. It is $\alpha_1$ big.", [r"It is $\alpha_1$ big."])


def test_a_formula_cannot_grow_without_bound() -> None:
    assert len(mathml("{" * 60 + "x" + "}" * 60)) < 6001
    assert mathml(r"\frac" * 40) == "" or len(mathml(r"\frac" * 40)) < 6001
