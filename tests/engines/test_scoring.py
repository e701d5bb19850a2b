from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.engines.scoring import (
    LENGTH_OF_BYTE,
    byte_to_length,
    date_score,
    idf,
    length_to_byte,
    proximity,
    proximity_score,
    rounded_length,
    term_frequency_weight,
)
from searchkit.settings import PROXIMITY_WEIGHT

LARGEST = 2**31 - 1


def with_four_bits(value: int) -> int:
    """
    Round a number down to a float with four significant bits.
    """
    if value == 0:
        return 0
    mantissa, exponent = math.frexp(value)
    return int(math.ldexp(math.floor(mantissa * 16), exponent - 4))


def all_with_four_bits() -> list[int]:
    """
    List the numbers with four significant bits up to the largest length, ascending.
    """
    numbers = {mantissa << shift for mantissa in range(16) for shift in range(31)}
    return sorted(number for number in numbers if number <= LARGEST)


class TestLengths:
    def test_short_lengths_are_exact(self) -> None:
        """
        Nothing is lost up to 40 tokens; 41 is the first length that is rounded.
        """
        assert list(range(41)) == [rounded_length(length) for length in range(41)]
        assert list(range(40)) == [length_to_byte(length) for length in range(40)]
        assert 40 == rounded_length(41)
        assert 42 == rounded_length(42)

    def test_codes_are_those_of_lucene(self) -> None:
        """
        The 256 codes stand for the lengths of Lucene's table.

        They are as many exact ones as are left over, then 4-bit floats on top of them.
        """
        floats = all_with_four_bits()
        exact = 256 - len(floats)
        assert 24 == exact
        expected = [*range(exact), *(exact + number for number in floats)]
        assert expected == list(LENGTH_OF_BYTE)
        assert expected == [byte_to_length(code) for code in range(256)]

    @pytest.mark.parametrize(
        ("length", "expected"),
        [
            (48, 48),
            (49, 48),
            (56, 56),
            (57, 56),
            (100, 96),
            (1000, 984),
            (10**6, 983064),
        ],
    )
    def test_known_lengths(self, length: int, expected: int) -> None:
        """
        What remains of some lengths, worked out by hand: 24 and four bits of the rest.
        """
        assert expected == rounded_length(length)

    @given(st.integers(0, LARGEST))
    def test_a_length_loses_at_most_an_eighth(self, length: int) -> None:
        """
        Rounding goes down, by the last of four bits, and never twice.
        """
        kept = rounded_length(length)
        assert length * 7 / 8 <= kept <= length
        assert kept == rounded_length(kept)
        above = length - 24
        assert (length if above < 0 else 24 + with_four_bits(above)) == kept

    @given(st.integers(0, LARGEST), st.integers(0, LARGEST))
    def test_codes_keep_the_order(self, one: int, other: int) -> None:
        """
        A longer text never has the smaller code.
        """
        low, high = sorted((one, other))
        assert 0 <= length_to_byte(low) <= length_to_byte(high) <= 255
        assert 255 == length_to_byte(LARGEST)
        assert all(left < right for left, right in pairwise(LENGTH_OF_BYTE))


class TestBM25:
    def test_the_formula(self) -> None:
        """
        The score is idf x tf / (tf + k1 (1 - b + b length / mean)), worked out by hand.
        """
        assert math.log(1 + 8.5 / 2.5) == pytest.approx(idf(2, 10))
        expected = 3 / (3 + 1.2 * (0.25 + 0.75 * 50 / 100))
        assert expected == pytest.approx(term_frequency_weight(3, 50, 100))
        assert 3 / (3 + 1.2) == pytest.approx(term_frequency_weight(3, 50, 0))
        assert 2 / (2 + 2) == pytest.approx(term_frequency_weight(2, 9, 3, k1=2, b=0))

    @given(st.integers(0, 10**6), st.integers(0, 10**6))
    def test_a_word_of_all_documents_still_counts(self, one: int, other: int) -> None:
        """
        The idf is above 0 for every frequency, and rarer words have more of it.
        """
        frequency, count = sorted((one, other))
        assert idf(frequency, count) > 0
        assert idf(frequency, count + 1) > idf(frequency + 1, count + 1)

    @given(st.integers(1, 1000), st.integers(0, 1000), st.floats(0.1, 1000))
    def test_weights_grow_with_frequency_and_shrink_with_length(
        self, frequency: int, length: int, mean: float
    ) -> None:
        """
        The weight stays between 0 and 1 whatever the document is like.
        """
        weight = term_frequency_weight(frequency, length, mean)
        assert 0 < weight < 1
        assert weight < term_frequency_weight(frequency + 1, length, mean)
        assert weight > term_frequency_weight(frequency, length + 1, mean)


class TestDates:
    def test_documented_scores(self) -> None:
        """
        A day asked for counts as the docstring says on its month, year and decade.
        """
        days = {1: 1.0, 30: 0.23, 365: 0.14, 3652: 0.11}
        whole = date_score(1.0, 1)
        assert days == {n: round(date_score(1 / n, 1) / whole, 2) for n in days}

    @given(st.integers(1, 400_000), st.integers(1, 400_000), st.integers(1, 999))
    def test_more_of_a_mention_is_better(
        self, one: int, other: int, mentions: int
    ) -> None:
        """
        The score grows with the share of the mention.
        """
        part, whole = sorted((one, other))
        less = date_score(part / (whole + 1), mentions)
        assert 0 < less < date_score(1.0, mentions) < 1

    @given(st.floats(0.001, 1), st.integers(1, 999))
    def test_more_mentions_are_better_but_width_decides(
        self, share: float, mentions: int
    ) -> None:
        """
        The score grows with the number of mentions, by less than a factor of 2.
        """
        one, more = date_score(share, mentions), date_score(share, mentions + 1)
        assert one < more < 2 * date_score(share, 1)


positions = st.lists(st.integers(0, 60), unique=True, max_size=8).map(sorted)


class TestProximity:
    @given(positions, positions)
    def test_by_brute_force(self, left: list[int], right: list[int]) -> None:
        """
        Each left occurrence counts 1 / d**2 for the nearest right one in the window.
        """
        total = 0.0
        for position in left:
            distances = [abs(at - position) for at in right if at != position]
            if distances and min(distances) <= 8:
                total += 1 / min(distances) ** 2
        assert total / (total + 1) == pytest.approx(proximity(left, right, window=8))

    def test_the_window_ends(self) -> None:
        """
        Eight tokens are near, nine are not.
        """
        assert 1 / 65 == pytest.approx(proximity([10], [18], window=8))
        assert 1 / 65 == pytest.approx(proximity([18], [10], window=8))
        assert 0.0 == proximity([10], [19], window=8)
        assert 0.0 == proximity([], [1])

    def test_a_token_is_no_neighbour_of_itself(self) -> None:
        """
        A query that says a word twice finds it beside itself only where it is.
        """
        assert 0.0 == proximity([5], [5])
        assert proximity([5, 6], [5, 6]) == pytest.approx(2 / 3)

    def test_weights_multiply(self) -> None:
        """
        Evidence counts by the weight of the field and the mean idf of the words.
        """
        expected = PROXIMITY_WEIGHT * 0.5 * 2.0 * 3.0
        assert expected == pytest.approx(proximity_score(0.5, 2.0, 1.0, 5.0))
