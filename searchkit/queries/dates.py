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
a range with one end, in words              ``since 2020``, ``before May 2021``
as articles put it                          ``summer of 1969``, ``the mid 2010s``
relative                                    ``last week``, ``20 years ago``,
                                            ``the past five years``
==========================================  =========================================

Both ends of a range belong to it, whatever the brackets, and a partial date stands for
all of its days: ``2019..2020`` ends on the last day of 2020.  Relative dates count from
a reference day that the caller gives, never from the machine's clock.  Dates that can
be read in two ways (``03/04/2020``) are not understood.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from searchkit.errors import DateValueError, ReferenceDayError
from searchkit.intervals import Interval
from searchkit.queries.patterns import lazily
from searchkit.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

#: Longest text that is looked at; what is longer is no date.
_MAX_CHARACTERS = 120

_COMPARISON = lazily(
    r"([<>]=?|[≤≥])\s*|(since|from|after|until|till|before)\s+", re.IGNORECASE
)
_SIGN_OF = {"since": ">=", "from": ">=", "after": ">", "until": "<=", "till": "<="}
_BETWEEN = lazily(r"(?:from|between)\s.*\s(?:to|and|until|till)\s", re.IGNORECASE)
_OPEN_SEPARATOR = lazily(r"\s*(?:\.{2,3}|…)\s*|\s+to\s+", re.IGNORECASE)
#: Between two dates only: a dash or slash may also be part of one.
_CLOSED_SEPARATOR = lazily(r"\s*[–—/]\s*|(?<=\d{4})\s*-\s*(?=\d{4}\Z)")
_ARTICLE = lazily(r"the\s+", re.IGNORECASE)
_DECADE = lazily(r"(\d{3}0)['’]?s\Z", re.ASCII | re.IGNORECASE)


class ReferenceDay(Value):
    """
    The day that relative dates of a query count from.

    Attributes:
        day: The day.
        is_newest: It is the newest date of publication in the index, and nobody's
            choice.
    """

    day: date
    is_newest: bool = False


class DateValue(Value):
    """
    A date value as it was understood.

    Attributes:
        first: The first day; ``None`` for an open beginning.
        last: The last day, not before ``first``; ``None`` for an open end.
        swapped: The range was written from the later date to the earlier one.
        braces: A brace, which elsewhere excludes the end, was read as a bracket.
        reference: What it was counted from; ``None`` where nothing in it is relative.
    """

    first: date | None
    last: date | None
    swapped: bool = False
    braces: bool = False
    reference: ReferenceDay | None = None


def parse_dates(
    text: str, *, today: date | None = None
) -> tuple[date | None, date | None]:
    """
    Read a date, or a range of dates.

    Args:
        text: One of the forms above, letter case apart.
        today: The day that relative dates count from.

    Returns:
        First and last day, both included and in order; ``None`` for an open end.

    Raises:
        DateValueError: It is of another form, or there is no such day.

    Example:
        >>> parse_dates("2020-02..")
        (datetime.date(2020, 2, 1), None)
    """
    value = read_dates(text, lambda: ReferenceDay(today) if today else None)
    return value.first, value.last


def read_dates(
    text: str, reference: Callable[[], ReferenceDay | None] = lambda: None
) -> DateValue:
    """
    Read a date value, and tell what was put right on the way.

    Args:
        text: As for :func:`parse_dates`.
        reference: Returns the day that relative dates count from, if there is one; it
            is asked for dates in words only.

    Raises:
        DateValueError: As for :func:`parse_dates`; it names the part that is no date.
        ReferenceDayError: It is relative, and there is no day to count from.
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
    reader = _Reader(reference)
    first, last, swapped = reader.read(inner)
    return DateValue(first, last, swapped, braces, reader.used)


def _without_punctuation(text: str) -> str:
    """
    Take off what a sentence leaves behind a date, but not the dots of a range.
    """
    text = text.rstrip(",;!?")
    if text.endswith(".") and not text.endswith(".."):
        text = text[:-1]
    return text


class _Reader:
    """
    Reads one date value.

    Attributes:
        used: The day that relative parts of it were counted from.
    """

    def __init__(self, reference: Callable[[], ReferenceDay | None]) -> None:
        self._reference = reference
        self.used: ReferenceDay | None = None

    def read(self, text: str) -> tuple[date | None, date | None, bool]:
        """
        Return the first and the last day, and whether they stood the other way round.
        """
        compared = _COMPARISON().match(text)
        if compared and not (compared[2] and _BETWEEN().match(text)):
            sign = compared[1] or _SIGN_OF.get(compared[2].lower(), "<")
            return (*self._compared(sign, text[compared.end() :]), False)
        single = _interval(text) or self._in_words(text)
        if single is not None:
            return (*single, False)
        return self._range(text)

    def _in_words(self, text: str) -> Interval | None:
        if not any(char.isalpha() or char == "/" for char in text):  # 9/11 is a name
            return None
        from searchkit.queries.worded_dates import (  # noqa: PLC0415 - few are in words
            read_worded,
        )

        found = read_worded(text, None)
        if found is None or not found.relative:
            return found and found.interval
        self.used = self._reference()
        if self.used is None:
            raise ReferenceDayError(text)
        anchored = read_worded(text, self.used.day)
        return anchored and anchored.interval

    def _range(self, text: str) -> tuple[date | None, date | None, bool]:
        ends = _OPEN_SEPARATOR().split(text)
        if len(ends) == 2:
            begin, end = (
                None if end in ("", "*") else self._required(end) for end in ends
            )
        else:
            ends = _CLOSED_SEPARATOR().split(text)
            if len(ends) != 2:
                raise DateValueError(text)
            begin, end = (_interval(end) for end in ends)
            if begin is None or end is None:
                raise DateValueError(text)
        if begin is None or end is None:
            return begin and begin.first, end and end.last, False
        swapped = begin.first > end.last
        if swapped:
            begin, end = end, begin
        return begin.first, end.last, swapped

    def _required(self, text: str) -> Interval:
        interval = _interval(text) or self._in_words(text)
        if interval is None:
            raise DateValueError(text)
        return interval

    def _compared(self, sign: str, text: str) -> tuple[date | None, date | None]:
        interval = self._required(text)
        try:
            match sign:
                case ">":
                    return interval.last + timedelta(1), None
                case "<":
                    return None, interval.first - timedelta(1)
                case ">=" | "≥":
                    return interval.first, None
                case _:
                    return None, interval.last
        except OverflowError:  # before the first or after the last day of the calendar
            raise DateValueError(sign + text) from None


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
