"""
The best matches of a query tree, fetched as a collector of Whoosh's needs them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from searchkit.engines.whoosh.tree_sources import Source

LEAST_SCORE = 1e-9
"""What a match scores at least: Whoosh takes 0 for "no match"."""

#: Matches of the first batch: the best one, ten for a page, and one to be driven out.
_FIRST_BATCH = 12
#: By how much each batch multiplies what has been fetched.
_GROWTH = 4


class Batches:
    """
    The best matches of a source, some at a time.

    A collector of the best n says what a score has to exceed as soon as a document has
    driven another one out of its n.  So it is given bad ones first, and the best one of
    each batch is held back until the next is done: as long as one of the best is
    missing, it is sure to drive out another when it comes, whatever n is.  Where there
    is a threshold from the beginning, as in all segments but the first, the n are there
    already, and the best one is given first.

    Equal scores are made to differ in their last bits, in the order of documents: what
    is no better than another drives out nothing.

    Args:
        boost: Factor of all scores.
        lowest: What each is at least.
        keeps_all: Whether nothing is ever left out.

    Attributes:
        held: A document with its score that is yet to come.
    """

    __slots__ = (
        "_above",
        "_boost",
        "_first",
        "_is_full",
        "_is_more",
        "_keeps_all",
        "_least",
        "_lowest",
        "_passed",
        "held",
    )

    def __init__(self, boost: float, lowest: float, *, keeps_all: bool) -> None:
        self._boost = boost
        self._lowest = lowest
        self._keeps_all = keeps_all
        self._least = 0.0
        self._restart()

    def _restart(self) -> None:
        self.held: tuple[int, float] | None = None
        self._first: tuple[list[int], list[float]] | None = None
        self._above = math.inf
        self._passed = 0
        self._is_full = False
        self._is_more = True

    def begin(self, source: Source, least: float) -> None:
        """
        Fetch the first batch of what scores above ``least``.
        """
        self._least = 0.0 if self._keeps_all else least
        self._is_full = self._least > 0
        self._first = self._fetch(source)

    def is_any(self, source: Source) -> bool:
        """
        Tell whether there is a match at all, once the first batch is there.
        """
        if self.held is not None or (self._first is not None and self._first[0]):
            return True
        return self._least > 0 and source.any()

    def exceed(self, source: Source, least: float) -> None:
        """
        Begin again if matches of interest were left out.
        """
        if least < self._least:
            self._restart()
            self.begin(source, least)

    def raise_to(self, least: float) -> float:
        """
        Leave out what does not score more from now on; return what is left out.
        """
        if not self._keeps_all:
            self._least = least
        return self._least

    def keep_all(self) -> None:
        """
        Leave out nothing from now on.
        """
        self._keeps_all, self._least = True, 0.0

    def next(self, source: Source) -> tuple[list[int], list[float]] | None:
        """
        Return documents and scores; ``None`` where no more can matter.
        """
        if self._first is not None:
            found, self._first = self._first, None
            if found[0]:
                return found
        if self._is_more and self._least < self._above:
            return self._fetch(source)
        self._is_more = False
        if self.held is None:
            return None
        (document, score), self.held = self.held, None
        return [document], [score]

    def copy(self) -> Batches:
        """
        Return batches that go on from here.
        """
        copied = Batches(self._boost, self._lowest, keeps_all=self._keeps_all)
        for name in self.__slots__:
            setattr(copied, name, getattr(self, name))
        return copied

    def _fetch(self, source: Source) -> tuple[list[int], list[float]]:
        passed, boost, lowest = self._passed, self._boost, self._lowest
        count = passed * (_GROWTH - 1) or _FIRST_BATCH
        # Matches without a score come in as well, unless all have to score more.
        least = self._least / boost if boost > 0 and self._least > LEAST_SCORE else 0.0
        documents, scores = source.best(count, passed, least)
        self._passed = passed + count
        self._is_more = len(documents) == count
        above = self._above
        weights = []
        for score in scores:
            weight = max(score * boost, lowest)
            if weight >= above:
                weight = math.nextafter(above, 0.0)
            weights.append(weight)
            above = weight
        self._above = above
        if self._is_full:
            return documents, weights
        documents.reverse()
        weights.reverse()
        before = self.held
        self.held = (documents.pop(), weights.pop()) if self._is_more else None
        if before is not None:
            documents.append(before[0])
            weights.append(before[1])
        return documents, weights
