"""
Copying a catalog while others write to it: one commit, in one file.
"""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from searchkit.catalog.connection import catalog_version, connected, translated
from searchkit.catalog.migrations import VERSION
from searchkit.catalog.rows import CURRENT
from searchkit.catalog.scanning import opened_for_reading
from searchkit.catalog.store import Catalog
from searchkit.errors import IndexAccessError, IndexDamagedError, IndexVersionError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

#: Pages that are copied at once: 8 MB, a few milliseconds.
_PAGES_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class CopiedCatalog:
    """
    What a copy of a catalog holds.

    Attributes:
        generation: The number of its newest commit; 0 for none.
        articles: How many there are.
        version: Of its schema.
    """

    generation: int
    articles: int
    version: int


def copy_catalog(
    folder: Path,
    target: Path,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> CopiedCatalog:
    """
    Copy the catalog of an index folder as it is at one commit.

    Others may write meanwhile; the folder may be one that cannot be written to, and the
    catalog an older one.  Pages are copied as they are, damaged ones too.

    Args:
        folder: The index folder.
        target: The file to make; it is not there.  It needs no other file beside it,
            and is on disk when the call returns; its name in the folder need not be.
            Nothing is left of it when the call fails.
        progress: Called after each step: how many pages are copied, and of how many.

    Raises:
        IndexMissingError: There is no catalog.
        IndexDamagedError: The catalog cannot be read at all, or is empty.
        IndexVersionError: A newer release wrote it.
        IndexAccessError: It is out of reach, or the copy cannot be written.
    """
    path = Catalog._existing(folder)  # noqa: SLF001 - the same package
    try:
        with target.open("xb"):
            pass
    except OSError as error:
        raise IndexAccessError(str(target), error.strerror or str(error)) from error
    try:
        with translated(path), opened_for_reading(path) as source:
            source.execute("BEGIN")
            copied = _describe(path, source)
            copy_pages(source, target, progress)
        with target.open("rb+") as file:
            os.fsync(file.fileno())
    except BaseException as error:
        for name in (target.name, f"{target.name}-wal", f"{target.name}-shm"):
            target.with_name(name).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise IndexAccessError(str(target), error.strerror or str(error)) from error
        raise
    return copied


def _describe(path: Path, source: sqlite3.Connection) -> CopiedCatalog:
    version = catalog_version(path, source)
    if version == 0:
        reason = "the catalog is empty, and the articles are gone"
        raise IndexDamagedError(str(path), reason, repair="")
    if version > VERSION:
        raise IndexVersionError(str(path), version, VERSION)
    (generation,) = source.execute(
        "SELECT COALESCE(MAX(generation), 0) FROM commits"
    ).fetchone()
    where = f" WHERE {CURRENT}" if version >= 2 else ""
    (articles,) = source.execute(f"SELECT COUNT(*) FROM articles{where}").fetchone()
    return CopiedCatalog(generation, articles, version)


def copy_pages(
    source: sqlite3.Connection,
    target: Path,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """
    Copy the pages that a transaction sees, into a file that is there and empty.
    """

    def report(_: int, remaining: int, total: int) -> None:
        # Also where the interrupt key is noticed.
        if progress:
            progress(total - remaining, total)

    with translated(target), connected(target, "?mode=rw") as copy, closing(copy):
        # The whole file is synced in the end, and deleted if it does not come to it.
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        source.backup(copy, pages=_PAGES_AT_ONCE, progress=report)
        # The mark of a write-ahead log was copied as well.
        copy.execute("PRAGMA journal_mode = DELETE")
