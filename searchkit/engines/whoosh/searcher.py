"""
A snapshot of a Whoosh index.
"""

from __future__ import annotations

import heapq
from contextlib import contextmanager
from typing import TYPE_CHECKING

from searchkit.engines.base import Matches, ScoredId, SortOrder
from searchkit.engines.whoosh.evaluate import Evaluation, Scores
from searchkit.engines.whoosh.statistics import Leaf, Statistics
from searchkit.errors import IndexDamagedError, QueryTreeError, SearchkitError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from whoosh.reading import IndexReader

    from searchkit.queries.tree import Query


class WhooshSearcher:
    """
    A :class:`~searchkit.engines.base.Searcher` on a Whoosh reader.

    Args:
        reader: Whoosh's reader, which the searcher closes.
        generation: The commit of the catalog that it holds.
        folder: The index folder, for error messages.
    """

    def __init__(self, reader: IndexReader, generation: int, folder: Path) -> None:
        self._reader = reader
        self._generation = generation
        self._folder = folder
        self._closed = False
        self._leaves = [Leaf(leaf, base) for leaf, base in reader.leaf_readers()]
        self._statistics = Statistics(self._leaves)

    @property
    def generation(self) -> int:
        """
        The catalog's commit that this snapshot holds.
        """
        return self._generation

    @property
    def document_count(self) -> int:
        """
        How many documents there are, deleted ones not counted.
        """
        return int(self._reader.doc_count())

    def search(
        self,
        query: Query,
        *,
        limit: int,
        offset: int = 0,
        order: SortOrder = "relevance",
        count: bool = True,
        timeout: float | None = None,
    ) -> Matches:
        """
        Find documents; see :class:`~searchkit.engines.base.Searcher`.
        """
        evaluation = self._evaluation(query)
        evaluation.limit_time(timeout)
        wanted = offset + limit
        with self._reading():
            found = [evaluation.scores(leaf) for leaf in self._leaves]
            total = sum(map(len, found))
            if order == "relevance":
                able = evaluation.promising(found, wanted)
            else:
                able = self._first_days(found, wanted, order)
            evaluation.add_proximity(able)
            page = self._page(able, wanted, order)[offset:]
        return Matches(total if count else None, tuple(page), tuple(evaluation.cut))

    def matches_any(self, query: Query) -> bool:
        """
        Tell whether at least one document matches.
        """
        evaluation = self._evaluation(query)
        with self._reading():
            return any(evaluation.scores(leaf) for leaf in self._leaves)

    def segment_scores(self, query: Query, segment: IndexReader) -> Scores:
        """
        Return every match of one segment with its whole score.
        """
        evaluation = self._evaluation(query)
        with self._reading():
            found = [
                evaluation.scores(leaf) if leaf.reader is segment else {}
                for leaf in self._leaves
            ]
            evaluation.add_proximity(found)
        return {doc: score for scores in found for doc, score in scores.items()}

    def document_frequency(self, field: str, term: str) -> int:
        """
        Return in how many documents a term occurs.
        """
        with self._reading():
            return self._statistics.document_frequency(field, term)

    def terms(self, field: str, prefix: str = "") -> Iterator[tuple[str, int]]:
        """
        Walk over the terms of a field that begin with ``prefix``, in order.
        """
        try:
            start = prefix.encode()
        except UnicodeEncodeError:  # no term has half a code point
            return
        with self._reading():
            for (name, term), info in self._reader.iter_from(field, start):
                if name != field or not term.startswith(start):
                    return
                yield term.decode(), info.doc_frequency()

    def ids(self) -> Iterator[str]:
        """
        Walk over the ids of all documents.
        """
        with self._reading():
            for leaf in self._leaves:
                for doc in leaf.live:
                    yield leaf.id(doc)

    def close(self) -> None:
        """
        Let go of files.
        """
        if not self._closed:
            self._closed = True
            self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _evaluation(self, query: Query) -> Evaluation:
        return Evaluation(query, self._leaves, self._statistics, self.terms)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """
        Say of what goes wrong in reading that the index is damaged.
        """
        try:
            yield
        except (SearchkitError, MemoryError):
            raise
        except RecursionError:
            raise QueryTreeError("it is nested too deeply") from None
        except Exception as error:
            # Whoosh reads posting lists without checks: a damaged file can raise
            # anything from struct.error to zlib.error.
            reason = f"a posting list cannot be read ({type(error).__name__}: {error})"
            raise IndexDamagedError(str(self._folder), reason) from error

    def _first_days(
        self, found: Sequence[Scores], wanted: int, order: SortOrder
    ) -> list[Scores]:
        """
        Keep the matches whose day of publication can bring them on the page.
        """
        days = [
            [_sort_key(order, 0.0, leaf.published[doc])[0] for doc in scores]
            for leaf, scores in zip(self._leaves, found, strict=True)
        ]
        first = heapq.nsmallest(wanted, (day for leaf in days for day in leaf))
        if not first:
            return [{} for _ in found]
        return [
            {
                doc: score
                for (doc, score), day in zip(scores.items(), leaf_days, strict=True)
                if day <= first[-1]
            }
            for scores, leaf_days in zip(found, days, strict=True)
        ]

    def _page(
        self, found: Sequence[Scores], wanted: int, order: SortOrder
    ) -> list[ScoredId]:
        """
        Order matches and return the first ``wanted``.
        """
        if not wanted:
            return []
        keyed = (
            (*_sort_key(order, score, leaf.published[doc]), leaf, doc, score)
            for leaf, scores in zip(self._leaves, found, strict=True)
            for doc, score in scores.items()
        )
        # The id, the last criterion, has to be read from disk: only for those whose
        # other criteria put them on the page.
        ranked = sorted(keyed, key=lambda item: item[:2])
        if len(ranked) > wanted:
            last = ranked[wanted - 1][:2]
            ranked = [item for item in ranked if item[:2] <= last]
        named = [
            (first, second, leaf.id(doc), score)
            for first, second, leaf, doc, score in ranked
        ]
        page = heapq.nsmallest(wanted, named)
        return [ScoredId(article_id, score) for _, _, article_id, score in page]


def _sort_key(order: SortOrder, score: float, published: int) -> tuple[float, float]:
    """
    Return what to sort by, ascending: undated documents come last.
    """
    newest_first = -published
    match order:
        case "newest":
            return newest_first, -score
        case "oldest":
            return published or float("inf"), -score
    return -score, newest_first
