"""
Sources: where articles come from, found on disk and opened.

A source is one file, or what was piped in.  ``discover`` finds the sources that a
person named; what cannot be one comes out as a :class:`SourceFailure` with the reason,
in the same order, and nothing is raised.  Opening a source unpacks gzip and keeps to
limits; no device, socket or pipe is ever opened, since reading one may never end.
"""

# Paths are strings here: Path() would change how they are shown ("./a" to "a").
# ruff: noqa: PTH112, PTH114, PTH116, PTH118, PTH119, PTH208

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from searchkit.articles.formats.registry import is_supported, reader_for, sniff
from searchkit.articles.globs import expand, is_pattern
from searchkit.articles.unpacking import GZIP_MAGIC, limited_stream
from searchkit.errors import ArticleError
from searchkit.settings import MAX_STDIN_BYTES

if TYPE_CHECKING:
    from searchkit.articles.formats.base import Reader

STDIN = "-"
"""The path that stands for standard input."""

FINGERPRINT_BYTES = 16
"""Length of a fingerprint in bytes; written, two hex characters each."""

#: Files about a folder, not articles: README.md, LICENSE-MIT.txt, changelog.txt.
_ABOUT = re.compile(
    r"(?:readme|licen[cs]e|copying|changelog)\Z"
    r"|(?-i:README|LICEN[CS]E|COPYING|CHANGELOG)[-_]",
    re.IGNORECASE,
)


#: An index of searchkit in a folder, and its own files, which are no articles.
_INDEX_MARKS = frozenset({"catalog.db", "manifest.json"})
_INDEX_FILE = re.compile(r"catalog\.db|manifest\.json|writer\.|_?MAIN[_.]")


@dataclass(frozen=True, slots=True)
class Source:
    """
    A file that a reader takes, or standard input.

    Attributes:
        path: As it is to be shown; empty for standard input.
        location: The absolute path with all links resolved: the identity of the
            source, however it was named.  Bytes that are no UTF-8 are escaped, so that
            it can be stored as text.  Empty for standard input.
        size: Length in bytes, as stored.
        modified_ns: Time of the last change, in nanoseconds since 1970.
    """

    path: str
    location: str
    size: int
    modified_ns: int
    _file: str = field(default="", repr=False, compare=False)
    _data: bytes | None = field(default=None, repr=False, compare=False)

    @property
    def label(self) -> str:
        """
        The name of the source in messages; never empty.
        """
        return self.path or "standard input"

    def reader(self) -> Reader:
        """
        Return the reader for this source.

        Raises:
            ArticleError: No reader takes it, or standard input cannot be unpacked.
        """
        if self._data is None:
            return reader_for(self.path)
        with self.open(MAX_STDIN_BYTES) as stream:
            return sniff(stream.read(4096))

    def open(self, limit: int) -> BinaryIO:
        """
        Open the source for reading, unpacked.

        Args:
            limit: Most bytes that may come out.

        Raises:
            ArticleError: It cannot be opened, is no regular file (any more), or is too
                long.  Reading raises it, too, where the limit is passed or packed data
                are damaged.
        """
        stream = self._open_stored()
        try:
            packed = stream.peek(2)[:2] == GZIP_MAGIC
        except OSError as error:
            stream.close()
            raise ArticleError(self.label, _reason(error)) from error
        size = self.size
        if self._data is None:
            size = os.fstat(stream.fileno()).st_size
        if size > limit:
            stream.close()
            raise ArticleError(self.label, _too_long(size, limit))
        return limited_stream(stream, self.label, packed=packed, size=size, limit=limit)

    def fingerprint(self) -> str:
        """
        Return the fingerprint of the bytes as stored; see :func:`fingerprint`.

        Raises:
            ArticleError: It cannot be read.
        """
        digest = hashlib.blake2b(digest_size=FINGERPRINT_BYTES)
        try:
            with self._open_stored() as stream:
                while chunk := stream.read(2**20):
                    digest.update(chunk)
        except OSError as error:
            raise ArticleError(self.label, _reason(error)) from error
        return digest.hexdigest()

    def _open_stored(self) -> io.BufferedReader:
        if self._data is not None:
            return io.BufferedReader(io.BytesIO(self._data))
        # Since it was found, a pipe may have taken its place: never wait for one.
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
        try:
            handle = os.open(self._file or self.location, flags)
        except OSError as error:
            raise ArticleError(self.label, _reason(error)) from error
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise ArticleError(self.label, "not a regular file")
        return os.fdopen(handle, "rb")


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """
    A path that was named or found and cannot be read.

    Attributes:
        path: As it is to be shown.
        location: As in :class:`Source`; empty where nothing is there.
        error: What is wrong.
    """

    path: str
    location: str
    error: ArticleError


Found: TypeAlias = Source | SourceFailure
"""What :func:`discover` yields."""


class Discovery(Iterator[Found]):
    """
    The sources under some paths, one by one; made by :func:`discover`.

    Attributes:
        skipped: Files left out so far: in folders, files of unknown kinds, files about
            the folder and links that lead out of it.  Hidden ones are not counted.
    """

    def __init__(self, paths: Iterable[str], stdin: BinaryIO | None) -> None:
        self.skipped = 0
        self._paths = paths
        self._stdin = stdin
        self._seen: set[str] = set()
        self._found = self._discover()

    def __next__(self) -> Found:
        return next(self._found)

    def _discover(self) -> Iterator[Found]:
        for path in self._paths:
            if path == STDIN:
                yield from self._once(STDIN, self._standard_input)
            elif is_pattern(path) and not os.path.lexists(path):
                yield from self._pattern(path)
            else:
                yield from self._named(path)

    def _named(self, path: str) -> Iterator[Found]:
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError) as error:
            yield _failure(path, "", _reason(error))
            return
        if stat.S_ISDIR(mode):
            yield from self._folder(path)
        else:
            yield from self._file(path)

    def _pattern(self, pattern: str) -> Iterator[Found]:
        any_found = False
        for path in expand(pattern):
            any_found = True
            if os.path.isdir(path):
                yield from self._folder(path)
            else:
                yield from self._listed(path, inside="")
        if not any_found:
            yield _failure(pattern, "", "nothing matches this pattern")

    def _folder(self, top: str) -> Iterator[Found]:
        inside = os.path.join(os.path.realpath(top), "")
        # A stack in place of recursion: folders nest deeper than Python calls.
        pending = [top]
        while pending:
            path = pending.pop()
            try:
                if os.path.islink(path) and path != top:
                    yield from self._listed(path, inside)
                elif os.path.isdir(path):
                    names = sorted(n for n in os.listdir(path) if n[0] != ".")
                    if _INDEX_MARKS.issubset(names):
                        names = [n for n in names if not _INDEX_FILE.match(n)]
                    base = "" if path == os.curdir else path
                    pending.extend(os.path.join(base, name) for name in names[::-1])
                else:
                    yield from self._listed(path, inside)
            except OSError as error:
                yield _failure(path, os.path.realpath(path), _reason(error))

    def _listed(self, path: str, inside: str) -> Iterator[Found]:
        """
        Take a file that was found, not named, if it is likely to hold articles.

        Args:
            path: The file.
            inside: The real path, closed by a slash, that a link must not lead out of.
        """
        stem = os.path.basename(path).partition(".")[0]
        linked = os.path.islink(path)
        if (
            not is_supported(path)
            or _ABOUT.match(stem)
            or (linked and not os.path.realpath(path).startswith(inside))
            or (linked and os.path.isdir(path))
        ):
            self.skipped += 1
            return
        yield from self._file(path)

    def _file(self, path: str) -> Iterator[Found]:
        real = os.path.realpath(path)
        yield from self._once(real, lambda: _source(path, real))

    def _once(self, key: str, make: Callable[[], Found]) -> Iterator[Found]:
        if key not in self._seen:
            self._seen.add(key)
            yield make()

    def _standard_input(self) -> Found:
        stream = self._stdin or (sys.stdin and sys.stdin.buffer)
        if not stream:
            return SourceFailure("", "", ArticleError("standard input", "it is closed"))
        try:
            data = stream.read(MAX_STDIN_BYTES + 1)
        except OSError as error:
            return SourceFailure("", "", ArticleError("standard input", _reason(error)))
        if len(data) > MAX_STDIN_BYTES:
            reason = f"longer than {MAX_STDIN_BYTES // 2**20} MB; put it in a file"
            return SourceFailure("", "", ArticleError("standard input", reason))
        return Source("", "", len(data), 0, "", data)


def discover(paths: Iterable[str], *, stdin: BinaryIO | None = None) -> Discovery:
    """
    Find the sources under some paths.

    Args:
        paths: Each a file; a folder, which is walked with all below it in order of
            names; a glob pattern; or ``-`` for standard input.
        stdin: What is read for ``-``, by default the standard input of the process.

    Returns:
        An iterator over sources and failures.  A source that is named or found more
        than once comes once.  A file that is named and of an unknown kind is a failure;
        in folders and from patterns it is counted in ``skipped``.  Hidden files and
        folders are left out there, and no link is followed out of a folder.
    """
    return Discovery(paths, stdin)


def fingerprint(data: bytes) -> str:
    """
    Return a hash that tells whether a source has changed.

    Returns:
        32 hex characters, BLAKE2b of 128 bits.
    """
    return hashlib.blake2b(data, digest_size=FINGERPRINT_BYTES).hexdigest()


def _source(path: str, real: str) -> Found:
    shown, location = _storable(path), _storable(real)
    try:
        status = os.stat(real)
        if not stat.S_ISREG(status.st_mode):
            reason = "not a regular file; pipe it to standard input and name it -"
            return _failure(path, real, reason)
        limit = reader_for(shown).max_bytes
    except OSError as error:
        return _failure(path, real, _reason(error))
    except ArticleError as error:
        return SourceFailure(shown, location, error)
    if status.st_size > limit:
        return _failure(path, real, _too_long(status.st_size, limit))
    return Source(shown, location, status.st_size, status.st_mtime_ns, real)


def _failure(path: str, real: str, reason: str) -> SourceFailure:
    shown = _storable(path)
    return SourceFailure(shown, _storable(real), ArticleError(shown, reason))


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    return "not a path"  # with a zero byte inside


def _too_long(size: int, limit: int) -> str:
    return f"{size:,} bytes, and at most {limit:,} are read"


def _storable(path: str) -> str:
    """
    Escape what neither a database nor a terminal takes: file names of other encodings.
    """
    return path.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
