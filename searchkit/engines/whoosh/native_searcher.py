"""
A snapshot of an index whose segments are all native.

Everything runs in the extension; Whoosh is not imported.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from searchkit import native
from searchkit.engines.base import Matches, ScoredId
from searchkit.engines.whoosh.plan import compile_query
from searchkit.errors import QueryTreeError
from searchkit.fields import PUBLISHED_COLUMN
from searchkit.settings import MAX_EXPANSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType, TracebackType
    from typing import Self

    from searchkit.engines.base import SortOrder
    from searchkit.engines.whoosh.plan import CompiledQuery
    from searchkit.native import _native
    from searchkit.queries.tree import Query

KEY_FIELD = "id"
"""The field whose terms name the documents."""


class NativeSearcher:
    """
    A :class:`~searchkit.engines.base.Searcher` on native segments.

    Args:
        segments: Each with a bitmap of its deleted documents, empty for none.
        generation: The commit of the catalog that they hold.
    """

    def __init__(
        self, segments: Sequence[tuple[_native.Segment, bytes]], generation: int
    ) -> None:
        self._generation = generation
        self._segments = list(segments)

    @cached_property
    def _searcher(self) -> _native.Searcher:
        searcher: _native.Searcher = _extension().Searcher(
            self._segments, KEY_FIELD, PUBLISHED_COLUMN, hit=ScoredId
        )
        return searcher

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
        return sum(
            segment.documents - int.from_bytes(deleted, "little").bit_count()
            for segment, deleted in self._segments
        )

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
        return self.prepare(query).search(
            limit=limit, offset=offset, order=order, count=count, timeout=timeout
        )

    def prepare(self, query: Query) -> PreparedQuery:
        """
        Make a plan of a tree once, for any number of searches in this snapshot.

        Raises:
            QueryTreeError: The tree was made by hand, and is none.
        """
        try:
            compiled = compile_query(query, self)
            cut = None
            if compiled.patterns or compiled.cut:
                cut = partial(_cut, compiled)
            prepared: _native.PreparedSearch = _extension().PreparedSearch(
                self._searcher,
                compiled.plan,
                proximity=compiled.proximity,
                max_expansions=MAX_EXPANSIONS,
                matches=Matches,
                cut=cut,
            )
        except RecursionError:
            raise QueryTreeError("it is nested too deeply") from None
        except UnicodeEncodeError:
            raise QueryTreeError("a text in it has half a code point") from None
        except ValueError as error:
            raise QueryTreeError(str(error)) from error
        return PreparedQuery(prepared.search)

    def matches_any(self, query: Query) -> bool:
        """
        Tell whether at least one document matches.
        """
        return bool(self.search(query, limit=1, count=False).page)

    def document_frequency(self, field: str, term: str) -> int:
        """
        Return in how many documents a term occurs.
        """
        try:
            return self._searcher.document_frequency(field, term)
        except UnicodeEncodeError:  # no term has half a code point
            return 0

    def field_count(self, field: str) -> int:
        """
        Return how many documents have a text field at all; for others, all documents.
        """
        return self._searcher.field_count(field)

    def expand(self, prefix: str) -> tuple[list[str], bool]:
        """
        Return the words that begin with ``prefix``, at most the most frequent ones.

        Returns:
            The words, and whether some were left out.
        """
        words = list(self.terms("words", prefix))
        if len(words) <= MAX_EXPANSIONS:
            return [word for word, _ in words], False
        import heapq  # noqa: PLC0415 - few prefixes stand for so many

        best = heapq.nsmallest(
            MAX_EXPANSIONS, words, key=lambda item: (-item[1], item[0])
        )
        return [word for word, _ in best], True

    def near(self, word: str, distance: int) -> tuple[list[str], bool]:
        """
        Return the words within some edits of a folded one, at most the nearest ones.

        Returns:
            The words, and whether some were left out.
        """
        pattern = ("fuzzy", "words", word, distance, 0, True)
        found = self._searcher.expand(*pattern, limit=MAX_EXPANSIONS + 1)
        words = [word for word, _ in found[:MAX_EXPANSIONS]]
        return words, len(found) > MAX_EXPANSIONS

    def terms(self, field: str, prefix: str = "") -> Iterator[tuple[str, int]]:
        """
        Walk over the terms of a field that begin with ``prefix``, in order.
        """
        import heapq  # noqa: PLC0415 - no plain query walks over terms
        from itertools import groupby  # noqa: PLC0415

        try:
            start = prefix.encode()
        except UnicodeEncodeError:
            return
        walks = [
            _terms(segment, field, start)
            for segment, _ in self._segments
            if field in segment.fields
        ]
        for term, entries in groupby(heapq.merge(*walks), key=lambda item: item[0]):
            yield term.decode(), sum(count for _, count in entries)

    def ids(self) -> Iterator[str]:
        """
        Walk over the ids of all documents.
        """
        for segment, deleted in self._segments:
            for document in range(segment.documents):
                if not is_marked(deleted, document):
                    yield segment.key(KEY_FIELD, document) or ""

    def close(self) -> None:
        """
        Let go of files.
        """
        self._segments = []
        self.__dict__.pop("_searcher", None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Search(Protocol):
    """
    A search that was made ready.
    """

    def __call__(
        self,
        *,
        limit: int,
        offset: int = 0,
        order: SortOrder = "relevance",
        count: bool = True,
        timeout: float | None = None,
        cancellation: _native.Cancellation | None = None,
    ) -> Matches:
        """
        Find documents; see :class:`~searchkit.engines.base.Searcher`.

        Args:
            limit: As there, and so on.
            offset: Likewise.
            order: Likewise.
            count: Likewise.
            timeout: Likewise.
            cancellation: Ends the search when another thread cancels it.

        Raises:
            SearchTimeoutError: It has taken too long, or was cancelled.
        """


class PreparedQuery(NamedTuple):
    """
    A tree made ready for a snapshot; many threads may search with it at once.

    Attributes:
        search: Finds documents.  It is a function of the extension, since a function of
            Python around it would take as long as finding a rare word.
    """

    search: Search


def _cut(compiled: CompiledQuery, names: list[str]) -> tuple[str, ...]:
    """
    Return the prefixes and fuzzy words of which words were left out, as typed.
    """
    cut = [compiled.patterns[name] for name in names]
    return tuple(dict.fromkeys(compiled.cut + cut))


def _extension() -> ModuleType:
    extension = native.load()
    assert extension is not None  # it has opened the segments
    return extension


def is_marked(deleted: bytes, document: int) -> bool:
    """
    Tell whether a document is marked in a bitmap; an empty one marks none.
    """
    return bool(deleted) and bool(deleted[document >> 3] >> (document & 7) & 1)


def _terms(
    segment: _native.Segment, field: str, start: bytes
) -> Iterator[tuple[bytes, int]]:
    cursor = segment.terms(field)
    cursor.seek(start)
    while cursor.valid and cursor.text.startswith(start):
        yield cursor.text, cursor.document_frequency
        cursor.next()
