"""
Grammar: which sequences of token classes are time expressions.

Each rule is a name and a pattern over the names of
:class:`~searchkit.annotations.times.vocabulary.TokenClass`; ``compile_grammar`` puts
the class characters in place of the names, so that the whole grammar is one regular
expression over the class string of a text.  The first rule that fits at a token wins,
so longer forms stand above the shorter ones that they contain.

All repetition is bounded and no rule is longer than some twenty tokens, so that the
time to search a text grows with its length and no faster.
"""

from __future__ import annotations

import re

from searchkit.annotations.times.vocabulary import TokenClass

#: "early", "in the middle of the": what narrows the unit behind it.
_EDGE = "(?:THE? EDGE DASH? (?:OF THE?)?)?"
_SPELLED_YEAR = "NUMBER_WORD NUMBER_WORD (?:DASH? NUMBER_WORD)?"
_ANY_YEAR = f"(?:YEAR|{_SPELLED_YEAR})"
_DATE_YEAR = "(?:COMMA? YEAR)?"
_MONTH = "MONTH DOT?"
_DAY = "(?:DAY|ORDINAL_DAY)"
_DIGITS = "(?:DAY|NUMBER|YEAR)"
_COUNT = (
    f"(?:A? FEW OF? A?|(?:{_DIGITS} DASH?)? FRACTION|{_DIGITS} NUMBER_WORD?"
    "|A? NUMBER_WORD(?:(?:DASH|AND|A)? NUMBER_WORD){0,3}|A)"
)
_RELATIVE = "(?:THE? (?:LAST|NEXT|THIS|SAME){1,2})"
_THAT_YEAR = "(?:OF? (?:THE? (?:LAST|NEXT|THIS|SAME)|THE) FISCAL? UNIT)"
_IN_YEAR = f"(?:COMMA? OF? FISCAL? {_ANY_YEAR}|{_THAT_YEAR})"
_UNIT_YEAR = "(?:(?:LAST|NEXT|THIS|SAME) FISCAL? UNIT POSSESSIVE)"
_YEAR_BEFORE = f"(?:YEAR|UNIT DASH? (?:AGO|LATER)|{_UNIT_YEAR})"
_QUARTER = "(?:QUARTER|ORDINAL DASH? UNIT)"
_OF_WEEKDAY = "(?:WEEKDAY DOT? DAYPART? COMMA? ON? THE?)?"
_TIME = "(?:CLOCK MERIDIEM?|CLOCK_TIME|(?:DAY|NUMBER) MERIDIEM|NUMBER(?= ZONE))"
#: The same time in another zone: (0735 GMT).
_ELSEWHERE = "(?:OTHER (?:NUMBER|CLOCK) ZONE OTHER)?"

RULES: tuple[tuple[str, str], ...] = (
    ("numeric_date", "DATE"),
    ("event", "EVENT"),
    # parts of months and years that share their month or year
    (
        "days_of_month",
        f"FROM? THE? {_DAY} (?:DASH|TO|AND) THE? {_DAY} OF? {_MONTH} {_DATE_YEAR}",
    ),
    ("days_of_month", f"FRACTION OF? {_MONTH} {_DATE_YEAR}"),
    ("month_days", f"FROM? {_MONTH} {_DAY} (?:DASH|TO|AND) {_DAY} {_DATE_YEAR}"),
    ("short_years", "FROM? YEAR DASH (?:DAY|NUMBER)"),
    (
        "unit_of_day",
        f"THE? FISCAL? UNIT (?:OF|ENDED) (?:{_MONTH} {_DAY}|THE? {_DAY} OF? {_MONTH})"
        + _DATE_YEAR,
    ),
    # days
    (
        "edge_day",
        f"THE? (?:ORDINAL|ORDINAL_DAY|LAST) UNIT OF {_MONTH} (?:COMMA? OF? YEAR)?",
    ),
    (
        "weekday_of_month",
        (
            "THE? (?:ORDINAL|ORDINAL_DAY|LAST) WEEKDAY OF (?:"
            f"{_MONTH} (?:COMMA? OF? YEAR)?|{_RELATIVE} UNIT)"
        ),
    ),
    ("day_of_relative_month", f"THE? ORDINAL_DAY OF {_RELATIVE} UNIT"),
    (
        "month_day",
        f"{_OF_WEEKDAY} (?:LAST|NEXT|THIS)? {_MONTH} THE? {_DAY} {_DATE_YEAR}",
    ),
    (
        "day_month",
        (
            f"{_OF_WEEKDAY} THE? (?:{_DAY} OF?|ORDINAL OF) {_MONTH}"
            "(?:COMMA? OF? YEAR|NUMBER)?"
        ),
    ),
    ("holiday", "HOLIDAY HOLIDAY_REST{0,4} (?:COMMA? OF? YEAR)?"),
    (
        "clock_day",
        (
            f"ABOUT? (?:{_TIME} ZONE? {_ELSEWHERE}|DAYPART) COMMA? ON?"
            f"(?:{_RELATIVE}? WEEKDAY|DEICTIC)"
        ),
    ),
    (
        "clock_date",
        (
            f"(?:{_TIME} ZONE? {_ELSEWHERE}|NUMBER UNIT?) COMMA? ON?"
            f"(?:{_MONTH} {_DAY}|THE? {_DAY} OF? {_MONTH}) {_DATE_YEAR}"
        ),
    ),
    # months and parts of years
    ("month_year", f"{_EDGE} {_MONTH} COMMA? OF? {_ANY_YEAR}"),
    ("month_of_year", f"{_EDGE} {_MONTH} {_THAT_YEAR}|{_UNIT_YEAR} {_MONTH}"),
    (
        "season_year",
        f"{_EDGE} THE? SEASON {_IN_YEAR} (?:DASH (?:DAY|NUMBER|YEAR))?|YEAR SEASON",
    ),
    (
        "quarter",
        f"{_EDGE} THE? LAST? {_YEAR_BEFORE}? FISCAL? {_QUARTER} {_IN_YEAR}?",
    ),
    (
        "quarter",
        "YEAR QUARTER",
    ),
    (
        "half",
        f"THE? (?:YEAR|{_UNIT_YEAR})? FISCAL? (?:ORDINAL|LAST) DASH? HALF {_IN_YEAR}?",
    ),
    ("year_ago_period", "(?:THE|A)? UNIT DASH (?:AGO|LATER) (?:UNIT|PERIOD)?"),
    # counted from somewhere
    (
        "counted",
        f"ABOUT? {_COUNT} DASH? (?:UNIT|CENTURY) (?:AND A? HALF)? (?:AGO|LATER)",
    ),
    ("counted", "HALF A UNIT AGO"),
    ("duration", "HALF A UNIT"),
    ("counted_span", f"THE? (?:LAST|NEXT) {_COUNT} DASH? UNIT"),
    ("counted_span", f"THE {_COUNT} (?:LAST|NEXT) UNIT"),
    # the 1980s, the 19th century
    ("decade", f"{_EDGE} THE? (?:DECADE|YEAR POSSESSIVE)"),
    ("short_decade", f"{_EDGE} (?:THE APOSTROPHE?|APOSTROPHE|THE) SHORT_DECADE"),
    ("short_decade", "EDGE DASH? (?:OF THE)? APOSTROPHE? SHORT_DECADE"),
    ("century", f"{_EDGE} THE? (?:ORDINAL_DAY|ORDINAL) DASH? CENTURY BEFORE_ERA?"),
    # relative to a day of publication, or to the date last mentioned
    (
        "weekday_of_week",
        f"WEEKDAY OF? {_RELATIVE} UNIT|{_RELATIVE} UNIT ON? WEEKDAY",
    ),
    ("weekday_and_day", f"WEEKDAY COMMA? THE? {_DAY}"),
    ("next_deictic", "THE? UNIT (?:LATER|AFTER) DEICTIC"),
    ("counted_on", f"{_COUNT} DASH? UNIT (?:FROM|LATER|AFTER) (?:REFERENCE|DEICTIC)"),
    (
        "weekday",
        f"EDGE? (?:{_RELATIVE})? WEEKDAY (?:DAYPART|ON? {_TIME} ZONE?)?",
    ),
    ("relative_month", f"{_EDGE} {_RELATIVE} {_MONTH}"),
    ("relative_season", f"{_EDGE} {_RELATIVE} SEASON"),
    (
        "relative_unit",
        f"(?:LATER|EDGE DASH? OF?)? {_RELATIVE} FISCAL? (?:UNIT|CENTURY)",
    ),
    ("edge_of_unit", "(?:LATER OF|THE? EDGE OF) THE FISCAL? UNIT"),
    ("end_of_year", "UNIT DASH? EDGE|EDGE DASH? UNIT"),
    ("deictic", "(?:LATER|EDGE)? DEICTIC DAYPART?"),
    ("relative_daypart", "(?:LATER|EDGE)? (?:THE? (?:SAME|NEXT)|THIS|LAST) DAYPART"),
    # sets and durations
    ("frequency", "(?:NUMBER_WORD|DAY|NUMBER|FEW)? FREQUENCY A UNIT"),
    ("military_clock", "NUMBER UNIT (?!AND A? HALF|DASH? OLD)"),
    ("fiscal_year", "THE FISCAL UNIT YEAR"),
    ("counted_span", f"THE ORDINAL {_COUNT} DASH? UNIT"),
    (
        "every",
        "EVERY (?:ORDINAL|NUMBER_WORD|DAY)? (?:UNIT|WEEKDAY|MONTH|SEASON|DAYPART)",
    ),
    ("adverb", "ADVERB"),
    ("spelled_year", f"(?:THE? UNIT)? {_SPELLED_YEAR}"),
    ("duration", f"{_DIGITS} (?:DASH|TO) {_DIGITS} DASH? UNIT (?:DASH? OLD)?"),
    ("duration", f"ABOUT? THE? {_COUNT} DASH? UNIT (?:AND A? HALF)? (?:DASH? OLD)?"),
    ("the_unit", "THE (?:LATEST|FISCAL)? (?:UNIT|PERIOD)"),
    ("units_ago", "UNIT AGO"),
    ("units", "UNIT"),
    ("clock", f"{_TIME} ZONE?"),
    ("point_of_day", "DAYPART"),
    # a year, a month, a season alone
    (
        "era_year",
        "(?:OF_ERA (?:YEAR|NUMBER|DAY)|(?:YEAR|NUMBER|DAY) (?:BEFORE_ERA|OF_ERA))",
    ),
    ("year", f"{_EDGE} FISCAL? UNIT? YEAR"),
    ("month", f"{_EDGE} {_MONTH}"),
    ("season", f"{_EDGE} THE? SEASON"),
    ("day_of_month", "THE ORDINAL_DAY"),
    ("reference", "REFERENCE"),
    ("past_or_future", "THE (?:NEAR|FEW)? (?:LAST|FUTURE)"),
)

#: Where no rule can begin: most of a text, which one look ahead passes over.
_IDLE = (
    "(?!OTHER|BREAK|COMMA|DASH|DOT|POSSESSIVE|OF|ON|AND|TO|(?:THE|A|DAY|NUMBER"
    "|NUMBER_WORD|ORDINAL|LAST|NEXT|THIS|SAME|FROM|EVERY|FEW|ABOUT|EDGE|LATER) OTHER)"
)
_NAME = re.compile(r"[A-Z][A-Z_]+|\bA\b")


def compile_grammar(
    rules: tuple[tuple[str, str], ...] = RULES,
) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """
    Turn rules into one regular expression over class strings.

    Returns:
        The expression, and for each of its groups, from 1, the name of the rule.

    Raises:
        KeyError: A rule uses a name that is no token class.
    """

    def character(name: re.Match[str]) -> str:
        return re.escape(TokenClass[name[0]].value)

    names = tuple(name for name, _ in rules)
    patterns = "|".join(f"({pattern})" for _, pattern in rules)
    whole = _NAME.sub(character, f"{_IDLE}(?:{patterns})")
    return re.compile(whole.replace(" ", "")), names
