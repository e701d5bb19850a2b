"""
The index: the facade that joins catalog, engine and snippets, and what scripts embed.

    import searchkit
    from searchkit import Article

    with searchkit.create_index("archive") as index:
        index.add([Article(title="Talks in Doha", body="…", published="2020-02-29")])
        for hit in index.search("doha talks"):
            print(hit.score, hit.title, hit.snippets[0].text)

An index is a folder.  Any number of :class:`Index` objects in any number of processes
may read it while one writes; a second writer gets an
:class:`~searchkit.errors.IndexLockedError` that names the first.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from searchkit.answering import answer
from searchkit.catalog import CATALOG_NAME, Catalog, WriterLock
from searchkit.engines.base import SORT_ORDERS, SortOrder
from searchkit.errors import (
    IndexAccessError,
    IndexExistsError,
    IndexLockedError,
    IndexStoreError,
)
from searchkit.settings import DEFAULT_LIMIT, SNIPPETS_PER_HIT, WRITER_PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date
    from types import TracebackType
    from typing import BinaryIO, Self

    from searchkit.annotations.model import Annotations, Annotator
    from searchkit.articles.model import Article
    from searchkit.catalog import Totals
    from searchkit.engines.base import Engine, Searcher
    from searchkit.hits import Hits
    from searchkit.indexing import IndexingReport, IndexingRun, Progress


class Index:
    """
    An open index.  Make one with :func:`create_index` or :func:`open_index`.

    It is a context manager, is used by the thread that opened it, and answers from the
    commit that it was opened on, or that its own last change or :meth:`refresh` made.

    Attributes:
        path: The index folder.
    """

    def __init__(self, path: Path, catalog: Catalog, engine: Engine) -> None:
        self.path = path
        self._catalog = catalog
        self._engine = engine
        self._searcher: Searcher | None = None

    # --- reading ----------------------------------------------------------------

    def search(
        self,
        query: str,
        *,
        limit: int = DEFAULT_LIMIT,
        offset: int = 0,
        sort: SortOrder = "relevance",
        published_from: str | date | None = None,
        published_to: str | date | None = None,
        snippets: int = SNIPPETS_PER_HIT,
    ) -> Hits:
        """
        Find the articles that match a query, best first.

        Args:
            query: What a person types; any text is a query.  See
                ``docs/specs/query-grammar.md``.
            limit: Hits on the page, 0 or more; the total is counted all the same.
            offset: Hits to leave out before the page, 0 or more.
            sort: ``relevance``, ``newest`` or ``oldest`` by date of publication.
            published_from: Leave out what appeared before this date, and what has no
                date; a ``date`` or a partial date such as ``2020-02``.
            published_to: Leave out what appeared after this date, likewise.
            snippets: Quotations for each hit, at most.

        Raises:
            ValueError: An argument but the query is out of its range.
            DateValueError: ``published_from`` or ``published_to`` is no date.
            IndexStoreError: The index cannot be read.
        """
        if limit < 0 or offset < 0 or snippets < 0:
            raise ValueError("limit, offset and snippets are 0 or more")
        if sort not in SORT_ORDERS:
            raise ValueError(f"sort is one of {', '.join(SORT_ORDERS)}")
        return answer(
            query,
            self._open_searcher(),
            self._catalog,
            limit=limit,
            offset=offset,
            order=sort,
            published_from=published_from,
            published_to=published_to,
            snippets=snippets,
            annotated=self.is_annotated,
        )

    def get(self, article_id: str) -> Article:
        """
        Return an article.

        Args:
            article_id: Its id, or enough of its beginning to tell it from all others.

        Raises:
            ArticleNotFoundError: No article has such an id.
            AmbiguousIdError: Several have.
        """
        return self._catalog.get(self._catalog.resolve(article_id)).article

    def annotations(self, article_id: str) -> Annotations:
        """
        Return the times and entities found in an article; arguments as for :meth:`get`.
        """
        return self._catalog.get(self._catalog.resolve(article_id)).annotations

    def totals(self) -> Totals:
        """
        Count articles, sources and annotations.
        """
        return self._catalog.totals()

    def __len__(self) -> int:
        return len(self._catalog)

    def __contains__(self, article_id: str) -> bool:
        return self._catalog.known_article(article_id) is not None

    @property
    def is_annotated(self) -> bool:
        """
        Whether dates and entities are looked for, as decided when it was made.
        """
        return bool(self._catalog.setting("annotate", default=True))

    def refresh(self) -> None:
        """
        Answer from the newest commit from now on.
        """
        if self._searcher is not None:
            self._searcher.close()
            self._searcher = None

    # --- writing ----------------------------------------------------------------

    def add(self, articles: Iterable[Article]) -> IndexingReport:
        """
        Add articles, or replace those with the same ids.

        Args:
            articles: Any iterable; it is read once, and only a batch of it is in memory
                at a time.

        Returns:
            What was added, updated and unchanged.

        Raises:
            IndexLockedError: Another process is writing.
        """
        with self._writing() as run:
            run.add(articles)
        return run.report

    def add_sources(
        self,
        paths: Iterable[str | os.PathLike[str]],
        *,
        prune: bool = False,
        stdin: BinaryIO | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> IndexingReport:
        """
        Add the articles of files and folders; what has not changed is skipped.

        Args:
            paths: Files, folders, glob patterns, or ``-`` for standard input.
            prune: Delete articles whose files under ``paths`` are gone.
            stdin: What is read for ``-``, by default the standard input.
            progress: Called after each article and each source.

        Returns:
            What was done, and what could not be read and why.

        Raises:
            IndexLockedError: Another process is writing.
        """
        with self._writing() as run:
            run.add_sources(
                [os.fspath(path) for path in paths],
                prune=prune,
                stdin=stdin,
                progress=progress,
            )
        return run.report

    def delete(self, ids: Iterable[str]) -> int:
        """
        Delete articles.

        Args:
            ids: Whole ids; ids that no article has are passed over.

        Returns:
            How many articles were deleted.

        Raises:
            IndexLockedError: Another process is writing.
        """
        wanted = list(dict.fromkeys(ids))
        with self._writing(annotate=False) as run:
            missing = run.delete(wanted)
        return len(wanted) - len(missing)

    def rebuild(
        self,
        *,
        discard: bool = False,
        progress: Callable[[Progress], None] | None = None,
    ) -> int:
        """
        Make the engine's index anew from the catalog.

        Readers answer from the old one until the new one is complete, unless it is too
        damaged to be opened, or discarded.

        Args:
            discard: Delete the old one first without opening it.  For a folder from
                somebody you do not trust: Whoosh's files can hold code, the catalog
                cannot.
            progress: Called after each article.

        Returns:
            How many articles were written.

        Raises:
            IndexLockedError: Another process is writing.
        """
        from searchkit.indexing import catch_up  # noqa: PLC0415 - readers do without

        self.refresh()
        with WriterLock(self.path, patience=WRITER_PATIENCE):
            if discard or not self._is_whole():
                self._engine.reset()
            return catch_up(self._catalog, self._engine, anew=True, progress=progress)

    def close(self) -> None:
        """
        Let go of all files.  A second call does nothing.
        """
        self.refresh()
        self._catalog.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- inside -----------------------------------------------------------------

    def _open_searcher(self) -> Searcher:
        if self._searcher is None:
            self._searcher = self._engine.searcher()
        return self._searcher

    @contextmanager
    def _writing(self, *, annotate: bool = True) -> Iterator[IndexingRun]:
        from searchkit.indexing import IndexingRun, catch_up  # noqa: PLC0415

        annotators = default_annotators() if annotate and self.is_annotated else ()
        with WriterLock(self.path, patience=WRITER_PATIENCE):
            catch_up(self._catalog, self._engine)
            try:
                with IndexingRun(self._catalog, self._engine, annotators) as run:
                    yield run
            finally:
                self.refresh()

    def _recover(self) -> None:
        """
        Finish what a writer that died has left undone.
        """
        held = self._engine.generation
        # A writer that died before its first commit may have left no files at all.
        whole = held > 0 or self._is_whole()
        if whole and held == self._catalog.generation:
            return
        from searchkit.indexing import catch_up  # noqa: PLC0415

        try:
            with WriterLock(self.path):
                if not whole and not self._engine.generation:
                    self._engine.reset()
                catch_up(self._catalog, self._engine)
        except (IndexLockedError, IndexAccessError):
            # A writer is between its two commits, and alive: it will finish.  Or this
            # process may only read, which it can.
            return

    def _is_whole(self) -> bool:
        try:
            self._engine.searcher().close()
        except IndexAccessError:
            raise
        except IndexStoreError:
            return False
        return True


def default_annotators() -> Sequence[Annotator]:
    """
    Return the annotators that every index uses unless it was made without.
    """
    from searchkit.annotations.entities import EntityAnnotator  # noqa: PLC0415
    from searchkit.annotations.times import TimeAnnotator  # noqa: PLC0415

    return (TimeAnnotator(), EntityAnnotator())


def create_index(path: str | os.PathLike[str], *, annotate: bool = True) -> Index:
    """
    Make an empty index.

    Args:
        path: A folder; made where it is missing.  Other files in it are left alone.
        annotate: Find dates and entities in the articles that will be added.  Without,
            indexing is faster, and ``dates:``, ``person:`` and the like find nothing.

    Raises:
        IndexExistsError: There is one already.
        IndexAccessError: The folder cannot be written to.
    """
    from searchkit.indexing import catch_up  # noqa: PLC0415 - readers do without

    folder = Path(path)
    catalog = Catalog.create(folder)
    try:
        with WriterLock(folder):
            if catalog.generation:
                raise IndexExistsError(str(folder))  # noqa: TRY301 - made just before
            catalog.set_setting("annotate", annotate)
            engine = _engine(folder)
            engine.reset()
            catch_up(catalog, engine, anew=True)
    except BaseException:
        catalog.close()
        raise
    return Index(folder, catalog, engine)


def open_index(path: str | os.PathLike[str]) -> Index:
    """
    Open an index.

    What a writer that died has left undone is finished first.

    Raises:
        IndexMissingError: There is none.
        IndexDamagedError, IndexVersionError, IndexOutdatedError: It has to be rebuilt,
            or restored from a copy; the message says which.
    """
    index = open_damaged_index(path)
    try:
        index._recover()  # noqa: SLF001 - same module
    except BaseException:
        index.close()
        raise
    return index


def open_damaged_index(path: str | os.PathLike[str]) -> Index:
    """
    Open an index whatever state its engine is in, for :meth:`Index.rebuild`.

    Raises:
        IndexMissingError: There is none.
        IndexDamagedError: The catalog itself cannot be read.
    """
    folder = Path(path)
    return Index(folder, Catalog.open(folder), _engine(folder))


def index_exists(path: str | os.PathLike[str]) -> bool:
    """
    Tell whether there is an index in a folder, in whatever state.
    """
    return (Path(path) / CATALOG_NAME).exists()


def _engine(folder: Path) -> Engine:
    from searchkit.engines.whoosh.engine import WhooshEngine  # noqa: PLC0415

    return WhooshEngine(folder)
