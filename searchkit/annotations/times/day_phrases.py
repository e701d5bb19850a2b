"""
Phrases of one day: by month and number, by weekday, by a number, by name.

One function for each rule, as in ``calendar_phrases``, which has all longer than a day.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from searchkit.annotations.times.calendar_phrases import month_reading, years_told
from searchkit.annotations.times.holidays import (
    BY_EASTER,
    BY_MOON,
    FIXED,
    NAMES,
    holiday,
    value_of_holiday,
    weekday_of_month,
)
from searchkit.annotations.times.phrase import full_year, is_military
from searchkit.annotations.times.readings import DayOfMonth, PartOfYear
from searchkit.annotations.times.values import interval_of
from searchkit.annotations.times.vocabulary import (
    EVENTS,
    SHORT_MONTHS,
    WEEKDAYS,
    TokenClass,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from searchkit.annotations.times.phrase import Phrase
    from searchkit.annotations.times.readings import Reading, Which
    from searchkit.annotations.times.values import Part

_C = TokenClass
#: Words that make a name of "September 11".
_ATTACKS = frozenset(
    "attack attacks hijacking hijackings terror terrorist terrorism commission".split()
)


def _valid(year: int | None, month: int, day: int) -> bool:
    """
    Tell whether there is such a day, in a leap year where the year is open.
    """
    try:
        date(year or 2000, month, day)
    except ValueError:
        return False
    return True


def _numeric_date(phrase: Phrase) -> list[Reading]:
    """
    Read 2020-02-29, 29/02/2020 and 29.02.2020.

    Where day and month might be the other way round, there is no reading.
    """
    text = phrase.word(_C.DATE)
    if "w" in text:
        return phrase.reading(text[:8].upper()) if interval_of(text.upper()) else []
    text, _, clock = text.partition("t")
    a, b, c = (int(part) for part in re.split(r"[-/.]", text))
    if len(text) - len(text.lstrip("0123456789")) >= 4:
        year, month, day = a, b, c
    else:
        if 31 < a < 1000:
            return []
        day, month, year = (b, a, c) if b > 12 else (a, b, c)
        if "." not in text and day <= 12 and day != month:
            return []
        if c < 100:
            year = full_year(c)
    if not 1000 <= year <= 2100 or not _valid(year, month, day):
        return []
    value = f"{year:04d}-{month:02d}-{day:02d}"
    return phrase.reading(value, clock=f"T{clock[:5]}" if clock else "")


def _event(phrase: Phrase) -> list[Reading]:
    return phrase.reading(EVENTS[phrase.word(_C.EVENT)])


def _day_value(year: int | None, month: int, day: int) -> tuple[str, PartOfYear | None]:
    form = f"-{month:02d}-{day:02d}"
    if year is not None:
        return f"{year:04d}{form}", None
    return f"XXXX{form}", PartOfYear(form, month, day)


def _month_day(phrase: Phrase) -> list[Reading]:
    """
    Read "29 February 2020", "Feb. 29", "Saturday, 29 February", "the first of May".
    """
    month, days, year = phrase.month(), phrase.days(), phrase.year()
    day = days[0]
    end = phrase.end
    if year is not None and phrase.tokens.class_at(end) == _C.UNIT:
        # "on May 5, 2020 hours of tape" counts; the year is not part of it
        year = None
        end = phrase.place(_C.YEAR) or end
    short = phrase.place(_C.NUMBER)
    if year is None and short is not None:
        year, end = _short_year(phrase, short), short
        if year is not None:
            end = short + 1
    if not _valid(year, month, day):
        return []
    if (month, day, year) == (9, 11, None) and phrase.after in _ATTACKS:
        year = 2001
    value, gap = _day_value(year, month, day)
    if gap is not None:
        gap = replace(gap, which=phrase.which())
    clock = phrase.daypart()
    return phrase.reading(value, gap, end=end, clock=clock)


def _short_year(phrase: Phrase, at: int) -> int | None:
    """
    Return the year of "27 Feb 91"; after a whole name of a month it is a number.
    """
    number = phrase.tokens.words[at]
    short = phrase.word(_C.MONTH) in SHORT_MONTHS
    return full_year(int(number)) if short and number.isdecimal() else None


def _clock_date(phrase: Phrase) -> list[Reading]:
    """
    Read "5 p.m. EST Nov. 9", "9am on 3 May 2020".
    """
    ends = (
        phrase.place(token_class)
        for token_class in (_C.ZONE, _C.MERIDIEM, _C.CLOCK_TIME, _C.CLOCK)
    )
    told = [at for at in ends if at is not None]
    if not told:  # 0800 on 28 February
        at = phrase.first
        if not is_military(phrase.tokens.words[at]):
            return []
        told = [at + (phrase.tokens.class_at(at + 1) == _C.UNIT)]
    cut = told[0] + 1
    clock = replace(phrase, end=cut).clock()
    return [
        replace(
            day, type="TIME", value=day.value + clock, clock=clock, first=phrase.first
        )
        for day in _month_day(replace(phrase, first=cut))
        if clock
    ]


def _days_of_month(phrase: Phrase) -> list[Reading]:
    """
    Read "2–6 May 2021" and "May 2-6" as a range, "4 and 9 May" as two days.
    """
    month, year = phrase.month(), phrase.year()
    if fraction := phrase.word(_C.FRACTION):  # the night of 23/24 October
        first_day, last_day = map(int, fraction.split("/"))
        if last_day != first_day + 1:
            return []
    else:
        first_day, last_day = phrase.days()
    if phrase.tokens.class_at(phrase.end) in (_C.MERIDIEM, _C.UNIT) and year is None:
        return []
    if not (_valid(year, month, first_day) and _valid(year, month, last_day)):
        return []
    value, gap = _day_value(year, month, first_day)
    last_value, last_gap = _day_value(year, month, last_day)
    between = phrase.word(_C.FROM) == "between"
    if first_day < last_day and (not phrase.word(_C.AND) or between):
        whole = f"{value}/{last_value}"
        if gap is not None:
            gap = PartOfYear(f"-{month:02d}-{first_day:02d}/{last_value[4:]}", month)
        return phrase.reading(whole, gap)
    if not phrase.word(_C.AND):
        return []
    cut = phrase.place(_C.AND)
    assert cut is not None
    return [
        *phrase.reading(value, gap, end=cut),
        *phrase.reading(last_value, last_gap, first=cut + 1),
    ]


def _unit_of_day(phrase: Phrase) -> list[Reading]:
    """
    Read "the week of March 6" and "the week ended 12 May" as weeks.

    Of "the quarter ended Sept. 30" both parts are read, each by itself.
    """
    unit, plural = phrase.unit()
    ended = phrase.place(_C.ENDED)
    if plural or unit.startswith("T") or (ended is None and unit not in ("W", "WE")):
        return []
    at = phrase.place(_C.UNIT)
    assert at is not None
    around: Literal["W", "WE"] | None = (
        "W" if unit == "W" else "WE" if unit == "WE" else None
    )
    days = _month_day(replace(phrase, first=at + 2))
    if around is not None:
        return [replace(day, first=phrase.first, around=around) for day in days]
    value = f"P1{unit}" if unit in ("D", "M", "Q", "Y") else ""
    if not value:
        return days
    return [*phrase.reading(value, end=at + 1, kind="DURATION"), *days]


def _edge_day(phrase: Phrase) -> list[Reading]:
    """
    Read "the last day of May 2020", "the first week of May"; a week is its month.
    """
    month, year = phrase.month(), phrase.year()
    unit, plural = phrase.unit()
    if plural or unit not in ("D", "W", "WE"):
        return []
    days = phrase.days()
    day = days[0] if days else 0
    if unit != "D":
        weeks: dict[int, Part] = {1: "W1", 2: "W2", 3: "W3", 4: "W4", 0: "WL"}
        return month_reading(phrase, month, year, part=weeks.get(day))
    if not day:
        after = date(2000 + month // 12, month % 12 + 1, 1)
        day = (after - date(2000, month, 1)).days
        if month == 2 and (year is None or not _valid(year, 2, 29)):
            day = 28
    if not _valid(year, month, day):
        return []
    value, gap = _day_value(year, month, day)
    return phrase.reading(value, gap)


def _weekday_of_month(phrase: Phrase) -> list[Reading]:
    """
    Read "the first Friday of May", "the last Monday of next month".
    """
    days = phrase.days()
    number, weekday = (days[0] if days else -1), WEEKDAYS[phrase.word(_C.WEEKDAY)]
    if number > 5:
        return []
    month = phrase.month()
    if not month:
        return _in_relative_month(phrase, DayOfMonth(0, None, weekday, number))
    year = phrase.year()
    if year is None:
        gap = PartOfYear(f"-{month:02d}", month, None, weekday=weekday, number=number)
        return phrase.reading("XXXX-XX-XX", gap)
    try:
        day = weekday_of_month(year, month, weekday, number)
    except ValueError:
        return []
    return phrase.reading(day.isoformat())


def _day_of_relative_month(phrase: Phrase) -> list[Reading]:
    """
    Read "the 20th of next month".
    """
    return _in_relative_month(phrase, DayOfMonth(phrase.days()[0]))


def _in_relative_month(phrase: Phrase, day: DayOfMonth) -> list[Reading]:
    moved = {"last": -1, "this": 0, "next": 1}
    unit, plural = phrase.unit()
    at = phrase.place(_C.OF)
    which = replace(phrase, first=(at or phrase.first) + 1).which()
    if unit != "M" or plural or which is None:
        return []
    return phrase.reading("XXXX-XX-XX", replace(day, months=moved[which]))


def _holiday(phrase: Phrase) -> list[Reading]:
    start = phrase.first
    length = phrase.classes.count(_C.HOLIDAY_REST) + 1
    words = "".join(
        ("" if phrase.tokens.adjacent(index) else " ") + phrase.tokens.lower(index)
        for index in range(start, start + length)
    )
    name = words.strip().replace("’", "'")
    if name not in NAMES:
        return []
    year = phrase.year()
    if year is None:
        in_year = years_told(phrase)
        years = in_year if isinstance(in_year, int) else None
        which = _which_before(phrase)
        if which is not None:
            start -= 1
        if name in FIXED:
            month, day = FIXED[name]
            form = f"-{month:02d}-{day:02d}"
            gap = PartOfYear(form, month, day, which, years)
            return phrase.reading("XXXX" + form, gap, first=start)
        month = 4 if name in BY_EASTER else holiday(name, 2000).month
        gap = PartOfYear("", month, None, which, years, name)
        readings = phrase.reading("XXXX-XX-XX", gap, first=start)
    else:
        try:
            readings = phrase.reading(value_of_holiday(name, year))
        except ValueError:
            return []
    if name in BY_MOON:
        return [replace(reading, approximate=True) for reading in readings]
    return readings


def _which_before(phrase: Phrase) -> Which | None:
    which: dict[str, Which] = {"last": "last", "next": "next", "this": "this"}
    return which.get(phrase.before)


DAY_READERS: dict[str, Callable[[Phrase], list[Reading]]] = {
    "numeric_date": _numeric_date,
    "event": _event,
    "days_of_month": _days_of_month,
    "month_days": _days_of_month,
    "unit_of_day": _unit_of_day,
    "edge_day": _edge_day,
    "weekday_of_month": _weekday_of_month,
    "day_of_relative_month": _day_of_relative_month,
    "month_day": _month_day,
    "day_month": _month_day,
    "holiday": _holiday,
    "clock_date": _clock_date,
}
"""The function for each rule about days."""
