"""
Catalog and engine together: whether both hold the same articles, at one commit.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from searchkit.catalog import CATALOG_NAME, CatalogSnapshot
from searchkit.catalog.connection import connected, translated
from searchkit.checkups.holders import holder_of, is_being_written
from searchkit.errors import IndexStoreError
from searchkit.findings import Finding, Remedy
from searchkit.settings import OPEN_ATTEMPTS, OPEN_DELAY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from searchkit.engines.base import Engine, Searcher

#: Ids that a finding names, at most.
_NAMED = 20


@dataclass(slots=True)
class Comparison:
    """
    What came out of comparing catalog and engine.

    Attributes:
        findings: What differs.
        articles: How many the catalog has at the commit that was compared; ``None``
            where nothing could be compared.
        documents: How many the engine has, likewise.
    """

    findings: list[Finding] = field(default_factory=list)
    articles: int | None = None
    documents: int | None = None


def compare(folder: Path, engine: Engine, *, alone: bool) -> Comparison:
    """
    Compare the articles of the catalog with the documents of the engine.

    Args:
        folder: The index folder; its catalog can be opened.
        engine: Its engine, whose files are as they were written.
        alone: Nobody else can be writing: the caller holds the writer's lock.

    Raises:
        IndexStoreError: One of the two cannot be read.
    """
    for _ in range(OPEN_ATTEMPTS):
        was_busy = not alone and is_being_written(folder)
        with (
            engine.searcher() as searcher,
            CatalogSnapshot(folder, searcher.generation) as articles,
        ):
            is_busy = not alone and (
                was_busy
                or is_being_written(folder)
                or engine.generation != searcher.generation
            )
            if articles.is_whole or not is_busy:
                return _compared(folder, engine, searcher, articles, may_differ=is_busy)
        # A writer has just left that commit behind.
        time.sleep(OPEN_DELAY)
    return Comparison([being_written(folder, "the articles could not be compared")])


def being_written(folder: Path, unchecked: str) -> Finding:
    """
    Say that something could not be checked for a writer.

    Args:
        folder: The index folder.
        unchecked: What, as a clause.
    """
    message = f"{holder_of(folder)} is writing, and {unchecked}; look again later"
    return Finding("being-written", "warning", str(folder), message, "none")


@contextmanager
def log_kept(folder: Path) -> Iterator[None]:
    """
    Keep SQLite from folding the write-ahead log into the catalog's file.

    The last connection to be closed would do that.  Inside the block there is one more,
    which cannot write.
    """
    path = folder / CATALOG_NAME
    log = path.with_name(path.name + "-wal")
    with ExitStack() as stack:
        # What is wrong with the file, its examination says.
        with suppress(OSError, IndexStoreError), translated(path):
            if log.stat().st_size:
                with connected(path, "?mode=ro") as connection:
                    stack.callback(connection.close)
                    connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        yield


def _compared(
    folder: Path,
    engine: Engine,
    searcher: Searcher,
    articles: CatalogSnapshot,
    *,
    may_differ: bool,
) -> Comparison:
    """
    Compare two snapshots.

    Args:
        folder: The index folder.
        engine: The engine, for its foreign documents.
        searcher: Its snapshot.
        articles: The catalog at the commit that it holds, if it has that.
        may_differ: A writer lives: the engine may be behind.
    """
    foreign = {article.id for article in engine.foreign_documents()}
    found = Counter(searcher.ids())
    stored = set(articles.ids())
    comparison = Comparison(articles=len(stored), documents=searcher.document_count)
    add = comparison.findings.append
    if foreign:
        count = "a document" if len(foreign) == 1 else f"{len(foreign):,} documents"
        message = f"another program has written {count} to the index"
        add(_of_ids("documents-foreign", folder, message, "adopt", foreign))
    if not articles.is_whole:
        add(_of_commits(folder, articles))
        return comparison
    if articles.last_generation > articles.generation and not may_differ:
        message = "a writer ended early; the next opening finishes what it began"
        add(Finding("index-behind", "warning", str(folder), message, "index"))
    # Documents without an id are other programs'.
    ours = found.keys() - foreign - ({""} if foreign else set())
    for code, what, ids in (
        ("documents-missing", "not in the index", stored - found.keys() - foreign),
        ("documents-unknown", "in the index and not in the catalog", ours - stored),
        (
            "documents-twice",
            "in the index more than once",
            {one for one in ours & stored if found[one] > 1},
        ),
    ):
        if ids:
            are = "article is" if len(ids) == 1 else "articles are"
            message = f"{len(ids):,} {are} {what}"
            add(_of_ids(code, folder, message, "index", ids))
    return comparison


def _of_commits(folder: Path, articles: CatalogSnapshot) -> Finding:
    """
    Say that the engine holds a commit which the catalog has not.
    """
    held, last = articles.generation, articles.last_generation
    if held > last:
        message = (
            f"the index holds commit {held}, and the catalog ends with {last}: it was"
            " put back from a copy, or its last commits are lost"
        )
        return Finding("index-ahead", "error", str(folder), message, "index")
    message = (
        f"the index holds commit {held}, which the catalog remembers no more (it begins"
        f" with {articles.oldest_generation})"
    )
    return Finding("index-outrun", "error", str(folder), message, "index")


def _of_ids(
    code: str, folder: Path, message: str, remedy: Remedy, ids: Collection[str]
) -> Finding:
    return Finding(
        code, "error", str(folder), message, remedy, tuple(sorted(ids)[:_NAMED])
    )
