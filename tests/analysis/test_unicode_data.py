from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable
from itertools import pairwise

import pytest

from searchkit.analysis.unicode_data import (
    UNICODE_VERSION,
    decimal_ranges,
    folding_table,
    mark_ranges,
    word_ranges,
)

same_unicode = pytest.mark.skipif(
    unicodedata.unidata_version != UNICODE_VERSION,
    reason="the standard library knows another version of Unicode",
)
TABLES = [word_ranges, decimal_ranges, mark_ranges]


@same_unicode
def test_words_and_decimals_are_those_of_patterns() -> None:
    r"""
    The frozen tables hold what ``\w`` and ``\d`` match, but for the underscore.
    """
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    for table, pattern in ((word_ranges, r"[^\W_]+"), (decimal_ranges, r"\d+")):
        runs = re.finditer(pattern, everything)
        assert [(run.start(), run.end() - 1) for run in runs] == table()


def test_words_of_this_python_are_listed() -> None:
    """
    On any Python, what the tables call a word character or a decimal is one.

    The pure form relies on it: it blanks what came later, and trusts the rest.
    """
    for first, last in word_ranges():
        assert "".join(map(chr, range(first, last + 1))).isalnum(), hex(first)
    decimals = {c for first, last in decimal_ranges() for c in range(first, last + 1)}
    for first, last in word_ranges():
        for code in range(first, last + 1):
            assert chr(code).isdecimal() == (code in decimals), hex(code)


@same_unicode
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


@pytest.mark.parametrize("table", TABLES)
def test_ranges_are_in_order_and_apart(
    table: Callable[[], list[tuple[int, int]]],
) -> None:
    """
    Ranges ascend, and no two of them touch.
    """
    ranges = table()
    assert all(first <= last for first, last in ranges)
    assert all(left[1] + 1 < right[0] for left, right in pairwise(ranges))


def test_what_is_folded_is_not_folded_again() -> None:
    """
    Nothing in the values of the folding table is one of its keys.
    """
    table = folding_table()
    assert not {ord(char) for plain in table.values() for char in plain} & set(table)
