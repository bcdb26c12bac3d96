"""Fields of record: several asked at once, of papers named, described or somebody's; in lists; and none in content."""

from dataclasses import replace

import pytest
from query.odd_papers import LINKED, SPIN_GLASS
from query.staging import Build, Stage

from rag.models import Filters, Language
from rag.query.fields import asked_fields
from rag.query.understand import Query

RAC, EAR, RLFACTORY, RADAR, TOUCH = "2509.07953", "2509.07896", "2509.06980", "2509.07683", "2509.07445"
CODE = "https://github.com/Simple-Efficient/RL-Factory"


def fields(question: str, language: Language = "en") -> list[str]:
    """Return the names of the fields that a question asks for."""
    query = Query(asked=question, text=question, language=language, filters=Filters())
    return [asked.name for asked in asked_fields(query)]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Title, lead author and repo of the paper on slot cars?", ["title_asked", "first_author", "link"]),
        ("Under what category is it, and how many authors are there?", ["category_of", "author_count"]),
        ("I need the arXiv id plus all the authors.", ["identifier", "authors"]),
        ("the one on slot cars: authors, category", ["authors", "category_of"]),
        ("Who wrote it and where can I download the code?", ["authors", "link"]),
        ("Who came fourth among the authors?", ["author_place"]),
        ("Who is the fourth author?", ["author_place"]),
        ("这篇的题目、作者和分类", ["title_asked", "authors", "category_of"]),
        ("那篇的代码和一作", ["link", "first_author"]),
        ("它有几位作者，属于什么分类", ["author_count", "category_of"]),
        ("第三作者叫什么", ["author_place"]),
        ("who is first on the slot car paper", ["first_author"]),
        ("who's last on RLFactory?", ["last_author"]),
        ("who did the slot car one?", ["authors"]),
        ("who wrote about slot cars, and how many of them are there", ["author_count"]),
        ("which field is the slot car paper in?", ["category_of"]),
        ("Is the slot car paper cs.RO or cs.AI?", ["category_of"]),
        ("who wrote it and where's the code", ["authors", "link"]),
        ("what is the website of the slot car dataset", ["link"]),
        ("code for RLFactory", ["link"]),
        ("Code for patients is hard to write", []),
        ("它的代码在哪，作者谁", ["link", "authors"]),
        ("RLFactory 有多少作者", ["author_count"]),
        ("RLFactory 有没有放代码", ["link"]),
        ("提出 RLFactory 的是哪些人", ["authors"]),
        ("What field does the wave travel in?", []),
        ("Where is the data collected?", []),
        ("How do the authors collect answers, and how many people took part?", []),
        ("是否公开数据集上也有效？", []),
        ("What do the authors propose for categories of errors?", []),
        ("According to the authors, which code runs faster?", []),
        ("Which titles and abstracts was the classifier trained on?", []),
        ("Two papers with the same first author: how do they differ?", []),
        ("作者认为哪种方法更好？", []),
        ("图像分类的准确率是多少？", []),
        ("实体链接模型是怎么训练的？", []),
        ("Why do language models write better code?", []),
    ],
)
def test_the_fields_that_a_question_asks_for_in_its_order(question: str, names: list[str]) -> None:
    assert fields(question) == names


@pytest.mark.parametrize(
    ("question", "paper", "told"),
    [
        ("Give me the title and the authors of 2509.07953", RAC, [("title", "RaC"), ("authors", "Robyn Wu")]),
        ("RLFactory: category, repo?", RLFACTORY, [("categories", "cs.LG"), ("url", CODE)]),
        (
            "Who is the senior author of the in-ear sleep monitoring paper, and how many people wrote it?",
            EAR,
            [("authors", "Michael Beigl"), ("authors", "4 authors")],
        ),
        ("What is 2509.07445 about and who wrote it?", TOUCH, [("abstract", "Text2Touch"), ("authors", "Max Yang")]),
        ("2509.07953 的标题和一作", RAC, [("title", "RaC"), ("authors", "Zheyuan Hu")]),
        ("RLFactory 的源码地址和末位作者", RLFACTORY, [("url", CODE), ("authors", "Wei Lin")]),
        ("雷达 SLAM 泊车那篇：分类？几位作者？", RADAR, [("categories", "cs.RO"), ("authors", "3 位作者")]),
    ],
)
def test_each_field_is_a_sentence_with_its_citation(
    stage: Stage, question: str, paper: str, told: list[tuple[str, str]]
) -> None:
    answer = stage.ask(question)
    assert [(citation.arxiv_id, citation.field) for citation in answer.citations] == [
        (paper, field) for field, _ in told
    ]
    assert all(said in sentence.text for sentence, (_, said) in zip(answer.sentences, told, strict=True))


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Who is the second author of RaC?", "Robyn Wu"),
        ("Who is listed third on the author list of 2509.07953?", "Naveen Enock"),
        ("author number 4 of RaC", "Jasmine Li"),
        ("Who is the second-to-last author of RaC?", "Zackory Erickson"),
        ("RaC 的倒数第二位作者", "Zackory Erickson"),
        ("RaC 的第二作者是谁？", "Robyn Wu"),
        ("RaC 的三作叫什么", "Naveen Enock"),
        ("2509.07953 第 4 位作者是哪位", "Jasmine Li"),
    ],
)
def test_an_author_by_place(stage: Stage, question: str, name: str) -> None:
    answer = stage.ask(question)
    assert name in answer.text
    assert "Kumar" not in answer.text


@pytest.mark.parametrize("question", ["Who is the third author of GlazeBench?", "GlazeBench 的第三作者是谁？"])
def test_a_place_that_a_list_of_authors_does_not_have(odd: Stage, question: str) -> None:
    answer = odd.ask(question)
    assert answer.reason == "false_premise"
    assert "Giulia Bianchi, Hana Sato" in answer.text


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("At which position in the author list of RaC is Robyn Wu?", "2 of 7"),
        ("Robyn Wu 在 RaC 的作者里排第几？", "第 2 位"),
    ],
)
def test_the_place_of_somebody(stage: Stage, question: str, place: str) -> None:
    assert place in stage.ask(question).text


@pytest.mark.parametrize(
    ("question", "field", "told"),
    [
        ("Who is the first author of Aviral Kumar's paper?", "authors", "first author of RaC"),
        ("Aviral Kumar 署名的那篇，一作是谁？", "authors", "Zheyuan Hu"),
        ("What category is Kumar's paper in?", "categories", "cs.RO"),
        ("Aviral Kumar 那篇的项目主页？", "url", "rac-scaling-robot"),
    ],
)
def test_fields_of_the_papers_of_a_person(stage: Stage, question: str, field: str, told: str) -> None:
    answer = stage.ask(question)
    assert told in answer.text
    assert [(citation.arxiv_id, citation.field) for citation in answer.citations] == [(RAC, field)]


def test_fields_of_several_papers_of_a_person(odd: Stage) -> None:
    for question in ("What categories are Giulia Bianchi's papers in?", "Giulia Bianchi 的论文分别属于哪个分类？"):
        answer = odd.ask(question)
        assert {citation.arxiv_id for citation in answer.citations} == {"cond-mat/9212029", "2509.00888"}
        assert all(category in answer.text for category in ("cond-mat.dis-nn", "cs.CV, cs.LG"))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Titles with “diffusion”, and their first authors, please", "first author: Sepehr Salem"),
        ("标题里带 diffusion 的论文，附上第一作者", "第一作者：Sepehr Salem"),
        ("List the cs.RO papers and their last authors.", "last author: Aviral Kumar"),
        ("列出 cs.RO 的论文和各自的末位作者", "最后一位作者：Aviral Kumar"),
        ("Which cs.LG papers link to GitHub? Also name the lead author.", f"{CODE}; first author: Jiajun Chai"),
        ("Which papers have two authors, and in which category are they?", "2 authors; cs.RO"),
    ],
)
def test_lists_show_the_fields_that_are_asked(stage: Stage, question: str, told: str) -> None:
    assert told in stage.ask(question).text


@pytest.mark.parametrize(
    ("question", "category"),
    [
        ("Is the paper about sleep stages in the ear in cs.CV?", "cs.LG"),
        ("The radar parking paper is filed under cs.LG, right?", "cs.RO"),
        ("雷达泊车那篇属于 cs.CV 吧？", "cs.RO"),
        ("RLFactory 是不是 cs.CL？", "cs.LG"),
    ],
)
def test_a_category_that_is_supposed_filters_nothing(stage: Stage, question: str, category: str) -> None:
    answer = stage.ask(question)
    assert category in answer.text
    assert [citation.field for citation in answer.citations] == ["categories"]


@pytest.mark.parametrize(
    "question", ["Is there a project page for the radar SLAM parking work?", "雷达泊车那篇的主页地址？"]
)
def test_a_page_that_no_abstract_names(stage: Stage, question: str) -> None:
    assert stage.ask(question).reason == "not_stated"


def test_code_that_is_promised_is_quoted(build: Build) -> None:
    told = "We mix glazes by colour. Code will be released upon acceptance."
    waiting = build("waiting", [replace(LINKED, links=(), abstract=told)])
    for question in ("Where can I download the code of GlazeBench?", "GlazeBench 的代码在哪里下载？"):
        answer = waiting.ask(question)
        assert "upon acceptance" in answer.text
        assert not answer.abstained


@pytest.mark.parametrize(
    "question",
    [
        "Where does Robyn Wu work, what is the affiliation?",
        "What is Aviral Kumar's e-mail address?",
        "Aviral Kumar 的邮箱？",
    ],
)
def test_what_no_record_tells_of_a_person(stage: Stage, question: str) -> None:
    assert stage.ask(question).reason == "not_stated"


@pytest.mark.parametrize(
    "question",
    [
        "Is the radar parking paper single-authored?",
        "雷达泊车那篇是独著吗？",
        "Did the sole author write the radar parking paper?",
    ],
)
def test_whether_a_described_paper_has_one_author(stage: Stage, question: str) -> None:
    answer = stage.ask(question)
    assert "Luis Diener, Jens Kalkkuhl" in answer.text
    assert {citation.arxiv_id for citation in answer.citations} == {RADAR}


@pytest.mark.parametrize(
    "question",
    [
        "Is GlazeBench by the same people as the paper about the memory of spin glasses?",
        "GlazeBench 和研究自旋玻璃记忆的那篇，是同一批人写的吗？",
    ],
)
def test_authors_that_a_named_and_a_described_paper_share(odd: Stage, question: str) -> None:
    answer = odd.ask(question)
    assert "Giulia Bianchi" in answer.sentences[0].text
    assert {citation.arxiv_id for citation in answer.citations} == {"2509.00888", "cond-mat/9212029"}


@pytest.mark.parametrize(
    "question",
    [
        "Did the same people write both papers on ceramic glazes?",
        "那两篇比较陶瓷釉片颜色和测色方法的论文是同一批人写的吗？",
    ],
)
def test_authors_that_two_papers_described_together_share(build: Build, question: str) -> None:
    twin = replace(LINKED, arxiv_id="2509.00889", url="https://arxiv.org/abs/2509.00889", title="Glazes under lamps")
    answer = build("twins", [LINKED, twin, SPIN_GLASS]).ask(question)
    assert {citation.arxiv_id for citation in answer.citations} == {LINKED.arxiv_id, twin.arxiv_id}
    assert "Giulia Bianchi, Hana Sato" in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "GlazeBench and the spin glass memory paper: how many authors does each have?",
        "GlazeBench 和自旋玻璃记忆那篇分别有几个作者？",
    ],
)
def test_a_field_of_a_named_and_a_described_paper(odd: Stage, question: str) -> None:
    answer = odd.ask(question)
    assert {citation.arxiv_id for citation in answer.citations} == {LINKED.arxiv_id, SPIN_GLASS.arxiv_id}
    assert all(citation.field == "authors" for citation in answer.citations)
