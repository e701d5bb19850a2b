"""
The values that a timeline is made of.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

from searchkit.values import Value, ValueType

if TYPE_CHECKING:
    from searchkit.hits import Hit
    from searchkit.intervals import Interval
    from searchkit.queries.notes import Note
    from searchkit.queries.tree import Clock
    from searchkit.timelines.calendar import BucketSize


class Bucket(Value):
    """
    A stretch of the calendar in which something lies.

    Attributes:
        interval: Its days.
        label: Its name: ``2021-08-15``, ``2021-W32``, ``2021-08``, ``2021``, ``2020s``.
        count: How many articles that match have a date in it, 1 or more.
        filter: The part of a query that finds just these, ``dates-within:2021-08``.
        top: The best of them, as a hit without quotations and highlights: the first
            that the query with the filter finds.
    """

    interval: Interval
    label: str
    count: int
    filter: str
    top: Hit


class _SequenceType(ValueType, ABCMeta):
    """
    The class of values that are sequences.
    """


class Timeline(Value, Sequence[Bucket], metaclass=_SequenceType):
    """
    How many of the articles that match lie in each bucket of the calendar.

    A sequence of its :class:`Bucket` objects in order of time, those with no article
    left out; it is false where there are none.

    Attributes:
        query: The query string as given.
        interpretation: How it was understood, as a query string that means the same.
        by: What was counted by: ``dates`` that the texts mention, or ``published``.
        bucket: The size of the buckets, as given or chosen.
        total: How many articles match in all.
        undated: How many of them have no date.
        wider: How many have one, but none that lies in a bucket of this size.
        buckets: Those with at least one article.
        notes: What was set aside, corrected or relaxed.
    """

    query: str
    interpretation: str
    by: Clock
    bucket: BucketSize
    total: int
    undated: int
    wider: int
    buckets: tuple[Bucket, ...]
    notes: tuple[Note, ...] = ()

    def __len__(self) -> int:
        return len(self.buckets)

    @overload
    def __getitem__(self, index: int) -> Bucket: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Bucket]: ...

    def __getitem__(self, index: int | slice) -> Bucket | Sequence[Bucket]:
        return self.buckets[index]
