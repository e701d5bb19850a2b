"""
Documents as the extension takes them.

Texts and terms go by the number of their field; what Whoosh's API gives back with a hit
is a line of a blob.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from searchkit.documents import name_terms
from searchkit.engines.whoosh.foreign import OURS
from searchkit.engines.whoosh.native_searcher import KEY_FIELD
from searchkit.engines.whoosh.stored import pack_line
from searchkit.fields import FIELDS, FieldKind
from searchkit.intervals import Interval, index_terms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from searchkit.documents import Document
    from searchkit.native import _native

_NUMBER = {field.name: number for number, field in enumerate(FIELDS)}
_SURROGATES = re.compile("[\ud800-\udfff]")
_KEY, _TITLE, _BODY = _NUMBER[KEY_FIELD], _NUMBER["title"], _NUMBER["body"]
_URL = _NUMBER["url"]

Terms: TypeAlias = "list[tuple[int, str, int] | int]"
"""Field number, term and frequency of each term; or the number of a group of them."""


class TermGroups:
    """
    Terms that documents of a segment have together: those of a source, and of a date.

    Args:
        builder: Of the segment.
    """

    def __init__(self, builder: _native.SegmentBuilder) -> None:
        self._builder = builder
        self._sources: dict[str, int] = {}
        self._dates: dict[Interval, int] = {}

    def of_source(self, source: str) -> int:
        """
        Return the group of a publisher or collection.
        """
        group = self._sources.get(source)
        if group is None:
            number = _NUMBER["source"]
            terms = [(number, term, 1) for term in name_terms(source)]
            group = self._sources[source] = self._builder.share(terms)
        return group

    def of_publication(self, published: Interval) -> int:
        """
        Return the group of a date of publication.
        """
        group = self._dates.get(published)
        if group is None:
            number = _NUMBER["published"]
            terms = [(number, term, 1) for term in index_terms(published)]
            group = self._dates[published] = self._builder.share(terms)
        return group


def native_fields(extension: ModuleType) -> list[tuple[str, int, int | None]]:
    """
    Return the fields of ``searchkit.fields`` as the extension declares them.
    """
    flags = {
        FieldKind.IDENTIFIER: 0,
        FieldKind.TEXT: extension.FREQUENCIES | extension.POSITIONS | extension.LENGTHS,
        FieldKind.WORDS: 0,
        FieldKind.NAMES: extension.FREQUENCIES,
        FieldKind.DAYS: extension.FREQUENCIES,
    }
    return [
        (
            field.name,
            flags[field.kind] | (extension.KEY if field.name == KEY_FIELD else 0),
            _NUMBER["words"] if field.kind is FieldKind.TEXT else None,
        )
        for field in FIELDS
    ]


def document_texts(document: Document) -> tuple[tuple[int, str], ...]:
    """
    Return the texts of a document by the numbers of their fields.
    """
    return (_TITLE, document.title), (_BODY, document.body)


def document_terms(document: Document, groups: TermGroups) -> Terms:
    """
    Return all that is no text in a document.
    """
    terms: Terms = [(_KEY, document.id, 1)]
    if document.url:
        terms.append((_URL, _encodable(document.url), 1))
    if document.source:
        terms.append(groups.of_source(document.source))
    if document.names:
        for field, names in document.names.items():
            number = _NUMBER[field]
            terms += [(number, term, count) for term, count in names.items()]
    if document.dates:
        terms += _date_terms(document.dates)
    if document.published is not None:
        terms.append(groups.of_publication(document.published))
    return terms


def _date_terms(dates: Mapping[Interval, int]) -> list[tuple[int, str, int]]:
    """
    Return what :func:`document_terms` has of the intervals that a text mentions.
    """
    counts: dict[str, int] = {}
    for interval, count in dates.items():
        for term in _interval_terms(interval):
            counts[term] = counts.get(term, 0) + count
    number = _NUMBER["dates"]
    return [(number, term, count) for term, count in counts.items()]


@lru_cache(maxsize=10_000)
def _interval_terms(interval: Interval) -> tuple[str, ...]:
    """
    Return the terms of an interval; many articles mention the same.
    """
    return tuple(index_terms(interval))


def document_columns(document: Document) -> tuple[int]:
    """
    Return the values of a document's columns: the day of publication, 0 for none.
    """
    published = document.published
    return (0 if published is None else published.first.toordinal(),)


def stored_line(document: Document, extension: ModuleType) -> bytes:
    """
    Return what Whoosh's API gives back with a hit, as a line of a blob.
    """
    values: dict[str, Any] = {
        "id": document.id,
        "title": document.title,
        "body": OURS,
        "source": document.source,
        "url": document.url,
    }
    if document.published is not None:
        values["published"] = document.published_value
    line: bytes = extension.json_line(values) or pack_line(values)
    return line


def _encodable(text: str) -> str:
    """
    Put U+FFFD in place of half code points, which no file can hold.
    """
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)
