"""
The Whoosh engine of an index folder.
"""

from __future__ import annotations

import errno
import os
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
    IndexAccessError,
    IndexDamagedError,
    IndexLockedError,
    IndexOutdatedError,
)
from searchkit.settings import OPEN_ATTEMPTS, OPEN_DELAY, WRITER_MEMORY_MB

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from whoosh.reading import IndexReader

    from searchkit.engines.whoosh.searcher import WhooshSearcher
    from searchkit.engines.whoosh.writer import WhooshWriter

LOCK_PATIENCE = 2.0
"""How long to wait for a program that writes through Whoosh's own API, in seconds."""


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
        from whoosh.index import FileIndex  # noqa: PLC0415
        from whoosh.util.filelock import try_for  # noqa: PLC0415
        from whoosh.writing import SegmentWriter  # noqa: PLC0415

        from searchkit.engines.whoosh.writer import (  # noqa: PLC0415
            PlainCodec,
            WhooshWriter,
        )

        # Whoosh's own lock, taken here: its writer takes it before things that fail.
        lock = self._storage.lock(f"{INDEX_NAME}_WRITELOCK")
        try:
            acquired = try_for(lock.acquire, timeout=LOCK_PATIENCE)
        except OSError as error:
            raise _access_error(self.folder, error) from error
        if not acquired:
            holder = "a program that uses Whoosh's own API"
            raise IndexLockedError(str(self.folder), holder)
        try:
            remove_leftovers(self.folder)
            reader, _ = self._retrying(self._open_reader)
            try:
                index = FileIndex(self._storage, indexname=INDEX_NAME)
                writer = SegmentWriter(
                    index, _lk=False, limitmb=WRITER_MEMORY_MB, codec=PlainCodec()
                )
            except BaseException:
                reader.close()
                raise
        except OSError as error:
            lock.release()
            raise _access_error(self.folder, error) from error
        except BaseException:
            lock.release()
            raise
        return WhooshWriter(self, writer, reader, lock)

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
        try:
            (self.folder / MANIFEST_NAME).unlink(missing_ok=True)
            remove_index_files(self.folder)
            FileIndex.create(self._storage, whoosh_schema(), INDEX_NAME)
        except OSError as error:
            raise _access_error(self.folder, error) from error

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

    def _open_reader(self) -> tuple[IndexReader, int]:
        """
        Open the newest table of contents, checked, and its segments.

        Returns:
            The reader, and the commit of the catalog that it holds.

        Raises:
            FileNotFoundError: A file vanished under the reader; worth another try.
        """
        from whoosh.index import TOC, FileIndex  # noqa: PLC0415

        # In this order: a table of contents is never older than the manifest read
        # before it, whatever a writer does between the two.
        manifest = self._manifest()
        number = latest_toc(self.folder)
        if number < 0 or (manifest is not None and number < manifest.toc):
            # A listing made while a commit changes names can miss the old and the new.
            path = toc_path(self.folder, manifest.toc if manifest else 0)
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        check_table_of_contents(self.folder, number)
        storage = DurableStorage(str(self.folder))
        try:
            info = TOC.read(storage, INDEX_NAME, gen=number)
            reader = FileIndex._reader(  # noqa: SLF001 - the table just checked, no other
                storage, info.schema, info.segments, number
            )
        except Exception as error:
            storage.close_files()
            # An altered offset is an invalid argument; the file is not to blame for
            # anything else that the system refuses.
            if isinstance(error, OSError) and error.errno != errno.EINVAL:
                raise
            reason = f"the file cannot be opened ({type(error).__name__}: {error})"
            raise IndexDamagedError(str(storage.opened), reason) from error
        return reader, manifest.generation if manifest else 0

    def _retrying(
        self, attempt: Callable[[], tuple[IndexReader, int]]
    ) -> tuple[IndexReader, int]:
        """
        Try again while a writer's commit changes files under a reader.
        """
        for remaining in range(OPEN_ATTEMPTS - 1, -1, -1):
            try:
                return attempt()
            except FileNotFoundError as error:
                if remaining == 0:
                    missing = str(error.filename)
                    reason = "the file is missing"
                    raise IndexDamagedError(missing, reason) from error
            except OSError as error:
                raise _access_error(self.folder, error) from error
            time.sleep(OPEN_DELAY)
        raise AssertionError  # the loop returns or raises


def _access_error(folder: Path, error: OSError) -> IndexAccessError:
    path = error.filename or folder
    return IndexAccessError(str(path), error.strerror or str(error))
