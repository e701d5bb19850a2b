"""
Phrases that count from another date, and those that have no date at all.

"Last week", "20 years ago", "Friday", "this morning"; durations ("three days"), sets
("every Monday") and vague ones ("recently").  One function for each rule.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from searchkit.annotations.times.phrase import is_military
from searchkit.annotations.times.readings import (
    Base,
    DayOfMonth,
    DayOfWeek,
    SamePeriod,
    Shift,
)
from searchkit.annotations.times.vocabulary import (
    DEICTICS,
    REFERENCES,
    SEASONS,
    SET_ADVERBS,
    WEEKDAYS,
    TokenClass,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from searchkit.annotations.times.phrase import Phrase
    from searchkit.annotations.times.readings import Reading

_C = TokenClass


def _counted(phrase: Phrase) -> list[Reading]:
    """
    Read "20 years ago", "two days later", "a year earlier".
    """
    unit, _ = phrase.unit()
    word = phrase.tokens.lower(phrase.end - 1)
    count = phrase.count()
    if word == "before" and phrase.after not in _CLAUSE_ENDS:
        return _duration(phrase, end=phrase.end - 1)  # "two days before the vote"
    if count is None:
        later = word in ("later", "hence")
        return phrase.reading("FUTURE_REF" if later else "PAST_REF")
    if unit in ("E", "C"):
        unit, count = "Y", count * (10 if unit == "E" else 100)
    if word in ("later", "hence"):
        return phrase.reading(_open_form(unit), Shift(unit, count, "mentioned"))
    base: Base = "published" if word == "ago" else "mentioned"
    return phrase.reading(_open_form(unit), Shift(unit, -count, base))


_CLAUSE_ENDS = frozenset(("", ".", ",", ";", ")", "and"))


def _open_form(unit: str) -> str:
    forms = {"Y": "XXXX", "M": "XXXX-XX", "W": "XXXX-WXX", "FN": "XXXX-WXX"}
    forms |= {"WE": "XXXX-WXX-WE", "Q": "XXXX-QX", "E": "XXXX", "C": "XXXX"}
    return forms.get(unit, "XXXX-XX-XX" if unit != "HY" else "XXXX-XX")


def _counted_span(phrase: Phrase) -> list[Reading]:
    """
    Read "the last three months", which TIMEX3 takes as a duration.
    """
    return _duration(phrase)


def _duration(phrase: Phrase, end: int | None = None) -> list[Reading]:
    if _C.OLD in phrase.classes or phrase.is_quoted_name:
        return []  # an age; "60 Minutes"
    unit, _ = phrase.unit()
    numbers = _C.DAY, _C.NUMBER, _C.YEAR
    several = sum(phrase.classes.count(token_class) for token_class in numbers) > 1
    count = None if several else phrase.count()  # 30-60 days
    return phrase.reading(_duration_value(count, unit), kind="DURATION", end=end)


def _duration_value(count: float | None, unit: str) -> str:
    times, code = {"E": (10, "Y"), "C": (100, "Y"), "FN": (2, "W"), "HY": (6, "M")}.get(
        unit, (1, unit)
    )
    prefix = "P"
    if code.startswith("T"):
        prefix, code = "PT", code[1:]
    amount = "X" if count is None else f"{round(count * times, 2):.10g}"
    return f"{prefix}{amount}{code}"


def _every(phrase: Phrase) -> list[Reading]:
    if word := phrase.word(_C.WEEKDAY):
        value = f"XXXX-WXX-{WEEKDAYS[word] + 1}"
    elif phrase.word(_C.MONTH):
        value = f"XXXX-{phrase.month():02d}"
    elif word := phrase.word(_C.SEASON):
        value = f"XXXX-{SEASONS[word]}"
    elif phrase.word(_C.DAYPART):
        value = "P1D"
    else:
        value = _duration_value(phrase.count(), phrase.unit()[0])
    return phrase.reading(value, kind="SET")


def _frequency(phrase: Phrase) -> list[Reading]:
    """
    Read "twice a year", "three times a week".
    """
    return phrase.reading(_duration_value(1, phrase.unit()[0]), kind="SET")


def _adverb(phrase: Phrase) -> list[Reading]:
    """
    Read "daily", "twice weekly"; a "quarterly dividend" is a kind of dividend.
    """
    word = phrase.word(_C.ADVERB)
    if word == "quarterly" and phrase.after.isalpha() and phrase.after != "and":
        return []
    return phrase.reading(SET_ADVERBS[phrase.word(_C.ADVERB)], kind="SET")


def _weekday(phrase: Phrase) -> list[Reading]:
    """
    Read "Saturday", "last Tuesday", "Friday morning", "Mondays".
    """
    word = phrase.word(_C.WEEKDAY)
    number = WEEKDAYS[word]
    if word.endswith("days"):
        return phrase.reading(f"XXXX-WXX-{number + 1}", kind="SET")
    clock = phrase.daypart() or phrase.clock()
    base: Base = "published"
    if _ANAPHORIC & _words(phrase):
        base = "mentioned"
    gap = DayOfWeek(number, phrase.which(), base)
    return phrase.reading(f"XXXX-WXX-{number + 1}", gap, clock=clock)


#: Words that count from a date told before, not from the day of publication.
_ANAPHORIC = frozenset("previous preceding following ensuing".split())


def _weekday_of_week(phrase: Phrase) -> list[Reading]:
    """
    Read "Friday next week", "Tuesday of last week", "next week on Friday".
    """
    moved = {"last": -1, "this": 0, "next": 1}
    at = phrase.place(_C.WEEKDAY)
    assert at is not None
    rest = replace(phrase, first=at + 1) if at == phrase.first else phrase
    which = rest.which()
    number = WEEKDAYS[phrase.word(_C.WEEKDAY)]
    if phrase.unit()[0] != "W" or which is None or _ANAPHORIC & _words(phrase):
        end = at + 1 if at == phrase.first else at
        return _weekday(replace(phrase, end=end)) if at == phrase.first else []
    gap = DayOfWeek(number, weeks=moved[which])
    return phrase.reading(f"XXXX-WXX-{number + 1}", gap)


def _weekday_and_day(phrase: Phrase) -> list[Reading]:
    """
    Read "Friday the 13th"; of "Friday 13 people" only the weekday.
    """
    at = phrase.place(_C.ORDINAL_DAY)
    if at is None:
        end = (phrase.place(_C.WEEKDAY) or phrase.first) + 1
        return _weekday(replace(phrase, end=end))
    day = phrase.days()[0]
    return phrase.reading(f"XXXX-XX-{day:02d}", DayOfMonth(day))


def _next_deictic(phrase: Phrase) -> list[Reading]:
    """
    Read "the day before yesterday", "the week after next", "the day after tomorrow".
    """
    word = phrase.word(_C.DEICTIC)
    step = DEICTICS[word]
    if phrase.unit()[0] != "D" or word == "tonight" or not step:
        at = phrase.end - 1
        return _deictic(replace(phrase, first=at))
    before = phrase.word(_C.LATER) == "before"
    if before != (step < 0) or (_C.LATER in phrase.classes and not before):
        return _deictic(replace(phrase, first=phrase.end - 1))
    return phrase.reading("XXXX-XX-XX", Shift("D", 2 * step))


def _counted_on(phrase: Phrase) -> list[Reading]:
    """
    Read "two weeks from now", "three days after tomorrow", "two days before today".
    """
    unit, _ = phrase.unit()
    count = phrase.count()
    at = phrase.end - 1
    word = phrase.tokens.lower(at)
    link = phrase.tokens.lower(at - 1)
    known = word in ("now", "today", *DEICTICS) and link in ("from", "after", "before")
    if count is None or not known or unit.startswith("T"):
        return _duration(phrase, end=at - 1)
    count = -count if link == "before" else count
    extra = DEICTICS.get(word, 0)
    if extra:
        if unit not in ("D", "W"):
            return _duration(phrase, end=at - 1)
        unit, count = "D", count * (7 if unit == "W" else 1) + extra
    return phrase.reading(_open_form(unit), Shift(unit, count))


def _words(phrase: Phrase) -> set[str]:
    return {phrase.tokens.lower(index) for index in range(phrase.first, phrase.end)}


def _clock_day(phrase: Phrase) -> list[Reading]:
    """
    Read "10:35 a.m. Friday", "noon on Thursday", "8pm tonight".
    """
    clock = phrase.clock() or phrase.daypart()
    if not clock:
        return []
    if word := phrase.word(_C.DEICTIC):
        return phrase.reading("XXXX-XX-XX", Shift("D", DEICTICS[word]), clock=clock)
    number = WEEKDAYS[phrase.word(_C.WEEKDAY)]
    gap = DayOfWeek(number, phrase.which())
    return phrase.reading(f"XXXX-WXX-{number + 1}", gap, clock=clock)


def _relative_unit(phrase: Phrase) -> list[Reading]:
    """
    Read "last week", "this century", "the following year", "earlier this month".
    """
    unit, plural = phrase.unit()
    if phrase.is_quoted_name:
        return []  # "This Week"
    if _C.CENTURY in phrase.classes:
        unit = "C"
    if plural:
        vague = {"last": "PAST_REF", "next": "FUTURE_REF", "this": "PRESENT_REF"}
        which = phrase.which()
        return phrase.reading(vague[which]) if which else []
    moved = {_C.LAST: -1, _C.NEXT: 1, _C.THIS: 0, _C.SAME: 0}
    marker = max(
        at
        for token_class in moved
        if (at := phrase.tokens.classes.rfind(token_class, phrase.first, phrase.end))
        >= 0
    )
    count = moved[_C(phrase.tokens.classes[marker])]
    word = phrase.tokens.lower(marker)
    if unit.startswith("T"):
        return []
    anaphoric = word not in ("last", "next", "this", "current", "past", "coming")
    if _C.THE in phrase.classes and word in ("last", "past", "next"):
        if word != "next" and (unit in ("D", "E") or (word == "past" and unit == "Y")):
            return phrase.reading(_duration_value(1, unit), kind="DURATION")
        anaphoric = word == "next"
    gap = Shift(unit, count, "mentioned" if anaphoric else "published")
    return phrase.reading(_open_form(unit), gap, part=phrase.part())


def _edge_of_unit(phrase: Phrase) -> list[Reading]:
    """
    Read "the end of the month", "later in the year".
    """
    unit, plural = phrase.unit()
    if plural or unit not in ("D", "W", "WE", "M", "Y", "Q", "E"):
        return []
    if unit == "D":
        return []
    gap = Shift(unit, 0, "told")
    return phrase.reading(_open_form(unit), gap, part=phrase.part())


def _end_of_year(phrase: Phrase) -> list[Reading]:
    """
    Read "year-end", "midyear"; other units have no such word.
    """
    if phrase.word(_C.UNIT) != "year" or phrase.word(_C.EDGE) not in ("end", "mid"):
        return []
    if phrase.classes[0] == _C.EDGE and phrase.word(_C.EDGE) == "end":
        return []
    return phrase.reading("XXXX", Shift("Y", 0, "told"), part=phrase.part())


def _deictic(phrase: Phrase) -> list[Reading]:
    word = phrase.word(_C.DEICTIC)
    clock = "TNI" if word == "tonight" else phrase.daypart()
    return phrase.reading("XXXX-XX-XX", Shift("D", DEICTICS[word]), clock=clock)


def _relative_daypart(phrase: Phrase) -> list[Reading]:
    """
    Read "this morning", "last night", "the next evening", "that afternoon".
    """
    clock = phrase.daypart()
    if _C.THIS in phrase.classes:
        gap = Shift("D", 0)
    elif _C.LAST in phrase.classes:
        if clock not in ("TNI", "TEV"):
            return []
        gap = Shift("D", -1)
    else:
        gap = Shift("D", int(_C.NEXT in phrase.classes), "mentioned")
    return phrase.reading("XXXX-XX-XX", gap, clock=clock)


def _the_unit(phrase: Phrase) -> list[Reading]:
    """
    Read "the weekend", "the quarter", "the latest period", "the full year".
    """
    word = phrase.tokens.lower(phrase.end - 1)
    latest = phrase.word(_C.LATEST)
    if phrase.after in ("ended", "ending"):
        return []  # the date behind it tells when
    if word == "weekend" and not latest:
        return phrase.reading("XXXX-WXX-WE", Shift("WE", 0, by_tense=True))
    if (word == "quarter" or (latest and word == "period")) and phrase.after not in (
        "of",
        "mile",
    ):
        known = word == "quarter" and not latest
        return phrase.reading("XXXX-QX", SamePeriod(0, known))
    if word == "year" and phrase.word(_C.FISCAL):
        return phrase.reading("XXXX", Shift("Y", 0))
    if word == "year" and phrase.before in _BEFORE_THE_YEAR:
        if phrase.after in ("of", "that", "when", "since", "after", "before", "to"):
            return []
        return phrase.reading("XXXX", Shift("Y", 0, "told"))
    return []


def _units_ago(phrase: Phrase) -> list[Reading]:
    """
    Read "months ago", of which nobody says how many.
    """
    return phrase.reading("PAST_REF") if phrase.unit()[1] else []


def _units(phrase: Phrase) -> list[Reading]:
    """
    Read "for years", "within weeks"; other plurals are no stretch of time.
    """
    unit, plural = phrase.unit()
    if not plural or phrase.before not in ("for", "within", "in"):
        return []
    if phrase.after == "of":  # "in days of old"
        return []
    return phrase.reading(_duration_value(None, unit), kind="DURATION")


_BEFORE_THE_YEAR = frozenset("for in during late early through".split())


def _clock(phrase: Phrase) -> list[Reading]:
    """
    Read "10:35 a.m.", "8pm"; "10:35" alone only where a word of time is by it.
    """
    told = _C.MERIDIEM in phrase.classes or _C.ZONE in phrase.classes
    if not told and phrase.classes == _C.CLOCK:
        told = phrase.before in ("at", "until", "by", "before", "after", "around")
    clock = phrase.clock()
    if not clock or not (told or _C.CLOCK_TIME in phrase.classes):
        return []
    return phrase.reading("XXXX-XX-XX", Shift("D", 0, "near"), clock=clock)


def _point_of_day(phrase: Phrase) -> list[Reading]:
    """
    Read "at noon", "until midnight".
    """
    points = ("noon", "midday", "midnight")
    if phrase.word(_C.DAYPART) not in points or phrase.before not in _BEFORE_POINTS:
        return []
    gap = Shift("D", 0, "near")
    return phrase.reading("XXXX-XX-XX", gap, clock=phrase.daypart())


_BEFORE_POINTS = frozenset("at by until till before after around about since".split())


def _military_clock(phrase: Phrase) -> list[Reading]:
    """
    Read "0400 hours" and "1800 hours"; "600 hours" are a duration.
    """
    word = phrase.tokens.words[phrase.first]
    at_hand = phrase.before in _BEFORE_POINTS and len(word) == 4
    if phrase.tokens.lower(phrase.end - 1) != "hours" or not (
        is_military(word) or at_hand
    ):
        return _duration(phrase)
    clock = phrase.clock()
    gap = Shift("D", 0, "near")
    return phrase.reading("XXXX-XX-XX", gap, clock=clock) if clock else []


def _day_of_month(phrase: Phrase) -> list[Reading]:
    """
    Read "on the 12th"; "the 12th floor" and "the 12th Army" are not dates.
    """
    ends = phrase.after in ("", ".", ",", ";", ":", ")", "and", "to", "at")
    if phrase.before not in ("on", "by", "until", "since") or not ends:
        return []
    day = phrase.days()[0]
    return phrase.reading(f"XXXX-XX-{day:02d}", DayOfMonth(day))


def _reference(phrase: Phrase) -> list[Reading]:
    """
    Read "now", "recently", "soon"; "as soon as" and "shortly after" join two clauses.
    """
    if phrase.before == "as" or phrase.after in _CONJUNCTIONS:
        return []
    return phrase.reading(REFERENCES[phrase.word(_C.REFERENCE)])


_CONJUNCTIONS = frozenset("after before as thereafter afterward afterwards".split())


def _past_or_future(phrase: Phrase) -> list[Reading]:
    """
    Read "in the future", "in the recent past".
    """
    word = phrase.tokens.lower(phrase.end - 1)
    if word not in ("past", "future") or phrase.before not in ("in", "into", "for"):
        return []
    if _C.FEW in phrase.classes and phrase.word(_C.FEW) != "recent":
        return []
    if phrase.after.isalpha() and phrase.after not in _FUNCTION_WORDS:
        return []  # "in the future tense"
    return phrase.reading("PAST_REF" if word == "past" else "FUTURE_REF")


_FUNCTION_WORDS = frozenset(
    "and or but to by with as that when for is was at on if it he she they we".split()
)

RELATIVE_READERS: dict[str, Callable[[Phrase], list[Reading]]] = {
    "clock_day": _clock_day,
    "counted": _counted,
    "counted_span": _counted_span,
    "weekday": _weekday,
    "weekday_of_week": _weekday_of_week,
    "weekday_and_day": _weekday_and_day,
    "next_deictic": _next_deictic,
    "counted_on": _counted_on,
    "relative_unit": _relative_unit,
    "edge_of_unit": _edge_of_unit,
    "end_of_year": _end_of_year,
    "deictic": _deictic,
    "relative_daypart": _relative_daypart,
    "every": _every,
    "frequency": _frequency,
    "military_clock": _military_clock,
    "adverb": _adverb,
    "duration": _duration,
    "the_unit": _the_unit,
    "units_ago": _units_ago,
    "units": _units,
    "clock": _clock,
    "point_of_day": _point_of_day,
    "day_of_month": _day_of_month,
    "reference": _reference,
    "past_or_future": _past_or_future,
}
"""The function for each rule about relative times, durations and sets."""
