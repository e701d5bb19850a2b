"""
Packing: how the texts in a catalog are compressed.

Bodies are Zstandard frames (RFC 8878), one for each, since hits are quoted one by one.
Articles are short, and say in other words what others say: a *dictionary*, trained on
the first articles of the catalog, halves what a frame alone comes to, and lets it be
unpacked faster.  A dictionary never changes and is never deleted; a frame names the one
that it needs.  Without it the text cannot be read, so that a catalog keeps every
dictionary twice, each with a checksum, in two tables and thereby on different pages.

Records of annotations, and what older releases have written, are streams of zlib.
"""

from __future__ import annotations

import sqlite3
import zlib
from typing import TYPE_CHECKING, Any

import zstandard

from searchkit.compression import frame_parameters, is_frame, pack, unpack_zlib

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LEVEL = 3
"""Of Zstandard: a higher one saves 3 % and takes three times as long."""

_DICTIONARY_BYTES = 64 * 2**10
"""A dictionary of twice the length saves 3 %."""

_FEWEST_SAMPLES = 200
"""Articles that a dictionary is trained on, at least: fewer say too little."""

#: Longest dictionary that is read.
_MOST_DICTIONARY_BYTES = 2**20

DICTIONARY_TABLES = ("dictionaries", "dictionary_copies")
"""Where a catalog keeps its dictionaries, once each."""


def train(texts: Sequence[bytes], number: int) -> bytes | None:
    """
    Make a dictionary of texts.

    Args:
        texts: Such as will be packed.
        number: The name of the dictionary, which frames will have in them; 1 or more.

    Returns:
        ``None`` where the texts are too few, or have nothing in common.
    """
    if len(texts) < _FEWEST_SAMPLES:
        return None
    try:
        # With these two given, no others are tried: as good, in a tenth of the time.
        trained = zstandard.train_dictionary(
            _DICTIONARY_BYTES, list(texts), k=200, d=8, dict_id=number, level=_LEVEL
        )
    except zstandard.ZstdError:
        return None
    return trained.as_bytes()


def find_dictionary(connection: sqlite3.Connection, number: int) -> bytes | None:
    """
    Read a dictionary of a catalog: of its two copies the first that is whole.

    Returns:
        ``None`` where there is none.

    Raises:
        sqlite3.Error: No copy is, and one cannot be read.
    """
    failure: sqlite3.Error | None = None
    for table in DICTIONARY_TABLES:
        try:
            row = connection.execute(
                f"SELECT checksum, content FROM {table}"
                " WHERE number = ? AND length(content) <= ?",
                (number, _MOST_DICTIONARY_BYTES),
            ).fetchone()
        except sqlite3.Error as error:
            failure = error
            continue
        if row is not None and is_dictionary(*row):
            return bytes(row[1])
    if failure is not None:
        raise failure
    return None


def write_dictionary(
    connection: sqlite3.Connection, number: int, content: bytes
) -> None:
    """
    Put a dictionary into a catalog, twice.
    """
    for table in DICTIONARY_TABLES:
        connection.execute(
            f"INSERT INTO {table} VALUES (?, ?, ?)",
            (number, zlib.crc32(content), content),
        )


def is_dictionary(checksum: Any, content: Any) -> bool:
    """
    Tell whether a row of a dictionary holds what was written.
    """
    return isinstance(content, bytes) and zlib.crc32(content) == checksum


class Packer:
    """
    Packs texts, and unpacks them.

    For one thread at a time.

    Args:
        find: Returns the dictionary with a number, or ``None``; called once for each.
        number: Of the dictionary to pack with; 0 for none.

    Attributes:
        number: As above.
    """

    def __init__(
        self, find: Callable[[int], bytes | None] | None = None, number: int = 0
    ) -> None:
        self._find = find
        self.number = number
        self._compressor: zstandard.ZstdCompressor | None = None
        self._decompressors: dict[int, zstandard.ZstdDecompressor] = {}

    def pack(self, text: bytes) -> bytes:
        """
        Pack a text.

        Raises:
            ValueError: There is no such dictionary.
        """
        if self._compressor is None:
            dictionary = None
            if self.number:
                dictionary = self._dictionary(self.number)
                dictionary.precompute_compress(level=_LEVEL)
            self._compressor = zstandard.ZstdCompressor(
                level=_LEVEL, dict_data=dictionary, write_checksum=False
            )
        return pack(text, self._compressor)

    def unpack(self, packed: bytes, limit: int) -> bytes:
        """
        Unpack what was packed, but no more than it can be.

        Args:
            packed: As :meth:`pack` gives it, or zlib.
            limit: Most bytes that it may unpack to.

        Raises:
            ValueError: It is something else, cut short, or longer; or its dictionary is
                missing.
        """
        if limit < 0:
            raise ValueError("its length is less than nothing")
        if not isinstance(packed, bytes):
            raise ValueError("it has something else in the place of a text")  # noqa: TRY004 - as all damage
        try:
            if not is_frame(packed):
                return unpack_zlib(packed, limit)
            frame = frame_parameters(packed, limit)
            unpacker = self._decompressors.get(frame.dict_id)
            if unpacker is None:
                unpacker = self._decompressor(frame.dict_id)
            return unpacker.decompress(packed, allow_extra_data=False)
        except (zlib.error, zstandard.ZstdError) as error:
            raise ValueError(f"it cannot be unpacked ({error})") from error

    def _decompressor(self, number: int) -> zstandard.ZstdDecompressor:
        dictionary = self._dictionary(number) if number else None
        made = zstandard.ZstdDecompressor(dict_data=dictionary)
        self._decompressors[number] = made
        return made

    def _dictionary(self, number: int) -> zstandard.ZstdCompressionDict:
        content = self._find(number) if self._find is not None else None
        if content is None:
            raise ValueError(f"the dictionary {number} that it needs is missing")
        return zstandard.ZstdCompressionDict(content)
