"""
The progress bar, and opening an index with one.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import searchkit
from searchkit.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from searchkit.index import Index
    from searchkit.indexing import Progress


def open_index(index_dir: Path) -> Index:
    """
    Open an index, and say so where that has to finish what an ended run has left.
    """
    shown: Callable[[Progress], None] | None = None
    is_told = False
    with ExitStack() as stack:

        def show(progress: Progress) -> None:
            nonlocal shown, is_told
            if not is_told:
                say(["finishing what an interrupted run has left"])
                shown = stack.enter_context(progress_bar(of_bytes=False))
                is_told = True
            if shown:
                shown(progress)

        return searchkit.open_index(index_dir, progress=show)


@contextmanager
def progress_bar(
    *, of_bytes: bool = True
) -> Iterator[Callable[[Progress], None] | None]:
    """
    Show how far a long command is, on a terminal; elsewhere nothing.

    Args:
        of_bytes: Progress counts bytes; otherwise articles.

    Yields:
        What to call with each step; ``None`` without a terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    # Rich takes a tenth of a second to import: nobody waits for it without a terminal.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.progress import Progress as RichProgress  # noqa: PLC0415

    with RichProgress(
        TextColumn("{task.fields[articles]:,} articles"),
        BarColumn(),
        *([DownloadColumn(), TransferSpeedColumn()] if of_bytes else []),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("index", total=None, articles=0)

        def show(progress: Progress) -> None:
            bar.update(
                task,
                completed=progress.done,
                total=progress.total or None,
                articles=progress.articles,
            )

        yield show
