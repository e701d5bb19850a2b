"""
Context: what the words around a candidate say about its type.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from searchkit.annotations.entities.candidates import Candidate, Weight
from searchkit.annotations.entities.cues import (
    ORG_AFTER,
    ORG_BEFORE,
    PERSON_AFTER,
    PLACE_AFTER,
    PLACE_BEFORE,
    PLACE_KIND_BEFORE,
    RELATIVES,
)

if TYPE_CHECKING:
    from searchkit.annotations.entities.gazetteer import Gazetteer

_WORD_BEFORE = re.compile(r"([\w’']+)[ \u00a0](?:of )?\Z")
_WORD_AFTER = re.compile(r"[ \u00a0]([a-z]+)")
#: "Zarnik-based", "Zarnik, Ill.-based", "Zarnik-born".
_SEATED = re.compile(r"(?:, [A-Z]\w{1,5}\.)?-(?:based|headquartered|born|area)\b")
_AGE_AFTER = re.compile(r",? \(?(?:aged )?[1-9]\d\b(?![\d%.:/-])(?= ?[,);.])")
_PLACE_LIST_AFTER = re.compile(r",[ \u00a0]([^\W\d_][\w.]*(?: [A-Z][\w.]*)?)")
_OPENING_QUOTES = frozenset('"“‘«')
_CLOSING_QUOTE = re.compile('[,.!?]?["”’»](?!\\w)')
#: How far to the left the word before is looked for, in characters.
_LOOK_BACK = 40


def word_before(text: str, start: int) -> str:
    """
    Return the word before ``start`` in lower case, past an "of"; else nothing.

    Example:
        >>> word_before("in the city of Herat", 15)
        'city'
    """
    match = _WORD_BEFORE.search(text[max(0, start - _LOOK_BACK) : start])
    return match[1].lower() if match else ""


def weigh_context(
    text: str, candidate: Candidate, gazetteer: Gazetteer, *, single: bool
) -> None:
    """
    Give a candidate without strong evidence the type that its context speaks for.

    Args:
        text: The text that it stands in.
        candidate: Its type and weight are changed where the context says something.
        gazetteer: Knows the countries in "Springfield, Illinois".
        single: It is one word.
    """
    before = word_before(text, candidate.start)
    match = _WORD_AFTER.match(text, candidate.end)
    after = match[1] if match else ""
    if _SEATED.match(text, candidate.end):
        candidate.type, candidate.weight = "place", Weight.CUED
    elif after in PLACE_AFTER or before in PLACE_KIND_BEFORE:
        candidate.type, candidate.weight = "place", Weight.LIKELY
    elif (single and after == "administration" and before == "the") or _AGE_AFTER.match(
        text, candidate.end
    ):
        candidate.type, candidate.weight = "person", Weight.CUED
    elif after in ORG_AFTER or before in ORG_BEFORE:
        candidate.type, candidate.weight = "org", Weight.LIKELY
    elif candidate.type == "org":
        return
    elif before in RELATIVES:
        candidate.type, candidate.weight = "person", Weight.CUED
    elif after in PERSON_AFTER and before not in PLACE_BEFORE:
        candidate.type, candidate.weight = "person", Weight.LIKELY
    elif single and _before_country(text, candidate.end, gazetteer):
        candidate.type, candidate.weight = "place", Weight.LIKELY
    elif single and before in PLACE_BEFORE:
        # "from" stands before people nearly as often.
        candidate.type = "place"
        candidate.weight = Weight.GUESSED if before == "from" else Weight.LIKELY


def in_quotes(text: str, start: int, end: int) -> bool:
    """
    Tell whether quotes are around a stretch of text, and nothing else is inside them.

    Example:
        >>> in_quotes('Her song, "Zarnik," sold.', 11, 17)
        True
    """
    return (
        text[start - 1 : start] in _OPENING_QUOTES
        and _CLOSING_QUOTE.match(text, end) is not None
    )


def acts_as_person(text: str, candidate: Candidate) -> bool:
    """
    Tell whether the words around a candidate speak of a person: "Jordan said".
    """
    if candidate.titled:
        return True
    after = _WORD_AFTER.match(text, candidate.end)
    if after is None or after[1] not in PERSON_AFTER:
        return False
    return word_before(text, candidate.start) not in PLACE_BEFORE


def _before_country(text: str, end: int, gazetteer: Gazetteer) -> bool:
    match = _PLACE_LIST_AFTER.match(text, end)
    if not match:
        return False
    entry = gazetteer.find(match[1].rstrip(".")) or gazetteer.find(
        match[1].partition(" ")[0].rstrip(".")
    )
    return entry is not None and entry.type == "place"
