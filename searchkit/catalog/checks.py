"""
Looking at a catalog's file: is it whole, and is what stands in it what was written?

From the outside to the inside: the file, its pages, its schema, what its tables say of
each other, and then every row, by its checksum and by what it means.  Nothing is
changed, and nothing in the file is trusted: it may come from a stranger.
"""

from __future__ import annotations

import json
import re
import sqlite3
from typing import TYPE_CHECKING, Any

from searchkit.catalog.connection import catalog_version, translated
from searchkit.catalog.migrations import MIGRATIONS, VERSION, add_functions
from searchkit.catalog.reading import CATALOG_NAME, OLDEST
from searchkit.catalog.scanning import Scan, check_annotations, opened_for_reading
from searchkit.errors import IndexAccessError, IndexDamagedError
from searchkit.findings import Finding, Remedy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

#: Names that a finding lists, and messages that are asked of SQLite, at most.
_MOST_DETAILS = 20

#: Tables that SQLite's ANALYZE makes for itself.
_STATISTICS = ("sqlite_stat1", "sqlite_stat4")

_COMMENT = re.compile(r"--[^\n]*")
_SPACING = re.compile(r"[\s\"]+")


def check_catalog(
    folder: Path, *, progress: Callable[[int, int], None] | None = None
) -> Iterator[Finding]:
    """
    Look at the catalog of an index folder, as it is at one commit.

    Others may write meanwhile.  Arguments and findings as for :func:`check_file`.
    """
    return check_file(folder / CATALOG_NAME, progress=progress)


def check_file(
    path: Path,
    *,
    is_alone: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Finding]:
    """
    Look at a file that is to be a catalog, of any version.

    Args:
        path: The file.
        is_alone: Nobody else has it, and it has no log: none is made beside it.
        progress: Called with each article: how many were looked at, and of how many.

    Yields:
        What is wrong.  An error named ``catalog-older`` alone means that the file is
        whole, and needs an upgrade.
    """
    if not path.exists():
        message = "the catalog is missing"
        yield Finding("catalog-missing", "error", str(path), message, "restore")
        return
    try:
        with (
            translated(path),
            opened_for_reading(path, is_alone=is_alone) as connection,
        ):
            connection.execute("BEGIN")
            try:
                version = catalog_version(path, connection)
            except IndexDamagedError as error:
                yield Finding(
                    "catalog-foreign", "error", str(path), error.reason, "restore"
                )
                return
            if finding := _version_finding(path, version):
                yield finding
            if 0 < version <= VERSION:
                yield from _Examination(path, connection, version, progress).findings()
    except IndexAccessError as error:
        yield Finding("catalog-unreadable", "error", str(path), error.reason, "none")
    except IndexDamagedError as error:
        message = f"the catalog's file is damaged ({error.reason})"
        yield Finding("catalog-damaged", "error", str(path), message, "salvage")


def _version_finding(path: Path, version: int) -> Finding | None:
    if version == 0:
        message = "the catalog is empty, and the articles are gone"
        return Finding("catalog-empty", "error", str(path), message, "restore")
    if version == VERSION:
        return None
    remedy: Remedy = "upgrade" if version < VERSION else "none"
    age = "older" if version < VERSION else "newer"
    message = f"the catalog has format {version}, and this searchkit reads {VERSION}"
    return Finding(f"catalog-{age}", "error", str(path), message, remedy)


class _Examination:
    """
    What is found out about one file.

    Args:
        path: The file.
        connection: To it, in a transaction.
        version: Of the catalog.
        progress: As for :func:`check_file`.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        version: int,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self._path = path
        self._connection = connection
        self._version = version
        self._progress = progress

    def findings(self) -> Iterator[Finding]:
        # First: what is no table of ours is neither read nor checked by SQLite, for
        # conditions and computed columns would be carried out.
        different = _differences(self._connection, self._version)
        if different:
            listed = ", ".join(different[:3]) + (" …" if different[3:] else "")
            message = f"the catalog is not made as it should be: {listed}"
            yield self._error("catalog-altered", message, different)
            return
        yield from self._pages()
        scan = Scan(self._connection, self._version)
        yield from self._relations(scan)
        yield from self._rows(scan)

    def _error(self, code: str, message: str, details: Iterable[str] = ()) -> Finding:
        names = tuple(details)[:_MOST_DETAILS]
        return Finding(code, "error", str(self._path), message, "salvage", names)

    def _pages(self) -> Iterator[Finding]:
        """
        Have SQLite look at its own structures.
        """
        try:
            rows = self._connection.execute(f"PRAGMA integrity_check({_MOST_DETAILS})")
            messages = [str(row[0]) for row in rows if row[0] != "ok"]
        except sqlite3.DatabaseError as error:
            messages = [str(error)]
        if messages:
            first = " ".join(messages[0].split())
            message = f"the catalog's file is damaged ({first})"
            yield self._error("catalog-damaged", message, messages)

    def _relations(self, scan: Scan) -> Iterator[Finding]:
        """
        Look at what the tables say of each other.
        """
        names = [name for name, value in scan.settings().items() if not _is_json(value)]
        if names:
            message = f"settings cannot be read: {', '.join(names)}"
            yield self._error("setting-damaged", message, names)
        if numbers := scan.dictionaries()[1]:
            message = "a dictionary that texts are packed with is damaged"
            yield self._error("dictionary-damaged", message, map(str, numbers))
        for question, message in _questions(self._version):
            try:
                found = [str(row[0]) for row in self._connection.execute(question)]
            except sqlite3.DatabaseError:
                continue  # a damaged page, of which was told
            if found:
                yield self._error("catalog-inconsistent", message, found)
        if OLDEST in names:
            return
        oldest = json.loads(scan.settings().get(OLDEST, "0"))
        last = max((row[0] for row in scan.commits()), default=0)
        if not isinstance(oldest, int) or not 0 <= oldest <= last:
            message = f"it keeps changes since commit {oldest}, and has {last}"
            yield self._error("catalog-inconsistent", message)

    def _rows(self, scan: Scan) -> Iterator[Finding]:
        """
        Look at every article and its annotations.
        """
        numbers = scan.article_numbers()
        ids = scan.current_ids()
        damaged: dict[str, str] = {}
        unreadable: dict[str, str] = {}
        for done, number in enumerate(numbers, 1):
            name = ids.get(number, f"(row {number})")
            if self._progress:
                self._progress(done, len(numbers))
            try:
                row = scan.article_row(number)
                if row is None:
                    raise ValueError("its row is missing")  # noqa: TRY301 - one place
                name = row.id or name
                article = row.article()
            except (sqlite3.Error, ValueError) as error:
                damaged.setdefault(name, str(error))
                continue
            try:
                rows = scan.annotation_rows(number)
                check_annotations(rows, article, set(row.annotators))
            except (sqlite3.Error, ValueError) as error:
                unreadable.setdefault(name, str(error))
        if damaged:
            message = _summary("article", "cannot be read", damaged)
            yield self._error("article-damaged", message, damaged)
        if unreadable:
            message = _summary("article", "has damaged annotations", unreadable)
            yield self._error("annotations-damaged", message, unreadable)


def _summary(noun: str, verb: str, reasons: dict[str, str]) -> str:
    name, reason = next(iter(reasons.items()))
    message = f"the {noun} {name!r} {verb} ({reason})"
    if len(reasons) > 1:
        others = len(reasons) - 1
        message += f", and so with {others:,} more" if others > 1 else ", and one more"
    return message


def _is_json(value: Any) -> bool:
    try:
        json.loads(value)
    except (ValueError, TypeError, RecursionError):
        return False
    return True


def _questions(version: int) -> Iterator[tuple[str, str]]:
    """
    Give statements that find nothing in a consistent catalog, and what they find else.
    """
    last = "(SELECT COALESCE(MAX(generation), 0) FROM commits)"
    limit = f"LIMIT {_MOST_DETAILS}"
    yield (
        f'SELECT "table" || \' to \' || "parent" FROM pragma_foreign_key_check {limit}',
        "rows speak of other rows that are not there",
    )
    yield (
        f"SELECT generation FROM commits WHERE generation < 1 {limit}",
        "a commit has no number",
    )
    yield (
        f"SELECT id FROM articles WHERE generation NOT BETWEEN 1 AND {last} {limit}",
        "articles are of commits that there were not",
    )
    yield (
        f"SELECT id FROM removed WHERE generation NOT BETWEEN 1 AND {last} {limit}",
        "articles were removed by commits that there were not",
    )
    if version == 1:
        yield (
            f"SELECT id FROM removed JOIN articles USING (id) {limit}",
            "articles are removed, and there",
        )
        return
    yield (
        (
            "SELECT r.id FROM removed r JOIN articles a"
            f" ON a.id = r.id AND a.superseded IS NULL {limit}"
        ),
        "articles are removed, and there",
    )
    yield (
        (
            "SELECT id FROM articles WHERE superseded IS NOT NULL AND"
            f" NOT (superseded > generation AND superseded <= {last}) {limit}"
        ),
        "articles were replaced by commits that there were not",
    )
    yield (
        (
            "SELECT a.id FROM articles a WHERE a.superseded IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM articles b"
            "  WHERE b.id = a.id AND b.generation >= a.superseded)"
            " AND NOT EXISTS (SELECT 1 FROM removed r"
            f"  WHERE r.id = a.id AND r.generation >= a.superseded) {limit}"
        ),
        "articles were replaced, and by nothing",
    )
    yield (
        (
            "SELECT a.id FROM origins o JOIN articles a ON a.number = o.article"
            f" WHERE a.superseded IS NOT NULL {limit}"
        ),
        "sources have articles that were replaced",
    )
    if version < 4:
        return
    yield (
        (
            "SELECT a.id FROM articles a LEFT JOIN commits c"
            " ON c.generation = a.generation"
            " AND a.number BETWEEN c.first_number AND c.last_number"
            " WHERE c.generation IS NULL AND NOT EXISTS (SELECT 1 FROM commits d"
            "  WHERE d.generation > a.generation AND d.annotators IS NULL"
            f"  AND a.number BETWEEN d.first_number AND d.last_number) {limit}"
        ),
        "articles are of commits that have not written them",
    )


def _differences(connection: sqlite3.Connection, version: int) -> list[str]:
    """
    Say how the schema differs from that of a catalog of this version.
    """
    expected, found = _expected(version), _schema(connection)
    extra = sorted(
        f"{kind} {name} is extra" for kind, name in found.keys() - expected.keys()
    )
    missing = sorted(
        f"{kind} {name} is missing" for kind, name in expected.keys() - found.keys()
    )
    other = sorted(
        f"{kind} {name} is another"
        for (kind, name), definition in found.items()
        if expected.get((kind, name), definition) != definition
    )
    return extra + missing + other


def _expected(version: int) -> dict[tuple[str, str], str]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        add_functions(connection)
        for statements in MIGRATIONS[:version]:
            connection.executescript(statements)
        return _schema(connection)
    finally:
        connection.close()


def _schema(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """
    Return the definition of everything in a database, by kind and name.
    """
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
    return {
        (
            kind,
            name,
        ): f"{table}: {_SPACING.sub(' ', _COMMENT.sub('', sql or '')).strip()}"
        for kind, name, table, sql in rows
        if name not in _STATISTICS
    }
