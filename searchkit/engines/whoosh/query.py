"""
Our query trees in Whoosh's own API.

``TreeQuery(tree)`` is a ``whoosh.query.Query``: it can be given to any Whoosh searcher
on our index, alone or inside Whoosh's own queries, with our scores::

    from whoosh.index import open_dir
    from searchkit.engines.whoosh.query import TreeQuery
    from searchkit.queries import parse

    with open_dir("index").searcher() as searcher:
        results = searcher.search(TreeQuery(parse('"Doha agreement"').tree))
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from whoosh.matching import ListMatcher, NullMatcher
from whoosh.query import Query as WhooshQuery
from whoosh.scoring import WeightScorer

from searchkit.engines.whoosh.searcher import WhooshSearcher

if TYPE_CHECKING:
    from whoosh.matching import Matcher
    from whoosh.searching import Searcher

    from searchkit.queries.tree import Query


class TreeQuery(WhooshQuery):  # type: ignore[misc]
    """
    A query tree as a Whoosh query.

    Args:
        tree: What to search for.
        boost: Factor of all its scores.
    """

    def __init__(self, tree: Query, boost: float = 1.0) -> None:
        self.tree = tree
        self.boost = boost

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TreeQuery)
            and self.tree == other.tree
            and self.boost == other.boost
        )

    def __hash__(self) -> int:
        return hash((self.tree, self.boost))

    def __repr__(self) -> str:
        return f"TreeQuery({self.tree!r}, boost={self.boost})"

    def __str__(self) -> str:
        return str(self.tree)

    def is_leaf(self) -> bool:
        """
        Tell Whoosh that there are no queries of its own inside.
        """
        return True

    def field(self) -> None:
        """
        Tell Whoosh that the query is on no single field.
        """

    def estimate_size(self, ixreader: Any) -> int:
        """
        Return an upper bound of the number of matches.
        """
        return int(ixreader.doc_count())

    def matcher(self, searcher: Searcher, context: Any = None) -> Matcher:  # noqa: ARG002 - Whoosh's signature
        """
        Return a matcher of one segment; scores use counts of the whole index.
        """
        whole = searcher.get_parent()
        snapshot = WhooshSearcher(whole.reader(), 0, Path())
        scores = snapshot.segment_scores(self.tree, searcher.reader())
        if not scores:
            return NullMatcher()
        ids = sorted(scores)
        # No weight is 0 for Whoosh: it takes that for "no match".
        weights = [max(scores[doc] * self.boost, 1e-9) for doc in ids]
        return ListMatcher(ids, weights, scorer=WeightScorer(max(weights)))
