"""
Files and folders: names that are on disk, and names that a stranger may have chosen.

A file system may keep a new name in memory for seconds after the file itself is on
disk: what a power cut must not undo needs its folder synced, too (POSIX ``fsync``).
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def sync_folder(folder: Path) -> None:
    """
    Put the names in a folder on disk; does nothing where folders cannot be synced.

    Raises:
        OSError: The disk refuses.
    """
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """
    Make a folder and those above it that are missing; their names are on disk then.

    Raises:
        OSError: It cannot be made.
    """
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        if folder.parent == folder:
            break
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        sync_folder(one.parent)


def sync_file(path: Path) -> None:
    """
    Put the content of a file on disk.

    Raises:
        OSError: The disk refuses.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_regular(path: Path, limit: int) -> bytes:
    """
    Read a whole file, and nothing that is none: no pipe, no device without an end.

    Args:
        path: The file.
        limit: Most bytes that it may have.

    Raises:
        OSError: It cannot be read, is no regular file, or is longer.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:  # noqa: PTH123 - it is open already
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
            number = errno.EFBIG if stat.S_ISREG(status.st_mode) else errno.EINVAL
            raise OSError(number, os.strerror(number), str(path))
        return file.read()


def remove_whatever(path: Path) -> None:
    """
    Remove what goes by a name, if anything does.

    That is a file, a folder with all in it, or a link, but not what it points to.

    Raises:
        OSError: It cannot be removed.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        import shutil  # noqa: PLC0415 - loads all compressors

        shutil.rmtree(path)
    else:
        path.unlink()
