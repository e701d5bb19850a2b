"""
What rows become, and how they are checked.
"""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.catalog.rows import row_checksum

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
VALUES = st.lists(st.one_of(ANY_TEXT, st.integers(), st.none()), max_size=15)


@given(VALUES, st.binary(max_size=100))
def test_the_checksum_of_a_row(values: list[object], body: bytes) -> None:
    """
    It is the CRC-32 of all values as text, a NUL between two, and then of the body.
    """
    text = "\0".join(str(value) for value in values)
    expected = zlib.crc32(text.encode("utf-8", "surrogatepass") + body)
    assert expected == row_checksum(*values, body)


@pytest.mark.parametrize("values", [(), ("a", "b")])
def test_a_row_without_a_body(values: tuple[object, ...]) -> None:
    """
    What has no body is no row.
    """
    with pytest.raises((TypeError, ValueError)):
        row_checksum(*values)
