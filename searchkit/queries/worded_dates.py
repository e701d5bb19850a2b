"""
Dates in words: "last week", "summer of 1969", "20 years ago", as values of a query.

They are read by the annotator that finds dates in articles, so that a person may ask
for a date as an article puts it.  What is relative counts from a *reference day* in
place of the article's own: the day that the person names, or the newest date of
publication in the index.  The machine's clock is never read.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from searchkit.annotations.times.anchor import Anchor, shifted
from searchkit.annotations.times.annotator import annotate_text
from searchkit.annotations.times.values import interval_of
from searchkit.intervals import Interval

if TYPE_CHECKING:
    from datetime import date

    from searchkit.annotations.model import TimeExpression

#: Of a stretch of time up to the reference day: "the last five years".
_STRETCH = re.compile(
    r"(?:the\s+)?(?P<which>last|past|previous|next|coming)\s", re.IGNORECASE
)
_LENGTH = re.compile(r"P(?P<count>\d+(?:\.5)?)(?P<unit>[DWMY])", re.ASCII)
#: May stand before a date, and is no part of it.
_BEFORE = re.compile(r"(?:(?:in|on|at|of|during|around|about|the)\s+)*", re.IGNORECASE)


class WordedDate(NamedTuple):
    """
    What a date in words means.

    Attributes:
        interval: Its days; ``None`` where it is relative and there is no day to count
            from.
        relative: It counts from the reference day.
    """

    interval: Interval | None
    relative: bool


def read_worded(text: str, reference: date | None) -> WordedDate | None:
    """
    Read a date in words.

    Args:
        text: Such as "last week", in any letter case.
        reference: What relative dates count from; ``None`` if there is no such day.

    Returns:
        ``None`` where the text as a whole is no date.

    Example:
        >>> from datetime import date
        >>> print(read_worded("last week", date(2020, 3, 4)).interval)
        2020-02-24..2020-03-01
    """
    spelt = _capitalised(text)
    day = reference.isoformat() if reference else None
    for candidate in (text, spelt, f"in {spelt}"):
        found = annotate_text(candidate, day)
        if len(found) != 1 or not _is_whole(candidate, found[0]):
            continue
        [time] = found
        if time.type == "DURATION":
            return _stretch(time, reference)
        if time.interval is not None or time.relative:
            return WordedDate(time.interval, time.relative)
    return None


def _is_whole(text: str, time: TimeExpression) -> bool:
    """
    Tell whether an expression is all that a text says.
    """
    before, after = text[: time.span.start], text[time.span.end :]
    return not after.strip(" .") and _BEFORE.fullmatch(before) is not None


def _capitalised(text: str) -> str:
    """
    Write names of months, days and feasts as articles do.
    """
    return " ".join(
        word if word in _SMALL else word[:1].upper() + word[1:] for word in text.split()
    )


_SMALL = frozenset(
    "a ago and before between day days decade decades early end first fourth from half"
    " in last late later mid middle month months next of on past quarter second since"
    " the third this to until week weekend weeks year years".split()
)


def _stretch(time: TimeExpression, reference: date | None) -> WordedDate | None:
    """
    Read "the last five years": the days from five years before the reference day to it.
    """
    direction, length = _STRETCH.match(time.surface), _LENGTH.fullmatch(time.value)
    if direction is None or length is None:
        return None
    if reference is None:
        return WordedDate(None, relative=True)
    ahead = direction["which"].lower() in ("next", "coming")
    count = float(length["count"]) * (1 if ahead else -1)
    try:
        other = _moved(reference, count, length["unit"])
    except (OverflowError, ValueError):
        return None
    return WordedDate(Interval(*sorted((reference, other))), relative=True)


def _moved(day: date, count: float, unit: str) -> date:
    """
    Return the day that lies so many units from another.

    Raises:
        OverflowError: It is not on the calendar.
        ValueError: As above.
    """
    if unit in "DW":
        return day + timedelta(round(count * (7 if unit == "W" else 1)))
    months = count * (12 if unit == "Y" else 1)
    value = shifted(Anchor(day.year, day.month), "M", months)
    month = interval_of(value or "")
    if month is None:
        raise ValueError("the month is out of range")
    return min(month.first.replace(day=1) + timedelta(day.day - 1), month.last)
