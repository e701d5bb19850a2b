"""
The progress bar.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from searchkit.indexing import Progress


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
