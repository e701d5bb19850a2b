"""
Holidays and named days: on which day of a year they fall.

Those of the English-speaking world that news uses as dates, and the great feasts of
Islam.  The date of Easter is by the anonymous Gregorian algorithm (Meeus, "Astronomical
Algorithms", chapter 8), Islamic dates are by the tabular calendar.  Mother's Day and
Election Day are those of the United States.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

#: Days of the same month and day each year, by their words in lower case.
FIXED: dict[str, tuple[int, int]] = {
    "new year's day": (1, 1),
    "new year's": (1, 1),
    "valentine's day": (2, 14),
    "st. patrick's day": (3, 17),
    "st patrick's day": (3, 17),
    "saint patrick's day": (3, 17),
    "groundhog day": (2, 2),
    "international women's day": (3, 8),
    "anzac day": (4, 25),
    "earth day": (4, 22),
    "ve day": (5, 8),
    "victory day": (5, 9),
    "juneteenth": (6, 19),
    "canada day": (7, 1),
    "australia day": (1, 26),
    "guy fawkes night": (11, 5),
    "remembrance day": (11, 11),
    "st. stephen's day": (12, 26),
    "st stephen's day": (12, 26),
    "hogmanay": (12, 31),
    "april fools' day": (4, 1),
    "april fool's day": (4, 1),
    "may day": (5, 1),
    "independence day": (7, 4),
    "bastille day": (7, 14),
    "halloween": (10, 31),
    "all saints' day": (11, 1),
    "armistice day": (11, 11),
    "veterans day": (11, 11),
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "christmas": (12, 25),
    "boxing day": (12, 26),
    "new year's eve": (12, 31),
}

#: Days that stand so many days after Easter Sunday.
BY_EASTER: dict[str, int] = {
    "ash wednesday": -46,
    "palm sunday": -7,
    "maundy thursday": -3,
    "good friday": -2,
    "easter": 0,
    "easter sunday": 0,
    "easter monday": 1,
    "shrove tuesday": -47,
    "holy saturday": -1,
    "ascension day": 39,
    "pentecost": 49,
    "whit monday": 50,
}

#: Month, weekday (Monday is 0), and which one of the month (-1 is the last).
BY_WEEKDAY: dict[str, tuple[int, int, int]] = {
    "martin luther king day": (1, 0, 3),
    "presidents' day": (2, 0, 3),
    "presidents day": (2, 0, 3),
    "martin luther king jr. day": (1, 0, 3),
    "mlk day": (1, 0, 3),
    "mother's day": (5, 6, 2),
    "father's day": (6, 6, 3),
    "election day": (11, 0, 1),  # the day after
    "memorial day": (5, 0, -1),
    "labor day": (9, 0, 1),
    "columbus day": (10, 0, 2),
    "thanksgiving": (11, 3, 4),
    "thanksgiving day": (11, 3, 4),
}

#: Month of the Islamic calendar, first and last day.  Sighting the moon may move them
#: by a day or two.
BY_MOON: dict[str, tuple[int, int, int]] = {
    "ashura": (1, 10, 10),
    "ramadan": (9, 1, 30),
    "eid al-fitr": (10, 1, 1),
    "eid al-adha": (12, 10, 10),
}

NAMES = (*FIXED, *BY_EASTER, *BY_WEEKDAY, *BY_MOON)
"""Every name that :func:`holiday` knows."""


def holiday(name: str, year: int) -> date:
    """
    Return the day of a holiday.

    Args:
        name: One of :data:`NAMES`.
        year: The year, 1 to 9999.

    Raises:
        ValueError: The year is out of range.

    Example:
        >>> holiday("good friday", 2021), holiday("thanksgiving", 2020)
        (datetime.date(2021, 4, 2), datetime.date(2020, 11, 26))
    """
    if name in FIXED:
        return date(year, *FIXED[name])
    if name in BY_EASTER:
        return easter(year) + timedelta(BY_EASTER[name])
    if name in BY_MOON:
        return _islamic_feast(name, year)[0]
    day = weekday_of_month(year, *BY_WEEKDAY[name])
    return day + timedelta(1) if name == "election day" else day


def value_of_holiday(name: str, year: int) -> str:
    """
    Return the TIMEX3 value of a holiday: its day, or ``first/last`` of Ramadan.

    Raises:
        ValueError: The year is out of range.
    """
    if name != "ramadan":
        return holiday(name, year).isoformat()
    first, last = _islamic_feast(name, year)
    return f"{first.isoformat()}/{last.isoformat()}"


def easter(year: int) -> date:
    """
    Return Easter Sunday of the Gregorian calendar.
    """
    century, of_century = divmod(year, 100)
    golden = year % 19
    leap_centuries = century // 4
    moon_orbit = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_orbit + 15) % 30
    weekday = (
        32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4
    ) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def weekday_of_month(year: int, month: int, weekday: int, which: int) -> date:
    """
    Return the first, second, … weekday of a month.

    Args:
        year: The year.
        month: The month, 1 to 12.
        weekday: Monday is 0.
        which: 1 to 5; -1 is the last.

    Raises:
        ValueError: The month has no fifth one.

    Example:
        >>> weekday_of_month(2024, 11, 3, 4)
        datetime.date(2024, 11, 28)
    """
    first = date(year, month, 1)
    if which > 0:
        day = 1 + (weekday - first.weekday()) % 7 + 7 * (which - 1)
        return first.replace(day=day)
    last = first.replace(day=monthrange(year, month)[1])
    return last - timedelta((last.weekday() - weekday) % 7)


#: The ordinal of 1 Muharram 1, 16 July 622 of the Julian calendar.
_HIJRA = 227_015


def _islamic_new_year(year: int) -> int:
    """
    Return the ordinal of 1 Muharram of an Islamic year.

    By the tabular calendar with leap years 2, 5, 7, 10, 13, 16, 18, 21, 24, 26 and 29
    of thirty (Reingold & Dershowitz, "Calendrical Calculations").
    """
    return _HIJRA + (year - 1) * 354 + (3 + 11 * year) // 30


def _islamic_feast(name: str, year: int) -> tuple[date, date]:
    month, day, last = BY_MOON[name]
    if not 623 <= year <= 9999:
        raise ValueError("the calendar of Islam begins in 622")
    guess = (date(year, 1, 1).toordinal() - _HIJRA) * 30 // 10_631
    for islamic in range(guess, guess + 4):
        start = _islamic_new_year(islamic)
        first = start + (59 * (month - 1) + 1) // 2 + day - 1
        days = date.fromordinal(first), date.fromordinal(first + last - day)
        if days[0].year == year:
            return days
    raise AssertionError("a year of the moon is the shorter one")
