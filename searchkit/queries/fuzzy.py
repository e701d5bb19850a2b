"""
Fuzzy words: which words are within one or two edits of another.

An edit is a letter too many, a letter too few, one letter for another, or two
neighbours swapped.  The distance is *optimal string alignment*: the least number of
edits that turns one word into the other, where no letter is touched twice.  That is
what Lucene and Tantivy count by default, and what the native extension counts.  Letters
are the code points of folded words, so letter case and diacritics make no difference.

Other than in ``spelling``, which guesses what somebody may have meant, all edits weigh
the same and the first letter may change: who asks for ``Gaddafi~2`` wants *Qaddafi*.

:class:`NearWords` is an automaton whose states are made when a word first leads to
them.  A word of a dictionary takes a step a letter, and none behind the letter that
takes it out of reach.

Source: that the words within a distance of another are those that a finite automaton
accepts, Schulz and Mihov, "Fast string correction with Levenshtein automata" (2002);
the restricted distance, Boytsov, "Indexing methods for approximate dictionary
searching" (2011).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from searchkit.analysis import english_analyzer
from searchkit.errors import QueryTreeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from searchkit.queries.tree import Fuzzy

MAX_EDITS = 2
"""Edits that a fuzzy word may ask for, at most."""

SHORTEST_FUZZY = 3
"""Letters of the shortest word that the query language finds similar ones of."""

#: Letters of the shortest word in which two edits are looked for unless one is said.
_LONG = 6

_Row: TypeAlias = tuple[int, ...]


def usual_edits(word: str) -> int:
    """
    Return how many edits ``word~`` stands for: 1 in up to 5 letters, 2 in more.

    Args:
        word: Folded.
    """
    return MAX_EDITS if len(word) >= _LONG else 1


def folded_word(text: str) -> str:
    """
    Return the folded form of a text that is one word; empty where it is none.

    Example:
        >>> folded_word("Erdoğan's"), folded_word("F-16")
        ('erdogan', '')
    """
    words = english_analyzer().terms(text)
    return words[0][1] if len(words) == 1 else ""


def near_words(query: Fuzzy) -> NearWords | None:
    """
    Return the words that a leaf stands for; ``None`` where its text is not one word.

    Raises:
        QueryTreeError: The leaf was made by hand, with a distance other than 1 or 2.
    """
    if query.distance not in range(1, MAX_EDITS + 1):
        message = f"a fuzzy word has a distance of 1 or 2, and not {query.distance!r}"
        raise QueryTreeError(message)
    word = folded_word(query.text)
    return NearWords(word, query.distance) if word else None


class NearWords:
    """
    The words within some edits of a word.

    Args:
        word: Folded.
        most: Edits, at most; 0 or more.

    Attributes:
        word: As given.
        most: As given.

    Example:
        >>> near = NearWords("kabul", 1)
        >>> [near.distance(word) for word in ("kabul", "kaubl", "qabul", "kabila")]
        [0, 1, 1, None]
    """

    __slots__ = ("_first", "_letters", "_states", "most", "word")

    def __init__(self, word: str, most: int) -> None:
        self.word = word
        self.most = most
        self._letters = frozenset(word)
        self._states: dict[tuple[_Row, _Row, str], _State] = {}
        far = most + 1
        row = tuple(min(edits, far) for edits in range(len(word) + 1))
        self._first = self._state(row, (far,) * len(row), "")

    def distance(self, word: str) -> int | None:
        """
        Return how many edits a folded word is away; ``None`` where it is too many.
        """
        state = self._first
        for letter in word:
            state = state[letter]
            if not state.is_alive:
                return None
        return state.distance

    def _state(self, row: _Row, above: _Row, letter: str) -> _State:
        # Letters that the word does not have lead to the same states.
        key = row, above, letter if letter in self._letters else ""
        if key not in self._states:
            self._states[key] = _State(self._behind, self.most, *key)
        return self._states[key]

    def _behind(self, state: _State, letter: str) -> _State:
        """
        Return the state that a letter leads to.

        A state's row holds the distances of what was read to every beginning of the
        word; distances beyond reach are not told apart.
        """
        row, above, word = state.row, state.above, self.word
        far = self.most + 1
        # From one row to the next the least distance grows by one at most, so that a
        # swap, which looks back two rows, brings no dead row back to life.
        made = [min(row[0] + 1, far)]
        for at, other in enumerate(word):
            edits = min(row[at + 1] + 1, made[at] + 1, row[at] + (letter != other), far)
            if at and letter == word[at - 1] and state.letter == other:
                edits = min(edits, above[at - 1] + 1)
            made.append(edits)
        return self._state(tuple(made), row, letter)


class _State(dict[str, "_State"]):
    """
    What is known of a beginning of a word; maps a letter to the state behind it.
    """

    __slots__ = ("_behind", "above", "distance", "is_alive", "letter", "row")

    def __init__(
        self,
        behind: Callable[[_State, str], _State],
        most: int,
        row: _Row,
        above: _Row,
        letter: str,
    ) -> None:
        self._behind = behind
        self.row = row
        self.above = above
        self.letter = letter
        self.is_alive = min(row) <= most
        self.distance = row[-1] if row[-1] <= most else None

    def __missing__(self, letter: str) -> _State:
        state = self[letter] = self._behind(self, letter)
        return state
