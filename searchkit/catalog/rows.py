"""
What rows of the catalog become, and how texts and annotations are packed into them.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from searchkit.annotations.model import Annotations, EntityMention, TimeExpression
from searchkit.articles.model import Article
from searchkit.settings import MAX_UNPACK_RATIO, MIN_UNPACK_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """
    An article with its annotations, as the catalog holds them.
    """

    article: Article
    annotations: Annotations


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


CHECKED_COLUMNS = (
    *("id", "explicit_id", "title", "published", "source", "url", "authors", "path"),
    *("body_size", "fingerprint", "annotators", "generation", "body"),
)
"""
Columns of an article that its checksum covers, in this order.
"""

CURRENT = "superseded IS NULL"
"""
Condition on a row of ``articles``: it is the current version of the article.
"""


def row_checksum(*values: Any) -> int:
    """
    Return the CRC-32 of a row: of the JSON of its columns, then of its packed body.

    Args:
        values: Of ``CHECKED_COLUMNS``; the body, the last of them, is bytes.
    """
    *columns, body = values
    return zlib.crc32(body, zlib.crc32(json.dumps(columns).encode()))


def stored_article(
    columns: Sequence[Any],
    checksum: int,
    times: bytes | None,
    entities: bytes | None,
) -> StoredArticle:
    """
    Rebuild an article and its annotations.

    Args:
        columns: Values of ``CHECKED_COLUMNS``.
        checksum: Of these values.
        times: Packed records; ``None`` where the annotator has not run.
        entities: Likewise.

    Raises:
        zlib.error, ValueError, TypeError: The row is not what was written.
    """
    if row_checksum(*columns) != checksum:
        raise ValueError("its checksum is another")
    article_id, explicit, title, published, source, url, authors, path = columns[:8]
    text = unpack(columns[-1], columns[8])
    if len(text) != columns[8]:
        raise ValueError("its body has another length")
    article = Article(
        id=article_id,
        title=title,
        body=text.decode(),
        published=published,
        source=source,
        url=url,
        authors=json.loads(authors),
        path=path,
    )
    object.__setattr__(article, "explicit_id", bool(explicit))
    return StoredArticle(
        article,
        Annotations(
            tuple(map(TimeExpression.from_record, unpack_records(times))),
            tuple(map(EntityMention.from_record, unpack_records(entities))),
        ),
    )


def is_storable(text: str) -> bool:
    """
    Tell whether SQLite takes a text: one with half a code point has no UTF-8.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def pack_annotators(annotators: Mapping[str, str]) -> str:
    """
    Write fingerprints of annotators in the one form in which they are compared.
    """
    return json.dumps(annotators, sort_keys=True)


def pack_records(records: Sequence[Any]) -> bytes:
    """
    Pack records of annotations: JSON, compressed.
    """
    text = json.dumps(records, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode())


def unpack(packed: bytes, limit: int) -> bytes:
    """
    Unpack what was packed, but no more than it can be.

    Args:
        packed: As zlib gives it.
        limit: Most bytes that it may unpack to.

    Raises:
        zlib.error, TypeError: It is not what zlib gives.
        ValueError: It is cut short, or longer.
    """
    if limit < 0:
        raise ValueError("its length is less than nothing")
    unpacker = zlib.decompressobj()
    unpacked = unpacker.decompress(packed, limit + 1)
    if len(unpacked) > limit:
        raise ValueError("it is longer than it can be")
    if not unpacker.eof:
        raise ValueError("it is cut short")
    return unpacked


def unpack_records(packed: bytes | None) -> list[Any]:
    """
    Unpack records of annotations; none for ``None``.

    Raises:
        zlib.error, ValueError, TypeError: They are not what was packed.
    """
    if not packed:
        return []
    limit = max(len(packed) * MAX_UNPACK_RATIO, MIN_UNPACK_BYTES)
    return list(json.loads(unpack(packed, limit)))
