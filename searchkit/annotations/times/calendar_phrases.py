"""
Phrases of the calendar: days, months, parts of years, years, decades and centuries.

One function for each rule.  Where the year stands in the phrase its reading is
complete; else the gap is a part of a year.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from searchkit.annotations.times.holidays import BY_EASTER, FIXED, NAMES, holiday
from searchkit.annotations.times.readings import PartOfYear, SamePeriod
from searchkit.annotations.times.values import SEASON_MONTHS
from searchkit.annotations.times.vocabulary import (
    DECADE_WORDS,
    EVENTS,
    NUMBER_WORDS,
    ORDINALS,
    SEASONS,
    TokenClass,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from searchkit.annotations.times.phrase import Phrase
    from searchkit.annotations.times.readings import Reading, Which
    from searchkit.annotations.times.values import Part

_C = TokenClass
_SHORT_YEAR_PIVOT = 50
#: Words that make a name of "September 11".
_ATTACKS = frozenset(
    "attack attacks hijacking hijackings terror terrorist terrorism commission".split()
)
_POSSESSIVES = frozenset("his her their my your our its whose temperatures the".split())


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
            year = c + (1900 if c > _SHORT_YEAR_PIVOT else 2000)
    if not 1000 <= year <= 2100 or not _valid(year, month, day):
        return []
    return phrase.reading(f"{year:04d}-{month:02d}-{day:02d}")


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
    if not _valid(year, month, day):
        return []
    if (month, day, year) == (9, 11, None) and phrase.after in _ATTACKS:
        year = 2001
    value, gap = _day_value(year, month, day)
    if gap is not None:
        gap = replace(gap, which=phrase.which())
    clock = phrase.daypart()
    return phrase.reading(value, gap, end=end, clock=clock)


def _clock_date(phrase: Phrase) -> list[Reading]:
    """
    Read "5 p.m. EST Nov. 9", "9am on 3 May 2020".
    """
    ends = (
        phrase.place(token_class)
        for token_class in (_C.ZONE, _C.MERIDIEM, _C.CLOCK_TIME, _C.CLOCK)
    )
    cut = next(at for at in ends if at is not None) + 1
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
        weeks: dict[int, Part] = {1: "START", 2: "MID", 3: "MID", 4: "END", 0: "END"}
        return _month_reading(phrase, month, year, part=weeks.get(day))
    if not day:
        after = date(2000 + month // 12, month % 12 + 1, 1)
        day = (after - date(2000, month, 1)).days
        if month == 2 and (year is None or not _valid(year, 2, 29)):
            day = 28
    if not _valid(year, month, day):
        return []
    value, gap = _day_value(year, month, day)
    return phrase.reading(value, gap)


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
        in_year = _year_words(phrase)
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
        return phrase.reading("XXXX-XX-XX", gap, first=start)
    return phrase.reading(holiday(name, year).isoformat())


def _which_before(phrase: Phrase) -> Which | None:
    which: dict[str, Which] = {"last": "last", "next": "next", "this": "this"}
    return which.get(phrase.before)


def _year_words(phrase: Phrase) -> int | None:
    """
    Return by how many years "last year", "this year" and the like move the anchor.
    """
    at = phrase.place(_C.UNIT)
    while at is not None and at < phrase.end:
        if phrase.tokens.class_at(at) == _C.UNIT and phrase.tokens.lower(at) == "year":
            back = at - 1
            while phrase.tokens.class_at(back) == _C.FISCAL:
                back -= 1
            moved = {_C.LAST: -1, _C.NEXT: 1, _C.THIS: 0, _C.SAME: 0, _C.THE: 0}
            ago = {_C.AGO, _C.LATER}
            if phrase.tokens.class_at(at + 1) in ago:
                return -1
            if phrase.tokens.class_at(at + 1) == _C.DASH and (
                phrase.tokens.class_at(at + 2) in ago
            ):
                return -1
            token_class = phrase.tokens.class_at(back)
            for key, years in moved.items():
                if token_class == key:
                    return years
        at += 1
    return None


def _in_year(
    phrase: Phrase, form: str, month: int, part: Part | None = None
) -> list[Reading]:
    """
    Read a part of a year whose year stands in the phrase, is told, or is open.
    """
    year = phrase.year()
    if year is not None:
        return phrase.reading(f"{year:04d}{form}", part=part)
    gap = PartOfYear(form, month, None, phrase.which(), _year_words(phrase))
    return phrase.reading("XXXX" + form, gap, part=part)


def _month_reading(
    phrase: Phrase, month: int, year: int | None, part: Part | None
) -> list[Reading]:
    form = f"-{month:02d}"
    if year is not None:
        return phrase.reading(f"{year:04d}{form}", part=part)
    return phrase.reading("XXXX" + form, PartOfYear(form, month), part=part)


def _month(phrase: Phrase) -> list[Reading]:
    """
    Read "February", "February 2020", "June last year", "next May", "mid-November".
    """
    month = phrase.month()
    return _in_year(phrase, f"-{month:02d}", month, phrase.part())


def _season(phrase: Phrase) -> list[Reading]:
    """
    Read "summer 2020", "last winter", "the fall", "spring of next year".
    """
    bare = phrase.classes == _C.SEASON
    if bare and phrase.before not in _BEFORE_SEASONS:
        return []
    code = SEASONS[phrase.word(_C.SEASON)]
    return _in_year(phrase, f"-{code}", SEASON_MONTHS[code], phrase.part())


_BEFORE_SEASONS = frozenset(
    "in by until during since of through from every each".split()
)


def _quarter(phrase: Phrase) -> list[Reading]:
    """
    Read "Q3 2020", "the third quarter", "last year's fourth-quarter".
    """
    short = phrase.word(_C.QUARTER)
    if short:
        number = int(short[1])
    else:
        at = phrase.place(_C.ORDINAL)
        assert at is not None
        behind = at + 2 if phrase.tokens.class_at(at + 1) == _C.DASH else at + 1
        number = ORDINALS[phrase.tokens.lower(at)]
        if phrase.tokens.lower(behind) != "quarter" or number > 4:
            return []
    return _in_year(phrase, f"-Q{number}", 3 * number - 2, phrase.part())


def _half(phrase: Phrase) -> list[Reading]:
    number = 2 if phrase.word(_C.LAST) == "last" else 0
    number = ORDINALS.get(phrase.word(_C.ORDINAL), number)
    if number not in (1, 2):
        return []
    told = phrase.year() is not None or _year_words(phrase) is not None
    if not told and phrase.after == "of":
        return []  # the first half of the match
    return _in_year(phrase, f"-H{number}", 6 * number - 5)


def _year_ago_period(phrase: Phrase) -> list[Reading]:
    """
    Read "the year-ago quarter", "the year-earlier period", "year-earlier".
    """
    if phrase.word(_C.UNIT) != "year":
        return []
    word = phrase.word(_C.PERIOD) or phrase.word(_C.UNIT, 1)
    if word in ("quarter", "period", ""):
        return phrase.reading("PAST_REF", SamePeriod(-1))
    return []


def _decade(phrase: Phrase) -> list[Reading]:
    word = phrase.word(_C.DECADE)
    year = int(word[:4]) if word else phrase.year()
    if year is None or year % 10 or (not word and _C.THE not in phrase.classes):
        return []
    return phrase.reading(f"{year // 10}X", part=phrase.part())


def _short_decade(phrase: Phrase) -> list[Reading]:
    """
    Read "the '90s", "the nineties"; "in her nineties" is an age.
    """
    if phrase.before in _POSSESSIVES or phrase.after in ("percent", "per", "and"):
        return []
    word = phrase.word(_C.SHORT_DECADE)
    number = DECADE_WORDS.get(word)
    if number is None:
        number = int(word[0])
    century = 20 if number < 2 else 19
    return phrase.reading(f"{century}{number}X", part=phrase.part())


def _century(phrase: Phrase) -> list[Reading]:
    number = phrase.days()[0]
    if not 1 <= number <= 30:
        return []
    if _C.BEFORE_ERA in phrase.classes:
        return phrase.reading(f"BC{number - 1:02d}XX")
    return phrase.reading(f"{number - 1:02d}XX", part=phrase.part())


def _era_year(phrase: Phrase) -> list[Reading]:
    word = phrase.word(_C.YEAR) or phrase.word(_C.NUMBER) or phrase.word(_C.DAY)
    if not word.isdigit() or not 1 <= int(word) <= 9999:
        return []
    year = int(word)
    before = _C.BEFORE_ERA in phrase.classes
    return phrase.reading(f"BC{year:04d}" if before else f"{year:04d}")


def _year(phrase: Phrase) -> list[Reading]:
    """
    Read "2020", "mid-2020", "the end of 1990", "fiscal 1989".
    """
    at = phrase.place(_C.YEAR)
    assert at is not None
    if _C.UNIT in phrase.classes and phrase.word(_C.UNIT) != "year":
        return phrase.reading(phrase.tokens.words[at], first=at)
    return phrase.reading(phrase.tokens.words[at], part=phrase.part())


def _short_years(phrase: Phrase) -> list[Reading]:
    """
    Read "1914-18" and "2001–14"; "2020-02" is a month.
    """
    at = phrase.place(_C.YEAR)
    assert at is not None
    year, short = int(phrase.tokens.words[at]), phrase.tokens.words[phrase.end - 1]
    adjacent = all(phrase.tokens.adjacent(index) for index in (at + 1, at + 2))
    if adjacent and len(short) == 2 and short.isdigit():
        last = year // 100 * 100 + int(short)
        hyphen = phrase.tokens.words[at + 1] == "-"
        if hyphen and 1 <= int(short) <= 12 and last != year + 1:
            return phrase.reading(f"{year}-{short}", first=at)
        if last > year:
            return phrase.reading(f"{year}/{last}")
    return phrase.reading(phrase.tokens.words[at], first=at, end=at + 1)


def _spelled_year(phrase: Phrase) -> list[Reading]:
    """
    Read "nineteen ninety-six" and "twenty twenty".
    """
    numbers = [
        NUMBER_WORDS[phrase.tokens.lower(index)]
        for index in range(phrase.first, phrase.end)
        if phrase.tokens.classes[index] == _C.NUMBER_WORD
    ]
    if len(numbers) == 3 and not (numbers[1] >= 20 and numbers[2] < 10):
        return []
    if numbers[0] not in (18, 19, 20) or not 10 <= numbers[1] < 100:
        return []
    return phrase.reading(str(numbers[0] * 100 + sum(numbers[1:])))


CALENDAR_READERS: dict[str, Callable[[Phrase], list[Reading]]] = {
    "numeric_date": _numeric_date,
    "event": _event,
    "days_of_month": _days_of_month,
    "month_days": _days_of_month,
    "short_years": _short_years,
    "edge_day": _edge_day,
    "month_day": _month_day,
    "day_month": _month_day,
    "holiday": _holiday,
    "clock_date": _clock_date,
    "month_year": _month,
    "month_of_year": _month,
    "season_year": _season,
    "quarter": _quarter,
    "half": _half,
    "year_ago_period": _year_ago_period,
    "decade": _decade,
    "short_decade": _short_decade,
    "century": _century,
    "relative_month": _month,
    "relative_season": _season,
    "era_year": _era_year,
    "year": _year,
    "spelled_year": _spelled_year,
    "month": _month,
    "season": _season,
}
"""The function for each rule about the calendar."""
