"""
Reading native segments: the open file, and what it says of documents.

:class:`SegmentFile` is an open file with what was looked up in it; the readers of
documents, here, and of terms, in ``codec_terms``, share one.

The extension compares everything that it reads with the bounds of its section, so that
an altered file gives an ``IndexDamagedError`` or other answers, never a crash.  Terms
are handed to Whoosh, which decodes them without asking: before any are listed, the
checksum of the field's dictionary is compared.
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from whoosh.codec import base
from whoosh.columns import ColumnReader, EmptyColumnReader
from whoosh.reading import TermNotFound
from whoosh.util.numeric import byte_to_length, length_to_byte

from searchkit.engines.whoosh.schema import LENGTH_SUFFIX, IntegerColumn
from searchkit.engines.whoosh.stored import split_lines, unpack_line
from searchkit.errors import IndexDamagedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from searchkit.engines.whoosh.codec import NativeSegment
    from searchkit.native import _native

_BLOBS_KEPT = 4
_NORMS_KEPT = 8


def rounded(length: int) -> int:
    """
    Return a length as Whoosh's own codec gives it, which keeps one byte of it.
    """
    return int(byte_to_length(length_to_byte(length)))


class SegmentFile:
    """
    An open segment file.

    Args:
        native: The extension's segment.

    Attributes:
        path: Of the file.
        documents: How many there are, deleted or not.
        fields: Name to flags.
    """

    def __init__(self, native: _native.Segment) -> None:
        self.native = native
        self.path = native.path
        self.documents = native.documents
        self.fields = native.fields
        self._columns = frozenset(native.columns)
        self._numbers: dict[tuple[str, str], array[int] | None] = {}
        self._tokens: dict[str, int] = {}
        self._extremes: dict[str, tuple[int, int]] = {}
        self._norms: dict[tuple[str, float, float, float], Norms] = {}
        self._verified: set[str] = set()
        # A cached method would keep the file open as long as the cache lives.
        self._lines = lru_cache(_BLOBS_KEPT)(_lines_of(native))

    def lengths(self, field: str) -> array[int] | None:
        """
        Return the exact lengths of a field by document; ``None`` where it has none.
        """
        return self._cached("lengths", field)

    def tokens(self, field: str) -> int:
        """
        Return the tokens of a field in all documents; 0 where it has none.
        """
        if field not in self._tokens:
            known = field in self.fields
            self._tokens[field] = self.native.statistics(field)[1] if known else 0
        return self._tokens[field]

    def shortest_and_longest(self, field: str) -> tuple[int, int]:
        """
        Return the least and greatest length of a field, rounded; 0 for none.
        """
        if field not in self._extremes:
            lengths = self.lengths(field) or (0,)
            self._extremes[field] = rounded(min(lengths)), rounded(max(lengths))
        return self._extremes[field]

    def column(self, name: str) -> array[int] | None:
        """
        Return a column by document; ``None`` where there is none.

        ``body_length`` is the lengths of ``body`` unless it is a column of its own.
        """
        if name in self._columns:
            return self._cached("column", name)
        if name.endswith(LENGTH_SUFFIX):
            return self.lengths(name.removesuffix(LENGTH_SUFFIX))
        return None

    def _cached(self, method: str, name: str) -> array[int] | None:
        key = method, name
        if key not in self._numbers:
            found = b""
            if method == "column" or name in self.fields:
                found = getattr(self.native, method)(name) or b""
            self._numbers[key] = array("I", found) if found else None
        return self._numbers[key]

    def norms(self, field: str, k1: float, b: float, mean: float) -> Norms | None:
        """
        Return what BM25 adds to the frequency; ``None`` where there are no lengths.
        """
        key = field, k1, b, mean
        if key not in self._norms:
            lengths = self.lengths(field)
            if lengths is None:
                return None
            if len(self._norms) >= _NORMS_KEPT:
                self._norms.clear()
            self._norms[key] = Norms(_NormByLength(k1, b, mean), lengths)
        return self._norms[key]

    def terms(self, field: str) -> _native.TermCursor | None:
        """
        Return a cursor at the first term of a field; ``None`` where it has no terms.

        Raises:
            IndexDamagedError: The dictionary is altered.
        """
        if field not in self.fields:
            return None
        if field not in self._verified:
            self.native.verify_terms(field)
            self._verified.add(field)
        cursor = self.native.terms(field)
        return cursor if cursor.valid else None

    def find(self, field: str, term: bytes) -> tuple[int, int] | None:
        """
        Return document frequency and frequency of a term; ``None`` if it is not there.
        """
        found = self.native.find(field, term) if field in self.fields else None
        return found[:2] if found is not None else None

    def postings(self, field: str, term: bytes) -> _native.PostingCursor:
        """
        Return a cursor at the first document with a term.

        Raises:
            TermNotFound: There is no such term.
        """
        found = self.native.postings(field, term) if field in self.fields else None
        if found is None:
            raise TermNotFound(f"No term {field}:{term!r}")
        return found

    def stored(self, document: int) -> dict[str, Any]:
        """
        Return the stored fields of a document.

        Raises:
            IndexDamagedError: They are altered.
        """
        try:
            block, at = divmod(document, self.native.stored_block)
            return unpack_line(self._lines(block)[at])
        except (ValueError, IndexError, ZeroDivisionError) as error:
            raise IndexDamagedError(self.path, str(error)) from error


def _lines_of(native: _native.Segment) -> Callable[[int], list[bytes]]:
    def lines(block: int) -> list[bytes]:
        before = block * native.stored_block
        documents = min(native.stored_block, native.documents - before)
        return split_lines(native.stored(block), documents)

    return lines


class Norms:
    """
    What BM25 adds to the frequency in its denominator, in a field.

    Args:
        by_length: By exact length.
        lengths: Exact lengths by document.

    Attributes:
        by_document: By document, as f64 in the order of the machine.
    """

    def __init__(self, by_length: dict[int, float], lengths: array[int]) -> None:
        self.by_length = by_length
        self.by_document = array("d", map(by_length.__getitem__, lengths)).tobytes()


class _NormByLength(dict[int, float]):
    """
    K1 * ((1 - B) + B * length / mean), in Whoosh's order of operations.
    """

    def __init__(self, k1: float, b: float, mean: float) -> None:
        super().__init__()
        self._parameters = k1, b, mean

    def __missing__(self, length: int) -> float:
        k1, b, mean = self._parameters
        # Documents without a length count as one token long, as everywhere in Whoosh.
        norm = k1 * ((1 - b) + b * (rounded(length) or 1) / mean)
        self[length] = norm
        return norm


class NativePerDocReader(base.PerDocumentReader):  # type: ignore[misc]
    """
    Lengths, columns and stored fields.

    Args:
        file: The open segment file.
        storage: Whoosh's storage.
        segment: Says what is deleted.
    """

    def __init__(self, file: SegmentFile, storage: Any, segment: NativeSegment) -> None:
        self._file = file
        self._storage = storage
        self._segment = segment
        self._column_files: dict[str, Any] = {}

    def close(self) -> None:
        """
        Close the files of Whoosh's columns.
        """
        for file in self._column_files.values():
            file.close()
        self._column_files = {}

    def doc_count(self) -> int:
        """
        Return how many documents are not deleted.
        """
        return self._file.documents - self._segment.deleted_count()

    def doc_count_all(self) -> int:
        """
        Return how many documents there are, deleted or not.
        """
        return self._file.documents

    def has_deletions(self) -> bool:
        """
        Tell whether documents are deleted.
        """
        return bool(self._segment.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        """
        Tell whether a document is deleted.
        """
        return self._segment.is_deleted(docnum)

    def deleted_docs(self) -> Iterator[int]:
        """
        Walk over the numbers of deleted documents.
        """
        return self._segment.deleted_docs()

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """
        Return the stored fields of a document.
        """
        return self._file.stored(docnum)

    # --- columns ----------------------------------------------------------------

    def supports_columns(self) -> bool:
        """
        Tell Whoosh that there are columns.
        """
        return True

    def has_column(self, fieldname: str) -> bool:
        """
        Tell whether there may be values of a column.
        """
        return (
            self._segment.column_file(fieldname) in self._segment.files
            or self._file.column(fieldname) is not None
        )

    def column_reader(self, fieldname: str, column: Any) -> Any:
        """
        Return a reader of a column.
        """
        documents = self._file.documents
        if isinstance(column, IntegerColumn):
            values = self._file.column(fieldname)
            if values is not None:
                return NativeColumnReader(values)
        name = self._segment.column_file(fieldname)
        if name not in self._segment.files:
            return EmptyColumnReader(column.default_value(), documents)
        if name not in self._column_files:
            self._column_files[name] = self._storage.open_file(name)
        size = self._storage.file_length(name)
        return column.reader(self._column_files[name], 0, size, documents)

    # --- lengths ----------------------------------------------------------------

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """
        Return the length of a field in a document, rounded as Whoosh does.
        """
        lengths = self._file.lengths(fieldname)
        return (rounded(lengths[docnum]) if lengths is not None else 0) or default

    def field_length(self, fieldname: str) -> int:
        """
        Return the tokens of a field in all documents.
        """
        given = self._segment.field_length(fieldname)
        return given if given is not None else self._file.tokens(fieldname)

    def min_field_length(self, fieldname: str) -> int:
        """
        Return the least length of a field, rounded; 0 where a document lacks it.
        """
        return self._file.shortest_and_longest(fieldname)[0]

    def max_field_length(self, fieldname: str) -> int:
        """
        Return the greatest length of a field, rounded.
        """
        return self._file.shortest_and_longest(fieldname)[1]


class NativeColumnReader(ColumnReader):  # type: ignore[misc]
    """
    Unsigned integers of 32 bits, one a document.

    Args:
        values: The integers.
    """

    def __init__(self, values: array[int]) -> None:
        super().__init__(None, 0, len(values) * 4, len(values))
        self.values = values
        self.sort_key = values.__getitem__

    def __getitem__(self, docnum: int) -> int:
        return self.values[docnum]

    def __iter__(self) -> Iterator[int]:
        return iter(self.values)

    def load(self) -> array[int]:
        """
        Return all values by document.
        """
        return self.values
