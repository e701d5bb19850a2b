"""
An index of searchkit's, asked through Whoosh's own ``Searcher.search``.

Queries are put as Whoosh's own nodes, which Whoosh joins in Python, or as a
``TreeQuery``.  The codec is that of the index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whoosh import query as nodes
from whoosh.index import open_dir

from scripts.bench.agreement import Answer
from scripts.bench.peers.base import NotOfferedError, Reader
from searchkit.engines.whoosh.query import TreeQuery

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scripts.bench.queries import Tree
    from searchkit.queries.tree import Query

FORMS: tuple[str, ...] = ("plain", "tree")
"""What queries are put as; they stand for kinds of indexes in requests."""


class WhooshReader(Reader):
    """
    Whoosh's searcher.

    Args:
        folder: The index, of kind ``terms``.
        tree_of: Makes a query tree of searchkit's; ``None`` to ask with Whoosh's nodes.
    """

    def __init__(
        self, folder: Path, tree_of: Callable[[Tree], Query] | None = None
    ) -> None:
        self._searcher = open_dir(str(folder)).searcher()
        self._tree_of = tree_of

    def asking(self, tree: Tree, *, limit: int, count: bool) -> Callable[[], Any]:
        """
        Return the call of Whoosh's searcher.

        A ``TreeQuery`` is made in each call: it keeps what was worked out for it.
        """
        search = self._searcher.search
        if self._tree_of is None:
            plain = plain_query(tree)

            def ask() -> Any:
                return search(plain, limit=limit)
        else:
            ours = self._tree_of(tree)

            def ask() -> Any:
                return search(TreeQuery(ours), limit=limit)

        if not count:
            return lambda: (ask(), 0)

        def ask_and_count() -> tuple[Any, int]:
            found = ask()
            return found, len(found)

        return ask_and_count

    def answer(self, found: Any, tree: Tree) -> Answer:  # noqa: ARG002
        """
        Return ids, scores and total.
        """
        results, total = found
        hits = [(hit["id"], hit.score) for hit in results]
        return Answer(
            tuple(article_id for article_id, _ in hits),
            tuple(score for _, score in hits),
            total,
        )

    def job(self, text: str, *, limit: int) -> tuple[list[str], list[str], int]:  # noqa: ARG002 - the same for all peers
        """
        Refuse: Whoosh's parser and highlighter are not measured.

        Raises:
            NotOfferedError: Always.
        """
        raise NotOfferedError("Whoosh's API is asked with queries only")

    def close(self) -> None:
        """
        Close the searcher.
        """
        self._searcher.close()


def plain_query(tree: Tree) -> Any:
    """
    Return a query as Whoosh's own nodes on the body.

    Raises:
        NotOfferedError: It is no term or phrase, nor made of such.
    """
    match tree["op"]:
        case "term":
            return nodes.Term("body", tree["term"])
        case "phrase":
            return nodes.Phrase("body", list(tree["terms"]))
        case "and":
            return nodes.And([plain_query(child) for child in tree["of"]])
        case "or":
            return nodes.Or([plain_query(child) for child in tree["of"]])
    raise NotOfferedError(f"{tree['op']} is not asked through Whoosh's API")
