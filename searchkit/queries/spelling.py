"""
Spelling: the word that somebody may have meant.

A slip is a letter too many, a letter too few, two neighbours swapped, or one letter for
another.  Most of these turn one English word into an unrelated one (``coup`` into
``cup``, ``drugs`` into ``drums``), and a word that no article has is not always
misspelt.  So only such slips are undone as people really make in words long enough to
be known again:

- The first letter stays, and so do digits.
- A word of fewer than 5 letters is taken as meant.
- In 5 or 6 letters, there may be one slip; a letter for another only where both are
  vowels (``kabol``).
- In 7 letters, there may be one slip of any kind.
- In 8 letters or more, there may be two, but for two substitutions of consonants.
- Nothing is replaced by a stop word.

All that is one weighted distance with a limit for each length: a slip weighs 2, a
substitution in which a consonant takes part weighs 3, and the limits are 2, 3 and 5.
The distance is otherwise *optimal string alignment*: the least weight that turns one
word into the other, where no letter is touched twice.

Nothing here knows an index: candidates come from the caller, folded and with their
document frequency.

Sources: the four slips are those of Damerau, "A technique for computer detection and
correction of spelling errors" (1964), in the restricted form of Boytsov, "Indexing
methods for approximate dictionary searching" (2011).  That the first letter is hardly
ever wrong: Yannakoudakis and Fawthrop, "The rules of spelling errors" (1983).  The
lengths and weights are our own, chosen on words of news.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.analysis import STOP_WORDS
from searchkit.queries.tree import And, Not, Or, Query, Word, all_of, any_of, negated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SLIP = 2
"""Weight of a letter too many or too few, a swap, or a vowel for a vowel."""

_CONSONANT = 3
"""Weight of any other letter for another."""

_LIMITS = ((8, _SLIP + _CONSONANT), (7, _CONSONANT), (5, _SLIP))
"""From how many letters on which weight is still a slip, the longest first."""

_VOWELS = frozenset("aeiouy")


def allowed_distance(word: str) -> int:
    """
    Return which weight of edits still counts as a slip in a word; 0 for none.

    Example:
        >>> [
        ...     allowed_distance(word)
        ...     for word in ("coup", "kabol", "talibna", "agrement")
        ... ]
        [0, 2, 3, 5]
    """
    letters = sum(map(str.isalpha, word))
    return next((limit for length, limit in _LIMITS if letters >= length), 0)


def closest(word: str, vocabulary: Iterable[tuple[str, int]]) -> str | None:
    """
    Find the best replacement for a word that no article has.

    Args:
        word: Folded.
        vocabulary: Folded words and their document frequencies, in any order.  Words
            with another first letter may be left out: none of them is ever taken.

    Returns:
        The candidate at the least weighted distance; among equals the most frequent,
        then the first of the alphabet.  ``None`` where none is near enough, and for
        words that are never corrected.  Stop words are no candidates, nor are words
        with another first letter or other digits.

    Example:
        >>> closest("talibna", [("taliban", 40), ("tabla", 3)])
        'taliban'
        >>> closest("drugs", [("drums", 40)]) is None
        True
    """
    limit = allowed_distance(word)
    if not limit:
        return None
    size, first, letters, digits = len(word), word[0], frozenset(word), _digits(word)
    missing_from = letters.difference
    best: tuple[int, int, str] | None = None
    edits = limit // _SLIP
    for candidate, frequency in vocabulary:
        # Cheap tests first: an edit changes the length by one at most, and takes away
        # or brings in at most one letter.
        if not -edits <= len(candidate) - size <= edits:
            continue
        if not candidate.startswith(first):
            continue
        if len(missing_from(candidate)) > edits:
            continue
        if len(frozenset(candidate) - letters) > edits:
            continue
        distance = edit_distance(word, candidate, limit)
        if distance > limit or _digits(candidate) != digits:
            continue
        if candidate in STOP_WORDS:
            continue
        rank = (distance, -frequency, candidate)
        if best is None or rank < best:
            best = rank
            limit = distance  # worse ones need not be looked at any more
            edits = limit // _SLIP
    return best[2] if best else None


def edit_distance(left: str, right: str, limit: int) -> int:
    """
    Return the weighted optimal string alignment distance of two words.

    Args:
        left: Any string.
        right: Any string.
        limit: Distances above it are not told apart, 0 or more.

    Returns:
        The distance, or ``limit + 1`` where it is greater than ``limit``.

    Example:
        >>> [edit_distance("kabul", x, 5) for x in ("kaubl", "kabol", "kabil", "kadul")]
        [2, 2, 2, 3]
    """
    left, right = _without_common_ends(left, right)
    edits = limit // _SLIP
    if abs(len(left) - len(right)) > edits:
        return limit + 1
    if not left or not right:
        return _SLIP * (len(left) + len(right))
    far = limit + 1
    width = len(right) + 1
    before: list[int] = []
    above = [min(_SLIP * column, far) for column in range(width)]
    for row, letter in enumerate(left, start=1):
        # Cells further than ``edits`` from the diagonal cannot be within the limit.
        current = [far] * width
        if row <= edits:
            current[0] = _SLIP * row
        for column in range(max(1, row - edits), min(width, row + edits + 1)):
            other = right[column - 1]
            cost = min(
                above[column] + _SLIP,
                current[column - 1] + _SLIP,
                above[column - 1] + _substitution(letter, other),
            )
            if row > 1 and column > 1:
                swapped = letter == right[column - 2] and left[row - 2] == other
                if swapped:
                    cost = min(cost, before[column - 2] + _SLIP)
            current[column] = min(cost, far)
        if min(current) > limit:
            return far
        before, above = above, current
    return above[-1]


def corrected(tree: Query, replace: Callable[[Word], Word | None]) -> Query:
    """
    Replace words of a tree.

    Args:
        tree: A normal tree.
        replace: Gives another word, or ``None`` for words that stay.

    Returns:
        A normal tree of the same shape.
    """
    match tree:
        case And(children):
            return all_of(corrected(child, replace) for child in children)
        case Or(children):
            return any_of(corrected(child, replace) for child in children)
        case Not(child):
            return negated(corrected(child, replace))
        case Word():
            return replace(tree) or tree
        case _:
            return tree


def _substitution(letter: str, other: str) -> int:
    if letter == other:
        return 0
    return _SLIP if letter in _VOWELS and other in _VOWELS else _CONSONANT


def _without_common_ends(left: str, right: str) -> tuple[str, str]:
    start, shorter = 0, min(len(left), len(right))
    while start < shorter and left[start] == right[start]:
        start += 1
    end = 0
    while end < shorter - start and left[-1 - end] == right[-1 - end]:
        end += 1
    return left[start : len(left) - end], right[start : len(right) - end]


def _digits(word: str) -> str:
    return "".join(filter(str.isdigit, word))
