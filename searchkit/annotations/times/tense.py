"""
Tense: whether a bare "Friday" or "May" lies behind or ahead of the publication date.

The words before it in the same sentence are read from right to left up to the first
sign of tense; the words behind it count only where there is none.  A participle leaves
the decision to its auxiliary: "was announced Friday", "will be announced Friday".
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from searchkit.annotations.times.tokens import TokenizedText


class Direction(IntEnum):
    """
    Where a sentence looks.
    """

    PAST = -1
    UNKNOWN = 0
    FUTURE = 1


_AHEAD = frozenset("starting beginning next until till as".split())
_BEHIND = frozenset("since last".split())
_SOFT_AHEAD = frozenset("by through into".split())
_FUTURE = frozenset(
    """
    will shall would ll wo upcoming slated scheduled due plans planning expects expect
    expected supposed hopes aims intends going deadline payable likely
    """.split()
)
_PAST = frozenset(
    """
    said says was were had did told been became began broke brought built came cut drew
    fell felt fought found gave got grew held hit kept knew led left lost made met paid
    put quit ran reported rose sank saw sent set shot showed shut sold spent spoke stood
    struck took thought threw went won wrote died killed has have
    """.split()
)
#: Before "to" or "for" these announce something.
_ARRANGED = frozenset("set is are plan planned agreed".split())
_PLAINLY_PAST = frozenset(("said", "was", "were", "had", "told", "did", "has", ","))
_PRESENT = frozenset("meet meets opens begins starts travels faces arrives".split())
_NO_PARTICIPLES = frozenset("need speed indeed hundred bed red led seed feed".split())

#: How many tokens are looked at on either side.
_BEFORE, _BEHIND_IT = 24, 12
#: How far before a past form an auxiliary of the future may stand.
_CHAIN = 5


def direction(tokens: TokenizedText, first: int, end: int) -> Direction:
    """
    Tell where the sentence around an expression looks.

    Args:
        tokens: The text.
        first: Number of the expression's first token.
        end: Number of the token behind its last.
    """
    preposition = tokens.lower(first - 1)
    if preposition == "the":
        preposition = tokens.lower(first - 2)
    if preposition in _AHEAD:
        return Direction.FUTURE
    if preposition in _BEHIND:
        return Direction.PAST
    if _is_past(tokens.lower(end)):
        return Direction.PAST
    found = _before(tokens, first)
    if found is Direction.UNKNOWN and preposition in _SOFT_AHEAD:
        return Direction.FUTURE
    return found or _behind(tokens, end)


def _is_end(tokens: TokenizedText, index: int) -> bool:
    """
    Tell whether a sentence ends at a token.
    """
    word = tokens.words[index]
    if word[0] in "!?\n":
        return True
    if word != ".":
        return False
    following = tokens.words[index + 1 : index + 2]
    return (
        not following
        or len(tokens.lower(index - 1)) > 4
        or not (following[0][0].isalnum() and not following[0][0].isupper())
    ) and len(tokens.lower(index - 1)) > 3


def _before(tokens: TokenizedText, first: int) -> Direction:
    past_at: int | None = None
    for index in range(first - 1, max(first - 1 - _BEFORE, -1), -1):
        if _is_end(tokens, index):
            break
        word = tokens.lower(index)
        if past_at is not None and past_at - index > _CHAIN:
            return Direction.PAST
        if word in _FUTURE:
            return Direction.FUTURE
        if word in _ARRANGED and tokens.lower(index + 1) in ("to", "for"):
            return Direction.FUTURE
        if past_at is None:
            if word in _PRESENT:
                return Direction.FUTURE
            if _is_past(word):
                past_at = index
        elif word == "be" and tokens.lower(index - 1) not in ("could", "might"):
            return Direction.FUTURE
        elif word in _PLAINLY_PAST:
            return Direction.PAST
    return Direction.UNKNOWN if past_at is None else Direction.PAST


def _behind(tokens: TokenizedText, end: int) -> Direction:
    for index in range(end, min(end + _BEHIND_IT, len(tokens.words))):
        if _is_end(tokens, index):
            break
        word = tokens.lower(index)
        if word in ("will", "would", "shall"):
            return Direction.FUTURE
        if _is_past(word):
            return Direction.PAST
    return Direction.UNKNOWN


def _is_past(word: str) -> bool:
    """
    Tell whether a word is a past form or a participle.
    """
    if word in _PAST:
        return True
    return word.endswith("ed") and len(word) > 4 and word not in _NO_PARTICIPLES
