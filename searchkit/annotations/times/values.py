"""
Values: from the normal form of a time expression to days on the calendar.

The forms are those of TIMEX3 (ISO 24617-1), written as in ISO 8601:

==================  ==========================================================
``2020-02-29``      a day; ``2020-02-29T10:35`` and ``2020-02-29TNI`` are in it
``2020-02``         a month
``2020``            a year
``202X``, ``20XX``  a decade, a century
``2020-W09``        a week, Monday to Sunday; ``2020-W09-WE`` is its weekend
``2020-Q1``         a quarter;  ``2020-H1`` a half
``2020-SU``         a season: SP, SU, FA, WI.  Northern, in whole months: winter
                    of 2020 is December 2020 to February 2021
``2001/2014``       everything from the first day of one to the last of the other
==================  ==========================================================

Durations (``P3D``), sets, open forms (``XXXX-05``), vague ones (``PAST_REF``) and years
before the common era (``BC0044``) have no interval here.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal, TypeAlias

from searchkit.errors import DateValueError
from searchkit.intervals import Interval

Part: TypeAlias = Literal["START", "MID", "END", "W1", "W2", "W3", "W4", "WL"]
"""
A part of a stretch of time: the third that "early", "mid" and "late" speak of, or the
first to fourth and the last seven days of a month.
"""

#: First month and number of months of each season; winter runs into the next year.
SEASON_MONTHS = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}

_TIME_OF_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})T[\w:]*\Z", re.ASCII)
_WEEK = re.compile(r"(\d{4})-W(\d{2})(-WE)?\Z", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-Q([1-4])\Z", re.ASCII)
_HALF = re.compile(r"(\d{4})-H([12])\Z", re.ASCII)
_SEASON = re.compile(r"(\d{4})-(SP|SU|FA|WI)\Z", re.ASCII)


def interval_of(value: str) -> Interval | None:
    """
    Return the days that a value covers.

    Args:
        value: Any text, best one of the forms above.

    Returns:
        An ordered interval; ``None`` where the value has no place on the calendar,
        names no day that exists, or is of another form.

    Example:
        >>> str(interval_of("2020-SP")), interval_of("P3D")
        ('2020-03-01..2020-05-31', None)
    """
    first, slash, last = value.partition("/")
    if slash:
        begin, end = interval_of(first), interval_of(last)
        if begin is None or end is None or begin.first > end.last:
            return None
        return Interval(begin.first, end.last)
    try:
        return _of_unit(value)
    except (ValueError, OverflowError):
        return None


def _of_unit(value: str) -> Interval | None:
    if found := _TIME_OF_DAY.match(value):
        return Interval.of_day(date.fromisoformat(found[1]))
    if found := _WEEK.match(value):
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        skipped = 5 if found[3] else 0
        return Interval(monday + timedelta(skipped), monday + timedelta(6))
    if found := _QUARTER.match(value):
        return _months(int(found[1]), 3 * int(found[2]) - 2, 3)
    if found := _HALF.match(value):
        return _months(int(found[1]), 6 * int(found[2]) - 5, 6)
    if found := _SEASON.match(value):
        return _months(int(found[1]), SEASON_MONTHS[found[2]], 3)
    try:
        return Interval.parse(value)
    except DateValueError:
        return None


def _months(year: int, month: int, count: int) -> Interval:
    last_year, last_month = add_months(year, month, count - 1)
    return Interval(date(year, month, 1), Interval.of_month(last_year, last_month).last)


def add_months(year: int, month: int, count: int) -> tuple[int, int]:
    """
    Return year and month, ``count`` months on (or back, where negative).

    Example:
        >>> add_months(2020, 12, 2)
        (2021, 2)
    """
    years, month = divmod(month - 1 + count, 12)
    return year + years, month + 1


def narrow(interval: Interval, part: Part) -> Interval:
    """
    Return the part of an interval that "early", "mid" or "late" speaks of.

    Spans of years are cut in thirds by years (the mid 2010s are 2014 to 2016), years
    and quarters by months, a month after its 10th and 20th day.  A week is early up to
    Wednesday, late from Thursday, and its middle is Tuesday to Thursday.  A shorter
    stretch stays whole.

    Example:
        >>> str(narrow(Interval.parse("2021"), "START"))
        '2021-01-01..2021-04-30'
    """
    first, last = interval
    if part == "WL":
        return Interval(max(first, last - timedelta(6)), last)
    if part.startswith("W"):
        opening = first + timedelta(7 * int(part[1]) - 7)
        return Interval(min(opening, last), min(opening + timedelta(6), last))
    if interval.days < 7:
        return interval
    if interval.days == 7:
        begin, end = {"START": (0, 2), "MID": (1, 3), "END": (3, 6)}[part]
        return Interval(first + timedelta(begin), first + timedelta(end))
    if interval.days <= 31:
        begin, end = {"START": (0, 9), "MID": (10, 19), "END": (20, 30)}[part]
        return Interval(first + timedelta(begin), min(last, first + timedelta(end)))
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months > 12:
        begin, end = _third(last.year - first.year + 1, part)
        return Interval.of_years(first.year + begin, first.year + end)
    begin, end = _third(months, part)
    return _months(*add_months(first.year, first.month, begin), end - begin + 1)


def _third(count: int, part: Part) -> tuple[int, int]:
    """
    Return the first and last of ``count`` things that make up one third of them.
    """
    early, late = -(-count // 3), count - count // 3
    return {
        "START": (0, early - 1),
        "MID": (early, max(late - 1, early)),
        "END": (late, count - 1),
    }[part]
