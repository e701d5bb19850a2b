"""
A native segment that is being collected.

Whoosh gives a segment in two parts.  While documents are added it tells their lengths,
column values and stored fields; at the commit come all postings, in order.
:class:`SegmentDraft` keeps the first part until the second has come, and then writes
everything at once: a writer that is cancelled leaves nothing behind.

What goes wrong in the middle of a document has let some of its postings through to
Whoosh's pool already.  The draft is spoiled then: it takes no more documents, and a
commit fails before it has changed anything.
"""

from __future__ import annotations

from array import array
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any

from whoosh.columns import PickleColumn
from whoosh.filedb.structfile import StructFile

from searchkit.engines.whoosh.codec_postings import (
    Posting,
    encode,
    flags_of,
    refusal,
)
from searchkit.engines.whoosh.schema import LENGTH_SUFFIX, IntegerColumn, TextField
from searchkit.engines.whoosh.stored import (
    DOCUMENTS_PER_BLOB,
    MAX_BLOB_BYTES,
    join_lines,
    pack_line,
)
from searchkit.errors import NativeWriteError
from searchkit.native import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from searchkit.engines.whoosh.codec import NativeSegment

_MOST_COLUMN_NAME_BYTES = 63
_MOST = 2**32 - 1
_SPOOLED_BYTES = 2**20


class SegmentDraft:
    """
    A segment that is being collected.

    Args:
        storage: Whoosh's storage, a folder.
        segment: Whose files are to be written.

    Attributes:
        count: Documents so far.
        spoiled: Why nothing more can be written, as a clause; empty while all is well.
    """

    def __init__(self, storage: Any, segment: NativeSegment) -> None:
        self._storage = storage
        self._segment = segment
        self.count = 0
        self.spoiled = ""
        self._fields: dict[str, Any] = {}
        self._lengths: dict[str, array[int]] = {}
        self._columns: dict[str, array[int]] = {}
        self._whoosh_columns: dict[str, tuple[Any, Any]] = {}  # writer and open file
        self._lines: list[bytes] = []
        self._line_bytes = 0
        self._blobs: list[bytes] = []

    # --- documents --------------------------------------------------------------

    def begin_document(self) -> None:
        """
        Begin the next document; what follows is of it.

        Raises:
            NativeWriteError: Something went wrong before.
        """
        self._check_usable()
        self.count += 1

    def add_field(self, name: str, field: Any, *, length: int) -> None:
        """
        Note a field of the document and its length in tokens, 0 for none.
        """
        self._fields.setdefault(name, field)
        if length:
            self._put(self._lengths, name, length)

    def add_column_value(self, name: str, column: Any, value: Any) -> None:
        """
        Add the value that the document has in a column.

        Raises:
            NativeWriteError: The column is pickled, or has no place for the value.
        """
        if isinstance(column, IntegerColumn):
            self._put(self._columns, name, value)
            return
        if name not in self._whoosh_columns:
            if _is_pickled(column):
                raise NativeWriteError(f"the column of {name!r} is pickled")
            folder = self._storage.folder
            spool: Any = SpooledTemporaryFile(_SPOOLED_BYTES, dir=folder)  # noqa: SIM115 - closed by _save_column or discard
            file = StructFile(spool)
            self._whoosh_columns[name] = column.writer(file), file
        self._whoosh_columns[name][0].add(self.count - 1, value)

    def _put(self, into: dict[str, array[int]], name: str, value: Any) -> None:
        if not isinstance(value, int) or not 0 <= value <= _MOST:
            raise NativeWriteError(f"{value!r} in {name!r} is no integer of 32 bits")
        numbers = into.setdefault(name, array("I"))
        numbers.extend([0] * (self.count - 1 - len(numbers)))
        numbers.append(value)

    def end_document(self, stored: dict[str, Any]) -> None:
        """
        End the document.

        Args:
            stored: Its stored fields.

        Raises:
            NativeWriteError: One of them cannot be kept.
        """
        try:
            line = pack_line(stored)
        except TypeError as error:
            raise NativeWriteError(str(error)) from error
        self._line_bytes += len(line) + 1
        if self._line_bytes > MAX_BLOB_BYTES:
            raise NativeWriteError("the stored fields of a document are too long")
        self._lines.append(line)
        if len(self._lines) == DOCUMENTS_PER_BLOB:
            self._close_blob()

    def _close_blob(self) -> None:
        self._blobs.append(join_lines(self._lines))
        self._lines, self._line_bytes = [], 0

    # --- the end ----------------------------------------------------------------

    def discard(self) -> None:
        """
        Let go of everything that was not written.
        """
        for _, file in self._whoosh_columns.values():
            file.close()
        self._whoosh_columns = {}

    def finish(self, schema: Any, items: Iterable[Posting]) -> None:
        """
        Write the segment file, and those of Whoosh's columns.

        Args:
            schema: Whoosh's schema.
            items: All postings in order.

        Raises:
            NativeWriteError: Something cannot be kept; no file was written.
            OSError: The system does not let a file be written.
        """
        self._check_usable()
        self.spoiled = "the commit has failed before"
        for name, field in schema.items():
            self._fields.setdefault(name, field)
        # Before exact lengths take their place: see NativeSegment.field_length.
        given = {name: sum(lengths) for name, lengths in self._lengths.items()}
        self._settle_columns()
        specs = [
            (name, flags_of(field, has_lengths=name in self._lengths), None)
            for name, field in sorted(self._fields.items())
            if field.indexed and not refusal(name, field)
        ]
        native: Any = load()
        columns = sorted(self._columns)
        try:
            builder = native.SegmentBuilder(None, specs, columns, DOCUMENTS_PER_BLOB)
            self._add_documents(builder, [name for name, _, _ in specs], columns)
            self._add_postings(builder, [name for name, _, _ in specs], items)
        except NativeWriteError:
            raise
        except (ValueError, OverflowError) as error:
            raise NativeWriteError(str(error)) from error
        if self._lines:
            self._close_blob()
        for blob in self._blobs:
            builder.add_stored(blob)
        self._blobs = []
        builder.finish(Path(self._storage.folder) / self._segment.file_name)
        names = [self._save_column(name) for name in sorted(self._whoosh_columns)]
        self._segment.written(names, given)

    def _check_usable(self) -> None:
        if self.spoiled:
            raise NativeWriteError(self.spoiled)

    def _settle_columns(self) -> None:
        """
        Make room in every column of integers; those of lengths give the exact ones.
        """
        for name, field in self._fields.items():
            if not isinstance(getattr(field, "column_type", None), IntegerColumn):
                continue
            if len(name.encode()) > _MOST_COLUMN_NAME_BYTES:
                raise NativeWriteError(f"the name {name!r} is longer than 63 bytes")
            text = name.removesuffix(LENGTH_SUFFIX)
            if text == name or not isinstance(self._fields.get(text), TextField):
                self._columns.setdefault(name, array("I"))
                continue
            exact = self._columns.pop(name, array("I"))
            lengths = self._lengths.setdefault(text, array("I"))
            lengths.extend([0] * (len(exact) - len(lengths)))
            for number, length in enumerate(exact):
                # Documents of Whoosh's own API come without.
                lengths[number] = length or lengths[number]
        for numbers in (*self._lengths.values(), *self._columns.values()):
            numbers.extend([0] * (self.count - len(numbers)))

    def _add_documents(
        self, builder: Any, fields: Sequence[str], columns: Sequence[str]
    ) -> None:
        lengths = [
            (number, self._lengths[name])
            for number, name in enumerate(fields)
            if name in self._lengths
        ]
        values = [self._columns[name] for name in columns]
        for document in range(self.count):
            builder.begin_document(
                [(number, of_field[document]) for number, of_field in lengths],
                [column[document] for column in values],
            )

    def _add_postings(
        self, builder: Any, fields: Sequence[str], items: Iterable[Posting]
    ) -> None:
        numbers = {name: number for number, name in enumerate(fields)}
        for (name, term), postings in groupby(items, key=itemgetter(0, 1)):
            field = self._fields.get(name)
            if name not in numbers:
                reason = refusal(name, field) if field is not None else ""
                raise NativeWriteError(reason or f"{name!r} has postings only")
            encoded = encode(name, field, term, postings)
            builder.add_postings(numbers[name], term, *encoded)

    def _save_column(self, name: str) -> str:
        writer, spooled = self._whoosh_columns.pop(name)
        writer.finish(self.count)
        filename = self._segment.column_file(name)
        file = self._storage.create_file(filename)
        spooled.raw_file().seek(0)
        copyfileobj(spooled.raw_file(), file)
        file.close()
        spooled.close()
        return filename


def _is_pickled(column: Any) -> bool:
    while column is not None:
        if isinstance(column, PickleColumn):
            return True
        column = getattr(column, "_child", None)
    return False
