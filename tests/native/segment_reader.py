"""
A reader of segment files in pure Python: what the extension writes is compared with it.

It is written from ``docs/specs/segment-file.md`` and nothing else, reads everything at
once, and checks each sentence of the specification that it can: checksums, alignment,
padding, order, sums.  It is slow, and knows no searching.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

MAGIC: Final = b"SKSEG\r\n\0"
HEADER: Final = struct.Struct("<8sIIQQIIIIII")
ENTRY: Final = struct.Struct("<IIQQII")
FIELD: Final = struct.Struct("<48sIIIIQQ")
RECORD: Final = struct.Struct("<IIIBBBB")

FREQUENCIES, POSITIONS, LENGTHS, KEY = 1, 2, 4, 8
NONE: Final = 2**32 - 1
BLOCK: Final = 128
TERMS_OF_BLOCK: Final = 32


class FormatError(Exception):
    """
    The file is not what the specification says.
    """


def check(condition: object, what: str) -> None:
    """
    Raise where a sentence of the specification does not hold.

    Raises:
        FormatError: It does not.
    """
    if not condition:
        raise FormatError(what)


@dataclass(frozen=True)
class Posting:
    """
    A document of a term; frequency 1 and no positions where the field has none.
    """

    document: int
    frequency: int = 1
    positions: tuple[int, ...] = ()


@dataclass
class FieldContent:
    """
    All that a file says of a field.

    Attributes:
        flags: As in the file.
        documents: With a length above 0.
        total_length: Sum of the lengths.
        posting_count: Sum of the document frequencies.
        postings: Of each term, in the order of the file.
        bounds: The row of each term that has one: a byte for each window.
        length_codes: By document; empty without lengths.
        lengths: By document; empty without lengths.
        keys: The term of each document; empty where the field is no key.
    """

    flags: int
    documents: int
    total_length: int
    posting_count: int
    postings: dict[bytes, list[Posting]] = field(default_factory=dict)
    bounds: dict[bytes, bytes] = field(default_factory=dict)
    length_codes: bytes = b""
    lengths: list[int] = field(default_factory=list)
    keys: list[bytes | None] = field(default_factory=list)


@dataclass
class SegmentContent:
    """
    All that a file says.

    Attributes:
        documents: How many there are.
        window_shift: A window is 2 to the power of this documents.
        dense_minimum: Terms in more documents have bounds.
        stored_block: Documents of a blob.
        fields: By name, in the order of the file.
        columns: Values by document, by name.
        blobs: Stored fields.
    """

    documents: int
    window_shift: int
    dense_minimum: int
    stored_block: int
    fields: dict[str, FieldContent] = field(default_factory=dict)
    columns: dict[str, list[int]] = field(default_factory=dict)
    blobs: list[bytes] = field(default_factory=list)

    @property
    def windows(self) -> int:
        """
        How many windows there are.
        """
        return -(-self.documents // (1 << self.window_shift))


def read_segment(data: bytes) -> SegmentContent:
    """
    Read a whole file.

    Raises:
        FormatError: The file is not what the specification says.
    """
    check(len(data) >= HEADER.size, "a header has 56 bytes")
    magic, version, documents, size, directory, count, *rest = HEADER.unpack_from(data)
    shift, dense, stored_block, directory_sum, header_sum = rest
    check(magic == MAGIC, "the magic")
    check(version == 1, "the version")
    check(header_sum == zlib.crc32(data[:52]), "the checksum of the header")
    check(size == len(data), "the size of the file")
    check(documents < 2**31, "the number of documents")
    check(documents // 8 <= size, "documents for a byte of the file")
    check(6 <= shift <= 16, "the window shift")
    check(directory % 64 == 0, "the directory begins at a multiple of 64")
    check(directory + count * ENTRY.size == size, "the directory is last")
    check(directory_sum == zlib.crc32(data[directory:]), "the checksum of directory")
    content = SegmentContent(documents, shift, dense, stored_block)
    sections = _sections(data, directory)
    _read_fields(content, sections)
    _read_columns(content, sections)
    _read_stored(content, sections)
    check(not sections, f"sections that nothing names: {sorted(sections)}")
    return content


_Sections = dict[tuple[int, int], bytes]


def _sections(data: bytes, directory: int) -> _Sections:
    """
    Return the bytes of each section by kind and number.
    """
    found: _Sections = {}
    end = HEADER.size
    for at in range(directory, len(data), ENTRY.size):
        kind, number, offset, size, checksum, zero = ENTRY.unpack_from(data, at)
        check(zero == 0, "an entry of the directory ends with zero")
        check(offset % 64 == 0, "a section begins at a multiple of 64")
        check(offset >= end, "sections do not overlap")
        check(not any(data[end:offset]), "between sections are zeros")
        end = offset + size + 16
        check(end <= directory, "a section and 16 more bytes lie in the file")
        check(not any(data[offset + size : end]), "a section is followed by zeros")
        section = data[offset : offset + size]
        check(zlib.crc32(section) == checksum, f"the checksum of section {kind}")
        check((kind, number) not in found, f"two sections {kind} of number {number}")
        found[kind, number] = section
    check(not any(data[end:directory]), "before the directory are zeros")
    return found


def _take(sections: _Sections, kind: int, number: int = 0) -> bytes:
    check((kind, number) in sections, f"section {kind} of number {number} is missing")
    return sections.pop((kind, number))


def _name(padded: bytes) -> str:
    name, zero, padding = padded.partition(b"\0")
    check(zero, "a name ends with zero")
    check(not any(padding), "a name is padded with zeros")
    return name.decode()


def _numbers(data: bytes, size: int) -> list[int]:
    """
    Return numbers of so many bytes each.
    """
    check(len(data) % size == 0, f"numbers of {size} bytes")
    return [
        int.from_bytes(data[at : at + size], "little")
        for at in range(0, len(data), size)
    ]


def _read_fields(content: SegmentContent, sections: _Sections) -> None:
    records = _take(sections, 1)
    check(len(records) % FIELD.size == 0, "records of fields")
    check(len(records) // FIELD.size <= 256, "at most 256 fields")
    for number, record in enumerate(FIELD.iter_unpack(records)):
        padded, flags, terms, documents, rows, total, postings = record
        check(flags < 16, "four flags")
        check(flags & FREQUENCIES or not flags & POSITIONS, "positions without counts")
        read = FieldContent(flags, documents, total, postings)
        name = _name(padded)
        check(name not in content.fields, "two fields of one name")
        content.fields[name] = read
        bounds = _take(sections, 6, number)
        check(len(bounds) == rows * content.windows, "the size of the bounds")
        lists = _PostingLists(content, read, bounds)
        lists.read(
            terms,
            _numbers(_take(sections, 2, number), 8),
            _take(sections, 3, number),
            _take(sections, 4, number),
            _take(sections, 5, number) if flags & POSITIONS else b"",
        )
        check(len(read.postings) == terms, "the number of terms")
        check(len(lists.rows) == rows, "each row belongs to a term")
        found = sum(map(len, read.postings.values()))
        check(found == postings, "the sum of the document frequencies")
        if flags & LENGTHS:
            read.length_codes = _take(sections, 7, number)
            read.lengths = _numbers(_take(sections, 8, number), 4)
            check(len(read.length_codes) == content.documents, "length codes")
            check(len(read.lengths) == content.documents, "lengths")
            check(sum(read.lengths) == total, "the sum of the lengths")
            check(sum(map(bool, read.lengths)) == documents, "lengths above 0")
        else:
            check((documents, total) == (0, 0), "no lengths, and no sum of them")
        if flags & KEY:
            names = list(read.postings)
            numbers = _numbers(_take(sections, 9, number), 4)
            check(len(numbers) == content.documents, "keys")
            read.keys = [None if one == NONE else names[one] for one in numbers]


def _read_columns(content: SegmentContent, sections: _Sections) -> None:
    names = _take(sections, 11)
    check(len(names) % 64 == 0, "names of columns")
    check(len(names) // 64 <= 256, "at most 256 columns")
    for number, start in enumerate(range(0, len(names), 64)):
        values = _numbers(_take(sections, 10, number), 4)
        check(len(values) == content.documents, "values of a column")
        content.columns[_name(names[start : start + 64])] = values


def _read_stored(content: SegmentContent, sections: _Sections) -> None:
    data = _take(sections, 12)
    offsets = _numbers(_take(sections, 13), 8)
    check(offsets and offsets[0] == 0 and offsets[-1] == len(data), "ends of blobs")
    for start, end in pairwise(offsets):
        check(start <= end, "offsets of blobs ascend")
        content.blobs.append(data[start:end])


class _Bytes:
    """
    Bytes that are read from the front.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        check(self.at + size <= len(self._data), "the bytes end too early")
        self.at += size
        return self._data[self.at - size : self.at]

    def varint(self) -> int:
        number = shift = 0
        while True:
            byte = self.take(1)[0]
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number


class _PostingLists:
    """
    Reads the terms of one field with their posting lists.
    """

    def __init__(
        self, content: SegmentContent, read: FieldContent, bounds: bytes
    ) -> None:
        self._content = content
        self._field = read
        self._bounds = bounds
        self.rows: set[int] = set()
        self._frequencies = bool(read.flags & FREQUENCIES)
        self._positions = bool(read.flags & POSITIONS)

    def read(
        self,
        terms: int,
        blocks: list[int],
        dictionary: bytes,
        postings: bytes,
        positions: bytes,
    ) -> None:
        """
        Read everything; the sections are used up to their last byte.
        """
        check(len(blocks) == 3 * (-(-terms // TERMS_OF_BLOCK) + 1), "blocks of terms")
        entries, lists = _Bytes(dictionary), _Bytes(postings)
        places = _Bytes(positions)
        before = b""
        for number in range(terms):
            if number % TERMS_OF_BLOCK == 0:
                block = 3 * (number // TERMS_OF_BLOCK)
                starts = (entries.at, lists.at, places.at)
                check(
                    tuple(blocks[block : block + 3]) == starts, "where a block begins"
                )
            shared = entries.varint()
            check(shared == 0 or number % TERMS_OF_BLOCK, "the first term is whole")
            check(shared <= len(before), "a term shares what there is")
            term = before[:shared] + entries.take(entries.varint())
            check(number == 0 or before < term, "terms are sorted")
            check(len(term) < 2**16, "the size of a term")
            count = entries.varint()
            check(1 <= count <= self._content.documents, "a document frequency")
            more = entries.varint() if self._frequencies else 0
            data = lists.take(entries.varint())
            where = places.take(entries.varint()) if self._positions else b""
            found = self._read_list(term, count, data, where)
            check(
                sum(posting.frequency for posting in found) == count + more,
                "occurrences",
            )
            self._field.postings[term] = found
            before = term
        ends = (len(dictionary), len(postings), len(positions))
        check((entries.at, lists.at, places.at) == ends, "sections end with the terms")
        check(tuple(blocks[-3:]) == ends, "the ends of the sections")

    def _read_list(
        self, term: bytes, count: int, data: bytes, where: bytes
    ) -> list[Posting]:
        stream = _Bytes(data)
        if count <= BLOCK:
            widths = [stream.take(1)[0]]
            widths.append(stream.take(1)[0] if self._frequencies else 0)
            widths.append(stream.take(1)[0] if self._positions else 0)
            found, used = self._read_block(stream, count, -1, widths, where)
            check(stream.at == len(data), "a list ends with its numbers")
            check(used == len(where), "positions end with the list")
            return found
        row = int.from_bytes(stream.take(4), "little")
        check((row != NONE) == (count > self._content.dense_minimum), "bounds")
        if row != NONE:
            windows = self._content.windows
            check(row not in self.rows, "a row of its own")
            self.rows.add(row)
            self._field.bounds[term] = self._bounds[row * windows :][:windows]
        blocks = -(-count // BLOCK)
        records = [RECORD.unpack(stream.take(RECORD.size)) for _ in range(blocks)]
        start, used = stream.at, 0
        before, whole = -1, []
        for number, record in enumerate(records):
            last, begins, positions, *widths, zero = record
            check(zero == 0, "a record ends with zero")
            check(begins == stream.at - start, "where the numbers of a block begin")
            check(positions == used, "where the positions of a block begin")
            size = min(BLOCK, count - number * BLOCK)
            found, more = self._read_block(stream, size, before, widths, where[used:])
            check(found[-1].document == last, "the last document of a block")
            used += more
            before = last
            whole += found
        check(stream.at == len(data), "a list ends with its numbers")
        check(used == len(where), "positions end with the list")
        return whole

    def _read_block(
        self, stream: _Bytes, size: int, before: int, widths: list[int], where: bytes
    ) -> tuple[list[Posting], int]:
        """
        Return the postings of a block, and how many bytes its positions have.
        """
        of_documents, of_frequencies, of_positions = widths
        check(max(widths) <= 32, "widths")
        if size == BLOCK:
            gaps = _unpack_block(stream.take(16 * of_documents), of_documents)
            more = _unpack_block(stream.take(16 * of_frequencies), of_frequencies)
        else:
            bits = size * (of_documents + of_frequencies)
            run = int.from_bytes(stream.take((bits + 7) // 8), "little")
            check(run >> bits == 0, "the last byte of a run is filled with zeros")
            gaps = _unpack_run(run, of_documents, size)
            more = _unpack_run(run >> size * of_documents, of_frequencies, size)
        total = sum(more) + size if self._positions else 0
        used = (total * of_positions + 7) // 8
        check(used <= len(where), "positions of a block")
        run = int.from_bytes(where[:used], "little")
        check(run >> total * of_positions == 0, "the last byte is filled with zeros")
        places = _unpack_run(run, of_positions, total)
        found = []
        for gap, over in zip(gaps, more, strict=True):
            before += gap + 1
            check(before < self._content.documents, "a document that there is")
            mine = tuple(places[: over + 1]) if self._positions else ()
            del places[: over + 1]
            check(list(mine) == sorted(set(mine)), "positions ascend")
            found.append(Posting(before, over + 1, mine))
        return found, used


def _unpack_run(run: int, width: int, count: int) -> list[int]:
    """
    Return the numbers of a run, which is one long number.
    """
    mask = (1 << width) - 1
    return [run >> number * width & mask for number in range(count)]


def _unpack_block(data: bytes, width: int) -> list[int]:
    """
    Return the 128 numbers of a packed block.
    """
    words = _numbers(data, 4)
    lanes = []
    for lane in range(4):
        mine = words[lane::4]
        run = sum(word << 32 * place for place, word in enumerate(mine))
        lanes.append(_unpack_run(run, width, 32))
    return [lanes[number % 4][number // 4] for number in range(BLOCK)]
