"""
Phrases of the calendar: months, parts of years, years, decades and centuries.

One function for each rule.  Where the year stands in the phrase its reading is
complete; else the gap is a part of a year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.annotations.times.readings import (
    PartOfYear,
    SamePeriod,
)
from searchkit.annotations.times.values import SEASON_MONTHS
from searchkit.annotations.times.vocabulary import (
    DECADE_WORDS,
    ORDINALS,
    SEASONS,
    TokenClass,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from searchkit.annotations.times.phrase import Phrase
    from searchkit.annotations.times.readings import Reading
    from searchkit.annotations.times.values import Part

_C = TokenClass
_POSSESSIVES = frozenset("his her their my your our its whose temperatures the".split())


def years_told(phrase: Phrase) -> int | None:
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
    gap = PartOfYear(form, month, None, phrase.which(), years_told(phrase))
    end = phrase.place(_C.NUMBER_WORD)  # "in May twenty people"
    if end is not None and phrase.tokens.class_at(end - 1) == _C.OF:
        end -= 1
    return phrase.reading("XXXX" + form, gap, end=end, part=part)


def month_reading(
    phrase: Phrase, month: int, year: int | None, part: Part | None
) -> list[Reading]:
    """
    Read a month, or a part of it, in a year that is told or open.
    """
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
    at = phrase.place(_C.SEASON)
    following = phrase.tokens.words[phrase.end : phrase.end + 1]
    if following and phrase.tokens.words[at or 0].istitle() and following[0].istitle():
        # "the 1936 Summer Olympics"
        year = phrase.place(_C.YEAR)
        if year is None or year != phrase.end - 2:
            return []
        return phrase.reading(f"{phrase.year():04d}", first=year, end=year + 1)
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
    told = phrase.year() is not None or years_told(phrase) is not None
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
    if year % 100 == 0 and year < 2000:  # the 1600s
        return phrase.reading(f"{year // 100}XX", part=phrase.part())
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
    if not word.isdecimal() or not 1 <= int(word) <= 9999:
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
    value = f"{phrase.year():04d}"
    if _C.UNIT in phrase.classes and phrase.word(_C.UNIT) != "year":
        return phrase.reading(value, first=at)
    return phrase.reading(value, part=phrase.part())


def _short_years(phrase: Phrase) -> list[Reading]:
    """
    Read "1914-18" and "2001–14"; "2020-02" is a month.
    """
    at = phrase.place(_C.YEAR)
    assert at is not None
    year, short = phrase.year() or 0, phrase.tokens.words[phrase.end - 1]
    adjacent = all(phrase.tokens.adjacent(index) for index in (at + 1, at + 2))
    if adjacent and len(short) == 2 and short.isdecimal():
        last = year // 100 * 100 + int(short)
        hyphen = phrase.tokens.words[at + 1] == "-"
        if hyphen and 1 <= int(short) <= 12 and last != year + 1:
            return phrase.reading(f"{year}-{short}", first=at)
        if last > year:
            return phrase.reading(f"{year}/{last}")
    return phrase.reading(f"{year:04d}", first=at, end=at + 1)


def _spelled_year(phrase: Phrase) -> list[Reading]:
    """
    Read "nineteen ninety-six" and "twenty twenty".
    """
    year = phrase.spelled_year()
    if year is None:
        return []
    named = phrase.word(_C.UNIT) == "year"
    first = phrase.first if named else phrase.place(_C.NUMBER_WORD)
    return phrase.reading(str(year), first=first)


CALENDAR_READERS: dict[str, Callable[[Phrase], list[Reading]]] = {
    "short_years": _short_years,
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
    "fiscal_year": _year,
    "spelled_year": _spelled_year,
    "month": _month,
    "season": _season,
}
"""The function for each rule about months and what is longer."""
