"""
Examining an index folder: catalog, engine, both together, and what lies about.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from searchkit.annotations import default_annotators
from searchkit.catalog import CATALOG_NAME, Catalog
from searchkit.catalog.checks import check_catalog
from searchkit.catalog.lock import HOLDER_NAME
from searchkit.checkups.compare import Comparison, being_written, compare, log_kept
from searchkit.checkups.holders import dead_holder, is_being_written
from searchkit.checkups.model import Checkup
from searchkit.engines import local_engine
from searchkit.errors import IndexAccessError, IndexMissingError, IndexStoreError
from searchkit.findings import Finding
from searchkit.indexing import Progress
from searchkit.settings import OPEN_DELAY

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable

    from searchkit.engines.base import Engine

#: What an engine looks like while it is being made or filled anew.
_UNFINISHED = {"index-unfinished", "manifest-missing"}


def check_index(
    path: str | os.PathLike[str],
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Checkup:
    """
    Examine the whole of an index.

    Nothing is changed and no lock is held: it works in a folder that can only be read,
    and beside a writer, whose half-made work is no finding.  Every file is read
    through.

    Args:
        path: The index folder.
        progress: Called after each article of the catalog, with articles in place of
            bytes.

    Returns:
        What was found; what cannot be read is a finding, too.

    Raises:
        IndexMissingError: There is none.
    """
    return examine(Path(path), progress=progress)


def examine(
    folder: Path,
    *,
    alone: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> Checkup:
    """
    Examine an index; as :func:`check_index`.

    Args:
        folder: The index folder.
        alone: The caller holds the writer's lock: nobody is writing.
        progress: As for :func:`check_index`.
    """
    started = time.monotonic()
    engine = local_engine(folder)
    _require_index(folder, engine)
    with log_kept(folder):
        of_catalog = check_catalog_files(folder, progress=progress)
        of_engine = _check_engine(folder, engine, alone=alone)
        comparison = Comparison()
        if not _has_errors(of_engine) and not _is_unfinished(of_engine):
            comparison = _compare(folder, engine, of_catalog, alone=alone)
        of_annotations = [] if _has_errors(of_catalog) else _check_annotators(folder)
    findings = [
        *of_catalog,
        *of_engine,
        *comparison.findings,
        *of_annotations,
        *(() if alone else _check_holder(folder)),
        *_check_copies(folder),
    ]
    findings.sort(key=lambda finding: finding.severity != "error")
    return Checkup(
        path=str(folder),
        findings=tuple(findings),
        articles=comparison.articles,
        documents=comparison.documents,
        seconds=time.monotonic() - started,
    )


def check_catalog_files(
    folder: Path, *, progress: Callable[[Progress], None] | None = None
) -> list[Finding]:
    """
    Examine the catalog alone.

    Args:
        folder: The index folder.
        progress: As for :func:`check_index`.
    """

    def show(done: int, total: int) -> None:
        if progress:
            progress(Progress(done, total, done))

    return _collected(folder, check_catalog(folder, progress=show))


def _require_index(folder: Path, engine: Engine) -> None:
    """
    Make sure that there is something to examine.

    Raises:
        IndexMissingError: There is neither a catalog nor an engine's file.
    """
    try:
        is_folder = folder.is_dir()
        has_catalog = (folder / CATALOG_NAME).exists()
    except OSError:
        return  # it is there, and out of reach: that is a finding
    if has_catalog:
        return
    if not is_folder or _is_bare(engine):
        raise IndexMissingError(str(folder))


def _is_bare(engine: Engine) -> bool:
    """
    Tell whether an engine has no files at all, or none yet.
    """
    try:
        return engine.generation is None
    except (OSError, IndexStoreError):
        return False


def _collected(folder: Path, findings: Iterable[Finding]) -> list[Finding]:
    """
    Collect findings; what stops the examination is the last of them.
    """
    collected: list[Finding] = []
    try:
        collected.extend(findings)
    except OSError as error:
        reason = f"the system does not let it be read ({error.strerror or error})"
        path = str(error.filename or folder)
        collected.append(Finding("unreadable", "error", path, reason, "none"))
    except IndexStoreError as error:
        collected.append(_of_error(error))
    return collected


def _of_error(error: IndexStoreError) -> Finding:
    """
    Turn what stopped an examination into a finding.
    """
    reason = getattr(error, "reason", str(error))
    if isinstance(error, IndexAccessError):
        return Finding("unreadable", "error", error.path, reason, "none")
    return Finding("index-unreadable", "error", error.path, reason, "index")


def _has_errors(findings: Iterable[Finding]) -> bool:
    return any(finding.severity == "error" for finding in findings)


def _is_unfinished(findings: Iterable[Finding]) -> bool:
    return any(finding.code == "being-written" for finding in findings)


# --- the engine ------------------------------------------------------------------


def _check_engine(folder: Path, engine: Engine, *, alone: bool) -> list[Finding]:
    """
    Look at the engine's files, again where something was found.

    A commit changes files under the examination; what is wrong stays wrong.
    """
    is_busy = not alone and is_being_written(folder)
    found = _collected(folder, engine.check())
    if alone or not found:
        return found
    is_busy |= is_being_written(folder)
    time.sleep(OPEN_DELAY)
    seen = {(finding.code, finding.path) for finding in found}
    again = _collected(folder, engine.check())
    found = [finding for finding in again if (finding.code, finding.path) in seen]
    is_busy |= is_being_written(folder)
    if not is_busy:
        return found
    # The files that nobody needs may be those that the writer is just making.
    found = [finding for finding in found if finding.remedy != "tidy"]
    if any(finding.code in _UNFINISHED for finding in found):
        return [being_written(folder, "the index is being made anew")]
    return found


def _compare(
    folder: Path, engine: Engine, of_catalog: list[Finding], *, alone: bool
) -> Comparison:
    try:
        return compare(folder, engine, alone=alone)
    except IndexStoreError as error:
        # A catalog that cannot be opened has its finding.
        in_catalog = error.path == str(folder / CATALOG_NAME)
        if in_catalog and of_catalog:
            return Comparison()
        return Comparison([_of_error(error)])


# --- what lies about -------------------------------------------------------------


def _check_annotators(folder: Path) -> list[Finding]:
    """
    Look for articles that other annotators than today's have annotated.
    """
    path = str(folder / CATALOG_NAME)
    try:
        with Catalog.open(folder) as catalog:
            is_annotated = catalog.setting("annotate", default=True)
            annotators = default_annotators() if is_annotated else ()
            ids = catalog.annotated_otherwise(
                {one.kind: one.fingerprint for one in annotators}
            )
    except IndexStoreError as error:
        return [_of_error(error)]
    if not ids:
        return []
    lack = "article lacks" if len(ids) == 1 else "articles lack"
    message = (
        f"{len(ids):,} {lack} the dates and names that this release finds; the next"
        " `searchkit index` adds them"
    )
    return [Finding("annotations-older", "warning", path, message, "none")]


def _check_holder(folder: Path) -> list[Finding]:
    process = dead_holder(folder)
    if process is None:
        return []
    message = f"process {process} has ended without letting go of the index"
    path = str(folder / HOLDER_NAME)
    return [Finding("holder-dead", "warning", path, message, "tidy")]


def _check_copies(folder: Path) -> list[Finding]:
    """
    Name what a salvage has kept of a damaged catalog.
    """
    try:
        copies = sorted(folder.glob(f"{CATALOG_NAME}.damaged-*"))
    except OSError:
        return []
    message = "a damaged catalog that was kept; delete it when nobody misses anything"
    return [
        Finding("salvaged-copy", "warning", str(copy), message, "none")
        for copy in copies
        if not copy.name.endswith(("-wal", "-shm"))
    ]
