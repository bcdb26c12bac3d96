"""One paper over several digests."""

import datetime
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest.editions import from_data, joined, merged, to_data, with_edition
from rag.models import Paper

FRIDAY, SATURDAY, SUNDAY = (datetime.date(2025, 9, day) for day in (5, 6, 7))


def paper(date: datetime.date | None = None, **fields: Any) -> Paper:
    return Paper(
        **{"arxiv_id": "2509.00001", "title": "A title", "url": "https://arxiv.org/abs/2509.00001", "date": date}
        | fields
    )


def together(*papers: Paper) -> Paper:
    return joined(merged(papers)["2509.00001"])


def test_the_latest_day_s_text_counts_and_all_days_are_seen() -> None:
    friday, sunday = paper(FRIDAY, abstract="Old."), paper(SUNDAY, abstract="New.", source="sunday.md", line=7)
    for order in itertools.permutations((friday, sunday)):
        found = together(*order)
        assert (found.abstract, found.date, found.seen) == ("New.", SUNDAY, (FRIDAY, SUNDAY))
        assert (found.source, found.line) == ("sunday.md", 7)


def test_what_a_later_digest_lacks_is_kept() -> None:
    told = together(
        paper(FRIDAY, abstract="Old.", method="The method.", authors=("Ann",)),
        paper(SUNDAY, abstract="New.", missing=("method", "result")),
    )
    assert (told.abstract, told.method, told.authors, told.missing) == ("New.", "The method.", ("Ann",), ("result",))


def test_a_field_comes_from_the_latest_digest_that_has_it_whatever_the_order() -> None:
    editions = (paper(FRIDAY, tldr="one"), paper(SATURDAY, tldr="two"), paper(SUNDAY))
    assert {together(*order).tldr for order in itertools.permutations(editions)} == {"two"}


def test_a_digest_without_a_date_is_older_than_all_others() -> None:
    undated, friday = paper(abstract="Undated.", method="Known here."), paper(FRIDAY, abstract="Dated.")
    for order in itertools.permutations((undated, friday)):
        found = together(*order)
        assert (found.abstract, found.method, found.seen) == ("Dated.", "Known here.", (FRIDAY,))


def test_of_one_day_the_later_reading_counts() -> None:
    found = together(paper(FRIDAY, abstract="Typo.", method="Kept."), paper(FRIDAY, abstract="Corrected."))
    assert (found.abstract, found.method, found.seen) == ("Corrected.", "Kept.", (FRIDAY,))


def test_the_same_entry_in_another_file_of_the_day_changes_nothing() -> None:
    first, again = (
        paper(FRIDAY, abstract="Same.", source="a.md"),
        paper(FRIDAY, abstract="Same.", source="b.md", line=9),
    )
    assert together(first, again).source == "a.md"


TEXTS = st.sampled_from(["", "one", "two"])
EDITION = st.builds(paper, st.just(None), abstract=TEXTS, tldr=TEXTS, authors=st.sampled_from([(), ("Ann",), ("Bo",)]))


@given(st.permutations([None, FRIDAY, SATURDAY, SUNDAY]), st.lists(EDITION, min_size=4, max_size=4), st.randoms())
def test_the_order_of_digests_of_different_days_does_not_matter(
    days: list[datetime.date | None], contents: list[Paper], random: Any
) -> None:
    import dataclasses

    given_ = [dataclasses.replace(content, date=day) for day, content in zip(days, contents, strict=True)]
    before = together(*given_)
    random.shuffle(given_)
    assert together(*given_) == before
    assert together(*given_, *given_) == before


def test_editions_survive_storage() -> None:
    editions = merged([paper(FRIDAY, tldr="one"), paper(SUNDAY, abstract="two"), paper(tldr="three")])["2509.00001"]
    data = to_data(editions)
    assert from_data(data) == editions
    assert Paper.from_dict(data) == joined(editions)


def test_a_paper_of_one_day_is_stored_once() -> None:
    editions = with_edition({}, paper(FRIDAY, tldr="one"))
    assert "editions" not in to_data(editions)
    assert from_data(to_data(editions)) == editions


def test_papers_keep_the_order_in_which_they_first_came() -> None:
    papers = [paper(FRIDAY, arxiv_id=name) for name in ("b", "a", "b", "c")]
    assert list(merged(papers)) == ["b", "a", "c"]


@pytest.mark.parametrize("seen", [(), (FRIDAY,)])
def test_days_come_from_digests_alone(seen: tuple[datetime.date, ...]) -> None:
    assert together(paper(SUNDAY, seen=seen)).seen == (SUNDAY,)
