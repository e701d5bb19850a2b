"""
Holidays and named days: on which day of a year they fall.

Those of the English-speaking world that news uses as dates.  The date of Easter is by
the anonymous Gregorian algorithm (Meeus, "Astronomical Algorithms", chapter 8).
"""

from __future__ import annotations

from datetime import date, timedelta

#: Days of the same month and day each year, by their words in lower case.
FIXED: dict[str, tuple[int, int]] = {
    "new year's day": (1, 1),
    "new year's": (1, 1),
    "valentine's day": (2, 14),
    "st. patrick's day": (3, 17),
    "st patrick's day": (3, 17),
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
}

#: Month, weekday (Monday is 0), and which one of the month (-1 is the last).
BY_WEEKDAY: dict[str, tuple[int, int, int]] = {
    "martin luther king day": (1, 0, 3),
    "presidents' day": (2, 0, 3),
    "presidents day": (2, 0, 3),
    "memorial day": (5, 0, -1),
    "labor day": (9, 0, 1),
    "columbus day": (10, 0, 2),
    "thanksgiving": (11, 3, 4),
    "thanksgiving day": (11, 3, 4),
}

NAMES = (*FIXED, *BY_EASTER, *BY_WEEKDAY)
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
    return _weekday_of_month(year, *BY_WEEKDAY[name])


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


def _weekday_of_month(year: int, month: int, weekday: int, which: int) -> date:
    if which > 0:
        first = date(year, month, 1)
        return first + timedelta((weekday - first.weekday()) % 7 + 7 * (which - 1))
    last = date(year, month + 1, 1) - timedelta(1)
    return last - timedelta((last.weekday() - weekday) % 7)
