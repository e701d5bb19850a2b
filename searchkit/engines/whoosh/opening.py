"""
Opening what is committed: the manifest, and the segments that it speaks of.

Readers take no lock.  A commit may therefore change files under one that is opening:
what has just vanished is looked for again, a few times, from the manifest on.
"""

from __future__ import annotations

import errno
import os
import time
from typing import TYPE_CHECKING, TypeVar

from searchkit import native
from searchkit.engines.whoosh.contents import INDEX_NAME, toc_numbers, toc_path
from searchkit.engines.whoosh.files import FileRecord
from searchkit.engines.whoosh.manifest import (
    FINGERPRINT,
    MANIFEST_NAME,
    NOTHING,
    Manifest,
    read_manifest,
)
from searchkit.errors import (
    IndexAccessError,
    IndexCodecError,
    IndexDamagedError,
    IndexOutdatedError,
)
from searchkit.settings import OPEN_ATTEMPTS, OPEN_DELAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from whoosh.reading import IndexReader

    from searchkit.engines.whoosh.native_searcher import NativeSearcher

_Opened = TypeVar("_Opened")

NATIVE_SUFFIX = ".sks"
"""Ending of the names of native segment files."""

SEGMENT_SUFFIXES = (NATIVE_SUFFIX, ".seg")
"""Endings of the names of segment files, which never change once they are there."""


def current_manifest(folder: Path, *, outdated: bool = False) -> Manifest | None:
    """
    Read the manifest; ``None`` where nothing was committed.

    Args:
        folder: The index folder.
        outdated: Let one with other fields or analysis pass.

    Raises:
        IndexStoreError: As for :attr:`searchkit.engines.base.Engine.generation`.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        try:
            numbers = toc_numbers(folder)
        except OSError as error:
            raise access_error(folder, error) from error
        if numbers:
            path = folder / MANIFEST_NAME
            raise IndexDamagedError(str(path), "the manifest is missing")
        return None
    if manifest.toc == NOTHING:
        return None
    if manifest.schema != FINGERPRINT and not outdated:
        raise IndexOutdatedError(str(folder))
    return manifest


def open_native(folder: Path) -> NativeSearcher | None:
    """
    Open a snapshot without Whoosh.

    Returns:
        ``None`` where Whoosh is needed: a segment is not native, another program has
        committed, or the extension is not there.

    Raises:
        FileNotFoundError: A file vanished under the reader; worth another try.
        IndexStoreError: As for :func:`open_reader`.
    """
    extension = native.load()
    manifest = current_manifest(folder)
    if extension is None or manifest is None or manifest.segments is None:
        return None
    if _table_that_counts(folder, manifest) != manifest.toc:
        return None
    from searchkit.engines.whoosh.native_searcher import (  # noqa: PLC0415 - costly
        NativeSearcher,
    )

    _check_sizes(folder, manifest)
    table = toc_path(folder, manifest.toc)
    if FileRecord.of(table) != manifest.files.get(table.name):
        raise IndexDamagedError(str(table), "the table of contents is altered")
    segments = []
    for record in manifest.segments:
        path = folder / f"{record.name}{NATIVE_SUFFIX}"
        segment = extension.Segment(path)
        if segment.documents != record.documents:
            reason = "it has another number of documents than the manifest says"
            raise IndexDamagedError(str(path), reason)
        segments.append((segment, record.deleted))
    return NativeSearcher(segments, manifest.generation)


def open_reader(
    folder: Path, *, outdated: bool = False
) -> tuple[IndexReader, int | None]:
    """
    Open the table of contents that counts, checked, and its segments, with Whoosh.

    Args:
        folder: The index folder.
        outdated: Also where it was made with other fields or analysis.

    Returns:
        The reader, and the commit of the catalog that it holds, if it is one.

    Raises:
        FileNotFoundError: A file vanished under the reader; worth another try.
        IndexDamagedError: A file is cut short or altered.
        IndexCodecError: A segment is native, and the extension is not there.
    """
    number, record, generation = _committed(folder, outdated=outdated)
    return _open_table(folder, number, record), generation


def check_committed(folder: Path) -> None:
    """
    Look at the table of contents that counts, and at the sizes of its files.

    Raises:
        FileNotFoundError: A file vanished under the reader; worth another try.
        IndexDamagedError: A file is cut short or altered.
    """
    from searchkit.engines.whoosh.storage import (  # noqa: PLC0415 - costly
        check_table_of_contents,
    )

    number, record, _ = _committed(folder)
    check_table_of_contents(folder, number, record)


def _committed(
    folder: Path, *, outdated: bool = False
) -> tuple[int, FileRecord | None, int | None]:
    """
    Return the number of the table that counts, what it was, and what commit it holds.
    """
    manifest = current_manifest(folder, outdated=outdated)
    if manifest is None:
        # A writer is filling it: there is an empty table, of which nothing is known
        # but that it is not the whole.
        numbers = toc_numbers(folder)
        if not numbers:
            path = str(toc_path(folder, 0))
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return numbers[-1], None, None
    number = _table_that_counts(folder, manifest)
    if number == manifest.toc:
        _check_sizes(folder, manifest)
    record = manifest.files.get(toc_path(folder, number).name)
    return number, record, manifest.generation


def retrying(folder: Path, attempt: Callable[[], _Opened]) -> _Opened:
    """
    Try again while a writer's commit changes files under a reader.

    Raises:
        IndexDamagedError: A file is missing for good.
        IndexAccessError: The system refuses.
    """
    for remaining in range(OPEN_ATTEMPTS - 1, -1, -1):
        try:
            return attempt()
        except FileNotFoundError as error:
            if remaining == 0:
                missing = str(error.filename)
                raise IndexDamagedError(missing, "the file is missing") from error
        except OSError as error:
            raise access_error(folder, error) from error
        time.sleep(OPEN_DELAY)
    raise AssertionError  # the loop returns or raises


def access_error(folder: Path, error: OSError) -> IndexAccessError:
    """
    Return our error for what the system refuses.
    """
    path = error.filename or folder
    return IndexAccessError(str(path), error.strerror or str(error))


def _table_that_counts(folder: Path, manifest: Manifest) -> int:
    """
    Return the number of the table of contents to open.

    It is the manifest's, unless Whoosh's own API has written a later one: that deletes
    the one before.

    Raises:
        FileNotFoundError: It is not there, or a commit has just replaced it.
    """
    if toc_path(folder, manifest.toc).exists():
        return manifest.toc
    later = [n for n in toc_numbers(folder) if n > manifest.toc]
    if not later or read_manifest(folder) != manifest:
        path = str(toc_path(folder, manifest.toc))
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    return later[-1]


def _check_sizes(folder: Path, manifest: Manifest) -> None:
    """
    Compare the sizes of segments with what the manifest says of them.
    """
    for name, written in manifest.files.items():
        if not name.endswith(SEGMENT_SUFFIXES):
            continue  # read whole, and compared, elsewhere
        size = (folder / name).stat().st_size
        if size != written.size:
            reason = f"the file has {size} of {written.size} bytes"
            raise IndexDamagedError(str(folder / name), reason)


def _open_table(folder: Path, number: int, record: FileRecord | None) -> IndexReader:
    from whoosh.index import TOC, FileIndex  # noqa: PLC0415

    from searchkit.engines.whoosh.storage import (  # noqa: PLC0415
        DurableStorage,
        check_table_of_contents,
    )

    check_table_of_contents(folder, number, record)
    storage = DurableStorage(str(folder))
    try:
        info = TOC.read(storage, INDEX_NAME, gen=number)
        return FileIndex._reader(  # noqa: SLF001 - the table just checked, no other
            storage, info.schema, info.segments, number
        )
    except (IndexDamagedError, IndexCodecError):
        storage.close_files()
        raise
    except Exception as error:
        storage.close_files()
        # An altered offset is an invalid argument; the file is not to blame for
        # anything else that the system refuses.
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        reason = f"the file cannot be opened ({type(error).__name__}: {error})"
        raise IndexDamagedError(str(storage.opened), reason) from error
