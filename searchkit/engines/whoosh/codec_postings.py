"""
What native segments keep of Whoosh's fields and postings, and what they refuse.

A posting has a frequency, which Whoosh calls a weight, and positions, each where the
format of the field has them.  Weights that boosts have changed are no frequencies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whoosh.formats import Characters, Existence, Frequency, PositionBoosts, Positions

from searchkit.engines.whoosh.schema import IdentifierField
from searchkit.errors import NativeWriteError
from searchkit.native import load

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Field, term, document, weight, value: as Whoosh's pool gives them, sorted.
Posting = tuple[str, bytes, int, float, bytes | None]
#: Documents, frequencies, and positions of all: as the extension takes them.
Encoded = tuple[list[int], list[int], list[int]]

_MOST_NAME_BYTES = 47
_MOST_TERM_BYTES = 2**16 - 1
_MOST_FREQUENCY = 2**32 - 1


def refusal(name: str, field: Any) -> str:
    """
    Return why no native segment keeps a field, as a clause; nothing where it does.

    Args:
        name: Of the field.
        field: Its Whoosh type.
    """
    if len(name.encode()) > _MOST_NAME_BYTES:
        return f"the name {name!r} is longer than {_MOST_NAME_BYTES} bytes"
    if getattr(field, "vector", None):
        return f"{name!r} has vectors"
    kind = type(field.format)
    kept = issubclass(kind, Existence | Frequency | Positions)
    if field.indexed and (not kept or issubclass(kind, Characters | PositionBoosts)):
        return f"{name!r} has postings of the format {kind.__name__}"
    return ""


def flags_of(field: Any, *, has_lengths: bool) -> int:
    """
    Return the flags of a field in the extension.

    Args:
        field: A Whoosh type without a :func:`refusal`.
        has_lengths: A document has a length in it, whatever the type says.
    """
    native: Any = load()
    flags = 0
    if isinstance(field.format, Frequency | Positions):
        flags |= native.FREQUENCIES
    if isinstance(field.format, Positions):
        flags |= native.POSITIONS
    if field.scorable or has_lengths:
        flags |= native.LENGTHS
    if isinstance(field, IdentifierField) and field.unique and not field.by_word:
        flags |= native.KEY
    return int(flags)


def encode(name: str, field: Any, term: bytes, postings: Iterable[Posting]) -> Encoded:
    """
    Return the posting list of a term as the extension takes it.

    Args:
        name: Of the field.
        field: Its Whoosh type.
        term: Its bytes.
        postings: Those of the term, in order; a document that has more than one, such
            as a number that was given twice, gets them as one.

    Raises:
        NativeWriteError: A weight is no frequency, or the term is too long.
    """
    if len(term) > _MOST_TERM_BYTES:
        raise NativeWriteError(f"a term of {name!r} is longer than 64 KB")
    documents: list[int] = []
    frequencies: list[int] = []
    positions: list[int] = []
    decode = field.format.decode_positions if _has_positions(field) else None
    most = 1 if isinstance(field.format, Existence) else _MOST_FREQUENCY
    for _, _, document, weight, value in postings:
        places = decode(value) if decode is not None else []
        frequency = int(weight)
        if (
            frequency != weight
            or not 0 < frequency <= most
            or (decode is not None and frequency != len(places))
        ):
            what = f"a posting of {name!r} has a boost: its weight is {weight:g}"
            raise NativeWriteError(what)
        if documents and documents[-1] == document:
            documents.pop()
            before = frequencies.pop()
            frequency = min(before + frequency, most)
            if decode is not None:
                places = sorted({*positions[-before:], *places})
                del positions[-before:]
                frequency = len(places)
        documents.append(document)
        frequencies.append(frequency)
        positions.extend(places)
    return documents, frequencies, positions


def _has_positions(field: Any) -> bool:
    return isinstance(field.format, Positions)
