"""
Scoring, defined once for every engine.

The score of an article is a sum over the parts of the query that match it:

- **Words.**  For each field, weight x BM25 of the stem (Lucene's form).
- **Phrases.**  The same with the phrase in place of the word: its frequency is how
  often it occurs, its idf is the sum over its words.
- **Names.**  BM25 of the name's mentions in the field, without regard to length.
- **Dates.**  ``date_score`` of the mentions that lie inside the days asked for, of
  those that reach out of them, counted as covered by half, or of those of one wider
  calendar unit, whichever is most.
- **Prefixes and fuzzy words.**  1.
- **Proximity.**  For each two neighbouring words of the query's outermost group and
  each field, ``proximity`` of their closest occurrences, on top of all else.
- Filters on publication, identifiers and negations add nothing.

Equal scores are ordered by date of publication, the newest first, then by article id.

Sources: BM25 in the variant that Kamphuis et al., "Which BM25 Do You Mean?" (ECIR 2020)
call *Lucene (accurate)*, with lengths rounded as Lucene rounds them; proximity after
Büttcher, Clarke & Lushman, "Term Proximity Scoring for Ad-Hoc Retrieval on Very Large
Text Collections" (SIGIR 2006).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING

from searchkit.settings import BM25_B, BM25_K1, PROXIMITY_WEIGHT, PROXIMITY_WINDOW

if TYPE_CHECKING:
    from collections.abc import Sequence


def idf(document_frequency: int, document_count: int) -> float:
    """
    Return the inverse document frequency of a term, never negative.

    Args:
        document_frequency: Documents that have the term in the field.
        document_count: Documents that have the field at all, at least as many; for
            fields of names, all documents.
    """
    rest = document_count - document_frequency + 0.5
    return math.log(1 + rest / (document_frequency + 0.5))


def term_frequency_weight(
    frequency: float,
    length: float,
    mean_length: float,
    *,
    k1: float = BM25_K1,
    b: float = BM25_B,
) -> float:
    """
    Return the part of BM25 that depends on the document, in 0 to 1.

    Args:
        frequency: Occurrences of the term in the field, at least 1.
        length: Length of the field in tokens, as :func:`rounded_length` gives it.
        mean_length: Mean length of the field over the documents that have it, in
            tokens; where it is 0, length is not considered.
        k1: How soon further occurrences stop counting; unitless.
        b: How much length is held against a document; unitless, 0 to 1.

    Example:
        >>> round(term_frequency_weight(2, 100, 100), 3)
        0.625
    """
    norm = 1 - b + b * length / mean_length if mean_length else 1.0
    return frequency / (frequency + k1 * norm)


def length_to_byte(length: int) -> int:
    """
    Encode a field length in one byte, as Lucene does.

    Lengths below 40 are exact; above, four significant bits are kept, rounded down.
    Source: ``SmallFloat.intToByte4`` of Apache Lucene, by its documented behaviour.

    Args:
        length: 0 to 2**31 - 1.

    Example:
        >>> length_to_byte(39), byte_to_length(length_to_byte(1000))
        (39, 984)
    """
    if length < _EXACT_LENGTHS:
        return length
    return _EXACT_LENGTHS + _to_float4(length - _EXACT_LENGTHS)


def byte_to_length(code: int) -> int:
    """
    Decode a field length; the inverse of :func:`length_to_byte` up to rounding.
    """
    if code < _EXACT_LENGTHS:
        return code
    return _EXACT_LENGTHS + _from_float4(code - _EXACT_LENGTHS)


def _to_float4(value: int) -> int:
    """
    Keep four significant bits of a number: an exponent and three bits behind the first.
    """
    bits = value.bit_length()
    if bits < 4:  # a number below 8 is exact
        return value
    shift = bits - 4
    return (value >> shift & 0x07) | (shift + 1) << 3


def _from_float4(code: int) -> int:
    bits, shift = code & 0x07, (code >> 3) - 1
    return bits if shift < 0 else (bits | 0x08) << shift


#: How many lengths are exact: the codes that the largest possible length leaves free.
_EXACT_LENGTHS = 255 - _to_float4(2**31 - 1)

LENGTH_OF_BYTE: tuple[int, ...] = tuple(byte_to_length(code) for code in range(256))
"""Decoded lengths of all 256 codes."""


def rounded_length(length: int) -> int:
    """
    Return a length as it comes back from its one-byte form.
    """
    return LENGTH_OF_BYTE[length_to_byte(length)]


def date_score(share: float, mentions: float) -> float:
    """
    Score mentioned intervals that overlap the days asked for.

    Args:
        share: How much of each mention the query covers, above 0 to 1.
        mentions: How many mentions there are of that width, at least 1.

    Returns:
        Above 0, below 1.  The width decides: whole mentions inside the days asked for
        come before all wider ones, however many, unless those are hardly wider.  A day
        asked for counts 0.23 of that on its month, 0.14 on its year and 0.11 on its
        decade.  The number of mentions decides between equals, up to a factor of 2.

    Example:
        >>> round(date_score(1, 1), 3), round(date_score(1, 9), 3)
        (0.727, 0.941)
    """
    coverage = 1 / (1 - math.log(share))
    return coverage * (1 + mentions / (mentions + BM25_K1)) / 2


def proximity(
    left: Sequence[int],
    right: Sequence[int],
    *,
    window: int = PROXIMITY_WINDOW,
) -> float:
    """
    Score how close two words stand to each other in one field.

    Each occurrence of the left word counts 1 / d**2, d being its distance in tokens to
    the nearest occurrence of the right word; farther than the window it counts nothing.

    Args:
        left: Positions of one word, ascending.
        right: Positions of the other, ascending.
        window: The largest distance that counts, in tokens.

    Returns:
        The sum s, brought to 0 ... 1 as s / (s + 1).

    Example:
        >>> proximity([3], [4]), proximity([3], [40])
        (0.5, 0.0)
    """
    total = 0.0
    for position in left:
        at = bisect_left(right, position)
        # Where a query says one word twice, a token is no neighbour of itself.
        beside = (abs(other - position) for other in right[max(at - 1, 0) : at + 2])
        near = min(filter(None, beside), default=0)
        if 0 < near <= window:
            total += 1 / (near * near)
    return total / (total + 1)


def proximity_score(
    evidence: float, field_weight: float, idf_left: float, idf_right: float
) -> float:
    """
    Weigh :func:`proximity` for the sum of scores.

    Args:
        evidence: In 0 to 1.
        field_weight: Weight of the field.
        idf_left: Of one word in the field.
        idf_right: Of the other.
    """
    return PROXIMITY_WEIGHT * field_weight * (idf_left + idf_right) / 2 * evidence
