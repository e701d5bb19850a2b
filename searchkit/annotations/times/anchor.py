"""
Anchor: closes open readings against the publication date, or the date last mentioned.

- "yesterday", "last week", "20 years ago" count from the publication date.
- "a year earlier", "the following day" count from the date last mentioned, where one
  stands close by, and else from the publication date.
- A bare month, weekday or holiday is the one nearest to the publication date on the
  side that the tense of its sentence points to.
- In *narrative*, which tells of years long past, bare months and weekdays belong to the
  year last mentioned instead.

An anchor known to the month or year closes what it can: with ``2020``, "last year" is
2019 and "yesterday" stays open.  Nothing here reads the machine's clock.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from searchkit.annotations.times.holidays import (
    holiday,
    value_of_holiday,
    weekday_of_month,
)
from searchkit.annotations.times.readings import (
    DayOfMonth,
    DayOfWeek,
    PartOfYear,
    SamePeriod,
    Shift,
)
from searchkit.annotations.times.tense import Direction, direction, is_foretold
from searchkit.annotations.times.values import add_months

if TYPE_CHECKING:
    from collections.abc import Iterable

    from searchkit.annotations.times.readings import Reading
    from searchkit.annotations.times.tokens import TokenizedText

_CALENDAR = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T|\Z)", re.ASCII)
_SEASON = re.compile(r"\d{4}-(SP|SU|FA|WI|H[12]|W\d\d(?:-WE)?)\Z", re.ASCII)
_MONTH_OF_SEASON = {"SP": 3, "SU": 6, "FA": 9, "WI": 12, "H1": 1, "H2": 7}
_QUARTER = re.compile(r"(\d{4})-Q([1-4])\Z", re.ASCII)

#: A date last mentioned counts as close by for so many tokens.
_CLOSE = 60
#: A month and day without a year is the nearest one, but for what is so many days
#: ahead: news tells more of what was than of what will be.
_FARTHEST_AHEAD, _FARTHEST_BEHIND = 123, 243
#: Where the sentence looks ahead, a day so far behind is next year's; a nearer one is
#: what happened, told in passing.
_FORETOLD_BEHIND = 60
#: Narrative: at least so many years are named, such a share of them more than one year
#: from publication, and one for so many tokens.
_NARRATIVE_YEARS, _NARRATIVE_SHARE, _NARRATIVE_TOKENS = 8, 0.7, 280
#: So few years are enough where nothing points at the day of writing.
_TIMELESS_YEARS = 4
#: Without a publication date the years have to lie this far apart instead.
_NARRATIVE_SPREAD = 5


class Anchor(NamedTuple):
    """
    A date at the precision that is known.
    """

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, value: str) -> Anchor | None:
        """
        Read ``2020``, ``2020-02`` or ``2020-02-29``, with or without a time of day.

        Returns:
            ``None`` for any other value.
        """
        found = _CALENDAR.match(value)
        if not found:
            return None
        year, month, day = (int(part) if part else None for part in found.groups())
        return cls(year or 0, month, day)

    @property
    def date(self) -> date | None:
        """
        The day, or ``None`` where it is not known.
        """
        if self.month is None or self.day is None:
            return None
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None


def is_narrative(
    readings: Iterable[Reading], published: Anchor | None, token_count: int
) -> bool:
    """
    Tell whether a text is history rather than news, by the years that it names.
    """
    years, topical = [], 0
    for reading in readings:
        if reading.value[:4].isdecimal():
            years.append(int(reading.value[:4]))
        else:
            topical += _is_topical(reading)
    needed = _NARRATIVE_YEARS if topical else _TIMELESS_YEARS
    if len(years) < needed or len(years) * _NARRATIVE_TOKENS < token_count:
        return False
    if published is None:
        return max(years) - min(years) >= _NARRATIVE_SPREAD
    far = sum(abs(year - published.year) > 1 for year in years)
    return far >= max(needed, _NARRATIVE_SHARE * len(years))


def _is_topical(reading: Reading) -> bool:
    """
    Tell whether an expression points at the day of writing, as those of news do.
    """
    gap = reading.gap
    if isinstance(gap, Shift):
        return gap.base == "published"
    return isinstance(gap, DayOfWeek) or (
        isinstance(gap, PartOfYear) and gap.which is not None
    )


class Resolver:
    """
    Closes the readings of one text, which are given to it in order.

    Args:
        tokens: The text.
        published: The publication date, ``None`` where it is not known.
        narrative: See :func:`is_narrative`.
    """

    def __init__(
        self, tokens: TokenizedText, published: Anchor | None, *, narrative: bool
    ) -> None:
        self._tokens = tokens
        self._published = published
        self._narrative = narrative
        self._mentioned: Anchor | None = None
        self._mentioned_at = 0
        self._quarter: str | None = None
        self._quarter_at = 0

    def resolve(self, reading: Reading) -> str | None:
        """
        Return the complete value of a reading, and remember it as mentioned.

        Returns:
            ``None`` where the anchor does not suffice.
        """
        value: str | None = reading.value
        if reading.gap is not None:
            try:
                value = self._close(reading)
            except (ValueError, OverflowError):
                value = None
        if value is not None:
            if reading.around:
                value = _around(value, reading.around)
            self._mention(reading, value)
        return value

    def _mention(self, reading: Reading, value: str) -> None:
        if _QUARTER.match(value):
            gap = reading.gap
            if gap is None or (isinstance(gap, PartOfYear) and gap.years != -1):
                self._quarter, self._quarter_at = value, reading.end
            return
        value = value.rpartition("/")[2]
        if (
            self._narrative
            and isinstance(reading.gap, Shift)
            and (reading.gap.base == "published")
        ):
            return
        if reading.type not in ("DATE", "TIME"):
            return
        anchor = Anchor.parse(value)
        if anchor is None and (found := _SEASON.match(value)):
            anchor = Anchor(int(value[:4]), _MONTH_OF_SEASON.get(found[1]))
        elif anchor is not None and anchor.month is None and reading.part == "END":
            anchor = anchor._replace(month=12)  # after late 1942, March is 1943
        if anchor is not None:
            self._mentioned, self._mentioned_at = anchor, reading.end

    def _context(self) -> Anchor | None:
        """
        Return what bare months and weekdays count from.
        """
        if self._narrative and self._mentioned is not None:
            return self._mentioned
        return self._published

    def _context_day(self, reading: Reading) -> date | None:
        """
        Return the day that bare weekdays count from.
        """
        if self._narrative and self._mentioned is not None:
            close = reading.first - self._mentioned_at < _CLOSE
            if close and self._mentioned.date is not None:
                return self._mentioned.date
        return self._published and self._published.date

    def _close(self, reading: Reading) -> str | None:
        gap = reading.gap
        if isinstance(gap, Shift):
            value = self._shift(gap, reading)
        elif isinstance(gap, PartOfYear):
            value = self._part_of_year(gap, reading)
        elif isinstance(gap, DayOfWeek):
            value = self._day_of_week(gap, reading)
        elif isinstance(gap, DayOfMonth):
            value = self._day_of_month(gap, reading)
        else:
            assert isinstance(gap, SamePeriod)
            value = self._same_period(gap)
        return value + reading.clock if value and reading.clock else value

    # --- counted ------------------------------------------------------------------

    def _shift(self, gap: Shift, reading: Reading) -> str | None:
        base = self._published
        if gap.base in ("mentioned", "near"):
            if gap.unit == "Y" and gap.count == -1 and self._quarter_is_close(reading):
                return _quarter_moved(self._quarter or "", -4)
            close = reading.first - self._mentioned_at < _CLOSE
            if self._mentioned is not None and (self._narrative or close):
                base = self._mentioned
            elif gap.base == "mentioned" and _needs_mention(gap):
                return None
        elif gap.base == "told":
            base = self._context()
        elif (
            gap.unit == "Y"
            and gap.count == -1
            and self._tokens.lower(reading.end - 1) == "ago"
            and self._quarter_is_close(reading)
        ):
            return _quarter_moved(self._quarter or "", -4)
        if base is None:
            return None
        count = gap.count
        if gap.by_tense and base.date and base.date.weekday() < 5:
            towards = direction(self._tokens, reading.first, reading.end)
            count = 1 if towards is Direction.FUTURE else -1
        if gap.unit == "W" and count == -1 and gap.base == "published":
            # on a Sunday, the week that ends is told as the last one
            count += int(base.date is not None and base.date.weekday() == 6)
        return shifted(base, gap.unit, count)

    def _quarter_is_close(self, reading: Reading) -> bool:
        return self._quarter is not None and reading.first - self._quarter_at < _CLOSE

    def _same_period(self, gap: SamePeriod) -> str | None:
        quarter = self._quarter
        if quarter is None and gap.known:
            return None
        if quarter is None and self._published is not None:
            quarter = shifted(self._published, "Q", -1)
        return quarter and _quarter_moved(quarter, 4 * gap.years)

    # --- once a year --------------------------------------------------------------

    def _part_of_year(self, gap: PartOfYear, reading: Reading) -> str | None:
        base = self._context()
        if base is None:
            return None
        if gap.years is not None:
            return fill_year(gap, base.year + gap.years)
        if self._narrative and base is self._mentioned:
            # the months of a tale run on: after November, February is next year's
            wraps = base.month is not None and gap.month < base.month - 6
            return fill_year(gap, base.year + int(wraps))
        year = self._year_near(gap, base, reading)
        return None if year is None else fill_year(gap, year)

    def _year_near(self, gap: PartOfYear, base: Anchor, reading: Reading) -> int | None:
        if base.month is None:
            return base.year if gap.which == "this" else None
        month, day = gap.month, gap.day
        if gap.holiday:
            feast = holiday(gap.holiday, base.year)
            month, day = feast.month, feast.day
        begin, now = (month, day or 0), (base.month, base.day or 0)
        if day is None or base.day is None:
            begin, now = (month, 0), (base.month, 0)
        length = _months_long(gap.form)
        if gap.which == "this":
            return base.year - int(gap.form == "-WI" and base.month < 3)
        if gap.which == "next":
            return base.year + int(begin <= now)
        if gap.which == "last":
            if length > 1:
                ended = base.month - (month + length - 1)
                return base.year - (0 if ended > 0 else 2 if ended <= -12 else 1)
            return base.year - int(begin >= now)
        towards = direction(self._tokens, reading.first, reading.end)
        if gap.form.startswith("-Q"):
            # quarters are reported after their end, and foretold but for the rest
            return base.year - int(begin > now and towards is not Direction.FUTURE)
        preposition = self._tokens.lower(reading.first - 1)
        ahead = (month - base.month) % 12
        if day is None and preposition == ("ending" if length == 1 else "of"):
            # "the year ending March", "the onset of summer": the nearest one
            return (
                base.year
                + int(ahead <= 6 and begin < now)
                - int(ahead > 6 and begin > now)
            )
        if day is None and towards is not Direction.FUTURE and length == 1:
            # a month that is nearly a year ago is rarely told without its year
            told = preposition in ("since", "last")
            foretold = is_foretold(self._tokens, reading.first)
            if not told and (ahead == 1 or (ahead == 2 and foretold)):
                towards = Direction.FUTURE
        if towards is Direction.FUTURE and (day is None or base.date is None):
            return base.year + int((month + length - 1, begin[1]) < now)
        if day is None or base.date is None:
            return base.year - int(begin > now)
        return _nearest_year(base.date, month, day, towards)

    # --- weekdays and days of a month ---------------------------------------------

    def _day_of_week(self, gap: DayOfWeek, reading: Reading) -> str | None:
        day = self._context_day(reading)
        if gap.base == "mentioned" and self._mentioned is not None:
            close = reading.first - self._mentioned_at < _CLOSE
            day = (self._mentioned.date if close else None) or day
        if day is None:
            return None
        back = (day.weekday() - gap.weekday) % 7
        if gap.weeks is not None:
            moved = 7 * gap.weeks + gap.weekday - day.weekday()
        elif gap.which == "last":
            moved = -(back or 7)
        elif gap.which == "next":
            moved = 7 - back
        elif gap.which == "this":
            moved = gap.weekday - day.weekday()
        else:
            moved = -back
            if back and not self._narrative:
                towards = direction(self._tokens, reading.first, reading.end)
                moved = 7 - back if towards is Direction.FUTURE else -back
        return (day + timedelta(moved)).isoformat()

    def _day_of_month(self, gap: DayOfMonth, reading: Reading) -> str | None:
        base = self._context()
        if base is None or base.month is None:
            return None
        months = gap.months or 0
        if gap.months is None and base.day is not None and not self._narrative:
            towards = direction(self._tokens, reading.first, reading.end)
            if towards is Direction.FUTURE and gap.day < base.day:
                months = 1
            elif towards is not Direction.FUTURE and gap.day > base.day + 1:
                months = -1
        year, month = add_months(base.year, base.month, months)
        if gap.weekday is not None:
            return weekday_of_month(year, month, gap.weekday, gap.number).isoformat()
        return date(year, month, gap.day).isoformat()


def fill_year(gap: PartOfYear, year: int) -> str:
    """
    Return the value of a part of a year in a given year.

    Raises:
        ValueError: There is no such year or day.

    Example:
        >>> fill_year(PartOfYear("-05-02/-05-06", 5), 2021)
        '2021-05-02/2021-05-06'
    """
    if not 1 <= year <= 9999:
        raise ValueError("the year is out of range")
    if gap.holiday:
        return value_of_holiday(gap.holiday, year)
    if gap.weekday is not None:
        return weekday_of_month(year, gap.month, gap.weekday, gap.number).isoformat()
    for piece in gap.form.split("/"):
        if len(piece) == 6:
            date.fromisoformat(f"{year:04d}{piece}")
    return "/".join(f"{year:04d}{piece}" for piece in gap.form.split("/"))


def shifted(base: Anchor, unit: str, count: float) -> str | None:
    """
    Return the value of the unit that lies ``count`` units from ``base``.

    Args:
        base: What is counted from.
        unit: A code of :data:`~.vocabulary.UNITS`, or ``C``.
        count: How many units on; negative goes back.

    Returns:
        ``None`` where the precision of ``base`` does not suffice.

    Raises:
        ValueError: It lies outside the years 1 to 9999.
        OverflowError: As above.
    """
    if abs(count) > 10_000_000:
        raise OverflowError("the count is out of range")
    if unit == "Y" and count != int(count):
        unit, count = "M", count * 12  # "a year and a half ago"
    if unit in ("Y", "E", "C"):
        return _years_shifted(base.year, unit, count)
    if base.month is None:
        return None
    if unit in ("M", "HY", "Q"):
        months = int(count * {"M": 1, "HY": 6, "Q": 3}[unit])
        year, month = add_months(base.year, base.month, months)
        date(year, month, 1)
        if unit == "Q":
            return f"{year:04d}-Q{(month + 2) // 3}"
        return f"{year:04d}-{month:02d}"
    day = base.date
    if day is None:
        return None
    if unit.startswith("T"):
        return day.isoformat()
    days = {"D": 1, "W": 7, "FN": 14, "WE": 7}[unit]
    if unit == "WE":
        saturday = day + timedelta(5 - day.weekday())
        if count > 0 and day.weekday() < 5:
            count -= 1
        year, week, _ = (saturday + timedelta(int(count) * 7)).isocalendar()
        return f"{year:04d}-W{week:02d}-WE"
    day += timedelta(round(count * days))
    if unit == "D":
        return day.isoformat()
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def _needs_mention(gap: Shift) -> bool:
    """
    Tell whether the publication date is no second choice: "that day", "a week later".
    """
    return not gap.count or (gap.count > 0 and gap.unit in ("D", "W", "M"))


def _around(value: str, unit: str) -> str:
    """
    Return the week or weekend of a day; any other value as it is.
    """
    anchor = Anchor.parse(value)
    day = anchor and anchor.date
    if day is None:
        return value
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}" + ("-WE" if unit == "WE" else "")


def _years_shifted(year: int, unit: str, count: float) -> str:
    if unit == "Y":
        return _checked_year(year + int(count))
    if unit == "E":
        if abs(count) > 1:
            return _checked_year(year + int(10 * count))
        return _checked_year((year // 10 + int(count)) * 10)[:3] + "X"
    if abs(count) > 1:
        return _checked_year(year + int(100 * count))
    return _checked_year((year // 100 + int(count)) * 100)[:2] + "XX"


def _checked_year(year: int) -> str:
    return f"{date(year, 1, 1).year:04d}"


def _quarter_moved(quarter: str, count: int) -> str:
    year, number = int(quarter[:4]), int(quarter[-1])
    moved = year * 4 + number - 1 + count
    return f"{moved // 4:04d}-Q{moved % 4 + 1}"


def _months_long(form: str) -> int:
    if form[1:2] == "H":
        return 6
    return 3 if form[1:2] in ("Q", "S", "F", "W") else 1


def _nearest_year(base: date, month: int, day: int, towards: Direction) -> int:
    """
    Return the year in which a month and day lie nearest to a date.
    """
    last = monthrange(base.year, month)[1]
    distance = (date(base.year, month, min(day, last)) - base).days
    if towards is Direction.FUTURE:
        return base.year + int(distance < -_FORETOLD_BEHIND)
    if distance > _FARTHEST_AHEAD:
        return base.year - 1
    if distance < -_FARTHEST_BEHIND and towards is not Direction.PAST:
        return base.year + 1
    return base.year
