"""
What an engine has to be able to do to be measured.

Three kinds of index:

- ``terms``: the bare profile.  One field of terms that searchkit's analyzer has made,
  with positions; the folded words, without; day of publication and entity.
- ``raw``: title and body as they come, analysed by the engine itself.
- ``text``: the same with the body stored, for the whole job from a query string to
  snippets.  Where an engine stores the body in its own index, raw and text are one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scripts.bench.agreement import Answer
    from scripts.bench.corpus import Prepared
    from scripts.bench.queries import Tree

SNIPPETS = 2
"""Snippets of each hit in the whole job, where an engine lets one choose."""

SNIPPET_SIZE = 280
"""Their length in characters, likewise."""


class NotOfferedError(Exception):
    """
    The engine has no such query, as a sentence.
    """


class Reader(ABC):
    """
    An open index, used by the thread that opened it.
    """

    @abstractmethod
    def asking(self, tree: Tree, *, limit: int, count: bool) -> Callable[[], Any]:
        """
        Return the call that is timed: everything that can be made before it, is.

        Args:
            tree: A query; see ``scripts.bench.queries``.
            limit: How many documents to return at most.
            count: Whether all matches are counted.

        Raises:
            NotOfferedError: The engine has no such query.
        """

    @abstractmethod
    def answer(self, found: Any, tree: Tree) -> Answer:
        """
        Turn what the call returned into ids, scores and total (0 where not counted).
        """

    @abstractmethod
    def job(self, text: str, *, limit: int) -> tuple[list[str], list[str], int]:
        """
        Do the whole job for a query string.

        Returns:
            Ids, snippets, total.
        """

    def close(self) -> None:
        """
        Let go of files.
        """
        return


class Peer(ABC):
    """
    An engine.
    """

    unoffered: ClassVar[tuple[str, ...]] = ()
    """Classes of queries that it cannot answer."""

    @abstractmethod
    def version(self) -> str:
        """
        Return its version.
        """

    @abstractmethod
    def build(self, kind: str, documents: Iterator[Prepared], folder: Path) -> None:
        """
        Make an index in an empty folder; what returns is durable and complete.
        """

    @abstractmethod
    def open(self, kind: str, folder: Path) -> Reader:
        """
        Open an index.
        """
