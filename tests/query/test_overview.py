"""The digest as a whole, its links, and lists that say what they are not about."""

import pytest
from query.staging import Stage, listed

from rag.models import Turn
from rag.query.premises import contradicting

CODE = {
    "2509.06988", "2509.07530", "2509.07647", "2509.07798", "2509.07966", "2509.06975", "2509.06980", "2509.07725",
    "2509.07945",
}  # fmt: skip
PAGES = {"2509.07445", "2509.07953"}


@pytest.mark.parametrize(
    "question",
    [
        "Summarize the digest",
        "Give me an overview",
        "What's new today?",
        "帮我概括一下这份日报",
        "What topics are covered?",
    ],
)
def test_an_overview_counts_everything_and_cites_what_it_names(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert len(answer.papers) == 24
    assert all(f"{category} (8)" in answer.sentences[0].text for category in ("cs.CV", "cs.RO", "cs.LG"))
    assert 3 <= len(listed(answer)) <= 12
    assert answer.usage.llm_calls == 0


def test_an_overview_of_a_category(stage: Stage) -> None:
    answer = stage.ask("What's new in cs.RO today?")
    assert len(answer.papers) == 8
    assert set(listed(answer)) == set(answer.papers)


@pytest.mark.parametrize(
    "question", ["cs.RO", "cs.RO?", "papers not in cs.CV or cs.LG", "不属于 cs.CV 和 cs.LG 的论文"]
)
def test_a_category_alone_asks_for_its_papers(stage: Stage, question: str) -> None:
    assert len(listed(stage.ask(question))) == 8


@pytest.mark.parametrize(
    ("question", "papers"),
    [
        ("Which papers release code?", CODE),
        ("哪些论文开源了代码？", CODE),
        ("List the papers with code", CODE),
        ("How many papers link to GitHub?", CODE | PAGES),
        ("Which papers have a project page?", PAGES),
        ("哪些 cs.RO 论文有项目主页？", PAGES),
        ("Which papers on diffusion models release code?", {"2509.07530", "2509.07647"}),
    ],
)
def test_papers_with_links_quote_the_line_that_names_them(stage: Stage, question: str, papers: set[str]) -> None:
    answer = stage.ask(question)
    assert set(answer.papers) == set(listed(answer)) == papers
    assert all("http" in citation.quote for citation in answer.citations)


def test_papers_without_code_are_the_others(stage: Stage) -> None:
    assert len(stage.ask("Which papers do not release code?").papers) == 24 - len(CODE)


def test_a_list_that_is_cut_says_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.query.facts.MOST_LISTED", 5)
    answer = stage.ask("List all papers")
    assert len(answer.papers) == 24
    assert "19" in answer.sentences[-1].text


def test_a_list_says_how_many_were_searched(stage: Stage) -> None:
    assert "Of the 8 papers" in stage.ask("Which papers in cs.RO use LLMs?").text


def test_a_list_can_be_asked_of_a_list(stage: Stage) -> None:
    before = stage.ask("List the papers in cs.RO")
    answer = stage.ask("Which of these are about parking?", history=[Turn.of(before)])
    assert answer.papers == ("2509.07683",)


@pytest.mark.parametrize(
    ("question", "index"),
    [
        ("Why does it need 500 GPUs?", 0),
        ("Why does the 7-day window work best?", 1),
        ("Why must it use a simulator?", None),
        ("Why does it need training data?", 2),
        ("Why does it use 8 GPUs?", None),
        ("Why does the three-day window work best?", None),
        ("Does it need 500 GPUs?", None),
    ],
)
def test_premises_that_an_abstract_contradicts(question: str, index: int | None) -> None:
    abstract = [
        "We train on 8 A100 GPUs over windows of 7 and 3 days.",
        "The best result comes from a three-day window.",
        "It works without any training data.",
    ]
    assert contradicting(question, abstract, [], [0.3, 0.2, 0.1]) == index


@pytest.mark.parametrize(
    ("question", "index"),
    [
        ("Why are the shallow layers hurt by compression?", 0),
        ("Alpha came out least accurate. How bad was it?", 2),
        ("Why are the middle layers hurt by compression?", None),
    ],
)
def test_a_loss_that_an_abstract_denies_is_a_false_premise(question: str, index: int | None) -> None:
    abstract = [
        "The shallow layers show minimal degradation under compression.",
        "Errors in the middle layers impair accuracy.",
        "Alpha achieves the highest accuracy.",
        "Tuning Alpha brings gains.",
    ]
    likeness = {0: [0.9, 0.5, 0.1, 0.1], 2: [0.1, 0.0, 0.5, 0.6], None: [0.5, 0.9, 0.1, 0.1]}[index]
    assert contradicting(question, abstract, [], likeness) == index
