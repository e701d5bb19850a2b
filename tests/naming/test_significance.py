from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from searchkit.naming.significance import significance


def test_the_measure_is_that_of_the_paper() -> None:
    """
    Twice the sum of observed times the logarithm of observed over expected counts.
    """
    count, part, background, whole = 7, 20, 30, 400
    observed = [7, 13, 23, 357]
    rows, columns = (20, 380), (30, 370)
    expected = [row * column / whole for row in rows for column in columns]
    by_table = 2 * sum(
        o * math.log(o / e) for o, e in zip(observed, expected, strict=True)
    )
    assert by_table == pytest.approx(significance(count, part, background, whole))


@given(*[st.integers(0, 60)] * 4)
def test_the_sign_says_whether_it_is_more_frequent(
    count: int, missed: int, elsewhere: int, rest: int
) -> None:
    """
    Equal rates give 0, and so does an empty part or rest.
    """
    part, others = count + missed, elsewhere + rest
    found = significance(count, part, count + elsewhere, part + others)
    difference = count * others - elsewhere * part
    assert not (difference > 0 and found < 0)
    assert not (difference < 0 and found > 0)
    if not difference:
        assert pytest.approx(0.0, abs=1e-9) == found


@given(*[st.integers(1, 40)] * 3)
def test_what_is_nowhere_else_bounds_what_has_the_same_count(
    count: int, missed: int, rest: int
) -> None:
    """
    The rarer elsewhere, and the more frequent here, the more telling.
    """
    part, whole = count + missed, count + missed + rest
    bound = significance(count, part, count, whole)
    for elsewhere in range(rest + 1):
        assert significance(count, part, count + elsewhere, whole) <= bound + 1e-9
    assert significance(count - 1, part, count - 1, whole) <= bound + 1e-9


@given(*[st.integers(-2, 5)] * 4)
def test_impossible_counts_are_refused(
    count: int, part: int, background: int, whole: int
) -> None:
    """
    Rather than a number that means nothing.
    """
    assume(not (0 <= count <= part and 0 <= background - count <= whole - part))
    with pytest.raises(ValueError, match="impossible"):
        significance(count, part, background, whole)
