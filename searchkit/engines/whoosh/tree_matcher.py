"""
A Whoosh matcher on the matches of a query tree.

Whoosh asks a matcher for one document after the other.  Its collector of the best ten
takes them in any order, and says from time to time what a score has to exceed to matter
(``skip_to_quality``); everybody else needs all of them, ascending.  The matcher cannot
see who asks, but the first question tells:

- A collector of the best asks for quality before it asks for a document.  It is given
  the best documents in batches, which are fetched as they are needed: for ten hits one
  batch of twelve.
- Whoever asks for a document first gets all of them, ascending.  So do queries that
  join this matcher with others: all of them look at documents, or at the quality of a
  block, before they skip.

Nothing else is left out: in ``replace``, Whoosh's wrappers pass on bounds that do not
hold for what they wrap, and what they join in blocks of their own bounds loses
documents.  Where another matcher asks for the quality of a block, there is no bound.
"""

from __future__ import annotations

import math
import sys
from bisect import bisect_left
from enum import Enum
from typing import TYPE_CHECKING
from weakref import WeakSet

from whoosh.matching import Matcher, NullMatcher, ReadTooFar

from searchkit.engines.whoosh.tree_batches import LEAST_SCORE, Batches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from whoosh.searching import SearchContext

    from searchkit.engines.whoosh.tree_sources import Source

END = 2**31 - 1
"""The document behind the last one."""

#: Of searches whose collectors say wrongly what a score has to exceed.
_keeping_all: WeakSet[SearchContext] = WeakSet()


class _Order(Enum):
    UNKNOWN = 0
    BEST_FIRST = 1
    ASCENDING = 2


class TreeMatcher(Matcher):  # type: ignore[misc]
    """
    Walks over the matches of a tree.

    Args:
        source: Finds them.
        boost: Factor of all scores.
        context: Whoosh's, which all matchers of a search share.
        before: Documents in the segments before this one.  Scores are lowered by so
            many times their last bit: those that are equal in two segments stand in the
            order of documents, as within a segment.
    """

    def __init__(
        self,
        source: Source,
        boost: float = 1.0,
        context: SearchContext | None = None,
        *,
        before: int = 0,
    ) -> None:
        self._source = source
        self._context = context
        nearly_one = 1 - before * sys.float_info.epsilon
        self._boost = boost * nearly_one
        self._least = LEAST_SCORE * nearly_one
        self._is_scored = context is None or context.weighting is not None
        self._order = _Order.UNKNOWN
        self._batches: Batches | None = None
        self._promised = 0.0
        self._most: float | None = None
        self._documents: Sequence[int] = ()
        self._scores: Sequence[float] = ()
        self._at = 0
        self._scored_at: int | None = None

    # --- where it is ------------------------------------------------------------

    def is_active(self) -> bool:
        """
        Tell whether there is a current document.
        """
        if self._at < len(self._documents):
            return True
        if self._order is _Order.UNKNOWN:
            return self._begun().is_any(self._source)
        batches = self._batches
        return batches is not None and (batches.held is not None or self._go_on())

    def id(self) -> int:
        """
        Return the current document; :data:`END` behind the last one.
        """
        if self._at >= len(self._documents) and not self._go_on():
            return END
        return self._documents[self._at]

    def score(self) -> float:
        """
        Return the score of the current document.
        """
        if self._at >= len(self._documents) and not self._go_on():
            raise ReadTooFar
        if self._order is _Order.BEST_FIRST:
            if self._scored_at == self._at and self._batches is not None:
                # A collector of the best asks once.  One that keeps the best of each
                # group compares first, and may say wrongly what a score has to exceed.
                self._batches.keep_all()
                if self._context is not None:
                    _keeping_all.add(self._context)
            self._scored_at = self._at
            return self._scores[self._at]
        if not self._is_scored:
            self._is_scored = True
            _, self._scores = self._source.scored()
        return max(self._scores[self._at] * self._boost, self._least)

    weight = score

    def next(self) -> bool:
        """
        Move on; return whether quality should be asked for.
        """
        if self._at >= len(self._documents) and not self._go_on():
            raise ReadTooFar
        self._at += 1
        return self._at == len(self._documents)

    def skip_to(self, id: int) -> None:  # noqa: A002 - Whoosh's signature
        """
        Move to the first document that is not before this one.
        """
        if not self.is_active():
            raise ReadTooFar
        if self._order is not _Order.ASCENDING:
            self._ascend()
        self._at = bisect_left(self._documents, id, self._at)

    def reset(self) -> None:
        """
        Go back to the first document, in whatever order is asked for now.
        """
        self._order, self._batches = _Order.UNKNOWN, None
        self._documents, self._scores, self._at = (), (), 0
        self._promised, self._scored_at = 0.0, None

    def copy(self) -> TreeMatcher:
        """
        Return another matcher at the same document.
        """
        copied = TreeMatcher(self._source)
        copied.__dict__.update(self.__dict__)
        if self._batches is not None:
            copied._batches = self._batches.copy()
        return copied

    def all_ids(self) -> Iterator[int]:
        """
        Walk over all documents, ascending.
        """
        return iter(self._source.documents())

    def supports(self, astype: str) -> bool:
        """
        Tell that a match has a score and nothing else.
        """
        return astype == "weight"

    def value_as(self, astype: str) -> float:
        """
        Return the score as the weight.
        """
        if astype != "weight":
            raise NotImplementedError(f"a tree has no {astype}")
        return self.score()

    def value(self) -> bytes:
        """
        Return the posting value, of which there is none.
        """
        return b""

    # --- quality ----------------------------------------------------------------

    def supports_block_quality(self) -> bool:
        """
        Tell Whoosh to say what a score has to exceed.
        """
        return True

    def max_quality(self) -> float:
        """
        Return the highest score.
        """
        if self._most is None:
            _, scores = self._source.best(1, 0, 0.0)
            self._most = max(scores[0] * self._boost, self._least) if scores else 0.0
        return self._most

    def block_quality(self) -> float:
        """
        Return what no score exceeds in a block; there are none, and so is no bound.
        """
        if self._order is _Order.UNKNOWN:
            self._ascend()
        return math.inf if self.is_active() else 0.0

    def skip_to_quality(self, minquality: float) -> int:
        """
        Leave out what does not score above ``minquality``, if the order is free.
        """
        if self._order is _Order.UNKNOWN:
            self._begun().exceed(self._source, minquality)
            self._order = _Order.BEST_FIRST
        batches = self._batches
        if batches is None:
            return 0
        least = batches.raise_to(minquality)
        before = self._at
        while True:
            while self._at < len(self._scores):
                if self._scores[self._at] > least:
                    return self._at - before
                self._at += 1
            if not self._go_on():
                return 0
            before = 0

    def replace(self, minquality: float = 0) -> Matcher:
        """
        Return a matcher that is as good: itself, unless nothing is left.
        """
        if self._order is _Order.UNKNOWN:
            if self._batches is None:
                self._promised = minquality
            return self
        return self if self.is_active() else NullMatcher()

    # --- fetching ---------------------------------------------------------------

    def _begun(self) -> Batches:
        """
        Return the batches, the first of them fetched.
        """
        if self._batches is None:
            keeps_all = self._context is not None and self._context in _keeping_all
            self._batches = Batches(self._boost, self._least, keeps_all=keeps_all)
            self._batches.begin(self._source, self._promised)
        return self._batches

    def _go_on(self) -> bool:
        """
        Have documents at hand; return whether there are any.
        """
        if self._order is _Order.UNKNOWN:
            self._ascend()
            return self._at < len(self._documents)
        if self._batches is None:
            return False
        found = self._batches.next(self._source)
        if found is None:
            return False
        self._documents, self._scores = found
        self._at, self._scored_at = 0, None
        return True

    def _ascend(self) -> None:
        """
        Have all documents at hand.
        """
        if self._is_scored:
            self._documents, self._scores = self._source.scored()
        else:
            self._documents, self._scores = self._source.documents(), ()
        self._order, self._batches, self._at = _Order.ASCENDING, None, 0
