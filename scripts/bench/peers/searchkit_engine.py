"""
searchkit itself, through its engine interface and its public API.

``SEARCHKIT_NATIVE=0`` in the environment chooses Whoosh's codec.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import searchkit
from scripts.bench.agreement import Answer
from scripts.bench.peers.base import SNIPPETS, NotOfferedError, Peer, Reader
from scripts.bench.peers.whoosh_api import FORMS, WhooshReader
from searchkit import Article
from searchkit.documents import Document
from searchkit.engines import local_engine
from searchkit.engines.whoosh.native_searcher import NativeSearcher
from searchkit.intervals import Interval
from searchkit.queries import tree as trees

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scripts.bench.corpus import Prepared
    from scripts.bench.queries import Tree
    from searchkit.engines.base import Engine, Matches, Searcher, Writer
    from searchkit.index import Index
    from searchkit.queries.tree import Query, TextField


def source_digest() -> str:
    """
    Return a hash of the code of searchkit, which decides whether an index is made anew.
    """
    package = Path(searchkit.__file__).parent
    digest = hashlib.blake2b(digest_size=4)
    for path in sorted(package.rglob("*")):
        if path.suffix in {".py", ".cpp", ".hpp", ".so", ".pyd"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def codec() -> str:
    """
    Return the codec that searchkit runs on, in words.
    """
    if os.environ.get("SEARCHKIT_NATIVE") == "0":
        return "Whoosh's codec as asked for"
    try:
        found = importlib.util.find_spec("searchkit.native._native")
    except ModuleNotFoundError:
        found = None
    return "native codec" if found else "no native codec is built"


class SearchkitPeer(Peer):
    """
    searchkit on the codec that the environment says.
    """

    def version(self) -> str:
        """
        Return the version with a hash of the code.
        """
        return f"{searchkit.__version__}+{source_digest()} ({codec()})"

    def build(self, kind: str, documents: Iterator[Prepared], folder: Path) -> None:
        """
        Fill the engine alone, or the whole index with its catalog.
        """
        if kind == "text":
            with searchkit.create_index(folder, annotate=False) as index:
                index.add(_article(document) for document in documents)
            return
        engine = local_engine(folder)
        engine.reset()
        make = _bare if kind == "terms" else _plain
        _write(engine, (make(document) for document in documents))

    def open(self, kind: str, folder: Path) -> Reader:
        """
        Open a searcher, and where there is a catalog, the index.

        The kinds in ``whoosh_api.FORMS`` are ways to ask an index of kind ``terms``.
        """
        if kind in FORMS:
            return WhooshReader(folder, tree_of if kind == "tree" else None)
        return SearchkitReader(folder, is_bare=kind == "terms")


class SearchkitReader(Reader):
    """
    An open index.

    Args:
        folder: Where it is.
        is_bare: Whether words are looked for in the body alone, without proximity.
    """

    def __init__(self, folder: Path, *, is_bare: bool) -> None:
        self._searcher: Searcher = local_engine(folder).searcher()
        self._is_bare = is_bare
        self._index: Index | None = None if is_bare else searchkit.open_index(folder)

    def asking(self, tree: Tree, *, limit: int, count: bool) -> Callable[[], Matches]:
        """
        Return the call of the searcher, with the query made ready as for the peers.
        """
        query = tree_of(tree, is_bare=self._is_bare)
        if isinstance(self._searcher, NativeSearcher):
            prepared = self._searcher.prepare(query).search
            return lambda: prepared(limit=limit, count=count)
        search = self._searcher.search
        return lambda: search(query, limit=limit, count=count)

    def answer(self, found: Matches, tree: Tree) -> Answer:  # noqa: ARG002
        """
        Return ids, scores and total.
        """
        ids = tuple(match.id for match in found.page)
        scores = tuple(match.score for match in found.page)
        return Answer(ids, scores, found.total or 0)

    def job(self, text: str, *, limit: int) -> tuple[list[str], list[str], int]:
        """
        Ask the index as scripts do.
        """
        assert self._index is not None
        hits = self._index.search(text, limit=limit, snippets=SNIPPETS)
        snippets = [snippet.text for hit in hits for snippet in hit.snippets]
        return [hit.id for hit in hits], snippets, hits.total

    def close(self) -> None:
        """
        Close both.
        """
        self._searcher.close()
        if self._index is not None:
            self._index.close()


def tree_of(tree: Tree, *, is_bare: bool = True) -> Query:
    """
    Return a query of the benchmark as a tree of searchkit's.

    Args:
        tree: See ``scripts.bench.queries``.
        is_bare: Whether words are looked for in the body alone.

    Raises:
        NotOfferedError: There is no such node, or no such field in the index.
    """
    field: TextField | None = "body" if is_bare else None
    match tree["op"]:
        case "term":
            return trees.Word(tree["word"], field)
        case "phrase":
            return trees.Phrase(tree["text"], field)
        case "prefix":  # whole words are kept without regard to the field
            return trees.Prefix(tree["text"])
        case "fuzzy":
            return trees.Fuzzy(tree["text"], 1)
        case "dates":
            first, last = map(date.fromisoformat, (tree["first"], tree["last"]))
            return trees.DateRange("published", first, last)
        case "entity" if is_bare:
            return trees.Name("entity", tree["name"])
        case "and" | "or":
            join = trees.And if tree["op"] == "and" else trees.Or
            return join(tuple(tree_of(child, is_bare=is_bare) for child in tree["of"]))
    raise NotOfferedError(f"this index has no {tree['op']}")


def _write(engine: Engine, documents: Iterable[Document]) -> None:
    """
    Write documents in one transaction.
    """
    writer: Writer = engine.writer()
    writer.put_all(documents)
    writer.commit(1)


def _bare(document: Prepared) -> Document:
    return Document(
        id=document.id,
        body=document.body,
        names={"entities": {document.entity: 1}},
        published=Interval.parse(document.published),
        published_value=document.published,
    )


def _plain(document: Prepared) -> Document:
    return Document(
        id=document.id,
        title=document.title,
        body=document.body,
        published=Interval.parse(document.published),
        published_value=document.published,
    )


def _article(document: Prepared) -> Article:
    return Article(
        id=document.id,
        title=document.title,
        body=document.body,
        published=document.published,
    )
