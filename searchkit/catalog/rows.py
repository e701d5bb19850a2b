"""
What rows of the catalog become, and how texts and annotations are packed into them.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from searchkit.compression import most_unpacked, unpack_zlib
from searchkit.native import load
from searchkit.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from searchkit.annotations.model import Annotations
    from searchkit.articles.model import Article
    from searchkit.catalog.packing import Packer


class StoredArticle(Value):
    """
    An article with its annotations, as the catalog holds them.
    """

    article: Article
    annotations: Annotations


class QuotableArticle(NamedTuple):
    """
    What hits show and quote of an article; the attributes of ``Article`` but a few.

    Attributes:
        annotations: Of the kinds that were asked for; ``None`` for no kind.
    """

    id: str
    title: str
    body: str
    published: str | None
    source: str
    url: str
    authors: tuple[str, ...]
    path: str
    annotations: Annotations | None


CHECKED_COLUMNS = (
    *("id", "explicit_id", "title", "published", "source", "url", "authors", "path"),
    *("body_size", "fingerprint", "annotators", "generation", "body"),
)
"""
Columns of an article that its checksum covers, in this order.
"""

FINGERPRINT = CHECKED_COLUMNS.index("fingerprint")
"""
Where the fingerprint stands among them: the checksum is of its hexadecimal digits, and
the catalog keeps half as many bytes.
"""

CHECKED_VALUES = ", ".join(
    f"lower(hex({name}))" if name == "fingerprint" else name for name in CHECKED_COLUMNS
)
"""
What to select of ``articles`` for the values that the checksum is of.
"""

INSERT = (
    f"INSERT INTO articles (number, {', '.join(CHECKED_COLUMNS)}, checksum)"
    f" VALUES ({', '.join('?' * (len(CHECKED_COLUMNS) + 2))})"
)
"""
Writes a version of an article: its number, :func:`kept_values`, and its checksum.
"""

CURRENT = "superseded IS NULL"
"""
Condition on a row of ``articles``: it is the current version of the article.
"""


def _row_checksum(*values: Any) -> int:
    """
    Return the CRC-32 of a row: of its columns with a NUL between, then of its body.

    Args:
        values: Of ``CHECKED_COLUMNS``; the body, the last of them, is bytes.
    """
    *columns, body = values
    text = "\0".join(map(str, columns))
    return zlib.crc32(body, zlib.crc32(text.encode("utf-8", "surrogatepass")))


#: The same by the extension, where it is there: each hit is checked with it.
row_checksum: Callable[..., int] = getattr(load(), "row_checksum", _row_checksum)


def stored_article(
    columns: Sequence[Any],
    checksum: int,
    times: bytes | None,
    entities: bytes | None,
    packer: Packer,
) -> StoredArticle:
    """
    Rebuild an article and its annotations.

    Args:
        columns: Values of ``CHECKED_COLUMNS``.
        checksum: Of these values.
        times: Packed records; ``None`` where the annotator has not run.
        entities: Likewise.
        packer: Of the catalog.

    Raises:
        ValueError, TypeError: The row is not what was written.
    """
    from searchkit.articles.model import Article  # noqa: PLC0415 - hits do without

    body = _checked_body(columns, checksum, packer)
    article_id, explicit, title, published, source, url, authors, path = columns[:8]
    article = Article(
        id=article_id,
        title=title,
        body=body,
        published=published,
        source=source,
        url=url,
        authors=json.loads(authors),
        path=path,
    )
    object.__setattr__(article, "explicit_id", bool(explicit))
    return StoredArticle(article, _annotations(times, entities))


def quotable_article(
    columns: Sequence[Any],
    checksum: int,
    times: bytes | None,
    entities: bytes | None,
    packer: Packer,
) -> QuotableArticle:
    """
    Rebuild of an article what its hits show, at a tenth of the cost of all.

    Args:
        columns: As for :func:`stored_article`.
        checksum: Likewise.
        times: Packed records; ``None`` where they are not asked for.
        entities: Likewise.
        packer: Of the catalog.

    Raises:
        ValueError, TypeError: The row is not what was written.
    """
    body = _checked_body(columns, checksum, packer)
    article_id, _, title, published, source, url, packed_authors, path = columns[:8]
    authors = () if packed_authors == "[]" else tuple(json.loads(packed_authors))
    # Fails where one of them is no text.
    "".join((article_id, title, published or "", source, url, path, *authors))
    annotations = None
    if times is not None or entities is not None:
        annotations = _annotations(times, entities)
    # Constructors of named tuples take three times as long.
    return tuple.__new__(
        QuotableArticle,
        (article_id, title, body, published, source, url, authors, path, annotations),
    )


def _checked_body(columns: Sequence[Any], checksum: int, packer: Packer) -> str:
    """
    Unpack the body of a row that is what was written.
    """
    if row_checksum(*columns) != checksum:
        raise ValueError("its checksum is another")
    text = packer.unpack(columns[-1], columns[8])
    if len(text) != columns[8]:
        raise ValueError("its body has another length")
    return text.decode()


def _annotations(times: bytes | None, entities: bytes | None) -> Annotations:
    from searchkit.annotations.model import (  # noqa: PLC0415 - few queries need them
        Annotations,
        EntityMention,
        TimeExpression,
    )

    return Annotations(
        tuple(map(TimeExpression.from_record, unpack_records(times))),
        tuple(map(EntityMention.from_record, unpack_records(entities))),
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


def kept_values(values: Sequence[Any]) -> tuple[Any, ...]:
    """
    Return the values of ``CHECKED_COLUMNS`` as a row keeps them.

    Raises:
        ValueError: The fingerprint is none.
    """
    kept = list(values)
    kept[FINGERPRINT] = pack_fingerprint(values[FINGERPRINT])
    return tuple(kept)


def pack_fingerprint(fingerprint: str) -> bytes:
    """
    Write the fingerprint of an article in half the length.

    Raises:
        ValueError: It is none.
    """
    return bytes.fromhex(fingerprint)


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


def unpack_records(packed: bytes | None) -> list[Any]:
    """
    Unpack records of annotations; none for ``None``.

    Raises:
        zlib.error, ValueError, TypeError: They are not what was packed.
    """
    if not packed:
        return []
    return list(json.loads(unpack_zlib(packed, most_unpacked(packed))))
