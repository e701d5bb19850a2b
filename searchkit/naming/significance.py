"""
Significance: how telling it is that something is frequent in a part of the whole.

Raw counts put first what is frequent everywhere.  The log-likelihood ratio compares two
explanations of what was counted: one rate for the whole, or one for the part and
another for the rest; the better the second fits, the more telling the count.

Source: Dunning, "Accurate Methods for the Statistics of Surprise and Coincidence",
Computational Linguistics 19 (1993), for binomial distributions.
"""

from __future__ import annotations

import math


def significance(count: int, part: int, background: int, whole: int) -> float:
    """
    Compare how often something is found in a part with how often in the rest.

    Args:
        count: Articles of the part that have it, 0 to ``part``.
        part: Articles of the part, 0 to ``whole``.
        background: Articles of the whole that have it; with ``count``, what the rest
            has follows from it.
        whole: Articles in all.

    Returns:
        The log-likelihood ratio (−2 log λ), unitless; negative where it is rarer in the
        part than in the rest, and 0 where part or rest is empty.

    Raises:
        ValueError: There can be no such counts.

    Example:
        >>> round(significance(10, 10, 10, 100), 1), significance(5, 50, 10, 100)
        (65.0, 0.0)
    """
    rest, elsewhere = whole - part, background - count
    if not (0 <= count <= part and 0 <= elsewhere <= rest):
        raise ValueError(f"impossible: {count=}, {part=}, {background=}, {whole=}")
    if not part or not rest:
        return 0.0
    rate = background / whole
    ratio = 2 * (
        _log_likelihood(count / part, count, part)
        + _log_likelihood(elsewhere / rest, elsewhere, rest)
        - _log_likelihood(rate, count, part)
        - _log_likelihood(rate, elsewhere, rest)
    )
    # Equal rates give the smallest of negative numbers, by rounding.
    ratio = max(ratio, 0.0)
    return ratio if count * rest >= elsewhere * part else -ratio


def _log_likelihood(rate: float, hits: int, trials: int) -> float:
    found = hits * math.log(rate) if hits else 0.0
    missed = trials - hits
    return found + (missed * math.log1p(-rate) if missed else 0.0)
