"""
The posting lists of native segments, as Whoosh's queries walk over them.

Whoosh joins posting lists in Python, whatever the codec: for each document it calls
some methods of each list.  Most of those here are the methods of the extension's cursor
themselves, and so is the score, where Whoosh scores by BM25.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whoosh.formats import Existence, Positions
from whoosh.matching import LeafMatcher
from whoosh.query.spans import Span
from whoosh.scoring import BM25FScorer
from whoosh.system import pack_uint

from searchkit.engines.whoosh.codec_reading import Norms, SegmentFile, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from searchkit.native import _native


class NativeMatcher(LeafMatcher):  # type: ignore[misc]
    """
    Walks over the posting list of a term.

    Args:
        file: The open segment file.
        term: Field and bytes of the term.
        format_: Whoosh's format of the field.
        scorer: Whoosh's scorer; ``None`` where nothing is scored.
        cursor: At the first document, or wherever a copy is to begin.
    """

    def __init__(
        self,
        file: SegmentFile,
        term: tuple[str, bytes],
        format_: Any,
        scorer: Any,
        cursor: _native.PostingCursor,
    ) -> None:
        self._file = file
        self._term = term
        self.format = format_
        self.scorer = scorer
        self._bind(cursor)

    def _bind(self, cursor: _native.PostingCursor) -> None:
        """
        Take the cursor's methods for ours: no Python is run for most calls.
        """
        self._cursor = cursor
        self.is_active = cursor.is_active
        self.id = cursor.document
        self.next = cursor.next
        self.skip_to = cursor.skip_to
        self.weight = cursor.frequency
        if self.scorer is not None:
            self.max_quality = self.scorer.max_quality
            self.supports_block_quality = self.scorer.supports_block_quality
        if type(self.scorer) is BM25FScorer:
            norms = self._file.norms(
                self._term[0], self.scorer.K1, self.scorer.B, self.scorer.avgfl
            )
            if norms is not None:
                self._score_by_bm25(cursor, self.scorer, norms)

    def _score_by_bm25(
        self, cursor: _native.PostingCursor, scorer: BM25FScorer, norms: Norms
    ) -> None:
        """
        Put Whoosh's formula, operation for operation, on the cursor.
        """
        idf: float = scorer.idf
        factor: float = scorer.K1 + 1
        cursor.score_by(idf, factor, norms.by_document)
        by_length = norms.by_length
        is_active, shortest = cursor.is_active, cursor.shortest
        most_frequent = cursor.most_frequent

        def block_quality() -> float:
            if not is_active():
                return 0.0
            tf = most_frequent()
            return idf * ((tf * factor) / (tf + by_length[shortest()]))

        self.score, self.block_quality = cursor.score, block_quality

    def copy(self) -> NativeMatcher:
        """
        Return another matcher at the same document.
        """
        copied = self._cursor.copy()
        return NativeMatcher(self._file, self._term, self.format, self.scorer, copied)

    def reset(self) -> None:
        """
        Go back to the first document.
        """
        self._bind(self._file.postings(*self._term))

    def all_ids(self) -> Iterator[int]:
        """
        Walk over this document and all behind it, which moves to the end.
        """
        return iter(self._cursor.rest())

    # --- values -----------------------------------------------------------------

    def value(self) -> bytes:
        """
        Return the posting value that Whoosh's format makes.
        """
        if isinstance(self.format, Positions):
            return bytes(self.format.encode(self._cursor.positions()))
        if isinstance(self.format, Existence):
            return b""
        return bytes(pack_uint(self._cursor.frequency()))

    def value_as(self, astype: str) -> Any:
        """
        Return what the current document has, as ``positions``, ``frequency`` or others.
        """
        if astype == "positions" and isinstance(self.format, Positions):
            return self._cursor.positions()
        if astype == "frequency":
            return self._cursor.frequency()
        if astype == "weight":
            return float(self._cursor.frequency())
        return super().value_as(astype)

    def spans(self) -> list[Span]:
        """
        Return the positions in the current document as spans of one token.
        """
        if not isinstance(self.format, Positions):
            return list(super().spans())
        return [Span(position) for position in self._cursor.positions()]

    # --- quality ----------------------------------------------------------------

    def skip_to_quality(self, minquality: float) -> int:
        """
        Skip blocks that cannot score above ``minquality``; return how many.
        """
        cursor, block_quality = self._cursor, self.block_quality
        skipped = 0
        while cursor.is_active() and block_quality() <= minquality:
            cursor.next_block()
            skipped += 1
        return skipped

    def block_max_weight(self) -> int:
        """
        Return the greatest frequency in the block; 0 behind the last one.
        """
        return self._cursor.most_frequent() if self._cursor.is_active() else 0

    def block_min_length(self) -> int:
        """
        Return the least length in the block, rounded.
        """
        return rounded(self._cursor.shortest()) if self._cursor.is_active() else 0

    def block_max_length(self) -> int:
        """
        Return a bound of the lengths in the block, rounded.
        """
        return self._file.shortest_and_longest(self._term[0])[1]
