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
:class:`~searchkit.errors.IndexLockedError` that names the first.  Each sees one commit
of catalog and engine until it is refreshed; ``docs/specs/durability.md`` says how.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from searchkit.answering import answer
from searchkit.engines.base import SORT_ORDERS, SortOrder
from searchkit.errors import (
    IndexAccessError,
    IndexDamagedError,
    IndexForeignError,
    IndexLockedError,
    IndexStoreError,
)
from searchkit.fields import NAME_FIELD
from searchkit.interpreting import day_of
from searchkit.settings import (
    ALIASES_NAME,
    DEFAULT_LIMIT,
    OPEN_ATTEMPTS,
    SNIPPETS_PER_HIT,
    WRITER_PATIENCE,
)
from searchkit.snapshots import newest_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import date
    from pathlib import Path
    from types import TracebackType
    from typing import BinaryIO, Self

    from searchkit.annotations.entities.aliases import Aliases
    from searchkit.annotations.model import Annotations, EntityType
    from searchkit.articles.model import Article
    from searchkit.catalog import Catalog, Totals
    from searchkit.engines.base import Engine
    from searchkit.hits import Hits
    from searchkit.indexing import IndexingReport, IndexingRun, Progress
    from searchkit.naming import EntityList, NameExplanation
    from searchkit.naming.tallies import View as NamedView
    from searchkit.queries.tree import Clock
    from searchkit.snapshots import Snapshot
    from searchkit.timelines import BucketChoice, Timeline

LISTED_KINDS: tuple[EntityType, ...] = ("person", "org", "place")
"""Types of entities that are listed unless others are asked for."""


class Index:
    """
    An open index.  Make one with :func:`create_index` or :func:`open_index`.

    It is a context manager and is used by the thread that opened it.  Every answer, be
    it of a search or of :meth:`get`, comes from one commit: the newest when the first
    one was given, or since its own last change or :meth:`refresh`.  The write-ahead log
    of SQLite grows while others write and an index is kept at an old commit: refresh it
    now and then.

    Attributes:
        path: The index folder.
    """

    def __init__(self, path: Path, catalog: Catalog, engine: Engine) -> None:
        self.path = path
        self._catalog = catalog
        self._engine = engine
        self._open_view: Snapshot | None = None

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
        timeout: float | None = None,
        today: str | date | None = None,
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
            timeout: Seconds that the engine may take to find them; left out, as long as
                it takes.
            today: The day that relative dates such as ``dates:"last week"`` count from;
                left out, the newest date of publication in the index.

        Raises:
            SearchTimeoutError: It has taken longer than ``timeout``.
            ValueError: An argument but the query is out of its range.
            DateValueError: ``published_from`` or ``published_to`` is no date, or
                ``today`` no day.
            AliasesError: The query asks for names, and ``aliases.csv`` is no list of
                rules for them.
            IndexStoreError: The index cannot be read.
        """
        if limit < 0 or offset < 0 or snippets < 0:
            raise ValueError("limit, offset and snippets are 0 or more")
        if sort not in SORT_ORDERS:
            raise ValueError(f"sort is one of {', '.join(SORT_ORDERS)}")
        return answer(
            query,
            self._view.searcher,
            self._view.articles,
            limit=limit,
            offset=offset,
            order=sort,
            published_from=published_from,
            published_to=published_to,
            snippets=snippets,
            annotated=lambda: self.is_annotated,
            aliases=self._aliases,
            timeout=timeout,
            today=day_of(today),
        )

    def timeline(
        self,
        query: str = "",
        *,
        by: Clock = "published",
        bucket: BucketChoice = "auto",
        published_from: str | date | None = None,
        published_to: str | date | None = None,
        timeout: float | None = None,
        today: str | date | None = None,
    ) -> Timeline:
        """
        Count the articles that match a query along the calendar.

        Args:
            query: What a person types, as for :meth:`search`; blank for all articles.
            by: ``published`` counts dates of publication, ``dates`` those that the
                texts mention.
            bucket: ``day``, ``week``, ``month``, ``year`` or ``decade``; ``auto`` takes
                the finest with which the middle 90 per cent of what is counted fit into
                40 bars and half of the dated articles are counted.
            published_from: As for :meth:`search`.
            published_to: Likewise.
            timeout: Seconds that the engine may take in all; left out, as long as it
                takes.
            today: As for :meth:`search`.

        Returns:
            The buckets that have articles, in order of time, each with its best one;
            and how many articles are in none, with a date or without.

        Raises:
            TooManyBucketsError: More than 5,000 buckets have articles.
            SearchTimeoutError: It has taken longer than ``timeout``.
            ValueError: ``by`` or ``bucket`` is none of these.
            DateValueError, AliasesError, IndexStoreError: As for :meth:`search`.
        """
        from searchkit.timelines import BUCKET_SIZES, make_timeline  # noqa: PLC0415 - hits do without

        if by not in ("dates", "published"):
            raise ValueError("by is dates or published")
        if bucket not in ("auto", *BUCKET_SIZES):
            raise ValueError(f"bucket is one of auto, {', '.join(BUCKET_SIZES)}")
        return make_timeline(
            query,
            self._view.searcher,
            self._view.articles,
            by=by,
            bucket=bucket,
            published_from=published_from,
            published_to=published_to,
            annotated=lambda: self.is_annotated,
            aliases=self._aliases,
            timeout=timeout,
            today=day_of(today),
        )

    def entities(
        self,
        query: str = "",
        *,
        kinds: Collection[EntityType] = LISTED_KINDS,
        limit: int = DEFAULT_LIMIT,
        with_name: str | None = None,
        published_from: str | date | None = None,
        published_to: str | date | None = None,
        today: str | date | None = None,
    ) -> EntityList:
        """
        List the most telling people, organisations and places in the answers.

        Without a query, and without dates, those that most articles of the index name
        come first; otherwise those that are more frequent in the best articles of the
        answer than in the whole index.  Names are read by the rules of ``aliases.csv``.

        Args:
            query: As for :meth:`search`; all articles where it has no words.
            kinds: What to list; there are ``group`` and ``event``, too.
            limit: How many of each kind, 0 or more.
            with_name: List who shares a sentence with this name, those who do most
                often first.
            published_from: As for :meth:`search`.
            published_to: Likewise.
            today: Likewise.

        Raises:
            ValueError: ``limit`` is below 0, or a kind is none of the five.
            DateValueError: As for :meth:`search`.
            AliasesError: ``aliases.csv`` is no list of rules for names.
            IndexStoreError: The index cannot be read.
        """
        from searchkit.naming import (  # noqa: PLC0415 - searches do without
            list_companions,
            list_entities,
        )
        from searchkit.naming.tallies import Request  # noqa: PLC0415

        if limit < 0 or not set(kinds) <= set(NAME_FIELD) - {"entity"}:
            raise ValueError(
                "limit is 0 or more, kinds are person, org, place, group and event"
            )
        request = Request(
            query,
            kinds,
            limit,
            published_from,
            published_to,
            day_of(today),
            lambda: self.is_annotated,
        )
        view = self._named_view()
        if with_name is not None:
            return list_companions(with_name, request, view)
        return list_entities(request, view)

    def explain_name(self, name: str) -> NameExplanation:
        """
        Say whom a name stands for, and which spellings are taken for them and why.

        Args:
            name: A canonical name or a spelling that is taken for one, whole; letter
                case, diacritics and punctuation do not matter.

        Raises:
            AliasesError: ``aliases.csv`` is no list of rules for names.
            IndexStoreError: The index cannot be read.
        """
        from searchkit.naming import explain_name  # noqa: PLC0415 - as above

        return explain_name(name, self._named_view())

    def get(self, article_id: str) -> Article:
        """
        Return an article.

        Args:
            article_id: Its id, or enough of its beginning to tell it from all others.

        Raises:
            ArticleNotFoundError: No article has such an id.
            AmbiguousIdError: Several have.
        """
        articles = self._view.articles
        return articles.get(articles.resolve(article_id)).article

    def annotations(self, article_id: str) -> Annotations:
        """
        Return the times and entities found in an article; arguments as for :meth:`get`.
        """
        articles = self._view.articles
        return articles.get(articles.resolve(article_id)).annotations

    def totals(self) -> Totals:
        """
        Count articles, sources and annotations.
        """
        return self._view.articles.totals()

    def __len__(self) -> int:
        return len(self._view.articles)

    def __contains__(self, article_id: str) -> bool:
        return article_id in self._view.articles

    @property
    def generation(self) -> int:
        """
        The number of the commit that is seen.
        """
        return self._view.articles.generation

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
        if self._open_view is not None:
            self._open_view.close()
            self._open_view = None

    # --- writing ----------------------------------------------------------------

    def add(
        self, articles: Iterable[Article], *, processes: int | None = None
    ) -> IndexingReport:
        """
        Add articles, or replace those with the same ids.

        Args:
            articles: Any iterable; it is read once, and only a batch of it is in memory
                at a time.
            processes: How many processes find dates and entities, where there is much
                text; 1 for this one alone, by default one for each core, at most
                ``searchkit.settings.MAX_PROCESSES``.

        Returns:
            What was added, updated and unchanged.

        Raises:
            IndexLockedError: Another process is writing.
        """
        with self._writing(processes=processes) as run:
            run.add(articles)
        return run.report

    def add_sources(
        self,
        paths: Iterable[str | os.PathLike[str]],
        *,
        prune: bool = False,
        stdin: BinaryIO | None = None,
        processes: int | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> IndexingReport:
        """
        Add the articles of files and folders; what has not changed is skipped.

        Args:
            paths: Files, folders, glob patterns, or ``-`` for standard input.
            prune: Delete articles whose files under ``paths`` are gone.
            stdin: What is read for ``-``, by default the standard input.
            processes: As for :meth:`add`.
            progress: Called after each article and each source, then after each
                article that is annotated again.

        Returns:
            What was done, and what could not be read and why.

        Raises:
            IndexLockedError: Another process is writing.
        """
        with self._writing(processes=processes) as run:
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
            IndexForeignError: The old index has documents that are nowhere else.
        """
        from searchkit.catalog import WriterLock  # noqa: PLC0415 - readers do without
        from searchkit.indexing import catch_up  # noqa: PLC0415

        self.refresh()
        with WriterLock(self.path, patience=WRITER_PATIENCE):
            if discard or not self._is_whole():
                if not discard and (foreign := self._count_foreign()):
                    raise IndexForeignError(str(self.path), foreign)
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

    def _named_view(self) -> NamedView:
        """
        Return the commit that is seen, with the rules for names.
        """
        from searchkit.annotations.entities.aliases import (  # noqa: PLC0415 - as above
            NO_ALIASES,
        )
        from searchkit.expanding import with_all_alike  # noqa: PLC0415
        from searchkit.naming.tallies import View as NamedView  # noqa: PLC0415

        view = self._view
        aliases = self._aliases() or NO_ALIASES
        if view.aliases is None or view.aliases[0] is not aliases:
            view.aliases = aliases, with_all_alike(aliases, view.searcher)
        return NamedView(view.searcher, view.articles, view.aliases[1])

    def _aliases(self) -> Aliases | None:
        """
        Return the rules for names as they are at this moment, if there are any.
        """
        path = self.path / ALIASES_NAME
        if not os.path.lexists(path):
            return None
        from searchkit.annotations.entities.aliases import (  # noqa: PLC0415 - few have them
            read_aliases,
        )

        return read_aliases(path)

    @property
    def _view(self) -> Snapshot:
        """
        The commit that is seen, opened when first asked for.
        """
        for remaining in range(OPEN_ATTEMPTS - 1, -1, -1):
            if self._open_view is not None:
                break
            self._open_view = newest_snapshot(
                self.path,
                self._engine,
                is_last_attempt=not remaining,
                recover=self._recover,
            )
        assert self._open_view is not None
        return self._open_view

    @contextmanager
    def _writing(
        self, *, annotate: bool = True, processes: int | None = 1
    ) -> Iterator[IndexingRun]:
        from searchkit.annotations import default_annotators  # noqa: PLC0415 - as above
        from searchkit.catalog import WriterLock  # noqa: PLC0415
        from searchkit.indexing import IndexingRun, catch_up, usual_processes  # noqa: PLC0415

        if processes is None:
            processes = usual_processes()
        annotators = default_annotators() if annotate and self.is_annotated else ()
        with WriterLock(self.path, patience=WRITER_PATIENCE):
            catch_up(self._catalog, self._engine)
            try:
                with IndexingRun(
                    self._catalog, self._engine, annotators, processes=processes
                ) as run:
                    yield run
            finally:
                self.refresh()

    def _recover(self, progress: Callable[[Progress], None] | None = None) -> None:
        """
        Finish what a writer that died has left undone.
        """
        if self._is_current():
            return
        from searchkit.catalog import WriterLock  # noqa: PLC0415
        from searchkit.indexing import catch_up  # noqa: PLC0415

        # There is nothing to read while an index is made anew: that is worth a wait.
        patience = 0.0 if self._engine.generation is not None else WRITER_PATIENCE
        try:
            with WriterLock(self.path, patience=patience):
                catch_up(self._catalog, self._engine, progress=progress)
        except IndexLockedError as error:
            # A writer is between its two commits, and alive: it will finish.
            if self._engine.generation is None:
                raise IndexLockedError(
                    error.path, error.holder, searchable=False
                ) from error
        except IndexAccessError:
            # This process may only read, or the disk is full: what is there is there.
            if self._engine.generation is None:
                raise

    def _is_current(self) -> bool:
        """
        Whether the engine holds what the catalog does, or more by now.
        """
        # In this order: a writer that is alive may commit between the two.
        last = self._catalog.generation
        held = self._engine.generation
        return held is not None and last <= held <= self._catalog.generation

    def _count_foreign(self) -> int:
        """
        Count documents that the engine alone has, as far as they can be read.
        """
        count = 0
        with suppress(IndexDamagedError):
            for _ in self._engine.foreign_documents():
                count += 1
        return count

    def _is_whole(self) -> bool:
        try:
            self._engine.searcher().close()
        except IndexAccessError:
            raise
        except IndexStoreError:
            return False
        return True
