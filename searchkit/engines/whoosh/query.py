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

from typing import TYPE_CHECKING, Any

from whoosh.query import Query as WhooshQuery

from searchkit.engines.whoosh.tree_matcher import TreeMatcher
from searchkit.engines.whoosh.tree_sources import estimated_matches, find_source

if TYPE_CHECKING:
    from whoosh.matching import Matcher
    from whoosh.searching import Searcher

    from searchkit.queries.tree import Query


class TreeQuery(WhooshQuery):  # type: ignore[misc]
    """
    A query tree as a Whoosh query.

    On native segments it runs in the extension: a page takes Whoosh's searcher hardly
    longer than ours.  With ``collapse_order``, ask for ``optimize=False`` as well:
    otherwise Whoosh leaves out low scores that the order would have put first.

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
        return estimated_matches(self, ixreader)

    def estimate_min_size(self, ixreader: Any) -> int:  # noqa: ARG002 - Whoosh's signature
        """
        Return a lower bound of the number of matches.
        """
        return 0

    def with_boost(self, boost: float) -> TreeQuery:
        """
        Return the same query with another factor.
        """
        return TreeQuery(self.tree, boost)

    def matcher(self, searcher: Searcher, context: Any = None) -> Matcher:
        """
        Return a matcher; scores use counts of the whole index.
        """
        source, before = find_source(self, searcher)
        return TreeMatcher(source, self.boost, context, before=before)
