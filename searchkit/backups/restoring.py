"""
Putting a backup back.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from searchkit.backups.archive import Archive, Backup
from searchkit.backups.making import require_catalog
from searchkit.backups.progress import Stages
from searchkit.catalog import CATALOG_NAME, Catalog, WriterLock
from searchkit.catalog.lock import LOCK_NAME
from searchkit.disk import make_folder, sync_folder
from searchkit.errors import BackupError, IndexAccessError, IndexExistsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from searchkit.indexing import Progress

#: What tells of an index in a folder, in whatever state.
_INDEX_FILES = (CATALOG_NAME, "manifest.json", "_MAIN_*", "MAIN_*.seg")

#: Logs of SQLite: they would be taken for the new catalog's.
_LOGS = tuple(f"{CATALOG_NAME}-{kind}" for kind in ("wal", "journal"))

_WORK = ".restoring"


def restore_index(
    file: str | os.PathLike[str],
    path: str | os.PathLike[str],
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Backup:
    """
    Make an index from a backup.

    Everything is unpacked and looked at before anything is put into place.  When that
    fails, or is interrupted, the folder is as it was; once the catalog is in place,
    opening the index finishes the rest.  Files that have not changed since the backup
    was made are not read again.

    Args:
        file: The archive.
        path: A folder without an index; made where it is missing.  Other files in it
            are left alone.
        progress: Called now and then; its ``done`` and ``total`` are shares of the
            work.

    Raises:
        BackupError: It is no backup, or damaged, or of a newer release; or a file that
            it would put back is there, and another.
        IndexExistsError: There is an index in the folder already.
        IndexLockedError: Another process makes one at this moment.
        IndexAccessError: The folder cannot be written to, or lacks the space.
    """
    source, folder = Path(file), Path(path)
    stages = Stages(progress, 4)
    with Archive(source, progress=stages.next()) as archive:
        stages.articles = archive.backup.articles
        _require_no_index(folder)
        _require_space(folder, archive.backup)
        is_new = not folder.exists()
        had_lock = (folder / LOCK_NAME).exists()
        try:
            try:
                make_folder(folder)
            except OSError as error:
                reason = f"the folder cannot be made ({error.strerror})"
                raise IndexAccessError(str(folder), reason) from error
            with WriterLock(folder):
                try:
                    _Restoring(archive, source, folder, stages).put_in_place()
                except BaseException:
                    if not had_lock and not (folder / CATALOG_NAME).exists():
                        (folder / LOCK_NAME).unlink(missing_ok=True)
                    raise
                _fill(folder, stages)
        except BaseException:
            if is_new:
                with suppress(OSError):  # it is not empty
                    folder.rmdir()
            raise
        return archive.backup


def _fill(folder: Path, stages: Stages) -> None:
    """
    Make the engine's index from the catalog.
    """
    from searchkit.engines import local_engine  # noqa: PLC0415 - costly
    from searchkit.indexing import catch_up  # noqa: PLC0415 - likewise

    report = stages.next()

    def show(progress: Progress) -> None:
        if report:
            report(progress.done, progress.total)

    with Catalog.open(folder) as catalog:
        engine = local_engine(folder)
        catch_up(catalog, engine, progress=show if report else None)


def _require_no_index(folder: Path) -> None:
    try:
        if folder.exists() and not folder.is_dir():
            raise IndexAccessError(str(folder), "it is no folder")
        if any(any(folder.glob(pattern)) for pattern in _INDEX_FILES):
            raise IndexExistsError(str(folder))
        for name in _LOGS:
            if (folder / name).exists():
                reason = f"{folder / name} is there, and belongs to another catalog"
                raise BackupError(str(folder), reason, "Move it away first.")
    except OSError as error:
        raise IndexAccessError(str(folder), error.strerror or str(error)) from error


def _require_space(folder: Path, backup: Backup) -> None:
    needed = sum(one.size for one in backup.files.values())
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if needed > free:
        reason = (
            f"the backup unpacks to {needed / 1e6:,.0f} MB, and there is space for"
            f" {free / 1e6:,.0f} MB"
        )
        raise IndexAccessError(str(folder), reason)


class _Restoring:
    """
    Takes the files of one archive into a folder; under the writer's lock.
    """

    def __init__(
        self, archive: Archive, source: Path, folder: Path, stages: Stages
    ) -> None:
        self._archive = archive
        self._source = source
        self._folder = folder
        self._stages = stages

    def put_in_place(self) -> None:
        """
        Unpack, look, and name; the catalog last, for it makes the folder an index.
        """
        files = self._archive.backup.files
        kept = [name for name in files if name != CATALOG_NAME]
        named: list[Path] = []
        try:
            _require_no_index(self._folder)
            self._unpack(CATALOG_NAME, self._stages.next())
            for name in kept:
                self._unpack(name, None)
            work = self._work(CATALOG_NAME)
            is_older = require_catalog(work, self._source, self._stages.next())
            for name in kept:
                if self._name(name):
                    named.append(self._folder / name)  # noqa: PERF401 - see finally
            sync_folder(self._folder)
            if not self._name(CATALOG_NAME):
                raise IndexExistsError(str(self._folder))
            named.clear()
            sync_folder(self._folder)
        except OSError as error:
            where = error.filename or self._folder
            reason = error.strerror or str(error)
            raise IndexAccessError(str(where), reason) from error
        finally:
            for path in (*named, *map(self._work, files)):
                path.unlink(missing_ok=True)
        if is_older:
            Catalog.upgrade(self._folder)

    def _work(self, name: str) -> Path:
        return self._folder / f"{name}{_WORK}"

    def _unpack(self, name: str, progress: Callable[[int, int], None] | None) -> None:
        # Over what a restoring that was killed has left.
        with self._work(name).open("wb") as target:
            self._archive.extract(name, target, progress=progress)
            target.flush()
            os.fsync(target.fileno())

    def _name(self, name: str) -> bool:
        """
        Give a file its name, and tell whether it was not there.

        Raises:
            BackupError: It is there, and another.
        """
        work, path = self._work(name), self._folder / name
        try:
            os.link(work, path)
        except FileExistsError:
            if name != CATALOG_NAME and path.read_bytes() != work.read_bytes():
                reason = f"{path} is there already, and is another than in the backup"
                raise BackupError(
                    str(self._source), reason, "Move it away first."
                ) from None
            return False
        except OSError:
            work.rename(path)  # a file system without links
        return True
