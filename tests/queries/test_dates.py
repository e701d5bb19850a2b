from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.errors import DateValueError, ReferenceDayError
from searchkit.queries.dates import ReferenceDay, parse_dates, read_dates


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
        ("since 2020", "2020-01-01.."),
        ("from 2020-02", "2020-02-01.."),
        ("after 2020", "2021-01-01.."),
        ("before March 2020", "..2020-02-29"),
        ("Until 2020", "..2020-12-31"),
        ("early 2020", "2020-01-01..2020-04-30"),
        ("the mid 2010s", "2014-01-01..2016-12-31"),
        ("summer of 1969", "1969-06-01..1969-08-31"),
        ("Summer 1969..Autumn 1970", "1969-06-01..1970-11-30"),
        ("third quarter of 2010", "2010-07-01..2010-09-30"),
        ("between 2001 and 2014", "2001-01-01..2014-12-31"),
        ("from March to June 2019", "2019-03-01..2019-06-30"),
        ("christmas 2019", "2019-12-25..2019-12-25"),
        ("2-6 may 2021", "2021-05-02..2021-05-06"),
        ("the eighteenth century", "1700-01-01..1799-12-31"),
        ("9/11", "2001-09-11..2001-09-11"),
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
    ("text", "expected"),
    [
        ("today", "2020-03-04..2020-03-04"),
        ("yesterday", "2020-03-03..2020-03-03"),
        ("Friday", "2020-02-28..2020-02-28"),
        ("last monday", "2020-03-02..2020-03-02"),
        ("last week", "2020-02-24..2020-03-01"),
        ("next week", "2020-03-09..2020-03-15"),
        ("last month", "2020-02-01..2020-02-29"),
        ("march", "2020-03-01..2020-03-31"),
        ("in June last year", "2019-06-01..2019-06-30"),
        ("late last year", "2019-09-01..2019-12-31"),
        ("20 years ago", "2000-01-01..2000-12-31"),
        ("last summer", "2019-06-01..2019-08-31"),
        ("christmas", "2019-12-25..2019-12-25"),
        ("the last five days", "2020-02-28..2020-03-04"),
        ("past two weeks", "2020-02-19..2020-03-04"),
        ("past 6 months", "2019-09-04..2020-03-04"),
        ("the past five years", "2015-03-04..2020-03-04"),
        ("the next ten days", "2020-03-04..2020-03-14"),
        ("since yesterday", "2020-03-03.."),
        ("before last week", "..2020-02-23"),
        ("last week..today", "2020-02-24..2020-03-04"),
        ("2019..today", "2019-01-01..2020-03-04"),
    ],
)
def test_relative_dates_count_from_the_day_that_is_given(
    text: str, expected: str
) -> None:
    """
    A Wednesday here; the clock of the machine has no part in it.
    """
    today = date(2020, 3, 4)
    first, last = parse_dates(text, today=today)
    assert expected == f"{first or ''}..{last or ''}"
    value = read_dates(text, lambda: ReferenceDay(today))
    assert value.reference == ReferenceDay(today)


@pytest.mark.parametrize("text", ["yesterday", "last week", "the past five years"])
def test_without_a_day_to_count_from_relative_dates_are_an_error(text: str) -> None:
    """
    The error says what is missing, and is a date error for those who do not care.
    """
    with pytest.raises(ReferenceDayError) as caught:
        parse_dates(text)
    assert text == caught.value.text
    assert isinstance(caught.value, DateValueError)


@pytest.mark.parametrize("text", ["2020", "early 2020", "banana", "1980s", "*"])
def test_other_dates_ask_for_no_day(text: str) -> None:
    """
    To find the newest date of publication takes a search, so that few pay for it.
    """

    def reference() -> ReferenceDay | None:
        pytest.fail("nobody should ask")

    with suppress(DateValueError):
        assert read_dates(text, reference).reference is None


@pytest.mark.parametrize(
    "text", ["recently", "for three days", "every week", "last week in Kabul", "May be"]
)
def test_what_has_no_place_on_the_calendar_is_no_date(text: str) -> None:
    """
    Nor is a text that says more than a date.
    """
    with pytest.raises(DateValueError) as caught:
        parse_dates(text, today=date(2020, 3, 4))
    assert not isinstance(caught.value, ReferenceDayError)


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
