"""
The format of a backup: a zip archive that any program for such archives can unpack.

::

    backup.json    what is in the archive: format, release, time, commit, and size and
                   SHA-256 of each of the files below
    catalog.db     the catalog at one commit, an SQLite database
    aliases.csv    where the index folder has it; see ``KEPT_FILES``

The archive's comment, at its very end, is ``sha256:`` and the SHA-256 of every byte
before these digits.  So a change of any byte is noticed before anything is unpacked.

What stands in an archive is not believed: it holds these names and no others, each
once, neither encrypted nor packed in another way than deflated, and nothing unpacks to
more than it says or to a multiple of its size that no catalog does.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import sys
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

from searchkit._version import __version__
from searchkit.catalog import CATALOG_NAME
from searchkit.errors import BackupError
from searchkit.settings import MAX_UNPACK_RATIO, MIN_UNPACK_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import Self

    from searchkit.catalog.copies import CopiedCatalog

FORMAT = 1
"""Version of the format that this release writes, and the newest that it reads."""

DESCRIPTION_NAME = "backup.json"

KEPT_FILES = ("aliases.csv",)
"""Files of the index folder, beside the catalog, that people edit by hand."""

MAX_DESCRIPTION_BYTES = 64 * 2**10
"""Longest ``backup.json``, unpacked; it has about 500 bytes."""

MAX_CATALOG_BYTES = 2**40
"""Longest catalog that is unpacked: a terabyte; bytes."""

MAX_KEPT_BYTES = 64 * 2**20
"""Longest of the files that people edit; bytes."""

#: Bytes of the list of files at the end of an archive, at most.
_MAX_DIRECTORY_BYTES = 4096

_COMMENT = b"sha256:"
_DIGITS = 64
_END = struct.Struct("<4s4H2LH")  # end of central directory record
_END_64 = struct.Struct("<4sQ2H2L4Q")  # the same for long archives
_LOCATOR_64 = struct.Struct("<4sLQL")
_CHUNK = 2**20

_DAMAGED = "the backup is damaged"
_USE_ANOTHER = "Use another copy of the backup."


@dataclass(frozen=True, slots=True)
class FileDigest:
    """
    What a file in the archive is.

    Attributes:
        size: In bytes.
        sha256: As hexadecimal digits.
    """

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Backup:
    """
    A backup that was made, put back or looked at, and found to be whole.

    Attributes:
        path: The archive.
        size: Of the archive, in bytes.
        made: When, in UTC: ``2021-09-11T08:46:00+00:00``.
        searchkit: The release that made it.
        generation: The commit of the catalog that it holds.
        articles: How many there are in it.
        files: What else it holds, by name: the catalog, and files that people edit.
    """

    path: Path
    size: int
    made: str
    searchkit: str
    generation: int
    articles: int
    files: Mapping[str, FileDigest] = field(default_factory=dict)


def write_archive(
    path: Path,
    files: Mapping[str, Path],
    copied: CopiedCatalog,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """
    Write an archive, and put it on disk.

    Args:
        path: The file to make; its name in the folder need not be on disk.
        files: Where each file is, by its name in the archive.
        copied: What the catalog among them holds.
        progress: Called after each piece: how many bytes are packed, and of how many.

    Raises:
        OSError: A file cannot be read or written.
    """
    _pack(path, files, copied, zipfile.ZIP_DEFLATED, progress)
    with zipfile.ZipFile(path) as archive:
        is_dense = any(map(_is_too_dense, archive.infolist()))
    if is_dense:
        # Pages that SQLite has wiped are nothing but zeros.
        path.unlink()
        _pack(path, files, copied, zipfile.ZIP_STORED, progress)
    with path.open("rb+") as written:
        length = path.stat().st_size - _DIGITS
        digits = _digest(written, length, None).encode()
        written.seek(length)
        written.write(digits)
        written.flush()
        os.fsync(written.fileno())
        if sys.platform == "linux":
            # What is read back is to come from the disk.
            os.posix_fadvise(written.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _pack(
    path: Path,
    files: Mapping[str, Path],
    copied: CopiedCatalog,
    method: int,
    progress: Callable[[int, int], None] | None,
) -> None:
    """
    Write an archive but for its digest.
    """
    total = sum(source.stat().st_size for source in files.values())
    done = 0
    digests: dict[str, FileDigest] = {}
    with zipfile.ZipFile(path, "x", method, compresslevel=1) as archive:
        for name, source in files.items():
            sha, size = hashlib.sha256(), 0
            with (
                source.open("rb") as file,
                archive.open(name, "w", force_zip64=True) as packed,
            ):
                while chunk := file.read(_CHUNK):
                    packed.write(chunk)
                    sha.update(chunk)
                    size += len(chunk)
                    if progress:
                        progress(done + size, max(total, done + size))
            done += size
            digests[name] = FileDigest(size, sha.hexdigest())
        description = {
            "format": FORMAT,
            "searchkit": __version__,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "generation": copied.generation,
            "articles": copied.articles,
            "files": {
                name: {"size": one.size, "sha256": one.sha256}
                for name, one in digests.items()
            },
        }
        archive.writestr(DESCRIPTION_NAME, json.dumps(description, indent=2) + "\n")
        archive.comment = _COMMENT + b"0" * _DIGITS


def _is_too_dense(info: zipfile.ZipInfo) -> bool:
    """
    Tell whether a file unpacks to a multiple of its size that only a bomb does.
    """
    usual = max(info.compress_size * MAX_UNPACK_RATIO, MIN_UNPACK_BYTES)
    return info.file_size > usual


def _digest(
    file: IO[bytes], length: int, progress: Callable[[int, int], None] | None
) -> str:
    """
    Return the SHA-256 of the first bytes of a file.
    """
    sha, done = hashlib.sha256(), 0
    file.seek(0)
    while done < length and (chunk := file.read(min(_CHUNK, length - done))):
        sha.update(chunk)
        done += len(chunk)
        if progress:
            progress(done, length)
    return sha.hexdigest()


class Archive:
    """
    An archive that is read; a context manager.

    Args:
        path: The file.
        progress: Called while it is read through once: bytes done, and of how many.

    Raises:
        BackupError: On entering, where it is no backup, damaged, cut short, altered,
            or of a newer format.

    Attributes:
        backup: What it holds.
    """

    backup: Backup

    def __init__(
        self, path: Path, *, progress: Callable[[int, int], None] | None = None
    ) -> None:
        self._path = path
        self._progress = progress

    def __enter__(self) -> Self:
        with self._readable():
            self._file = self._path.open("rb")
        try:
            with self._readable():
                self._require_whole()
                self._zip = zipfile.ZipFile(self._file)
                self._members = self._checked_members()
                self.backup = self._described()
                self._require_sizes()
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self._file.close()

    def extract(
        self,
        name: str,
        target: IO[bytes] | None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """
        Unpack a file, and compare it with what ``backup.json`` says of it.

        Args:
            name: One of ``backup.files``.
            target: Where its bytes go; ``None`` to look at them only.
            progress: Called after each piece: bytes done, and of how many.

        Raises:
            BackupError: It is not what was packed.
            OSError: The target cannot be written.
        """
        expected = self.backup.files[name]
        sha, done = hashlib.sha256(), 0
        with self._readable():
            member = self._zip.open(self._members[name])
        with member:
            while True:
                with self._readable():
                    chunk = member.read(_CHUNK)
                if not chunk:
                    break
                done += len(chunk)
                sha.update(chunk)
                if target is not None:
                    target.write(chunk)
                if progress:
                    progress(done, expected.size)
        if FileDigest(done, sha.hexdigest()) != expected:
            reason = f"{_DAMAGED} ({name} is not what was packed)"
            raise BackupError(str(self._path), reason, _USE_ANOTHER)

    # --- what it is -------------------------------------------------------------

    def _require_whole(self) -> None:
        """
        Compare the archive with the digest at its end, and look at what stands there.
        """
        size = self._file.seek(0, os.SEEK_END)
        tail_size = _END.size + len(_COMMENT) + _DIGITS
        self._file.seek(max(0, size - tail_size - _LOCATOR_64.size - _END_64.size))
        tail = self._file.read()
        self._file.seek(0)
        if self._file.read(4) != b"PK\x03\x04":
            reason = "it is no backup"
            advice = "Give a file that `searchkit backup` has made."
            raise BackupError(str(self._path), reason, advice)
        comment = tail[-_DIGITS - len(_COMMENT) : -_DIGITS]
        end = tail[-tail_size : -_DIGITS - len(_COMMENT)]
        if comment != _COMMENT or len(end) < _END.size or end[:4] != b"PK\x05\x06":
            reason = "it is cut short, altered, or no backup"
            raise BackupError(str(self._path), reason, _USE_ANOTHER)
        length = size - _DIGITS
        if _digest(self._file, length, self._progress).encode() != tail[-_DIGITS:]:
            reason = f"{_DAMAGED}: it was altered, or cut short"
            raise BackupError(str(self._path), reason, _USE_ANOTHER)
        directory = _END.unpack(end)[5]
        before = tail[:-tail_size]
        if before[-_LOCATOR_64.size :][:4] == b"PK\x06\x07":
            record = before[: -_LOCATOR_64.size][-_END_64.size :]
            if len(record) == _END_64.size:
                directory = max(_END_64.unpack(record)[8], directory % 0xFFFFFFFF)
        if directory > _MAX_DIRECTORY_BYTES:
            self._refuse("it holds more files than a backup does")

    def _checked_members(self) -> dict[str, zipfile.ZipInfo]:
        """
        Return the files in the archive, which are those of a backup.
        """
        members: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            if info.filename not in (DESCRIPTION_NAME, CATALOG_NAME, *KEPT_FILES):
                self._refuse(f"it holds {info.filename[:80]!r}")
            if info.filename in members:
                self._refuse(f"it holds {info.filename} twice")
            if info.flag_bits & 1:
                self._refuse("it is encrypted")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                self._refuse(f"{info.filename} is packed in another way")
            if _is_too_dense(info) or info.file_size > _limit(info.filename):
                self._refuse(f"{info.filename} unpacks to {info.file_size:,} bytes")
            members[info.filename] = info
        for name in (DESCRIPTION_NAME, CATALOG_NAME):
            if name not in members:
                self._refuse(f"it lacks {name}")
        return members

    def _described(self) -> Backup:
        text = self._zip.read(self._members[DESCRIPTION_NAME])
        try:
            told = json.loads(text)
            number = _typed(told["format"], int)
            if number > FORMAT:
                reason = f"the backup has format {number}, and this searchkit reads"
                advice = "Upgrade searchkit; the backup was made by a newer release."
                raise BackupError(str(self._path), f"{reason} {FORMAT}", advice)
            made = datetime.fromisoformat(told["made"])
            if number < 1 or made.utcoffset() is None:
                raise ValueError(number, made)  # noqa: TRY301 - read as the others
            return Backup(
                path=self._path,
                size=self._path.stat().st_size,
                made=told["made"],
                searchkit=_typed(told["searchkit"], str),
                generation=_typed(told["generation"], int),
                articles=_typed(told["articles"], int),
                files={
                    name: FileDigest(
                        _typed(one["size"], int), _typed(one["sha256"], str)
                    )
                    for name, one in _typed(told["files"], dict).items()
                },
            )
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            reason = f"{DESCRIPTION_NAME} cannot be read"
            raise BackupError(str(self._path), reason, _USE_ANOTHER) from error

    def _require_sizes(self) -> None:
        sizes = {name: one.size for name, one in self.backup.files.items()}
        packed = {name: info.file_size for name, info in self._members.items()}
        del packed[DESCRIPTION_NAME]
        if sizes != packed:
            self._refuse(f"{DESCRIPTION_NAME} speaks of other files")

    def _refuse(self, what: str) -> None:
        advice = "Do not trust it: `searchkit backup` makes no such archive."
        raise BackupError(str(self._path), f"it is no backup: {what}", advice)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """
        Turn errors of reading the archive into ours.
        """
        try:
            yield
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            struct.error,
        ) as error:
            reason = f"{_DAMAGED} ({str(error) or 'it is cut short'})"
            raise BackupError(str(self._path), reason, _USE_ANOTHER) from error
        except OSError as error:
            reason = f"it cannot be read ({error.strerror or error})"
            raise BackupError(str(self._path), reason) from error


def _limit(name: str) -> int:
    if name == DESCRIPTION_NAME:
        return MAX_DESCRIPTION_BYTES
    return MAX_CATALOG_BYTES if name == CATALOG_NAME else MAX_KEPT_BYTES


def _typed(value: Any, kind: type) -> Any:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(value)
    return value
