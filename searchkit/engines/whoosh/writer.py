"""
The transaction on a Whoosh index.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from whoosh.codec.whoosh3 import W3Codec, W3Segment
from whoosh.reading import SegmentReader, TermNotFound

from searchkit.analysis import english_analyzer
from searchkit.engines.whoosh.foreign import OURS
from searchkit.engines.whoosh.schema import LENGTH_SUFFIX, AnalysedText
from searchkit.errors import IndexAccessError
from searchkit.fields import PUBLISHED_COLUMN
from searchkit.settings import MAX_SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from whoosh.codec.base import Segment
    from whoosh.reading import IndexReader
    from whoosh.util.filelock import LockBase
    from whoosh.writing import SegmentWriter

    from searchkit.documents import Document
    from searchkit.engines.whoosh.engine import WhooshEngine


WHOOSH_MEMORY_MB = 256
"""Memory for postings before Whoosh's writer spills them to disk, in MB."""


class PlainCodec(W3Codec):  # type: ignore[misc]
    """
    Whoosh's own codec without minimum and maximum lengths in the term dictionary.

    Whoosh would look up the length of the field for every posting, a third of the time
    that writing takes; our scores use exact lengths from a column.  The files are read
    by Whoosh's codec as they are.
    """

    length_stats = False

    def new_segment(self, storage: Any, indexname: str) -> W3Segment:  # noqa: ARG002 - Whoosh's signature
        """
        Return a segment that names Whoosh's own codec as the one to read it with.
        """
        return W3Segment(W3Codec(), indexname)


class WhooshWriter:
    """
    A :class:`~searchkit.engines.base.Writer` on Whoosh's segment writer.

    All values are made before Whoosh sees a document: an exception in the middle of
    Whoosh's ``add_document`` would spoil the segment, so any exception at all cancels.

    Args:
        engine: What it writes to.
        writer: Whoosh's writer, which has no lock of its own.
        reader: What was committed before; the writer closes it.
        lock: Whoosh's lock, held; the writer releases it.
    """

    def __init__(
        self,
        engine: WhooshEngine,
        writer: SegmentWriter,
        reader: IndexReader,
        lock: LockBase,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._reader = reader
        self._lock = lock
        self._cleared = False
        self._open = True
        #: Documents of this transaction: article id to number in the new segment.
        self._added: dict[str, int] = {}
        self._superseded: list[int] = []

    def put(self, document: Document) -> None:
        """
        Add a document, or replace the one with the same id.
        """
        with self._cancelling():
            values = document_values(document)
            self._delete(document.id)
            self._added[document.id] = self._writer.docnum
            self._writer.add_document(**values)

    def put_all(self, documents: Iterable[Document]) -> None:
        """
        Add or replace documents.
        """
        with self._cancelling():
            waiting = iter(documents)
        try:
            for document in waiting:
                self.put(document)
        except BaseException:
            # It may come from where the documents do; what is ours was cancelled.
            self.cancel()
            raise

    def delete(self, article_id: str) -> None:
        """
        Delete a document if there is one.
        """
        with self._cancelling():
            self._delete(article_id)

    def _delete(self, article_id: str) -> None:
        number = self._added.pop(article_id, None)
        if number is not None:
            self._superseded.append(number)
        if self._cleared:
            return
        try:
            matcher = self._reader.postings("id", article_id)
        except (TermNotFound, UnicodeEncodeError):  # no id has half a code point
            return
        while matcher.is_active():
            if not self._writer.is_deleted(matcher.id()):
                self._writer.delete_document(matcher.id())
            matcher.next()

    def clear(self) -> None:
        """
        Delete every document that was there before this transaction.
        """
        with self._cancelling():
            self._cleared = True

    def commit(self, generation: int) -> None:
        """
        Make all changes durable, then visible.
        """
        with self._cancelling():
            self._reader.close()
            for number in self._superseded:
                self._writer.newsegment.delete_document(number)
            with self._writer.storage.keeping_old_files():
                self._writer.commit(mergetype=_no_segments if self._cleared else _merge)
                self._engine.record_commit(generation, self._writer.generation)
        self._open = False
        self._lock.release()

    def cancel(self) -> None:
        """
        Forget all changes.
        """
        if not self._open:
            return
        self._open = False
        # What a full disk keeps Whoosh from closing in order, the next writer removes.
        with suppress(Exception):
            self._reader.close()
        with suppress(Exception):
            self._writer.cancel()
        self._lock.release()

    @contextmanager
    def _cancelling(self) -> Iterator[None]:
        """
        Cancel the transaction when anything at all goes wrong.
        """
        if not self._open:
            raise ValueError("the transaction has ended")
        try:
            yield
        except OSError as error:
            self.cancel()
            path = str(error.filename or self._engine.folder)
            raise IndexAccessError(path, error.strerror or str(error)) from error
        except BaseException:
            self.cancel()
            raise


def document_values(document: Document) -> dict[str, Any]:
    """
    Analyse a document into the values that the schema's field types take.
    """
    analyzer = english_analyzer()
    title, body = analyzer.terms(document.title), analyzer.terms(document.body)
    values: dict[str, Any] = {
        "id": document.id,
        "title": AnalysedText(term for term, _ in title),
        "_stored_title": document.title,
        "title" + LENGTH_SUFFIX: len(title),
        "body": AnalysedText(term for term, _ in body),
        "_stored_body": OURS,
        "body" + LENGTH_SUFFIX: len(body),
        "words": {word for _, word in title} | {word for _, word in body},
        "dates": document.dates,
        "source": document.source,
        "url": document.url,
        **document.names,
    }
    if document.published is not None:
        values["published"] = document.published
        values["_stored_published"] = document.published_value
        values[PUBLISHED_COLUMN] = document.published.first.toordinal()
    return values


def _no_segments(_: SegmentWriter, __: Sequence[Segment]) -> list[Segment]:
    return []


def _merge(writer: SegmentWriter, segments: Sequence[Segment]) -> list[Segment]:
    """
    Keep segments few: a Whoosh merge policy.

    Segments that have lost more than half of their documents are written anew, and as
    soon as there are too many, the smallest ones are joined until half are left.  The
    largest are rarely touched, so that each document is rewritten a few times only.
    """
    by_size = sorted(segments, key=lambda segment: segment.doc_count())
    worn = [s for s in by_size if s.deleted_count() * 2 > s.doc_count_all()]
    joined = {segment.segment_id() for segment in worn}
    if len(segments) - len(worn) + 1 > MAX_SEGMENTS:
        joined.update(s.segment_id() for s in by_size[: -(MAX_SEGMENTS // 2)])
    for segment in segments:
        if segment.segment_id() in joined and segment.doc_count() > 0:
            reader = SegmentReader(writer.storage, writer.schema, segment)
            try:
                writer.add_reader(reader)
            finally:
                reader.close()
    return [s for s in segments if s.segment_id() not in joined]
