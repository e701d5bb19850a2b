"""
Upgrading: an index that an older release wrote becomes one of this release.

The catalog is migrated in one transaction; where fields or analysis are
others now, the engine's index is made anew from it.  No file of articles is read.  It
is never done on the way: older releases could not open the index any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from searchkit.catalog import Catalog, WriterLock
from searchkit.catalog.checks import check_catalog
from searchkit.catalog.migrations import VERSION
from searchkit.engines import local_engine
from searchkit.errors import (
    IndexDamagedError,
    IndexForeignError,
    IndexMissingError,
    IndexOutdatedError,
    IndexVersionError,
)
from searchkit.indexing import catch_up
from searchkit.settings import WRITER_PATIENCE

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from searchkit.indexing import Progress


@dataclass(frozen=True, slots=True)
class Upgrade:
    """
    What an upgrade did.

    Attributes:
        before: Format of the catalog before.
        after: Its format now.
        indexed: Articles that were indexed anew; ``None`` where the index was left as
            it is.
    """

    before: int
    after: int
    indexed: int | None

    @property
    def is_needed(self) -> bool:
        """
        Whether there was anything to do.
        """
        return self.before != self.after or self.indexed is not None


def upgrade_index(
    path: str | os.PathLike[str],
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Upgrade:
    """
    Bring an index to the format of this release.

    Args:
        path: The index folder.
        progress: Called after each article that is indexed anew.

    Raises:
        IndexMissingError: There is none.
        IndexVersionError: A newer release wrote it.
        IndexForeignError: The old index has documents that are nowhere else.
        IndexLockedError: Another process is writing.
        IndexDamagedError: A file is damaged; nothing was changed.
        IndexCodecError: The old index was written by the native extension, which is
            not there; its catalog is upgraded, and the index can be made anew from it.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise IndexMissingError(str(folder))
    with WriterLock(folder, patience=WRITER_PATIENCE):
        _require_soundness(folder)
        before = Catalog.upgrade(folder)
        engine, indexed = local_engine(folder), None
        with Catalog.open(folder) as catalog:
            try:
                held = engine.generation
            except (IndexOutdatedError, IndexVersionError) as error:
                if isinstance(error, IndexVersionError) and error.is_newer:
                    raise
                if isinstance(error, IndexOutdatedError) and (
                    foreign := sum(1 for _ in engine.foreign_documents())
                ):
                    raise IndexForeignError(str(folder), foreign) from None
                engine.reset()
                held = None
            written = catch_up(catalog, engine, progress=progress)
            if held is None:
                indexed = written
    return Upgrade(before, VERSION, indexed)


def _require_soundness(folder: Path) -> None:
    """
    Make sure that nothing damaged is taken over as if it were sound.
    """
    for finding in check_catalog(folder):
        if finding.remedy == "salvage":
            raise IndexDamagedError(finding.path, finding.message)
