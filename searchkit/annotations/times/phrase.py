"""
Phrases: a run of tokens that follows a rule of the grammar, with ways to look at it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from searchkit.annotations.times.readings import Reading
from searchkit.annotations.times.vocabulary import (
    DAYPARTS,
    MONTHS,
    NUMBER_WORDS,
    ORDINALS,
    PARTS,
    PLURAL_UNITS,
    UNITS,
    TokenClass,
)

if TYPE_CHECKING:
    from searchkit.annotations.model import TimeType
    from searchkit.annotations.times.readings import Gap, Which
    from searchkit.annotations.times.tokens import TokenizedText
    from searchkit.annotations.times.values import Part

_C = TokenClass
_WHICH: dict[str, Which] = {_C.LAST: "last", _C.NEXT: "next", _C.THIS: "this"}
_NAMES_OF_TIME = frozenset((_C.MONTH, _C.SEASON, _C.UNIT, _C.WEEKDAY))
_CLOCK = re.compile(r"(\d{2})(\d{2})\Z|(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)
_SHORT_YEAR_PIVOT = 50
_QUOTES = frozenset(("'", '"', "“", "‘", "`", "«"))
_NUMBERS = frozenset((_C.DAY, _C.NUMBER, _C.YEAR, _C.NUMBER_WORD, _C.FRACTION))


@dataclass(frozen=True, slots=True)
class Phrase:
    """
    The tokens ``first`` to ``end`` (exclusive) of a text.

    Attributes:
        tokens: The text.
        rule: The rule that they follow.
        first: Number of the first token.
        end: Number of the token behind the last.
    """

    tokens: TokenizedText
    rule: str
    first: int
    end: int

    @property
    def classes(self) -> str:
        """
        One class character for each token.
        """
        return self.tokens.classes[self.first : self.end]

    @property
    def before(self) -> str:
        """
        The token before the first, in lower case; empty at the start of the text.
        """
        return self.tokens.lower(self.first - 1)

    @property
    def after(self) -> str:
        """
        The token behind the last, in lower case; empty at the end of the text.
        """
        return self.tokens.lower(self.end)

    def place(self, token_class: str, which: int = 0) -> int | None:
        """
        Return the number of the first (second, …) token of a class, or ``None``.
        """
        at = self.first - 1
        for _ in range(which + 1):
            at = self.tokens.classes.find(token_class, at + 1, self.end)
            if at < 0:
                return None
        return at

    def word(self, token_class: str, which: int = 0) -> str:
        """
        Return the first (second, …) token of a class in lower case, or nothing.
        """
        at = self.place(token_class, which)
        return "" if at is None else self.tokens.lower(at)

    def year(self) -> int | None:
        """
        Return the year that stands in the phrase as a number, or in words.
        """
        word = self.word(_C.YEAR)
        if not word:
            return self.spelled_year()
        return int(word) if word[0] not in "'’" else full_year(int(word[1:]))

    def spelled_year(self) -> int | None:
        """
        Return the year that "nineteen ninety-six" or "twenty twenty" says.

        "Two thousand" is one only where the word "year" says so.
        """
        numbers = [
            NUMBER_WORDS[self.tokens.lower(index)]
            for index in range(self.first, self.end)
            if self.tokens.classes[index] == _C.NUMBER_WORD
        ]
        if numbers[:2] == [2, 1000] and self.word(_C.UNIT) == "year":
            return 2000 + sum(numbers[2:])
        if not 2 <= len(numbers) <= 3 or numbers[0] not in (18, 19, 20):
            return None
        if len(numbers) == 3 and not (numbers[1] >= 20 and numbers[2] < 10):
            return None
        if not 10 <= numbers[1] < 100:
            return None
        return numbers[0] * 100 + sum(numbers[1:])

    @property
    def is_quoted_name(self) -> bool:
        """
        Whether this opens a quotation in capitals, as names of programmes do.
        """
        at = self.place(_C.UNIT)
        capital = at is not None and self.tokens.words[at][0].isupper()
        return capital and self.before in _QUOTES

    def month(self, which: int = 0) -> int:
        """
        Return the number of the first (second, …) month named; 0 if there is none.
        """
        return MONTHS.get(self.word(_C.MONTH, which), 0)

    def days(self) -> list[int]:
        """
        Return all days of a month in the phrase, as "12", "12th" or "twelfth".
        """
        found = []
        for index in range(self.first, self.end):
            token_class = self.tokens.classes[index]
            word = self.tokens.lower(index)
            if token_class == _C.DAY:
                found.append(int(word))
            elif token_class == _C.ORDINAL_DAY:
                found.append(int(word[:-2]))
            elif token_class == _C.ORDINAL:
                found.append(ORDINALS[word])
        return found

    def unit(self) -> tuple[str, bool]:
        """
        Return the code of the last unit in the phrase, and whether it is a plural.
        """
        at = self.tokens.classes.rfind(_C.UNIT, self.first, self.end)
        word = self.tokens.lower(at) if at >= 0 else ""
        if word in PLURAL_UNITS:
            return PLURAL_UNITS[word], True
        return UNITS.get(word, "C"), False

    def part(self) -> Part | None:
        """
        Return what "early", "mid" or "late" in the phrase say.
        """
        return PARTS.get(self.word(_C.EDGE))

    def count(self, first: int | None = None) -> float | None:
        """
        Return the number of units that are counted; ``None`` for "several".

        Args:
            first: The token to begin at, if not the first one.
        """
        total: float | None = None
        for index in range(self.first if first is None else first, self.end):
            token_class = self.tokens.classes[index]
            word = self.tokens.lower(index)
            if token_class in (_C.UNIT, _C.CENTURY):
                break
            if token_class == _C.FEW:
                return 2.0 if word == "couple" else None
            if token_class in _NUMBERS:
                number = _number(word)
                if total is not None and number in (12, 100, 1000):
                    total *= number
                else:
                    total = (total or 0) + number
        if self.classes[0] == _C.HALF:
            return 0.5
        return (1.0 if total is None else total) + 0.5 * (_C.HALF in self.classes)

    def which(self) -> Which | None:
        """
        Return what "last", "next" or "this" say of the month, weekday or unit.
        """
        found: Which | None = None
        for token_class in self.classes:
            if token_class in _NAMES_OF_TIME:
                break
            found = _WHICH.get(token_class, found)  # "this past spring" is the last
        return found

    def daypart(self) -> str:
        """
        Return the part of the day in the phrase as ``TNI``; empty if there is none.
        """
        word = self.word(_C.DAYPART)
        return f"T{DAYPARTS[word]}" if word else ""

    def clock(self) -> str:
        """
        Return the time of day in the phrase as ``T10:35``; empty if there is none.
        """
        for token_class in (_C.CLOCK, _C.CLOCK_TIME, _C.DAY, _C.NUMBER):
            found = _CLOCK.match(self.word(token_class))
            if found:
                break
        else:
            return ""
        hour, minute = int(found[1] or found[3]), int(found[2] or found[4] or 0)
        marks = self.word(_C.CLOCK_TIME) + self.word(_C.MERIDIEM)
        if "p" in marks and hour < 12:
            hour += 12
        elif "a" in marks and hour == 12:
            hour = 0
        return f"T{hour:02d}:{minute:02d}" if hour < 25 and minute < 60 else ""

    def reading(
        self,
        value: str,
        gap: Gap | None = None,
        *,
        first: int | None = None,
        end: int | None = None,
        clock: str = "",
        part: Part | None = None,
        kind: Literal["DATE", "DURATION", "SET"] = "DATE",
    ) -> list[Reading]:
        """
        Make the one reading of the phrase.

        Args:
            value: The value of the day or longer unit, with ``X`` for what is open.
            gap: What the anchor has to tell.
            first: The first token, if not that of the phrase.
            end: The token behind the last, if not that of the phrase.
            clock: What is added to the value; makes the type TIME.
            part: The third that the words speak of.
            kind: The type without a clock.

        Returns:
            A list of one, as readers return it.
        """
        first = self.first if first is None else first
        end = self.end if end is None else end
        while end - first > 1 and self.tokens.classes[end - 1] in (_C.DOT, _C.COMMA):
            end -= 1
        vague = part is not None or _C.ABOUT in (
            self.tokens.class_at(first - 1),
            self.tokens.classes[first],
        )
        type_: TimeType = "TIME" if clock else kind
        return [Reading(type_, value + clock, first, end, gap, clock, part, vague)]


def is_military(word: str) -> bool:
    """
    Tell whether four digits are a time of the day, as soldiers write it: 0735.

    Those that begin with neither 0 nor 1 nor 2, or might be a year, are none.
    """
    if len(word) != 4 or not word.isdecimal() or word[0] != "0":
        return False
    return int(word[:2]) < 24 and int(word[2:]) < 60


def full_year(short: int) -> int:
    """
    Return the year that two digits stand for: 1950 to 2049.

    Example:
        >>> full_year(69), full_year(15)
        (1969, 2015)
    """
    return short + (1900 if short >= _SHORT_YEAR_PIVOT else 2000)


def _number(word: str) -> float:
    if word in NUMBER_WORDS:
        return float(NUMBER_WORDS[word])
    if "/" in word:
        above, below = word.split("/")
        return int(above) / (int(below) or 1)
    try:
        return float(word.replace(",", "")[:12])
    except ValueError:
        return 1.0
