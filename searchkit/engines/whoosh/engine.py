"""
The Whoosh engine of an index folder.

Whoosh's table of contents and the manifest say what there is; the segments are native
where the extension is there, and Whoosh's own where it is not.  The answers are the
same.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from searchkit import native
from searchkit.disk import remove_whatever
from searchkit.engines.whoosh.contents import (
    INDEX_NAME,
    index_files,
    remove_index_files,
    remove_leftovers,
    toc_numbers,
    toc_path,
)
from searchkit.engines.whoosh.files import FileRecord
from searchkit.engines.whoosh.manifest import (
    FINGERPRINT,
    MANIFEST_NAME,
    NOTHING,
    Manifest,
    SegmentRecord,
    read_manifest,
    whoosh_distributions,
)
from searchkit.engines.whoosh.opening import (
    SEGMENT_SUFFIXES,
    access_error,
    check_committed,
    current_manifest,
    open_native,
    open_reader,
    retrying,
)
from searchkit.errors import IndexDamagedError, IndexLockedError, IndexVersionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from whoosh.codec.base import Segment as WhooshSegment
    from whoosh.util.filelock import LockBase

    from searchkit.articles.model import Article
    from searchkit.engines.base import Searcher, Writer
    from searchkit.engines.whoosh.storage import DurableStorage
    from searchkit.findings import Finding

LOCK_PATIENCE = 2.0
"""How long to wait for a program that writes through Whoosh's own API, in seconds."""


class WhooshEngine:
    """
    An :class:`~searchkit.engines.base.Engine` on a Whoosh index.

    Args:
        folder: The index folder; it exists.
        is_native: Write native segments, and search without Whoosh where all are;
            left out, where the extension is there.
    """

    def __init__(self, folder: Path, *, is_native: bool | None = None) -> None:
        self.folder = folder
        self._extension = native.load() if is_native in (None, True) else None

    @property
    def generation(self) -> int | None:
        """
        The commit of the catalog that is on disk now; ``None`` where nothing is.
        """
        manifest = current_manifest(self.folder)
        return manifest.generation if manifest else None

    def writer(self) -> Writer:
        """
        Open the transaction; see :class:`~searchkit.engines.base.Engine`.
        """
        lock = self._lock()
        try:
            self._remove_unfinished()
            if self._extension is None:
                return self._whoosh_writer(lock)
            retrying(self.folder, lambda: check_committed(self.folder))
            return self._native_writer(lock)
        except OSError as error:
            lock.release()
            raise access_error(self.folder, error) from error
        except BaseException:
            lock.release()
            raise

    def searcher(self) -> Searcher:
        """
        Open a snapshot; see :class:`~searchkit.engines.base.Engine`.
        """
        if current_manifest(self.folder) is None:
            raise self._unfinished()
        if self._extension is not None:
            found = retrying(self.folder, lambda: open_native(self.folder))
            if found is not None:
                return found
        from searchkit.engines.whoosh.searcher import WhooshSearcher  # noqa: PLC0415

        reader, generation = retrying(self.folder, lambda: open_reader(self.folder))
        if generation is None:
            reader.close()
            raise self._unfinished()
        return WhooshSearcher(reader, generation, self.folder)

    def reset(self) -> None:
        """
        Make the Whoosh index anew and empty, whatever state it is in.
        """
        from whoosh.index import FileIndex  # noqa: PLC0415

        from searchkit.engines.whoosh.schema import whoosh_schema  # noqa: PLC0415

        lock = self._lock()
        # Until the first commit the manifest says that there is nothing, so that after
        # a crash anywhere below the catalog is written into it again.
        try:
            Manifest(0, NOTHING, FINGERPRINT, {}).write(self.folder)
            remove_index_files(self.folder)
            FileIndex.create(self._storage(), whoosh_schema(), INDEX_NAME)
        except OSError as error:
            raise access_error(self.folder, error) from error
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
            reader, _ = retrying(
                self.folder, lambda: open_reader(self.folder, outdated=True)
            )
        except (IndexDamagedError, IndexVersionError):
            try:
                if numbers := toc_numbers(self.folder):
                    yield from readable_foreign_documents(self.folder, numbers[-1])
            except OSError as error:
                raise access_error(self.folder, error) from error
            return
        try:
            yield from foreign_documents(reader, self.folder)
        finally:
            reader.close()

    # --- writing ----------------------------------------------------------------

    def replace_segments(
        self, segments: Sequence[WhooshSegment], generation: int
    ) -> None:
        """
        Commit: write a table of contents of these segments, and make it the one.

        The native writer calls it, with all files of the segments on disk.

        Args:
            segments: All that there are from now on.
            generation: The commit of the catalog that they hold.

        Raises:
            OSError: The disk refuses; what was committed before still counts.
        """
        from whoosh.index import TOC  # noqa: PLC0415

        storage = self._storage()
        last = toc_numbers(self.folder)[-1]
        schema = TOC.read(storage, INDEX_NAME, gen=last).schema
        TOC(schema, list(segments), last + 1).write(storage, INDEX_NAME)
        named = self.record_commit(generation, last + 1)
        # The commit is made.  What cannot be deleted now, the next one tries again.
        with suppress(OSError):
            for name in index_files(self.folder):
                if name not in named:
                    with suppress(OSError):
                        (self.folder / name).unlink()

    def record_commit(self, generation: int, number: int) -> set[str]:
        """
        Make a table of contents the one that counts.

        Args:
            generation: The commit of the catalog that it holds.
            number: Which table.

        Returns:
            The names of all files that it consists of.
        """
        from whoosh.index import TOC  # noqa: PLC0415

        before = read_manifest(self.folder)
        known = before.files if before else {}
        storage = self._storage()
        names = [toc_path(self.folder, number).name]
        segments = TOC.read(storage, INDEX_NAME, gen=number).segments
        for segment in segments:
            names += segment.list_files(storage)
        files = {
            name: known[name]
            if name in known and name.endswith(SEGMENT_SUFFIXES)
            else FileRecord.of(self.folder / name)
            for name in names
        }
        Manifest(
            generation=generation,
            toc=number,
            schema=FINGERPRINT,
            files=files,
            whoosh=", ".join(whoosh_distributions()),
            segments=_records(segments),
        ).write(self.folder)
        return set(names)

    def _whoosh_writer(self, lock: LockBase) -> Writer:
        """
        Open a transaction on Whoosh's own writer, which takes the lock over.
        """
        from whoosh.index import FileIndex  # noqa: PLC0415
        from whoosh.writing import SegmentWriter  # noqa: PLC0415

        from searchkit.engines.whoosh.writer import (  # noqa: PLC0415
            WHOOSH_MEMORY_MB,
            PlainCodec,
            WhooshWriter,
        )

        reader, _ = retrying(self.folder, lambda: open_reader(self.folder))
        try:
            index = FileIndex(self._storage(), indexname=INDEX_NAME)
            writer = SegmentWriter(
                index, _lk=False, limitmb=WHOOSH_MEMORY_MB, codec=PlainCodec()
            )
        except BaseException:
            reader.close()
            raise
        return WhooshWriter(self, writer, reader, lock)

    def _native_writer(self, lock: LockBase) -> Writer:
        """
        Open a transaction in bulk, which takes the lock over.
        """
        from whoosh.index import TOC  # noqa: PLC0415

        from searchkit.engines.whoosh.converting import convert  # noqa: PLC0415
        from searchkit.engines.whoosh.native_writer import NativeWriter  # noqa: PLC0415

        assert self._extension is not None  # the caller has looked
        storage = self._storage()
        convert(self, storage)
        last = toc_numbers(self.folder)[-1]
        segments = TOC.read(storage, INDEX_NAME, gen=last).segments
        return NativeWriter(self, self._extension, segments, lock)

    def _storage(self) -> DurableStorage:
        from searchkit.engines.whoosh.storage import DurableStorage  # noqa: PLC0415

        return DurableStorage(str(self.folder))

    def _lock(self) -> LockBase:
        """
        Take Whoosh's own lock: its writer would take it before things that fail.
        """
        from whoosh.util.filelock import try_for  # noqa: PLC0415

        path = self.folder / f"{INDEX_NAME}_WRITELOCK"
        try:
            if path.is_symlink() or (path.exists() and not path.is_file()):
                remove_whatever(path)  # a pipe would have us wait without an end
            lock = self._storage().lock(path.name)
            acquired = try_for(lock.acquire, timeout=LOCK_PATIENCE)
        except OSError as error:
            raise access_error(self.folder, error) from error
        if not acquired:
            holder = "a program that uses Whoosh's own API"
            raise IndexLockedError(str(self.folder), holder)
        return lock

    def _remove_unfinished(self) -> None:
        """
        Delete what a writer that died has left: its commit never was one.
        """
        remove_leftovers(self.folder)
        manifest = current_manifest(self.folder)
        if manifest and toc_path(self.folder, manifest.toc).exists():
            for number in toc_numbers(self.folder):
                if number > manifest.toc:
                    toc_path(self.folder, number).unlink()

    def _unfinished(self) -> IndexDamagedError:
        reason = "the index is being made anew, or was when the writer ended"
        path = str(self.folder / MANIFEST_NAME)
        return IndexDamagedError(path, reason, is_unfinished=True)


def _records(segments: Sequence[WhooshSegment]) -> tuple[SegmentRecord, ...] | None:
    """
    Return what the manifest says of segments; ``None`` where some are not native.
    """
    from searchkit.engines.whoosh.codec import NativeSegment  # noqa: PLC0415

    if not all(isinstance(segment, NativeSegment) for segment in segments):
        return None
    from searchkit.engines.whoosh.native_writer import bitmap_of  # noqa: PLC0415

    return tuple(
        SegmentRecord(segment.segment_id(), segment.doc_count_all(), bitmap_of(segment))
        for segment in segments
    )
