"""LaTeX around plain words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.latex import untyped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\textit{Bias-Aware}, a \textbf{\emph{new}} way", "Bias-Aware, a new way"),
        (r"over ${\sim}1500$ ciphers", "over ~1500 ciphers"),
        (r"gains of $\sim$115\% and $\sim$50\%", "gains of ~115% and ~50%"),
        (r"$40\times$ smaller MEGS$^{2}$", "40× smaller MEGS²"),
        ("Sleep~Monitoring of 11~participants in Fig.~2", "Sleep Monitoring of 11 participants in Fig. 2"),
        ("costs $5 and $6, or $7", "costs $5 and $6, or $7"),
        ("a range of 5~10 GPUs", "a range of 5~10 GPUs"),
        (r"$\alpha_{i}$ stays", r"$\alpha_{i}$ stays"),
        (r"D\"atwyler in M\'{e}xico, F\'ed\'eration", "Dätwyler in México, Fédération"),
        (r"\v{S}koda, gar\c{c}on, stra\ss e, \o re", "Škoda, garçon, straße, øre"),
        (r"at \href{https://x.example}{our page}~\cite{a,b}.", "at our page."),
        ("serves as a ``beacon'' and a ``light\"", "serves as a “beacon” and a “light”"),
        (r"a model\'s \"title\"", r"a model\'s \"title\""),
        (r"\vec{x} and \usepackage stay", r"\vec{x} and \usepackage stay"),
        ("plain words", "plain words"),
    ],
)
def test_typesetting_around_plain_words_is_undone(text: str, expected: str) -> None:
    assert untyped(text) == expected


@given(st.text(alphabet=st.sampled_from(list("ab 1.,()%-")), max_size=60))
def test_a_text_without_latex_stays_as_it_is(text: str) -> None:
    assert untyped(text) == text


@given(st.text(alphabet=st.sampled_from(list("\\{}$~^'\"`abcemph textbf%")), max_size=60))
def test_any_latex_is_read(text: str) -> None:
    assert len(untyped(text)) <= len(text) + 2
