"""
Fuzzy words: the automaton against the table of distances.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.errors import QueryTreeError
from searchkit.queries import Fuzzy
from searchkit.queries.fuzzy import NearWords, folded_word, near_words, usual_edits

words = st.text("abcé日", max_size=8)


def alignment(left: str, right: str) -> int:
    """
    Count edits by the definition: no letter is touched twice.
    """
    table = {(0, at): at for at in range(len(right) + 1)}
    for i, one in enumerate(left, 1):
        table[i, 0] = i
        for j, other in enumerate(right, 1):
            able = [
                table[i - 1, j] + 1,
                table[i, j - 1] + 1,
                table[i - 1, j - 1] + (one != other),
            ]
            if left[i - 2 : i] == right[j - 2 : j][::-1] and i > 1 and j > 1:
                able.append(table[i - 2, j - 2] + 1)
            table[i, j] = min(able)
    return table[len(left), len(right)]


@given(word=words, others=st.lists(words, max_size=30), most=st.integers(0, 3))
def test_distances_are_those_of_the_table(
    word: str, others: list[str], most: int
) -> None:
    """
    One automaton finds the distance to any number of words, in any order.
    """
    near = NearWords(word, most)
    for other in others:
        distance = alignment(word, other)
        expected = distance if distance <= most else None
        assert expected == near.distance(other)


@pytest.mark.parametrize(
    ("other", "distance"),
    [
        ("kabul", 0),
        ("kabuul", 1),
        ("kabl", 1),
        ("kaubl", 1),
        ("qabul", 1),
        ("akbul", 1),
        ("akblu", 2),
        ("kublaa", None),
        ("", None),
    ],
)
def test_examples(other: str, distance: int | None) -> None:
    """
    A letter too many, too few or another is an edit, as are two neighbours swapped.
    """
    assert distance == NearWords("kabul", 2).distance(other)


def test_no_letter_is_edited_twice() -> None:
    """
    Letters that changed places do not take another between them.
    """
    assert NearWords("ca", 2).distance("abc") is None
    assert NearWords("ca", 3).distance("abc") == 3


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Erdoğan's", "erdogan"),
        ("U.S.S.R.", "ussr"),
        ("1,250", "1250"),
        ("F-16", ""),
        ("'", ""),
        ("", ""),
        ("two words", ""),
    ],
)
def test_a_fuzzy_word_is_one_word(text: str, folded: str) -> None:
    """
    What analysis makes no word of, or several, is near nothing.
    """
    assert folded == folded_word(text)
    near = near_words(Fuzzy(text, 1))
    assert folded == (near.word if near else "")


@pytest.mark.parametrize("distance", [0, 3, -1])
def test_other_distances_are_no_tree(distance: int) -> None:
    """
    A tree made by hand may ask for one edit or two.
    """
    with pytest.raises(QueryTreeError, match="distance of 1 or 2"):
        near_words(Fuzzy("kabul", distance))


def test_longer_words_have_more_edits() -> None:
    """
    Where nobody says how many, the length of the word decides.
    """
    lengths = [usual_edits("x" * length) for length in (3, 5, 6, 20)]
    assert [1, 1, 2, 2] == lengths
