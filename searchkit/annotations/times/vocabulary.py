"""
Vocabulary: the words of English time expressions, and the class that each belongs to.

A class is one character, so that the classes of a text's tokens are a string, and the
grammar is a regular expression over that string (see ``grammar``).  Words that are a
time in some sentences only ("May", "Sun", "1975") begin in a class of their own, whose
name opens with ``MAYBE``; ``tokens`` decides about each.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from searchkit.annotations.times.holidays import NAMES

if TYPE_CHECKING:
    from searchkit.annotations.times.values import Part


class TokenClass(StrEnum):
    """
    What a token can be in a time expression.
    """

    OTHER = "_"
    BREAK = "|"  # a blank line, or the end of a sentence
    # names of times
    MONTH = "m"
    WEEKDAY = "w"
    SEASON = "s"
    DAYPART = "p"
    HOLIDAY = "j"
    HOLIDAY_REST = "J"  # its second and further words
    DEICTIC = "R"  # today
    REFERENCE = "K"  # recently
    EVENT = "x"  # 9/11
    # numbers
    YEAR = "Y"
    DAY = "d"  # 1 to 31
    ORDINAL_DAY = "D"  # 1st to 31st
    NUMBER = "N"
    FRACTION = "v"
    NUMBER_WORD = "n"
    ORDINAL = "o"
    DATE = "I"  # 2020-02-29
    QUARTER = "Q"  # Q3
    DECADE = "S"  # 1980s
    SHORT_DECADE = "z"  # 80s, eighties
    CLOCK = "k"  # 10:35
    CLOCK_TIME = "Z"  # 8pm
    # units and what stands by them
    UNIT = "u"
    CENTURY = "c"
    HALF = "h"
    LAST = "L"
    NEXT = "X"
    THIS = "T"
    SAME = "H"
    AGO = "g"
    LATER = "l"
    EDGE = "e"
    EVERY = "E"
    FEW = "q"
    ABOUT = "b"
    ADVERB = "y"  # daily
    OLD = "O"
    FISCAL = "i"
    LATEST = "V"
    PERIOD = "P"
    ENDED = "W"
    FUTURE = "!"
    FREQUENCY = "@"  # twice
    AFTER = "+"
    NEAR = "%"
    # small words and marks
    THE = "t"
    A = "a"
    OF = "f"
    ON = "U"
    AND = "A"
    TO = "r"
    FROM = "F"
    BEFORE_ERA = "B"
    OF_ERA = "C"
    MERIDIEM = "M"
    ZONE = "G"
    COMMA = "0"
    DASH = "1"
    DOT = "2"
    APOSTROPHE = "3"
    POSSESSIVE = "4"
    # undecided: ``tokens`` moves each of these to a class above
    MAYBE_MONTH = "5"
    MAYBE_WEEKDAY = "6"
    MAYBE_YEAR = "7"
    MAYBE_SEASON = "8"
    MAYBE_HOLIDAY = "9"


MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
"""Names of months, 1 to 12."""

WEEKDAYS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "monday mon mondays",
            "tuesday tue tues tuesdays",
            "wednesday wed wednesdays",
            "thursday thu thur thurs thursdays",
            "friday fri fridays",
            "saturday sat saturdays",
            "sunday sun sundays",
        )
    )
    for name in names.split()
}
"""Names of weekdays, as ``date.weekday`` counts them: Monday is 0."""

SEASONS = {
    "spring": "SP",
    "summer": "SU",
    "autumn": "FA",
    "fall": "FA",
    "winter": "WI",
    "springtime": "SP",
    "summertime": "SU",
    "wintertime": "WI",
}
"""Names of seasons."""

DAYPARTS = {
    "morning": "MO",
    "noon": "12:00",
    "midday": "12:00",
    "lunchtime": "MI",
    "afternoon": "AF",
    "evening": "EV",
    "night": "NI",
    "overnight": "NI",
    "midnight": "24:00",
    "dawn": "MO",
    "dusk": "EV",
}
"""Times of the day, as they stand behind the ``T`` of a value."""

DEICTICS = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1}
"""Words for a day, as days from the one on which they are written."""

REFERENCES = {
    "now": "PRESENT_REF",
    "currently": "PRESENT_REF",
    "nowadays": "PRESENT_REF",
    "recently": "PAST_REF",
    "lately": "PAST_REF",
    "soon": "FUTURE_REF",
    "shortly": "FUTURE_REF",
}
"""Words that point into past, present or future and no nearer."""

UNITS = {
    "second": "TS",  # only as "seconds": the singular is an ordinal
    "minute": "TM",
    "hour": "TH",
    "day": "D",
    "weekend": "WE",
    "week": "W",
    "fortnight": "FN",
    "month": "M",
    "quarter": "Q",
    "semester": "HY",
    "year": "Y",
    "decade": "E",
}
"""Units of time; ``T`` opens those shorter than a day."""

PLURAL_UNITS = {name + "s": code for name, code in UNITS.items()} | {"centuries": "C"}
"""The same in the plural."""

NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen "
        "fourteen fifteen sixteen seventeen eighteen nineteen".split()
    )
}
NUMBER_WORDS |= {
    word: 10 * number
    for number, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
NUMBER_WORDS |= {"dozen": 12, "hundred": 100, "thousand": 1000}

ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh "
        "twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth "
        "nineteenth twentieth".split(),
        start=1,
    )
} | {"twenty-first": 21}

DECADE_WORDS = {
    word: number
    for number, word in enumerate(
        "twenties thirties forties fifties sixties seventies eighties nineties".split(),
        start=2,
    )
}
"""Decades of a century in words: the nineties are 9."""

SET_ADVERBS = {
    "hourly": "PT1H",
    "daily": "P1D",
    "nightly": "P1D",
    "weekly": "P1W",
    "fortnightly": "P2W",
    "monthly": "P1M",
    "quarterly": "P3M",
    "annually": "P1Y",
    "yearly": "P1Y",
}
"""Words for something that comes again, with its period."""

PARTS: dict[str, Part] = {
    "early": "START",
    "beginning": "START",
    "start": "START",
    "mid": "MID",
    "middle": "MID",
    "late": "END",
    "end": "END",
}
"""Words for a third of a stretch of time."""

SHORT_MONTHS = frozenset("jan feb mar apr jun jul aug sep sept oct nov dec".split())
SHORT_WEEKDAYS = frozenset("mon tue tues wed thu thur thurs fri sat sun".split())
NAME_MONTHS = frozenset("april may june august march".split())
"""Months that are given or family names, or verbs, too."""

HOLIDAY_WORDS: dict[tuple[str, ...], str] = {
    tuple(name.replace("'s", " 's").replace(".", " .").replace("s'", "s '").split()): (
        name
    )
    for name in NAMES
}
"""Holidays by their tokens in lower case."""

HOLIDAY_HEADS = frozenset(words[0] for words in HOLIDAY_WORDS)
LONGEST_HOLIDAY = max(map(len, HOLIDAY_WORDS))

EVENTS = {"9/11": "2001-09-11"}
"""Dates that are names."""

_C = TokenClass
_CLASSES: tuple[tuple[TokenClass, str], ...] = (
    (_C.LAST, "last past previous preceding"),
    (_C.NEXT, "next coming following upcoming ensuing"),
    (_C.THIS, "this current"),
    (_C.SAME, "that same"),
    (_C.AGO, "ago"),
    (_C.LATER, "earlier later prior before hence"),
    (_C.EDGE, " ".join(PARTS)),
    (_C.EVERY, "every each"),
    (_C.FEW, "several few many couple some recent"),
    (_C.ABOUT, "about around nearly almost roughly approximately circa over"),
    (_C.OLD, "old"),
    (_C.FISCAL, "fiscal calendar financial full whole entire"),
    (_C.LATEST, "latest"),
    (_C.PERIOD, "period"),
    (_C.ENDED, "ended ending"),
    (_C.FUTURE, "future"),
    (_C.FREQUENCY, "once twice thrice times"),
    (_C.AFTER, "after"),
    (_C.NEAR, "near distant foreseeable immediate"),
    (_C.THE, "the"),
    (_C.A, "a an"),
    (_C.OF, "of in"),
    (_C.ON, "on at"),
    (_C.AND, "and &"),
    (_C.TO, "to until till through thru"),
    (_C.FROM, "from between"),
    (_C.HALF, "half"),
    (_C.CENTURY, "century"),
    (_C.ZONE, "gmt utc est edt et cst cdt pst pdt bst cet ist local"),
    (_C.COMMA, ","),
    (_C.DASH, "- – — /"),
    (_C.DOT, "."),
    (_C.APOSTROPHE, "' ’ ‘"),
    (_C.POSSESSIVE, "'s ’s"),
)

WORD_CLASSES: dict[str, TokenClass] = {
    word: token_class for token_class, words in _CLASSES for word in words.split()
}
"""Words in lower case and marks, with their class."""

for _class, _words in (
    (_C.MONTH, MONTHS),
    (_C.WEEKDAY, WEEKDAYS),
    (_C.SEASON, SEASONS),
    (_C.DAYPART, DAYPARTS),
    (_C.DEICTIC, DEICTICS),
    (_C.REFERENCE, REFERENCES),
    (_C.UNIT, UNITS),
    (_C.UNIT, PLURAL_UNITS),
    (_C.NUMBER_WORD, NUMBER_WORDS),
    (_C.ORDINAL, ORDINALS),
    (_C.SHORT_DECADE, DECADE_WORDS),
    (_C.ADVERB, SET_ADVERBS),
):
    WORD_CLASSES.update(dict.fromkeys(_words, _class))
WORD_CLASSES["second"] = _C.ORDINAL
for _names, _class in (
    (NAME_MONTHS | SHORT_MONTHS, _C.MAYBE_MONTH),
    (WEEKDAYS, _C.MAYBE_WEEKDAY),
    (("fall", "spring"), _C.MAYBE_SEASON),
):
    WORD_CLASSES.update(dict.fromkeys(_names, _class))

CASED_CLASSES: dict[str, TokenClass] = {
    **dict.fromkeys(("BC", "BCE"), _C.BEFORE_ERA),
    **dict.fromkeys(("AD", "CE"), _C.OF_ERA),
    **dict.fromkeys(
        ("am", "pm", "a.m.", "p.m.", "AM", "PM", "A.M.", "P.M."), (_C.MERIDIEM)
    ),
}
"""Tokens that count in this very spelling only."""

#: Words after which a month or year that might be a name is a time.
BEFORE_TIMES = frozenset(
    """
    in since by until till of from last past next this early late mid to through before
    after during for and between every each on or around about end middle beginning
    """.split()
)
#: Those of them that do not stand before people.
ONLY_BEFORE_TIMES = frozenset(
    """
    in since until till last next this early late mid during through every each
    """.split()
)

#: Words after which four digits are a name, a label or a count.
BEFORE_LABELS = frozenset(
    """
    $ £ € ¥ # no number flight route room boeing airbus page pages pp p chapter channel
    highway area vision agenda windows office horizon russell resolution model class
    unit type gate platform nikkei index extension apartment than least most nearly
    almost approximately roughly some number building
    """.split()
)

#: Nouns that are counted: four digits before them are no year.
COUNTED = frozenset(
    """
    people persons men women children troops soldiers civilians casualties prisoners
    dead injured others workers employees staff jobs votes voters shares homes houses
    seats students pupils passengers members cases deaths refugees migrants families
    copies patients fans supporters protesters demonstrators police officers fighters
    miles mile metres meters metre meter kilometres kilometers km m feet foot ft yards
    acres hectares square cubic pounds kilograms kg tons tonnes barrels dollars euros
    yen rupees lira francs marks percent per points words pages rpm hp cc mm mhz mw
    degrees
    hours days weeks months years tanks aircraft ships guns rounds vehicles cars
    million billion thousand hundred gmt est edt cet
    """.split()
)

#: What newspapers that carry the name of a weekday are called.
NEWSPAPERS = frozenset(
    "times telegraph mirror express mail post herald independent world mercury".split()
)
#: Words that make a name of the weekday behind them.
WEEKDAY_NICKNAMES = frozenset(
    "black bloody super ruby sheffield cyber fat shrove freaky casual giving".split()
)
