"""Papers out of the store: by id, by day, and twice."""

import dataclasses
import datetime
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest
from hash_embedding import hash_embedder

from rag.ingest.indexing import index_papers
from rag.ingest.removal import remove_papers
from rag.models import Paper
from vectorstore.store import Store

FRIDAY, SATURDAY, SUNDAY = (datetime.date(2025, 9, day) for day in (5, 6, 7))


def paper(number: int, day: datetime.date | None, **changes: object) -> Paper:
    told = Paper(
        arxiv_id=f"2509.{number:05d}",
        title=f"Paper {number}",
        url=f"https://arxiv.org/abs/2509.{number:05d}",
        abstract="It walks. It runs.",
        category="cs.RO",
        categories=("cs.RO",),
        date=day,
    )
    return dataclasses.replace(told, **changes)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    embedder = hash_embedder()
    opened = Store.open(str(tmp_path / "store"), embedder.identity, tmp_path)
    papers = [paper(1, FRIDAY), paper(2, FRIDAY), paper(2, SATURDAY), paper(3, SATURDAY), paper(4, None)]
    index_papers([*papers, paper(5, None, published=FRIDAY)], opened, embedder)
    yield opened
    opened.close()


def test_papers_are_removed_by_id_and_a_second_time_nothing_happens(store: Store) -> None:
    report = remove_papers(store, ["2509.00003", "2509.00001", "2509.09999", "2509.00003"])
    assert (report.removed, report.unknown) == (("2509.00001", "2509.00003"), ("2509.09999",))
    generation = store.catalogue.generation
    again = remove_papers(store, ["2509.00001"])
    assert (again.removed, again.unknown, store.catalogue.generation) == ((), ("2509.00001",), generation)
    assert [hit.id for hit in store.lexical("walks", 9)] == ["2509.00002", "2509.00004", "2509.00005"]


def test_a_paper_goes_by_its_last_day_and_one_without_any_stays(store: Store) -> None:
    report = remove_papers(store, [], SATURDAY)
    assert report.removed == ("2509.00001", "2509.00005"), (
        "the second was seen on Saturday, the fifth came out on Friday"
    )
    assert remove_papers(store, [], SUNDAY).removed == ("2509.00002", "2509.00003")
    assert store.catalogue.ids() == ["2509.00004"]


def test_digests_of_several_days_in_any_order_give_the_same_store(tmp_path: Path) -> None:
    days = [
        [paper(1, FRIDAY, version=1, comment="8 pages"), paper(2, FRIDAY, categories=("cs.RO", "cs.LG"))],
        [paper(1, SATURDAY, version=2, abstract="It walks. It swims."), paper(2, SATURDAY, categories=("cs.LG",))],
        [paper(1, SUNDAY, version=2, abstract=""), paper(3, SUNDAY)],
    ]
    embedder = hash_embedder()
    found = []
    for number, order in enumerate(permutations(days)):
        store = Store.open(str(tmp_path / str(number)), embedder.identity, tmp_path)
        for digest in order:
            index_papers(digest, store, embedder)
        told = {stored.id: Paper.from_dict(stored.data) for stored in store.catalogue.all()}
        nodes = {stored.id: stored.nodes for stored in store.catalogue.all()}
        found.append((told, nodes, sorted(store.catalogue.facets("day")), sorted(store.catalogue.facets("category"))))
        store.close()
    assert all(each == found[0] for each in found)
    first = found[0][0]["2509.00001"]
    assert (first.version, first.abstract, first.comment) == (2, "It walks. It swims.", "8 pages")
    assert first.seen == (FRIDAY, SATURDAY, SUNDAY)
