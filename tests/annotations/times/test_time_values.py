"""
From values to days, and holidays.
"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.annotations.times.anchor import Anchor, shifted
from searchkit.annotations.times.grammar import compile_grammar
from searchkit.annotations.times.holidays import (
    BY_MOON,
    NAMES,
    easter,
    holiday,
    value_of_holiday,
)
from searchkit.annotations.times.values import add_months, interval_of, narrow
from searchkit.intervals import Interval


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ("2020", "2020-01-01 2020-12-31"),
        ("2020-02", "2020-02-01 2020-02-29"),
        ("2020-02-29", "2020-02-29 2020-02-29"),
        ("2020-02-29T10:35", "2020-02-29 2020-02-29"),
        ("2020-02-29TNI", "2020-02-29 2020-02-29"),
        ("199X", "1990-01-01 1999-12-31"),
        ("19XX", "1900-01-01 1999-12-31"),
        ("00XX", "0001-01-01 0099-12-31"),
        ("2020-W53", "2020-12-28 2021-01-03"),
        ("2020-W09-WE", "2020-02-29 2020-03-01"),
        ("2020-Q1", "2020-01-01 2020-03-31"),
        ("2020-Q4", "2020-10-01 2020-12-31"),
        ("2020-H2", "2020-07-01 2020-12-31"),
        ("2020-SP", "2020-03-01 2020-05-31"),
        ("2020-SU", "2020-06-01 2020-08-31"),
        ("2020-FA", "2020-09-01 2020-11-30"),
        ("2020-WI", "2020-12-01 2021-02-28"),
        ("2001/2014", "2001-01-01 2014-12-31"),
        ("2020-03/2020-W53", "2020-03-01 2021-01-03"),
    ],
)
def test_values_with_days(value: str, days: str) -> None:
    """
    Each form of value covers the days that its unit has.
    """
    first, last = map(date.fromisoformat, days.split())
    assert Interval(first, last) == interval_of(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "P3D",
        "PAST_REF",
        "BC0044",
        "XXXX-05",
        "2020-02-30",
        "2021-W53",
        "2020-Q5",
        "2014/2001",
        "2001/",
        "/",
        "2020-13",
        "9999-WI",
        "2020-02-30TNI",
        "0000",
    ],
)
def test_values_without_days(value: str) -> None:
    """
    What is open, vague, a duration, or no day that exists covers no days.
    """
    assert interval_of(value) is None


@settings(max_examples=100)
@given(st.dates(), st.dates())
def test_range_round_trip(one: date, other: date) -> None:
    """
    Two days as a range cover exactly the days from one to the other.
    """
    first, last = sorted((one, other))
    assert Interval(first, last) == interval_of(f"{first}/{last}")


@settings(max_examples=200)
@given(st.text(max_size=12) | st.from_regex(r"[0-9X]{4}(-[0-9WQHSX]{2,3}){0,2}"))
def test_any_value(value: str) -> None:
    """
    No text whatever raises, and what covers days covers them in order.
    """
    found = interval_of(value)
    assert found is None or found.is_ordered


@settings(max_examples=200)
@given(st.dates(), st.dates())
def test_parts_lie_inside(one: date, other: date) -> None:
    """
    Early, mid and late lie inside the whole, in this order.
    """
    whole = Interval(*sorted((one, other)))
    if whole.days in range(8, 28):
        whole = Interval.of_month(one.year, one.month)
    if whole.days > 31:
        whole = Interval.of_years(whole.first.year, whole.last.year)
    early, late = narrow(whole, "START"), narrow(whole, "END")
    assert all(whole.covers(narrow(whole, part)) for part in ("START", "MID", "END"))
    assert early.first == whole.first
    assert late.last == whole.last


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2000, "04-23"),
        (2008, "03-23"),
        (2019, "04-21"),
        (2021, "04-04"),
        (2038, "04-25"),
    ],
)
def test_easter(year: int, day: str) -> None:
    """
    Easter falls on the Sunday of the published tables.
    """
    assert f"{year}-{day}" == easter(year).isoformat()


@pytest.mark.parametrize("name", NAMES)
def test_every_holiday_has_a_day(name: str) -> None:
    """
    Each name is a day of the year asked for, in any year that has it.
    """
    years = (623, 1900, 2024, 9998) if name in BY_MOON else (1, 1900, 2024, 9999)
    assert all(holiday(name, year).year == year for year in years)


@pytest.mark.parametrize(
    ("name", "year", "value"),
    [
        ("ramadan", 2020, "2020-04-24/2020-05-23"),
        ("eid al-fitr", 2021, "2021-05-13"),
        ("eid al-adha", 2018, "2018-08-22"),
        ("ashura", 2019, "2019-09-10"),
        ("election day", 2016, "2016-11-08"),
        ("election day", 2022, "2022-11-08"),
        ("father's day", 2015, "2015-06-21"),
        ("mother's day", 2024, "2024-05-12"),
        ("ascension day", 2021, "2021-05-13"),
    ],
)
def test_movable_holidays(name: str, year: int, value: str) -> None:
    """
    They fall where published calendars have them.
    """
    assert value == value_of_holiday(name, year)


def test_there_was_no_ramadan_before_its_calendar() -> None:
    """
    A year without the holiday is an error.
    """
    with pytest.raises(ValueError, match="622"):
        value_of_holiday("ramadan", 500)


@pytest.mark.parametrize(
    ("anchor", "unit", "count", "value"),
    [
        ("2020-03-31", "M", -1, "2020-02"),
        ("2020-01-15", "Q", -1, "2019-Q4"),
        ("2021-01-02", "W", 0, "2020-W53"),
        ("2020-06", "M", 8, "2021-02"),
        ("2020", "E", -1, "201X"),
        ("2020", "C", 0, "20XX"),
        ("2020", "M", -1, None),
        ("2020-06", "D", -1, None),
    ],
)
def test_shifted(anchor: str, unit: str, count: int, value: str | None) -> None:
    """
    A unit away from a date has that unit's precision, where the date has it.
    """
    base = Anchor.parse(anchor)
    assert base is not None
    assert value == shifted(base, unit, count)


@pytest.mark.parametrize("count", [-10_000, 1e9])
def test_shifted_out_of_the_calendar(count: float) -> None:
    """
    What lies outside the years 1 to 9999 is refused.
    """
    with pytest.raises((ValueError, OverflowError)):
        shifted(Anchor(2020, 6, 17), "Y", count)


def test_add_months() -> None:
    """
    Months run on over the end of a year, both ways.
    """
    assert add_months(2020, 1, -1) == (2019, 12)
    assert add_months(2020, 12, 13) == (2022, 1)


def test_grammar_refuses_unknown_names() -> None:
    """
    A rule with a name that is no token class cannot be compiled.
    """
    with pytest.raises(KeyError):
        compile_grammar((("rule", "MONTH WHATEVER"),))
