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
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.progress import Progress as RichProgress  # noqa: PLC0415

    console = Console(stderr=True)

    def bar_of(what: str, *columns: ProgressColumn) -> RichProgress:
        bar = RichProgress(
            TextColumn(what + "{task.fields[articles]:,} articles"),
            BarColumn(),
            *columns,
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        bar.add_task("index", total=None, articles=0)
        return bar

    sizes = (DownloadColumn(), TransferSpeedColumn()) if of_bytes else ()
    with ExitStack() as stack:
        stage = "reading"
        bar = stack.enter_context(bar_of("", *sizes))

        def show(progress: Progress) -> None:
            nonlocal bar, stage
            if progress.stage != stage:
                # Only one bar may be on a terminal at a time.
                stack.close()
                bar, stage = bar_of("annotating again: "), progress.stage
                stack.enter_context(bar)
            bar.update(
                bar.task_ids[0],
                completed=progress.done,
                total=progress.total or None,
                articles=progress.articles,
            )

        yield show
