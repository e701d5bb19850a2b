from __future__ import annotations

import sys
import unicodedata
from itertools import pairwise

import pytest

from searchkit.analysis.unicode_data import (
    UNICODE_VERSION,
    folding_table,
    mark_ranges,
)


@pytest.mark.skipif(
    unicodedata.unidata_version != UNICODE_VERSION,
    reason="the standard library knows another version of Unicode",
)
def test_marks_are_those_of_the_unicode_database() -> None:
    """
    The frozen table holds every combining mark of its version and nothing else.
    """
    listed = {c for first, last in mark_ranges() for c in range(first, last + 1)}
    expected = {
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in {"Mn", "Mc", "Me"}
    }
    assert expected == listed


def test_marks_of_this_python_are_listed() -> None:
    """
    On any Python, what the table calls a mark is one, or is not assigned.
    """
    for first, last in mark_ranges():
        for code in range(first, last + 1):
            assert unicodedata.category(chr(code)) in {"Mn", "Mc", "Me", "Cn"}, hex(
                code
            )


def test_ranges_are_in_order_and_apart() -> None:
    """
    Ranges ascend, and no two of them touch.
    """
    ranges = mark_ranges()
    assert all(first <= last for first, last in ranges)
    assert all(left[1] + 1 < right[0] for left, right in pairwise(ranges))


def test_what_is_folded_is_not_folded_again() -> None:
    """
    Nothing in the values of the folding table is one of its keys.
    """
    table = folding_table()
    assert not {ord(char) for plain in table.values() for char in plain} & set(table)
