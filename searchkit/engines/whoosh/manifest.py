"""
The manifest: our file beside Whoosh's, ``manifest.json``.

It says which table of contents counts, which commit of the catalog that holds, and the
size and checksum of every file that it speaks of.  Replacing the manifest, in one step,
is the moment of a commit: what it names is on disk before, and what it named before is
deleted after.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING

from searchkit._version import __version__
from searchkit.disk import read_regular, remove_whatever, sync_folder
from searchkit.engines.whoosh.files import FileRecord
from searchkit.errors import IndexAccessError, IndexDamagedError, IndexVersionError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANIFEST_NAME = "manifest.json"

FORMAT = 2
"""Version of the index folder's layout that this release reads and writes."""

_NAME = re.compile(r"_MAIN_[0-9]+\.toc|MAIN_[0-9a-z]+\.[0-9A-Za-z_.]+")

_MOST_BYTES = 2**20

NOTHING = -1
"""In place of the number of a table of contents: the index is being made anew."""


@dataclass(frozen=True, slots=True)
class Manifest:
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
    """

    generation: int
    toc: int
    schema: str
    files: Mapping[str, FileRecord] = field(default_factory=dict)
    format: int = FORMAT
    whoosh: str = ""
    searchkit: str = __version__

    def write(self, folder: Path) -> None:
        """
        Put the manifest on disk in one step.
        """
        path = folder / MANIFEST_NAME
        temporary = path.with_suffix(".json.tmp")
        remove_whatever(temporary)
        with temporary.open("x", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(folder)


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
    found = []
    for name in WHOOSH_DISTRIBUTIONS:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return found
