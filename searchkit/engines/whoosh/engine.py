"""
The Whoosh engine of an index folder.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from searchkit.engines.whoosh.manifest import (
    MANIFEST_NAME,
    Manifest,
    read_manifest,
    whoosh_distribution,
)
from searchkit.engines.whoosh.schema import FINGERPRINT, whoosh_schema
from searchkit.engines.whoosh.storage import (
    INDEX_NAME,
    DurableStorage,
    check_table_of_contents,
    latest_toc,
    remove_index_files,
    remove_leftovers,
    toc_path,
)
from searchkit.errors import (
    IndexDamagedError,
    IndexLockedError,
    IndexOutdatedError,
    IndexStoreError,
)
from searchkit.settings import OPEN_ATTEMPTS, OPEN_DELAY, WRITER_MEMORY_MB

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from whoosh.index import FileIndex
    from whoosh.reading import IndexReader

    from searchkit.engines.whoosh.searcher import WhooshSearcher
    from searchkit.engines.whoosh.writer import WhooshWriter


class WhooshEngine:
    """
    An :class:`~searchkit.engines.base.Engine` on a Whoosh index.

    Args:
        folder: The index folder; it exists.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._storage = DurableStorage(str(folder))

    @property
    def generation(self) -> int:
        """
        The commit of the catalog that is on disk now; 0 where nothing was committed.
        """
        manifest = self._manifest()
        return manifest.generation if manifest else 0

    def writer(self) -> WhooshWriter:
        """
        Open the transaction; see :class:`~searchkit.engines.base.Engine`.
        """
        from whoosh.index import LockError  # noqa: PLC0415
        from whoosh.writing import SegmentWriter  # noqa: PLC0415

        from searchkit.engines.whoosh.writer import (  # noqa: PLC0415
            PlainCodec,
            WhooshWriter,
        )

        remove_leftovers(self.folder)
        index, _ = self._open_index()
        try:
            writer = SegmentWriter(
                index, timeout=2.0, limitmb=WRITER_MEMORY_MB, codec=PlainCodec()
            )
        except LockError as error:
            holder = "a program that uses Whoosh's own API"
            raise IndexLockedError(str(self.folder), holder) from error
        return WhooshWriter(self, index, writer)

    def searcher(self) -> WhooshSearcher:
        """
        Open a snapshot; see :class:`~searchkit.engines.base.Engine`.
        """
        from searchkit.engines.whoosh.searcher import WhooshSearcher  # noqa: PLC0415

        reader, generation = self._retrying(self._open_reader)
        return WhooshSearcher(reader, generation, self.folder)

    def reset(self) -> None:
        """
        Make the Whoosh index anew and empty, whatever state it is in.
        """
        from whoosh.index import FileIndex  # noqa: PLC0415

        # Without a manifest the index counts as holding nothing, so that after a crash
        # anywhere below the catalog is written into it again.
        (self.folder / MANIFEST_NAME).unlink(missing_ok=True)
        remove_index_files(self.folder)
        FileIndex.create(self._storage, whoosh_schema(), INDEX_NAME)

    def record_commit(self, generation: int) -> None:
        """
        Write the manifest for the newest table of contents; the writer calls it.
        """
        Manifest(
            generation=generation,
            toc=latest_toc(self.folder),
            schema=FINGERPRINT,
            whoosh=whoosh_distribution(),
        ).write(self.folder)

    def _manifest(self) -> Manifest | None:
        manifest = read_manifest(self.folder)
        if manifest is not None and manifest.schema != FINGERPRINT:
            raise IndexOutdatedError(str(self.folder))
        return manifest

    def _open_index(self) -> tuple[FileIndex, int]:
        """
        Open the newest table of contents, checked.

        Returns:
            The index, and the commit of the catalog that it holds.

        Raises:
            OSError: A file vanished under the reader; worth another try.
        """
        from whoosh.index import FileIndex  # noqa: PLC0415

        # In this order: a table of contents is never older than the manifest read
        # before it, whatever a writer does between the two.
        manifest = self._manifest()
        number = latest_toc(self.folder)
        if number < 0 or (manifest is not None and number < manifest.toc):
            path = toc_path(self.folder, manifest.toc if manifest else 0)
            raise IndexDamagedError(str(path), "the table of contents is missing")
        check_table_of_contents(self.folder, number)
        index = FileIndex(self._storage, indexname=INDEX_NAME)
        return index, manifest.generation if manifest else 0

    def _open_reader(self) -> tuple[IndexReader, int]:
        index, generation = self._open_index()
        # Past the checks above, what fails to open is a damaged segment.
        info = index._read_toc()  # noqa: SLF001 - the table without its ten retries
        reader = index._reader(  # noqa: SLF001
            index.storage, info.schema, info.segments, info.generation
        )
        return reader, generation

    def _retrying(
        self, attempt: Callable[[], tuple[IndexReader, int]]
    ) -> tuple[IndexReader, int]:
        """
        Try again while a writer's commit changes files under a reader.
        """
        for remaining in range(OPEN_ATTEMPTS - 1, -1, -1):
            try:
                return attempt()
            except IndexStoreError:
                raise
            except FileNotFoundError as error:
                if remaining == 0:
                    missing = str(error.filename)
                    reason = "the file is missing"
                    raise IndexDamagedError(missing, reason) from error
            except Exception as error:
                raise IndexDamagedError(
                    str(self.folder), f"a segment cannot be opened ({error})"
                ) from error
            time.sleep(OPEN_DELAY)
        raise AssertionError  # the loop returns or raises
