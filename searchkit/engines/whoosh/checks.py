"""
Looking after the files of the Whoosh index: what is missing, cut short or altered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.engines.whoosh.contents import (
    INDEX_NAME,
    index_files,
    leftovers,
    toc_numbers,
    toc_path,
)
from searchkit.engines.whoosh.files import FileRecord
from searchkit.engines.whoosh.manifest import (
    FINGERPRINT,
    MANIFEST_NAME,
    NOTHING,
    WHOOSH_DISTRIBUTIONS,
    Manifest,
    read_manifest,
    whoosh_distributions,
)
from searchkit.engines.whoosh.storage import check_table_of_contents
from searchkit.errors import (
    IndexAccessError,
    IndexDamagedError,
    IndexVersionError,
)
from searchkit.findings import Finding, Remedy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from searchkit.engines.whoosh.engine import WhooshEngine

_ALTERED = "the file is not what was written (its checksum is another)"


def check_files(engine: WhooshEngine) -> Iterator[Finding]:
    """
    Compare the files in the index folder with what the manifest says of them.

    Args:
        engine: Of the folder.  Every file is read through; nothing is changed.
    """
    yield from _check_distribution()
    folder = engine.folder
    path = str(folder / MANIFEST_NAME)
    try:
        manifest = read_manifest(folder)
    except IndexVersionError as error:
        remedy: Remedy = "upgrade" if error.found < error.supported else "none"
        yield Finding("index-format", "error", path, str(error), remedy)
        return
    except IndexDamagedError as error:
        yield Finding("manifest-damaged", "error", path, error.reason, "index")
        return
    except IndexAccessError as error:
        yield Finding("unreadable", "error", path, error.reason, "none")
        return
    if manifest is None:
        yield Finding(
            "manifest-missing", "error", path, "the manifest is missing", "index"
        )
        return
    if manifest.toc == NOTHING:
        message = "the index was being made anew when the writer ended"
        yield Finding("index-unfinished", "error", path, message, "index")
        return
    if manifest.schema != FINGERPRINT:
        message = "the index was made by a release that analysed otherwise"
        yield Finding("index-outdated", "error", path, message, "upgrade")
    yield from _check_manifest(folder, manifest)


def _check_distribution() -> Iterator[Finding]:
    installed = whoosh_distributions()
    ours = [one for one in installed if one.startswith(WHOOSH_DISTRIBUTIONS[0])]
    if len(installed) > 1:
        message = (
            f"several distributions install it over each other: {', '.join(installed)};"
            f" uninstall them, then install {WHOOSH_DISTRIBUTIONS[0]}"
        )
        yield Finding("whoosh-distribution", "warning", "whoosh", message, "none")
    elif not ours:
        message = (
            f"searchkit is made for {WHOOSH_DISTRIBUTIONS[0]}, and this is"
            f" {', '.join(installed) or 'of unknown origin'}"
        )
        yield Finding("whoosh-distribution", "warning", "whoosh", message, "none")


def _check_manifest(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    path = str(folder / MANIFEST_NAME)
    numbers = toc_numbers(folder)
    present = set(index_files(folder))
    table = toc_path(folder, manifest.toc).name
    if table not in manifest.files:
        message = f"it says nothing of {table}"
        yield Finding("manifest-damaged", "error", path, message, "index")
        return
    files = dict(manifest.files)
    if manifest.toc not in numbers and any(n > manifest.toc for n in numbers):
        newest = toc_path(folder, numbers[-1])
        message = "a program has written to the index through Whoosh's own API"
        yield Finding("foreign-commit", "warning", str(newest), message, "index")
        yield from _check_table(folder, numbers[-1])
        # It may have merged our segments; what is there still is as we wrote it.
        files = {name: files[name] for name in files.keys() & present}
    else:
        yield from _check_unused(folder, present - manifest.files.keys())
    for name, record in sorted(files.items()):
        found = list(_check_file(folder / name, record))
        yield from found
        if name == table and not found:
            # Whoever can write it can write a manifest that agrees.
            yield from _check_table(folder, manifest.toc)


def _check_unused(folder: Path, unused: set[str]) -> Iterator[Finding]:
    """
    Name files that no table of contents speaks of.
    """
    unused |= {one.name for one in leftovers(folder)}
    if (folder / f"{INDEX_NAME}.tmp").exists():
        unused.add(f"{INDEX_NAME}.tmp")
    if unused:
        names = tuple(sorted(unused))
        message = f"writers that ended early have left files: {', '.join(names)}"
        yield Finding("leftovers", "warning", str(folder), message, "tidy", names)


def _check_table(folder: Path, number: int) -> Iterator[Finding]:
    path = str(toc_path(folder, number))
    try:
        check_table_of_contents(folder, number)
    except FileNotFoundError:
        message = "the file is missing"
        yield Finding("contents-missing", "error", path, message, "index")
    except IndexDamagedError as error:
        yield Finding("contents-damaged", "error", path, error.reason, "index")


def _check_file(path: Path, record: FileRecord) -> Iterator[Finding]:
    what = "contents" if path.suffix == ".toc" else "segment"
    try:
        found = FileRecord.of(path)
    except FileNotFoundError:
        yield Finding(
            f"{what}-missing", "error", str(path), "the file is missing", "index"
        )
        return
    except OSError as error:
        reason = f"the file cannot be read ({error.strerror})"
        yield Finding(f"{what}-unreadable", "error", str(path), reason, "index")
        return
    if found.size != record.size:
        reason = f"the file has {found.size} of {record.size} bytes"
        yield Finding(f"{what}-truncated", "error", str(path), reason, "index")
    elif found.crc32 != record.crc32:
        yield Finding(f"{what}-altered", "error", str(path), _ALTERED, "index")
