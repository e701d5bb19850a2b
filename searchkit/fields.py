"""
The fields of a document, declared once.

Every engine makes its schema from this list, so that the same documents and query trees
run on all of them.  A field has a *kind*, which says what becomes a term:

========== =========================================================================
kind       terms of a value
========== =========================================================================
IDENTIFIER the value itself, whole; of ``source`` every run of words
TEXT       the stem of every token, with positions and the length in tokens
WORDS      the folded surface form of every token, documents only
NAMES      every run of words of an entity's names (``bin laden``, ``osama bin laden``);
           of one type also mention keys (``|osama bin laden|bin laden``)
DAYS       calendar prefixes of intervals, as in ``searchkit.intervals``
========== =========================================================================

``indexed`` and ``stored`` are independent: stored values come back with a hit of the
engine's own API.  The body is stored in the catalog only.
"""

from __future__ import annotations

from enum import Enum

from searchkit.values import Value


class FieldKind(Enum):
    """
    What becomes a term of a field's value; see the module's table.
    """

    IDENTIFIER = "identifier"
    TEXT = "text"
    WORDS = "words"
    NAMES = "names"
    DAYS = "days"


class Field(Value):
    """
    One field of the schema.

    Attributes:
        name: As in queries and in the engine's schema.
        kind: What becomes a term.
        weight: Factor of its scores, unitless; 0 for fields that never add to a score.
        stored: Whether the engine keeps the value.
    """

    name: str
    kind: FieldKind
    weight: float = 0.0
    stored: bool = False


FIELDS: tuple[Field, ...] = (
    Field("id", FieldKind.IDENTIFIER, stored=True),
    Field("title", FieldKind.TEXT, weight=1.5, stored=True),
    Field("body", FieldKind.TEXT, weight=1.0),
    Field("words", FieldKind.WORDS),
    Field("entities", FieldKind.NAMES, weight=1.0),
    Field("person", FieldKind.NAMES, weight=1.0),
    Field("org", FieldKind.NAMES, weight=1.0),
    Field("place", FieldKind.NAMES, weight=1.0),
    Field("group", FieldKind.NAMES, weight=1.0),
    Field("event", FieldKind.NAMES, weight=1.0),
    Field("dates", FieldKind.DAYS, weight=3.0),
    Field("published", FieldKind.DAYS, stored=True),
    Field("source", FieldKind.IDENTIFIER, stored=True),
    Field("url", FieldKind.IDENTIFIER, stored=True),
)

FIELD = {field.name: field for field in FIELDS}
"""The same fields by name."""

TEXT_FIELDS: tuple[str, ...] = tuple(
    field.name for field in FIELDS if field.kind is FieldKind.TEXT
)
"""Where words and phrases are looked up when a query names no field."""

NAME_FIELD: dict[str, str] = {
    "entity": "entities",
    "person": "person",
    "org": "org",
    "place": "place",
    "group": "group",
    "event": "event",
}
"""The field of each kind of name that a query can ask for."""

PUBLISHED_COLUMN = "published_day"
"""Column with the ordinal of the first day of publication; 0 where unknown."""


def schema_fingerprint(*versions: str) -> str:
    """
    Return a hash of all that decides what the terms of a document are.

    Args:
        versions: Such as the fingerprint of the analyzer.

    Returns:
        16 hexadecimal characters; indexes with different ones hold different terms.
    """
    import hashlib  # noqa: PLC0415 - loads OpenSSL; what comes out is pinned

    parts = [f"{f.name}:{f.kind.value}:{f.stored}" for f in FIELDS]
    text = "\n".join([*parts, *versions])
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
