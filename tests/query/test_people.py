"""Authors in questions: full names in any case, surnames, papers meant by their authors, numbers of authors."""

from dataclasses import replace

import pytest
from query.odd_papers import LINKED
from query.staging import Build, Stage, listed

from rag.query.authorship import author_bounds
from rag.query.people import people_in

RAC, FAULTS = "2509.07953", "2509.07707"


@pytest.mark.parametrize(
    ("question", "people"),
    [
        ("What does aviral kumar's paper propose?", ("Aviral Kumar",)),
        ("papers by Kumar", ("Aviral Kumar",)),
        ("Kumar et al. on recovery", ("Aviral Kumar",)),
        ("which paper has Kumar as last author?", ("Aviral Kumar",)),
        ("KUMAR 的论文有哪些？", ("Aviral Kumar",)),
        ("Kumar Aviral 写了什么？", ("Aviral Kumar",)),
        ("How are papers by using LoRA evaluated?", ()),
        ("Does Kumar filtering help?", ()),
        ("What does the radar paper propose?", ()),
    ],
)
def test_people_whom_a_question_names(stage: Stage, question: str, people: tuple[str, ...]) -> None:
    assert people_in(question, stage.corpus) == people


def test_accents_and_middle_names_may_be_left_out(build: Build) -> None:
    accented = build("accented", [replace(LINKED, authors=("José Ñuñez", "Anna M. Lindqvist"))])
    assert people_in("papers by Jose Nunez", accented.corpus) == ("José Ñuñez",)
    assert people_in("Which papers did Anna Lindqvist write?", accented.corpus) == ("Anna M. Lindqvist",)


@pytest.mark.parametrize(
    "question",
    ["What does the paper by Aviral Kumar find?", "Kumar 的论文提出了什么方法？", "What did kumar's work do?"],
)
def test_a_person_filters_a_question_about_content(stage: Stage, question: str) -> None:
    answer = stage.ask(question, *["Nothing.", "不知道。"][:1])
    assert not answer.abstained
    assert {citation.arxiv_id for citation in answer.citations} == {RAC}


def test_a_person_and_a_subject_narrow_a_list(odd: Stage) -> None:
    assert odd.ask("Which papers by Giulia Bianchi are about ceramic glazes?").papers == ("2509.00888",)


@pytest.mark.parametrize("question", ["papers with Bianchi and Sato both", "Bianchi 和 Sato 合写的论文"])
def test_two_people_by_one_name_each(odd: Stage, question: str) -> None:
    assert people_in(question, odd.corpus) == ("Giulia Bianchi", "Hana Sato")


def test_somebody_called_dan_is_no_order(build: Build) -> None:
    named = build("dan", [replace(LINKED, authors=("Dan Berg",))])
    assert "cs.CV" in named.ask("Which paper is by Dan Berg and what's its category?").text


def test_a_dimension_is_nobody(build: Build) -> None:
    lettered = build("lettered", [replace(LINKED, authors=("Anna D. Berg",))])
    assert people_in("标题中带 3D 的论文一共几篇", lettered.corpus) == ()


def test_two_people_together(odd: Stage) -> None:
    question = "Which papers did Giulia Bianchi and Hana Sato write together?"
    assert odd.ask(question).papers == ("2509.00888",)


@pytest.mark.parametrize(
    ("question", "bounds"),
    [
        ("papers with exactly 12 authors", (12, 12)),
        ("single-author papers", (1, 1)),
        ("papers written by one person", (1, 1)),
        ("papers with 3 or fewer authors", (1, 3)),
        ("papers with fewer than three authors", (1, 2)),
        ("papers with between 2 and 4 authors", (2, 4)),
        ("只有两位作者的论文", (2, 2)),
        ("独立完成的论文", (1, 1)),
        ("作者不超过 3 位的论文", (1, 3)),
        ("有三到五位作者的论文", (3, 5)),
        ("第一作者是谁？", None),
        ("最后一位作者是谁？", None),
        ("How many authors does it have?", None),
    ],
)
def test_numbers_of_authors(question: str, bounds: tuple[int, int] | None) -> None:
    assert author_bounds(question) == bounds


def test_more_than_a_number_has_no_upper_end() -> None:
    found = author_bounds("papers with more than 20 authors")
    assert found is not None
    assert found[0] == 21
    assert found[1] > 1_000


def test_where_none_has_the_number_the_fewest_and_most_are_told(stage: Stage) -> None:
    answer = stage.ask("Which papers have only one author?")
    assert answer.reason == "not_in_corpus"
    assert "2 to 12" in answer.text


def test_who_wrote_most(odd: Stage) -> None:
    answer = odd.ask("Which author has the most papers?")
    assert "Giulia Bianchi (2)" in answer.sentences[0].text
    assert set(listed(answer)) == {"cond-mat/9212029", "2509.00888"}
    assert "4" in odd.ask("How many distinct authors are there?").text


@pytest.mark.parametrize("question", ["Which papers are from MIT?", "哪些论文来自清华大学？"])
def test_affiliations_are_not_known(stage: Stage, question: str) -> None:
    assert stage.ask(question).reason == "not_stated"


@pytest.mark.parametrize(
    ("question", "people"),
    [
        ("Nguyen Kiet T. 有新作吗", ("Kiet T. Nguyen",)),
        ("anything by M. M. Esfahani?", ("M. Moein Esfahani",)),
        ("S. Salem's contribution", ("Sepehr Salem",)),
        ("El-Sheimy Naser 在不在作者里", ("Naser El-Sheimy",)),
        ("Islam Masum Mahmudul: papers?", ("Mahmudul Islam Masum",)),
        ("Is there an author called Lompo, first or family name?", ("Boammani Aser Lompo",)),
        ("Purschke?", ("Nils Purschke",)),
        ("Schlereth 参与了哪篇", ("Maja Schlereth",)),
        ("Which papers use Schlereth?", ()),
        ("Which loss is minimised when Purschke filters smooth the point clouds of the scanner?", ()),
    ],
)
def test_people_by_initials_in_other_orders_or_by_one_name(
    stage: Stage, question: str, people: tuple[str, ...]
) -> None:
    assert people_in(question, stage.corpus) == people


def test_a_lone_name_means_all_who_have_it(build: Build) -> None:
    named = build("named", [replace(LINKED, authors=("Mubarak Shah", "Ahmed Mubarak", "Jörg Rocktäschel"))])
    assert people_in("any author called Mubarak?", named.corpus) == ("Mubarak Shah", "Ahmed Mubarak")
    assert people_in("Rocktaschel 的论文", named.corpus) == ("Jörg Rocktäschel",)


@pytest.mark.parametrize(
    "question",
    [
        "Robyn Wu: which contributions does that person have here?",
        "Does Wu Robyn show up today?",
        "With whom has Robyn Wu been publishing?",
        "Who are Robyn Wu's co-authors?",
        "Robyn Wu 今天有新作吗",
        "Robyn Wu 和谁合写了论文？",
        "Robyn Wu 在不在作者里？",
    ],
)
def test_a_person_and_nothing_else_means_their_papers(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert answer.papers == tuple(listed(answer)) == (RAC,)
    assert "Zheyuan Hu" in answer.text


def test_somebody_as_first_author_is_not_who_is_first(odd: Stage) -> None:
    assert odd.ask("Which papers have Hana Sato as first author?").papers == ()
    assert odd.ask("以 Hana Sato 为第一作者的论文").papers == ()
    assert "Giulia Bianchi" in odd.ask("Who is the first author of the paper that Hana Sato is on?").text
    assert "Giulia Bianchi" in odd.ask("Hana Sato 那篇的一作是谁").text


def test_a_country_is_no_author(stage: Stage) -> None:
    assert "Luis Diener" in stage.ask("Who is the first author of the radar parking paper from Austria?").text


@pytest.mark.parametrize(
    ("question", "bounds"),
    [
        ("作者在 15 人及以上的论文", (15, 10**6)),
        ("papers with 15 or more authors", (15, 10**6)),
        ("every paper written by one single person", (1, 1)),
        ("哪些是独著", (1, 1)),
        ("三个人合写的论文", (3, 3)),
        ("作者人数在 5 人以内的论文", (1, 5)),
    ],
)
def test_more_wordings_of_numbers_of_authors(question: str, bounds: tuple[int, int]) -> None:
    assert author_bounds(question) == bounds
