from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from searchkit.spans import Span, merge

spans = st.tuples(st.integers(0, 20), st.integers(0, 6)).map(
    lambda pair: Span(pair[0], pair[0] + pair[1])
)


def points(*several: Span) -> set[int]:
    return {at for span in several for at in range(*span)}


@given(spans, spans)
def test_relations_are_those_of_sets_of_code_points(one: Span, other: Span) -> None:
    """
    Spans overlap where they share a code point; an empty one overlaps nothing.
    """
    assert bool(points(one) & points(other)) == one.overlaps(other)
    assert one.overlaps(other) == other.overlaps(one)
    if one.covers(other):
        assert points(other) <= points(one)
    elif points(other):
        assert not points(other) <= points(one)


@given(st.text(max_size=30), spans, st.integers(0, 5))
def test_cutting_is_slicing(text: str, span: Span, offset: int) -> None:
    """
    A span cuts what a slice does, and shifting moves it along.
    """
    assert text[span.start : span.end] == span.cut(text)
    assert span.cut(text) == span.shift(offset).cut("x" * offset + text)


@given(st.lists(spans))
def test_merging_keeps_the_code_points(several: list[Span]) -> None:
    """
    Merged spans cover the same, stand in order, and do not even touch.
    """
    before = list(several)
    merged = merge(several)
    assert points(*several) == points(*merged)
    assert all(span.end > span.start for span in merged)
    assert all(left.end < right.start for left, right in pairwise(merged))
    assert merged == merge(merged)
    assert before == several
