"""
Events: wars, disasters, contests and meetings, and treaties, laws and works by name.

A name is in the list (``events.csv``); or it ends with a word of events ("the Rugby
World Cup", "the Chemical Weapons Convention"), which may be followed by what it is of;
or it begins with one ("Hurricane Maria", "Battle of Marjah", "Operation Barkhane").
Names have capital letters: "the Iraq war" is a place and a war, but no name of one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from searchkit.annotations.entities.cues import SENTENCE_BEFORE
from searchkit.annotations.entities.gazetteer import (
    load_gazetteer,
    spellings,
    words_of,
)

EVENTS_FILE = "events.csv"
"""The file of package data with well-known events: name and aliases."""

EVENT_WORDS_FILE = "event_words.txt"
"""The file of package data with the last words of names of events."""

_FORCES = ("Hurricane", "Typhoon", "Cyclone", "Storm", "Operation", "Exercise")
_DEEDS = ("Battle", "Siege", "Treaty", "Peace", "Partition", "Feast")
_PREFIX = re.compile(
    rf"(?:(?:{'|'.join(_FORCES)}) |(?:{'|'.join(_DEEDS)}) of (?:the )?)"
    r"[A-Z][\w-]+(?: [A-Z][\w-]+)?"
)
#: The word before a name's beginning, with what joins the two.
_BACK = re.compile(
    r"(?<![^\s(\"“‘])(?:[A-Z][\w'’&.-]*|(?:19|20)\d\d)"
    r"(?: (?:of|of the|for|on|and|de|du|des|del|&))?\Z"
)
_OF_WHAT = re.compile(
    r" (?:of|on|for|against)(?: the)?"
    r"(?! (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|[A-Z][a-z]+day\b))"
    r"(?: [A-Z][\w'’-]+){1,4}"
    r"| (?:I{1,3}|IV|V|XX?V?I{0,3})\b"
)
_CAPITAL_AFTER = re.compile(r" [A-Z]")
_MOST_WORDS = 7
_SMALL_WORDS = frozenset(
    "the a an of at for to in on from with by and or that than this your my is was"
    " has have will who when".split()
)
#: Characters that the word before a name is looked for in.
_WINDOW = 40


def event_at(
    text: str, start: int, end: int, *, prose: bool
) -> tuple[int, int, str] | None:
    """
    Return the event that a word tells of, if it does.

    Args:
        text: The text.
        start: Where a word of :func:`telling_words` begins.
        end: Where it ends.
        prose: Capital letters mean names; in headlines only listed events are found.

    Returns:
        Start, end and canonical name.
    """
    word = text[start:end]
    for spelling, name in _by_first_word().get(word, ()):
        if _stands(text, start, spelling):
            return start, start + len(spelling), name
    if not prose:
        return None
    if word in _FORCES or word in _DEEDS:
        match = _PREFIX.match(text, start)
        return match and (start, match.end(), " ".join(match[0].split()))
    if word not in _heads():
        return None
    if following := _OF_WHAT.match(text, end):
        end = following.end()
    elif _CAPITAL_AFTER.match(text, end) or text[end : end + 1] == "-":
        return (
            None  # "Cup Final": the head word stands further to the right, or nowhere
        )
    first = _first(text, start)
    return (first, end, " ".join(text[first:end].split())) if first < start else None


def telling_words() -> frozenset[str]:
    """
    Return the words by which events are found.
    """
    return frozenset((*_by_first_word(), *_FORCES, *_DEEDS, *_heads()))


def _stands(text: str, start: int, spelling: str) -> bool:
    """
    Tell whether a spelling stands at a place as whole words.
    """
    end = start + len(spelling)
    stretch = text[start:end]
    if "’" in stretch:
        stretch = stretch.replace("’", "'")
    return stretch == spelling and not text[end : end + 1].isalnum()


def _first(text: str, at: int) -> int:
    """
    Return where a name begins whose last word begins at ``at``.
    """
    starts = [at]
    for _ in range(_MOST_WORDS):
        before = text[max(0, starts[-1] - _WINDOW) : starts[-1]]
        match = _BACK.search(before[:-1]) if before.endswith(" ") else None
        # In lines where every word has a capital letter, small words tell names apart.
        if not match or match[0].partition(" ")[0].lower() in _SMALL_WORDS:
            break
        starts.append(starts[-1] - len(before) + match.start())
    # Titles, and what opens a sentence, are no part of a name.
    gazetteer = load_gazetteer()
    while len(starts) > 1:
        word = text[starts[-1] :].split(None, 1)[0].rstrip(".,").lower()
        opens = bool(SENTENCE_BEFORE.search(text, max(0, starts[-1] - 3), starts[-1]))
        if word not in gazetteer.titles and not (opens and word in gazetteer.openers):
            break
        starts.pop()
    return starts[-1]


@lru_cache(maxsize=1)
def _heads() -> frozenset[str]:
    return frozenset(words_of(EVENT_WORDS_FILE))


@lru_cache(maxsize=1)
def _by_first_word() -> dict[str, list[tuple[str, str]]]:
    """
    Return spellings and canonical names by first word, the longest spelling first.
    """
    names: dict[str, list[tuple[str, str]]] = {}
    for name, aliases in spellings(EVENTS_FILE):
        for spelling in (name, *aliases):
            first = re.split(r"[^A-Za-zÀ-ÿ]", spelling)[0]
            names.setdefault(first, []).append((spelling, name))
    for listed in names.values():
        listed.sort(key=lambda one: -len(one[0]))
    return names
