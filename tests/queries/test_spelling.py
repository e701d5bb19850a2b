from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.queries import closest, corrected, parse
from searchkit.queries.spelling import allowed_distance, edit_distance
from searchkit.queries.tree import Word

words = st.text("aeikmt", max_size=10)


def textbook_distance(left: str, right: str) -> int:
    """
    Fill the whole table of optimal string alignment.

    A substitution in which a consonant takes part weighs 3, everything else 2.
    """
    table = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in range(len(left) + 1):
        for j in range(len(right) + 1):
            if not i or not j:
                table[i][j] = 2 * (i + j)
                continue
            pair = {left[i - 1], right[j - 1]}
            changed = 0 if len(pair) == 1 else 2 if pair <= set("aeiouy") else 3
            table[i][j] = min(
                table[i - 1][j] + 2,
                table[i][j - 1] + 2,
                table[i - 1][j - 1] + changed,
            )
            if i > 1 and j > 1 and left[i - 2 : i] == right[j - 2 : j][::-1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 2)
    return table[-1][-1]


@settings(max_examples=200, deadline=None)
@given(words, words, st.integers(0, 9))
def test_distance_is_that_of_the_textbook(left: str, right: str, limit: int) -> None:
    """
    Up to the limit, the banded distance is the one of the full table.
    """
    expected = min(textbook_distance(left, right), limit + 1)
    assert expected == edit_distance(left, right, limit)


@settings(max_examples=200, deadline=None)
@given(st.data(), st.text("aikt1", min_size=4, max_size=10))
def test_closest_is_the_best_of_all(data: st.DataObject, word: str) -> None:
    """
    No filter loses a candidate, and the order of the vocabulary does not matter.
    """
    edit = st.tuples(st.integers(0, len(word)), st.sampled_from(("", *"aikt1")))
    edits = st.tuples(st.lists(edit, max_size=3), st.integers(1, 3))
    vocabulary = []
    for slips, frequency in data.draw(st.lists(edits, max_size=20)):
        candidate = word
        for at, letter in slips:
            candidate = candidate[:at] + letter + candidate[at + (at % 2) :]
        vocabulary.append((candidate, frequency))
    limit = allowed_distance(word)
    ranks = [
        (distance, -frequency, candidate)
        for candidate, frequency in vocabulary
        if limit
        and (distance := textbook_distance(word, candidate)) <= limit
        and candidate[:1] == word[0]
        and candidate.count("1") == word.count("1")
    ]
    expected = min(ranks)[2] if ranks else None
    assert expected == closest(word, vocabulary)
    assert expected == closest(word, reversed(vocabulary))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("talibna", "taliban"),
        ("talban", "taliban"),
        ("ttalibann", "taliban"),
        ("kabol", "kabul"),
        ("akbul", None),
        ("kabxx", None),
        ("kabu", None),
        ("20120", None),
        ("2020s", None),
        ("covid18", None),
        ("covidd19", "covid19"),
    ],
)
def test_slips_are_corrected(word: str, expected: str | None) -> None:
    """
    One slip is allowed in a short word and two in a longer one; numbers stay.
    """
    vocabulary = [("taliban", 40), ("kabul", 30), ("2021", 9), ("2010s", 9)]
    assert expected == closest(word, [*vocabulary, ("covid19", 5)])


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("dohaa", "doha"),
        ("agrement", "agreement"),
        ("talibna", "taliban"),
        ("afganistan", "afghanistan"),
        ("olimpics", "olympics"),
        ("kabol", "kabul"),
        ("khandahar", "kandahar"),
        ("goverment", "government"),
        ("recieve", "receive"),
        ("withdrawl", "withdrawal"),
        ("parlimant", "parliament"),
        ("minizter", "minister"),
        ("tenziok", None),
        ("tencioks", None),
    ],
)
def test_misspelt_words_of_news_are_corrected(word: str, expected: str | None) -> None:
    """
    Slips that people make are undone; two wrong consonants are no slip.
    """
    right = "doha agreement taliban afghanistan olympics kabul kandahar government"
    right += " receive withdrawal parliament minister tension tensions"
    assert expected == closest(word, [(candidate, 1) for candidate in right.split()])


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("coup", "cup"),
        ("finance", "france"),
        ("drugs", "drums"),
        ("crime", "prime"),
        ("crisis", "critics"),
        ("percent", "present"),
        ("trumps", "troops"),
        ("dont", "done"),
        ("foo", "for"),
        ("wherre", "where"),
    ],
)
def test_words_are_not_taken_for_unrelated_ones(word: str, other: str) -> None:
    """
    Short words, other consonants and first letters, and stop words are left alone.
    """
    assert closest(word, [(other, 1000)]) is None


@pytest.mark.parametrize(
    ("length", "limit"), [(4, 0), (5, 2), (6, 2), (7, 3), (8, 5), (60, 5)]
)
def test_longer_words_may_have_more_slips(length: int, limit: int) -> None:
    """
    The limit is told by the letters alone; digits do not count.
    """
    assert limit == allowed_distance("x" * length)
    assert limit == allowed_distance("2020" + "x" * length)


@pytest.mark.parametrize(
    ("word", "vocabulary", "expected"),
    [
        ("kabulls", [("kabuxxs", 99), ("kabuls", 1)], "kabuls"),
        ("kandihar", [("kandbhar", 99), ("kandahar", 1)], "kandahar"),
        ("kabil", [("kebil", 1), ("kobil", 9)], "kobil"),
        ("kabil", [("kobil", 1), ("kebil", 1)], "kebil"),
    ],
)
def test_ranking(word: str, vocabulary: list[tuple[str, int]], expected: str) -> None:
    """
    Distance counts first, then the frequency, and the alphabet.
    """
    assert expected == closest(word, vocabulary)


@pytest.mark.usefixtures("it_ends")
def test_a_large_vocabulary() -> None:
    """
    The one word that is near is found among 50,000 that are not.
    """
    generator = random.Random(7)
    vocabulary = [
        ("".join(generator.choices("etaoinshrdlu", k=generator.randint(3, 11))), 1)
        for _ in range(50_000)
    ]
    vocabulary.insert(25_000, ("yxyxyxyx", 1))
    assert "yxyxyxyx" == closest("yxyxyyxx", vocabulary)


def test_words_of_a_tree_are_replaced() -> None:
    """
    Words change wherever they stand; the rest of the tree stays.
    """

    def replace(word: Word) -> Word | None:
        return Word("kabul", word.field) if word.text == "kabol" else None

    text = 'kabol (title:kabol OR herat) -(kabol doha) "kabol" kabol* place:kabol'
    expected = 'kabul (title:kabul OR herat) -(kabul doha) "kabol" kabol* place:"kabol"'
    assert expected == str(corrected(parse(text).tree, replace))
