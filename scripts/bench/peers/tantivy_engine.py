"""
Tantivy, through its Python package.
"""

from __future__ import annotations

import importlib
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from scripts.bench.agreement import Answer
from scripts.bench.peers.base import SNIPPET_SIZE, NotOfferedError, Peer, Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scripts.bench.corpus import Prepared
    from scripts.bench.queries import Tree

#: Memory of the writer, in bytes: for bare terms so much that one segment comes of it
#: in most cases, else as much as searchkit's writer has.
_BARE_MEMORY, _MEMORY = 2_000_000_000, 256_000_000

_TOKENIZER = "blank"


class TantivyPeer(Peer):
    """
    Tantivy with one thread that writes.
    """

    def __init__(self) -> None:
        # The package is no dependency of the project, and may be missing.
        self._tantivy: Any = importlib.import_module("tantivy")

    def version(self) -> str:
        """
        Return the version of the Python package, which follows Tantivy's.
        """
        told = str(self._tantivy.__version__)
        found = re.search(r"\d+(?:\.\d+)+", told)
        return found[0] if found else told

    def build(self, kind: str, documents: Iterator[Prepared], folder: Path) -> None:
        """
        Write and commit, and wait for merges.
        """
        index = self._tantivy.Index(self._schema(kind), path=str(folder))
        self._register(index)
        make = self._bare if kind == "terms" else self._plain
        memory = _BARE_MEMORY if kind == "terms" else _MEMORY
        writer = index.writer(heap_size=memory, num_threads=1)
        for document in documents:
            writer.add_document(make(document))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, kind: str, folder: Path) -> Reader:
        """
        Open a searcher.
        """
        index = self._tantivy.Index.open(str(folder))
        self._register(index)
        return TantivyReader(self._tantivy, index, self._schema(kind))

    def _schema(self, kind: str) -> Any:
        builder = self._tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        builder.add_integer_field("published", indexed=True, fast=True)
        if kind == "terms":
            builder.add_text_field("terms", tokenizer_name=_TOKENIZER)
            for name, tokenizer in (("words", _TOKENIZER), ("entity", "raw")):
                builder.add_text_field(
                    name, tokenizer_name=tokenizer, index_option="basic"
                )
        else:
            builder.add_text_field("title", stored=True, tokenizer_name="en_stem")
            builder.add_text_field("body", stored=True, tokenizer_name="en_stem")
        return builder.build()

    def _register(self, index: Any) -> None:
        blank = self._tantivy.Tokenizer.whitespace()
        analyzer = self._tantivy.TextAnalyzerBuilder(blank).build()
        index.register_tokenizer(_TOKENIZER, analyzer)

    def _bare(self, document: Prepared) -> Any:
        return self._tantivy.Document(
            id=document.id,
            published=_day(document.published),
            terms=document.terms,
            words=document.words,
            entity=document.entity,
        )

    def _plain(self, document: Prepared) -> Any:
        return self._tantivy.Document(
            id=document.id,
            published=_day(document.published),
            title=document.title,
            body=document.body,
        )


class TantivyReader(Reader):
    """
    An open index.
    """

    def __init__(self, tantivy: Any, index: Any, schema: Any) -> None:
        self._tantivy = tantivy
        self._index = index
        self._schema = schema
        self._searcher = index.searcher()

    def asking(self, tree: Tree, *, limit: int, count: bool) -> Callable[[], Any]:
        """
        Return the call of the searcher; ids of documents are not looked up in it.
        """
        query = self._query(tree)
        search = self._searcher.search
        return lambda: search(query, limit, count)

    def answer(self, found: Any, tree: Tree) -> Answer:  # noqa: ARG002
        """
        Look up the ids.
        """
        ids = tuple(self._id(address) for _, address in found.hits)
        scores = tuple(score for score, _ in found.hits)
        return Answer(ids, scores, found.count or 0)

    def job(self, text: str, *, limit: int) -> tuple[list[str], list[str], int]:
        """
        Parse, search with count, and make a snippet of each stored body.
        """
        query = self._index.parse_query(
            text, ["title", "body"], conjunction_by_default=True
        )
        found = self._searcher.search(query, limit, True)  # noqa: FBT003 - positional
        if not found.hits:
            return [], [], 0
        generator = self._tantivy.SnippetGenerator.create(
            self._searcher, query, self._schema, "body"
        )
        generator.set_max_num_chars(SNIPPET_SIZE)
        documents = [self._searcher.doc(address) for _, address in found.hits]
        ids = [str(document["id"][0]) for document in documents]
        snippets = [
            generator.snippet_from_doc(document).to_html() for document in documents
        ]
        return ids, snippets, found.count

    def _id(self, address: Any) -> str:
        return str(self._searcher.doc(address)["id"][0])

    def _query(self, tree: Tree) -> Any:
        make, schema = self._tantivy.Query, self._schema
        match tree["op"]:
            case "term":
                return make.term_query(schema, "terms", tree["term"], "freq")
            case "phrase":
                return make.phrase_query(schema, "terms", tree["terms"])
            case "prefix":
                # Its prefix query of one word looks up 50 words at most; this, all.
                return make.regex_query(schema, "words", re.escape(tree["text"]) + ".*")
            case "fuzzy":
                return make.fuzzy_term_query(schema, "words", tree["text"])
            case "dates":
                days = make.range_query(
                    schema,
                    "published",
                    self._tantivy.FieldType.Integer,
                    _day(tree["first"]),
                    _day(tree["last"]),
                )
                return make.const_score_query(days, 0.0)
            case "entity":
                return make.term_query(schema, "entity", tree["name"], "basic")
            case "and":
                return self._joined(self._tantivy.Occur.Must, tree)
            case "or":
                return self._joined(self._tantivy.Occur.Should, tree)
        raise NotOfferedError(f"Tantivy has no {tree['op']}")

    def _joined(self, occur: Any, tree: Tree) -> Any:
        children = [(occur, self._query(child)) for child in tree["of"]]
        return self._tantivy.Query.boolean_query(children)


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal()
