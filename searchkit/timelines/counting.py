"""
Counting: which buckets of the calendar have articles, how many, and the best of each.

An engine finds what lies within any days.  To ask it for every day of the calendar
would take millions of questions; so it is asked for millennia first, then for the
centuries of those that have something, and so on down to the size that is wanted.  What
lies within a bucket lies within everything around it, so nothing is passed over.  A
week may lie in two months, years and decades: weeks are looked for in years of whole
weeks instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from searchkit.errors import TooManyBucketsError
from searchkit.intervals import Interval
from searchkit.queries.tree import DateRange, all_of, any_of
from searchkit.settings import AUTO_BARS, AUTO_PERCENT, MAX_BUCKETS
from searchkit.timelines.calendar import (
    BucketSize,
    bucket_days,
    bucket_number,
    iso_years,
    numbers_within,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from searchkit.engines.base import Matches, ScoredId
    from searchkit.queries.tree import Clock, Query

#: The sizes that are tried, in this order, after decades.
_FINER: tuple[BucketSize, ...] = ("year", "month", "week", "day")


class Ask(Protocol):
    """
    One question to an engine: ``limit`` of the best matches, and the number of all.
    """

    def __call__(self, query: Query, /, *, limit: int, count: bool = True) -> Matches:
        """
        Ask.
        """


class Tally(NamedTuple):
    """
    What a bucket has: how many articles, 1 or more, and the best of them.
    """

    articles: int
    top: ScoredId


class BucketCounter:
    """
    Counts what matches a tree in the buckets of any size.

    Args:
        tree: What the articles match.
        clock: The dates that are looked at.
        ask: Asks the engine.
    """

    def __init__(self, tree: Query, clock: Clock, ask: Ask) -> None:
        self._tree = tree
        self._clock = clock
        self._ask = ask
        self._tallies: dict[BucketSize, dict[int, Tally]] = {}

    def tallies(self, size: BucketSize) -> dict[int, Tally]:
        """
        Count the articles of each bucket that has some.

        Returns:
            Numbers of buckets in order of time, each with what it has.

        Raises:
            TooManyBucketsError: They are more than ``MAX_BUCKETS``, or wider ones are
                on the way to them.
        """
        if size in self._tallies:
            return self._tallies[size]
        found: dict[int, Tally] = {}
        for number in self._candidates(size):
            matches = self._ask(self._in(bucket_days(size, number)), limit=1)
            if not matches.total:
                continue
            if len(found) == MAX_BUCKETS:
                raise TooManyBucketsError(size, MAX_BUCKETS)
            found[number] = Tally(matches.total, matches.page[0])
        self._tallies[size] = found
        return found

    def count_articles(self, size: BucketSize) -> int:
        """
        Count the articles that are in at least one bucket.

        Raises:
            TooManyBucketsError: As for :meth:`tallies`.
        """
        tallies = self.tallies(size)
        if self._clock == "published":
            return sum(
                tally.articles for tally in tallies.values()
            )  # each has one date
        ranges = (self._range(bucket_days(size, number)) for number in tallies)
        return self._ask(all_of([self._tree, any_of(ranges)]), limit=0).total or 0

    def choose(self, dated: int) -> BucketSize:
        """
        Choose the size of buckets that shows most.

        From decades down, a finer size is taken as long as the middle ``AUTO_PERCENT``
        per cent of what is counted fit into ``AUTO_BARS`` bars, and at least half of
        the dated articles are counted.

        Args:
            dated: How many articles have a date at all.
        """
        size: BucketSize = "decade"
        for finer in _FINER:
            counts = self._counts(size)
            if not counts:
                break
            first, last = middle(counts)
            # As few bars as there can be when the outermost have next to nothing.
            begin = bucket_number(finer, bucket_days(size, first).last)
            end = bucket_number(finer, bucket_days(size, last).first)
            if end - begin >= AUTO_BARS or not self._suits(finer, dated):
                break
            size = finer
        return size

    def _suits(self, size: BucketSize, dated: int) -> bool:
        try:
            counts = self._counts(size)
        except TooManyBucketsError:
            return False
        if not counts:
            return False
        first, last = middle(counts)
        return last - first < AUTO_BARS and 2 * self.count_articles(size) >= dated

    def _counts(self, size: BucketSize) -> dict[int, int]:
        return {number: tally.articles for number, tally in self.tallies(size).items()}

    def _candidates(self, size: BucketSize) -> Iterator[int]:
        """
        Walk over the numbers of buckets that may have something, in order.
        """
        match size:
            case "decade":
                for first, _ in self._years(Interval.of_years, (1000, 100)):
                    yield from range(first // 10, first // 10 + 10)
            case "year":
                for number in self.tallies("decade"):
                    yield from numbers_within("year", bucket_days("decade", number))
            case "month":
                for number in self.tallies("year"):
                    yield from numbers_within("month", bucket_days("year", number))
            case "day":
                for number in self.tallies("month"):
                    yield from numbers_within("day", bucket_days("month", number))
            case "week":
                for first, last in self._years(iso_years, (1000, 100, 10, 1)):
                    yield from numbers_within("week", iso_years(first, last))

    def _years(
        self, days_of: Callable[[int, int], Interval], steps: Iterable[int]
    ) -> list[tuple[int, int]]:
        """
        Find the groups of years in which something lies.

        Args:
            days_of: Returns the days of some years, given the first and the last.
            steps: How many years belong together, from many to few.

        Returns:
            First and last year of the groups of the last step, in order.
        """
        groups = [(1, 9999)]
        for step in steps:
            groups = [
                part
                for group in groups
                for part in _parts(*group, step)
                if self._ask(self._in(days_of(*part)), limit=1, count=False).page
            ]
        return groups

    def _in(self, days: Interval) -> Query:
        return all_of([self._tree, self._range(days)])

    def _range(self, days: Interval) -> DateRange:
        return DateRange(self._clock, *days, within=True)


def _parts(first: int, last: int, step: int) -> Iterator[tuple[int, int]]:
    """
    Cut the years from ``first`` to ``last`` at the multiples of ``step``.
    """
    for start in range(first - first % step, last + 1, step):
        yield max(start, first), min(start + step - 1, last)


def middle(
    counts: Mapping[int, int], *, percent: int = AUTO_PERCENT
) -> tuple[int, int]:
    """
    Find the buckets that hold the middle of what is counted.

    Args:
        counts: What each bucket counts, 1 or more, by its number and in order of time;
            at least one.
        percent: How much belongs to the middle; the rest lies on both sides of it, at
            most a half on each.

    Returns:
        The numbers of the first and of the last bucket.

    Example:
        >>> middle({1066: 1, 2019: 12, 2020: 20, 2021: 8})
        (2019, 2021)
    """
    spare = sum(counts.values()) * (100 - percent)  # in two hundredths

    def outermost(numbers: Iterable[int]) -> int:
        passed = 0
        for number in numbers:
            passed += counts[number]
            if passed * 200 > spare:
                break
        return number

    return outermost(counts), outermost(reversed(list(counts)))
