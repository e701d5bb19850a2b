"""
Spelling: the word that somebody may have meant.

The distance is *optimal string alignment*: the fewest insertions, deletions,
substitutions and swaps of two neighbours that turn one word into the other, where no
letter is touched twice.  One is allowed in a word of 3 to 5 characters and two in a
longer one; shorter words, and words of digits only, are taken as meant.  Numbers stay
what they are: a candidate must have the same digits in the same order.

Nothing here knows an index: candidates come from the caller, folded and with their
document frequency.

Source of the distance: Damerau, "A technique for computer detection and correction of
spelling errors" (1964), in the restricted form of Boytsov, "Indexing methods for
approximate dictionary searching" (2011).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.queries.tree import And, Not, Or, Query, Word, all_of, any_of, negated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MIN_LENGTH = 3
"""Shortest word that is corrected, in code points."""

TWO_EDITS_LENGTH = 6
"""Shortest word in which two edits are allowed, in code points."""


def allowed_distance(word: str) -> int:
    """
    Return how many edits of a word are still taken for a slip; 0 for none.
    """
    if len(word) < MIN_LENGTH or word.isdecimal():
        return 0
    return 2 if len(word) >= TWO_EDITS_LENGTH else 1


def closest(
    word: str, vocabulary: Iterable[tuple[str, int]], *, max_distance: int | None = None
) -> str | None:
    """
    Find the best replacement for a word that no article has.

    Args:
        word: Folded.
        vocabulary: Folded words and their document frequencies, in any order.
        max_distance: Most edits, 0 or more, in place of what the length allows.

    Returns:
        The candidate with the fewest edits; among equals one with the same first
        letter, then the most frequent, then the first of the alphabet.  ``None`` where
        none is near enough, and for words that are never corrected.

    Example:
        >>> closest("talibna", [("taliban", 40), ("tabla", 3)])
        'taliban'
    """
    limit = allowed_distance(word)
    if limit and max_distance is not None:
        limit = max_distance
    if not limit:
        return None
    size, letters, digits = len(word), frozenset(word), _digits(word)
    missing_from = letters.difference
    best: tuple[int, bool, int, str] | None = None
    for candidate, frequency in vocabulary:
        # Cheap tests first: an edit changes the length by one at most, and takes away
        # or brings in at most one letter.
        if not -limit <= len(candidate) - size <= limit:
            continue
        if len(missing_from(candidate)) > limit:
            continue
        if len(frozenset(candidate) - letters) > limit:
            continue
        distance = edit_distance(word, candidate, limit)
        if distance > limit or _digits(candidate) != digits:
            continue
        rank = (distance, candidate[:1] != word[0], -frequency, candidate)
        if best is None or rank < best:
            best = rank
            limit = distance  # worse ones need not be looked at any more
    return best[3] if best else None


def edit_distance(left: str, right: str, limit: int) -> int:
    """
    Return the optimal string alignment distance of two words.

    Args:
        left: Any string.
        right: Any string.
        limit: Distances above it are not told apart, 0 or more.

    Returns:
        The distance, or ``limit + 1`` where it is greater than ``limit``.

    Example:
        >>> edit_distance("kabul", "kaubl", 2), edit_distance("kabul", "doha", 2)
        (1, 3)
    """
    left, right = _without_common_ends(left, right)
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    if not left or not right:
        return len(left) + len(right)
    far = limit + 1
    width = len(right) + 1
    before: list[int] = []
    above = [min(column, far) for column in range(width)]
    for row, letter in enumerate(left, start=1):
        # Cells further than ``limit`` from the diagonal cannot be within the limit.
        current = [far] * width
        if row <= limit:
            current[0] = row
        for column in range(max(1, row - limit), min(width, row + limit + 1)):
            other = right[column - 1]
            cost = min(
                above[column] + 1,
                current[column - 1] + 1,
                above[column - 1] + (letter != other),
            )
            if row > 1 and column > 1:
                swapped = letter == right[column - 2] and left[row - 2] == other
                if swapped:
                    cost = min(cost, before[column - 2] + 1)
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
