from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.articles.published import parse_published, parse_timestamp

if TYPE_CHECKING:
    from datetime import date


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("2020-02-29", "2020-02-29"),
        ("2020-02-29T23:59:00-05:00", "2020-02-29"),
        ("2020-02-29 14:05", "2020-02-29"),
        ("2020-02-29T14:05:00.123+0100[Europe/Berlin]", "2020-02-29"),
        ("2020/2/9", "2020-02-09"),
        ("20200229", "2020-02-29"),
        ("20200229T140500Z", "2020-02-29"),
        ("2020-02", "2020-02"),
        ("2020", "2020"),
        ("0001", "0001"),
        ("Sat, 29 Feb 2020 14:05:00 GMT", "2020-02-29"),
        ("29 February 2020", "2020-02-29"),
        ("29th of February, 2020", "2020-02-29"),
        ("29-Feb-2020", "2020-02-29"),
        ("Feb. 29, 2020 at 2:05 p.m. EST", "2020-02-29"),
        ("Saturday, February 29, 2020", "2020-02-29"),
        ("Sat Feb 29 14:05:00 2020", "2020-02-29"),
        ("Sept. 3, 2020", "2020-09-03"),
        ("February 2020", "2020-02"),
        ("29/02/2020", "2020-02-29"),
        ("02/29/2020", "2020-02-29"),
        ("04.04.2020", "2020-04-04"),
    ],
)
def test_the_usual_forms_are_read(text: str, published: str) -> None:
    """
    ISO, RFC 2822 and English dates are read at the precision that they have.
    """
    assert published == parse_published(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "Friday", "12:30", "May 5", "n/a", "10000", "0000", "202002"),
        *("2020-06-31", "2019-02-29", "2020-13", "31 June 2020", "32 May 2020"),
        *("03/04/2020", "03.04.2020", "Updated 29 February 2020", "29 feb 20"),
        *("2020-02-29 to 2020-03-15", "２０２０", "x" * 10_000, " " * 10_000 + "2020x"),
    ],
)
def test_what_is_not_certain_is_no_date(text: str) -> None:
    """
    Days that do not exist, and dates that can be read in two ways, are no dates.
    """
    assert parse_published(text) is None


@given(st.dates())
def test_every_day_is_read_back(day: date) -> None:
    """
    Each day of the years 1 to 9999 is read from its ISO form and in English.
    """
    assert day.isoformat() == parse_published(day.isoformat())
    if day.year >= 1000:
        words = f"{day.day} {day:%B} {day.year}"
        assert day.isoformat() == parse_published(words)


@given(st.text(max_size=60))
def test_any_text_gives_a_date_or_nothing(text: str) -> None:
    """
    Whatever the text, the result is None or a partial ISO date of its own.
    """
    published = parse_published(text)
    assert published is None or published == parse_published(published)


@pytest.mark.parametrize(
    ("number", "published"),
    [
        (2020, "2020"),
        (20200229, "2020-02-29"),
        (1582985100, "2020-02-29"),
        (1582985100.5, "2020-02-29"),
        (1582985100123, "2020-02-29"),
        (1582985100123456, "2020-02-29"),
        (20201345, None),
        (12, None),
        (0, None),
        (-1582985100, None),
        (float("inf"), None),
        (float("nan"), None),
        (10**30, None),
    ],
)
def test_numbers_are_years_days_or_seconds(
    number: float, published: str | None
) -> None:
    """
    A number is a year, a day in eight digits, or a time since 1970; else nothing.
    """
    assert published == parse_timestamp(number)
