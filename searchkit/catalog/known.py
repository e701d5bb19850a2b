"""
What the catalog knows of articles and sources without reading any text.

Indexing compares these with what it finds; to answer a query takes none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """
    What has to be known of a stored article to decide whether to store it again.

    Attributes:
        fingerprint: Of its content.
        explicit_id: Whether its id was given.
        annotators: Fingerprints of the annotators by kind of annotation.
        locations: Of the sources that it comes from.
    """

    fingerprint: str
    explicit_id: bool
    annotators: Mapping[str, str]
    locations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownSource:
    """
    A source as it was when last read.

    Attributes:
        location: Absolute path, the identity of the source; empty for all that came
            from no file.
        path: As a person named it.
        size: In bytes.
        modified_ns: Time of its last change, in nanoseconds since 1970.
        read_ns: When it was read, likewise.
        fingerprint: Of its bytes; empty where it has to be read again.
        articles: How many articles it produced.
    """

    location: str
    path: str
    size: int
    modified_ns: int
    read_ns: int
    fingerprint: str
    articles: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """
    Counts over the whole catalog.

    Attributes:
        articles: How many there are.
        text_bytes: UTF-8 bytes of their bodies.
        undated: Articles without a date of publication.
        first_published: The earliest date of publication, ``None`` for no dates.
        last_published: The latest one.
        sources: Files that articles came from.
        annotations: How many of each kind.
        collections: The most frequent values of ``source`` with their counts.
        commits: How many there were.
        size: Bytes of the catalog's file.
    """

    articles: int
    text_bytes: int
    undated: int
    first_published: str | None
    last_published: str | None
    sources: int
    annotations: Mapping[str, int]
    collections: tuple[tuple[str, int], ...]
    commits: int
    size: int
