from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.queries import closest, corrected, parse
from searchkit.queries.spelling import allowed_distance, edit_distance
from searchkit.queries.tree import Word

words = st.text("abcd", max_size=9)


def textbook_distance(left: str, right: str) -> int:
    """
    The whole table of optimal string alignment.
    """
    table = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in range(len(left) + 1):
        for j in range(len(right) + 1):
            if not i or not j:
                table[i][j] = i + j
                continue
            table[i][j] = min(
                table[i - 1][j] + 1,
                table[i][j - 1] + 1,
                table[i - 1][j - 1] + (left[i - 1] != right[j - 1]),
            )
            if i > 1 and j > 1 and left[i - 2 : i] == right[j - 2 : j][::-1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


@settings(max_examples=200, deadline=None)
@given(words, words, st.integers(0, 4))
def test_distance_is_that_of_the_textbook(left: str, right: str, limit: int) -> None:
    """
    Up to the limit, the banded distance is the one of the full table.
    """
    expected = min(textbook_distance(left, right), limit + 1)
    assert expected == edit_distance(left, right, limit)


@settings(max_examples=200, deadline=None)
@given(
    st.text("abcd1", min_size=1, max_size=8),
    st.lists(st.tuples(st.text("abcd1", max_size=8), st.integers(1, 3)), max_size=30),
)
def test_closest_is_the_best_of_all(
    word: str, vocabulary: list[tuple[str, int]]
) -> None:
    """
    No filter loses a candidate, and the order of the vocabulary does not matter.
    """
    limit = allowed_distance(word)
    ranks = [
        (distance, candidate[:1] != word[0], -frequency, candidate)
        for candidate, frequency in vocabulary
        if limit
        and (distance := textbook_distance(word, candidate)) <= limit
        and candidate.count("1") == word.count("1")
    ]
    expected = min(ranks)[3] if ranks else None
    assert expected == closest(word, vocabulary)
    assert expected == closest(word, reversed(vocabulary))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("talibna", "taliban"),
        ("talban", "taliban"),
        ("ttalibann", "taliban"),
        ("kabol", "kabul"),
        ("akbul", "kabul"),
        ("kabxx", None),
        ("ka", None),
        ("2012", None),
        ("g7s", None),
    ],
)
def test_slips_are_corrected(word: str, expected: str | None) -> None:
    """
    One slip is allowed in a short word and two in a longer one; numbers stay.
    """
    vocabulary = [("taliban", 40), ("kabul", 30), ("kb", 9), ("2021", 9), ("g8s", 5)]
    assert expected == closest(word, vocabulary)


@pytest.mark.parametrize(
    ("word", "vocabulary", "expected"),
    [
        ("kabulls", [("kabuxxs", 99), ("kabuls", 1)], "kabuls"),
        ("kabul", [("nabul", 99), ("kebul", 1)], "kebul"),
        ("kxbul", [("kebul", 1), ("kobul", 9)], "kobul"),
        ("kxbul", [("kobul", 1), ("kebul", 1)], "kebul"),
    ],
)
def test_ranking(word: str, vocabulary: list[tuple[str, int]], expected: str) -> None:
    """
    Distance counts first, then the first letter, the frequency, and the alphabet.
    """
    assert expected == closest(word, vocabulary)


def test_the_distance_can_be_limited() -> None:
    """
    A caller may ask for fewer edits or more.
    """
    vocabulary = [("taliban", 1)]
    assert closest("tlbian", vocabulary, max_distance=1) is None
    assert closest("taliban", vocabulary, max_distance=0) is None
    assert closest("tlibn", vocabulary, max_distance=2) == "taliban"


def test_a_large_vocabulary_takes_little_time() -> None:
    """
    50,000 candidates are looked at in a fraction of a second.
    """
    generator = random.Random(7)
    vocabulary = [
        ("".join(generator.choices("etaoinshrdlu", k=generator.randint(3, 11))), 1)
        for _ in range(50_000)
    ]
    times = []
    for _ in range(3):
        start = time.perf_counter()
        closest("intersatoinz", vocabulary)
        closest("talinash", vocabulary)
        times.append((time.perf_counter() - start) / 2)
    assert min(times) < 0.2


def test_words_of_a_tree_are_replaced() -> None:
    """
    Words change wherever they stand; the rest of the tree stays.
    """

    def replace(word: Word) -> Word | None:
        return Word("kabul", word.field) if word.text == "kabol" else None

    text = 'kabol (title:kabol OR herat) -(kabol doha) "kabol" kabol* place:kabol'
    expected = 'kabul (title:kabul OR herat) -(kabul doha) "kabol" kabol* place:"kabol"'
    assert expected == str(corrected(parse(text).tree, replace))
