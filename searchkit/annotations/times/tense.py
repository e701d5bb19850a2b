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


_AHEAD = frozenset("starting beginning next until till effective".split())
_BEHIND = frozenset("since last".split())
_SOFT_AHEAD = frozenset("by through into".split())
_FUTURE = frozenset(
    """
    will shall would ll wo upcoming slated scheduled due plans planning expects expect
    expected supposed hopes aims intends going deadline payable likely
    """.split()
)
#: What has happened already, where its day stands before it: "Wednesday's ruling".
_HAPPENED = frozenset(
    """
    accident announcement arrest arrests article assassination attack attacks bombing
    bombings blast collapse comments crash decision defeat earthquake explosion
    explosions fire incident killing killings loss massacre murder raid remarks report
    riot ruling shooting statement storm strike strikes tragedy verdict violence win
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
#: Before "planned" these tell what has come about since, or has not.
_RECALLED = frozenset("as previously originally had were was".split())
_PRESENT = frozenset(
    "meet meets opens begins starts travels faces arrives falls".split()
)
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
    if preposition in ("until", "till") and _is_perfect(tokens, end):
        return Direction.PAST
    if preposition == "ending":
        return Direction.UNKNOWN  # the nearest, before and after publication
    if preposition in _AHEAD or _is_earliest(tokens, first):
        return Direction.FUTURE
    if preposition in _BEHIND:
        return Direction.PAST
    if _is_past(tokens.lower(end)) or _has_happened(tokens, end):
        return Direction.PAST
    found = _before(tokens, first)
    if found is Direction.UNKNOWN and preposition in _SOFT_AHEAD:
        return Direction.FUTURE
    return found or _behind(tokens, end)


def is_foretold(tokens: TokenizedText, first: int) -> bool:
    """
    Tell whether an infinitive stands before an expression: "agreed to meet in March".

    What somebody agrees, decides or offers to do is still to come, whatever the tense
    of the verb before it.

    Args:
        tokens: The text.
        first: Number of the expression's first token.
    """
    for index in range(first - 2, max(first - 2 - _INFINITIVE, -1), -1):
        if _is_end(tokens, index):
            break
        word = tokens.lower(index)
        following = tokens.words[index + 1]
        if word == "to" and following.islower() and following.isalpha():
            return following not in _NO_VERBS and not following.endswith("ing")
        if word in _PLAINLY_PAST and word != ",":
            break
    return False


#: Behind "to" these open a place or a person, and no infinitive.
_NO_VERBS = frozenset("the a an his her its their our my your this that".split())
_INFINITIVE = 14


def _is_earliest(tokens: TokenizedText, first: int) -> bool:
    """
    Tell whether "as soon as" or "as early as" stands before an expression.
    """
    return tokens.lower(first - 1) == "as" and tokens.lower(first - 3) == "as"


def _is_perfect(tokens: TokenizedText, end: int) -> bool:
    """
    Tell whether the clause behind is in the past perfect: "Until May, nobody had".
    """
    return "had" in (tokens.lower(index) for index in range(end, end + 6))


def _has_happened(tokens: TokenizedText, end: int) -> bool:
    """
    Tell "Wednesday's ruling" from "Wednesday's election".
    """
    if tokens.lower(end) not in ("'s", "’s"):
        return False
    return not _HAPPENED.isdisjoint(
        tokens.lower(index) for index in range(end + 1, end + 4)
    )


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
            if word in ("due", "scheduled") and tokens.lower(index - 2) == "had":
                return Direction.PAST  # "had been due to expire Friday"
            return Direction.FUTURE
        if word == "planned" and tokens.lower(index - 1) not in _RECALLED:
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
