"""
Date values: what stands behind ``dates:`` and ``published:``, and on the command line.

==========================================  =========================================
a date                                      ``2020``, ``2020-02``, ``2020-02-29``,
                                            ``1980s``, ``198X``, ``19XX``
in words                                    ``29 February 2020``, ``Feb 29, 2020``,
                                            ``February 2020``, ``the 1980s``
a range                                     ``2020-02..2021-09``, ``2020..``,
                                            ``..2020``, ``2019-2021``,
                                            ``February 2020 to March 2021``
a range in brackets                         ``[2020-01 TO 2020-12]``, ``[* TO 2020]``
a comparison                                ``>2020``, ``>=2020-02``, ``<2020``
any date                                    ``*``, ``..``
==========================================  =========================================

Both ends of a range belong to it, whatever the brackets, and a partial date stands for
all of its days: ``2019..2020`` ends on the last day of 2020.  Relative dates ("last
week") are not understood here, because the machine's clock is never read; nor are
dates that can be read in two ways (``03/04/2020``).
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from searchkit.errors import DateValueError
from searchkit.intervals import Interval
from searchkit.queries.patterns import lazily
from searchkit.values import Value

if TYPE_CHECKING:
    from datetime import date

#: Longest text that is looked at; what is longer is no date.
_MAX_CHARACTERS = 120

_COMPARISON = lazily(r"([<>]=?|[≤≥])\s*")
_OPEN_SEPARATOR = lazily(r"\s*(?:\.{2,3}|…)\s*|\s+to\s+", re.IGNORECASE)
#: Between two dates only: a dash or slash may also be part of one.
_CLOSED_SEPARATOR = lazily(r"\s*[–—/]\s*|(?<=\d{4})\s*-\s*(?=\d{4}\Z)")
_ARTICLE = lazily(r"the\s+", re.IGNORECASE)
_DECADE = lazily(r"(\d{3}0)['’]?s\Z", re.ASCII | re.IGNORECASE)


class DateValue(Value):
    """
    A date value as it was understood.

    Attributes:
        first: The first day; ``None`` for an open beginning.
        last: The last day, not before ``first``; ``None`` for an open end.
        swapped: The range was written from the later date to the earlier one.
        braces: A brace, which elsewhere excludes the end, was read as a bracket.
    """

    first: date | None
    last: date | None
    swapped: bool = False
    braces: bool = False


def parse_dates(text: str) -> tuple[date | None, date | None]:
    """
    Read a date, or a range of dates.

    Args:
        text: One of the forms above, letter case apart.

    Returns:
        First and last day, both included and in order; ``None`` for an open end.

    Raises:
        DateValueError: It is of another form, or there is no such day.

    Example:
        >>> parse_dates("2020-02..")
        (datetime.date(2020, 2, 1), None)
    """
    value = read_dates(text)
    return value.first, value.last


def read_dates(text: str) -> DateValue:
    """
    Read a date value, and tell what was put right on the way.

    Args:
        text: As for :func:`parse_dates`.

    Raises:
        DateValueError: As for :func:`parse_dates`; it names the part that is no date.
    """
    if len(text) > _MAX_CHARACTERS:
        raise DateValueError(text)
    inner = text.strip()
    braces = False
    if inner.startswith(("[", "{")):
        braces = inner.startswith("{") or inner.endswith("}")
        inner = inner[1:].rstrip("]}").strip()
    inner = _without_punctuation(inner)
    if not inner:
        raise DateValueError(text)
    if inner == "*":
        return DateValue(None, None, braces=braces)
    if found := _COMPARISON().match(inner):
        return _compared(found[1], inner[found.end() :])
    single = _interval(inner)
    if single is not None:
        return DateValue(single.first, single.last, braces=braces)
    return _range(inner, braces=braces)


def _without_punctuation(text: str) -> str:
    """
    Take off what a sentence leaves behind a date, but not the dots of a range.
    """
    text = text.rstrip(",;!?")
    if text.endswith(".") and not text.endswith(".."):
        text = text[:-1]
    return text


def _interval(text: str) -> Interval | None:
    if article := _ARTICLE().match(text):
        text = text[article.end() :]
    found = _DECADE().match(text)
    text = f"{found[1]}s" if found else text
    try:
        return Interval.parse(text if found else text.upper())
    except DateValueError:
        from searchkit.articles.published import (  # noqa: PLC0415 - few are in words
            parse_published,
        )

        iso = parse_published(text)
        return Interval.parse(iso) if iso else None


def _range(text: str, *, braces: bool) -> DateValue:
    ends = _OPEN_SEPARATOR().split(text)
    if len(ends) == 2:
        begin, end = (None if end in ("", "*") else _required(end) for end in ends)
    else:
        ends = _CLOSED_SEPARATOR().split(text)
        if len(ends) != 2:
            raise DateValueError(text)
        begin, end = (_interval(end) for end in ends)
        if begin is None or end is None:
            raise DateValueError(text)
    if begin is None or end is None:
        return DateValue(begin and begin.first, end and end.last, braces=braces)
    swapped = begin.first > end.last
    if swapped:
        begin, end = end, begin
    return DateValue(begin.first, end.last, swapped=swapped, braces=braces)


def _required(text: str) -> Interval:
    interval = _interval(text)
    if interval is None:
        raise DateValueError(text)
    return interval


def _compared(sign: str, text: str) -> DateValue:
    interval = _required(text)
    try:
        match sign:
            case ">":
                return DateValue(interval.last + timedelta(1), None)
            case "<":
                return DateValue(None, interval.first - timedelta(1))
            case ">=" | "≥":
                return DateValue(interval.first, None)
            case _:
                return DateValue(None, interval.last)
    except OverflowError:  # before the first or after the last day of the calendar
        raise DateValueError(sign + text) from None
