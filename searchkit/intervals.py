"""
Intervals of calendar days, and the index terms that make them searchable.

An interval is every day from ``first`` to ``last``, both included: ``2021-09`` is
``[2021-09-01, 2021-09-30]``.  A mention in an article is an interval, the publication
date is one, and so is what a query asks for; a query on dates means *overlap*.

Search engines look up terms, not intervals, so both sides are cut into the nodes of
one calendar tree, written as prefixes::

    2XXX  millennium      20XX  century      202X  decade
    2021  year            2021-09  month     2021-09-11  day

An interval is *covered* by the fewest nodes that make it up exactly, and *held* by the
narrowest node that it lies in.  The index has of a mention these terms:

===========================  =========================================================
``2021-09``                  the node that holds it, and all ancestors: something lies
                             inside September 2021
``2021-09=``                 each covering node but days: something spans it whole
``2021-09~``                 of a mention that no single node covers, what lies below
                             its holder: something touches the month, and reaches out
``2021:2021-08-30..``        of such a mention, the days themselves behind the holder
``2021-09-05``
===========================  =========================================================

A query for an interval that *overlaps* asks for

- the plain terms of its own covering nodes: these find mentions inside a node,
- the ``~`` terms of the same nodes: these find mentions that cross a border of one, and
- the ``=`` terms of their ancestors: these find mentions that are wider than the query.

One for mentions that lie *within* it asks for the plain terms, and for those of the
last kind that fit, which only the ancestors of its covering nodes can hold.

A day is six terms and a year is five, however many mentions there are.  The calendar is
the proleptic Gregorian of ISO 8601, years 1 to 9999; a date before year 1 has no
interval.  Nothing here reads the machine's clock.

Source of the idea: the trie encoding of numeric ranges in Schindler & Diepenbroek,
"Generic XML-based Framework for Metadata Portals" (Computers & Geosciences, 2008);
the names of decades and centuries follow TIMEX3 (``201X``, ``20XX``).
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from searchkit.errors import DateValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z", re.ASCII)
_DECADE = re.compile(r"(\d{3})(?:X|0s)\Z", re.ASCII)
#: The 1600s are a hundred years, the 2000s ten.
_CENTURY_IN_FIGURES = re.compile(r"([01]\d)00s\Z", re.ASCII)
_CENTURY = re.compile(r"(\d{2})XX\Z", re.ASCII)
_MILLENNIUM = re.compile(r"(\d)XXX\Z", re.ASCII)


class Interval(NamedTuple):
    """
    The calendar days from ``first`` to ``last``, both included.

    Example:
        >>> Interval.parse("2020-02")
        Interval(first=datetime.date(2020, 2, 1), last=datetime.date(2020, 2, 29))
    """

    first: date
    last: date

    @staticmethod
    def parse(text: str) -> Interval:
        """
        Read a partial date: a day, month, year, decade or century.

        Args:
            text: ``2021-09-11``, ``2021-09``, ``2021``, ``198X`` or ``1980s``,
                ``19XX`` or ``1900s``.

        Raises:
            DateValueError: ``text`` is of another form, or no such day exists.
        """
        return _parsed(text)

    @classmethod
    def of_day(cls, day: date) -> Interval:
        """
        Return the interval of one day.
        """
        return cls(day, day)

    @classmethod
    def of_month(cls, year: int, month: int) -> Interval:
        """
        Return all days of a month; ``ValueError`` where there is no such month.
        """
        first = date(year, month, 1)
        return cls(first, _last_of_month(first))

    @classmethod
    def of_years(cls, first: int, last: int) -> Interval:
        """
        Return all days of the years ``first`` to ``last``, both included.
        """
        return cls(date(first, 1, 1), date(last, 12, 31))

    @property
    def days(self) -> int:
        """
        The length in days, at least 1.
        """
        return self.last.toordinal() - self.first.toordinal() + 1

    @property
    def is_ordered(self) -> bool:
        """
        Tell whether ``first`` is not after ``last``; all other methods assume it.
        """
        return self.first <= self.last

    def overlaps(self, other: Interval) -> bool:
        """
        Tell whether the two intervals share at least one day.
        """
        return self.first <= other.last and other.first <= self.last

    def covers(self, other: Interval) -> bool:
        """
        Tell whether every day of ``other`` is in this interval.
        """
        return self.first <= other.first and other.last <= self.last

    def intersection(self, other: Interval) -> Interval | None:
        """
        Return the days that both intervals share, or ``None``.
        """
        if not self.overlaps(other):
            return None
        return Interval(max(self.first, other.first), min(self.last, other.last))

    def __str__(self) -> str:
        """
        Write the interval in its shortest form.

        Example:
            >>> str(Interval.parse("1980s")), str(Interval.parse("2021-09-11"))
            ('198X', '2021-09-11')
            >>> str(Interval(date(2020, 2, 1), date(2021, 9, 11)))
            '2020-02-01..2021-09-11'
        """
        nodes = covering_nodes(self)
        if len(nodes) == 1 and not nodes[0].endswith("XXX"):
            return nodes[0]
        return f"{self.first.isoformat()}..{self.last.isoformat()}"


@lru_cache(maxsize=10_000)
def _parsed(text: str) -> Interval:
    """
    Read a partial date; articles of one day share theirs.
    """
    try:
        if len(text) == _DAY_LENGTH and text[4] == text[7] == "-":  # as most are
            return Interval.of_day(date.fromisoformat(text))
        if found := _PARTIAL.match(text):
            year, month, day = found.groups()
            if day:
                return Interval.of_day(date(int(year), int(month), int(day)))
            if month:
                return Interval.of_month(int(year), int(month))
            return Interval.of_years(int(year), int(year))
        if found := _CENTURY_IN_FIGURES.match(text):
            start = int(found[1]) * 100
            return Interval.of_years(max(start, 1), start + 99)
        if found := _DECADE.match(text):
            start = int(found[1]) * 10
            return Interval.of_years(max(start, 1), start + 9)
        if found := _CENTURY.match(text):
            start = int(found[1]) * 100
            return Interval.of_years(max(start, 1), start + 99)
    except ValueError:
        raise DateValueError(text) from None
    raise DateValueError(text)


def _last_of_month(day: date) -> date:
    """
    Return the last day of the month that ``day`` lies in.
    """
    # The standard library's calendar imports what languages call the days.
    if day.month != 2:
        return day.replace(day=30 if day.month in (4, 6, 9, 11) else 31)
    year = day.year
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return day.replace(day=29 if is_leap else 28)


def _node_ending_latest(start: date, last: date) -> tuple[str, int]:
    """
    Return the widest node that begins on ``start`` and ends by ``last``.

    Returns:
        The node, and the ordinal of its last day.
    """
    if start.day == 1:
        if start.month == 1:
            year = start.year
            for digits, step in ((1, 1000), (2, 100), (3, 10)):
                begins = year % step == 0 or year == 1
                end = year - year % step + step - 1
                if begins and date(end, 12, 31) <= last:
                    return f"{year:04d}"[:digits] + "X" * (4 - digits), date(
                        end, 12, 31
                    ).toordinal()
            if (end_of_year := date(year, 12, 31)) <= last:
                return f"{year:04d}", end_of_year.toordinal()
        end_of_month = _last_of_month(start)
        if end_of_month <= last:
            return f"{start.year:04d}-{start.month:02d}", end_of_month.toordinal()
    return start.isoformat(), start.toordinal()


def covering_nodes(interval: Interval) -> list[str]:
    """
    Cut an interval into the fewest calendar nodes that make it up exactly.

    Args:
        interval: Any ordered interval.

    Returns:
        Disjoint nodes in order of time.

    Example:
        >>> covering_nodes(Interval(date(2019, 12, 31), date(2021, 1, 31)))
        ['2019-12-31', '2020', '2021-01']
    """
    nodes: list[str] = []
    at, last = interval.first.toordinal(), interval.last.toordinal()
    while at <= last:
        node, end = _node_ending_latest(date.fromordinal(at), interval.last)
        nodes.append(node)
        at = end + 1
    return nodes


def ancestors(node: str) -> list[str]:
    """
    Return the nodes that contain ``node``, the narrowest first.

    Example:
        >>> ancestors("2021-09")
        ['2021', '202X', '20XX', '2XXX']
    """
    above: list[str] = []
    while len(node) > 4:
        node = node[:-3]
        above.append(node)
    digits = len(node.rstrip("X"))
    above.extend(node[:n] + "X" * (4 - n) for n in range(digits - 1, 0, -1))
    return above


def node_interval(node: str) -> Interval:
    """
    Return the days of a calendar node.

    Raises:
        DateValueError: ``node`` is not a node of the calendar tree.
    """
    if found := _MILLENNIUM.match(node):
        start = int(found[1]) * 1000
        return Interval.of_years(max(start, 1), start + 999)
    return Interval.parse(node)


def holding_node(interval: Interval) -> str:
    """
    Return the narrowest node that an interval lies in.

    Returns:
        A node, or an empty text where the interval begins in one millennium and ends
        in another.

    Example:
        >>> holding_node(Interval(date(2020, 2, 3), date(2020, 2, 9)))
        '2020-02'
    """
    nodes = covering_nodes(interval)
    if len(nodes) == 1:
        return nodes[0]
    after = set(ancestors(nodes[-1]))
    return next((node for node in ancestors(nodes[0]) if node in after), "")


def index_terms(interval: Interval) -> list[str]:
    """
    Return the terms under which an interval is indexed.

    Args:
        interval: The days that an article mentions, or was published on.

    Returns:
        Distinct terms, sorted; see the module for their kinds.

    Example:
        >>> index_terms(Interval.parse("2021-09"))
        ['2021', '2021-09', '2021-09=', '202X', '20XX', '2XXX']
        >>> index_terms(Interval(date(2021, 9, 30), date(2021, 10, 1)))[:4]
        ['2021', '2021-09-30~', '2021-09~', '2021-10-01~']
    """
    if interval.first == interval.last:  # as most are
        day = interval.first.isoformat()
        year, month = day[:4], day[:7]
        return [year, month, day, year[:3] + "X", year[:2] + "XX", year[:1] + "XXX"]
    nodes = covering_nodes(interval)
    terms = {node + _WHOLE for node in nodes if len(node) < _DAY_LENGTH}
    holder = holding_node(interval)
    around = [holder, *ancestors(holder)] if holder else []
    terms.update(around)
    if len(nodes) > 1:
        terms.add(_held_term(holder, interval))
        for node in nodes:
            below = {node, *ancestors(node)}.difference(around)
            terms.update(node + _CROSSED for node in below)
    return sorted(terms)


class OverlapGroup(NamedTuple):
    """
    Terms that find intervals which overlap a query's, and are worth the same.

    Attributes:
        share: How much of the mention the query covers, as far as the terms tell: 1
            where the mention lies inside, a half where it reaches out, and where it is
            a wider node, the part of the node.
        terms: Terms to look up among those of :func:`index_terms`.
    """

    share: float
    terms: tuple[str, ...]


@lru_cache(maxsize=256)
def overlap_groups(query: Interval) -> tuple[OverlapGroup, ...]:
    """
    Return the terms that together find every interval which overlaps ``query``.

    A person who turns pages, or changes the words beside a filter, asks for the same
    days again: some are kept.

    Args:
        query: The days asked for.

    Returns:
        Groups of distinct terms: an interval overlaps ``query`` if and only if at least
        one of them is among its :func:`index_terms`.

    Example:
        >>> for group in overlap_groups(Interval.parse("2021-09")):
        ...     print(f"{group.share:.3f}", *group.terms)
        1.000 2021-09
        0.500 2021-09~
        0.082 2021=
        0.008 202X=
        0.001 20XX=
        0.000 2XXX=
    """
    nodes = covering_nodes(query)
    inside = tuple(nodes)
    if len(nodes) > 1:
        inside += (_held_term(holding_node(query), query),)
    crossing = tuple(node + _CROSSED for node in nodes)
    groups = [OverlapGroup(1.0, inside), OverlapGroup(_CROSSED_SHARE, crossing)]
    for above in _all_above(nodes):
        whole = node_interval(above)
        common = whole.intersection(query)
        assert common is not None  # it is above a node of the query
        groups.append(OverlapGroup(common.days / whole.days, (above + _WHOLE,)))
    return tuple(groups)


def within_terms(
    query: Interval, walk: Callable[[str], Iterable[str]]
) -> tuple[str, ...]:
    """
    Return the terms that together find every interval which lies within ``query``.

    Args:
        query: The days asked for.
        walk: Yields the terms of the index that begin with a text.  It is asked for
            mentions that no single node covers, and that the holder of ``query`` or
            one of the few nodes between it and the borders holds; of a day, a month, a
            year, it is asked for nothing.

    Returns:
        Distinct terms: an interval lies within ``query`` if and only if at least one of
        them is among its :func:`index_terms`.
    """
    nodes = covering_nodes(query)
    terms = list(nodes)
    holder = holding_node(query)
    # What lies within the query, its own holder holds, or a node below it.
    around = ["", *ancestors(holder)] if holder else []
    inside = {"", *_all_above(nodes)}.difference(around) if len(nodes) > 1 else ()
    for above in sorted(inside):
        for term in walk(f"{above}{_HELD}"):
            days = _held_days(term)
            if days is not None and query.covers(days):
                terms.append(term)
    return tuple(terms)


#: What stands behind a node in terms of the other kinds.
_WHOLE, _CROSSED, _HELD = "=", "~", ":"
_DAY_LENGTH = len("2021-09-11")
#: A mention that crosses a border of a node lies on both sides of it: half of it here,
#: as far as one can tell.
_CROSSED_SHARE = 0.5


def _all_above(nodes: Iterable[str]) -> list[str]:
    """
    Return the ancestors of nodes, each once.
    """
    return list(dict.fromkeys(above for node in nodes for above in ancestors(node)))


def _held_term(holder: str, interval: Interval) -> str:
    """
    Return the term of an interval that no single node covers.
    """
    first, last = interval
    return f"{holder}{_HELD}{first.isoformat()}..{last.isoformat()}"


def _held_days(term: str) -> Interval | None:
    """
    Return the days of :func:`_held_term`; ``None`` for anything else.
    """
    first, _, last = term.partition(_HELD)[2].partition("..")
    try:
        return Interval(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        return None
