"""
Groups: peoples, faiths and political camps, by their names and adjectives.

"Afghans", "Afghan" and "an Afghan-American" name groups; "in French" and
"Arabic-speaking" name languages, which are none.
"""

from __future__ import annotations

import re
from functools import lru_cache

from searchkit.annotations.entities.cues import SENTENCE_BEFORE, SUBJECTS
from searchkit.annotations.entities.gazetteer import load_gazetteer, spellings
from searchkit.annotations.entities.listed import load_listed

GROUPS_FILE = "groups.csv"
"""The file of package data with the groups: name and aliases."""

_LANGUAGE_AFTER = re.compile(r"(?:[ -](?:language|speaking|speaker|spoken)|-to-)")
_LANGUAGE_BEFORE = re.compile(
    r"\b(?:[Ss]p(?:oken?|eaks?|eaking)|fluent|translated|into|learn(?:ing)?|means|broken)"
    r"(?: \w+)? \Z"
)
_IN = re.compile(r"\b[Ii]n \Z")
_CLAUSE_END = re.compile(r"\s*(?:[.,;:!?)\"”]|and\b|or\b|\Z)")
_NEXT = re.compile(r" ([A-Z][a-z]+)\b")
_QUALIFIER = re.compile(r"\b([A-Z][a-z]+) \Z")
#: What these mean where a sentence opens is open.
_COMMON_AT_OPENING = frozenset({"Polish", "Pole", "Poles"})
#: Characters before a word that its context is looked for in.
_WINDOW = 24


def group_at(text: str, start: int, end: int) -> tuple[int, int, str] | None:
    """
    Return the group that a word names, if it does.

    Args:
        text: The text.
        start: Where a word of :func:`last_words` begins.
        end: Where it ends.

    Returns:
        Start, end and canonical name.
    """
    groups = _names()
    word = text[start:end]
    before = text[max(0, start - _WINDOW) : start]
    qualifier = _QUALIFIER.search(before)
    if qualifier and (name := groups.get(f"{qualifier[1]} {word}")):
        return start - len(qualifier[0]), end, name  # "North Korean", "Sri Lankan"
    name = groups.get(word)
    if name is None or _LANGUAGE_AFTER.match(text, end):
        return None
    if _LANGUAGE_BEFORE.search(before):
        return None
    if _IN.search(before) and _CLAUSE_END.match(text, end) and word[-1] != "s":
        return None
    if word[-1] != "s" and _is_part(text, end):
        return None
    if word in _COMMON_AT_OPENING and SENTENCE_BEFORE.search(before):
        return None
    return start, end, name


def _is_part(text: str, end: int) -> bool:
    """
    Tell whether an adjective goes on with a name of another kind: "British Zarnik".

    Offices, subjects and people follow adjectives of nations.
    """
    following = _NEXT.match(text, end)
    if following is None:
        return False
    word, gazetteer = following[1], load_gazetteer()
    lower = word.lower()
    return not (
        word.isupper()
        or lower in gazetteer.titles
        or lower in SUBJECTS
        or lower in gazetteer.common_words
        or word in gazetteer.not_names
        or word in gazetteer.org_words
        or word in gazetteer.demonyms
        or word in _names()
        or word in gazetteer.given_names
        or word in load_listed().given_names
        or word in load_listed().family_names
        or word in gazetteer.longest
    )


def last_words() -> frozenset[str]:
    """
    Return the words that names of groups end with.
    """
    return frozenset(name.rpartition(" ")[2] for name in _names())


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {
        spelling: name
        for name, aliases in spellings(GROUPS_FILE)
        for spelling in (name, *aliases)
    }
