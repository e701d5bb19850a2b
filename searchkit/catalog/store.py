"""
Reading the catalog, and opening batches on it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from searchkit.catalog.batch import Batch
from searchkit.catalog.migrations import APPLICATION_ID, VERSION, migrate
from searchkit.catalog.rows import (
    KnownArticle,
    KnownSource,
    StoredArticle,
    Totals,
    is_storable,
    pack_annotators,
    stored_article,
)
from searchkit.errors import (
    AmbiguousIdError,
    ArticleNotFoundError,
    IndexAccessError,
    IndexDamagedError,
    IndexExistsError,
    IndexMissingError,
    IndexVersionError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

CATALOG_NAME = "catalog.db"

#: Files that tell of an index which was made from a catalog.
_INDEX_FILES = "_MAIN_*.toc"
_LOST = "the catalog is missing, and the articles with it"

#: Most ids in one statement; SQLite's own limit is far higher.
_IDS_AT_ONCE = 500

_COLUMNS = (
    "a.id, a.explicit_id, a.title, a.published, a.source, a.url, a.authors, a.path"
)


class Catalog:
    """
    The catalog of an index folder; a context manager.

    Use :meth:`create` or :meth:`open`.  One instance is used by one thread.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

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
        # In this order: who makes an index at the same time makes the catalog first.
        is_indexed = any(folder.glob(_INDEX_FILES))
        if path.exists():
            raise IndexExistsError(str(folder))
        if is_indexed:
            raise IndexDamagedError(str(path), _LOST, repair="")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = f"the folder cannot be made ({error.strerror})"
            raise IndexAccessError(str(folder), reason) from error
        with _translated(path), _connected(path) as connection:
            _make_durable(connection)
            migrate(connection)
        return cls(path, connection)

    @classmethod
    def open(cls, folder: Path) -> Catalog:
        """
        Open the catalog of an index folder, and migrate it where it is older.

        Raises:
            IndexMissingError: There is none.
            IndexDamagedError: The file is no catalog.
            IndexVersionError: A newer release wrote it.
            IndexAccessError: It cannot be read.
        """
        path = folder / CATALOG_NAME
        is_indexed = any(folder.glob(_INDEX_FILES))
        if not path.is_file():
            if is_indexed:
                raise IndexDamagedError(str(path), _LOST, repair="")
            raise IndexMissingError(str(folder))
        with _translated(path):
            if not (os.access(folder, os.W_OK) and os.access(path, os.W_OK)):
                return cls(path, _connected_for_reading(path))
            with _connected(path) as connection:
                version = _version(path, connection)
                if not version and is_indexed:
                    reason = "the catalog is empty, and the articles are gone"
                    raise IndexDamagedError(str(path), reason, repair="")
                _make_durable(connection)
                if version < VERSION:
                    migrate(connection)
        return cls(path, connection)

    def close(self) -> None:
        """
        Let go of the file.  A second call does nothing.
        """
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- reading ----------------------------------------------------------------

    @property
    def generation(self) -> int:
        """
        The number of the last commit; 0 before the first.
        """
        (number,) = self._one("SELECT COALESCE(MAX(generation), 0) FROM commits")
        return int(number)

    def get(self, article_id: str) -> StoredArticle:
        """
        Return the article with this id.

        Raises:
            ArticleNotFoundError: There is none.
        """
        try:
            return self.get_many([article_id])[article_id]
        except KeyError:
            raise ArticleNotFoundError(article_id) from None

    def get_many(self, ids: Iterable[str]) -> dict[str, StoredArticle]:
        """
        Return the articles with these ids; ids without an article are left out.
        """
        wanted = list(filter(is_storable, dict.fromkeys(ids)))
        found: dict[str, StoredArticle] = {}
        for start in range(0, len(wanted), _IDS_AT_ONCE):
            part = wanted[start : start + _IDS_AT_ONCE]
            marks = ", ".join("?" * len(part))
            for stored in self._stored(f"WHERE a.id IN ({marks})", part):
                found[stored.article.id] = stored
        return found

    def resolve(self, prefix: str) -> str:
        """
        Return the id that begins with ``prefix``.

        Raises:
            ArticleNotFoundError: There is none.
            AmbiguousIdError: There are several, and none is just ``prefix``.
        """
        if not prefix or not is_storable(prefix):
            raise ArticleNotFoundError(prefix)
        rows = self._all(
            "SELECT id FROM articles WHERE id >= ? AND substr(id, 1, ?) = ?"
            " ORDER BY id LIMIT 5",
            (prefix, len(prefix), prefix),
        )
        candidates = [article_id for (article_id,) in rows]
        if not candidates:
            raise ArticleNotFoundError(prefix)
        if prefix in candidates or len(candidates) == 1:
            return str(candidates[0])
        raise AmbiguousIdError(prefix, candidates)

    def known_article(self, article_id: str) -> KnownArticle | None:
        """
        Return what is known of an article without its text; ``None`` for no article.
        """
        if not is_storable(article_id):
            return None
        row = self._one(
            "SELECT number, fingerprint, explicit_id, annotators FROM articles"
            " WHERE id = ?",
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
        return KnownArticle(
            fingerprint,
            bool(explicit),
            json.loads(annotators),
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
        ids = [
            article_id
            for (article_id,) in self._all(
                "SELECT id FROM articles WHERE generation > ? ORDER BY number",
                (generation,),
            )
        ]
        for start in range(0, len(ids), _IDS_AT_ONCE):
            yield from self.get_many(ids[start : start + _IDS_AT_ONCE]).values()

    def removed_since(self, generation: int) -> list[str]:
        """
        Return the ids that commits after ``generation`` removed.
        """
        rows = self._all("SELECT id FROM removed WHERE generation > ?", (generation,))
        return [article_id for (article_id,) in rows]

    def totals(self) -> Totals:
        """
        Count what is in the catalog.
        """
        articles, text_bytes, undated, first, last = self._one(
            "SELECT COUNT(*), COALESCE(SUM(body_size), 0), COUNT(*) - COUNT(published),"
            " MIN(published), MAX(published) FROM articles"
        )
        (sources,) = self._one("SELECT COUNT(*) FROM sources")
        (commits,) = self._one("SELECT COUNT(*) FROM commits")
        kinds = self._all("SELECT kind, SUM(amount) FROM annotations GROUP BY kind")
        collections = self._all(
            "SELECT source, COUNT(*) AS amount FROM articles WHERE source <> ''"
            " GROUP BY source ORDER BY amount DESC, source LIMIT 10"
        )
        return Totals(
            articles=articles,
            text_bytes=text_bytes,
            undated=undated,
            first_published=first,
            last_published=last,
            sources=sources,
            annotations=dict(kinds),
            collections=tuple(collections),
            commits=commits,
            size=sum(path.stat().st_size for path in self._files() if path.exists()),
        )

    def annotated_otherwise(self, annotators: Mapping[str, str]) -> list[str]:
        """
        Return the ids of articles that other annotators have annotated.

        Args:
            annotators: Fingerprint of the annotator for each kind, as for
                :meth:`Batch.put`.
        """
        current = pack_annotators(annotators)
        rows = self._all(
            "SELECT id FROM articles WHERE annotators < ? OR annotators > ?"
            " ORDER BY number",
            (current, current),
        )
        return [article_id for (article_id,) in rows]

    def __len__(self) -> int:
        return int(self._one("SELECT COUNT(*) FROM articles")[0])

    def _files(self) -> list[Path]:
        return [self._path, self._path.with_name(CATALOG_NAME + "-wal")]

    def setting(self, name: str, *, default: Any) -> Any:
        """
        Return a setting of this index; ``default`` where it was never set.
        """
        row = self._one("SELECT value FROM settings WHERE name = ?", (name,))
        return json.loads(row[0]) if row else default

    # --- writing ----------------------------------------------------------------

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """
        Open a batch: one transaction, one commit.

        The caller holds the writer's lock.  When the block ends, everything in the
        batch becomes durable under one new generation; when it raises, nothing does.  A
        batch without any change makes no commit.
        """
        with _translated(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                batch = Batch(self._connection, self.generation + 1)
                yield batch
                batch.finish()
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk has SQLite itself roll back.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def set_setting(self, name: str, value: Any) -> None:
        """
        Keep a setting of this index: any JSON value.
        """
        values = (name, json.dumps(value))
        self._all("INSERT OR REPLACE INTO settings VALUES (?, ?)", values)

    # --- rows -------------------------------------------------------------------

    def _one(self, statement: str, values: Sequence[Any] = ()) -> Any:
        with _translated(self._path):
            return self._connection.execute(statement, values).fetchone()

    def _all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with _translated(self._path):
            return self._connection.execute(statement, values).fetchall()

    def _sources(self, where: str, values: Sequence[Any]) -> Iterator[KnownSource]:
        rows = self._all(
            "SELECT s.location, s.path, s.size, s.modified_ns, s.read_ns,"
            " s.fingerprint, COUNT(o.article) FROM sources s"
            f" LEFT JOIN origins o ON o.source = s.number {where}"
            " GROUP BY s.number ORDER BY s.location",
            values,
        )
        return (KnownSource(*row) for row in rows)

    def _stored(self, where: str, values: Sequence[Any]) -> Iterator[StoredArticle]:
        rows = self._all(
            f"SELECT {_COLUMNS}, a.body, t.records, e.records FROM articles a"
            " LEFT JOIN annotations t ON t.article = a.number AND t.kind = 'times'"
            " LEFT JOIN annotations e ON e.article = a.number AND e.kind = 'entities'"
            f" {where} ORDER BY a.number",
            values,
        )
        for *columns, body, times, entities in rows:
            try:
                yield stored_article(columns, body, times, entities)
            except (zlib.error, ValueError, TypeError, RecursionError) as error:
                reason = f"the article {columns[0]!r} cannot be read ({error})"
                raise IndexDamagedError(str(self._path), reason, repair="") from error


@contextmanager
def _connected(path: Path, options: str = "") -> Iterator[sqlite3.Connection]:
    """
    Connect to a database; it is closed again where the block raises.
    """
    uri = path.absolute().as_uri() + options
    connection = sqlite3.connect(uri, uri=True, timeout=10.0, isolation_level=None)
    try:
        # A catalog may come from a stranger: no code of its schema is trusted.
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA foreign_keys = ON")
        yield connection
    except BaseException:
        connection.close()
        raise


def _connected_for_reading(path: Path) -> sqlite3.Connection:
    """
    Connect to a database in a folder that this process cannot write to.

    The write-ahead log needs files beside the database.  Where others have left them,
    or may make them, they are used; else nobody is writing, and SQLite is told so.
    """
    for options in ("?mode=ro", "?mode=ro&immutable=1"):
        try:
            with _connected(path, options) as connection:
                if _version(path, connection) < VERSION:
                    reason = "it has to be migrated, and cannot be written to"
                    raise IndexAccessError(str(path), reason)
                return connection
        except sqlite3.OperationalError:
            if "immutable" in options or _has_log(path):
                raise
    raise AssertionError  # the second attempt returns or raises


def _has_log(path: Path) -> bool:
    log = path.with_name(CATALOG_NAME + "-wal")
    return log.exists() and log.stat().st_size > 0


def _version(path: Path, connection: sqlite3.Connection) -> int:
    """
    Return the version of a catalog; 0 where it has no tables yet.

    Raises:
        IndexDamagedError: It is a database of another program.
        IndexVersionError: A newer release wrote it.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    if owner != APPLICATION_ID and (owner or version or tables):
        reason = "it is a database of another program"
        raise IndexDamagedError(str(path), reason, repair="")
    if version > VERSION:
        raise IndexVersionError(str(path), version, VERSION)
    return int(version)


def _make_durable(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    # The index may only ever be behind the catalog: each commit is on disk at once.
    connection.execute("PRAGMA synchronous = FULL")


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """
    Turn SQLite's errors into ours.
    """
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # such as a use after closing: no fault of the file
    except sqlite3.OperationalError as error:
        raise IndexAccessError(str(path), str(error)) from error
    except sqlite3.DatabaseError as error:
        raise IndexDamagedError(str(path), str(error), repair="") from error
