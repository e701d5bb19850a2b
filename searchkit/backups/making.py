"""
Making a backup, and looking at one.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from searchkit.backups.archive import (
    KEPT_FILES,
    MAX_KEPT_BYTES,
    Archive,
    Backup,
    write_archive,
)
from searchkit.backups.progress import Stages
from searchkit.catalog import CATALOG_NAME
from searchkit.catalog.checks import check_file
from searchkit.catalog.copies import copy_catalog
from searchkit.disk import sync_folder
from searchkit.errors import BackupError, IndexAccessError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from searchkit.indexing import Progress


def back_up_index(
    path: str | os.PathLike[str],
    file: str | os.PathLike[str],
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Backup:
    """
    Put an index into one file.

    Others may search and write meanwhile: the backup is one commit.  The catalog is
    looked at first, and the archive read back, before it gets its name; nothing is left
    behind when that fails.  There has to be space beside the file for the archive and a
    copy of the catalog.

    Args:
        path: The index folder; it need not be one that can be written to.
        file: The archive to make, outside that folder.
        progress: Called now and then; its ``done`` and ``total`` are shares of the
            work.

    Raises:
        BackupError: There is such a file already, or it would be in the index folder,
            or the catalog is damaged.
        IndexStoreError: The catalog cannot be read, or the file not written.
    """
    folder, target = Path(path), Path(file)
    _require_place(folder, target)
    stages = Stages(progress, 4)
    with (
        _accessible(target),
        tempfile.TemporaryDirectory(
            prefix=f".{target.name}.", dir=target.parent, ignore_cleanup_errors=True
        ) as name,
    ):
        scratch = Path(name)
        copy, archive = scratch / CATALOG_NAME, scratch / "archive"
        copied = copy_catalog(folder, copy, progress=stages.next())
        stages.articles = copied.articles
        _require_whole_catalog(copy, target, folder, stages.next())
        files = {CATALOG_NAME: copy, **_kept_files(folder, target)}
        write_archive(archive, files, copied, progress=stages.next())
        made = _read_back(archive, stages.next())
        _name(archive, target)
    return Backup(
        path=target,
        size=made.size,
        made=made.made,
        searchkit=made.searchkit,
        generation=made.generation,
        articles=made.articles,
        files=made.files,
    )


def verify_backup(
    file: str | os.PathLike[str],
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Backup:
    """
    Look whether a backup is whole and could be put back; nothing is changed.

    There has to be space for the catalog in the folder for temporary files.

    Args:
        file: The archive.
        progress: As for :func:`back_up_index`.

    Raises:
        BackupError: It is no backup, or damaged; or its catalog is.
        IndexAccessError: There is no space for a look at the catalog.
    """
    path = Path(file)
    stages = Stages(progress, 3)
    with Archive(path, progress=stages.next()) as archive:
        backup = archive.backup
        stages.articles = backup.articles
        with (
            _accessible(path),
            tempfile.TemporaryDirectory(prefix="searchkit-") as name,
        ):
            scratch = Path(name) / CATALOG_NAME
            with scratch.open("xb") as target:
                archive.extract(CATALOG_NAME, target, progress=stages.next())
            for kept in backup.files.keys() - {CATALOG_NAME}:
                archive.extract(kept, None)
            require_catalog(scratch, path, stages.next())
    return backup


def require_catalog(
    path: Path, file: Path, progress: Callable[[int, int], None] | None
) -> bool:
    """
    Look at a catalog out of an archive.

    Args:
        path: Where it was unpacked.
        file: The archive.
        progress: As for :func:`searchkit.catalog.checks.check_file`.

    Returns:
        Whether it is one of an older version, to be upgraded.

    Raises:
        BackupError: It is damaged, or no catalog.
    """
    codes = set()
    for finding in check_file(path, is_alone=True, progress=progress):
        codes.add(finding.code)
        if finding.severity == "error" and finding.code != "catalog-older":
            reason = f"the catalog in the backup cannot be used: {finding.message}"
            advice = "Use another backup."
            if finding.code == "catalog-newer":
                advice = "Upgrade searchkit; the backup is of a newer release."
            raise BackupError(str(file), reason, advice)
    return "catalog-older" in codes


def _require_place(folder: Path, target: Path) -> None:
    """
    Refuse a file that is there, or that would go with what it saves.
    """
    if os.path.lexists(target):
        reason = "there is a file of that name already"
        raise BackupError(str(target), reason, "Give the backup another name.")
    parent = target.absolute().parent
    if not parent.is_dir():
        reason = f"there is no folder {target.parent}"
        raise BackupError(str(target), reason, "Make the folder first.")
    if not folder.is_dir():
        return  # there is no index; who reads it says so
    resolved = parent.resolve()
    if any(one.samefile(folder) for one in (resolved, *resolved.parents)):
        reason = "a backup inside the index folder would be lost together with it"
        raise BackupError(
            str(target), reason, "Put it elsewhere, best on another disk."
        )


def _require_whole_catalog(
    copy: Path,
    target: Path,
    folder: Path,
    progress: Callable[[int, int], None] | None,
) -> None:
    for finding in check_file(copy, is_alone=True, progress=progress):
        if finding.severity == "error" and finding.code != "catalog-older":
            reason = f"no backup was made of {folder}: {finding.message}"
            advice = "Run `searchkit doctor`; it says what can be saved."
            raise BackupError(str(target), reason, advice)


def _kept_files(folder: Path, target: Path) -> dict[str, Path]:
    found = {}
    for name in KEPT_FILES:
        path = folder / name
        if not path.is_file():
            continue
        if path.stat().st_size > MAX_KEPT_BYTES:
            reason = f"{path} is longer than {MAX_KEPT_BYTES // 2**20} MB"
            raise BackupError(str(target), reason, "Make it shorter, or move it away.")
        found[name] = path
    return found


def _read_back(path: Path, progress: Callable[[int, int], None] | None) -> Backup:
    """
    Read an archive as restoring does; its catalog was looked at before.
    """
    with Archive(path) as archive:
        for name in archive.backup.files:
            report = progress if name == CATALOG_NAME else None
            archive.extract(name, None, progress=report)
        return archive.backup


def _name(archive: Path, target: Path) -> None:
    """
    Give an archive its name, if that is still free.
    """
    try:
        os.link(archive, target)
    except FileExistsError:
        reason = "there is a file of that name already"
        advice = "Give the backup another name."
        raise BackupError(str(target), reason, advice) from None
    except OSError:
        archive.rename(target)  # a file system without links
    sync_folder(target.absolute().parent)


@contextmanager
def _accessible(path: Path) -> Iterator[None]:
    """
    Turn errors of the system into ours.
    """
    try:
        yield
    except OSError as error:
        where = error.filename or path
        raise IndexAccessError(str(where), error.strerror or str(error)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        # What was written a moment ago: the disk does not give it back.
        reason = f"what was written cannot be read back ({error})"
        raise IndexAccessError(str(path), reason) from error
