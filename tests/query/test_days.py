"""Days in words: weekdays, weeks, spans and dates in both languages, before the latest digest."""

import datetime

import pytest

from rag.query.days import said_days, without_days

DAYS = ["2025-09-08", "2025-09-10"]
"""A Monday and a Wednesday."""


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("papers since Tuesday", "2025-09-09", None),
        ("papers from Tuesday", "2025-09-09", "2025-09-09"),
        ("papers on Wednesday", "2025-09-10", "2025-09-10"),
        ("last Friday's papers", "2025-09-05", "2025-09-05"),
        ("papers from last week", "2025-09-01", "2025-09-07"),
        ("this week's papers", "2025-09-08", "2025-09-10"),
        ("papers of the last 3 days", "2025-09-08", "2025-09-10"),
        ("papers of the past two weeks", "2025-08-28", "2025-09-10"),
        ("papers from September 5", "2025-09-05", None),
        ("papers of 5 Sept 2025", "2025-09-05", "2025-09-05"),
        ("papers of Dec 24th", "2024-12-24", "2024-12-24"),
        ("papers between Sep 5 and Sep 8", "2025-09-05", "2025-09-08"),
        ("周二以来的论文", "2025-09-09", None),
        ("星期一的论文有哪些？", "2025-09-08", "2025-09-08"),
        ("上周五的论文", "2025-09-05", "2025-09-05"),
        ("上周有什么论文？", "2025-09-01", "2025-09-07"),
        ("本周的论文", "2025-09-08", "2025-09-10"),
        ("最近三天的论文", "2025-09-08", "2025-09-10"),
        ("9月5日的论文", "2025-09-05", "2025-09-05"),
        ("2025年9月5号之前的论文", None, "2025-09-05"),
        ("前天的论文", "2025-09-08", "2025-09-08"),
    ],
)
def test_days_in_words(question: str, since: str | None, until: str | None) -> None:
    days = tuple(day and datetime.date.fromisoformat(day) for day in (since, until))
    assert said_days(question, DAYS) == days


@pytest.mark.parametrize(
    "question",
    [
        "Why does the sleep model do best with the last three days as input?",
        "睡眠模型为什么用最近三天的数据效果最好？",
        "How does it trade on Fridays?",
        "Which GPU does it need?",
    ],
)
def test_days_that_a_paper_is_about_are_no_filter(question: str) -> None:
    assert said_days(question, DAYS) == (None, None)


@pytest.mark.parametrize("question", ["papers since Tuesday", "9月5日的论文", "papers from last week"])
def test_days_reckoned_from_today_are_unknown_without_dates(question: str) -> None:
    assert said_days(question, []) == (None, None)


def test_days_can_be_taken_out_of_a_text() -> None:
    assert without_days("papers on sleep since Tuesday").split() == ["papers", "on", "sleep"]
    assert "周二" not in without_days("周二以来的论文")
