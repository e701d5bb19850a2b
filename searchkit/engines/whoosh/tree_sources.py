"""
The matches of a query tree in a segment, for Whoosh's searchers.

A :class:`Source` finds them: natively where all segments of the reader are native, and
otherwise by the evaluation in Python.  Both count terms over the whole index, and give
the same documents and scores.
"""

from __future__ import annotations

import heapq
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from whoosh.reading import ReaderClosed

from searchkit.engines.whoosh.searcher import WhooshSearcher
from searchkit.engines.whoosh.tree_snapshots import native_snapshot
from searchkit.settings import MAX_EXPANSIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from whoosh.reading import IndexReader
    from whoosh.searching import Searcher

    from searchkit.engines.whoosh.tree_snapshots import NativeSnapshot, Prepared


class Source(Protocol):
    """
    The matches of a tree in a segment, or in several, one after the other.
    """

    def best(
        self, count: int, offset: int, least: float
    ) -> tuple[list[int], list[float]]:
        """
        Return some of the best matches.

        Args:
            count: How many, at most.
            offset: How many better ones to pass over.
            least: Scores of interest are above it; 0 for all.

        Returns:
            Document numbers and scores, the best first; equals in the order of numbers.
            Some scores that are not above ``least`` may be among them.
        """

    def documents(self) -> Sequence[int]:
        """
        Return the numbers of all matches, ascending.
        """

    def scored(self) -> tuple[Sequence[int], Sequence[float]]:
        """
        Return the numbers of all matches, ascending, and their scores.
        """

    def any(self) -> bool:
        """
        Tell whether there is a match.
        """


def find_source(query: Any, searcher: Searcher) -> tuple[Source, int]:
    """
    Return the matches of a ``TreeQuery`` in what a searcher of Whoosh's is on.

    Args:
        query: It has a tree.
        searcher: Of one segment, or of a whole index.

    Returns:
        The matches; and how many documents there are in the segments before.

    Raises:
        QueryTreeError: The tree was made by hand, and is none.
        ReaderClosed: The searcher was closed.
    """
    reader, whole = searcher.reader(), searcher.get_parent().reader()
    if getattr(reader, "is_closed", False):  # that of an empty index never is
        raise ReaderClosed
    bases = dict(whole.leaf_readers())
    leaves = list(bases) if reader is whole else [reader]
    snapshot = native_snapshot(whole, leaves)
    parts: list[Source]
    if snapshot is not None:
        prepared = snapshot.prepared(query)
        parts = [
            NativeSource(snapshot, prepared, snapshot.number(leaf)) for leaf in leaves
        ]
    else:
        evaluated = WhooshSearcher(whole, 0, Path())
        parts = [
            EvaluatedSource(evaluated.segment_scores(query.tree, leaf))
            for leaf in leaves
        ]
    if reader.is_atomic():
        return parts[0], bases.get(reader, 0)
    return JoinedSource(list(zip(parts, bases.values(), strict=True))), 0


def estimated_matches(query: Any, reader: IndexReader) -> int:
    """
    Return how many documents of a reader match a ``TreeQuery`` at most.
    """
    count = int(reader.doc_count())
    snapshot = native_snapshot(reader, [leaf for leaf, _ in reader.leaf_readers()])
    if snapshot is None:
        return count
    compiled = snapshot.prepared(query).compiled
    # Which words of a prefix are taken depends on the whole index.
    if compiled.cut:
        return count
    return min(count, snapshot.most_matches(compiled.plan))


class NativeSource:
    """
    The matches in a native segment.

    Args:
        snapshot: Of the whole index.
        prepared: The query.
        number: Of the segment.
    """

    __slots__ = ("_number", "_prepared", "_snapshot")

    def __init__(
        self, snapshot: NativeSnapshot, prepared: Prepared, number: int
    ) -> None:
        self._snapshot = snapshot
        self._prepared = prepared
        self._number = number

    def best(
        self, count: int, offset: int, least: float
    ) -> tuple[list[int], list[float]]:
        """
        Return some of the best matches.
        """
        return self._prepared.run.best(self._number, count, offset, least)

    def documents(self) -> Sequence[int]:
        """
        Return the numbers of all matches, ascending.
        """
        return array("I", self._prepared.run.documents(self._number))

    def scored(self) -> tuple[Sequence[int], Sequence[float]]:
        """
        Return the numbers of all matches, ascending, and their scores.
        """
        compiled = self._prepared.compiled
        documents, scores = self._snapshot.searcher.matches(
            compiled.plan,
            self._number,
            proximity=compiled.proximity,
            max_expansions=MAX_EXPANSIONS,
        )
        return array("I", documents), array("f", scores)

    def any(self) -> bool:
        """
        Tell whether there is a match.
        """
        return self._prepared.run.any(self._number)


class EvaluatedSource:
    """
    The matches in a segment that were looked for in Python.

    Args:
        scores: By document number.
    """

    def __init__(self, scores: dict[int, float]) -> None:
        self._scores = scores

    def best(
        self, count: int, offset: int, least: float
    ) -> tuple[list[int], list[float]]:
        """
        Return some of the best matches.
        """
        able = (
            (-score, document)
            for document, score in self._scores.items()
            if score > least or not least
        )
        found = heapq.nsmallest(offset + count, able)[offset:]
        return [doc for _, doc in found], [-negated for negated, _ in found]

    def documents(self) -> Sequence[int]:
        """
        Return the numbers of all matches, ascending.
        """
        return sorted(self._scores)

    def scored(self) -> tuple[Sequence[int], Sequence[float]]:
        """
        Return the numbers of all matches, ascending, and their scores.
        """
        documents = sorted(self._scores)
        return documents, [self._scores[document] for document in documents]

    def any(self) -> bool:
        """
        Tell whether there is a match.
        """
        return bool(self._scores)


class JoinedSource:
    """
    The matches in all segments of an index.

    Args:
        parts: Each with what to add to its document numbers, ascending.
    """

    def __init__(self, parts: Sequence[tuple[Source, int]]) -> None:
        self._parts = parts

    def best(
        self, count: int, offset: int, least: float
    ) -> tuple[list[int], list[float]]:
        """
        Return some of the best matches.
        """
        found: list[tuple[float, int]] = []
        for source, base in self._parts:
            documents, scores = source.best(offset + count, 0, least)
            found += [
                (-score, base + document)
                for document, score in zip(documents, scores, strict=True)
            ]
        found = heapq.nsmallest(offset + count, found)[offset:]
        return [document for _, document in found], [-score for score, _ in found]

    def documents(self) -> Sequence[int]:
        """
        Return the numbers of all matches, ascending.
        """
        return [
            base + document
            for source, base in self._parts
            for document in source.documents()
        ]

    def scored(self) -> tuple[Sequence[int], Sequence[float]]:
        """
        Return the numbers of all matches, ascending, and their scores.
        """
        documents: list[int] = []
        scores: list[float] = []
        for source, base in self._parts:
            some, theirs = source.scored()
            documents += [base + document for document in some]
            scores += theirs
        return documents, scores

    def any(self) -> bool:
        """
        Tell whether there is a match.
        """
        return any(source.any() for source, _ in self._parts)
