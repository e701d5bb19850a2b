"""
The manifest: our file beside Whoosh's, ``manifest.json``.

It says which table of contents counts, which commit of the catalog that holds, and the
size and checksum of every file that it speaks of.  Replacing the manifest, in one step,
is the moment of a commit: what it names is on disk before, and what it named before is
deleted after.
"""

from __future__ import annotations

import binascii
import json
import os
import re
import zlib
from typing import TYPE_CHECKING, Any

from searchkit._version import __version__
from searchkit.disk import read_regular, remove_whatever, sync_folder
from searchkit.engines.whoosh.files import FileRecord
from searchkit.errors import IndexAccessError, IndexDamagedError, IndexVersionError
from searchkit.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANIFEST_NAME = "manifest.json"

FORMAT = 2
"""Version of the index folder's layout that this release reads and writes."""

FINGERPRINT = "9fce47189c9639a6"
"""
Kept in the manifest; an index with another one has to be made anew.

What ``searchkit.fields.schema_fingerprint`` makes of the analyzer, the document and
``SCHEMA_VERSION``; a test holds the two together, so that no query has to hash.
"""

SCHEMA_VERSION = "whoosh-2"
"""Changes with what this engine alone decides of the terms."""

_NAME = re.compile(r"_MAIN_[0-9]+\.toc|MAIN_[0-9a-z]+\.[0-9A-Za-z_.]+")

_SEGMENT = re.compile(r"MAIN_[0-9a-z]+")

#: Longest manifest that is read; it has a bit for each document, compressed.
_MOST_BYTES = 64 * 2**20
_MOST_DOCUMENTS = 2**31

NOTHING = -1
"""In place of the number of a table of contents: the index is being made anew."""


class SegmentRecord(Value):
    """
    A native segment as the table of contents has it, so that nobody need read that.

    Attributes:
        name: Its file is this with ``.sks``.
        documents: How many there are, deleted or not.
        deleted: Bitmap of those that are deleted, the lowest bit first; empty for none.
    """

    name: str
    documents: int
    deleted: bytes = b""

    def to_json(self) -> dict[str, object]:
        """
        Return the record as JSON has it.
        """
        packed = b""
        if self.deleted:
            packed = binascii.b2a_base64(zlib.compress(self.deleted), newline=False)
        return {
            "name": self.name,
            "documents": self.documents,
            "deleted": packed.decode("ascii"),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> SegmentRecord:
        """
        Read what :meth:`to_json` gives.

        Raises:
            ValueError: It is something else.
        """
        name, documents = str(values["name"]), int(values["documents"])
        if not _SEGMENT.fullmatch(name) or not 0 <= documents < _MOST_DOCUMENTS:
            raise ValueError(name)
        deleted = b""
        if values["deleted"]:
            size = (documents + 7) // 8
            unpacker = zlib.decompressobj()
            packed = binascii.a2b_base64(str(values["deleted"]), strict_mode=True)
            try:
                deleted = unpacker.decompress(packed, size + 1)
            except zlib.error as error:
                raise ValueError(name) from error
            if len(deleted) != size:
                raise ValueError(name)
        return cls(name, documents, deleted)


class Manifest(Value):
    """
    What is known of the Whoosh index without opening it.

    Attributes:
        generation: The commit of the catalog that it holds.
        toc: The number of the table of contents that counts; ``NOTHING`` for none.
        schema: Fingerprint of fields, analyzer and terms.
        files: What the index is made of: name in the folder to record.
        format: Version of the layout.
        whoosh: Distribution and version that wrote it.
        searchkit: Release that wrote it.
        segments: Those of the table of contents that counts, where all are native;
            otherwise ``None``.
    """

    generation: int
    toc: int
    schema: str
    files: Mapping[str, FileRecord]
    format: int = FORMAT
    whoosh: str = ""
    searchkit: str = __version__
    segments: tuple[SegmentRecord, ...] | None = None

    def write(self, folder: Path) -> None:
        """
        Put the manifest on disk in one step.
        """
        path = folder / MANIFEST_NAME
        temporary = path.with_suffix(".json.tmp")
        remove_whatever(temporary)
        with temporary.open("x", encoding="utf-8") as file:
            json.dump(self._to_json(), file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(folder)

    def _to_json(self) -> dict[str, object]:
        values: dict[str, object] = {
            "generation": self.generation,
            "toc": self.toc,
            "schema": self.schema,
            "files": {
                name: {"size": record.size, "crc32": record.crc32}
                for name, record in self.files.items()
            },
            "format": self.format,
            "whoosh": self.whoosh,
            "searchkit": self.searchkit,
        }
        if self.segments is not None:
            values["segments"] = [segment.to_json() for segment in self.segments]
        return values


def _checked(name: str) -> str:
    """
    Return the name of a file of the index; no manifest names any other.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return name


def read_manifest(folder: Path) -> Manifest | None:
    """
    Read the manifest of an index folder.

    Returns:
        ``None`` where there is none.

    Raises:
        IndexDamagedError: It is not what :meth:`Manifest.write` writes.
        IndexVersionError: Another version wrote it.
        IndexAccessError: The system does not let it be read.
    """
    path = folder / MANIFEST_NAME
    try:
        content = read_regular(path, _MOST_BYTES).decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise IndexDamagedError(str(path), "the manifest is no text") from error
    except OSError as error:
        reason = f"the manifest cannot be read ({error.strerror})"
        raise IndexAccessError(str(path), reason) from error
    try:
        values = json.loads(content)
        found = int(values["format"])
        if found != FORMAT:
            raise IndexVersionError(str(path), found, FORMAT)
        return Manifest(
            generation=int(values["generation"]),
            toc=int(values["toc"]),
            schema=str(values["schema"]),
            files={
                _checked(name): FileRecord(int(record["size"]), int(record["crc32"]))
                for name, record in values["files"].items()
            },
            whoosh=str(values.get("whoosh", "")),
            searchkit=str(values.get("searchkit", "")),
            segments=(
                tuple(SegmentRecord.from_json(one) for one in values["segments"])
                if "segments" in values
                else None
            ),
        )
    except (
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
        ArithmeticError,
        RecursionError,
    ) as error:
        reason = "the manifest is cut short or altered"
        raise IndexDamagedError(str(path), reason) from error


WHOOSH_DISTRIBUTIONS = ("Whoosh-Reloaded", "Whoosh", "Whoosh3", "Whoosh-Unleashed")
"""Names under which the package ``whoosh`` can be installed; the first is ours."""


def whoosh_distributions() -> list[str]:
    """
    Return name and version of every distribution that installs Whoosh here.
    """
    from importlib import metadata  # noqa: PLC0415 - writers alone need it

    found = []
    for name in WHOOSH_DISTRIBUTIONS:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return found
