"""
Tokens: a text as words, their places, and one class character for each.

Classes come from a table of words and from the shape of numbers.  What the table leaves
undecided is decided here by the neighbours: "May" is a month after "in" or before a
number, "1975" a year unless it is counted ("1975 people"), labelled ("Room 1975") or
stands as a name ("the 1975").
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise

from searchkit.annotations.times.vocabulary import (
    BEFORE_LABELS,
    BEFORE_TIMES,
    CASED_CLASSES,
    COUNTED,
    EVENTS,
    HOLIDAY_HEADS,
    HOLIDAY_WORDS,
    LONGEST_HOLIDAY,
    MONTHS,
    NAME_MONTHS,
    NEWSPAPERS,
    ONLY_BEFORE_TIMES,
    SEASONS,
    SHORT_MONTHS,
    SHORT_WEEKDAYS,
    WEEKDAY_NICKNAMES,
    WEEKDAYS,
    WORD_CLASSES,
    TokenClass,
)

# ASCII digits only: no other digits make dates in English.
_TOKEN = re.compile(
    r"""
      [0-9]{4}-[0-9]{2}-[0-9]{2}                      # 2020-02-29T14:05:00Z
        (?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?
           (?:Z|[+-][0-9]{2}:?[0-9]{2})?)?(?!\w)
    | [0-9]{4}-W[0-9]{2}(?:-[1-7])?(?!\w)             # 2020-W09
    | (?<!\w)['’][0-9]{2}(?!\w)                       # '69
    | [0-9]{1,4}/[0-9]{1,2}/[0-9]{2,4}(?!\w)          # 29/02/2020
    | [0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}(?!\w)          # 29.02.2020
    | [0-9]{1,2}/[0-9]{1,2}(?!\w)                     # 9/11, 1/2
    | [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?!\w)         # 10:35
    | [0-9]{1,2}[ap]\.m\.
    | [0-9]++(?:(?:,[0-9]{3})++(?![0-9]))?(?:\.[0-9]++)?[^\W\d_]*+
    | [ap]\.m\. | [AP]\.M\.
    | [^\W\d]\w*+
    | ['’]s(?!\w)
    | \n[^\S\n]*+\n                                  # a blank line
    | \S
    """,
    re.VERBOSE,
)

_C = TokenClass
_UNDECIDED = re.compile("[56789]")
_CACHE_SIZE = 50_000


class _Classes(dict[str, str]):
    """
    The class of each token seen so far; a new one is looked up once.
    """

    def __missing__(self, token: str) -> str:
        found: str = _class_of(token)
        if len(self) < _CACHE_SIZE and len(token) < 32:
            self[token] = found
        return found


def _class_of(token: str) -> TokenClass:
    if token in CASED_CLASSES:
        return CASED_CLASSES[token]
    first = token[0]
    if first in "0123456789":
        return _class_of_number(token)
    if first in "'’" and len(token) == 3 and token[1:].isdecimal():
        return _C.MAYBE_YEAR
    lower = token.lower()
    known = WORD_CLASSES.get(lower)
    if known is None:
        if lower in HOLIDAY_HEADS and first.isupper():
            return _C.MAYBE_HOLIDAY
        if len(token) == 2 and first in "Qq" and token[1] in "1234":
            return _C.QUARTER
        return _C.BREAK if token[0] == "\n" else _C.OTHER
    if known is _C.DOT:
        return _C.OTHER
    if known in (_C.MAYBE_MONTH, _C.MAYBE_WEEKDAY) and first.islower():
        return _C.OTHER
    if lower in HOLIDAY_HEADS and first.isupper() and known is not _C.MAYBE_MONTH:
        return _C.MAYBE_HOLIDAY
    return known


def _class_of_number(token: str) -> TokenClass:
    if token in EVENTS:
        return _C.EVENT
    if token[4:5] == "-" and len(token) > 7:
        return _C.DATE
    if ":" in token:
        return _C.CLOCK
    if "/" in token:
        return _C.DATE if token.count("/") == 2 else _C.FRACTION
    if "-" in token or token.count(".") == 2:
        return _C.CLOCK_TIME if token[-1] == "." else _C.DATE
    digits = token.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    letters = token[len(digits) :].lower()
    if not digits.isdecimal():
        return _C.OTHER if letters else _C.NUMBER
    number = int(digits) if len(digits) < 5 else 10_000
    if not letters:
        if len(digits) == 4 and 1000 <= number <= 2100:
            return _C.MAYBE_YEAR
        return _C.DAY if len(digits) < 3 and 1 <= number <= 31 else _C.NUMBER
    if letters == "s":
        if len(digits) == 4 and number % 10 == 0 and 1000 <= number <= 2100:
            return _C.DECADE
        short = len(digits) == 2 and number % 10 == 0
        return _C.SHORT_DECADE if short else _C.OTHER
    if letters in ("st", "nd", "rd", "th"):
        return _C.ORDINAL_DAY if 1 <= number <= 31 else _C.OTHER
    return _C.CLOCK_TIME if letters in ("am", "pm") and number <= 12 else _C.OTHER


_CLASSES = _Classes()


class TokenizedText:
    """
    A text as tokens.

    Attributes:
        text: The text.
        words: The tokens as they stand there.
        starts: Where each begins, in code points.
        classes: One character of :class:`~.vocabulary.TokenClass` for each token.
    """

    __slots__ = ("__dict__", "classes", "starts", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        matches = list(_TOKEN.finditer(text))
        self.words = [match[0] for match in matches]
        self.starts = [match.start() for match in matches]
        table = _CLASSES
        self.classes = "".join([table[word] for word in self.words])
        self._decide()

    def end(self, index: int) -> int:
        """
        Return where a token ends, in code points.
        """
        return self.starts[index] + len(self.words[index])

    def lower(self, index: int) -> str:
        """
        Return a token in lower case; empty before the first and after the last.
        """
        return self.words[index].lower() if 0 <= index < len(self.words) else ""

    def class_at(self, index: int) -> str:
        """
        Return the class of a token; OTHER before the first and after the last.
        """
        return self.classes[index] if 0 <= index < len(self.classes) else _C.OTHER

    def adjacent(self, index: int) -> bool:
        """
        Tell whether a token follows the one before it without white space.
        """
        return index > 0 and self.end(index - 1) == self.starts[index]

    @cached_property
    def months_as_names(self) -> frozenset[str]:
        """
        Months that this text uses as the name of a person, in lower case.

        A month is one where a capitalised word that opens no phrase of time stands
        before it ("Theresa May", "Mrs May").
        """
        return frozenset(
            month.lower()
            for before, month in pairwise(self.words)
            if month.lower() in NAME_MONTHS
            and month[0].isupper()
            and before[0].isupper()
            and len(before) > 1
            and before.lower() not in BEFORE_TIMES
            and _CLASSES[before] == _C.OTHER
        )

    def _decide(self) -> None:
        """
        Give every undecided token a class.
        """
        undecided = list(_UNDECIDED.finditer(self.classes))
        if not undecided:
            return
        classes = list(self.classes)
        for match in undecided:
            index = match.start()
            if classes[index] == match[0]:
                self._decide_one(classes, index)
        self.classes = "".join(classes)

    def _decide_one(self, classes: list[str], index: int) -> None:
        undecided = classes[index]
        if undecided in (_C.MAYBE_HOLIDAY, _C.MAYBE_MONTH):
            length = self._holiday_length(index)
            if length:
                classes[index : index + length] = [
                    _C.HOLIDAY,
                    *(_C.HOLIDAY_REST,) * (length - 1),
                ]
                return
        lower = self.lower(index)
        short = lower in SHORT_MONTHS or lower in SHORT_WEEKDAYS
        if undecided == _C.MAYBE_MONTH:
            classes[index] = _C.MONTH if self._is_month(index) else _C.OTHER
        elif undecided == _C.MAYBE_WEEKDAY:
            classes[index] = _C.WEEKDAY if self._is_weekday(index) else _C.OTHER
        elif undecided == _C.MAYBE_YEAR:
            is_year = self._is_year(index, classes)
            number = _C.NUMBER if lower.isdecimal() else _C.OTHER
            classes[index] = _C.YEAR if is_year else number
        elif undecided == _C.MAYBE_SEASON:
            classes[index] = _C.SEASON if self._is_season(index) else _C.OTHER
        else:
            classes[index] = WORD_CLASSES.get(lower, _C.OTHER)
        if short and classes[index] != _C.OTHER and self.lower(index + 1) == ".":
            classes[index + 1] = _C.DOT

    def _holiday_length(self, index: int) -> int:
        """
        Return of how many tokens the holiday that begins here is; 0 if there is none.
        """
        words = [
            word.lower().replace("’", "'")
            for word in self.words[index : index + LONGEST_HOLIDAY]
        ]
        for length in range(len(words), 0, -1):
            if tuple(words[:length]) in HOLIDAY_WORDS:
                # "Easter Island", "Christmas tree": the day lends its name
                after = self.words[index + length : index + length + 1]
                names = after and after[0][0].isupper() and length == 1
                return 0 if names and after[0].lower() not in WEEKDAYS else length
        return 0

    def _skip(self, index: int, step: int, marks: str) -> int:
        index += step
        return index + step if self.lower(index) in tuple(marks) else index

    def _number_follows(self, index: int) -> bool:
        after = self.class_at(self._skip(index, 1, ".,"))
        return after in (_C.DAY, _C.ORDINAL_DAY, _C.MAYBE_YEAR, _C.YEAR)

    def _is_month(self, index: int) -> bool:
        word, lower = self.words[index], self.lower(index)
        before = self.lower(self._skip(index, -1, "-–"))
        if self._number_follows(index):
            return True
        if before[:1].isdecimal() and self.class_at(index - 1) in (
            _C.DAY,
            _C.ORDINAL_DAY,
        ):
            return not word.isupper() or lower not in ("may", "mar")
        if lower in SHORT_MONTHS:
            return before in BEFORE_TIMES and self.lower(index + 1) == "."
        if word.isupper():
            return False
        if lower in self.months_as_names:
            return before in ONLY_BEFORE_TIMES
        if before in BEFORE_TIMES:
            return True
        if lower in ("may", "march"):
            return False
        after = self.words[index + 1 : index + 2]
        return not (after and after[0][:1].isupper() and after[0][1:2].islower())

    def _is_weekday(self, index: int) -> bool:
        lower, before = self.lower(index), self.lower(index - 1)
        if lower in SHORT_WEEKDAYS:
            after = self._skip(index, 1, ".,")
            if self.class_at(after) in (_C.DAY, _C.CLOCK, _C.CLOCK_TIME, _C.MONTH):
                return True
            if self.lower(after) in MONTHS:
                return True
            dotted = self.lower(index + 1) == "."
            return dotted and before in ("on", "last", "next", "this", "every")
        after_word = self.words[index + 1 : index + 2]
        if after_word and after_word[0].istitle():
            if after_word[0].lower() in NEWSPAPERS:
                return False
            if after_word[0] == "Night":
                return False
        return before not in WEEKDAY_NICKNAMES

    def _is_season(self, index: int) -> bool:
        """
        Tell "the fall" and "last spring" from "to fall" and "spring from".
        """
        if self.words[index][0].isupper() and not self._number_follows(index):
            return False
        after, before = self.lower(index + 1), self.lower(index - 1)
        if before in ("last", "past", "next", "coming", "this", "each", "every"):
            return True
        if before == "and" and self.lower(index - 2) in SEASONS:
            return True
        if self.lower(index) == "fall" and after in ("of", "in", "out", "from", "guy"):
            # "the fall of 2004"; not "the fall of the wall", "to fall in 2004"
            dated = self.class_at(index + 2) in (_C.MAYBE_YEAR, _C.YEAR, _C.LAST)
            return dated and before in ("the", "early", "late", "mid")
        if self._number_follows(index) and self.class_at(index + 1) == _C.MAYBE_YEAR:
            return True
        return before in (
            "the in early late mid since until during by following previous that"
        ).split() and not (before == "the" and self.lower(index - 2) == "after")

    def _is_year(self, index: int, classes: list[str]) -> bool:
        word = self.words[index]
        if word[0] in "'’":
            return self._is_short_year(index)
        number = int(word)
        before, after = self.lower(index - 1), self.lower(index + 1)
        if before in ("c", "ca", "circa") or (
            before == "." and self.lower(index - 2) in ("c", "ca")
        ):
            return True
        if not 1500 <= number <= 2060:
            era = self.class_at(index + 1) in (_C.BEFORE_ERA, _C.OF_ERA)
            known = "in since year of by until from ad and to – between".split()
            if before not in known and not era:
                return False
        if before in BEFORE_LABELS:
            return False
        counted = after in COUNTED and before not in ("in", "the")
        if after in ("%", "°") or (counted and before not in MONTHS):
            return False
        if self.adjacent(index):
            if before and before in ":.\\@_":
                return False
            if before == "/" and classes[index - 2] != _C.YEAR:
                return False
            # a telephone number or a code, unless a range or "mid-2010"
            if before == "-" and classes[index - 2] in (_C.NUMBER, _C.DAY):
                return False
        if after and after in "\\@_=":
            return False
        if before in ("about", "over", "around", "some"):
            earlier = self.lower(index - 2)
            closed = not after[:1].isalpha() or after in _CLAUSE_OPENERS
            closed = closed and before in ("about", "around")
            return closed or earlier in ("in", "since", "from", "until", "of", "by")
        if before == "the":
            return self._is_attribute(index)
        return True

    def _is_short_year(self, index: int) -> bool:
        """
        Tell "the summer of '69" from a quotation that begins with a number.
        """
        before = self.lower(index - 1)
        named = before in MONTHS or before in SEASONS or self.class_at(index - 1) == "."
        return named or before in (
            *("in", "of", "since", "until", "by", "from", "before", "after", "to"),
        )

    def _is_attribute(self, index: int) -> bool:
        """
        Tell "the 2020 election" from a band that is called "the 1975".
        """
        following = self.words[index + 1 : index + 2]
        if not following:
            return False
        word = following[0]
        if word in ("-", "–"):
            return True
        if word == "and" or not word[0].isalpha():
            return False
        return word.lower() not in _VERBS and not word.endswith("ed")


_CLAUSE_OPENERS = frozenset(
    "and or but when as by with who which after before to until in on at".split()
)
_VERBS = frozenset(
    """
    is are was were be has have had will would can could may might did do does released
    performs plays play sang tour won said say perform return on at in with for to from
    who
    """.split()
)
