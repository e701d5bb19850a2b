"""
Repairing: what is derived is made anew, what can be saved is saved, the rest tidied.

In this order, so that nothing is destroyed that the next step would need: a damaged
catalog is salvaged, foreign documents are adopted if that was asked for, the engine is
filled from the catalog, and last come the files that nobody needs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from searchkit.annotations import default_annotators
from searchkit.catalog import Catalog, WriterLock
from searchkit.catalog.salvage import salvage_catalog
from searchkit.checkups.adopt import adopt
from searchkit.checkups.examine import check_catalog_files, check_index, examine
from searchkit.checkups.model import COMMANDS, Checkup, Repair
from searchkit.engines import local_engine
from searchkit.errors import IndexAccessError, IndexDamagedError, IndexStoreError
from searchkit.indexing import IndexingRun, catch_up
from searchkit.settings import WRITER_PATIENCE

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from searchkit.findings import Finding, Remedy
    from searchkit.indexing import Progress

#: Names that a sentence lists, at most.
_NAMED = 10


def repair_index(
    path: str | os.PathLike[str],
    *,
    adopt: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> Repair:
    """
    Examine an index, and mend what can be mended without losing anything.

    A healthy index is left alone, byte for byte.  Nothing that is nowhere else is
    deleted: not a damaged catalog, and not the documents of other programs.

    Args:
        path: The index folder.
        adopt: Import the documents of other programs, too; without, an index that has
            any is left as it is.
        progress: Called after each article that is written.

    Returns:
        What was found, what was done, what was left and why, and what is found now.

    Raises:
        IndexMissingError: There is none.
        IndexLockedError: Another process is writing.
        IndexAccessError: The folder cannot be written to.
    """
    before = check_index(path)
    work = _Work(Path(path), adopt=adopt, progress=progress)
    if not work.is_for(before):
        work.name_the_rest(before)
        return Repair(before, (), tuple(work.left), before)
    with WriterLock(work.folder, patience=WRITER_PATIENCE):
        # Somebody may have written since.
        work.do(examine(work.folder, alone=True))
    if any(finding.code == "holder-dead" for finding in before.findings):
        work.done.append("let go of the lock of a process that has ended")
    after = check_index(path)
    work.name_the_rest(after)
    return Repair(before, tuple(work.done), tuple(work.left), after)


class _Work:
    """
    One repair.

    Args:
        folder: The index folder.
        adopt: Whether to import the documents of other programs.
        progress: Called after each article that is written.

    Attributes:
        done: What was done, as sentences.
        left: What was left and why, likewise.
    """

    def __init__(
        self,
        folder: Path,
        *,
        adopt: bool,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.folder = folder
        self.done: list[str] = []
        self.left: list[str] = []
        self._adopt = adopt
        self._progress = progress
        self._engine = local_engine(folder)
        self._has_salvaged = False
        self._is_unreadable = False

    def is_for(self, checkup: Checkup) -> bool:
        """
        Tell whether there is anything that a repair may do.
        """
        wanted: set[Remedy] = {"index", "tidy", "salvage"}
        if self._adopt:
            wanted.add("adopt")
        return any(finding.remedy in wanted for finding in checkup.findings)

    def do(self, checkup: Checkup) -> None:
        """
        Repair; the caller holds the writer's lock.
        """
        remedies = {finding.remedy for finding in checkup.findings}
        foreign = self._count_foreign() if remedies - {"upgrade", "none"} else 0
        if foreign and not self._adopt and remedies & {"index", "salvage"}:
            return
        if "salvage" in remedies:
            if not self._salvage():
                return
            # An older catalog comes out of it as one of this release.
            checkup = examine(self.folder, alone=True)
            remedies = {finding.remedy for finding in checkup.findings} | {"index"}
        if "upgrade" in remedies:
            return
        if not self._has_sound_catalog():
            return
        with Catalog.open(self.folder) as catalog:
            if foreign and self._adopt:
                self._adopt_foreign(catalog)
            elif remedies & {"index", "salvage"}:
                self._index(catalog, checkup.findings)
            elif "tidy" in remedies:
                self._tidy()
            if self._has_salvaged:
                self._annotate(catalog)

    def name_the_rest(self, checkup: Checkup) -> None:
        """
        Say of what is still found what helps, or that nothing does.
        """
        codes = {finding.code for finding in checkup.findings}
        remedies = {finding.remedy for finding in checkup.findings}
        if "adopt" in remedies and not self._adopt:
            self.left.append(
                "the documents of another program are nowhere else, so the index was"
                " left as it is: import them with `searchkit doctor --repair --adopt`,"
                " or let them go with `searchkit rebuild --discard`"
            )
        if "upgrade" in remedies:
            self.left.append(
                f"another release wrote it: run `{COMMANDS['upgrade']}` first"
            )
        if "restore" in remedies:
            self.left.append(
                "the catalog is beyond repair, and the index was left as it is: put a"
                f" backup back with `{COMMANDS['restore']}`"
            )
        if codes & {"unreadable", "catalog-unreadable"}:
            self.left.append(
                "the system does not let a file be read: give this user the right to,"
                " or look after the disk"
            )

    def _count_foreign(self) -> int:
        """
        Count the documents of other programs that can be read.
        """
        count = 0
        try:
            for _ in self._engine.foreign_documents():
                count += 1
        except IndexAccessError:
            raise
        except IndexStoreError:
            # What could be read until there is to be kept.
            self._is_unreadable = True
        return count

    def _has_sound_catalog(self) -> bool:
        """
        Tell whether the engine may be made anew: the catalog has all that it needs.
        """
        found = check_catalog_files(self.folder)
        return not any(finding.severity == "error" for finding in found)

    def _salvage(self) -> bool:
        """
        Save what can be read of the catalog.

        Returns:
            Whether there is a new one.
        """
        try:
            saved = salvage_catalog(self.folder)
        except IndexDamagedError:
            # It stays as it is, and so does the index: of that nothing is sound.
            self.left.append(
                "nothing can be read of the catalog, and the index was left as it is:"
                f" put a backup back with `{COMMANDS['restore']}`"
            )
            return False
        self._has_salvaged = True
        self.done.append(
            f"saved {_articles(saved.kept)} from the damaged catalog, which is kept as"
            f" {saved.old.name}"
        )
        if saved.lost:
            self.left.append(
                f"{_articles(len(saved.lost))} could not be saved:"
                f" {_listed(saved.lost)}; a backup may have them"
            )
        if saved.read_again:
            self.left.append(
                "these files have articles that could not be saved, and are read again"
                f" by the next `searchkit index`: {_listed(saved.read_again)}"
            )
        return True

    def _adopt_foreign(self, catalog: Catalog) -> None:
        report = adopt(catalog, self._engine, progress=self._progress)
        imported = report.added + report.updated
        self.done.append(f"imported {_articles(imported)} of another program")
        self.done.append("made the index anew from the catalog")

    def _index(self, catalog: Catalog, findings: tuple[Finding, ...]) -> None:
        """
        Fill the engine from the catalog.
        """
        wrong = {finding.code for finding in findings if finding.remedy == "index"}
        if wrong == {"index-behind"}:
            written = catch_up(catalog, self._engine, progress=self._progress)
            self.done.append(
                f"finished what a writer had begun: {_articles(written)} indexed"
            )
            return
        # A reader may do without a table that no writer would go on from.
        if "contents-damaged" in wrong or not self._can_be_opened():
            self._engine.reset()
        written = catch_up(catalog, self._engine, anew=True, progress=self._progress)
        self.done.append(
            f"made the index anew from the catalog: {_articles(written)} indexed"
        )
        if self._is_unreadable and "foreign-commit" in wrong:
            self.left.append(
                "another program had written to the index, and no document of it could"
                " be read any more"
            )

    def _annotate(self, catalog: Catalog) -> None:
        """
        Find again the dates and names that could not be saved.
        """
        is_annotated = catalog.setting("annotate", default=True)
        annotators = default_annotators() if is_annotated else ()
        with IndexingRun(catalog, self._engine, annotators) as run:
            # No source: what is annotated otherwise is annotated anew all the same.
            run.add_sources([])
        if run.report.reannotated:
            self.done.append(f"annotated {_articles(run.report.reannotated)} anew")

    def _can_be_opened(self) -> bool:
        try:
            self._engine.searcher().close()
        except IndexAccessError:
            raise
        except IndexStoreError:
            return False
        return True

    def _tidy(self) -> None:
        """
        Take away what nobody needs: each commit does.
        """
        generation = self._engine.generation
        if generation is None:
            return
        writer = self._engine.writer()
        writer.commit(generation)
        self.done.append("took away the files that writers had left")


def _articles(number: int) -> str:
    return f"{number:,} article{'' if number == 1 else 's'}"


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
