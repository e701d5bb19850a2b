"""
Plain text: one article a file.

A file may open with a header block, lines such as ``Published: 29 February 2020`` up to
a blank line.  It counts as one only where every line of it is a known header: a text
that happens to begin with "Source: …" above its first paragraph loses nothing.  The
first line after it is the headline, unless the header gives a title or the line is too
long for one; each further line that holds something is a paragraph.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from searchkit.articles.encodings import decode
from searchkit.articles.formats.base import Reading, ReadWarning
from searchkit.articles.formats.bylines import split_byline
from searchkit.articles.model import Article
from searchkit.articles.published import parse_published
from searchkit.errors import ArticleError
from searchkit.settings import MAX_TEXT_BYTES, MAX_TITLE_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER = re.compile(
    r"(published|date|url|source|authors?|by|title|id)\s{0,3}:[ \t]*+(.*)\Z",
    re.IGNORECASE,
)
_SAME_HEADER = {"date": "published", "author": "authors", "by": "authors"}

#: A header block is short; text in which none ends early has none.
_MAX_HEADERS = 20
#: A zero byte this early is no text in any encoding that was tried.
_BINARY_SAMPLE = 8192


@dataclass(slots=True)
class _Header:
    """
    The lines of a header block: name to value and line number, counted from 1.
    """

    values: dict[str, tuple[str, int]] = field(default_factory=dict)
    lines: int = 0

    def get(self, name: str) -> str:
        return self.values.get(name, ("", 0))[0]


class TextReader:
    """
    Reads plain text.
    """

    name = "plain text"
    extensions = (".txt", ".text")
    max_bytes = MAX_TEXT_BYTES

    def read(self, stream: BinaryIO, path: str) -> Iterator[Reading]:
        """
        Read the one article of a file; see ``Reader.read``.
        """
        text = decode(stream.read())
        if "\x00" in text[:_BINARY_SAMPLE]:
            yield ArticleError(path, "it holds binary data, not text")
            return
        lines = text.split("\n")
        header = _header(lines)
        title, paragraphs = _headline(
            header.get("title"),
            [line.strip() for line in lines[header.lines :] if not line.isspace()],
        )
        if not title and not paragraphs:
            yield ArticleError(path, "it holds no text")
            return
        published = None
        if "published" in header.values:
            value, number = header.values["published"]
            published = parse_published(value)
            if published is None and value:
                message = f"{value[:80]!r} is not a date; the article has none"
                yield ReadWarning(path, message, f"line {number}")
        yield Article(
            title=title,
            body="\n\n".join(paragraphs),
            published=published,
            source=header.get("source"),
            url=header.get("url"),
            authors=split_byline(header.get("authors")),
            path=path,
            id=header.get("id"),
        )


def _header(lines: list[str]) -> _Header:
    header = _Header()
    start = next((n for n, line in enumerate(lines) if line.strip()), 0)
    for number, line in enumerate(lines[start : start + _MAX_HEADERS], start=start + 1):
        if not line.strip():
            header.lines = number
            return header
        found = _HEADER.match(line.strip())
        if not found:
            return _Header()
        name = found[1].lower()
        header.values.setdefault(_SAME_HEADER.get(name, name), (found[2], number))
    if start + _MAX_HEADERS < len(lines):
        return _Header()
    header.lines = len(lines)
    return header


def _headline(title: str, lines: list[str]) -> tuple[str, list[str]]:
    paragraphs = [line for line in lines if line]
    if not paragraphs:
        return title, []
    first = paragraphs[0]
    if title:
        return title, paragraphs[1:] if first == title else paragraphs
    if len(first) <= MAX_TITLE_CHARACTERS:
        return first, paragraphs[1:]
    return "", paragraphs
