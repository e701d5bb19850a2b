"""
Adopting: documents that another program has added to the index become articles.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from searchkit.annotations import default_annotators
from searchkit.catalog import Catalog, WriterLock
from searchkit.engines import local_engine
from searchkit.errors import IndexDamagedError, IndexOutdatedError, IndexVersionError
from searchkit.indexing import IndexingReport, IndexingRun, catch_up
from searchkit.settings import WRITER_PATIENCE

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator

    from searchkit.articles.model import Article
    from searchkit.documents import Document
    from searchkit.engines.base import Engine, Searcher
    from searchkit.findings import Finding
    from searchkit.indexing import Progress


def adopt_documents(
    path: str | os.PathLike[str],
    *,
    progress: Callable[[Progress], None] | None = None,
) -> IndexingReport:
    """
    Import documents that somebody has added through the engine's own API.

    They go the way of any article, into the catalog and with annotations if the index
    has them; one with the id of an article is a new version of it.  Then the index is
    made anew, for what another program writes lacks what our documents have.  Until the
    catalog has them, the engine keeps them: a crash loses none.

    Args:
        path: The index folder.
        progress: Called after each article of the new index.

    Returns:
        What was added and updated; all zeros where there was nothing to import, and
        nothing was changed then.

    Raises:
        IndexLockedError: Another process is writing.
        IndexStoreError: The catalog or the engine cannot be read.
    """
    folder = Path(path)
    with Catalog.open(folder) as catalog, WriterLock(folder, patience=WRITER_PATIENCE):
        return adopt(catalog, local_engine(folder), progress=progress)


def adopt(
    catalog: Catalog,
    engine: Engine,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> IndexingReport:
    """
    Import foreign documents; the caller holds the writer's lock.

    Args:
        catalog: Of an index folder, open.
        engine: Of the same folder.
        progress: As for :func:`adopt_documents`.
    """
    adopted: set[tuple[str, str]] = set()
    damage: list[IndexDamagedError] = []

    def readable() -> Iterator[Article]:
        try:
            for article in engine.foreign_documents():
                adopted.add((article.id, article.fingerprint))
                yield article
        except IndexDamagedError as error:
            damage.append(error)

    foreign = readable()
    first = next(foreign, None)
    if first is None and not damage:
        return IndexingReport()
    is_annotated = catalog.setting("annotate", default=True)
    annotators = default_annotators() if is_annotated else ()
    with IndexingRun(catalog, _Postponed(engine), annotators) as run:
        run.add(chain([first] if first else [], foreign))
    if damage:
        # The others are safe in the catalog now; whether these may go, a person says.
        reason = f"documents of another program cannot be read ({damage[0].reason})"
        raise IndexDamagedError(damage[0].path, reason, "searchkit rebuild --discard")
    if not _can_be_written(engine):
        engine.reset()
    catch_up(
        catalog,
        engine,
        anew=True,
        may_go=lambda article: (article.id, article.fingerprint) in adopted,
        progress=progress,
    )
    return run.report


def _can_be_written(engine: Engine) -> bool:
    try:
        engine.writer().cancel()
    except (IndexDamagedError, IndexOutdatedError, IndexVersionError):
        return False
    return True


class _Postponed:
    """
    An engine that leaves everything to a later filling.

    Until the catalog has all foreign documents, the true engine has to stay as it is.

    Args:
        engine: The true one.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def generation(self) -> int:
        """
        The commit that the true engine holds; 0 where it can tell none.
        """
        try:
            return self._engine.generation or 0
        except (IndexDamagedError, IndexOutdatedError, IndexVersionError):
            return 0

    def writer(self) -> _NoWriter:
        return _NoWriter()

    def searcher(self) -> Searcher:
        return self._engine.searcher()

    def reset(self) -> None:
        """
        Do nothing.
        """

    def check(self) -> Iterator[Finding]:
        return self._engine.check()

    def foreign_documents(self) -> Iterator[Article]:
        return self._engine.foreign_documents()


class _NoWriter:
    """
    A transaction that does nothing.
    """

    def put(self, document: Document) -> None:
        pass

    def put_all(self, documents: Iterable[Document]) -> None:
        pass

    def delete(self, article_id: str) -> None:
        pass

    def clear(self) -> None:
        pass

    def commit(self, generation: int) -> None:
        pass

    def cancel(self) -> None:
        pass
