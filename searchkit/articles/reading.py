"""
From sources to articles: the calls that the rest of searchkit and scripts use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from searchkit.articles.formats.base import Reading, ReadWarning
from searchkit.articles.model import Article
from searchkit.articles.sources import Discovery, Source, SourceFailure
from searchkit.errors import ArticleError

if TYPE_CHECKING:
    from searchkit.articles.formats.base import Reader


def read_source(source: Source) -> Iterator[Reading]:
    """
    Read the articles of one source.

    Args:
        source: As :func:`~searchkit.articles.sources.discover` yields it.

    Yields:
        Articles that carry the path of the source, errors for what could not be read,
        and warnings for what was set aside.  Nothing is raised, whatever the source
        holds.
    """
    try:
        reader = source.reader()
        with source.open(reader.max_bytes) as stream:
            for reading in _readings(reader, stream, source):
                yield reading if source.path else _labelled(reading, source.label)
    except ArticleError as error:
        yield error


def _readings(reader: Reader, stream: BinaryIO, source: Source) -> Iterator[Reading]:
    try:
        yield from reader.read(stream, source.path)
    except RecursionError:
        yield ArticleError(source.label, "it is nested too deeply")
    except MemoryError:
        yield ArticleError(source.label, "it takes more memory than there is")


def _labelled(reading: Reading, label: str) -> Reading:
    if isinstance(reading, ArticleError):
        return ArticleError(label, reading.reason, reading.place)
    if isinstance(reading, ReadWarning):
        return replace(reading, path=label)
    return reading


class ArticleStream(Iterator[Article]):
    """
    The articles under some paths, one by one; made by :func:`read_articles`.

    Attributes:
        errors: What could not be read so far.
        warnings: What was set aside so far of articles that were read.
    """

    def __init__(self, paths: Iterable[str], stdin: BinaryIO | None) -> None:
        self.errors: list[ArticleError] = []
        self.warnings: list[ReadWarning] = []
        self._sources = Discovery(paths, stdin)
        self._articles = self._read()

    @property
    def skipped(self) -> int:
        """
        Files left out so far; see :class:`~searchkit.articles.sources.Discovery`.
        """
        return self._sources.skipped

    def __next__(self) -> Article:
        return next(self._articles)

    def _read(self) -> Iterator[Article]:
        for found in self._sources:
            if isinstance(found, SourceFailure):
                self.errors.append(found.error)
                continue
            for reading in read_source(found):
                if isinstance(reading, Article):
                    yield reading
                elif isinstance(reading, ReadWarning):
                    self.warnings.append(reading)
                else:
                    self.errors.append(reading)


def read_articles(
    paths: Iterable[str], *, stdin: BinaryIO | None = None
) -> ArticleStream:
    """
    Read all articles under some paths.

    Args:
        paths: As :func:`~searchkit.articles.sources.discover` takes them.
        stdin: What is read for ``-``, by default the standard input of the process.

    Returns:
        An iterator over articles that raises nothing: what could not be read is in its
        ``errors``, what was set aside in its ``warnings``, complete once it is through.

    Example:
        >>> articles = read_articles(["no-such-folder"])
        >>> list(articles), [str(error) for error in articles.errors]
        ([], ['no-such-folder: no such file or directory'])
    """
    return ArticleStream(paths, stdin)
