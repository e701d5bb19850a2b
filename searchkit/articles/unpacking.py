"""
Streams of limited length, packed by gzip or not.

A packed file of 30 kB can unpack to 30 MB, one of 30 MB to 30 GB.  So the length of
what comes out is limited while it comes; what a file says of itself is not asked.
"""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING, BinaryIO

from searchkit.errors import ArticleError
from searchkit.settings import MAX_UNPACK_RATIO, MIN_UNPACK_BYTES

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP_MAGIC = b"\x1f\x8b"
"""The first bytes of every gzip file."""


def limited_stream(
    stream: io.BufferedReader, path: str, *, packed: bool, size: int, limit: int
) -> BinaryIO:
    """
    Wrap a stream so that no more than a limit comes out of it.

    Args:
        stream: The bytes as they are stored; closed together with the result.
        path: The source as errors are to name it.
        packed: Whether the bytes are packed by gzip; they come out unpacked.
        size: Length of ``stream`` in bytes.
        limit: Most bytes that may come out.

    Returns:
        A buffered stream.  Reading from it raises ``ArticleError`` where more than
        ``limit`` comes out, where a packed stream unpacks to a multiple of its size
        that no text does, and where it is damaged.
    """
    ratio = False
    source: io.BufferedReader | gzip.GzipFile = stream
    if packed:
        source = gzip.GzipFile(fileobj=stream, mode="rb")
        usual = max(size * MAX_UNPACK_RATIO, MIN_UNPACK_BYTES)
        ratio, limit = usual < limit, min(limit, usual)
    reason = (
        f"it unpacks to more than {MAX_UNPACK_RATIO} times its size"
        if ratio
        else f"longer than {_megabytes(limit)}"
    )
    return io.BufferedReader(_Limited(source, stream, path, limit, reason), 2**16)


class _Limited(io.RawIOBase):
    def __init__(
        self,
        source: io.BufferedReader | gzip.GzipFile,
        stored: io.BufferedReader,
        path: str,
        limit: int,
        reason: str,
    ) -> None:
        super().__init__()
        self._source, self._stored = source, stored
        self._path, self._left, self._reason = path, limit, reason

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        # Inside a gzip stream the file below may be cut short or altered anywhere.
        try:
            data = self._source.read(len(view))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ArticleError(self._path, f"damaged gzip data: {error}") from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise ArticleError(self._path, f"cannot be read: {reason}") from error
        self._left -= len(data)
        if self._left < 0:
            raise ArticleError(self._path, self._reason)
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._source.close()
            self._stored.close()  # GzipFile leaves open what it was given
        super().close()


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.0f} MB" if size >= 2**20 else f"{size:,} bytes"
