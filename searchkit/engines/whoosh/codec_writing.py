"""
Writing native segments: what Whoosh's segment writer calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whoosh.codec import base

from searchkit.engines.whoosh.codec_postings import Posting, refusal
from searchkit.errors import NativeWriteError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from searchkit.engines.whoosh.codec_draft import SegmentDraft


class NativePerDocWriter(base.PerDocumentWriter):  # type: ignore[misc]
    """
    Takes documents, without their postings.

    Args:
        draft: Collects them.
    """

    def __init__(self, draft: SegmentDraft) -> None:
        self._draft = draft
        self._stored: dict[str, Any] | None = None  # None between documents
        self.is_closed = False

    def start_doc(self, docnum: int) -> None:
        """
        Begin the next document.

        Raises:
            NativeWriteError: One of those before could not be added.
        """
        if self._stored is not None or docnum != self._draft.count:
            self.cancel_doc()
        self._draft.begin_document()
        self._stored = {}

    def add_field(self, fieldname: str, fieldobj: Any, value: Any, length: Any) -> None:
        """
        Add a field with its stored value, or ``None``, and length in tokens.
        """
        if value is not None or length:
            if reason := refusal(fieldname, fieldobj):
                raise NativeWriteError(reason)
            if value is not None and self._stored is not None:
                self._stored[fieldname] = value
        self._draft.add_field(fieldname, fieldobj, length=length or 0)

    def add_column_value(self, fieldname: str, columnobj: Any, value: Any) -> None:
        """
        Add a value to sort by.
        """
        self._draft.add_column_value(fieldname, columnobj, value)

    def add_vector_items(self, fieldname: str, fieldobj: Any, items: Any) -> None:  # noqa: ARG002 - Whoosh's signature
        """
        Refuse vectors.
        """
        raise NativeWriteError(f"{fieldname!r} has vectors")

    def finish_doc(self) -> None:
        """
        End the document.
        """
        stored, self._stored = self._stored or {}, None
        try:
            self._draft.end_document(stored)
        except BaseException:
            self.cancel_doc()
            raise

    def cancel_doc(self) -> None:
        """
        Take nothing more: Whoosh's pool has postings of a document that failed.
        """
        self._stored = None
        self._draft.spoiled = "a document could not be added before"

    def close(self) -> None:
        """
        End the documents.
        """
        if self._stored is not None:
            self.cancel_doc()
        self.is_closed = True


class NativeFieldWriter(base.FieldWriter):  # type: ignore[misc]
    """
    Takes all postings, and writes the segment.

    Args:
        draft: Has collected the documents.
    """

    def __init__(self, draft: SegmentDraft) -> None:
        self._draft = draft
        self.is_closed = False

    def add_postings(self, schema: Any, lengths: Any, items: Iterable[Posting]) -> None:  # noqa: ARG002 - Whoosh's signature
        """
        Write the segment; see :meth:`SegmentDraft.finish`.
        """
        self._draft.finish(schema, items)

    def close(self) -> None:
        """
        Let go of what was not written.
        """
        self._draft.discard()
        self.is_closed = True
