"""Filters as users write them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from rag.models import Filters
from rag.serve.filters import InputError, Restriction, read_date, read_day, read_id, read_restriction, read_word


def never() -> datetime.date | None:
    raise AssertionError("the store was asked for its days")


@pytest.mark.parametrize(
    ("text", "arxiv_id"),
    [
        ("2509.02902", "2509.02902"),
        ("arXiv:2509.02902v2", "2509.02902"),
        ("https://arxiv.org/abs/2509.02902v1", "2509.02902"),
        ("https://arxiv.org/pdf/2509.02902", "2509.02902"),
        ("cond-mat/9212029", "cond-mat/9212029"),
    ],
)
def test_a_paper_is_named_by_id_version_prefix_or_address(text: str, arxiv_id: str) -> None:
    assert read_id(text) == arxiv_id


@pytest.mark.parametrize("text", ["", "RecA", "12.34", "../../etc/passwd"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no arXiv ID; write it like"):
        read_id(text)


@pytest.mark.parametrize(
    "text", ["2025-9-5", "20250905", "2025-W36-5", "2025-02-30", "tomorrow", "05.09.2025", "２０２５-09-05"]
)
def test_a_day_is_an_iso_date_or_a_word(text: str) -> None:
    with pytest.raises(InputError, match="write it like 2025-09-05"):
        read_day(text)


def test_words_for_days_are_for_filters_alone() -> None:
    assert read_day(" Today ") == "today"
    assert read_day("2025-09-05") == "2025-09-05"
    with pytest.raises(InputError):
        read_date("today")


def test_an_invisible_word_is_empty() -> None:
    assert read_word(" Jürgen  Schmid\u200bhuber ") == "Jürgen Schmidhuber"
    with pytest.raises(InputError, match="empty"):
        read_word("\u200b ")


def test_days_are_counted_back_from_the_latest_digest() -> None:
    filters = Restriction(since="yesterday", until="today").filters(lambda: datetime.date(2025, 9, 1))
    assert (filters.since, filters.until) == (datetime.date(2025, 8, 31), datetime.date(2025, 9, 1))


def test_the_store_is_asked_for_its_days_only_where_needed() -> None:
    assert Restriction(since="2025-09-05").filters(never) == Filters(since=datetime.date(2025, 9, 5))
    with pytest.raises(InputError, match="No digest in the store has a date"):
        Restriction(until="today").filters(lambda: None)


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(InputError, match="exchange them"):
        Restriction(since="2025-09-06", until="2025-09-05")
    Restriction(since="2025-09-05", until="2025-09-05")
    Restriction(since="today", until="2025-09-05")


@pytest.mark.parametrize(
    ("told", "restriction"),
    [
        ({}, Restriction()),
        ({"category": "cs.RO"}, Restriction(categories=("cs.RO",))),
        ({"category": ["cs.RO", "cs.CL"], "categories": "cs.RO"}, Restriction(categories=("cs.RO", "cs.CL"))),
        ({"authors": ["Li", "Wang"]}, Restriction(authors=("Li", "Wang"))),
        (
            {"filters": {"papers": ["2509.02902v1"]}, "since": "today"},
            Restriction(papers=("2509.02902",), since="today"),
        ),
        ({"until": None, "filters": None, "author": []}, Restriction()),
        ({"gold": ["whatever"], "language": 7}, Restriction()),
    ],
)
def test_a_line_of_a_batch_carries_filters(told: dict[str, Any], restriction: Restriction) -> None:
    assert read_restriction(told) == restriction


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"category": 7}, "'category' is neither a text nor a list of texts"),
        ({"paper": ["RecA"]}, "'paper': 'RecA' is no arXiv ID"),
        ({"since": "soon"}, "'since': 'soon' is no date"),
        ({"since": ["2025-09-05", "2025-09-06"]}, "'since' takes one day"),
        ({"filters": "cs.RO"}, "'filters' is no object"),
        ({"since": "2025-09-06", "until": "2025-09-05"}, "exchange them"),
    ],
)
def test_filters_of_a_line_that_cannot_be_used_name_the_key(told: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_restriction(told)


def test_filters_of_a_turn_beat_those_of_the_dialogue() -> None:
    shared = Restriction(categories=("cs.RO",), since="2025-09-01")
    turn = Restriction(categories=("cs.CL",), until="2025-08-01")
    assert turn.or_else(shared) == Restriction(categories=("cs.CL",), until="2025-08-01")
