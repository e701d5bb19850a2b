"""
The terms of native segments, as Whoosh's readers and automata ask for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whoosh.codec import base
from whoosh.reading import TermInfo, TermNotFound

from searchkit.engines.whoosh.codec_matching import NativeMatcher
from searchkit.engines.whoosh.codec_reading import SegmentFile, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from searchkit.native import _native


class NativeTermInfo(TermInfo):  # type: ignore[misc]
    """
    Statistics of a term; what takes a walk over its postings is found out when asked.

    Args:
        file: The open segment file.
        field: Of the term.
        term: Its bytes.
        counts: Document frequency and frequency.
    """

    def __init__(
        self, file: SegmentFile, field: str, term: bytes, counts: tuple[int, int]
    ) -> None:
        self._source = file, field, term
        self._df, self._weight = counts

    def __getattr__(self, name: str) -> Any:
        if name == "_maxlength":
            file, field, _ = self._source
            self._maxlength = file.shortest_and_longest(field)[1]
        elif name in {"_minlength", "_maxweight", "_minid", "_maxid"}:
            self._measure()
        else:
            raise AttributeError(name)
        return self.__dict__[name]

    def _measure(self) -> None:
        file, field, term = self._source
        cursor = file.postings(field, term)
        self._minid, self._maxid = cursor.document(), file.documents - 1
        self._maxweight, shortest = cursor.peaks()
        self._minlength = rounded(shortest)


class NativeCursor(base.FieldCursor):  # type: ignore[misc]
    """
    Walks over the terms of a field, for Whoosh's automata.

    Args:
        file: The open segment file.
        field: Name of the field.
        fieldobj: Its type, which turns bytes into terms and back.
        cursor: At the first term.
    """

    def __init__(
        self, file: SegmentFile, field: str, fieldobj: Any, cursor: _native.TermCursor
    ) -> None:
        self._file, self._field = file, field
        self._fieldobj = fieldobj
        self._cursor = cursor

    def first(self) -> Any:
        """
        Move to the first term, and return it.
        """
        self._cursor.first()
        return self.text()

    def find(self, term: Any) -> Any:
        """
        Move to the first term that is not before this one, and return it.
        """
        if not isinstance(term, bytes):
            term = self._fieldobj.to_bytes(term)
        self._cursor.seek(term)
        return self.text()

    def next(self) -> Any:
        """
        Move on, and return the term; ``None`` behind the last one.
        """
        if self._cursor.valid:
            self._cursor.next()
        return self.text()

    def text(self) -> Any:
        """
        Return the current term; ``None`` behind the last one.
        """
        if not self._cursor.valid:
            return None
        return self._fieldobj.from_bytes(self._cursor.text)

    term = text

    def term_info(self) -> NativeTermInfo | None:
        """
        Return the statistics of the current term.
        """
        cursor = self._cursor
        if not cursor.valid:
            return None
        counts = cursor.document_frequency, cursor.frequency
        return NativeTermInfo(self._file, self._field, cursor.text, counts)

    def is_valid(self) -> bool:
        """
        Tell whether there is a current term.
        """
        return self._cursor.valid


class NativeTermsReader(base.TermsReader):  # type: ignore[misc]
    """
    Terms and their postings.

    Args:
        file: The open segment file.
    """

    def __init__(self, file: SegmentFile) -> None:
        self._file = file

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._file.find(*term) is not None

    def indexed_field_names(self) -> list[str]:
        """
        Return the fields that have terms.
        """
        statistics = self._file.native.statistics
        return sorted(name for name in self._file.fields if statistics(name)[2])

    def cursor(self, fieldname: str, fieldobj: Any) -> Any:
        """
        Return a cursor at the first term of a field.
        """
        cursor = self._file.terms(fieldname)
        if cursor is None:
            return base.EmptyCursor()
        return NativeCursor(self._file, fieldname, fieldobj, cursor)

    def _from(
        self, field: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], tuple[int, int]]]:
        """
        Walk over the terms of a field and of those behind it.
        """
        for name in self.indexed_field_names():
            if name < field or (cursor := self._file.terms(name)) is None:
                continue
            if name == field:
                cursor.seek(prefix)
            while cursor.valid:
                yield (
                    (name, cursor.text),
                    (cursor.document_frequency, cursor.frequency),
                )
                cursor.next()

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """
        Walk over all fields and terms, in order.
        """
        return (term for term, _ in self._from("", b""))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """
        Walk over fields and terms from a term on, in order.
        """
        return (term for term, _ in self._from(fieldname, prefix))

    def items(self) -> Iterator[tuple[tuple[str, bytes], NativeTermInfo]]:
        """
        Walk over all fields and terms, with their statistics.
        """
        return self.items_from("", b"")

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], NativeTermInfo]]:
        """
        Walk over fields and terms from a term on, with their statistics.
        """
        return (
            (term, NativeTermInfo(self._file, *term, counts))
            for term, counts in self._from(fieldname, prefix)
        )

    def term_info(self, fieldname: str, text: bytes) -> NativeTermInfo:
        """
        Return the statistics of a term.

        Raises:
            TermNotFound: There is no such term.
        """
        found = self._file.find(fieldname, text)
        if found is None:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return NativeTermInfo(self._file, fieldname, text, found)

    def frequency(self, fieldname: str, text: bytes) -> int:
        """
        Return how often a term occurs; 0 where there is no such term.
        """
        return (self._file.find(fieldname, text) or (0, 0))[1]

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """
        Return in how many documents a term occurs, deleted ones included.
        """
        return (self._file.find(fieldname, text) or (0, 0))[0]

    def matcher(
        self, fieldname: str, text: bytes, format_: Any, scorer: Any = None
    ) -> NativeMatcher:
        """
        Return a matcher of the documents with a term, deleted ones included.

        Raises:
            TermNotFound: There is no such term.
        """
        cursor = self._file.postings(fieldname, text)
        return NativeMatcher(self._file, (fieldname, text), format_, scorer, cursor)
