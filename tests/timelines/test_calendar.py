"""
Buckets of the calendar: where they begin and end, and what they are called.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.intervals import Interval
from searchkit.timelines.calendar import (
    BUCKET_SIZES,
    BucketSize,
    bucket_days,
    bucket_label,
    bucket_number,
    iso_years,
    numbers_within,
)

sizes = pytest.mark.parametrize("size", BUCKET_SIZES)


@sizes
@given(day=st.dates())
def test_every_day_lies_in_one_bucket(size: BucketSize, day: date) -> None:
    """
    A bucket holds the days that have its number, and no others.
    """
    number = bucket_number(size, day)
    days = bucket_days(size, number)
    assert days.covers(Interval.of_day(day))
    assert [number, number] == [bucket_number(size, one) for one in days]
    if days.first > date.min:
        assert number - 1 == bucket_number(size, days.first - timedelta(days=1))
    if days.last < date.max:
        assert number + 1 == bucket_number(size, days.last + timedelta(days=1))


@given(day=st.dates())
def test_weeks_are_those_of_iso_8601(day: date) -> None:
    """
    A week begins on a Monday, and has the number that the standard gives it.
    """
    number = bucket_number("week", day)
    year, week, _ = day.isocalendar()
    assert f"{year:04d}-W{week:02d}" == bucket_label("week", number)
    assert 1 == bucket_days("week", number).first.isoweekday()
    assert iso_years(year, year).covers(bucket_days("week", number))


@pytest.mark.parametrize("size", ["day", "month", "year", "decade"])
@given(day=st.dates())
def test_a_label_is_a_date_of_the_query_language(size: BucketSize, day: date) -> None:
    """
    All but those of weeks can be typed behind a field.
    """
    number = bucket_number(size, day)
    assert bucket_days(size, number) == Interval.parse(bucket_label(size, number))


def test_the_ends_of_the_calendar() -> None:
    """
    The first decade has nine years, and the last week five days.
    """
    last = bucket_days("week", bucket_number("week", date.max))
    assert Interval(date(9999, 12, 27), date.max) == last
    assert Interval.of_years(1, 9) == bucket_days("decade", 0)
    assert Interval(date.min, date.max) == iso_years(1, 9999)


def test_years_of_whole_weeks_follow_each_other() -> None:
    """
    They cover the calendar without gaps.
    """
    for year in (1, 2015, 2020, 2021, 9998):
        end = iso_years(year, year).last
        assert end + timedelta(days=1) == iso_years(year + 1, year + 1).first


def test_the_buckets_that_share_days_with_an_interval() -> None:
    """
    Those at its two ends as well, where it has but a part of them.
    """
    days = Interval(date(2020, 12, 31), date(2021, 2, 1))
    labels = [bucket_label("month", n) for n in numbers_within("month", days)]
    assert ["2020-12", "2021-01", "2021-02"] == labels
    assert range(2020, 2022) == numbers_within("year", days)
