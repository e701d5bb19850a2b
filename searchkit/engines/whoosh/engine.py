"""
The Whoosh engine of an index folder.
"""

from __future__ import annotations

import errno
import os
import time
from typing import TYPE_CHECKING

from searchkit.disk import remove_whatever
from searchkit.engines.whoosh.files import FileRecord
from searchkit.engines.whoosh.manifest import (
    MANIFEST_NAME,
    NOTHING,
    Manifest,
    read_manifest,
    whoosh_distributions,
)
from searchkit.engines.whoosh.schema import FINGERPRINT, whoosh_schema
from searchkit.engines.whoosh.storage import (
    INDEX_NAME,
    DurableStorage,
    check_table_of_contents,
    remove_index_files,
    remove_leftovers,
    toc_numbers,
    toc_path,
)
from searchkit.errors import (
    IndexAccessError,
    IndexDamagedError,
    IndexLockedError,
    IndexOutdatedError,
    IndexVersionError,
)
from searchkit.settings import OPEN_ATTEMPTS, OPEN_DELAY, WRITER_MEMORY_MB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from whoosh.reading import IndexReader
    from whoosh.util.filelock import LockBase

    from searchkit.articles.model import Article
    from searchkit.engines.whoosh.searcher import WhooshSearcher
    from searchkit.engines.whoosh.writer import WhooshWriter
    from searchkit.findings import Finding

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
    def generation(self) -> int | None:
        """
        The commit of the catalog that is on disk now; ``None`` where nothing is.
        """
        manifest = self._manifest()
        return manifest.generation if manifest else None

    def writer(self) -> WhooshWriter:
        """
        Open the transaction; see :class:`~searchkit.engines.base.Engine`.
        """
        from whoosh.index import FileIndex  # noqa: PLC0415
        from whoosh.writing import SegmentWriter  # noqa: PLC0415

        from searchkit.engines.whoosh.writer import (  # noqa: PLC0415
            PlainCodec,
            WhooshWriter,
        )

        lock = self._lock()
        try:
            self._remove_unfinished()
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

        if self._manifest() is None:
            raise self._unfinished()
        reader, generation = self._retrying(self._open_reader)
        if generation is None:
            reader.close()
            raise self._unfinished()
        return WhooshSearcher(reader, generation, self.folder)

    def reset(self) -> None:
        """
        Make the Whoosh index anew and empty, whatever state it is in.
        """
        from whoosh.index import FileIndex  # noqa: PLC0415

        lock = self._lock()
        # Until the first commit the manifest says that there is nothing, so that after
        # a crash anywhere below the catalog is written into it again.
        try:
            Manifest(0, NOTHING, FINGERPRINT).write(self.folder)
            remove_index_files(self.folder)
            FileIndex.create(self._storage, whoosh_schema(), INDEX_NAME)
        except OSError as error:
            raise _access_error(self.folder, error) from error
        finally:
            lock.release()

    def check(self) -> Iterator[Finding]:
        """
        Look at every file of the index.
        """
        from searchkit.engines.whoosh.checks import check_files  # noqa: PLC0415

        return check_files(self)

    def foreign_documents(self) -> Iterator[Article]:
        """
        Walk over documents that Whoosh's own API has added, as articles.
        """
        from searchkit.engines.whoosh.foreign import (  # noqa: PLC0415
            foreign_documents,
            readable_foreign_documents,
        )

        # They are not ours to lose: they are looked for whatever the manifest says, and
        # can be read whatever the analyzer was.
        try:
            reader, _ = self._retrying(lambda: self._open_reader(outdated=True))
        except (IndexDamagedError, IndexVersionError):
            try:
                if numbers := toc_numbers(self.folder):
                    yield from readable_foreign_documents(self.folder, numbers[-1])
            except OSError as error:
                raise _access_error(self.folder, error) from error
            return
        try:
            yield from foreign_documents(reader, self.folder)
        finally:
            reader.close()

    def record_commit(self, generation: int, number: int) -> None:
        """
        Make a table of contents the one that counts; the writer calls it.

        Args:
            generation: The commit of the catalog that it holds.
            number: Which table.
        """
        from whoosh.index import TOC  # noqa: PLC0415

        before = read_manifest(self.folder)
        known = before.files if before else {}
        names = [toc_path(self.folder, number).name]
        for segment in TOC.read(self._storage, INDEX_NAME, gen=number).segments:
            names += segment.list_files(self._storage)
        # A segment never changes once it is there.
        files = {
            name: known[name]
            if name in known and name.endswith(".seg")
            else FileRecord.of(self.folder / name)
            for name in names
        }
        Manifest(
            generation=generation,
            toc=number,
            schema=FINGERPRINT,
            files=files,
            whoosh=", ".join(whoosh_distributions()),
        ).write(self.folder)

    def _lock(self) -> LockBase:
        """
        Take Whoosh's own lock: its writer would take it before things that fail.
        """
        from whoosh.util.filelock import try_for  # noqa: PLC0415

        path = self.folder / f"{INDEX_NAME}_WRITELOCK"
        try:
            if path.is_symlink() or (path.exists() and not path.is_file()):
                remove_whatever(path)  # a pipe would have us wait without an end
            lock = self._storage.lock(path.name)
            acquired = try_for(lock.acquire, timeout=LOCK_PATIENCE)
        except OSError as error:
            raise _access_error(self.folder, error) from error
        if not acquired:
            holder = "a program that uses Whoosh's own API"
            raise IndexLockedError(str(self.folder), holder)
        return lock

    def _manifest(self, *, outdated: bool = False) -> Manifest | None:
        """
        Read the manifest; ``None`` where nothing was committed.

        Args:
            outdated: Let one with other fields or analysis pass.
        """
        manifest = read_manifest(self.folder)
        if manifest is None:
            try:
                numbers = toc_numbers(self.folder)
            except OSError as error:
                raise _access_error(self.folder, error) from error
            if numbers:
                path = self.folder / MANIFEST_NAME
                raise IndexDamagedError(str(path), "the manifest is missing")
            return None
        if manifest.toc == NOTHING:
            return None
        if manifest.schema != FINGERPRINT and not outdated:
            raise IndexOutdatedError(str(self.folder))
        return manifest

    def _remove_unfinished(self) -> None:
        """
        Delete what a writer that died has left: its commit never was one.
        """
        remove_leftovers(self.folder)
        manifest = self._manifest()
        if manifest and toc_path(self.folder, manifest.toc).exists():
            for number in toc_numbers(self.folder):
                if number > manifest.toc:
                    toc_path(self.folder, number).unlink()

    def _table_that_counts(self, manifest: Manifest) -> int:
        """
        Return the number of the table of contents to open.

        It is the manifest's, unless Whoosh's own API has written a later one: that
        deletes the one before.

        Raises:
            FileNotFoundError: It is not there, or a commit has just replaced it.
        """
        if toc_path(self.folder, manifest.toc).exists():
            return manifest.toc
        later = [n for n in toc_numbers(self.folder) if n > manifest.toc]
        if not later or read_manifest(self.folder) != manifest:
            path = str(toc_path(self.folder, manifest.toc))
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return later[-1]

    def _unfinished(self) -> IndexDamagedError:
        reason = "the index is being made anew, or was when the writer ended"
        path = str(self.folder / MANIFEST_NAME)
        return IndexDamagedError(path, reason, is_unfinished=True)

    def _open_reader(self, *, outdated: bool = False) -> tuple[IndexReader, int | None]:
        """
        Open the table of contents that counts, checked, and its segments.

        Args:
            outdated: Also where it was made with other fields or analysis.

        Returns:
            The reader, and the commit of the catalog that it holds, if it is one.

        Raises:
            FileNotFoundError: A file vanished under the reader; worth another try.
        """
        manifest = self._manifest(outdated=outdated)
        if manifest is None:
            # A writer is filling it: there is an empty table, of which nothing is known
            # but that it is not the whole.
            numbers = toc_numbers(self.folder)
            if not numbers:
                path = str(toc_path(self.folder, 0))
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
            return self._open_table(numbers[-1], None), None
        number = self._table_that_counts(manifest)
        if number == manifest.toc:
            for name, written in manifest.files.items():
                if not name.endswith(".seg"):
                    continue  # read whole, and compared, below
                size = (self.folder / name).stat().st_size
                if size != written.size:
                    reason = f"the file has {size} of {written.size} bytes"
                    raise IndexDamagedError(str(self.folder / name), reason)
        record = manifest.files.get(toc_path(self.folder, number).name)
        return self._open_table(number, record), manifest.generation

    def _open_table(self, number: int, record: FileRecord | None) -> IndexReader:
        from whoosh.index import TOC, FileIndex  # noqa: PLC0415

        check_table_of_contents(self.folder, number, record)
        storage = DurableStorage(str(self.folder))
        try:
            info = TOC.read(storage, INDEX_NAME, gen=number)
            return FileIndex._reader(  # noqa: SLF001 - the table just checked, no other
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

    def _retrying(
        self, attempt: Callable[[], tuple[IndexReader, int | None]]
    ) -> tuple[IndexReader, int | None]:
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
