"""
Snapshots: one commit of an index, in the engine and in the catalog.

Both parts are written one after the other, so that who opens them may come between.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from searchkit.catalog import CatalogSnapshot
from searchkit.errors import IndexDamagedError
from searchkit.settings import OPEN_DELAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from searchkit.annotations.entities.aliases import Aliases
    from searchkit.engines.base import Engine, Searcher


class Snapshot:
    """
    One commit, in the engine and in the catalog.

    Attributes:
        searcher: The documents.
        articles: The articles.
        aliases: The rules for names, without and with those by which names are spelled
            alike; ``None`` until they are asked for.
    """

    __slots__ = ("aliases", "articles", "searcher")

    def __init__(self, searcher: Searcher, articles: CatalogSnapshot) -> None:
        self.searcher = searcher
        self.articles = articles
        self.aliases: tuple[Aliases, Aliases] | None = None

    def close(self) -> None:
        """
        Let go of both.
        """
        self.searcher.close()
        self.articles.close()


def newest_snapshot(
    path: Path,
    engine: Engine,
    *,
    is_last_attempt: bool,
    recover: Callable[[], None],
) -> Snapshot | None:
    """
    Open the commit that the engine holds now.

    Args:
        path: The index folder.
        engine: Its engine.
        is_last_attempt: Raise where this one fails.
        recover: Finishes what a writer has left undone.

    Returns:
        ``None`` where a writer has just left that commit behind.

    Raises:
        IndexDamagedError: A file is damaged, or engine and catalog have no commit in
            common.
        IndexLockedError: It is being made anew at this moment.
    """
    try:
        searcher = engine.searcher()
    except IndexDamagedError as error:
        # Where a making anew has just ended, there is something now.
        if is_last_attempt or not error.is_unfinished:
            raise
        recover()
        return None
    try:
        articles = CatalogSnapshot(path, searcher.generation)
    except BaseException:
        searcher.close()
        raise
    if articles.is_whole:
        return Snapshot(searcher, articles)
    searcher.close()
    articles.close()
    if is_last_attempt:
        reason = (
            f"the index holds commit {articles.generation}, and the catalog has"
            f" {articles.oldest_generation} to {articles.last_generation}"
        )
        raise IndexDamagedError(str(path), reason)
    time.sleep(OPEN_DELAY)
    return None
