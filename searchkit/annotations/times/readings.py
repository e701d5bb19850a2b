"""
Readings: what an expression says by itself, and what it leaves open.

"12 May 2020" is complete.  "12 May" lacks the year, "last week" all but its distance
from the day of publication: such a reading carries one of the four gaps below, which
``anchor`` closes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from searchkit.annotations.model import TimeType
    from searchkit.annotations.times.values import Part

Which: TypeAlias = Literal["last", "next", "this"]
"""Which one of a kind: the one before the anchor, after it, or around it."""

Base: TypeAlias = Literal["published", "mentioned", "near", "told"]
"""
What is counted from: the publication date, or the date last mentioned.

``near`` is the date last mentioned where it stands close by, else that of publication.
``told`` is the date that a text is about: in narrative the one last mentioned, in news
that of publication.
"""


@dataclass(frozen=True, slots=True)
class Shift:
    """
    A unit so many units away from the anchor: "last week", "20 years ago".

    Attributes:
        unit: A code of :data:`~.vocabulary.UNITS`, or ``C`` for a century.
        count: How many units on; negative goes back.
        base: What is counted from.
        by_tense: The tense of the sentence tells whether it lies behind or ahead.
    """

    unit: str
    count: float
    base: Base = "published"
    by_tense: bool = False


@dataclass(frozen=True, slots=True)
class DayOfWeek:
    """
    A weekday near the anchor; bare ones go by the tense of the sentence.

    Attributes:
        weekday: Monday is 0.
        which: ``None`` where the words do not say.
        base: What ``which`` counts from.
        weeks: How many weeks from the anchor's, where the words tell the week itself
            ("Friday next week" is 1); beats ``which``.
    """

    weekday: int
    which: Which | None = None
    base: Base = "published"
    weeks: int | None = None


@dataclass(frozen=True, slots=True)
class PartOfYear:
    """
    Something that comes once a year, whose year is open: "May", "summer", "Easter".

    Attributes:
        form: The value without its year: ``-05``, ``-05-12``, ``-Q3``, ``-SU``; empty
            for a movable holiday.
        month: Its first month, which decides what is before and after the anchor;
            for a movable holiday the month that it mostly falls in.
        day: Its day, or ``None`` where it is longer than that.
        which: ``None`` where the words do not say.
        years: How many years from the anchor's, where the words tell the year itself
            ("June last year" is -1); beats ``which``.
        holiday: The name of a movable holiday.
        weekday: Monday is 0; with ``number``, for "the first Friday of May".
        number: Which one of the month, 1 to 5; -1 is the last.
    """

    form: str
    month: int
    day: int | None = None
    which: Which | None = None
    years: int | None = None
    holiday: str = ""
    weekday: int | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """
    A day whose month is open: "on the 12th".

    Attributes:
        day: 1 to 31; 0 where ``weekday`` says which.
        months: How many months from the anchor's, where the words tell ("the 20th of
            next month" is 1).
        weekday: Monday is 0.
        number: Which one of the month, 1 to 5; -1 is the last.
    """

    day: int
    months: int | None = None
    weekday: int | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class SamePeriod:
    """
    The quarter or period under report, or the one a year before: "the quarter".

    Attributes:
        years: 0, or -1 for "the year-ago quarter".
        known: It must have been named before: "the quarter" may be one of a town.
    """

    years: int
    known: bool = False


Gap: TypeAlias = Shift | DayOfWeek | PartOfYear | DayOfMonth | SamePeriod


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What a run of tokens says.

    Attributes:
        type: As in TIMEX3.
        value: The normal form, with ``X`` for what is open.
        first: Number of its first token.
        end: Number of the token behind its last.
        gap: What the anchor has to tell; ``None`` where ``value`` is complete.
        clock: What is added to the value of a day: ``T10:35``, ``TNI``.
        part: The third of it that the words speak of.
        approximate: The words say that the edges are vague.
        around: ``W`` or ``WE`` where the week or weekend of the day is meant.
    """

    type: TimeType
    value: str
    first: int
    end: int
    gap: Gap | None = None
    clock: str = ""
    part: Part | None = None
    approximate: bool = False
    around: Literal["", "W", "WE"] = ""
