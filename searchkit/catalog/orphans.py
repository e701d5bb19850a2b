"""
Rows of articles on pages that SQLite reaches no more.

A table is a tree of pages: the rows stand on its leaves, and the pages above say where
the leaves are.  When one of those above is damaged, all leaves below it are whole and
out of reach.  So the file is gone through page by page, and leaves are read as the
format of SQLite's files has it (https://www.sqlite.org/fileformat2.html, sections 1.5
to 2.1).

Pages that are no longer in use may hold rows of long ago: only rows that an index says
are current are asked for.  Whether a row is what was written, its checksum tells.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from searchkit.catalog.copies import copy_pages
from searchkit.catalog.migrations import renewed_checksum
from searchkit.catalog.rows import CHECKED_COLUMNS, FINGERPRINT, row_checksum
from searchkit.catalog.scanning import ArticleRow

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from searchkit.catalog.packing import Packer

#: First byte of a page that is a leaf of a table.
_LEAF = 0x0D

#: Bytes of the whole numbers that serial types 0 to 9 stand for.
_INTEGERS = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}


def orphan_rows(
    connection: sqlite3.Connection,
    packer: Packer,
    scratch: Path,
    wanted: Mapping[int, str],
) -> Iterator[ArticleRow]:
    """
    Look for rows of ``articles`` on every page of a catalog.

    Args:
        connection: To the catalog.
        packer: Of the catalog.
        scratch: A file to make and delete: the catalog in one piece, with its log.
        wanted: Ids of current articles by number.

    Yields:
        Rows with such a number and id that were not replaced, whole or not; there may
        be several of one number.

    Raises:
        IndexAccessError: The file cannot be made.
        OSError: Likewise.
    """
    columns = [name for _, name, *_ in connection.execute(_COLUMNS)]
    scratch.unlink(missing_ok=True)  # of one that was killed
    try:
        with scratch.open("xb"):
            pass
        copy_pages(connection, scratch)
        with scratch.open("rb") as file:
            for number, values in _Pages(file).rows(wanted):
                named = dict(zip(columns, values, strict=False))
                row = _article_row(number, named, packer)
                if row is not None and row.id == wanted[number]:
                    yield row
    finally:
        scratch.unlink(missing_ok=True)


_COLUMNS = "PRAGMA table_info(articles)"


def _article_row(
    number: int, named: Mapping[str, Any], packer: Packer
) -> ArticleRow | None:
    if named.get("superseded") is not None or "body" not in named:
        return None
    found = [named[name] for name in CHECKED_COLUMNS]
    if isinstance(found[FINGERPRINT], bytes):
        found[FINGERPRINT] = found[FINGERPRINT].hex()
    values = tuple(found)
    try:
        if "checksum" in named:
            checksum = renewed_checksum(named["checksum"], values)
        else:
            checksum = row_checksum(*values)
    except (ValueError, TypeError):
        return None
    return ArticleRow(number, None, checksum, values, packer)


class _Pages:
    """
    The pages of a database file.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        header = file.read(100)
        size = int.from_bytes(header[16:18], "big")
        self._size = 65536 if size == 1 else size
        self._usable = self._size - header[20]

    def rows(self, wanted: Mapping[int, str]) -> Iterator[tuple[int, list[Any]]]:
        """
        Walk over the rows on all leaves whose number is wanted.
        """
        number = 1  # the first page is SQLite's own
        while len(page := self._page(number := number + 1)) == self._size:
            if page[0] != _LEAF:
                continue
            for cell in range(int.from_bytes(page[3:5], "big")):
                try:
                    start = int.from_bytes(page[8 + 2 * cell : 10 + 2 * cell], "big")
                    length, start = _varint(page, start)
                    row, start = _varint(page, start)
                    if row in wanted:
                        yield row, _record(self._payload(page, start, length))
                except (IndexError, ValueError):
                    continue  # no cell of a table

    def _page(self, number: int) -> bytes:
        self._file.seek((number - 1) * self._size)
        return self._file.read(self._size)

    def _payload(self, page: bytes, start: int, length: int) -> bytes:
        """
        Return the bytes of a cell, and of the pages on which it goes on.

        Raises:
            ValueError: They end before they should.
        """
        most = self._usable - 35
        local = length
        if length > most:
            least = (self._usable - 12) * 32 // 255 - 23
            local = least + (length - least) % (self._usable - 4)
            local = local if local <= most else least
        parts = [page[start : start + local]]
        following = int.from_bytes(page[start + local : start + local + 4], "big")
        left = length - local
        while left > 0:
            if following < 2 or len(page := self._page(following)) < self._size:
                raise ValueError(following)
            following = int.from_bytes(page[:4], "big")
            parts.append(page[4 : min(self._usable, 4 + left)])
            left -= self._usable - 4
        return b"".join(parts)


def _varint(data: Sequence[int], start: int) -> tuple[int, int]:
    """
    Read a number of variable length, and say where it ends.
    """
    value = 0
    for offset in range(8):
        byte = data[start + offset]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, start + offset + 1
    return value << 8 | data[start + 8], start + 9


def _record(payload: bytes) -> list[Any]:
    """
    Read the values of a row.

    Raises:
        ValueError: There is something that no article has, or too little.
        IndexError: It ends before it should.
    """
    end, at = _varint(payload, 0)
    values: list[Any] = []
    start = end
    while at < end:
        kind, at = _varint(payload, at)
        size = _INTEGERS[kind] if kind in _INTEGERS else (kind - 12) // 2
        if kind in (7, 10, 11) or start + size > len(payload):
            raise ValueError(kind)
        data = payload[start : start + size]
        start += size
        if kind >= 12:
            values.append(data.decode(errors="replace") if kind % 2 else data)
        elif kind in (0, 8, 9):
            values.append({0: None, 8: 0, 9: 1}[kind])
        else:
            values.append(int.from_bytes(data, "big", signed=True))
    return values
