"""
Leaves: from one value of a query string, and its field, to leaves of the tree.

The texts of leaves are kept so plain that printing them is unambiguous: a ``Word``
holds no sign of the query grammar and is no operator, a ``Phrase`` no quotation mark.
What would break that becomes a ``Phrase``, whose marks keep it together: ``12:30`` is
the phrase ``"12:30"``.  Analysis makes the same tokens of both.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, TypeAlias

from searchkit.analysis import english_analyzer
from searchkit.errors import DateValueError
from searchkit.queries import remarks
from searchkit.queries.dates import read_dates
from searchkit.queries.lexer import OPERATORS, Token, TokenKind
from searchkit.queries.notes import Note
from searchkit.queries.tree import (
    DateRange,
    Everything,
    Exact,
    Leaf,
    Name,
    Phrase,
    Prefix,
    Word,
)

if TYPE_CHECKING:
    from searchkit.queries.lexer import FieldName
    from searchkit.queries.tree import Clock, ExactField, NameField, TextField

Found: TypeAlias = tuple[list[Leaf], list[Note]]
"""
Leaves that must all match, and notes.

No leaf and no note is a value without any letter or digit; no leaf and a note is a
value that was set aside.
"""

#: Every article, as it is typed here and elsewhere.
_EVERYTHING = re.compile(r"\*+|\*:\*")
#: Signs that no Word may hold.
_SYNTAX = re.compile(r"[:*?~^\\<>=\[\]{}]")
#: Of these, such as mean something in other search boxes, or in another place.
_WILDCARDS = re.compile(r"\*|(?<=\w)\?(?=\w)")
_MEANINGLESS = re.compile(r"[~^\\<>=]|(?<=\d)\.\.|\.\.(?=\d)")
_UNKNOWN_FIELD = re.compile(r"([^\W\d_][\w.-]*):")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_ACRONYM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")


def leaves_of(token: Token, field: FieldName | None, *, required: bool) -> Found:
    """
    Make leaves of a value or a phrase.

    Args:
        token: Of the kind ``VALUE`` or ``PHRASE``.
        field: Where to look; ``None`` for title and body.
        required: A plus stands before it: a plain word becomes a phrase, which is
            never skipped, corrected or relaxed.
    """
    match field:
        case "dates" | "published":
            return _dates(token, field)
        case "id" | "source" | "url":
            return _exact(token, field)
        case "entity" | "person" | "org" | "place":
            return _name(token, field)
    if token.kind is TokenKind.PHRASE:
        return _phrase(token, field)
    leaves, notes = _word(token, field)
    if required and field is None:
        leaves = [Phrase(x.text) if isinstance(x, Word) else x for x in leaves]
    return leaves, notes


def _dates(token: Token, field: Clock) -> Found:
    if not token.text.strip("[]{}"):
        return [], []
    try:
        value = read_dates(token.text)
    except DateValueError as error:
        return [], [remarks.not_a_date(error.text, field)]
    notes = []
    if value.swapped:
        notes.append(remarks.dates_swapped(token.text))
    if value.braces:
        notes.append(remarks.braces_include(token.text))
    return [DateRange(field, value.first, value.last)], notes


def _exact(token: Token, field: ExactField) -> Found:
    if _is_lone_star(token):
        return [], [remarks.lone_star(field)]
    if not _has_word(token.text):
        return [], []
    notes = []
    if field == "source" and "*" in token.text:
        notes.append(remarks.wildcard_in_value(token.text, field))
    return [Exact(field, token.text)], notes


def _name(token: Token, field: NameField) -> Found:
    if _is_lone_star(token):
        return [], [remarks.lone_star(field)]
    text = token.text
    if token.kind is TokenKind.VALUE:
        text = _trimmed(text)
    if not _has_word(text):
        return [], []
    notes = []
    if "*" in token.text:
        notes.append(remarks.wildcard_in_value(token.text, field))
    return [Name(field, text)], notes


def _phrase(token: Token, field: TextField | None) -> Found:
    if not _has_word(token.text):
        return [], []
    notes = []
    if "*" in token.text:
        notes.append(remarks.wildcard_in_phrase(token.text))
    return [Phrase(token.text, field)], notes


def _word(token: Token, field: TextField | None) -> Found:
    raw = token.text
    if _is_lone_star(token):
        return (
            ([Everything()], []) if field is None else ([], [remarks.lone_star(field)])
        )
    if not _has_word(raw):
        return [], []
    text = _trimmed(raw)
    if _ADDRESS.match(text):
        return [Phrase(text, field)], []
    if found := _UNKNOWN_FIELD.match(text):
        words = f"{found[1]} {text[found.end() :]}"
        return [_literal(words, field)], [remarks.unknown_field(found[0], raw)]
    if token.leads and (found := _UNKNOWN_FIELD.fullmatch(raw)):
        return [_literal(text, field)], [remarks.unknown_field(raw, raw)]
    stem, star = _split_star(raw)
    if star and "*" not in stem and not _SYNTAX.search(_trimmed(stem)):
        return _prefix(_trimmed(stem), raw, field)
    notes = []
    if _WILDCARDS.search(raw):
        notes.append(remarks.misplaced_wildcard(raw))
        text = text.replace("*", " ").replace("?", " ")
    elif found := _MEANINGLESS.search(raw):
        notes.append(remarks.meaningless_sign(found[0], raw))
    return [_literal(text, field)], notes


def _prefix(stem: str, raw: str, field: TextField | None) -> Found:
    """
    Make a prefix of the last token, and words of those before it.
    """
    *_, last = english_analyzer().tokens(stem)
    start, end = last.span
    tail = stem[start:end]
    if _ACRONYM.fullmatch(tail):
        tail = tail.replace(".", "")
    elif cut := re.search(r"[.,](?=[^.,]*\Z)", tail):
        start += cut.end()
        tail = stem[start:end]
    tail = _trimmed(tail)  # behind an ideograph, a token may begin with a mark
    if not tail:
        return [_literal(stem, field)], [remarks.misplaced_wildcard(raw)]
    prefix = Prefix(tail, field)
    head = _trimmed(stem[:start])
    if not head:
        return [prefix], []
    return [_literal(head, field), prefix], [remarks.wildcard_on_last(raw, tail + "*")]


def _literal(text: str, field: TextField | None) -> Word | Phrase:
    """
    Make a leaf that searches a stretch of text as it stands.
    """
    text = " ".join(text.split())
    if " " in text or text in OPERATORS or _SYNTAX.search(text):
        return Phrase(text, field)
    return Word(text, field)


def _is_lone_star(token: Token) -> bool:
    return token.kind is TokenKind.VALUE and bool(_EVERYTHING.fullmatch(token.text))


def _split_star(raw: str) -> tuple[str, bool]:
    """
    Take a star off the end of a word, and marks of the sentence behind it.
    """
    end = len(raw)
    while end and not _belongs(raw[end - 1]) and raw[end - 1] != "*":
        end -= 1
    stem = raw[:end].rstrip("*")
    return stem, len(stem) < end


def _trimmed(text: str) -> str:
    """
    Take off what stands around a word: all but letters, digits and their marks.

    The dot that ends an acronym stays, because people are used to see it.
    """
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not _belongs(text[end - 1]):
        end -= 1
    if text[end : end + 1] == "." and _ACRONYM.fullmatch(text, start, end):
        end += 1
    return text[start:end]


def _belongs(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")


def _has_word(text: str) -> bool:
    return any(char.isalnum() for char in text)
