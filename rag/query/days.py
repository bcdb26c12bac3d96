"""Days that a question names: dates, weekdays, weeks and spans before the latest digest. Pure, both languages."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence

from rag.query.cues import cue

Bounds = tuple[datetime.date | None, datetime.date | None]
NO_DAYS: Bounds = (None, None)

MONTHS = "january february march april may june july august september october november december".split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
CHINESE_WEEKDAYS = "一二三四五六日"
CHINESE_NUMBERS = {"两": 2} | {digit: place for place, digit in enumerate("一二三四五六七八九十", start=1)}
ENGLISH_NUMBERS = {
    word: place for place, word in enumerate("one two three four five six seven eight nine ten".split(), start=1)
} | {"few": 3, "couple": 2}
MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in MONTHS) + "|sept"
DATE = re.compile(
    r"(?<!\d)(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})(?!\d)[日号]?"
    r"|(?<!\d)(?P<month2>\d{1,2})\s*月\s*(?P<day2>\d{1,2})\s*[日号]?"
    rf"|\b(?P<name>{MONTH})\.?\s+(?P<day3>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<year3>\d{{4}}))?(?![\d.])"
    rf"|\b(?P<day4>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<name4>{MONTH})\b\.?(?:,?\s+(?P<year4>\d{{4}}))?",
    re.IGNORECASE,
)
"""2025-09-05, 2025年9月5日, 9月5日, September 5th (2025), 5 Sep (2025)."""
ISO = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
WEEKDAY = re.compile(
    rf"\b(?P<last>last\s+)?(?P<english>{'|'.join(WEEKDAYS)})\b"
    r"|(?P<before>上)?(?:个)?(?:周|星期|礼拜)(?P<chinese>[一二三四五六日天])(?!次|般)",
    re.IGNORECASE,
)
SPAN = re.compile(
    r"\b(?:last|past|previous)\s+(?P<english>\d{1,3}|\w+)\s+(?P<unit>day|week)s?\b"
    r"|(?:最近|过去|近|前)\s*(?P<chinese>\d{1,3}|[一两二三四五六七八九十])\s*(?:个)?(?P<chinese_unit>天|日|周|星期)",
    re.IGNORECASE,
)


def said_days(question: str, days: Sequence[str]) -> Bounds:
    """Return the first and last day that a question names, `today` being the latest digest day of the store.

    `days` are the ISO dates of the digests, earliest first. What is reckoned from today is unknown where none is dated.
    """
    latest = datetime.date.fromisoformat(days[-1]) if days else None
    if not cue("of_days").search(question):
        named = sorted(dates(" ".join(ISO.findall(question)), None))
    else:
        named = sorted({*dates(question, latest), *(weekdays(question, latest) if latest else ())})
    if len(named) >= 2:
        return named[0], named[-1]
    if named:
        return from_or_until(question, named[0])
    return relative_days(question, latest) if latest else NO_DAYS


def from_or_until(question: str, day: datetime.date) -> Bounds:
    """Return the bounds that one named day sets: that day alone, or all since or until it."""
    after, before = cue("since").search(question), cue("until").search(question)
    return None if before and not after else day, None if after else day


def relative_days(question: str, latest: datetime.date) -> Bounds:
    """Return the bounds of words such as today, yesterday, this week, the last three days."""
    one = datetime.timedelta(days=1)
    monday = latest - latest.weekday() * one
    if (match := SPAN.search(question)) and cue("of_days").search(question):
        count = number(match["english"] or match["chinese"])
        week = (match["unit"] or match["chinese_unit"]).lower() in {"week", "周", "星期"}
        if count:
            return latest - (count * (7 if week else 1) - 1) * one, latest
    spans: tuple[tuple[str, datetime.date, datetime.date], ...] = (
        ("day_before_yesterday", latest - 2 * one, latest - 2 * one),
        ("yesterday", latest - one, latest - one),
        ("last_week", monday - 7 * one, monday - one),
        ("this_week", monday, latest),
        ("today", latest, latest),
    )
    return next(((low, high) for name, low, high in spans if cue(name).search(question)), NO_DAYS)


def number(word: str) -> int:
    """Return a small number that is written in digits or words; 0 for any other word."""
    return int(word) if word.isdecimal() else {**ENGLISH_NUMBERS, **CHINESE_NUMBERS}.get(word.lower(), 0)


def dates(question: str, latest: datetime.date | None) -> Iterator[datetime.date]:
    """Yield the calendar dates of a question; one without a year is the last such day up to `latest`."""
    for match in DATE.finditer(question):
        part = {name: value for name, value in match.groupdict().items() if value}
        year = next((int(part[key]) for key in ("year", "year3", "year4") if key in part), 0)
        day = next(int(part[key]) for key in ("day", "day2", "day3", "day4") if key in part)
        name = part.get("name") or part.get("name4")
        month = month_number(name) if name else int(part.get("month") or part["month2"])
        if year or latest:
            yield from calendar_day(year, month, day, latest)


def month_number(name: str) -> int:
    """Return a month's number, 1 to 12, by the first three letters of its name."""
    return [month[:3] for month in MONTHS].index(name[:3].lower()) + 1


def calendar_day(year: int, month: int, day: int, latest: datetime.date | None) -> Iterator[datetime.date]:
    """Yield the day where the calendar has it; where `year` is 0, the last such day up to `latest`."""
    try:
        if year:
            yield datetime.date(year, month, day)
        elif latest:
            found = datetime.date(latest.year, month, day)
            yield found if found <= latest else datetime.date(latest.year - 1, month, day)
    except ValueError:
        return


def weekdays(question: str, latest: datetime.date) -> Iterator[datetime.date]:
    """Yield the days that weekdays name: the last such day up to `latest`; `上周二` lies in the week before."""
    for match in WEEKDAY.finditer(question):
        if name := match["english"]:
            place = WEEKDAYS.index(name.lower())
        else:
            place = CHINESE_WEEKDAYS.index(match["chinese"].replace("天", "日"))
        back = (latest.weekday() - place) % 7
        if match["before"]:
            back = latest.weekday() - place + 7
        elif match["last"] and back == 0:
            back = 7
        yield latest - datetime.timedelta(days=back)


def without_days(text: str) -> str:
    """Return a text without the dates, weekdays and spans that it names."""
    for pattern in (DATE, WEEKDAY, SPAN, cue("day_words")):
        text = pattern.sub(" ", text)
    return text
