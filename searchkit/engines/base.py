"""
The contract of an engine.

An *engine* keeps the searchable form of documents on disk and answers query trees.  It
is derived data: everything in it can be made again from the catalog.  Three roles:

- :class:`Engine` opens what is on disk and hands out the other two.
- :class:`Writer` is the one open transaction.  Nothing that it does is visible to any
  searcher before ``commit`` returns, and after ``commit`` all of it survives a crash.
- :class:`Searcher` is an immutable snapshot.  It answers from the generation that it
  was opened on, whatever a writer does meanwhile, until it is closed.

A *generation* is the number of the catalog's commit that the engine holds.  After a
crash between the two commits the engine is behind; the facade then writes what is
missing.  Scores follow ``searchkit.engines.scoring`` on every engine.

One conformance suite, ``tests/conformance``, runs on every engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType
    from typing import Self

    from searchkit.articles.model import Article
    from searchkit.documents import Document
    from searchkit.findings import Finding
    from searchkit.queries.tree import Query

SortOrder: TypeAlias = Literal["relevance", "newest", "oldest"]
"""Best first, or by date of publication with undated articles last."""

SORT_ORDERS: tuple[SortOrder, ...] = ("relevance", "newest", "oldest")


class ScoredId(NamedTuple):
    """
    One match: an article id and its score, 0 or more.
    """

    id: str
    score: float


class Matches(NamedTuple):
    """
    One page of what matches a tree.

    Attributes:
        total: How many documents match, exactly; ``None`` where nobody asked.
        page: The asked-for slice of them in order.
        cut: Prefixes and fuzzy words of the tree, as in ``tali*`` and ``kabul~2``, that
            stand for more words than are looked up; only the most frequent words were,
            and of fuzzy words the nearest.
    """

    total: int | None
    page: tuple[ScoredId, ...]
    cut: tuple[str, ...] = ()


class Searcher(Protocol):
    """
    An immutable snapshot of an index, for reading.

    Any number may be open at once, in any process, while a writer works.  A searcher
    is used by one thread at a time, and not after ``close``.
    """

    @property
    def generation(self) -> int:
        """
        The catalog's commit that this snapshot holds.
        """

    @property
    def document_count(self) -> int:
        """
        How many documents there are, deleted ones not counted.
        """

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
        Find the documents that match a tree.

        Args:
            query: Any tree; ``Not`` and filters alone are fine.
            limit: How many to return at most, 0 or more.
            offset: How many of the best to leave out, 0 or more.
            order: Equal scores are ordered by date of publication, the newest first;
                equal days by score; what is equal in both by id.
            count: Whether to count what matches; not to is faster on a large index.
            timeout: Seconds that it may take; ``None`` for no limit.

        Raises:
            IndexDamagedError: A file of the index cannot be read.
            QueryTreeError: The tree was made by hand, and is none.
            SearchTimeoutError: It has taken longer than ``timeout``.
        """

    def matches_any(self, query: Query) -> bool:
        """
        Tell whether at least one document matches.
        """

    def document_frequency(self, field: str, term: str) -> int:
        """
        Return in how many documents of the index a term occurs.

        Args:
            field: A field of the schema.
            term: A term as indexed: folded and, in text fields, stemmed.

        Deleted documents may count until their segment is merged, here, in ``terms``
        and in scores.
        """

    def terms(self, field: str, prefix: str = "") -> Iterator[tuple[str, int]]:
        """
        Walk over the terms of a field that begin with ``prefix``, in order.

        Yields:
            Each distinct term and its document frequency.
        """

    def ids(self) -> Iterator[str]:
        """
        Walk over the ids of all documents, in no particular order.
        """

    def close(self) -> None:
        """
        Let go of files.  A second call does nothing.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Writer(Protocol):
    """
    The one open transaction of an index.

    It ends with ``commit`` or ``cancel``; after either, only ``cancel`` may be called.
    When any call raises, the transaction is cancelled and the index is as it was
    before; where the disk is full or refuses, that is an ``IndexAccessError``.
    """

    def put(self, document: Document) -> None:
        """
        Add a document, or replace the one with the same id.
        """

    def put_all(self, documents: Iterable[Document]) -> None:
        """
        Add or replace documents: faster than one by one, and as many as there are.
        """

    def delete(self, article_id: str) -> None:
        """
        Delete a document; nothing happens where there is none with this id.

        Putting and deleting one id several times in one transaction leaves what the
        last call said.
        """

    def clear(self) -> None:
        """
        Delete every document that was there before this transaction.
        """

    def commit(self, generation: int) -> None:
        """
        Make all changes durable, then visible to searchers opened from now on.

        Args:
            generation: The catalog's commit that the engine holds after it.
        """

    def cancel(self) -> None:
        """
        Forget all changes.  A second call does nothing.
        """


class Engine(Protocol):
    """
    The searchable form of an index folder.
    """

    @property
    def generation(self) -> int | None:
        """
        The catalog's commit that is on disk now.

        ``None`` where there is nothing yet: it was never filled, or is being made anew.

        Raises:
            IndexDamagedError: The engine's files are missing, cut short or altered.
            IndexVersionError: They were written by another version.
            IndexOutdatedError: They were made with other fields or analysis.
            IndexAccessError: The system does not let them be read.
        """

    def writer(self) -> Writer:
        """
        Open the transaction.

        Only one process may have one at a time; the facade holds the writer's lock.

        Raises:
            IndexLockedError: A program that does not know the facade's lock is writing.
            IndexStoreError: As for ``generation``.
        """

    def searcher(self) -> Searcher:
        """
        Open a snapshot of what is committed now.

        Raises:
            IndexDamagedError: There is nothing yet.
            IndexStoreError: As for ``generation``.
        """

    def reset(self) -> None:
        """
        Make the engine's files anew and empty, whatever state they are in.

        Only to fill them from the catalog again: until the next commit the engine has
        no generation.
        """

    def check(self) -> Iterator[Finding]:
        """
        Look at every file of the engine: that it is there, whole and as it was written.

        Files are read through; nothing is changed.
        """

    def foreign_documents(self) -> Iterator[Article]:
        """
        Walk over documents that another program has written, as articles.

        Raises:
            IndexStoreError: The engine's files cannot be read.
        """
