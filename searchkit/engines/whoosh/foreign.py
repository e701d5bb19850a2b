"""
Documents that Whoosh's own API has added to the index.

Our writer marks each document of its own: where others have the body, which the schema
has Whoosh keep, ours have ``OURS``.  What a document without the mark stores is all
there is of it.
"""

from __future__ import annotations

import errno
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from whoosh.index import TOC
from whoosh.reading import SegmentReader

from searchkit.articles.model import Article
from searchkit.engines.whoosh.contents import INDEX_NAME
from searchkit.engines.whoosh.storage import DurableStorage, check_table_of_contents
from searchkit.errors import DateValueError, IndexDamagedError
from searchkit.intervals import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from whoosh.reading import IndexReader

_DAMAGE = (errno.ENOENT, errno.EINVAL)

OURS = False
"""Stored as the body of our own documents, whose text is in the catalog."""


def foreign_documents(reader: IndexReader, folder: Path) -> Iterator[Article]:
    """
    Walk over the documents of a snapshot that are not ours, as articles.

    One without an id gets that of its content; a date of publication that is none is
    left out.

    Args:
        reader: Of the snapshot.
        folder: The index folder, for error messages.

    Raises:
        IndexDamagedError: A segment cannot be read to the end.
    """
    damaged: Exception | None = None
    for leaf, _ in reader.leaf_readers():
        try:
            yield from _of_segment(leaf)
        except Exception as error:  # noqa: BLE001 - Whoosh reads without checks
            damaged = _damage(error)
    _raise(damaged, folder)


def readable_foreign_documents(folder: Path, number: int) -> Iterator[Article]:
    """
    Walk over what can be read of such documents in a damaged index.

    Segments are opened one by one: a damaged one hides no other.

    Args:
        folder: The index folder.
        number: Of a table of contents.

    Raises:
        IndexDamagedError: The table is damaged; or all that can be read was given, and
            something cannot.
        OSError: The system does not let a file be read.
    """
    check_table_of_contents(folder, number)
    storage = DurableStorage(str(folder))
    damaged: Exception | None = None
    try:
        info = TOC.read(storage, INDEX_NAME, gen=number)
        for segment in info.segments:
            try:
                reader = SegmentReader(storage, info.schema, segment)
                try:
                    yield from _of_segment(reader)
                finally:
                    reader.close()
            except Exception as error:  # noqa: BLE001 - as above
                damaged = _damage(error)
    finally:
        storage.close_files()
    _raise(damaged, storage.opened)


def _damage(error: Exception) -> Exception:
    """
    Return an error that damage can cause; raise any other again.
    """
    # A missing segment, and an altered offset, are damage; the file is not to blame for
    # anything else that the system refuses.
    refused = isinstance(error, OSError) and error.errno not in _DAMAGE
    if refused or isinstance(error, MemoryError):
        raise error
    return error


def _raise(damaged: Exception | None, path: Path) -> None:
    if damaged is not None:
        reason = f"it cannot be read to the end ({type(damaged).__name__}: {damaged})"
        raise IndexDamagedError(str(path), reason) from damaged


def _of_segment(reader: IndexReader) -> Iterator[Article]:
    """
    Walk over the foreign documents of a segment.

    Raises:
        Exception: Of the last document that could not be read, after all others.
    """
    damaged: Exception | None = None
    for number in reader.all_doc_ids():
        try:
            stored = reader.stored_fields(number)
            article = _article(stored) if stored.get("body") is not OURS else None
        except Exception as error:  # noqa: BLE001 - as above
            damaged = _damage(error)
            continue
        if article is not None:
            yield article
    if damaged is not None:
        raise damaged


def _article(stored: Mapping[str, Any]) -> Article:
    values = {
        name: str(stored.get(name) or "")
        for name in ("id", "title", "body", "source", "url")
    }
    published: str | None = str(stored.get("published") or "")
    if isinstance(stored.get("published"), Interval):
        published = stored["published"].first.isoformat()
    article = Article(**values)
    with suppress(DateValueError):
        article = Article(**values, published=published)
    return article
