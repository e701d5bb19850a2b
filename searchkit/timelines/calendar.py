"""
The calendar in buckets of one size, numbered in order of time.

Numbers are for counting: two buckets are neighbours where their numbers are.  They
begin anywhere, and those of different sizes have nothing to do with each other.  Weeks
are those of ISO 8601, from Monday to Sunday.  1 January of the year 1 is a Monday, so
that every day of the calendar lies in a whole week but the last five of the year 9999.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias

from searchkit.intervals import Interval

BucketSize: TypeAlias = Literal["day", "week", "month", "year", "decade"]
"""How many days are counted together."""

BucketChoice: TypeAlias = Literal["auto", "day", "week", "month", "year", "decade"]
"""A size, or to have one chosen that fits what is found."""

BUCKET_SIZES: tuple[BucketSize, ...] = ("day", "week", "month", "year", "decade")
"""From narrow to wide."""


def bucket_number(size: BucketSize, day: date) -> int:
    """
    Return the number of the bucket that a day lies in.

    Example:
        >>> days = date(2020, 12, 31), date(2021, 1, 1)
        >>> [bucket_number("year", day) for day in days]
        [2020, 2021]
        >>> bucket_number("week", days[0]) == bucket_number("week", days[1])
        True
    """
    match size:
        case "day":
            return day.toordinal()
        case "week":
            return (day.toordinal() - 1) // 7
        case "month":
            return day.year * 12 + day.month - 1
        case "year":
            return day.year
        case "decade":
            return day.year // 10


def bucket_days(size: BucketSize, number: int) -> Interval:
    """
    Return the days of a bucket, those that the calendar has.

    Example:
        >>> bucket_days("decade", 198) == Interval.parse("1980s")
        True
    """
    match size:
        case "day":
            return Interval.of_day(date.fromordinal(number))
        case "week":
            first = number * 7 + 1
            last = min(first + 6, date.max.toordinal())
            return Interval(date.fromordinal(first), date.fromordinal(last))
        case "month":
            return Interval.of_month(number // 12, number % 12 + 1)
        case "year":
            return Interval.of_years(number, number)
        case "decade":
            return Interval.of_years(max(number * 10, 1), number * 10 + 9)


def bucket_label(size: BucketSize, number: int) -> str:
    """
    Name a bucket in the fewest characters.

    Example:
        >>> day = date(2021, 8, 15)
        >>> [bucket_label(size, bucket_number(size, day)) for size in BUCKET_SIZES]
        ['2021-08-15', '2021-W32', '2021-08', '2021', '2020s']
    """
    first = bucket_days(size, number).first
    match size:
        case "day":
            return first.isoformat()
        case "week":
            year, week, _ = first.isocalendar()
            return f"{year:04d}-W{week:02d}"
        case "month":
            return first.isoformat()[:7]
        case "year":
            return f"{first.year:04d}"
        case "decade":
            # The 1900s are a century.
            is_century = number < 200 and not number % 10
            return f"{number:03d}X" if is_century else f"{number:03d}0s"


def numbers_within(size: BucketSize, days: Interval) -> range:
    """
    Return the numbers of the buckets that share a day with an interval.
    """
    first, last = (bucket_number(size, day) for day in days)
    return range(first, last + 1)


def iso_years(first: int, last: int) -> Interval:
    """
    Return the days of the whole weeks of some years, as ISO 8601 counts them.

    Args:
        first: The first of the years.
        last: The last of them.

    Example:
        >>> iso_years(2020, 2020)[1]
        datetime.date(2021, 1, 3)
    """
    if last == date.max.year:
        return Interval(date.fromisocalendar(first, 1, 1), date.max)
    end = date.fromisocalendar(last + 1, 1, 1).toordinal() - 1
    return Interval(date.fromisocalendar(first, 1, 1), date.fromordinal(end))
