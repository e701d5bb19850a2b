"""
Documents as the extension takes them.

Texts and terms go by the number of their field; what Whoosh's API gives back with a hit
is a tuple, and a line of a blob.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from searchkit.documents import name_terms
from searchkit.engines.whoosh.foreign import OURS
from searchkit.engines.whoosh.native_searcher import KEY_FIELD
from searchkit.engines.whoosh.stored import pack_stored, pack_text
from searchkit.fields import FIELDS, FieldKind
from searchkit.intervals import Interval, index_terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

    from searchkit.documents import Document
    from searchkit.native import _native

_NUMBER = {field.name: number for number, field in enumerate(FIELDS)}
_SURROGATES = re.compile("[\ud800-\udfff]")
_KEY, _TITLE, _BODY = _NUMBER[KEY_FIELD], _NUMBER["title"], _NUMBER["body"]
_URL, _SOURCE = _NUMBER["url"], _NUMBER["source"]
_STORED = "id", "title", "body", "source", "url", "published"

_SHARED_CHARACTERS = 200
"""Longest source whose terms are remembered: a corpus has few, unless a stranger made
it."""

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
            group = self._builder.share(_source_terms(source))
            self._sources[source] = group
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


def native_document(
    document: Document, groups: TermGroups
) -> tuple[tuple[tuple[int, str], ...], Terms, tuple[int]]:
    """
    Return what ``SegmentBuilder.add`` takes of a document.

    Returns:
        Its texts, its terms, and its columns: the day of publication, 0 for none.
    """
    terms: Terms = [(_KEY, document.id, 1)]
    if document.url:
        terms.append((_URL, _encodable(document.url), 1))
    if 0 < len(document.source) <= _SHARED_CHARACTERS:
        terms.append(groups.of_source(document.source))
    elif document.source:
        terms += _source_terms(document.source)
    if document.names:
        for field, names in document.names.items():
            number = _NUMBER[field]
            terms += [(number, term, count) for term, count in names.items()]
    if document.dates:
        terms += _date_terms(document.dates)
    day = 0
    if (published := document.published) is not None:
        terms.append(groups.of_publication(published))
        day = published.first.toordinal()
    return ((_TITLE, document.title), (_BODY, document.body)), terms, (day,)


def _source_terms(source: str) -> list[tuple[int, str, int]]:
    """
    Return what :func:`native_document` has of a publisher or collection.
    """
    return [(_SOURCE, term, 1) for term in name_terms(source)]


def _date_terms(dates: Mapping[Interval, int]) -> list[tuple[int, str, int]]:
    """
    Return what :func:`native_document` has of the intervals that a text mentions.
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


def stored_values(document: Document) -> tuple[str | bool | None, ...]:
    """
    Return what Whoosh's API gives back with a hit: values of the first stored fields.
    """
    values = document.id, document.title, OURS, document.source, document.url
    if document.published is None:
        return values
    return *values, document.published_value


def stored_blob(documents: Sequence[tuple[Any, ...]], extension: ModuleType) -> bytes:
    """
    Pack what :func:`stored_values` gives for some documents.
    """
    lines: bytes | None = extension.json_lines(_STORED, documents)
    if lines is not None:
        return pack_text(lines)
    return pack_stored(
        [dict(zip(_STORED, values, strict=False)) for values in documents]
    )


def _encodable(text: str) -> str:
    """
    Put U+FFFD in place of half code points, which no file can hold.
    """
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)
