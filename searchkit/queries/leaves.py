"""
Leaves: from one value of a query string, and its field, to leaves of the tree.

The texts of leaves are kept so plain that printing them is unambiguous: a ``Word``
holds no sign of the query grammar and is no operator, a ``Phrase`` no quotation mark.
What would break that becomes a ``Phrase``, whose marks keep it together: ``12:30`` is
the phrase ``"12:30"``.  Analysis makes the same tokens of both.

A value whose parts are joined by a sign that is no part of words, such as
``kabul/taliban``, is several words; ``F-16``, ``9/11``, ``1,250`` and ``AT&T`` are one.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, TypeAlias

from searchkit.analysis import english_analyzer
from searchkit.errors import DateValueError, ReferenceDayError
from searchkit.queries import remarks
from searchkit.queries.dates import read_dates
from searchkit.queries.fuzzy import (
    MAX_EDITS,
    SHORTEST_FUZZY,
    folded_word,
    usual_edits,
)
from searchkit.queries.lexer import OPERATORS, Token, TokenKind
from searchkit.queries.notes import Note
from searchkit.queries.patterns import lazily
from searchkit.queries.tree import (
    DateRange,
    Everything,
    Exact,
    Fuzzy,
    Leaf,
    Name,
    Not,
    Phrase,
    Prefix,
    Word,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from searchkit.queries.dates import ReferenceDay
    from searchkit.queries.lexer import DateField, FieldName
    from searchkit.queries.tree import Clock, ExactField, NameField, TextField

Found: TypeAlias = tuple["Sequence[Leaf | Not]", list[Note]]
"""
Leaves, negated or not, that must all match, and notes.

No leaf and no note is a value without any letter or digit; no leaf and a note is a
value that was set aside.
"""

#: Signs that no Word may hold.
_SYNTAX = lazily(r"[:*?~^\\<>=\[\]{}]")
#: What parts words.  Looking around itself, it must find the same in each part alone.
_SEPARATOR = lazily(
    r"""
      [*?~^\\<>=\[\]{}|;_+]
    | (?<!\d)/ | /(?!\d)                           # but 9/11
    | (?<!\d): | :(?!\d)                           # but 12:30
    | (?<!\d), | ,(?!\d{3}(?!\d))                  # but 1,250
    | (?<=[^\W_]{3})&(?=[^\W_]{3})                 # but AT&T, H&M
    | (?<=\d)\.\.+ | (?<!\.)\.\.++(?=\d)          # 2020..2021, where no date may be
    """,
    re.VERBOSE,
)
#: Of these, such as mean something in other search boxes, or in another place.
_WILDCARDS = lazily(r"\*|(?<=\w)\?(?=\w)")
_MEANINGLESS = lazily(r"[~^\\<>=|]|(?<=\d)\.\.|(?<!\.)\.\.++(?=\d)")
_UNKNOWN_FIELD = lazily(r"([^\W\d_][\w.-]*):")
_ADDRESS = lazily(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_ADDRESS_INSIDE = lazily(r"(?<![a-z0-9])[a-z][a-z0-9]{0,15}://", re.IGNORECASE)
#: Words that a date may begin with, none of them one by itself.
_DATE_OPENERS = frozenset(
    "last next this past previous coming early mid late first second third fourth"
    " beginning middle end summer spring autumn fall winter quarter between from since"
    " before after until the a two three ten twenty".split()
)
#: In place of a date: what has none.
_UNDATED = "none"
_SUFFIX = lazily(r"[~^]")
#: Edits, and a weight, as other search boxes have it.
_EDITS = lazily(r"~(\d?)(\^.*)?", re.ASCII)
_ACRONYM = lazily(r"(?:[^\W\d_]\.)+[^\W\d_]")
_LAST_MARK = lazily(r"[.,](?=[^.,]*\Z)")


def leaves_of(
    token: Token,
    field: FieldName | None,
    *,
    required: bool,
    denied: bool,
    reference: Callable[[], ReferenceDay | None],
) -> Found:
    """
    Make leaves of a value or a phrase.

    Args:
        token: Of the kind ``VALUE`` or ``PHRASE``.
        field: Where to look; ``None`` for title and body.
        required: A plus stands before it: a plain word becomes a phrase, which is
            never skipped, corrected or relaxed.
        denied: NOT or a minus stands before it: words joined by a sign stay together,
            so that no article is left out that has only some of them.
        reference: Returns the day that relative dates count from, if there is one.
    """
    match field:
        case "dates" | "dates-within" | "published" | "published-within":
            return _dates(token, field, reference)
        case "id" | "source" | "url":
            return _exact(token, field)
        case "entity" | "person" | "org" | "place" | "group" | "event":
            return _name(token, field)
    if token.kind is TokenKind.PHRASE:
        return _phrase(token, field)
    leaves, notes = _word(token, field, denied=denied)
    if required and field is None:
        leaves = [Phrase(x.text) if isinstance(x, Word) else x for x in leaves]
    return leaves, notes


def _dates(
    token: Token, field: DateField, reference: Callable[[], ReferenceDay | None]
) -> Found:
    if not token.text.strip("[]{}"):
        return [], []
    clock: Clock = "published" if field.startswith("published") else "dates"
    if token.text.lower() == _UNDATED:
        return [Not(DateRange(clock, None, None))], []
    try:
        value = read_dates(token.text, reference)
    except ReferenceDayError as error:
        return [], [remarks.no_reference_day(error.text, field)]
    except DateValueError as error:
        begins = token.kind is TokenKind.VALUE and error.text.lower() in _DATE_OPENERS
        return [], [remarks.not_a_date(error.text, field, begins=begins)]
    leaf = DateRange(clock, value.first, value.last, within=field != clock)
    notes = []
    if value.reference is not None:
        _, _, days = str(leaf).partition(":")
        notes.append(remarks.counted_from(token.text, days, value.reference))
    if value.swapped:
        notes.append(remarks.dates_swapped(token.text))
    if value.braces:
        notes.append(remarks.braces_include(token.text))
    return [leaf], notes


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
    text, suffix = token.text, ""
    if token.kind is TokenKind.VALUE:
        text, suffix = _split_suffix(text)
        text = _trimmed(text)
    if not _has_word(text):
        return [], []
    notes = [remarks.word_suffix(suffix)] if suffix else []
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


def _word(token: Token, field: TextField | None, *, denied: bool) -> Found:
    if token.text.isalnum():
        return [_literal(token.text, field)], []  # as most are
    if _is_lone_star(token):
        return (
            ([Everything()], []) if field is None else ([], [remarks.lone_star(field)])
        )
    if not _has_word(token.text):
        return [], []
    if "://" in token.text and _ADDRESS().match(address := _trimmed(token.text)):
        return [Phrase(address, field)], []
    raw, suffix = _split_suffix(token.text)
    text = _trimmed(raw)
    if suffix and (edits := _EDITS().fullmatch(suffix)) and not _SYNTAX().search(raw):
        digit, weight = edits[1], edits[2] or ""
        leaves, notes = _fuzzy(text, digit, field, denied=denied)
        return leaves, notes + ([remarks.word_suffix(weight)] if weight else [])
    notes = [remarks.word_suffix(suffix)] if suffix else []
    if found := _UNKNOWN_FIELD().match(text):
        notes.append(remarks.unknown_field(found[0], raw))
        return _words(text, field, together=denied), notes
    if token.leads and _UNKNOWN_FIELD().fullmatch(raw):
        notes.append(remarks.unknown_field(raw, raw))
        return _words(text, field, together=denied), notes
    stem, star = _split_star(raw)
    if star and "*" not in stem and not _SYNTAX().search(_trimmed(stem)):
        leaves, more = _prefix(_trimmed(stem), raw, field, denied=denied)
        return leaves, notes + more
    if _WILDCARDS().search(raw):
        notes.append(remarks.misplaced_wildcard(raw))
    elif found := _MEANINGLESS().search(raw):
        notes.append(remarks.meaningless_sign(found[0], raw))
    return _words(text, field, together=denied), notes


def _prefix(stem: str, raw: str, field: TextField | None, *, denied: bool) -> Found:
    """
    Make a prefix of the last token, and words of those before it.
    """
    *_, last = english_analyzer().tokens(stem)
    start, end = last.span
    tail = stem[start:end]
    if _ACRONYM().fullmatch(tail):
        tail = tail.replace(".", "")
    elif cut := _LAST_MARK().search(tail):
        start += cut.end()
        tail = stem[start:end]
    tail = _trimmed(tail)  # behind an ideograph, a token may begin with a mark
    if not tail:
        words = _words(stem, field, together=denied)
        return words, [remarks.misplaced_wildcard(raw)]
    prefix = Prefix(tail, field)
    head = _trimmed(stem[:start])
    if not head:
        return [prefix], []
    words = _words(head, field, together=denied)
    return [*words, prefix], [remarks.wildcard_on_last(raw, tail + "*")]


def _fuzzy(text: str, digit: str, field: TextField | None, *, denied: bool) -> Found:
    """
    Make a fuzzy word of the last token, and words of those before it.

    Args:
        text: What stands before the tilde, trimmed.
        digit: The digit behind it; may be empty.
        field: Where to look.
        denied: As for :func:`leaves_of`.
    """
    words = _words(text, field, together=denied)
    if digit == "0":
        return words, []
    sign = "~" + digit
    *_, last = english_analyzer().tokens(text)
    start, end = last.span
    tail = _trimmed(text[start:end])
    folded = folded_word(tail)
    if len(folded) < SHORTEST_FUZZY:
        return words, [remarks.too_short_for_fuzzy(tail or text, sign)]
    edits = min(int(digit), MAX_EDITS) if digit else usual_edits(folded)
    fuzzy = Fuzzy(tail, edits, field)
    notes = []
    if digit and int(digit) > edits:
        notes.append(remarks.too_many_edits(text + sign, f"{text}~{edits}"))
    head = _trimmed(text[:start])
    if not head:
        return [fuzzy], notes
    notes.append(remarks.fuzzy_on_last(sign, text + sign, tail + sign))
    return [*_words(head, field, together=denied), fuzzy], notes


def _words(text: str, field: TextField | None, *, together: bool) -> list[Leaf]:
    """
    Make leaves of a stretch of text without blanks: the words that its signs part.

    Args:
        text: With a letter or digit.
        field: Where to look.
        together: Make one phrase of several words.
    """
    address = _ADDRESS_INSIDE().search(text) if "://" in text else None
    start = address.start() if address else len(text)
    parts = [_trimmed(part) for part in _SEPARATOR().split(text[:start])]
    parts = [part for part in (*parts, text[start:]) if _has_word(part)]
    if len(parts) == 1:
        return [_literal(parts[0], field)]
    if together:
        return [Phrase(" ".join(parts), field)]
    # Inside a value there are no operators: the OR in AND/OR is the very common word.
    return [
        _literal(part.lower() if part in OPERATORS else part, field) for part in parts
    ]


def _literal(text: str, field: TextField | None) -> Word | Phrase:
    """
    Make a leaf that searches a stretch of text as it stands.
    """
    if text in OPERATORS or (not text.isalnum() and _SYNTAX().search(text)):
        return Phrase(text, field)
    return Word(text, field)


def _is_lone_star(token: Token) -> bool:
    text = token.text
    return token.kind is TokenKind.VALUE and (text == "*:*" or not text.strip("*"))


def _split_suffix(raw: str) -> tuple[str, str]:
    """
    Take distances and weights of other search boxes off the end: ``kabul~2^4``.
    """
    text = raw.rstrip(".,;:!?")
    stem = text.rstrip("~^.0123456789")
    if (found := _SUFFIX().search(text, len(stem))) and _has_word(
        text[: found.start()]
    ):
        return text[: found.start()], text[found.start() :]
    return raw, ""


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
    if text[end : end + 1] == "." and _ACRONYM().fullmatch(text, start, end):
        end += 1
    return text[start:end]


def _belongs(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")


def _has_word(text: str) -> bool:
    return any(char.isalnum() for char in text)
