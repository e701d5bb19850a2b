"""
The transaction on an index, in bulk: documents in, native segments out.

Documents are collected in memory by the extension, and written as a segment when they
have used up their share of it, or at the commit.  A segment file is on disk before the
table of contents names it.  Whoosh's own writer is not used: it takes a document apart
in Python.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from searchkit.analysis.compiled import NativeAnalyzer
from searchkit.engines.whoosh.codec import NativeSegment
from searchkit.engines.whoosh.contents import INDEX_NAME
from searchkit.engines.whoosh.native_documents import (
    TermGroups,
    native_document,
    native_fields,
    stored_blob,
    stored_values,
)
from searchkit.engines.whoosh.native_searcher import KEY_FIELD, is_marked
from searchkit.engines.whoosh.stored import (
    DOCUMENTS_PER_BLOB,
    join_lines,
    split_lines,
)
from searchkit.errors import IndexAccessError, IndexDamagedError
from searchkit.fields import PUBLISHED_COLUMN
from searchkit.settings import MAX_SEGMENTS, WRITER_MEMORY_MB

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from types import ModuleType, TracebackType

    from whoosh.codec.base import Segment as WhooshSegment
    from whoosh.util.filelock import LockBase

    from searchkit.documents import Document
    from searchkit.engines.whoosh.engine import WhooshEngine
    from searchkit.native import _native

_PART_CHARACTERS = 4 * 2**20
"""Code points of text that are held until they are added, about."""


class NativeWriter:
    """
    A :class:`~searchkit.engines.base.Writer` on native segments.

    Args:
        engine: What it writes to.
        extension: The compiled extension.
        segments: What was committed before, all of it native.
        lock: Whoosh's lock, held; the writer releases it.
        memory: For documents before they are written, in MB.

    Attributes:
        folder: Where the segments are.
        is_open: Whether the transaction has neither been committed nor cancelled.
    """

    def __init__(
        self,
        engine: WhooshEngine,
        extension: ModuleType,
        segments: Sequence[WhooshSegment],
        lock: LockBase,
        *,
        memory: int = WRITER_MEMORY_MB,
    ) -> None:
        self._engine = engine
        self.folder = engine.folder
        self._extension = extension
        self._lock = lock
        self._memory = memory * 2**20
        self.is_open = True
        self._written: list[Path] = []
        self._old = [_Part(engine.folder, extension, segment) for segment in segments]
        #: Segments that this transaction has written.
        self._new: list[_Part] = []
        self._analyzer = NativeAnalyzer().native
        self._begin_segment()

    def put(self, document: Document) -> None:
        """
        Add a document, or replace the one with the same id.
        """
        self.put_all((document,))

    def put_all(self, documents: Iterable[Document]) -> None:
        """
        Add or replace documents, as many as there are.
        """
        self.require_open()
        part: list[Document] = []
        characters = 0
        try:
            for document in documents:
                part.append(document)
                characters += len(document.body)
                if (
                    len(part) + len(self._stored) == DOCUMENTS_PER_BLOB
                    or characters > _PART_CHARACTERS
                ):
                    self._add(part)
                    part, characters = [], 0
        except BaseException:
            # It may come from where the documents do; what is ours was cancelled.
            self.cancel()
            raise
        self._add(part)

    def delete(self, article_id: str) -> None:
        """
        Delete a document if there is one.
        """
        with _Cancelling(self):
            self._delete(article_id)

    def clear(self) -> None:
        """
        Delete every document that was there before this transaction.
        """
        with _Cancelling(self):
            self._old = []

    def commit(self, generation: int) -> None:
        """
        Make all changes durable, then visible.
        """
        with _Cancelling(self):
            self._end_segment()
            parts = [part for part in (*self._old, *self._new) if part.live_count]
            segments = [part.segment for part in self._merged(parts)]
            # From here on the manifest may name the new files, whatever goes wrong.
            self._written = []
            self._engine.replace_segments(segments, generation)
        self.is_open = False
        self._lock.release()

    def cancel(self) -> None:
        """
        Forget all changes.
        """
        if not self.is_open:
            return
        self.is_open = False
        self._old, self._new = [], []
        for path in self._written:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        self._lock.release()

    def require_open(self) -> None:
        """
        Make sure that the transaction goes on.

        Raises:
            ValueError: It has ended.
        """
        if not self.is_open:
            raise ValueError("the transaction has ended")

    def fail(self, error: BaseException) -> None:
        """
        Cancel the transaction because of an error, which is to be raised after it.

        Raises:
            IndexAccessError: Instead, where it is the system's.
        """
        self.cancel()
        if isinstance(error, OSError):
            path = str(error.filename or self.folder)
            raise IndexAccessError(path, error.strerror or str(error)) from error

    def _add(self, documents: Sequence[Document]) -> None:
        """
        Add documents, at most as many as the next blob still takes.
        """
        with _Cancelling(self):
            self._add_part(documents)

    def _add_part(self, documents: Sequence[Document]) -> None:
        # First all that is done here, then all that the extension does: each would find
        # the caches of the processor full of what the other needs.
        ready = [native_document(document, self._groups) for document in documents]
        is_first = not self._old and not self._new
        for document, values in zip(documents, ready, strict=True):
            number = self._builder.add(*values)
            before = self._added.setdefault(document.id, number)
            if before != number:
                self._superseded.append(before)
                self._added[document.id] = number
            if not is_first:
                self._delete_written(document.id)
        self._stored += map(stored_values, documents)
        if len(self._stored) == DOCUMENTS_PER_BLOB:
            self._store()
            if self._builder.memory > self._memory:
                self._end_segment()
                self._begin_segment()

    def _delete(self, article_id: str) -> None:
        number = self._added.pop(article_id, None)
        if number is not None:
            self._superseded.append(number)
        self._delete_written(article_id)

    def _delete_written(self, article_id: str) -> None:
        """
        Delete the document with this id where it is in a segment already.
        """
        try:
            key = article_id.encode()
        except UnicodeEncodeError:  # no id has half a code point
            return
        for part in (*self._old, *self._new):
            part.delete(key)

    # --- segments ---------------------------------------------------------------

    def _begin_segment(self) -> None:
        if self._analyzer.memory() > self._memory // 2:
            self._analyzer.clear()  # no segment uses its numbers any more
        self._builder: _native.SegmentBuilder = self._extension.SegmentBuilder(
            self._analyzer,
            native_fields(self._extension),
            (PUBLISHED_COLUMN,),
            DOCUMENTS_PER_BLOB,
        )
        self._groups = TermGroups(self._builder)
        #: Documents of the segment: article id to number; and numbers gone since.
        self._added: dict[str, int] = {}
        self._superseded: list[int] = []
        self._stored: list[tuple[str | bool | None, ...]] = []

    def _store(self) -> None:
        if self._stored:
            self._builder.add_stored(stored_blob(self._stored, self._extension))
            self._stored = []

    def _end_segment(self) -> None:
        """
        Write what was collected as a segment, if it is anything.
        """
        self._store()
        if not self._builder.documents:
            return
        part = self._new_part(self._builder.documents)
        self._builder.finish(part.path)
        for number in self._superseded:
            part.segment.delete_document(number)
        self._new.append(part)

    def _new_part(self, documents: int) -> _Part:
        segment = NativeSegment(INDEX_NAME)
        segment.set_doc_count(documents)
        part = _Part(self.folder, self._extension, segment)
        self._written.append(part.path)
        return part

    def _merged(self, parts: list[_Part]) -> list[_Part]:
        """
        Keep segments few.

        Those that have lost more than half of their documents are written anew, and as
        soon as there are too many, the smallest ones are joined until half are left.
        The largest are rarely touched, so that each document is rewritten a few times
        only.
        """
        by_size = sorted(parts, key=lambda part: part.live_count)
        joined = [p for p in by_size if p.segment.deleted_count() > p.live_count]
        if len(parts) - len(joined) + bool(joined) > MAX_SEGMENTS:
            joined = by_size[: len(parts) - MAX_SEGMENTS // 2 + 1]
        if not joined:
            return parts
        rest = [part for part in parts if part not in joined]
        inputs = [part for part in parts if part in joined]
        merged = self._new_part(sum(part.live_count for part in inputs))
        self._extension.merge_segments(
            merged.path,
            [(part.native, part.deleted) for part in inputs],
            DOCUMENTS_PER_BLOB,
            list(_stored_anew(inputs)),
        )
        return [*rest, merged]


class _Cancelling:
    """
    Cancels a transaction when anything at all goes wrong within the block.
    """

    __slots__ = ("_writer",)

    def __init__(self, writer: NativeWriter) -> None:
        self._writer = writer

    def __enter__(self) -> None:
        self._writer.require_open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._writer.fail(error)


class _Part:
    """
    A segment of the transaction, opened when something of it is needed.
    """

    def __init__(
        self, folder: Path, extension: ModuleType, segment: NativeSegment
    ) -> None:
        self.segment = segment
        self.path = folder / segment.file_name
        self._extension = extension
        self._native: _native.Segment | None = None

    @property
    def native(self) -> _native.Segment:
        if self._native is None:
            self._native = self._extension.Segment(self.path)
        return self._native

    @property
    def live_count(self) -> int:
        return int(self.segment.doc_count())

    @property
    def deleted(self) -> bytes:
        return bitmap_of(self.segment)

    def delete(self, key: bytes) -> None:
        """
        Delete the documents with this id.
        """
        postings = self.native.postings(KEY_FIELD, key)
        while postings is not None and postings.is_active():
            self.segment.delete_document(postings.document())
            postings.next()


def bitmap_of(segment: WhooshSegment) -> bytes:
    """
    Return the deleted documents of a segment as a bitmap; empty for none.
    """
    if not segment.has_deletions():
        return b""
    marks = bytearray((segment.doc_count_all() + 7) // 8)
    for document in segment.deleted_docs():
        marks[document >> 3] |= 1 << (document & 7)
    return bytes(marks)


def _stored_anew(parts: Sequence[_Part]) -> Iterator[bytes]:
    """
    Yield the blobs of a merged segment.
    """
    waiting: list[bytes] = []
    for part in parts:
        deleted, native = part.deleted, part.native
        block = native.stored_block or DOCUMENTS_PER_BLOB
        for start in range(0, native.documents, block):
            documents = min(block, native.documents - start)
            try:
                blob = native.stored(start // block)
                lines = split_lines(blob, documents)
            except ValueError as error:
                raise IndexDamagedError(str(part.path), str(error)) from error
            waiting.extend(
                line
                for number, line in enumerate(lines, start)
                if not is_marked(deleted, number)
            )
            while len(waiting) >= DOCUMENTS_PER_BLOB:
                yield join_lines(waiting[:DOCUMENTS_PER_BLOB])
                del waiting[:DOCUMENTS_PER_BLOB]
    if waiting:
        yield join_lines(waiting)
