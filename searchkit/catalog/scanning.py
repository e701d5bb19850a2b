"""
Reading a catalog row by row, whatever state its pages are in.

A damaged page spoils a walk over a table from there on, and none of the rows on other
pages.  So the keys of a table are collected first, walking from both ends, through the
indexes, and over the gap between; then each row is asked for by its key, so that one
bad page costs the rows on it alone.  Nothing here changes a file.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from searchkit.annotations.model import ENTITY_TYPES, EntityMention, TimeExpression
from searchkit.catalog.connection import connected
from searchkit.catalog.migrations import renewed_checksum, slim_fingerprint
from searchkit.catalog.packing import (
    DICTIONARY_TABLES,
    Packer,
    find_dictionary,
    is_dictionary,
)
from searchkit.catalog.rows import (
    CHECKED_COLUMNS,
    CHECKED_VALUES,
    row_checksum,
    stored_article,
    unpack_records,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from searchkit.articles.model import Article

#: Row numbers that are asked for one by one where no walk arrives, at most.
_MOST_PROBES = 10_000_000

#: Rows that a walk may meet more than once before it is given up.
_MOST_REPEATS = 1000

#: Largest number of a row or commit that is believed.
MOST = 2**62

#: What reading a row raises that is not what was written.
_UNREADABLE = (zlib.error, ValueError, TypeError, OverflowError, RecursionError)

_TIME_TYPES = ("DATE", "TIME", "DURATION", "SET")


@contextmanager
def opened_for_reading(
    path: Path, *, is_alone: bool = False
) -> Iterator[sqlite3.Connection]:
    """
    Connect to a catalog's file of any version, for reading.

    Text that is no UTF-8 is read with replacements, so that it can be told from the
    text that was written by its checksum.  SQLite may put an empty log beside the file.

    Args:
        path: The file.
        is_alone: Nobody else has the file: no log is read or made.

    Raises:
        sqlite3.Error: It is no database, or out of reach.
    """
    log = path.with_name(path.name + "-wal")
    options = ["?mode=ro", "?mode=ro&immutable=1"]
    if is_alone:
        del options[0]
    elif log.exists() and log.stat().st_size > 0:
        del options[1]
    while True:
        with connected(path, options[0]) as connection:
            try:
                connection.execute("PRAGMA user_version").fetchone()
            except sqlite3.OperationalError:
                # In a folder that cannot be written to, nobody is writing.
                connection.close()
                if len(options) == 1:
                    raise
                del options[0]
                continue
            connection.text_factory = lambda text: text.decode(errors="replace")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.set_authorizer(_allow_tables)
            with closing(connection):
                yield connection
            return


def _allow_tables(
    action: int, first: str | None, second: str | None, base: str | None, by: str | None
) -> int:
    """
    Refuse what a view would read: in a stranger's file it stands for a table of ours.
    """
    del action, first, second, base
    return sqlite3.SQLITE_OK if by is None else sqlite3.SQLITE_DENY


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """
    A row of ``articles`` as it was found.

    Attributes:
        number: Its key.
        superseded: The commit that replaced or deleted it, or anything else.
        checksum: As stored.
        values: Of ``CHECKED_COLUMNS``; of any type, where the row is damaged.
        packer: Of the catalog.
    """

    number: int
    superseded: Any
    checksum: Any
    values: tuple[Any, ...]
    packer: Packer

    @property
    def id(self) -> str | None:
        """
        The id; ``None`` where it is none.
        """
        found = self.values[0]
        return found if isinstance(found, str) and found else None

    def article(self) -> Article:
        """
        Rebuild the article.

        Raises:
            ValueError: The row is not what was written; the message says why.
        """
        named = dict(zip(CHECKED_COLUMNS, self.values, strict=True))
        try:
            if row_checksum(*self.values) != self.checksum:
                raise ValueError("its checksum is another")
            if not _are([named["published"] or "", *_texts(named)], [str] * 9):
                raise ValueError("it has something else in the place of a text")
            stored = stored_article(self.values, self.checksum, None, None, self.packer)
            article = stored.article
            annotators = json.loads(named["annotators"])
        except _UNREADABLE as error:
            raise ValueError(str(error)) from error
        if not isinstance(annotators, dict):
            raise ValueError("its annotators cannot be read")  # noqa: TRY004 - as above
        if article.id != named["id"] or article.fingerprint != named["fingerprint"]:
            raise ValueError("its fingerprint is another")
        return article

    @property
    def annotators(self) -> Mapping[str, Any]:
        """
        The fingerprints of annotators by kind; of a row whose article can be rebuilt.
        """
        named = dict(zip(CHECKED_COLUMNS, self.values, strict=True))
        found: dict[str, Any] = json.loads(named["annotators"])
        return found


def _texts(named: Mapping[str, Any]) -> Iterator[Any]:
    """
    Give the values of columns that are texts.
    """
    for name in CHECKED_COLUMNS:
        if name not in ("explicit_id", "published", "body_size", "generation", "body"):
            yield named[name]


class Scan:
    """
    A catalog whose rows are read one by one.

    Args:
        connection: From :func:`opened_for_reading`.
        version: Of the catalog, 1 or more.
    """

    def __init__(self, connection: sqlite3.Connection, version: int) -> None:
        self._connection = connection
        self._has_versions = version >= 2
        self._is_slim = version >= 4
        self._index_of_ids = (
            "articles_by_id" if version >= 2 else "sqlite_autoindex_articles_1"
        )
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        self._tables = {name for (name,) in rows}
        self.packer = Packer(self._dictionary)

    def has_table(self, name: str) -> bool:
        """
        Tell whether there is a table of this name, and no view in its place.
        """
        return name in self._tables

    # --- dictionaries -----------------------------------------------------------

    def dictionaries(self) -> tuple[dict[int, bytes], list[int]]:
        """
        Return the dictionaries by number, and the numbers of those with a bad copy.
        """
        tables = [name for name in DICTIONARY_TABLES if name in self._tables]
        numbers: set[int] = set()
        for table in tables:
            numbers |= self._numbers(
                f"SELECT number FROM {table} ORDER BY number {{0}}"
            )
        found: dict[int, bytes] = {}
        bad = []
        for number in sorted(numbers):
            copies = [self._dictionary_in(table, number) for table in tables]
            if None in copies:
                bad.append(number)
            for content in filter(None, copies):
                found[number] = content
        return found, bad

    def _dictionary_in(self, table: str, number: int) -> bytes | None:
        with suppress(sqlite3.Error):
            row = self._connection.execute(
                f"SELECT checksum, content FROM {table} WHERE number = ?", (number,)
            ).fetchone()
            if row is not None and is_dictionary(*row):
                return bytes(row[1])
        return None

    def _dictionary(self, number: int) -> bytes | None:
        if not self._tables.issuperset(DICTIONARY_TABLES):
            return None
        with suppress(sqlite3.Error):
            return find_dictionary(self._connection, number)
        return None

    # --- articles ---------------------------------------------------------------

    def article_numbers(self) -> list[int]:
        """
        Return the numbers of all rows of ``articles`` that are known, ascending.
        """
        numbers = self._row_numbers("articles", "article")
        indexes = [
            (self._index_of_ids, "id"),
            ("articles_by_generation", "generation"),
            ("articles_by_annotators", "annotators"),
        ]
        for index, column in indexes[: 1 if self._is_slim else None]:
            numbers |= self._numbers(
                f"SELECT number FROM articles INDEXED BY {index}"
                f" ORDER BY {column} {{0}}"
            )
        return sorted(numbers)

    def article_row(self, number: int) -> ArticleRow | None:
        """
        Return a row of ``articles``; ``None`` where there is none.

        Raises:
            sqlite3.Error: It cannot be read.
        """
        columns = CHECKED_VALUES if self._is_slim else ", ".join(CHECKED_COLUMNS)
        extra = "superseded, checksum, " if self._has_versions else ""
        row = self._connection.execute(
            f"SELECT {extra}{columns} FROM articles NOT INDEXED WHERE number = ?",
            (number,),
        ).fetchone()
        if row is None:
            return None
        if self._has_versions:
            values = tuple(row[2:])
            checksum = renewed_checksum(row[1], values)
            return ArticleRow(number, row[0], checksum, values, self.packer)
        try:
            checksum = row_checksum(*row)
        except (ValueError, TypeError):
            checksum = -1
        return ArticleRow(number, None, checksum, tuple(row), self.packer)

    def current_ids(self) -> dict[int, str]:
        """
        Return the ids of current articles by number, as far as indexes tell them.
        """
        former = set()
        if self._has_versions:
            former = self._numbers(
                "SELECT number FROM articles INDEXED BY articles_superseded"
                " WHERE superseded IS NOT NULL ORDER BY superseded {0}"
            )
        named = self._walked(
            "SELECT number, id FROM articles INDEXED BY"
            f" {self._index_of_ids} ORDER BY id {{0}}"
        )[0]
        ids = {n: i for n, i in named if n not in former and isinstance(i, str) and i}
        if self._has_versions and not self._is_slim:
            current, _ = self._walked(
                "SELECT number, id FROM articles INDEXED BY articles_current"
                " WHERE superseded IS NULL ORDER BY id {0}"
            )
            ids |= {n: i for n, i in current if isinstance(i, str) and i}
        return ids

    # --- annotations ------------------------------------------------------------

    def annotation_rows(self, number: int) -> list[tuple[Any, Any, Any]]:
        """
        Return kind, amount and packed records of the annotations of an article.

        Raises:
            sqlite3.Error: They cannot be read.
        """
        return self._connection.execute(
            "SELECT kind, amount, records FROM annotations WHERE article = ?"
            " ORDER BY kind",
            (number,),
        ).fetchall()

    # --- other tables -----------------------------------------------------------

    def source_numbers(self) -> list[int]:
        """
        Return the numbers of all rows of ``sources`` that are known, ascending.
        """
        numbers = self._row_numbers("sources", "source")
        return sorted(numbers | set(self.source_locations()))

    def source_locations(self) -> dict[int, str]:
        """
        Return the locations of sources by number, as far as their index tells them.
        """
        rows, _ = self._walked(
            "SELECT number, location FROM sources"
            " INDEXED BY sqlite_autoindex_sources_1 ORDER BY location {0}"
        )
        return {
            number: location
            for number, location in rows
            if _is_number(number) and isinstance(location, str)
        }

    def source_row(self, number: int) -> tuple[Any, ...] | None:
        """
        Return location, path, size, times and fingerprint of a source.

        Returns:
            ``None`` where there is none, or where it is not what was written.
        """
        with suppress(sqlite3.Error):
            row = self._connection.execute(
                "SELECT location, path, size, modified_ns, read_ns, fingerprint"
                " FROM sources NOT INDEXED WHERE number = ?",
                (number,),
            ).fetchone()
            if row is not None and _are(row, (str, str, int, int, int, str)):
                return tuple(row)
        return None

    def origin_keys(self) -> tuple[list[tuple[int, int]], bool]:
        """
        Return source and article of all origins that are known, and whether all are.
        """
        by_source, is_whole = self._walked(
            "SELECT source, article FROM origins NOT INDEXED ORDER BY source {0},"
            " article {0}"
        )
        by_article, is_index_whole = self._walked(
            "SELECT source, article FROM origins INDEXED BY origins_by_article"
            " ORDER BY article {0}, source {0}"
        )
        keys = {
            (source, article)
            for source, article in by_source | by_article
            if _is_number(source) and _is_number(article)
        }
        # A page that became empty without a trace shows in the other one alone.
        return sorted(keys), is_whole or is_index_whole

    def origin_row(self, source: int, article: int) -> tuple[bytes | None] | None:
        """
        Return the fingerprint of an origin, as the newest version keeps it.

        An older version may have that of the article where the newest has ``None``.

        Returns:
            ``None`` for the row where it cannot be read.
        """
        with suppress(sqlite3.Error):
            row = self._connection.execute(
                "SELECT fingerprint FROM origins WHERE source = ? AND article = ?",
                (source, article),
            ).fetchone()
            if row is not None:
                found = row[0] if self._is_slim else slim_fingerprint(row[0])
                if isinstance(found, bytes) or (self._is_slim and found is None):
                    return (found,)
        return None

    def removed(self) -> tuple[dict[str, int], bool]:
        """
        Return the ids of ``removed`` with their commits, and whether these are all.
        """
        rows, is_whole = self._walked(
            "SELECT id, generation FROM removed ORDER BY id {0}"
        )
        removed = {i: g for i, g in rows if isinstance(i, str) and _is_number(g)}
        return removed, is_whole and len(removed) == len(rows)

    def settings(self) -> dict[str, str]:
        """
        Return the settings as they stand, JSON or not.
        """
        rows, _ = self._walked("SELECT name, value FROM settings ORDER BY name {0}")
        return {name: value for name, value in rows if isinstance(name, str)}

    def commits(self) -> list[tuple[Any, ...]]:
        """
        Return the rows of ``commits`` that can be read, in order.
        """
        rows, _ = self._walked(
            "SELECT generation, committed, added, updated, deleted FROM commits"
            " NOT INDEXED ORDER BY generation {0}"
        )
        kinds = (int, str, int, int, int)
        return sorted(row for row in rows if _are(row, kinds) and 0 < row[0] < MOST)

    # --- inside -----------------------------------------------------------------

    def _walk(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """
        Yield rows until one cannot be read.
        """
        with suppress(sqlite3.Error):
            yield from self._connection.execute(statement)

    def _walked(self, statement: str) -> tuple[set[tuple[Any, ...]], bool]:
        """
        Walk from both ends.

        Args:
            statement: With ``{0}`` after each term of the order.

        Returns:
            The rows, and whether one walk came to its end.
        """
        rows: set[tuple[Any, ...]] = set()
        for direction in ("ASC", "DESC"):
            seen = 0
            try:
                for row in self._connection.execute(statement.format(direction)):
                    rows.add(row)
                    seen += 1
                    if seen > 2 * len(rows) + _MOST_REPEATS:
                        break  # pages that point at each other
                else:
                    return rows, True
            except sqlite3.Error:
                continue
        return rows, False

    def _numbers(self, statement: str) -> set[int]:
        rows, _ = self._walked(statement)
        return {number for (number,) in rows if _is_number(number)}

    def _row_numbers(self, table: str, reference: str) -> set[int]:
        """
        Return the row numbers of a table, of those that no walk reaches as well.

        Args:
            table: With a column ``number``.
            reference: The column of other tables that speaks of it.
        """
        statement = f"SELECT number FROM {table} NOT INDEXED ORDER BY number"
        numbers: set[int] = set()
        last = 0
        try:
            for (number,) in self._connection.execute(statement):
                # A page that points back would be walked over for ever.
                if not last < number < MOST:
                    raise sqlite3.DatabaseError(number)
                numbers.add(number)
                last = number
        except sqlite3.Error:
            first = MOST
            for (number,) in self._walk(f"{statement} DESC"):
                if not last < number < first:
                    break
                numbers.add(number)
                first = number
            if first < MOST:
                gap = range(last + 1, min(first, last + _MOST_PROBES))
                numbers.update(self._probed(table, gap))
            for other in ("origins", "annotations")[: 2 if table == "articles" else 1]:
                numbers |= self._numbers(
                    f"SELECT {reference} FROM {other} ORDER BY {reference} {{0}}"
                )
        return numbers

    def _probed(self, table: str, gap: range) -> Iterator[int]:
        statement = f"SELECT number FROM {table} NOT INDEXED WHERE number = ?"
        for number in gap:
            with suppress(sqlite3.Error):
                if self._connection.execute(statement, (number,)).fetchone():
                    yield number


def _is_number(value: object) -> bool:
    return isinstance(value, int) and 0 < value < MOST


def _are(row: Sequence[Any], kinds: Sequence[type]) -> bool:
    return all(isinstance(v, kind) for v, kind in zip(row, kinds, strict=True))


def check_annotations(
    rows: Sequence[tuple[Any, Any, Any]], article: Article, kinds: set[str]
) -> None:
    """
    Look whether annotations can be read, and stand where they say.

    Args:
        rows: From :meth:`Scan.annotation_rows`.
        article: Whose they are.
        kinds: What was looked for in it.

    Raises:
        ValueError: They are not what was written; the message says why.
    """
    if {kind for kind, _, _ in rows} != kinds:
        raise ValueError("its annotations are not of the kinds that were looked for")
    for kind, amount, packed in rows:
        try:
            _check_records(kind, amount, packed, article)
        except _UNREADABLE as error:
            raise ValueError(f"its {kind}: {error}") from error


def _check_records(kind: str, amount: Any, packed: Any, article: Article) -> None:
    records = unpack_records(packed)
    if len(records) != amount:
        raise ValueError("there are more or fewer of them")
    for record in records:
        found: TimeExpression | EntityMention
        if kind == "times":
            found = TimeExpression.from_record(record)
            is_typed = found.type in _TIME_TYPES and isinstance(found.value, str)
            if found.interval and found.interval.first > found.interval.last:
                raise ValueError("an interval ends before it begins")
        elif kind == "entities":
            found = EntityMention.from_record(record)
            is_typed = found.type in ENTITY_TYPES and isinstance(found.name, str)
        else:
            raise ValueError("there is no such kind")
        if not is_typed or found.field not in ("title", "body"):
            raise ValueError("one has a type or field that is none")
        text = article.title if found.field == "title" else article.body
        start, end = found.span
        is_inside = (
            isinstance(start, int)
            and isinstance(end, int)
            and 0 <= start < end <= len(text)
        )
        if not is_inside or found.span.cut(text) != found.surface:
            raise ValueError("the words of one do not stand where it says")
