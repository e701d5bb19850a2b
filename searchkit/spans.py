"""
Spans: the one coordinate system of searchkit.

A span is a half-open range ``[start, end)`` of code points in one text, as Python
slices it: ``text[span.start : span.end]``.  Tokens, sentences, annotations, snippets
and highlights all use it, so that no offset ever has to be converted.
"""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """
    A half-open range ``[start, end)`` of code points, ``0 <= start <= end``.

    Example:
        >>> span = Span(5, 14)
        >>> span.cut("The Doha Agreement")
        'oha Agree'
    """

    start: int
    end: int

    def cut(self, text: str) -> str:
        """
        Return the stretch of ``text`` that the span covers.
        """
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """
        Tell whether the two spans share at least one code point.

        Example:
            >>> Span(0, 4).overlaps(Span(4, 8))
            False
        """
        return max(self.start, other.start) < min(self.end, other.end)

    def covers(self, other: Span) -> bool:
        """
        Tell whether ``other`` lies wholly inside this span.
        """
        return self.start <= other.start and other.end <= self.end

    def shift(self, offset: int) -> Span:
        """
        Return the span moved by ``offset`` code points.
        """
        return Span(self.start + offset, self.end + offset)


def merge(spans: list[Span]) -> list[Span]:
    """
    Join overlapping and touching spans.

    Args:
        spans: Any spans of one text, in any order.

    Returns:
        Disjoint spans in order of their start, covering the same code points.

    Example:
        >>> merge([Span(4, 9), Span(0, 4), Span(20, 21)])
        [Span(start=0, end=9), Span(start=20, end=21)]
    """
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            if span.end > merged[-1].end:
                merged[-1] = Span(merged[-1].start, span.end)
        elif span.end > span.start:
            merged.append(span)
    return merged
