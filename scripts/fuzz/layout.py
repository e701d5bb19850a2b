"""
Header and directory of a segment file, for those who alter it.

See ``docs/specs/segment-file.md``.  Only what is needed to alter a file in places that
matter, and to put its checksums right afterwards, is here.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Final

HEADER: Final = struct.Struct("<8sIIQQIIIIII")
"""Magic, version, documents, size of the file, directory, its entries, window shift,
dense minimum, documents of a blob, checksums of the directory and of the header."""

ENTRY: Final = struct.Struct("<IIQQII")
"""Kind, number, offset, size, checksum, zero."""

HEADER_FIELDS: Final = (
    *((8, 4), (12, 4), (16, 8), (24, 8)),
    *((32, 4), (36, 4), (40, 4), (44, 4), (48, 4), (52, 4)),
)
"""Offset and size of the numbers of the header, in bytes."""

FIELDS, TERM_BLOCKS, TERMS, POSTINGS = 1, 2, 3, 4
POSITIONS, BOUNDS, LENGTH_CODES, LENGTHS = 5, 6, 7, 8
KEYS, COLUMN, COLUMNS, STORED, STORED_OFFSETS = 9, 10, 11, 12, 13


@dataclass(frozen=True, slots=True)
class Section:
    """
    An entry of the directory.

    Attributes:
        kind: What the section holds.
        number: Of its field or column.
        offset: Where it begins in the file.
        size: In bytes, without padding.
        entry: Where the entry begins in the file.
    """

    kind: int
    number: int
    offset: int
    size: int
    entry: int

    @property
    def end(self) -> int:
        """
        Where its last byte ends in the file.
        """
        return self.offset + self.size


def sections(data: bytes | bytearray) -> list[Section]:
    """
    Return the sections of a file whose header and directory are whole.

    Raises:
        ValueError: They are not.
    """
    if len(data) < HEADER.size:
        raise ValueError("the file is shorter than a header")
    _, _, _, _, start, count, *_ = HEADER.unpack_from(data)
    if start + count * ENTRY.size > len(data):
        raise ValueError("the directory lies outside of the file")
    found = []
    for at in range(start, start + count * ENTRY.size, ENTRY.size):
        kind, number, offset, size, _, _ = ENTRY.unpack_from(data, at)
        found.append(Section(kind, number, offset, size, at))
    return found


def seal(data: bytearray) -> None:
    """
    Put right whatever checksums and sizes there are room for.

    The size in the header becomes that of the file.  Sections that lie outside of it
    keep their checksums, and a directory outside of it keeps its own.
    """
    if len(data) < HEADER.size:
        return
    struct.pack_into("<Q", data, 16, len(data))
    try:
        for section in sections(data):
            if section.end <= len(data):
                checksum = zlib.crc32(data[section.offset : section.end])
                struct.pack_into("<I", data, section.entry + 24, checksum)
    except ValueError:
        pass
    else:
        _, _, _, _, start, count, *_ = HEADER.unpack_from(data)
        checksum = zlib.crc32(data[start : start + count * ENTRY.size])
        struct.pack_into("<I", data, 48, checksum)
    struct.pack_into("<I", data, 52, zlib.crc32(data[:52]))
