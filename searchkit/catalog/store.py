"""
The catalog of an index folder: making it, opening it, and what indexing asks of it.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from searchkit.catalog.connection import (
    catalog_version,
    connect_existing,
    connected,
    make_durable,
    translated,
)
from searchkit.catalog.migrations import VERSION, make, migrate
from searchkit.catalog.reading import CATALOG_NAME, OLDEST, CatalogReader
from searchkit.catalog.rows import CURRENT, is_storable, pack_annotators
from searchkit.disk import make_folder, remove_whatever, sync_file, sync_folder
from searchkit.errors import (
    IndexAccessError,
    IndexDamagedError,
    IndexExistsError,
    IndexMissingError,
    IndexVersionError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from searchkit.catalog.batch import Batch
    from searchkit.catalog.known import KnownArticle, KnownSource
    from searchkit.catalog.packing import Packer
    from searchkit.catalog.rows import StoredArticle

#: Files that tell of an index which was made from a catalog.
_INDEX_FILES = ("_MAIN_*.toc", "manifest.json")
_LOST = "the catalog is missing, and the articles with it"

#: Most ids in one statement; SQLite's own limit is far higher.
_IDS_AT_ONCE = 500


class Catalog(CatalogReader):
    """
    The catalog of an index folder, at its newest commit; a context manager.

    Use :meth:`create` or :meth:`open`.  One instance is used by one thread.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        super().__init__(path, connection, visible=CURRENT)
        self._batch_packer: Packer | None = None

    @classmethod
    def create(cls, folder: Path) -> Catalog:
        """
        Make an empty catalog.

        Args:
            folder: The index folder; made where it is missing.

        Raises:
            IndexExistsError: There is a catalog already.
            IndexDamagedError: There was one: the index that was made from it is there.
            IndexAccessError: The folder cannot be written to.
        """
        path = folder / CATALOG_NAME
        try:
            # In this order: who makes an index at the same time makes the catalog
            # first.
            is_indexed = _is_indexed(folder)
            if path.exists():
                raise IndexExistsError(str(folder))
            if is_indexed:
                raise IndexDamagedError(str(path), _LOST, repair="")
            make_folder(folder)
        except OSError as error:
            reason = f"the folder cannot be made ({error.strerror})"
            raise IndexAccessError(str(folder), reason) from error
        # It gets its name when it is whole: what bears it and is empty was emptied.
        work = path.with_name(f"{CATALOG_NAME}.{os.getpid()}.new")
        try:
            remove_whatever(work)
            with translated(path), connected(work) as connection, closing(connection):
                connection.execute("PRAGMA synchronous = FULL")
                make(connection)
            _name(work, path)
        except OSError as error:
            where = error.filename or path
            raise IndexAccessError(str(where), error.strerror or str(error)) from error
        finally:
            with suppress(OSError):
                work.unlink(missing_ok=True)
        with translated(path):
            return cls(path, connect_existing(path))

    @classmethod
    def open(cls, folder: Path) -> Catalog:
        """
        Open the catalog of an index folder.

        Raises:
            IndexMissingError: There is none.
            IndexDamagedError: The file is no catalog, or an empty one.
            IndexVersionError: Another release wrote it.
            IndexAccessError: It cannot be read.
        """
        path = cls._existing(folder)
        with translated(path):
            return cls(path, connect_existing(path))

    @classmethod
    def upgrade(cls, folder: Path) -> int:
        """
        Bring the catalog of an index folder to the newest version.

        The caller holds the writer's lock.  It is one transaction: after a crash the
        catalog is as it was.

        Returns:
            The version that it had before.

        Raises:
            IndexVersionError: A newer release wrote it.
            IndexStoreError: As for :meth:`open`.
        """
        path = cls._existing(folder)
        with translated(path):
            with connected(path, "?mode=rw") as connection:
                found = catalog_version(path, connection)
                if found > VERSION:
                    raise IndexVersionError(str(path), found, VERSION)
                if found == 0:
                    reason = "the catalog is empty, and the articles are gone"
                    raise IndexDamagedError(str(path), reason, repair="")
                make_durable(connection)
                if found < VERSION:
                    migrate(connection)
                    # A table that was replaced leaves its room behind; to give that
                    # back takes as much room for a moment, and may be refused.
                    with suppress(sqlite3.OperationalError):
                        connection.execute("VACUUM")
            connection.close()
        return found

    @classmethod
    def _existing(cls, folder: Path) -> Path:
        """
        Return the catalog's file, which is there.
        """
        path = folder / CATALOG_NAME
        try:
            is_indexed = _is_indexed(folder)
            is_there = path.is_file()
        except OSError as error:
            raise IndexAccessError(str(folder), error.strerror or "") from error
        if not is_there:
            if is_indexed:
                raise IndexDamagedError(str(path), _LOST, repair="")
            raise IndexMissingError(str(folder))
        return path

    @property
    def folder(self) -> Path:
        """
        The index folder.
        """
        return self._path.parent

    # --- reading ----------------------------------------------------------------

    def known_article(self, article_id: str) -> KnownArticle | None:
        """
        Return what is known of an article without its text; ``None`` for no article.
        """
        from searchkit.catalog.known import KnownArticle  # noqa: PLC0415 - for writers

        if not is_storable(article_id):
            return None
        row = self._one(
            "SELECT number, lower(hex(fingerprint)), explicit_id, annotators"
            " FROM articles"
            f" WHERE id = ? AND {CURRENT}",
            (article_id,),
        )
        if row is None:
            return None
        number, fingerprint, explicit, annotators = row
        locations = self._all(
            "SELECT s.location FROM origins o JOIN sources s ON s.number = o.source"
            " WHERE o.article = ? ORDER BY s.location",
            (number,),
        )
        try:
            kinds = dict(json.loads(annotators))
        except (ValueError, TypeError, RecursionError) as error:
            reason = f"the article {article_id!r} cannot be read ({error})"
            raise IndexDamagedError(str(self._path), reason, repair="") from error
        return KnownArticle(
            fingerprint,
            bool(explicit),
            kinds,
            tuple(location for (location,) in locations),
        )

    def known_source(self, location: str) -> KnownSource | None:
        """
        Return a source as it was when last read; ``None`` where it never was.
        """
        rows = self._sources("WHERE s.location = ?", (location,))
        return next(rows, None)

    def known_sources(self) -> Iterator[KnownSource]:
        """
        Walk over all sources in order of their location.
        """
        return self._sources("", ())

    def changed_since(self, generation: int) -> Iterator[StoredArticle]:
        """
        Walk over the articles that commits after ``generation`` added or changed.

        Memory is bounded: the ids are listed, and the articles fetched in batches.
        """
        # Where these commits have written no row, there is no first, and no article.
        rows = self._all(
            "SELECT id FROM articles WHERE number >= (SELECT MIN(first_number)"
            "  FROM commits WHERE generation > ?1 AND first_number <= last_number)"
            f" AND generation > ?1 AND {CURRENT} ORDER BY number",
            (generation,),
        )
        ids = [article_id for (article_id,) in rows]
        for start in range(0, len(ids), _IDS_AT_ONCE):
            yield from self.get_many(ids[start : start + _IDS_AT_ONCE]).values()

    def removed_since(self, generation: int) -> list[str]:
        """
        Return the ids that commits after ``generation`` removed.

        They are known from ``oldest_generation`` on.
        """
        rows = self._all("SELECT id FROM removed WHERE generation > ?", (generation,))
        return [article_id for (article_id,) in rows]

    def annotated_otherwise(self, annotators: Mapping[str, str]) -> list[str]:
        """
        Return the ids of articles that other annotators have annotated.

        Args:
            annotators: Fingerprint of the annotator for each kind, as for
                :meth:`Batch.put`.
        """
        current = pack_annotators(annotators)
        commits = self._all(
            "SELECT first_number, last_number FROM commits"
            " WHERE annotators IS NOT ? AND first_number <= last_number"
            " ORDER BY first_number",
            (current,),
        )
        ids: list[str] = []
        for first, last in _joined(commits):
            rows = self._all(
                "SELECT id FROM articles WHERE number BETWEEN ? AND ?"
                f" AND annotators <> ? AND {CURRENT} ORDER BY number",
                (first, last, current),
            )
            ids += [article_id for (article_id,) in rows]
        return ids

    # --- writing ----------------------------------------------------------------

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """
        Open a batch: one transaction, one commit.

        The caller holds the writer's lock.  When the block ends, everything in the
        batch becomes durable under one new generation; when it raises, nothing does.  A
        batch without any change makes no commit.
        """
        from searchkit.catalog.batch import Batch  # noqa: PLC0415 - only writers need it

        with self._transaction():
            generation = self._last_generation() + 1
            batch = Batch(self._connection, generation, self._batch_packer)
            yield batch
            batch.finish()
        self._batch_packer = batch.packer

    def set_setting(self, name: str, value: Any) -> None:
        """
        Keep a setting of this index: any JSON value.
        """
        values = (name, json.dumps(value))
        self._all("INSERT OR REPLACE INTO settings VALUES (?, ?)", values)

    def forget_superseded(self, generation: int) -> None:
        """
        Delete versions of articles that were replaced by a commit, or before it.

        The caller holds the writer's lock, and the engine holds the commit: snapshots
        of older ones that are open keep what they see, and new ones are of this one.

        Args:
            generation: The commit.
        """
        superseded = self._one(
            "SELECT 1 FROM articles WHERE superseded <= ?1 UNION ALL"
            " SELECT 1 FROM removed WHERE generation <= ?1 LIMIT 1",
            (generation,),
        )
        if not superseded:
            return
        with self._transaction():
            # First: a snapshot sees both, or neither.
            self.set_setting(OLDEST, generation)
            self._all("DELETE FROM articles WHERE superseded <= ?", (generation,))
            self._all("DELETE FROM removed WHERE generation <= ?", (generation,))

    @property
    def oldest_generation(self) -> int:
        """
        The oldest commit of which every article, and every removal since, is known.
        """
        return self._oldest_generation()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with translated(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk has SQLite itself roll back.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _sources(self, where: str, values: Sequence[Any]) -> Iterator[KnownSource]:
        from searchkit.catalog.known import KnownSource  # noqa: PLC0415 - for writers

        rows = self._all(
            "SELECT s.location, s.path, s.size, s.modified_ns, s.read_ns,"
            " s.fingerprint, COUNT(o.article) FROM sources s"
            f" LEFT JOIN origins o ON o.source = s.number {where}"
            " GROUP BY s.number ORDER BY s.location",
            values,
        )
        return (KnownSource(*row) for row in rows)


def _joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """
    Join ranges of whole numbers that overlap or follow each other.

    Args:
        ranges: The first and the last number of each, ordered by the first.
    """
    joined: list[tuple[int, int]] = []
    for first, last in ranges:
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        else:
            joined.append((first, last))
    return joined


def _is_indexed(folder: Path) -> bool:
    return any(any(folder.glob(pattern)) for pattern in _INDEX_FILES)


def _name(work: Path, path: Path) -> None:
    """
    Give a new catalog its name, unless another has it.
    """
    sync_file(work)
    try:
        os.link(work, path)
    except FileExistsError:
        raise IndexExistsError(str(path.parent)) from None
    except OSError:
        work.rename(path)  # a file system without links
    sync_folder(path.parent)
