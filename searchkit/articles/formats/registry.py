"""
Which reader takes a source: by the ending of its name, or by its first bytes.

Readers of this package are in a table and loaded when they are first needed.  Other
packages add readers for other endings as entry points of the group
``searchkit.readers``; the name is the ending without its dot, the value a class that
follows :class:`~searchkit.articles.formats.base.Reader`::

    [options.entry_points]
    searchkit.readers =
        eml = mailnews.reader:MailReader

They cannot replace a reader of the table, so that installing a package never changes
how a file was read before.  ``.gz`` behind an ending is unpacked by
:mod:`searchkit.articles.sources` and of no concern here.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from searchkit.articles.encodings import decode
from searchkit.errors import ArticleError, UnsupportedFormatError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from searchkit.articles.formats.base import Reader

ENTRY_POINT_GROUP = "searchkit.readers"

_TEXT = "searchkit.articles.formats.text:TextReader"
_HTML = "searchkit.articles.formats.html:HtmlReader"
_JSON = "searchkit.articles.formats.jsonl:JsonLinesReader"
_BUILT_IN = {
    ".txt": _TEXT,
    ".text": _TEXT,
    ".html": _HTML,
    ".htm": _HTML,
    ".xhtml": _HTML,
    ".jsonl": _JSON,
    ".ndjson": _JSON,
    ".json": _JSON,
}

#: How many bytes are looked at to tell formats apart.
_SNIFF_BYTES = 4096
_LIKE_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*[{\]])')
_LIKE_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<!--.{0,1000}?-->\s*)?"
    r"<(?:!doctype\s+html|html|head|body|meta|title|article|main|section|div|p|h1)"
    r"[\s>/]",
    re.IGNORECASE | re.DOTALL,
)


def extension_of(path: str) -> str:
    """
    Return the ending of a file name that tells its format.

    Returns:
        In lower case with its dot, without a ``.gz`` behind it; empty where the name
        has none.

    Example:
        >>> extension_of("2020/Wire.JSONL.gz")
        '.jsonl'
    """
    name = re.split(r"[/\\]", path)[-1].lower().removesuffix(".gz")
    stem, dot, ending = name.rpartition(".")
    return dot + ending if stem else ""


def is_supported(path: str) -> bool:
    """
    Tell whether a reader takes files of this name; loads none.
    """
    extension = extension_of(path)
    return extension in _BUILT_IN or extension in _entry_points()


def reader_for(path: str) -> Reader:
    """
    Return the reader for files of this name.

    Raises:
        UnsupportedFormatError: No reader takes them.
        ArticleError: The reader of another package cannot be loaded.
    """
    extension = extension_of(path)
    if extension in _BUILT_IN:
        return _built_in(_BUILT_IN[extension])
    if extension in _entry_points():
        try:
            return _third_party(extension)
        except Exception as error:
            entry = _entry_points()[extension]
            reason = f"the reader {entry.value} cannot be loaded: {error}"
            raise ArticleError(path, reason) from error
    raise UnsupportedFormatError(path)


def sniff(data: bytes) -> Reader:
    """
    Return the reader for a source without a name, such as standard input.

    Args:
        data: The source or its beginning, unpacked.

    Returns:
        The reader of JSON Lines where the text opens like an object, or like a list
        of objects; of HTML where it opens with a usual tag; else of plain text.
    """
    beginning = decode(data[:_SNIFF_BYTES])
    if _LIKE_JSON.match(beginning):
        return _built_in(_JSON)
    if _LIKE_HTML.match(beginning):
        return _built_in(_HTML)
    return _built_in(_TEXT)


@cache
def _built_in(target: str) -> Reader:
    module, _, name = target.partition(":")
    return cast("Reader", getattr(import_module(module), name)())


@cache
def _third_party(extension: str) -> Reader:
    return cast("Reader", _entry_points()[extension].load()())


@cache
def _entry_points() -> dict[str, EntryPoint]:
    # Listing all installed packages takes some 10 ms, which most runs can do without.
    from importlib.metadata import entry_points  # noqa: PLC0415 - see above

    found = entry_points(group=ENTRY_POINT_GROUP)
    return {"." + entry.name.lower().lstrip("."): entry for entry in found}
