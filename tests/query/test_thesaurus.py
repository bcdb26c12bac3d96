"""Plain words of a question and the field's own terms for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from query.staging import Stage

from rag.query.retrieval import rank
from rag.query.thesaurus import expressions, field_terms
from rag.query.words import stem_sequence


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("How do hospitals train a network without sharing data?", {"federated learning"}),
        ("Is the driver rewarded by trial and error?", {"reinforcement learning"}),
        ("Can a small network learn from pictures and clips?", {"image", "video"}),
        ("Does it run faster on a phone?", {"inference acceleration", "edge device"}),
    ],
)
def test_plain_words_mean_terms(question: str, terms: set[str]) -> None:
    assert terms <= set(field_terms(question))


@pytest.mark.parametrize("question", ["", "?", "哪些论文研究联邦学习？", "What does LoRA change?"])
def test_other_words_mean_nothing_more(question: str) -> None:
    assert field_terms(question) == ()


@given(st.text(max_size=80))
def test_any_text_has_terms_of_the_thesaurus_alone(text: str) -> None:
    known = {term for told in expressions().values() for _, term in told}
    assert set(field_terms(text)) <= known


def test_no_expression_is_its_own_term() -> None:
    for told in expressions().values():
        for stems, term in told:
            assert stems != stem_sequence(term)


def test_a_paraphrase_finds_its_paper(stage: Stage) -> None:
    ranking = rank(
        "How are heat pictures of the chest sorted when few scans of sick women exist?", stage.corpus, stage.embedder
    )
    assert ranking.papers[0].arxiv_id == "2509.07277"
    assert ranking.legs["glossed"][0] > 0
