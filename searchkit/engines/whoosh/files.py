"""
Files as they were written: size and checksum.
"""

from __future__ import annotations

import errno
import os
import zlib
from typing import TYPE_CHECKING

from searchkit.values import Value

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK = 2**20


class FileRecord(Value):
    """
    What a file was when it was written.

    Attributes:
        size: In bytes.
        crc32: Checksum of its bytes.
    """

    size: int
    crc32: int

    @classmethod
    def of(cls, path: Path) -> FileRecord:
        """
        Read a file through.

        Raises:
            OSError: It cannot be read, or is a device or the like, without an end.
        """
        if not path.is_file():
            number = errno.EINVAL if path.exists() else errno.ENOENT
            raise OSError(number, os.strerror(number), str(path))
        size = checksum = 0
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                size += len(chunk)
                checksum = zlib.crc32(chunk, checksum)
        return cls(size, checksum)

    @classmethod
    def of_bytes(cls, content: bytes) -> FileRecord:
        """
        Return the record of a file with this content.
        """
        return cls(len(content), zlib.crc32(content))
