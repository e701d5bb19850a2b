"""
Stored fields as blobs: the documents of a block, packed together.

A blob is one line of JSON for each document, in UTF-8, as a Zstandard frame with a
checksum; as a stream of zlib where an older release wrote it.  What JSON lacks is
written as an object with one tag for a name::

    b"..."            {"$bytes": "base64"}
    a tuple           {"$tuple": [...]}
    a date, datetime  {"$date": "2021-09-11"}, {"$datetime": "2021-09-11T08:46:00"}
    an Interval       {"$interval": ["2021-09-01", "2021-09-30"]}
    any other dict    {"$dict": [[name, value], ...]}

The last one is for dictionaries with names that are no strings, or that begin with
``$``.  Nothing else is packed: a blob holds values, never code.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from datetime import date, datetime
from functools import partial
from json.encoder import encode_basestring as _quoted
from typing import TYPE_CHECKING, Any

import zstandard

from searchkit.compression import frame_parameters, is_frame, pack, unpack_zlib
from searchkit.intervals import Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

DOCUMENTS_PER_BLOB = 64
"""Documents of a blob; the last one of a segment may have fewer."""

MAX_BLOB_BYTES = 512 * 2**20
"""Longest blob that is written or read, unpacked; bytes."""

_MAX_DEPTH = 64
#: Of Zstandard: no higher one makes lines of ids and titles much shorter.
_LEVEL = 1

#: Values that JSON gives back as they were.
_PLAIN = frozenset({str, int, float, bool, type(None)})

# Half code points are kept: they are what was stored.
_CODEC = "utf-8", "surrogatepass"


def pack_stored(documents: Sequence[Mapping[str, Any]]) -> bytes:
    """
    Pack the stored fields of some documents into a blob.

    Args:
        documents: Field name to value, for each document; may be empty dictionaries.

    Raises:
        TypeError: A value cannot be kept; the message names field and type.
    """
    return join_lines([pack_line(document) for document in documents])


def unpack_stored(blob: bytes, documents: int) -> list[dict[str, Any]]:
    """
    Return what :func:`pack_stored` was given.

    Args:
        blob: What it gave.
        documents: How many it packed.

    Raises:
        ValueError: The blob is cut short or altered, or unpacks to too much.
    """
    return [unpack_line(line) for line in split_lines(blob, documents)]


def pack_line(document: Mapping[str, Any]) -> bytes:
    """
    Return the line of one document.

    Raises:
        TypeError: A value cannot be kept.
    """
    if (line := _simple_line(document)) is not None:
        return line.encode(*_CODEC)
    tagged = dict(document)
    for name, value in document.items():
        if type(value) not in _PLAIN:
            tagged[name] = _tagged(name, value, 0)
    try:
        line = json.dumps(tagged, ensure_ascii=False, separators=(",", ":"))
    except ValueError:  # Python writes no number with more than some thousand digits
        what = "a stored number has too many digits"
        raise TypeError(what) from None
    return line.encode(*_CODEC)


def _simple_line(document: Mapping[str, Any]) -> str | None:
    """
    Return the line of a document whose values are strings and booleans, else nothing.

    That is how articles are stored, and making an encoder takes longer than its work
    on them.
    """
    pairs = []
    for name, value in document.items():
        if type(name) is not str:
            return None
        if type(value) is str:
            pairs.append(f"{_quoted(name)}:{_quoted(value)}")
        elif type(value) is bool:
            pairs.append(f"{_quoted(name)}:{'true' if value else 'false'}")
        else:
            return None
    return f"{{{','.join(pairs)}}}"


def join_lines(lines: Iterable[bytes]) -> bytes:
    """
    Pack the lines of some documents into a blob.
    """
    return pack_text(b"".join([line + b"\n" for line in lines]))


def pack_text(text: bytes) -> bytes:
    """
    Pack lines, each with its line break, into a blob.
    """
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    return pack(text, compressor)


def split_lines(blob: bytes, documents: int) -> list[bytes]:
    """
    Return the lines of a blob, to be read by :func:`unpack_line` one by one.

    Args:
        blob: The blob.
        documents: How many it has a line of.

    Raises:
        ValueError: The blob is cut short or altered, or unpacks to too much.
    """
    try:
        if is_frame(blob):
            frame_parameters(blob, MAX_BLOB_BYTES)
            unpacker = zstandard.ZstdDecompressor()
            text = unpacker.decompress(blob, allow_extra_data=False)
        else:
            text = unpack_zlib(blob, MAX_BLOB_BYTES)
    except (zlib.error, zstandard.ZstdError, ValueError) as error:
        what = f"stored fields cannot be unpacked ({error})"
        raise ValueError(what) from None
    if text.count(b"\n") != documents or (text and text[-1:] != b"\n"):
        raise ValueError("stored fields are of more or fewer documents")
    return text.split(b"\n")[:-1]


def unpack_line(line: bytes) -> dict[str, Any]:
    """
    Return the stored fields of one document.

    Raises:
        ValueError: The line is altered.
    """
    try:
        found = json.loads(line.decode(*_CODEC))
        if type(found) is not dict:
            raise ValueError("stored fields are no fields")
        for name, value in found.items():
            if type(value) not in _PLAIN:
                found[name] = _untagged(value)
    except (TypeError, AttributeError, OverflowError, RecursionError) as error:
        what = f"stored fields are altered ({error})"
        raise ValueError(what) from error
    return found


# --- tags -----------------------------------------------------------------------


def _tagged(field: str, value: Any, depth: int) -> Any:
    """
    Return a value in the form that is written.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if depth > _MAX_DEPTH:
        what = f"the stored value of {field!r} is nested too deeply"
        raise TypeError(what)
    inner = partial(_tagged, field, depth=depth + 1)
    if kind is Interval:
        return {"$interval": [value.first.isoformat(), value.last.isoformat()]}
    if kind is tuple:
        return {"$tuple": [inner(item) for item in value]}
    if kind is bytes:
        return {"$bytes": b64encode(value).decode("ascii")}
    if kind is datetime:
        return {"$datetime": value.isoformat()}
    if kind is date:
        return {"$date": value.isoformat()}
    if kind is dict:
        if all(type(name) is str and not name.startswith("$") for name in value):
            return {name: inner(item) for name, item in value.items()}
        return {"$dict": [[inner(name), inner(v)] for name, v in value.items()]}
    # Subclasses come back as what they are made of.
    if isinstance(value, list):
        return [inner(item) for item in value]
    for base in (str, int, float):
        if isinstance(value, base):
            return base(value)
    what = (
        f"the stored value of {field!r} is of the type {kind.__name__}, "
        "which no native segment keeps"
    )
    raise TypeError(what)


def _untagged(value: Any) -> Any:
    """
    Return the value that was written in this form.
    """
    if type(value) is list:
        return [_untagged(item) for item in value]
    if type(value) is not dict:
        return value
    if len(value) == 1:
        ((name, content),) = value.items()
        if name.startswith("$"):
            return _READERS[name](content) if name in _READERS else _refuse(name)
    return {name: _untagged(item) for name, item in value.items()}


def _refuse(tag: str) -> Any:
    what = f"stored fields have an unknown tag, {tag!r}"
    raise ValueError(what)


def _items(content: list[Any]) -> list[Any]:
    if type(content) is not list:
        raise TypeError("no list where one belongs")
    return [_untagged(item) for item in content]


def _interval(content: list[str]) -> Interval:
    first, last = content
    return Interval(date.fromisoformat(first), date.fromisoformat(last))


_READERS: dict[str, Callable[[Any], Any]] = {
    "$bytes": partial(b64decode, validate=True),
    "$date": date.fromisoformat,
    "$datetime": datetime.fromisoformat,
    "$dict": lambda content: dict(_items(content)),
    "$interval": _interval,
    "$tuple": lambda content: tuple(_items(content)),
}
