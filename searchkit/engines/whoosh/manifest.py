"""
The manifest: our file beside Whoosh's, ``manifest.json``.

It says which commit of the catalog the Whoosh index holds, under which table of
contents, and what it was made with.  It is written after the table of contents, so it
can be behind it after a crash, and never ahead: what it claims is on disk.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from searchkit._version import __version__
from searchkit.engines.whoosh.storage import sync_folder
from searchkit.errors import IndexAccessError, IndexDamagedError, IndexVersionError

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST_NAME = "manifest.json"

FORMAT = 1
"""Version of the index folder's layout that this release reads and writes."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """
    What is known of the Whoosh index without opening it.

    Attributes:
        generation: The commit of the catalog that it holds, at least.
        toc: The number of the table of contents with that commit.
        schema: Fingerprint of fields, analyzer and terms.
        format: Version of the layout.
        whoosh: Distribution and version that wrote it.
        searchkit: Release that wrote it.
    """

    generation: int
    toc: int
    schema: str
    format: int = FORMAT
    whoosh: str = ""
    searchkit: str = __version__

    def write(self, folder: Path) -> None:
        """
        Put the manifest on disk in one step.
        """
        path = folder / MANIFEST_NAME
        temporary = path.with_suffix(".json.tmp")
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(folder)


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
        content = path.read_text(encoding="utf-8")
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
            whoosh=str(values.get("whoosh", "")),
            searchkit=str(values.get("searchkit", "")),
        )
    except (
        ValueError,
        TypeError,
        LookupError,
        ArithmeticError,
        RecursionError,
    ) as error:
        reason = "the manifest is cut short or altered"
        raise IndexDamagedError(str(path), reason) from error


def whoosh_distribution() -> str:
    """
    Return name and version of the distribution that Whoosh is installed from.
    """
    for name in ("Whoosh-Reloaded", "Whoosh", "Whoosh3", "Whoosh-Unleashed"):
        try:
            return f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            continue
    return "unknown"
