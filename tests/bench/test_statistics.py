"""
Statistics of measured times.
"""

from __future__ import annotations

import statistics as standard

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.bench.statistics import (
    geometric_mean,
    percentile,
    spread,
    summary,
)

TIMES = st.lists(st.integers(1, 10**9), min_size=1, max_size=50)


class TestPercentiles:
    @given(TIMES)
    def test_the_half_is_the_median(self, values: list[int]) -> None:
        """
        Half of the values lie on each side of the 50th percentile.
        """
        assert standard.median(values) == pytest.approx(percentile(values, 0.5))

    @given(TIMES)
    def test_the_ends_are_the_ends(self, values: list[int]) -> None:
        """
        The percentiles 0 and 100 are the smallest and the largest value.
        """
        assert min(values) == percentile(values, 0)
        assert max(values) == percentile(values, 1)

    def test_between_two_ranks_it_is_interpolated(self) -> None:
        """
        The 99th of a hundred values lies between the two largest.
        """
        assert 99.01 == pytest.approx(percentile(range(1, 101), 0.99))


class TestSummaries:
    def test_a_query_counts_by_its_median_round(self) -> None:
        """
        One bad round does not move a query; the spread shows it.
        """
        found = summary({"a": [10, 10, 90], "b": [20, 20, 10], "c": [30, 30, 20]})
        assert (3, 60, 20) == (found.queries, found.total, found.p50)
        assert 1.0 == found.spread  # rounds took 60, 60 and 120

    def test_one_round_has_no_spread(self) -> None:
        """
        What was measured once says nothing of the machine's rest.
        """
        assert 0 == summary({"a": [10], "b": [30]}).spread

    @given(TIMES)
    def test_the_spread_is_a_share(self, values: list[int]) -> None:
        """
        The largest value is the smallest with its spread.
        """
        assert max(values) == pytest.approx(min(values) * (1 + spread(values)))


class TestRatios:
    @given(st.lists(st.floats(0.01, 100), min_size=1, max_size=20))
    def test_their_mean_is_the_same_from_both_sides(self, ratios: list[float]) -> None:
        """
        Twice as fast and half as fast cancel out.
        """
        turned = [1 / ratio for ratio in ratios]
        assert 1 == pytest.approx(geometric_mean(ratios) * geometric_mean(turned))
