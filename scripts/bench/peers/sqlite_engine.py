"""
SQLite FTS5.

Its ``bm25`` takes exact lengths of whole rows and another idf, so its ranking is not
compared with the others', only which documents match.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from scripts.bench.agreement import Answer
from scripts.bench.peers.base import NotOfferedError, Peer, Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scripts.bench.corpus import Prepared
    from scripts.bench.queries import Tree

#: All bytes beyond ASCII are parts of words for this tokenizer; with these, all is but
#: the blank.
_BLANK = "tokenize=\"ascii tokenchars '!#$%&()*+,-./:;<=>?@[]^_`{|}~'\""

_TABLES = {
    "terms": f"""
        CREATE TABLE about (number INTEGER PRIMARY KEY, id TEXT, published TEXT);
        CREATE VIRTUAL TABLE documents USING fts5(
            terms, words, entity, content='', {_BLANK});
    """,
    "text": """
        CREATE TABLE about (number INTEGER PRIMARY KEY, id TEXT, published TEXT);
        CREATE VIRTUAL TABLE documents USING fts5(
            title, body, tokenize='porter unicode61');
    """,
}
_SNIPPET = "snippet(documents, 1, '<b>', '</b>', '…', 40)"


class SQLitePeer(Peer):
    """
    FTS5 of the SQLite that Python is linked with.
    """

    unoffered = ("fuzzy",)

    def version(self) -> str:
        """
        Return the version of SQLite.

        Raises:
            sqlite3.OperationalError: It was built without FTS5.
        """
        with closing(sqlite3.connect(":memory:")) as base:
            base.execute("CREATE VIRTUAL TABLE probe USING fts5(text)")
        return sqlite3.sqlite_version

    def build(self, kind: str, documents: Iterator[Prepared], folder: Path) -> None:
        """
        Fill the tables in one transaction; of bare terms, make one segment.
        """
        base = sqlite3.connect(folder / "documents.sqlite")
        base.executescript(_TABLES["terms" if kind == "terms" else "text"])
        columns = "terms, words, entity" if kind == "terms" else "title, body"
        marks = ", ".join("?" for _ in columns.split(","))
        with base:
            for number, document in enumerate(documents, 1):
                base.execute(
                    "INSERT INTO about VALUES (?, ?, ?)",
                    (number, document.id, document.published),
                )
                values = (
                    (document.terms, document.words, document.entity)
                    if kind == "terms"
                    else (document.title, document.body)
                )
                base.execute(
                    f"INSERT INTO documents (rowid, {columns}) VALUES (?, {marks})",
                    (number, *values),
                )
            if kind == "terms":
                base.execute("INSERT INTO documents (documents) VALUES ('optimize')")
        base.close()

    def open(self, kind: str, folder: Path) -> Reader:  # noqa: ARG002 - one for both
        """
        Open a connection that only reads.
        """
        path = folder / "documents.sqlite"
        return SQLiteReader(sqlite3.connect(f"file:{path}?mode=ro", uri=True))


class SQLiteReader(Reader):
    """
    A connection.
    """

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base
        base.execute("PRAGMA cache_size = -200000")
        base.execute("PRAGMA mmap_size = 4000000000")

    def asking(self, tree: Tree, *, limit: int, count: bool) -> Callable[[], Any]:
        """
        Return the call that runs one statement, or two where matches are counted.
        """
        expression, days = _parted(tree)
        source, bound = "documents WHERE documents MATCH ?", [expression]
        if days is not None:
            source = (
                "documents JOIN about ON number = documents.rowid"
                " WHERE documents MATCH ? AND published BETWEEN ? AND ?"
            )
            bound += [days["first"], days["last"]]
        best = (
            f"SELECT documents.rowid, rank FROM {source} ORDER BY rank LIMIT {limit:d}"
        )
        counting = f"SELECT count(*) FROM {source}"
        run = self._base.execute

        def call() -> tuple[list[Any], int]:
            page = run(best, bound).fetchall()
            total = run(counting, bound).fetchone()[0] if count else 0
            return page, total

        return call

    def answer(self, found: Any, tree: Tree) -> Answer:  # noqa: ARG002
        """
        Look up the ids; the best rank of SQLite is the lowest.
        """
        page, total = found
        ids = tuple(
            self._base.execute(
                "SELECT id FROM about WHERE number = ?", (number,)
            ).fetchone()[0]
            for number, _ in page
        )
        return Answer(ids, tuple(-rank for _, rank in page), total)

    def job(self, text: str, *, limit: int) -> tuple[list[str], list[str], int]:
        """
        Search, cut snippets, and count.
        """
        rows = self._base.execute(
            f"SELECT id, {_SNIPPET} FROM documents"
            " JOIN about ON number = documents.rowid"
            f" WHERE documents MATCH ? ORDER BY rank LIMIT {limit:d}",
            (text,),
        ).fetchall()
        counting = "SELECT count(*) FROM documents WHERE documents MATCH ?"
        total = self._base.execute(counting, (text,)).fetchone()[0]
        return [row[0] for row in rows], [row[1] for row in rows], total

    def close(self) -> None:
        """
        Close the connection.
        """
        self._base.close()


def _parted(tree: Tree) -> tuple[str, Tree | None]:
    """
    Part a tree into an expression of FTS5 and the days that are compared beside it.
    """
    days = None
    if tree["op"] == "and":
        kept = [child for child in tree["of"] if child["op"] != "dates"]
        days = next((child for child in tree["of"] if child["op"] == "dates"), None)
        tree = kept[0] if len(kept) == 1 else {"op": "and", "of": kept}
    return _expression(tree), days


def _expression(tree: Tree) -> str:
    match tree["op"]:
        case "term":
            return f'{{terms}} : "{tree["term"]}"'
        case "phrase":
            return '{terms} : "' + " ".join(tree["terms"]) + '"'
        case "prefix":
            return f'{{words}} : "{tree["text"]}" *'
        case "entity":
            return f'{{entity}} : "{tree["name"]}"'
        case "and":
            return " AND ".join(f"({_expression(child)})" for child in tree["of"])
        case "or":
            return " OR ".join(f"({_expression(child)})" for child in tree["of"])
    raise NotOfferedError(f"FTS5 has no {tree['op']}")
