"""
Match: find the names of the gazetteer in a run of words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from searchkit.annotations.entities.cues import SUFFIXES
from searchkit.annotations.entities.find import Run, Shape, Word
from searchkit.annotations.entities.gazetteer import comparable

if TYPE_CHECKING:
    from searchkit.annotations.entities.gazetteer import Entry, Gazetteer

#: Longest name that is looked for in a line of capitals, in words.
_LONGEST_IN_CAPITALS = 5


class Known(NamedTuple):
    """
    A known name in a run.
    """

    end: int
    """The number of the word behind it."""
    entry: Entry


def known_names(text: str, run: Run, gazetteer: Gazetteer) -> dict[int, Known]:
    """
    Find the longest known name at each word, from left to right, none inside another.

    Args:
        text: The text that the run is of.
        run: The words.
        gazetteer: What is known.

    Returns:
        What is known, by the number of its first word.
    """
    known: dict[int, Known] = {}
    at = 0
    while at < len(run.words):
        if run.shape is Shape.CAPITALS:
            match = _in_capitals(text, run.words, at, gazetteer)
        else:
            match = _longest(text, run, at, gazetteer)
        if match:
            known[at] = match
            at = match.end
        else:
            at += 1
    return known


def _longest(text: str, run: Run, at: int, gazetteer: Gazetteer) -> Known | None:
    words = run.words
    word = words[at]
    first = comparable(word.text)
    length = gazetteer.longest.get(first.partition(" ")[0])
    if length:
        for end in range(min(len(words), at + length), at, -1):
            entry = gazetteer.find(text[word.start : words[end - 1].end])
            if entry and entry.type == "person" and _is_younger(words, end):
                continue
            if entry and (end > at + 1 or not _is_everyday(word, run.shape, gazetteer)):
                return Known(end, entry)
    elif word.text.isupper() and (entry := gazetteer.capitals.get(first)):
        # A dateline: "KABUL (Reuters)".
        return Known(at + 1, entry)
    return None


def _is_younger(words: list[Word], end: int) -> bool:
    """
    Tell whether a suffix makes a name that of another person: "John F. Kennedy Jr".
    """
    return end < len(words) and words[end].text.rstrip(".") in SUFFIXES


def _in_capitals(
    text: str, words: list[Word], at: int, gazetteer: Gazetteer
) -> Known | None:
    for end in range(min(len(words), at + _LONGEST_IN_CAPITALS), at, -1):
        key = comparable(text[words[at].start : words[end - 1].end]).upper()
        entry = gazetteer.capitals.get(key)
        if entry is None and key.lower() not in gazetteer.openers:
            entry = gazetteer.entries.get(key)
        if entry:
            return Known(end, entry)
    return None


def _is_everyday(word: Word, shape: Shape, gazetteer: Gazetteer) -> bool:
    """
    Tell whether a known name may as well be a common word here: "Nice", "Split".
    """
    if word.text.isupper() and len(word.text) > 1:
        return False
    lower = word.text.lower()
    return (word.opens or shape is Shape.TITLE_CASE) and (
        lower in gazetteer.common_words or lower in gazetteer.openers
    )
