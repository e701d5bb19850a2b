"""
The lexer: from a query string to tokens of the query grammar.

A token here is a piece of syntax or a value, not yet a word of the analyzer.  What a
stretch of characters means depends on the field before it: ``[2020 TO 2021]`` is one
value behind ``dates:``, and ``https://example.org/a`` is one behind ``url:``.  So the
parser asks for one token at a time, and says which field is open.

Every character belongs to a token or to the blanks between two; no string is an error.
The work is linear in the length of the string, but for brackets that are never closed,
which are few in a string of limited length.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Literal, TypeAlias

from searchkit.queries.patterns import lazily
from searchkit.queries.tree import ExactField, NameField, TextField
from searchkit.values import Value

DateField: TypeAlias = Literal["dates", "dates-within", "published", "published-within"]
"""The two clocks, for what overlaps the days asked for and for what lies within."""

FieldName: TypeAlias = TextField | NameField | DateField | ExactField
"""The fields as trees print them."""

FIELD_NAMES: dict[str, FieldName] = {
    "title": "title",
    "body": "body",
    "entity": "entity",
    "entities": "entity",
    "person": "person",
    "people": "person",
    "org": "org",
    "organisation": "org",
    "organization": "org",
    "place": "place",
    "location": "place",
    "group": "group",
    "groups": "group",
    "event": "event",
    "events": "event",
    "dates": "dates",
    "date": "dates",
    "mentioned": "dates",
    "dates-within": "dates-within",
    "published": "published",
    "published-within": "published-within",
    "source": "source",
    "url": "url",
    "id": "id",
}
"""What a person may type before a colon, in lower case."""

OPERATORS = frozenset(("AND", "OR", "NOT"))
"""Words that join others, in capitals only."""

#: Opening marks, and what closes a phrase that begins with them.
_CLOSERS = {
    '"': '"',
    "＂": "＂",
    "“": "”",
    "”": "”",
    "„": "“”",
    "‟": "”",
    "«": "»",
    "»": "«",
}
QUOTES = "".join(_CLOSERS)
"""Every quotation mark that may open or close a phrase."""


_RUN = rf"[^\s(){QUOTES}]"
_IN_DATE = rf"[^\s(){QUOTES}\[\]{{}}]"
_WORD = re.compile(rf"{_RUN}+")
_SIGNS = lazily(rf"[-+]++(?=[({QUOTES}]|{_RUN}*?(?:[^\W_]|\*))")
_SUFFIX = lazily(r"[~^][\d.]*|\*+", re.ASCII)
_FIELD = lazily(r"([A-Za-z]+(?:-[A-Za-z]+)?):")
#: With parentheses inside, as addresses have them.
_EXACT = lazily(rf"(?:{_RUN}|\({_RUN}*\))+")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = lazily(
    rf"""
      (?: {_DAY} \s+ (?:of\s+)? )? {_MONTH} ,? \s+ (?: {_DAY} ,? \s+ )? \d{{4}} (?!\w)
    | the \s+ \d{_IN_DATE}*                             # the 1980s
    | [\[{{] [^()\[\]{{}}{QUOTES}]* [\]}}]               # [2020 TO 2021]
    | [\[{{] \s* {_IN_DATE}+ (?: \s+ TO \s+ {_IN_DATE}+ )?  # the same, never closed
    | [<>]=? \s* {_IN_DATE}+                             # > 2020
    | {_IN_DATE}+ (?: \s+ (?:\.{{2,3}}|…) \s* \d{_IN_DATE}* )?   # 2020 .. 2021
    """,
    re.VERBOSE | re.IGNORECASE,
)


class TokenKind(Enum):
    """
    What a token is.
    """

    OPEN = "("
    CLOSE = ")"
    OPERATOR = "operator"
    SIGNS = "signs"
    FIELD = "field"
    PHRASE = "phrase"
    VALUE = "value"
    SUFFIX = "suffix"


class Token(Value):
    """
    One piece of a query string.

    Attributes:
        kind: What it is.
        text: As typed; for a phrase what stands between the marks, its blanks made one
            and its quotation marks blanks.
        attached: It stands directly behind signs or the colon of a field.
        leads: A phrase or group stands directly behind it.
        closed: ``False`` for a phrase whose closing mark is missing.
    """

    kind: TokenKind
    text: str
    attached: bool = False
    leads: bool = False
    closed: bool = True


class Lexer:
    """
    Hands out the tokens of one query string, from left to right.

    Args:
        text: Without control characters.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._previous: TokenKind | None = None
        self._has_fields = ":" in text
        self._last_quotes: dict[str, int] = {}

    def next(self, field: FieldName | None) -> Token | None:
        """
        Return the next token, or ``None`` at the end.

        Args:
            field: The field that a value here would belong to.
        """
        text = self._text
        start, size = self._at, len(text)
        while start < size and text[start].isspace():
            start += 1
        if start == size:
            return None
        adjacent = start == self._at
        attached = adjacent and self._previous in (TokenKind.SIGNS, TokenKind.FIELD)
        if text[start] in "()":
            kind = TokenKind.OPEN if text[start] == "(" else TokenKind.CLOSE
            return self._token(kind, start, start + 1)
        if text[start] in QUOTES:
            return self._phrase(start)
        after_group = self._previous in (TokenKind.PHRASE, TokenKind.CLOSE)
        if adjacent and after_group:
            if (end := _end(_SUFFIX(), text, start)) > start:
                return self._token(TokenKind.SUFFIX, start, end)
        elif text[start] in "-+" and (end := _end(_SIGNS(), text, start)) > start:
            return self._token(TokenKind.SIGNS, start, end)
        return self._run(start, field, attached=attached)

    def _run(self, start: int, field: FieldName | None, *, attached: bool) -> Token:
        text = self._text
        if self._has_fields:
            found = _FIELD().match(text, start)
            if found and found[1].lower() in FIELD_NAMES:
                return self._token(TokenKind.FIELD, start, found.end())
        end = _end(_WORD, text, start)
        signed = attached and self._previous is TokenKind.SIGNS
        if text[start:end] in OPERATORS and not signed:
            return self._token(TokenKind.OPERATOR, start, end, attached=attached)
        match field:
            case "dates" | "dates-within" | "published" | "published-within":
                # A lone closing bracket is no date; as a word it vanishes.
                date_end = _end(_DATE(), text, start)
                end = date_end if date_end > start else end
            case "id" | "source" | "url":
                end = _end(_EXACT(), text, start)
        return self._token(TokenKind.VALUE, start, end, attached=attached)

    def _token(
        self, kind: TokenKind, start: int, end: int, *, attached: bool = False
    ) -> Token:
        text = self._text
        self._at, self._previous = end, kind
        leads = end < len(text) and (text[end] == "(" or text[end] in QUOTES)
        return Token(kind, text[start:end], attached, leads)

    def _phrase(self, start: int) -> Token:
        """
        Read from a quotation mark to the one that closes it.

        That is the next mark that fits the opening one; where there is none, the next
        mark of any kind; where there is none at all, the end of the string.
        """
        text = self._text
        closers = _CLOSERS[text[start]]
        if not self._last_quotes:
            self._last_quotes = {mark: text.rfind(mark) for mark in QUOTES}
        if max(self._last_quotes[mark] for mark in closers) <= start:
            closers = QUOTES
        ends = (text.find(mark, start + 1) for mark in closers)
        end = min((end for end in ends if end > start), default=len(text))
        self._at, self._previous = end + 1, TokenKind.PHRASE
        closed = end < len(text)
        if not closed:
            self._at = end
        inner = text[start + 1 : end].translate(_QUOTES_TO_BLANKS)
        return Token(TokenKind.PHRASE, " ".join(inner.split()), closed=closed)


_QUOTES_TO_BLANKS = str.maketrans(dict.fromkeys(QUOTES, " "))


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    """
    Return where a match that begins at ``start`` ends; ``start`` where there is none.
    """
    found = pattern.match(text, start)
    return found.end() if found else start
