"""
Reading articles: what the catalog and a snapshot of it have in common.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any, TypeVar

from searchkit.catalog.connection import connect_existing, translated
from searchkit.catalog.packing import Packer, find_dictionary
from searchkit.catalog.rows import (
    CHECKED_VALUES,
    is_storable,
    quotable_article,
    stored_article,
)
from searchkit.errors import (
    AmbiguousIdError,
    ArticleNotFoundError,
    IndexDamagedError,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from searchkit.catalog.known import Totals
    from searchkit.catalog.rows import QuotableArticle, StoredArticle

_Made = TypeVar("_Made")

CATALOG_NAME = "catalog.db"

#: Setting: the oldest commit of which every version of an article is still there.
OLDEST = "oldest_generation"

#: What a snapshot keeps of the file at most, in KiB: a page of hits is on a few dozen
#: pages of it, and who searches on often needs them again.
_CACHE_KIB = 32 * 1024

#: Most ids in one statement; SQLite's own limit is far higher.
_IDS_AT_ONCE = 500

#: What a row raises that is not what was written: a stranger's has anything in it.
_UNREADABLE = (
    *(zlib.error, ValueError, TypeError, AttributeError, LookupError),
    *(ArithmeticError, RecursionError),
)

_COLUMNS = CHECKED_VALUES

#: The kinds of annotations, in the order in which rows hold them.
_KINDS = ("times", "entities")


class CatalogReader:
    """
    Reads the articles of one commit; a context manager.

    Args:
        path: The catalog's file.
        connection: To it; closed with the reader.
        visible: Condition on a row of ``articles``: it is a version that is seen.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, visible: str
    ) -> None:
        self._path = path
        self._connection = connection
        self._visible = visible
        self._packer = Packer(self._dictionary)

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

    @property
    def generation(self) -> int:
        """
        The number of the commit that is seen; 0 before the first.
        """
        return self._last_generation()

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

        Some hundred at a time, they come in the order in which they were written.
        """
        stored = self._read(ids, stored_article, _KINDS, order=" ORDER BY a.number")
        return {one.article.id: one for one in stored}

    def get_quotable(
        self, ids: Iterable[str], *, kinds: Collection[str] = ()
    ) -> dict[str, QuotableArticle]:
        """
        Return what hits show of the articles with these ids, as for :meth:`get_many`.

        Args:
            ids: Whole ids.
            kinds: The kinds of annotations that are needed: ``times``, ``entities``.
        """
        # In any order: to sort them, SQLite would copy all they have.
        return {one.id: one for one in self._read(ids, quotable_article, kinds)}

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
            f" AND {self._visible} ORDER BY id LIMIT 5",
            (prefix, len(prefix), prefix),
        )
        candidates = [article_id for (article_id,) in rows]
        if not candidates:
            raise ArticleNotFoundError(prefix)
        if prefix in candidates or len(candidates) == 1:
            return str(candidates[0])
        raise AmbiguousIdError(prefix, candidates)

    def ids(self) -> list[str]:
        """
        Return the ids of all articles in order.
        """
        rows = self._all(f"SELECT id FROM articles WHERE {self._visible} ORDER BY id")
        return [article_id for (article_id,) in rows]

    def totals(self) -> Totals:
        """
        Count what is in the catalog.
        """
        from searchkit.catalog.known import Totals  # noqa: PLC0415 - hits do without

        seen = f"FROM articles WHERE {self._visible}"
        articles, text_bytes, undated, first, last = self._one(
            "SELECT COUNT(*), COALESCE(SUM(body_size), 0), COUNT(*) - COUNT(published),"
            f" MIN(published), MAX(published) {seen}"
        )
        (sources,) = self._one("SELECT COUNT(*) FROM sources WHERE location <> ''")
        (commits,) = self._one(
            "SELECT COUNT(*) FROM commits WHERE generation <= ?", (self.generation,)
        )
        kinds = self._all(
            "SELECT kind, SUM(amount) FROM annotations WHERE article IN"
            f" (SELECT number {seen}) GROUP BY kind"
        )
        collections = self._all(
            f"SELECT source, COUNT(*) AS amount {seen} AND source <> ''"
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

    def __len__(self) -> int:
        return int(self._one(f"SELECT COUNT(*) FROM articles WHERE {self._visible}")[0])

    def __contains__(self, article_id: str) -> bool:
        return is_storable(article_id) and bool(
            self._all(
                f"SELECT 1 FROM articles WHERE id = ? AND {self._visible}",
                (article_id,),
            )
        )

    def setting(self, name: str, *, default: Any) -> Any:
        """
        Return a setting of this index; ``default`` where it was never set.
        """
        row = self._one("SELECT value FROM settings WHERE name = ?", (name,))
        if row is None:
            return default
        try:
            return json.loads(row[0])
        except (ValueError, TypeError, RecursionError) as error:
            reason = f"the setting {name!r} cannot be read ({error})"
            raise IndexDamagedError(str(self._path), reason, repair="") from error

    # --- rows -------------------------------------------------------------------

    def _last_generation(self) -> int:
        (number,) = self._one("SELECT COALESCE(MAX(generation), 0) FROM commits")
        return int(number)

    def _oldest_generation(self) -> int:
        found = self.setting(OLDEST, default=0)
        if not isinstance(found, int):
            reason = f"the setting {OLDEST!r} is no number"
            raise IndexDamagedError(str(self._path), reason, repair="")
        return found

    def _one(self, statement: str, values: Sequence[Any] = ()) -> Any:
        with translated(self._path):
            return self._connection.execute(statement, values).fetchone()

    def _all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with translated(self._path):
            return self._connection.execute(statement, values).fetchall()

    def _dictionary(self, number: int) -> bytes | None:
        with translated(self._path):
            return find_dictionary(self._connection, number)

    def _files(self) -> list[Path]:
        return [self._path, self._path.with_name(CATALOG_NAME + "-wal")]

    def _read(
        self,
        ids: Iterable[str],
        make: Callable[[Sequence[Any], int, bytes | None, bytes | None, Packer], _Made],
        kinds: Collection[str],
        order: str = "",
    ) -> Iterator[_Made]:
        """
        Read visible versions.

        Args:
            ids: Whole ids; those without an article are passed over.
            make: Makes of the columns of a row, their checksum, and the packed times
                and entities what is asked for.
            kinds: The annotations to read; the others are ``None``.
            order: What to sort each part of them by.
        """
        records, joins = [], ""
        for kind in _KINDS:
            records.append(f"{kind}.records" if kind in kinds else "NULL")
            if kind in kinds:
                joins += (
                    f" LEFT JOIN annotations {kind} ON {kind}.article = a.number"
                    f" AND {kind}.kind = '{kind}'"
                )
        wanted = list(filter(is_storable, dict.fromkeys(ids)))
        for start in range(0, len(wanted), _IDS_AT_ONCE):
            part = wanted[start : start + _IDS_AT_ONCE]
            marks = ", ".join("?" * len(part))
            rows = self._all(
                f"SELECT a.checksum, {', '.join(records)}, {_COLUMNS} FROM articles a"
                f"{joins} WHERE id IN ({marks}) AND {self._visible}{order}",
                part,
            )
            for checksum, times, entities, *columns in rows:
                try:
                    yield make(columns, checksum, times, entities, self._packer)
                except _UNREADABLE as error:
                    reason = f"the article {columns[0]!r} cannot be read ({error})"
                    raise IndexDamagedError(
                        str(self._path), reason, repair=""
                    ) from error


class CatalogSnapshot(CatalogReader):
    """
    The catalog as it was at one commit, whatever is written to it meanwhile.

    It holds a read transaction of SQLite: while it is open, the write-ahead log cannot
    be folded into the database beyond it.

    Args:
        folder: The index folder.
        generation: The commit, such as the one that an engine holds.

    Raises:
        IndexStoreError: The catalog cannot be read.
    """

    def __init__(self, folder: Path, generation: int) -> None:
        path = folder / CATALOG_NAME
        visible = (
            f"generation <= {generation:d}"
            f" AND (superseded IS NULL OR superseded > {generation:d})"
        )
        with translated(path):
            connection = connect_existing(path)
        super().__init__(path, connection, visible)
        self._generation = generation
        try:
            self._all("PRAGMA query_only = ON")
            self._all(f"PRAGMA cache_size = -{_CACHE_KIB}")
            self._all("BEGIN")
            self.last_generation = self._last_generation()
            self.oldest_generation = self._oldest_generation()
        except BaseException:
            self.close()
            raise

    @property
    def generation(self) -> int:
        """
        The number of the commit that is seen.
        """
        return self._generation

    @property
    def is_whole(self) -> bool:
        """
        Whether every article of the commit is there: it is not too old, nor to come.
        """
        return self.oldest_generation <= self._generation <= self.last_generation
