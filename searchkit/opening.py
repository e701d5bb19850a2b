"""
Opening: how an :class:`~searchkit.index.Index` is made and opened.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from searchkit.catalog import CATALOG_NAME, Catalog
from searchkit.engines import local_engine
from searchkit.errors import IndexExistsError
from searchkit.index import Index

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from searchkit.indexing import Progress


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
    from searchkit.catalog import WriterLock  # noqa: PLC0415 - readers do without
    from searchkit.indexing import catch_up  # noqa: PLC0415

    folder = Path(path)
    catalog = Catalog.create(folder)
    try:
        with WriterLock(folder):
            if catalog.generation:
                raise IndexExistsError(str(folder))  # noqa: TRY301 - made just before
            catalog.set_setting("annotate", annotate)
            engine = local_engine(folder)
            catch_up(catalog, engine)
    except BaseException:
        catalog.close()
        raise
    return Index(folder, catalog, engine)


def open_index(
    path: str | os.PathLike[str],
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Index:
    """
    Open an index.

    What a writer that died has left undone is finished first.

    Args:
        path: The index folder.
        progress: Called after each article that is finished so.

    Raises:
        IndexMissingError: There is none.
        IndexDamagedError, IndexVersionError, IndexOutdatedError: It has to be repaired,
            upgraded, or restored from a backup; the hint says which.
        IndexLockedError: It is being made anew at this moment.
    """
    index = open_damaged_index(path)
    try:
        index._recover(progress)  # noqa: SLF001 - this is its other half
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
    return Index(folder, Catalog.open(folder), local_engine(folder))


def index_exists(path: str | os.PathLike[str]) -> bool:
    """
    Tell whether there is an index in a folder, in whatever state.
    """
    return (Path(path) / CATALOG_NAME).exists()
