"""The catalogue: words, facets and filters, whatever text they are asked for."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vectorstore import StoreError
from vectorstore.catalogue import Catalogue
from vectorstore.records import Record, Where
from vectorstore.tables import VERSION

PAPERS = {
    "2509.00001": (
        "LiGuard: guarding LiDAR",
        "Émile Öztürk",
        "cs.CV",
        "2025-09-05",
        "Diffusion policies move arms.",
        "",
    ),
    "2509.00002": (
        "Robot hands",
        "Bo Li",
        "cs.RO",
        "2025-09-06",
        "A hand turns objects by touch.",
        "机器人手靠触觉转动物体",
    ),
    "2509.00003": (
        "Null results",
        "Ann O'Neill",
        "cs.RO",
        "2025-09-07",
        "A policy. Diffusion!",
        "扩散策略用于机器人学习",
    ),
}


def made(identifier: str) -> Record:
    title, author, category, day, abstract, card = PAPERS[identifier]
    return Record(
        id=identifier,
        hash=identifier,
        data={"title": title},
        texts={"title": title, "authors": author, "abstract": abstract, "card": card},
        facets={"category": (category, "cs.LG"), "author": (author,), "day": (day,)},
    )


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    opened = Catalogue.open(tmp_path / "catalogue.sqlite3")
    opened.commit(1, written=[made(identifier) for identifier in PAPERS])
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("Which paper guards lidar?", "2509.00001"),
        ("null policy", "2509.00003"),
        ("触觉", "2509.00002"),
        ("哪篇论文用扩散策略？", "2509.00003"),
        ("ozturk", "2509.00001"),
        ("O'Neill", "2509.00003"),
    ],
)
def test_the_best_record_shares_the_question_s_words(catalogue: Catalogue, question: str, best: str) -> None:
    hits = catalogue.search(question, 3)
    assert hits[0].id == best
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_question_without_words_finds_nothing(catalogue: Catalogue) -> None:
    assert catalogue.search("?!", 5) == []
    assert catalogue.search("the of and", 5) == []
    assert catalogue.search("zzz", 5) == []
    assert catalogue.containing(["", "?"]) == []


@pytest.mark.parametrize(
    ("phrase", "fields", "found"),
    [
        ("diffusion policies", ("abstract",), ["2509.00001"]),
        ("policy", ("abstract",), ["2509.00001", "2509.00003"]),
        ("policy diffusion", ("abstract",), ["2509.00003"]),
        ("policy", ("title",), []),
        ("扩散策略", ("card",), ["2509.00003"]),
        ("机器人", ("card",), ["2509.00002", "2509.00003"]),
        ("器人学", ("card",), ["2509.00003"]),
        ("散扩", ("card",), []),
        ("LiGuard", ("title", "abstract"), ["2509.00001"]),
    ],
)
def test_a_phrase_is_found_as_it_stands(
    catalogue: Catalogue, phrase: str, fields: tuple[str, ...], found: list[str]
) -> None:
    assert catalogue.containing([phrase], fields) == found


def test_phrases_are_alternatives(catalogue: Catalogue) -> None:
    assert catalogue.containing(["LiGuard", "触觉"]) == ["2509.00001", "2509.00002"]


OPERATORS = (
    '"',
    "*",
    "^",
    ":",
    "(",
    ")",
    "{",
    "}",
    "+",
    "-",
    " AND ",
    " OR ",
    " NOT ",
    "NEAR(",
    "title:",
    "\x00",
    "'",
    ";--",
)
QUERY = st.lists(st.one_of(st.text(max_size=20), st.sampled_from(OPERATORS), st.sampled_from(["hand", "触觉"]))).map(
    "".join
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(QUERY)
def test_no_text_is_an_operator(catalogue: Catalogue, text: str) -> None:
    assert "2509.00002" in {hit.id for hit in catalogue.search(f"hand {text}", 9)}
    catalogue.containing([text, f"hand {text}"])
    catalogue.select(Where(equal={text: [text]}, contain={"author": [text]}, between={"day": (text, text)}, ids=[text]))
    assert len(catalogue) == len(PAPERS)


def test_a_question_of_thousands_of_words_is_searched(catalogue: Catalogue) -> None:
    long = "hand " + " ".join(f"word{number}" for number in range(20_000))
    assert catalogue.search(long, 3)[0].id == "2509.00002"
    catalogue.containing([long, "机器人" * 5000])


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (Where(equal={"category": ["CS.ro"]}), {"2509.00002", "2509.00003"}),
        (Where(equal={"category": ["cs.RO", "cs.CV"]}), set(PAPERS)),
        (Where(contain={"author": ["emile"]}), {"2509.00001"}),
        (Where(contain={"author": ["ÖZTÜRK", "bo"]}), {"2509.00001", "2509.00002"}),
        (Where(contain={"author": ["o'n"]}), {"2509.00003"}),
        (Where(contain={"author": ["%"]}), set()),
        (Where(between={"day": ("2025-09-06", None)}), {"2509.00002", "2509.00003"}),
        (Where(between={"day": (None, "2025-09-05")}), {"2509.00001"}),
        (Where(equal={"category": ["cs.RO"]}, between={"day": (None, "2025-09-06")}), {"2509.00002"}),
        (Where(ids=["2509.00003", "none"]), {"2509.00003"}),
        (Where(ids=["none"]), set()),
        (Where(ids=[f"none {number}" for number in range(50_000)]), set()),
        (Where(), None),
    ],
)
def test_conditions_select(catalogue: Catalogue, where: Where, found: set[str] | None) -> None:
    assert catalogue.select(where) == found


def test_facets_are_counted_and_keep_their_spelling(catalogue: Catalogue) -> None:
    assert catalogue.facets("category") == [("cs.LG", 3), ("cs.RO", 2), ("cs.CV", 1)]
    assert catalogue.spelling("category", "CS.lg") == "cs.LG"
    assert catalogue.spelling("category", "cs.XX") is None


def test_what_is_replaced_or_removed_is_not_found(catalogue: Catalogue) -> None:
    catalogue.commit(2, written=[Record(id="2509.00002", hash="new", data={})], removed=["2509.00001"])
    assert catalogue.ids() == ["2509.00002", "2509.00003"]
    assert catalogue.search("hand lidar 触觉", 5) == []
    assert catalogue.facets("day") == [("2025-09-07", 1)]
    assert catalogue.get(["2509.00002"])["2509.00002"].hash == "new"
    assert catalogue.generation == 2


def test_text_that_cannot_be_written_is_kept_as_far_as_it_can(catalogue: Catalogue) -> None:
    torn = Record(
        id="x",
        hash="x",
        data={"title": "half \ud800 and \x00"},
        texts={"title": "half \ud800"},
        facets={"author": ("\udfff",)},
    )
    catalogue.commit(2, written=[torn])
    assert catalogue.get(["x"])["x"].data["title"].startswith("half ")
    assert catalogue.search("half", 1)[0].id == "x"


def test_a_failed_commit_changes_nothing(catalogue: Catalogue) -> None:
    def records() -> Iterator[Record]:
        yield Record(id="new", hash="new", data={})
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        catalogue.commit(2, written=records(), removed=["2509.00001"])
    assert catalogue.ids() == list(PAPERS)
    assert catalogue.generation == 1


def test_a_catalogue_of_another_version_is_made_again(catalogue: Catalogue, tmp_path: Path) -> None:
    catalogue.close()
    connection = sqlite3.connect(tmp_path / "catalogue.sqlite3")
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    other = Catalogue.open(tmp_path / "catalogue.sqlite3")
    assert len(other) == 0
    assert other.generation == 0
    other.close()


def test_damage_met_later_is_one_sentence_that_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite3"
    first = Catalogue.open(path)
    many = [
        Record(id=f"{n:05d}", hash="", data={"text": "word " * 50}, texts={"title": f"word{n}"}) for n in range(2000)
    ]
    first.commit(1, written=many)
    first.close()
    content = bytearray(path.read_bytes())
    half = len(content) // 2
    content[half : half + 40960] = b"\x55" * 40960
    path.write_bytes(content)
    again = Catalogue.open(path)
    with pytest.raises(StoreError, match="its catalogue is damaged; close every arxiv-rag and delete") as told:
        list(again.all())
    assert str(told.value).count("\n") == 0
    again.close()


def test_a_file_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "catalogue.sqlite3").mkdir()
    with pytest.raises(StoreError, match="its catalogue cannot be used"):
        Catalogue.open(tmp_path / "catalogue.sqlite3")


def test_a_card_is_neither_an_advantage_nor_a_handicap_to_the_abstract_s_words(tmp_path: Path) -> None:
    opened = Catalogue.open(tmp_path / "cards.sqlite3")
    texts = {"title": "Robot hands", "abstract": "A hand turns objects by touch."}
    card = {"card": "机器人手靠触觉转动物体，" * 20 + "touch touch touch"}
    for identifier, told in (("with", texts | card), ("without", texts)):
        opened.commit(1, written=[Record(id=identifier, hash=identifier, data={}, texts=told, facets={})])
    found = {hit.id: hit.score for hit in opened.search("Which hand turns objects by touch?", 9)}
    assert found["with"] == found["without"]
    assert [hit.id for hit in opened.search("哪只手靠触觉转动物体？", 9)] == ["with"]
    assert opened.containing(["机器人手"]) == ["with"]
    assert opened.containing(["robot hands"]) == ["with", "without"]
    opened.close()
