"""
Salvage: a new catalog of everything in a damaged one that can still be read.

The new file is complete, and on disk, before the old one is touched.  Then the old one
gets a second name, under which it stays, and the new one takes its place in one step: a
crash leaves either of them there, and nothing is ever lost that was not lost before.

Of an article only what was written counts: a row whose checksum does not hold is left
out, and the sources of such articles are marked to be read again.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from searchkit.catalog.connection import catalog_version, connected, translated
from searchkit.catalog.migrations import VERSION, make
from searchkit.catalog.orphans import orphan_rows
from searchkit.catalog.packing import write_dictionary
from searchkit.catalog.reading import OLDEST
from searchkit.catalog.rows import (
    CHECKED_COLUMNS,
    CURRENT,
    INSERT,
    kept_values,
    pack_annotators,
    row_checksum,
)
from searchkit.catalog.scanning import (
    MOST,
    ArticleRow,
    Scan,
    check_annotations,
    opened_for_reading,
)
from searchkit.catalog.store import Catalog
from searchkit.disk import sync_file, sync_folder
from searchkit.errors import IndexAccessError, IndexDamagedError, IndexVersionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

#: Commits that are left out before the one of the salvage.  Those that nothing is known
#: of, since their rows or the end of the log are lost, are among them: an engine that
#: holds one of them is never taken for up to date.
_COMMITS_LEFT_OUT = 1_000_000

_WORK = ".salvaged"
_PAGES = ".salvaged-pages"
_FILLED = ".salvaged-filled"

#: In the place of the fingerprint of an origin that cannot be read: that of no article.
_UNKNOWN = b""

_HEADER = 100
#: Largest file that is filled up; a damaged header can say anything.
_MOST_BYTES = 2**40


@dataclass(frozen=True, slots=True)
class Salvage:
    """
    What a salvage came to.

    Attributes:
        kept: How many articles are in the new catalog.
        lost: Ids of articles that are not, as far as they are known; in order.
        read_again: Locations of the sources that the next indexing reads again, since
            articles of theirs were lost, or what they had is not known; in order.
        old: The old catalog's file under its new name.
    """

    kept: int
    lost: tuple[str, ...]
    read_again: tuple[str, ...]
    old: Path


def salvage_catalog(
    folder: Path, *, progress: Callable[[int, int], None] | None = None
) -> Salvage:
    """
    Replace a damaged catalog by what can still be read of it.

    The caller holds the writer's lock, and fills the engine anew afterwards.  Articles
    with damaged annotations lose these, and are annotated anew by the next indexing.
    An older catalog comes out upgraded.  What was removed is not remembered: the new
    catalog begins with its own commit, and an engine that holds an earlier one is made
    anew.

    Args:
        folder: The index folder.
        progress: Called with each row of an article: how many, and of how many.

    Raises:
        IndexMissingError: There is no catalog.
        IndexDamagedError: Nothing can be read of it; it was left as it is.
        IndexVersionError: A newer release wrote it.
        IndexAccessError: It is out of reach, another process keeps its log in use, or
            there is no space.
    """
    path = Catalog._existing(folder)  # noqa: SLF001 - the same package
    work = path.with_name(path.name + _WORK)
    try:
        work.unlink(missing_ok=True)  # of one that was killed
        try:
            with (
                _of_full_length(path) as readable,
                translated(path),
                opened_for_reading(readable) as old,
            ):
                pages = path.with_name(path.name + _PAGES)
                scan = _scan(path, old)
                orphans = partial(orphan_rows, old, scan.packer, pages)
                rescue = _Rescue(scan, orphans, progress)
                with translated(work), connected(work) as new, closing(new):
                    new.execute("PRAGMA journal_mode = OFF")
                    new.execute("PRAGMA synchronous = OFF")
                    make(new)
                    rescue.write(new)
            if not rescue.kept:
                reason = "no article of it can be read"
                raise IndexDamagedError(str(path), reason, repair="")
            sync_file(work)
            aside = _replace(path, work)
        finally:
            work.unlink(missing_ok=True)
    except OSError as error:
        where = error.filename or path
        raise IndexAccessError(str(where), error.strerror or str(error)) from error
    return Salvage(
        rescue.kept,
        tuple(sorted(rescue.lost)),
        tuple(sorted(rescue.again - {""})),
        aside,
    )


@contextmanager
def _of_full_length(path: Path) -> Iterator[Path]:
    """
    Give a file that SQLite opens: of one that is cut short, a copy filled with zeros.

    Its length stands in its header (SQLite file format, "In-header database size").
    """
    with path.open("rb") as file:
        header = file.read(_HEADER)
    full = 0
    if len(header) == _HEADER and header.startswith(b"SQLite format 3\0"):
        page = int.from_bytes(header[16:18], "big")
        full = int.from_bytes(header[28:32], "big") * (2**16 if page == 1 else page)
    if not path.stat().st_size < full <= _MOST_BYTES:
        yield path
        return
    copy = path.with_name(path.name + _FILLED)
    names = [copy.with_name(copy.name + suffix) for suffix in ("", "-wal", "-shm")]
    try:
        for name in names:
            name.unlink(missing_ok=True)  # of one that was killed
        shutil.copyfile(path, copy)
        os.truncate(copy, full)
        log = path.with_name(f"{path.name}-wal")
        if log.exists():
            shutil.copyfile(log, names[1])
        yield copy
    finally:
        for name in names:
            name.unlink(missing_ok=True)


def _scan(path: Path, connection: sqlite3.Connection) -> Scan:
    """
    Prepare to read a catalog, if anything of it can be read.
    """
    try:
        version = catalog_version(path, connection)
        if version > VERSION:
            raise IndexVersionError(str(path), version, VERSION)
        if version == 0:
            reason = "the catalog is empty, and the articles are gone"
            raise IndexDamagedError(str(path), reason, repair="")
        scan = Scan(connection, version)
        if not scan.has_table("articles"):
            reason = "nothing can be read of it: the table of articles is missing"
            raise IndexDamagedError(str(path), reason, repair="")
        connection.execute("SELECT number FROM articles LIMIT 0")
    except sqlite3.DatabaseError as error:
        reason = f"nothing can be read of it ({error})"
        raise IndexDamagedError(str(path), reason, repair="") from error
    return scan


class _Rescue:
    """
    Carries rows from the old catalog to the new one.

    Args:
        scan: Of the old one.
        orphans: Gives rows by number and id that no walk reaches.
        progress: As for :func:`salvage_catalog`.

    Attributes:
        kept: How many articles were carried over.
        lost: Ids of those that were not.
        again: Locations of sources to read again.
    """

    def __init__(
        self,
        scan: Scan,
        orphans: Callable[[Mapping[int, str]], Iterator[ArticleRow]],
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.kept = 0
        self.lost: set[str] = set()
        self.again: set[str] = set()
        self._scan = scan
        self._orphans = orphans
        self._progress = progress
        self._removed, self._knows_removed = scan.removed()
        self._ids = {
            number: article_id
            for number, article_id in scan.current_ids().items()
            if article_id not in self._removed
        }
        #: Ids of versions that say that they were replaced or deleted, by number.
        self._former: dict[int, str] = {}
        #: Whether a row cannot be read whose id is not known from anywhere else.
        self._is_one_nameless = False
        #: The newest commit that a row speaks of.
        self._last = 0

    def write(self, new: sqlite3.Connection) -> None:
        """
        Fill an empty catalog, in one transaction.
        """
        new.execute("BEGIN")
        for number, content in self._scan.dictionaries()[0].items():
            write_dictionary(new, number, content)
        self._write_articles(new)
        self._write_sources(new)
        self._write_history(new)
        (self.kept,) = new.execute("SELECT COUNT(*) FROM articles").fetchone()
        new.execute("COMMIT")

    # --- articles ---------------------------------------------------------------

    def _write_articles(self, new: sqlite3.Connection) -> None:
        numbers = self._scan.article_numbers()
        for done, number in enumerate(numbers, 1):
            if self._progress:
                self._progress(done, len(numbers))
            self._write_article(new, number)
        missing = {n: i for n, i in self._ids.items() if not _has(new, i)}
        if missing:
            for row in self._orphans(missing):
                self._copy(new, row)
        if self._knows_removed:
            self._write_unreplaced(new)
        self.lost.update(self._ids.values())
        self.lost = {one for one in self.lost if not _has(new, one)}

    def _write_article(self, new: sqlite3.Connection, number: int) -> None:
        try:
            row = self._scan.article_row(number)
        except sqlite3.Error:
            # Its id may be known from an index.
            self._is_one_nameless |= number not in self._ids
            return
        if row is not None and row.superseded is not None:
            self._ids.pop(number, None)
            self._former[number] = row.id or ""
            self._note(row.superseded)
        elif row is not None:
            self._copy(new, row)

    def _write_unreplaced(self, new: sqlite3.Connection) -> None:
        """
        Write versions that say that they were replaced, where nothing has done it.

        A row of which nothing is left may have: then they are lost, for what was
        replaced must not come back.
        """
        known = {*self._ids.values(), *self.lost, *self._removed}
        for number, article_id in self._former.items():
            if article_id in known:
                continue
            if self._is_one_nameless:
                self.lost.add(article_id)
            else:
                row = self._scan.article_row(number)
                assert row is not None  # it was read before
                self._copy(new, row)

    def _copy(self, new: sqlite3.Connection, row: ArticleRow) -> None:
        """
        Write a row and its annotations, if they are what was written.
        """
        try:
            article = row.article()
        except ValueError:
            if row.id:
                self.lost.add(row.id)
            return
        values = list(row.values)
        self._note(values[CHECKED_COLUMNS.index("generation")])
        annotations: list[tuple[Any, Any, Any]] = []
        try:
            annotations = self._scan.annotation_rows(row.number)
            check_annotations(annotations, article, set(row.annotators))
        except (sqlite3.Error, ValueError):
            annotations = []
            values[CHECKED_COLUMNS.index("annotators")] = pack_annotators({})
        generation = CHECKED_COLUMNS.index("generation")
        twin = new.execute(
            f"SELECT number, generation FROM articles WHERE id = ? AND {CURRENT}",
            (article.id,),
        ).fetchone()
        if twin is not None:
            # One of the two was replaced, and lost the mark that says so.
            if twin[1] >= values[generation]:
                return
            new.execute("DELETE FROM articles WHERE number = ?", (twin[0],))
        new.execute(INSERT, (row.number, *kept_values(values), row_checksum(*values)))
        new.executemany(
            "INSERT INTO annotations VALUES (?, ?, ?, ?)",
            [(row.number, *one) for one in annotations],
        )

    def _note(self, generation: Any) -> None:
        if isinstance(generation, int) and self._last < generation < MOST:
            self._last = generation

    # --- sources ----------------------------------------------------------------

    def _write_sources(self, new: sqlite3.Connection) -> None:
        locations = self._scan.source_locations()
        for number in self._scan.source_numbers():
            row = self._scan.source_row(number)
            if row is None and number in locations:
                location = locations[number]
                row = (location, location, -1, 0, 0, "")
                self.again.add(location)
            if row is not None:
                new.execute(
                    "INSERT OR IGNORE INTO sources VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (number, *row),
                )
        keys, is_whole = self._scan.origin_keys()
        again = {
            source for source, article in keys if not self._write(new, source, article)
        }
        if not is_whole:
            again = {number for (number,) in new.execute("SELECT number FROM sources")}
        for number in again:
            found = new.execute(
                "UPDATE sources SET fingerprint = '', size = -1 WHERE number = ?"
                " RETURNING location",
                (number,),
            ).fetchall()
            self.again.update(location for (location,) in found)

    def _write(self, new: sqlite3.Connection, source: int, article: int) -> bool:
        """
        Write an origin, and tell whether it is what was written.
        """
        row = self._scan.origin_row(source, article)
        (fingerprint,) = row or (_UNKNOWN,)
        new.execute(
            "INSERT INTO origins SELECT ?1, number, NULLIF(?3, fingerprint)"
            " FROM articles WHERE number = ?2"
            " AND EXISTS (SELECT 1 FROM sources WHERE number = ?1)",
            (source, article, fingerprint),
        )
        (is_there,) = new.execute(
            "SELECT COUNT(*) FROM articles WHERE number = ?", (article,)
        ).fetchone()
        return bool(is_there) and row is not None

    # --- the rest ---------------------------------------------------------------

    def _write_history(self, new: sqlite3.Connection) -> None:
        commits = self._scan.commits()
        new.executemany(
            "INSERT OR IGNORE INTO commits (generation, committed, added, updated,"
            " deleted) VALUES (?, ?, ?, ?, ?)",
            commits,
        )
        last = max([self._last, *self._removed.values(), *(row[0] for row in commits)])
        generation = last + _COMMITS_LEFT_OUT
        now = datetime.now(UTC).isoformat(timespec="seconds")
        # Which rows a commit has written may not be known any more: the last one
        # answers for all of them.
        new.execute(
            "INSERT INTO commits SELECT ?, ?, 0, 0, ?,"
            " COALESCE(MIN(number), 0), COALESCE(MAX(number), -1), NULL FROM articles",
            (generation, now, len(self.lost)),
        )
        settings = {**self._scan.settings(), OLDEST: json.dumps(generation)}
        for name, value in settings.items():
            with suppress(ValueError, TypeError, RecursionError):
                json.loads(value)
                new.execute("INSERT INTO settings VALUES (?, ?)", (name, value))


def _has(new: sqlite3.Connection, article_id: str) -> bool:
    found = new.execute("SELECT 1 FROM articles WHERE id = ?", (article_id,)).fetchone()
    return found is not None


# --- files --------------------------------------------------------------------------


def _replace(path: Path, work: Path) -> Path:
    """
    Put the new file in the place of the old one.

    Returns:
        Where the old one is now.
    """
    aside, log = _names_aside(path)
    made: list[Path] = []
    try:
        if log is not None:
            made.append(log)
            _copy_file(path.with_name(f"{path.name}-wal"), log)
        # Where it cannot be folded in, the copy of the log stays beside the old file.
        with suppress(IndexDamagedError):
            _fold_log(path)
        made.append(aside)
        try:
            os.link(path, aside)
        except OSError:
            _copy_file(path, aside)  # a file system without links
        sync_folder(path.parent)
    except BaseException:
        for name in made:
            name.unlink(missing_ok=True)
        raise
    # The log is empty: without it the old file is whole, and with it the new one would
    # be taken for another.
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    work.replace(path)
    sync_folder(path.parent)
    return aside


def _names_aside(path: Path) -> tuple[Path, Path | None]:
    """
    Find free names for the old file and, where it has one, for its log.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    count = 1
    while aside.exists() or aside.with_name(f"{aside.name}-wal").exists():
        count += 1
        aside = path.with_name(f"{path.name}.damaged-{stamp}-{count}")
    log = path.with_name(f"{path.name}-wal")
    has_log = log.exists() and log.stat().st_size > 0
    return aside, aside.with_name(f"{aside.name}-wal") if has_log else None


def _fold_log(path: Path) -> None:
    """
    Have SQLite write what its log holds into the file.

    Raises:
        IndexAccessError: Another process reads what is in the log.
    """
    with (
        translated(path),
        connected(path, "?mode=rw") as connection,
        closing(connection),
    ):
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        reason = "another process reads the catalog; it has to end first"
        raise IndexAccessError(str(path), reason)


def _copy_file(source: Path, target: Path) -> None:
    with source.open("rb") as old, target.open("xb") as new:
        shutil.copyfileobj(old, new)
        new.flush()
        os.fsync(new.fileno())
