"""
Statistics of measured times: percentiles, totals, spread and ratios.

A query is measured in several rounds; its time is the median of them.  A class has the
median and the 99th percentile of its queries' times, and their sum.  The spread is
between the sums of single rounds: it says how far the machine was at rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Summary:
    """
    The times of one engine on one class of queries.

    Attributes:
        queries: How many.
        total: Sum over the queries, in nanoseconds.
        p50: Of the queries' times, in nanoseconds.
        p99: Likewise.
        spread: Largest sum of a round against the smallest, less 1; 0 for one round.
    """

    queries: int
    total: float
    p50: float
    p99: float
    spread: float


def percentile(values: Sequence[float], share: float) -> float:
    """
    Return a percentile by linear interpolation between the two nearest ranks.

    Args:
        values: One or more, in any order.
        share: 0 for the smallest to 1 for the largest.

    Example:
        >>> percentile([4, 1, 3, 2], 0.5), percentile([4, 1, 3, 2], 1)
        (2.5, 4.0)
    """
    ranked = sorted(values)
    place = share * (len(ranked) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (place - below) * (ranked[above] - ranked[below]) * 1.0


def spread(values: Sequence[float]) -> float:
    """
    Return by how much the largest is above the smallest, as a share of that.

    Example:
        >>> spread([100, 125, 110])
        0.25
    """
    least = min(values)
    return max(values) / least - 1 if least else 0.0


def summary(times: Mapping[str, Sequence[float]]) -> Summary:
    """
    Sum up the times of a class.

    Args:
        times: For each query its times, one a round, equally many for all; in
            nanoseconds.
    """
    medians = [median(rounds) for rounds in times.values()]
    sums = [sum(round_) for round_ in zip(*times.values(), strict=True)]
    return Summary(
        queries=len(medians),
        total=sum(medians),
        p50=percentile(medians, 0.5),
        p99=percentile(medians, 0.99),
        spread=spread(sums),
    )


def geometric_mean(ratios: Sequence[float]) -> float:
    """
    Return the mean of ratios, none of them 0.

    Example:
        >>> geometric_mean([0.5, 2.0])
        1.0
    """
    return math.exp(sum(math.log(ratio) for ratio in ratios) / len(ratios))
