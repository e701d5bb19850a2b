"""
The contract of a reader, and what it yields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol, TypeAlias

from searchkit.articles.model import Article
from searchkit.errors import ArticleError

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class ReadWarning:
    """
    Something about an article that was set aside, while the article itself was read.

    Attributes:
        path: The source, as an :class:`~searchkit.errors.ArticleError` names it.
        message: What was set aside and why, as a clause without a full stop.
        place: Where in the source, such as ``line 12``; empty for the whole.
    """

    path: str
    message: str
    place: str = ""

    def __str__(self) -> str:
        where = f"{self.path}, {self.place}" if self.place else self.path
        return f"{where}: {self.message}"


Reading: TypeAlias = Article | ArticleError | ReadWarning
"""One thing that comes out of a source."""


class Reader(Protocol):
    """
    What turns the bytes of one format into articles.

    A reader is made without arguments and keeps nothing between calls, so that one
    instance serves all files.  Third parties add theirs as entry points; see
    :mod:`searchkit.articles.formats.registry`.

    Attributes:
        name: What people call the format, such as ``JSON Lines``.
        extensions: File name endings in lower case with their dot, such as ``.jsonl``.
        max_bytes: The longest source that is taken, in bytes after unpacking.
    """

    name: str
    extensions: tuple[str, ...]
    max_bytes: int

    def read(self, stream: BinaryIO, path: str) -> Iterator[Reading]:
        """
        Read the articles of one source, in their order.

        Args:
            stream: The bytes, unpacked, from the first on.  Reading more than
                ``max_bytes`` from it may raise ``ArticleError``, which passes through.
            path: The source as it is to be shown; articles, errors and warnings carry
                it.  Empty for standard input.

        Yields:
            Articles.  An ``ArticleError`` for each part that cannot be read (with its
            place; the parts after it are still read) or one for the whole.  A
            :class:`ReadWarning` where an article is read and a part of it is set
            aside, before that article.

        Whatever the bytes are, nothing is raised but what the stream raises.
        """
        ...
