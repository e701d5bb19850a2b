"""
Ranges: two expressions that name the first and the last part of one stretch of time.

"Between 2001 and 2014", "from March to June 2020", "May 2011 – June 2012": what stands
in only one of the two, such as the year, holds for both.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from searchkit.annotations.times.anchor import fill_year
from searchkit.annotations.times.readings import DayOfWeek, PartOfYear, Reading
from searchkit.annotations.times.values import interval_of
from searchkit.annotations.times.vocabulary import TokenClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from searchkit.annotations.times.tokens import TokenizedText

_C = TokenClass


class Range(NamedTuple):
    """
    Two readings that may be the ends of one stretch.

    Attributes:
        begin: The first.
        finish: The last.
        first: Number of its first token, which may be "from" or "between".
    """

    begin: Reading
    finish: Reading
    first: int


def pair(tokens: TokenizedText, readings: list[Reading]) -> Iterator[Reading | Range]:
    """
    Join neighbouring readings that may be the ends of a range.

    Args:
        tokens: The text.
        readings: Those of the text, in order.

    Yields:
        Each reading once, by itself or in a range.
    """
    readings = _with_shared_years(tokens, readings)
    index = 0
    while index < len(readings):
        reading = readings[index]
        if index + 1 < len(readings):
            first = _range_start(tokens, reading, readings[index + 1])
            if first is not None:
                yield Range(*_share_year(reading, readings[index + 1]), first)
                index += 2
                continue
        yield reading
        index += 1


def _with_shared_years(tokens: TokenizedText, readings: list[Reading]) -> list[Reading]:
    """
    Give the year of the last to all in "March, April and May 2020".
    """
    shared = list(readings)
    in_list = False
    for index in range(len(readings) - 2, -1, -1):
        one, following = shared[index], shared[index + 1]
        link = tokens.classes[one.end : following.first]
        joined = link in (_C.AND, _C.COMMA + _C.AND) or (link == _C.COMMA and in_list)
        in_list = False
        if not joined or following.gap is not None or one.clock:
            continue
        if tokens.lower(one.first - 1) == "between":
            continue
        shared[index] = with_year_of(one, following.value, later=False)
        in_list = shared[index] is not one
    return shared


def _range_start(tokens: TokenizedText, begin: Reading, finish: Reading) -> int | None:
    """
    Return the first token of a range, or ``None`` where the two make none.
    """
    if finish.first - begin.end != 1 or begin.clock or finish.clock:
        return None
    if not (_may_end_a_range(begin) and _may_end_a_range(finish)):
        return None
    link = tokens.classes[begin.end]
    opening = tokens.lower(begin.first - 1)
    has_opening = opening in ("from", "between")
    first = begin.first - int(has_opening)
    if link == _C.AND:
        return first if opening == "between" else None
    if link == _C.TO:
        weekdays = isinstance(begin.gap, DayOfWeek) or isinstance(finish.gap, DayOfWeek)
        named = opening == "from" or (tokens.lower(begin.end) != "until")
        return first if named and (opening == "from" or not weekdays) else None
    if link == _C.DASH:
        tight = tokens.adjacent(begin.end) and tokens.adjacent(begin.end + 1)
        return first if tight or tokens.words[begin.end] == "–" else None
    return None


def _may_end_a_range(reading: Reading) -> bool:
    return (
        reading.type == "DATE"
        and "/" not in reading.value
        and (
            isinstance(reading.gap, PartOfYear | DayOfWeek)
            or (reading.gap is None and reading.value[:1].isdecimal())
        )
    )


def _share_year(begin: Reading, finish: Reading) -> tuple[Reading, Reading]:
    """
    Give the year of one end to the other, where that one has none.
    """
    if finish.gap is None and isinstance(begin.gap, PartOfYear):
        return with_year_of(begin, finish.value, later=False), finish
    if begin.gap is None and isinstance(finish.gap, PartOfYear):
        return begin, with_year_of(finish, begin.value, later=True)
    return begin, finish


def with_year_of(reading: Reading, value: str, *, later: bool) -> Reading:
    """
    Close a part of a year by the other end of its range.

    Args:
        reading: One end, with an open year.
        value: The complete value of the other end.
        later: ``reading`` is the last of the range.

    Returns:
        The reading closed, so that the range runs forward and is shorter than a year;
        as it was, where the other end tells no year.
    """
    gap = reading.gap
    if not isinstance(gap, PartOfYear) or gap.years is not None or gap.which:
        return reading
    if not value[:4].isdecimal():
        return reading
    year = int(value[:4])
    other = interval_of(value)
    try:
        closed = fill_year(gap, year)
        mine = interval_of(closed)
        if later and mine and other and mine.last < other.first:
            closed = fill_year(gap, year + 1)
        elif not later and mine and other and mine.first > other.last:
            closed = fill_year(gap, year - 1)
    except ValueError:
        return reading
    return replace(reading, value=closed, gap=None)
