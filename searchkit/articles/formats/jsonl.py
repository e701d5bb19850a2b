"""
JSON Lines: one article a line; and JSON files that hold one object or one list.

Names of fields are compared without regard to letter case, ``_`` and ``-``, and the
usual synonyms are known (:data:`NAMES`, the first that holds something counts).  Other
fields are ignored.  A line that is no article is an error of that line, and the rest
goes on.  Lines are read one by one: files of any length take the memory of one line.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, BinaryIO

from searchkit.articles.encodings import decode, encoding_of_mark
from searchkit.articles.formats.base import Reading, ReadWarning
from searchkit.articles.formats.bylines import clean_names, split_byline
from searchkit.articles.model import Article
from searchkit.articles.published import parse_published, parse_timestamp
from searchkit.errors import ArticleError
from searchkit.settings import (
    MAX_JSON_DOCUMENT_BYTES,
    MAX_JSON_LINE_BYTES,
    MAX_REPORTED_LINES,
    MAX_SOURCE_BYTES,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAMES = {
    "id": ("id", "_id", "uid", "uuid", "guid"),
    "title": ("title", "headline", "name"),
    "body": ("body", "text", "content", "article", "story", "articleBody"),
    "published": (
        *("published", "date", "published_at", "publish_date", "pubdate"),
        *("publication_date", "date_published", "timestamp"),
    ),
    "source": ("source", "publisher", "site", "site_name", "outlet", "newspaper"),
    "url": ("url", "link", "permalink", "canonical_url"),
    "authors": ("authors", "author", "byline", "creator"),
}
"""Names under which each part of an article is looked for, in order."""


def _folded(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


_FOLDED = {field: tuple(map(_folded, names)) for field, names in NAMES.items()}


class JsonLinesReader:
    """
    Reads JSON Lines, and JSON files of one object or one list of objects.
    """

    name = "JSON Lines"
    extensions = (".jsonl", ".ndjson", ".json")
    max_bytes = MAX_SOURCE_BYTES

    def read(self, stream: BinaryIO, path: str) -> Iterator[Reading]:
        """
        Read the articles of a file in their order; see ``Reader.read``.
        """
        number, first = 0, b"\n"
        while first and not first.strip(_BLANK):
            first = stream.readline(MAX_JSON_LINE_BYTES + 1)
            number += 1
        if encoding_of_mark(first).startswith(("utf-16", "utf-32")):
            # Line breaks are of two bytes or four there: decode before cutting.
            data = _whole(first, stream)
            if data is None:
                yield ArticleError(path, "too long for UTF-16; convert it to UTF-8")
                return
            text = decode(data)
            blank = len(text) - len(text.lstrip())
            number = 1 + text[:blank].count("\n")
            stream = io.BytesIO(text[blank:].encode("utf-8", "surrogatepass"))
            first = stream.readline(MAX_JSON_LINE_BYTES + 1)
        if not first.strip(_BLANK):
            yield ArticleError(path, "it holds no articles")
            return
        second = stream.readline(MAX_JSON_LINE_BYTES + 1)
        if _opens_document(first, second):
            yield from _read_document(stream, first + second, path)
        else:
            yield from _read_lines(stream, number, [second, first], path)


#: What a blank line may hold; the mark is that of UTF-8.
_BLANK = b" \t\r\n\xef\xbb\xbf"


def _whole(first: bytes, stream: BinaryIO) -> bytes | None:
    data = first + stream.read(MAX_JSON_DOCUMENT_BYTES + 1)
    return data if len(data) <= MAX_JSON_DOCUMENT_BYTES else None


def _opens_document(first: bytes, second: bytes) -> bool:
    """
    Tell whether two lines open a list, or an object that goes on over lines.

    A first line that is cut short or holds a list is told from these by the second:
    among lines of articles that one is an object of its own.
    """
    text = first.strip(_BLANK)
    goes_on = not second.strip(_BLANK).startswith(b"{")
    if text.startswith(b"["):
        return goes_on or not text.endswith(b"]")
    return text.startswith(b"{") and text.endswith((b"{", b",")) and goes_on


def _read_document(stream: BinaryIO, opening: bytes, path: str) -> Iterator[Reading]:
    data = _whole(opening, stream)
    if data is None:
        limit = f"{MAX_JSON_DOCUMENT_BYTES // 2**20} MB"
        reason = f"a JSON list of more than {limit}; write one object a line"
        yield ArticleError(path, reason)
        return
    try:
        value = json.loads(decode(data, guess=False))
    except RecursionError:
        yield ArticleError(path, "it is nested too deeply")
        return
    except ValueError as error:
        yield ArticleError(path, f"no valid JSON: {error}")
        return
    del data
    if not isinstance(value, list):
        yield from _article(value, path, "")
        return
    if not value:
        yield ArticleError(path, "it holds no articles")
    report = _Report(path)
    for number, item in enumerate(value, start=1):
        yield from report.limit(_article(item, path, f"article {number}"))
    yield from report.close()


def _read_lines(
    stream: BinaryIO, number: int, pending: list[bytes], path: str
) -> Iterator[Reading]:
    """
    Read articles line by line.

    Args:
        stream: The lines not taken yet.
        number: That of the first line to be read, from 1.
        pending: Lines taken already, the first one last.
        path: The source.
    """
    report = _Report(path)

    def next_line(limit: int = MAX_JSON_LINE_BYTES + 1) -> bytes:
        return pending.pop() if pending else stream.readline(limit)

    while line := next_line():
        place = f"line {number}"
        if len(line) > MAX_JSON_LINE_BYTES:
            limit = f"{MAX_JSON_LINE_BYTES // 2**20} MB"
            error = ArticleError(path, f"longer than {limit}", place)
            yield from report.limit(iter([error]))
            while line and not line.endswith(b"\n"):
                line = next_line(2**20)
        elif line.strip(_BLANK):
            yield from report.limit(_article_of_line(line, path, place))
        number += 1
    yield from report.close()


class _Report:
    """
    Keeps a file of nothing but bad lines from filling memory with messages.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._bad = 0

    def limit(self, readings: Iterator[Reading]) -> Iterator[Reading]:
        """
        Pass readings on; of errors and warnings only so many.
        """
        for reading in readings:
            if not isinstance(reading, Article):
                self._bad += 1
                if self._bad > MAX_REPORTED_LINES:
                    continue
            yield reading

    def close(self) -> Iterator[Reading]:
        """
        Say how many errors and warnings were not passed on.
        """
        if (more := self._bad - MAX_REPORTED_LINES) > 0:
            yield ArticleError(self._path, f"{more:,} further errors and warnings")


def _article_of_line(line: bytes, path: str, place: str) -> Iterator[Reading]:
    try:
        value = json.loads(decode(line, guess=False))
    except RecursionError:
        yield ArticleError(path, "it is nested too deeply", place)
    except json.JSONDecodeError as error:
        reason = f"no valid JSON: {error.msg} at character {error.pos + 1}"
        yield ArticleError(path, reason, place)
    except ValueError as error:  # a number of too many digits
        yield ArticleError(path, f"no valid JSON: {error}", place)
    else:
        yield from _article(value, path, place)


def _article(value: object, path: str, place: str) -> Iterator[Reading]:
    if not isinstance(value, dict):
        yield ArticleError(path, "not an object with a title and a body", place)
        return
    folded: dict[str, object] = {}
    for key, content in value.items():
        folded.setdefault(_folded(key), content)
    title = _first(folded, "title", _text)
    body = _first(folded, "body", _body)
    if not title and not body:
        yield ArticleError(path, "an object without title and body", place)
        return
    published, unread = _published(folded)
    if unread:
        message = f"{unread[:80]!r} is not a date; the article has none"
        yield ReadWarning(path, message, place)
    yield Article(
        title=title,
        body=body,
        published=published,
        source=_first(folded, "source", _name),
        url=_first(folded, "url", _text),
        authors=_authors(folded),
        path=path,
        id=_first(folded, "id", _text),
    )


def _first(values: dict[str, object], field: str, read: Callable[[object], str]) -> str:
    for name in _FOLDED[field]:
        if name in values and (text := read(values[name])):
            return text
    return ""


def _text(value: object) -> str:
    """
    Return a string trimmed, a number in digits, and nothing for what is no text.
    """
    if isinstance(value, dict) and len(value) == 1:
        # As MongoDB exports its types: {"$oid": "…"}, {"$date": "…"}.
        [(name, inner)] = value.items()
        value = inner if str(name).startswith("$") else None
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        # An integer beyond 64 bits is no id; Python refuses to print very long ones.
        return str(value) if abs(value) < 2**64 else ""
    return ""


def _body(value: object) -> str:
    if isinstance(value, list):
        return "\n\n".join(text for item in value if (text := _text(item)))
    return _text(value)


def _name(value: object) -> str:
    if isinstance(value, dict):
        return _text(value.get("name")) or _text(value.get("title"))
    return _text(value)


def _published(values: dict[str, object]) -> tuple[str | None, str]:
    """
    Return the date, and what stood in its place where there is none.
    """
    unread = ""
    for name in _FOLDED["published"]:
        value = values.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            date = parse_timestamp(value)
            shown = repr(value) if abs(value) < 2**64 else "a number"
        else:
            shown = _text(value)
            date = parse_timestamp(int(shown)) if _is_number(shown) else None
            date = date or parse_published(shown)
        if date:
            return date, ""
        unread = unread or shown
    return None, unread


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 9 <= len(text) <= 16


def _authors(values: dict[str, object]) -> list[str]:
    for name in _FOLDED["authors"]:
        value = values.get(name)
        if isinstance(value, list):
            names = clean_names([_name(item) for item in value])
        else:
            names = split_byline(_name(value))
        if names:
            return names
    return []
