"""
How far a job of several stages is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from searchkit.indexing import Progress

#: Parts of a stage that are told apart.
_PARTS = 1000


class Stages:
    """
    Turns how far each stage is into how far the whole job is.

    Args:
        progress: What to tell; ``None`` for nobody.
        count: How many stages there are.

    Attributes:
        articles: How many the job is about, as far as is known.
    """

    def __init__(self, progress: Callable[[Progress], None] | None, count: int) -> None:
        self.articles = 0
        self._progress = progress
        self._count = count
        self._stage = -1

    def next(self) -> Callable[[int, int], None] | None:
        """
        Begin a stage.

        Returns:
            What it calls with how much of it is done, and of how much.
        """
        self._stage += 1
        progress, before = self._progress, self._stage * _PARTS
        if progress is None:
            return None
        from searchkit.indexing import Progress  # noqa: PLC0415 - costly

        def report(done: int, total: int) -> None:
            share = _PARTS * done // total if total else _PARTS
            progress(Progress(before + share, self._count * _PARTS, self.articles))

        return report
