"""
Documents that Whoosh's own API has added to the index.

Our writer keeps bodies in the catalog alone; the schema has Whoosh keep those of all
other documents.  So a document with a body was written by somebody else, and what it
stores is all there is of it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from searchkit.articles.model import Article
from searchkit.errors import DateValueError
from searchkit.intervals import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from whoosh.reading import IndexReader


def foreign_documents(reader: IndexReader) -> Iterator[Article]:
    """
    Walk over the documents of a snapshot that have a body or no id, as articles.

    One without an id gets that of its content; a date of publication that is none is
    left out.
    """
    for leaf, _ in reader.leaf_readers():
        for number in leaf.all_doc_ids():
            stored = leaf.stored_fields(number)
            if "body" in stored or not stored.get("id"):
                yield _article(stored)


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
