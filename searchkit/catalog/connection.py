"""
Connections to the catalog's file: how they are opened, and what their errors become.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from searchkit.catalog.migrations import APPLICATION_ID, VERSION
from searchkit.errors import (
    IndexAccessError,
    IndexDamagedError,
    IndexVersionError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUSY_SECONDS = 10.0
"""How long to wait for another process that works on the file, in seconds."""

#: What SQLite says of a file that is no database, or no whole one, or of a disk that
#: does not give it back; all else is in the way of the access, not in the file.
_DAMAGE = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}


@contextmanager
def connected(path: Path, options: str = "") -> Iterator[sqlite3.Connection]:
    """
    Connect to a database; the connection is closed again where the block raises.

    Args:
        path: Its file.
        options: Of SQLite's URI, with the question mark.
    """
    uri = path.absolute().as_uri() + options
    connection = sqlite3.connect(
        uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None
    )
    try:
        # A catalog may come from a stranger: no code of its schema is trusted.
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA foreign_keys = ON")
        yield connection
    except BaseException:
        connection.close()
        raise


def connect_existing(path: Path) -> sqlite3.Connection:
    """
    Connect to a catalog of this version, for writing where the folder lets us.

    Raises:
        sqlite3.Error: It is damaged or out of reach.
        IndexDamagedError: It is a database of another program, empty, or has code.
        IndexVersionError: Another release wrote it.
    """
    if not (os.access(path.parent, os.W_OK) and os.access(path, os.W_OK)):
        return _connect_for_reading(path)
    with connected(path, "?mode=rw") as connection:
        _require_version(path, connection)
        make_durable(connection)
        return connection


def _connect_for_reading(path: Path) -> sqlite3.Connection:
    """
    Connect to a database in a folder that this process cannot write to.

    The write-ahead log needs files beside the database.  Where others have left them,
    or may make them, they are used; else nobody is writing, and SQLite is told so.
    """
    for options in ("?mode=ro", "?mode=ro&immutable=1"):
        try:
            with connected(path, options) as connection:
                _require_version(path, connection)
                return connection
        except sqlite3.OperationalError:
            if "immutable" in options or _has_log(path):
                raise
    raise AssertionError  # the second attempt returns or raises


def _has_log(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _require_version(path: Path, connection: sqlite3.Connection) -> None:
    found = catalog_version(path, connection)
    if found == 0:
        reason = "the catalog is empty, and the articles are gone"
        raise IndexDamagedError(str(path), reason, repair="")
    if found != VERSION:
        raise IndexVersionError(str(path), found, VERSION)
    # SQLite would run what a stranger has put there whenever we write.
    foreign = connection.execute(
        "SELECT name FROM sqlite_master WHERE type NOT IN ('table', 'index')"
    ).fetchone()
    if foreign:
        reason = f"it has a trigger or view that is not ours ({foreign[0]!r})"
        raise IndexDamagedError(str(path), reason, repair="")


def catalog_version(path: Path, connection: sqlite3.Connection) -> int:
    """
    Return the version of a catalog; 0 where it has no tables yet.

    Raises:
        IndexDamagedError: It is a database of another program.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    if owner != APPLICATION_ID and (owner or version or tables):
        reason = "it is a database of another program"
        raise IndexDamagedError(str(path), reason, repair="")
    return int(version)


def make_durable(connection: sqlite3.Connection) -> None:
    """
    Have each commit on disk before it returns, and let readers work beside a writer.
    """
    connection.execute("PRAGMA journal_mode = WAL")
    # The index may only ever be behind the catalog: each commit is on disk at once.
    connection.execute("PRAGMA synchronous = FULL")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """
    Turn SQLite's errors into ours.

    Raises:
        IndexDamagedError: The file is not what SQLite wrote.
        IndexAccessError: It cannot be read or written: rights, space, the disk.
    """
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # such as a use after closing: no fault of the file
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        if any(name.startswith(damage) for damage in _DAMAGE):
            raise IndexDamagedError(str(path), str(error), repair="") from error
        if isinstance(error, sqlite3.OperationalError):
            raise IndexAccessError(str(path), str(error)) from error
        raise IndexDamagedError(str(path), str(error), repair="") from error
