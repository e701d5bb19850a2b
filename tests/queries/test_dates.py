from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.errors import DateValueError
from searchkit.queries.dates import parse_dates, read_dates

if TYPE_CHECKING:
    from datetime import date


def days(text: str) -> str:
    first, last = parse_dates(text)
    return f"{first or ''}..{last or ''}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020", "2020-01-01..2020-12-31"),
        ("2020-02", "2020-02-01..2020-02-29"),
        ("2020-02-29", "2020-02-29..2020-02-29"),
        (" 2020 ", "2020-01-01..2020-12-31"),
        ("2020.", "2020-01-01..2020-12-31"),
        ("2020?", "2020-01-01..2020-12-31"),
        ("1980s", "1980-01-01..1989-12-31"),
        ("1980’s", "1980-01-01..1989-12-31"),
        ("1980S", "1980-01-01..1989-12-31"),
        ("the 1980s", "1980-01-01..1989-12-31"),
        ("198x", "1980-01-01..1989-12-31"),
        ("19XX", "1900-01-01..1999-12-31"),
        ("29 February 2020", "2020-02-29..2020-02-29"),
        ("29th of february, 2020", "2020-02-29..2020-02-29"),
        ("Feb 29, 2020", "2020-02-29..2020-02-29"),
        ("FEB. 2020", "2020-02-01..2020-02-29"),
        ("September 11, 2001", "2001-09-11..2001-09-11"),
        ("2020-02..2021-09", "2020-02-01..2021-09-30"),
        ("2020-02...2021-09", "2020-02-01..2021-09-30"),
        ("2020-02…2021-09", "2020-02-01..2021-09-30"),
        ("2020-02 to 2021-09", "2020-02-01..2021-09-30"),
        ("February 2020 – September 2021", "2020-02-01..2021-09-30"),
        ("2020-02/2021-09", "2020-02-01..2021-09-30"),
        ("2020-2021", "2020-01-01..2021-12-31"),
        ("1980s..1990s", "1980-01-01..1999-12-31"),
        ("2020..", "2020-01-01.."),
        ("..2020", "..2020-12-31"),
        ("..", ".."),
        ("*", ".."),
        ("2020..*", "2020-01-01.."),
        ("[2020-01 TO 2020-12]", "2020-01-01..2020-12-31"),
        ("[ 2020-01  to 2020-12 ]", "2020-01-01..2020-12-31"),
        ("[* TO 2020]", "..2020-12-31"),
        ("[2020 TO *]", "2020-01-01.."),
        ("[* TO *]", ".."),
        ("[2020 TO 2021", "2020-01-01..2021-12-31"),
        ("[2020..2021]", "2020-01-01..2021-12-31"),
        (">2020", "2021-01-01.."),
        (">=2020-02", "2020-02-01.."),
        ("≥ 2020", "2020-01-01.."),
        ("<2020-03", "..2020-02-29"),
        ("<= 2020", "..2020-12-31"),
        ("≤2020", "..2020-12-31"),
    ],
)
def test_forms_of_dates(text: str, expected: str) -> None:
    """
    Dates, ranges and comparisons are read as first and last day, both included.
    """
    assert expected == days(text)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("banana", "banana"),
        ("", ""),
        ("[]", "[]"),
        ("2020-13", "2020-13"),
        ("2020-02-30", "2020-02-30"),
        ("31 June 2020", "31 June 2020"),
        ("0000", "0000"),
        ("03/04/2020", "03/04/2020"),
        ("yesterday", "yesterday"),
        ("early 2020", "early 2020"),
        ("2020..banana", "banana"),
        ("2020..2021..2022", "2020..2021..2022"),
        ("2020–", "2020–"),
        (">", ""),
        (">banana", "banana"),
        (">9999", ">9999"),
        ("<0001", "<0001"),
        ("٢٠٢٠", "٢٠٢٠"),
        ("2" * 1000, "2" * 1000),
    ],
)
def test_what_is_no_date_is_an_error_that_names_it(text: str, part: str) -> None:
    """
    The error carries the part that is no date.
    """
    with pytest.raises(DateValueError) as caught:
        parse_dates(text)
    assert part == caught.value.text


@pytest.mark.parametrize(
    ("text", "swapped", "braces"),
    [
        ("2020..2021", False, False),
        ("2021..2020", True, False),
        ("2020-12-31..2020", False, False),
        ("{2020 TO 2021}", False, True),
        ("[2021 TO 2020}", True, True),
    ],
)
def test_what_was_put_right_is_told(text: str, swapped: bool, braces: bool) -> None:
    """
    Reversed ranges are swapped and braces read as brackets.
    """
    value = read_dates(text)
    assert (swapped, braces) == (value.swapped, value.braces)
    assert value.first is not None
    assert value.last is not None
    assert value.first <= value.last


@settings(max_examples=200, deadline=None)
@given(st.dates(), st.dates())
def test_any_two_days_make_an_ordered_range(one: date, other: date) -> None:
    """
    The order in which two days are written does not matter.
    """
    assert (min(one, other), max(one, other)) == parse_dates(f"{one}..{other}")


@settings(max_examples=200, deadline=None)
@given(st.text("0123456789-–./[]{}<>=*sXTO feburay,…", max_size=30))
def test_any_text_is_a_date_or_a_date_error(text: str) -> None:
    """
    No text raises anything but the error for dates.
    """
    try:
        first, last = parse_dates(text)
    except DateValueError:
        return
    assert first is None or last is None or first <= last
