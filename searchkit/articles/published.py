"""
Publication dates: from the ways in which sources write them to ISO.

Understood are ISO 8601 with or without a time, its compact form, RFC 2822 (the dates
of feeds and mail), and dates with an English month name.  The day is the one that the
source names in its own time zone.  What is not certain is no date: the third of April
and the fourth of March are both written ``03/04/2020``, so that one is left alone,
while ``29/02/2020`` can only be meant in one way.  The machine's clock is never read.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)

#: Longest text that is looked at; dates are short, and what is longer is none.
_MAX_CHARACTERS = 100

_TIME = r"(?:[T\s,]\s{0,3}(?:at\s)?\d{1,2}(?:[:.h]\d{2}|\s?[ap]\.?m\b|Z).{0,60})?"
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s{1,3})?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_FORMS = tuple(
    re.compile(form + r"\Z", re.ASCII | re.IGNORECASE)
    for form in (
        # 2020, 2020-02, 2020-02-29, 2020/2/29, 2020-02-29T14:05:00+01:00
        r"(?P<year>\d{4})(?:(?P<sep>[-/.])(?P<month>\d{1,2})(?:(?P=sep)(?P<day>\d{1,2})"
        + _TIME
        + r")?)?",
        # 20200229, 20200229T140500Z, 20200229140500
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:T?\d{4}(?:\d{2})?(?:Z|[+-]\d{4})?)?",
        # Sat, 29 Feb 2020 14:05:00 GMT; 29th February, 2020; 29-Feb-2020
        _WEEKDAY
        + _DAY
        + r"[\s-]{1,3}(?:of\s)?"
        + _MONTH
        + r"[,\s-]{1,3}(?P<year>\d{4})"
        r"" + _TIME,
        # February 29, 2020 at 2:05 p.m.; Sat Feb 29 2020
        _WEEKDAY + _MONTH + r"\s{1,3}" + _DAY + r"[,\s]{1,3}(?P<year>\d{4})" + _TIME,
        # Sat Feb 29 14:05:00 2020, of the C library
        _WEEKDAY + _MONTH + r"\s{1,3}(?P<day>\d{1,2})\s\d\d:\d\d:\d\d\s(?P<year>\d{4})",
        # February 2020
        _MONTH + r",?\s{1,3}(?P<year>\d{4})",
    )
)
_DAY_OR_MONTH_FIRST = re.compile(
    r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})" + _TIME + r"\Z", re.ASCII | re.IGNORECASE
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_published(text: str) -> str | None:
    """
    Read a publication date.

    Args:
        text: A date as a source writes it.

    Returns:
        ``YYYY-MM-DD``, or ``YYYY-MM`` or ``YYYY`` where no more is said, in the years
        1 to 9999; ``None`` where the text is no date, names a day that does not exist,
        or can be read in two ways.

    Example:
        >>> parse_published("Sat, 29 Feb 2020 14:05:00 GMT"), parse_published("2020-02")
        ('2020-02-29', '2020-02')
        >>> parse_published("2020-06-31"), parse_published("03/04/2020")
        (None, None)
    """
    text = text.strip()
    if len(text) > _MAX_CHARACTERS:
        return None
    for form in _FORMS:
        if found := form.match(text):
            parts = found.groupdict()
            month = parts.get("month")
            number = _month_number(month) if month else None
            if month and number is None:
                continue
            return _iso(parts["year"], number, parts.get("day"))
    if found := _DAY_OR_MONTH_FIRST.match(text):
        first, second = int(found[1]), int(found[3])
        if first == second or first > 12:
            return _iso(found[4], second, found[1])
        if second > 12:
            return _iso(found[4], first, found[3])
    return None


def parse_timestamp(number: float) -> str | None:
    """
    Read a publication date that is a number.

    Args:
        number: Four digits are a year and eight digits a day such as ``20200229``.
            Others are a time since 1970-01-01 UTC: nine or ten digits are seconds,
            twelve or thirteen milliseconds, fifteen or sixteen microseconds.

    Returns:
        As :func:`parse_published`; ``None`` where it is none of these.

    Example:
        >>> parse_timestamp(1582985100), parse_timestamp(20200229)
        ('2020-02-29', '2020-02-29')
    """
    try:
        whole = int(number)
    except (ValueError, OverflowError):
        return None  # infinite, or not a number
    if 1000 <= whole <= 9999 or 10**7 <= whole < 10**8:
        return parse_published(str(whole))
    for divisor in (1, 10**3, 10**6):
        if 10**8 <= whole // divisor < 10**10:
            day = _EPOCH + timedelta(seconds=whole // divisor)
            return day.date().isoformat()
    return None


def _month_number(text: str) -> int | None:
    if text.isdecimal():
        return int(text)
    name = text.lower().replace("sept", "sep") if len(text) == 4 else text.lower()
    for number, month in enumerate(_MONTHS, start=1):
        if name in (month, month[:3]):
            return number
    return None


def _iso(year: str, month: int | None, day: str | None) -> str | None:
    try:
        first = date(int(year), 1 if month is None else month, int(day or 1))
    except ValueError:
        return None
    text = first.isoformat()
    return text if day else text[:7] if month else text[:4]
