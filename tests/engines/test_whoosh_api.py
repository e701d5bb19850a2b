"""
Whoosh's own interface on our index, and our engine on what Whoosh wrote.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from whoosh.index import exists_in, open_dir
from whoosh.qparser import MultifieldParser, QueryParser
from whoosh.query import And as WhooshAnd
from whoosh.query import Every, Term

from searchkit.documents import Document, name_terms
from searchkit.engines.whoosh.engine import WhooshEngine
from searchkit.engines.whoosh.query import TreeQuery
from searchkit.errors import IndexLockedError
from searchkit.intervals import Interval
from searchkit.queries.tree import (
    And,
    DateRange,
    Everything,
    Exact,
    Name,
    Not,
    Or,
    Phrase,
    Query,
    Word,
)

if TYPE_CHECKING:
    from pathlib import Path

LADEN = {"osama bin laden": 1, **dict.fromkeys(name_terms("Osama bin Laden"), 1)}

DOCUMENTS = [
    Document(
        "talks",
        title="Ministers meet in Doha",
        body="An agreement was signed, and the ministers' envoys left.",
        names={"person": LADEN, "entities": LADEN},
        dates={Interval.parse("2020-02-29"): 1},
        published=Interval.parse("2020-03-01"),
        published_value="2020-03-01",
        source="Gazette",
    ),
    Document("storm", title="Storm at sea", body="No minister was on board."),
    Document("flood", title="Flood", body="The ministers saw it.", source="Gazette"),
]


@pytest.fixture
def engine(tmp_path: Path) -> WhooshEngine:
    """
    Give an engine with three documents in two segments.
    """
    made = WhooshEngine(tmp_path)
    made.reset()
    for generation, part in enumerate((DOCUMENTS[:2], DOCUMENTS[2:]), 1):
        writer = made.writer()
        for document in part:
            writer.put(document)
        writer.commit(generation)
    return made


def whoosh_ids(folder: Path, query: Any, **options: Any) -> list[str]:
    with open_dir(str(folder)).searcher() as searcher:
        return [hit["id"] for hit in searcher.search(query, **options)]


class TestWhooshReads:
    @pytest.mark.parametrize(
        ("field", "text", "expected"),
        [
            ("title", "minister", ["talks"]),
            ("title", "MEETS", ["talks"]),
            ("body", "ministers", ["flood", "storm", "talks"]),
            ("body", "minister's board", ["storm"]),
            ("body", '"the ministers saw"', ["flood"]),
            ("body", '"ministers the saw"', []),
            ("body", "minister NOT board", ["flood", "talks"]),
            ("words", "envoy*", ["talks"]),
            ("entities", "laden", ["talks"]),
            ("person", '"bin Laden"', ["talks"]),
            ("person", "doha", []),
            ("dates", "2020-02", ["talks"]),
            ("dates", "2020", ["talks"]),
            ("dates", "2020-03", []),
            ("dates", "nonsense", []),
            ("published", "2020-03", ["talks"]),
            ("source", "gazette", ["flood", "talks"]),
            ("id", "storm", ["storm"]),
        ],
    )
    def test_its_parser_finds_articles(
        self, engine: WhooshEngine, field: str, text: str, expected: list[str]
    ) -> None:
        """
        ``open_dir`` and ``QueryParser`` work on the folder, with our analysis.
        """
        query = QueryParser(field, engine_schema(engine)).parse(text)
        assert expected == sorted(whoosh_ids(engine.folder, query))

    def test_its_ranking_works(self, engine: WhooshEngine) -> None:
        """
        Whoosh scores by its own model, and asks for the best alone if told so.
        """
        parser = MultifieldParser(["title", "body"], engine_schema(engine))
        query = parser.parse("minister OR doha OR storm")
        assert ["talks", "storm", "flood"] == whoosh_ids(engine.folder, query)
        assert ["talks"] == whoosh_ids(engine.folder, query, limit=1)

    def test_stored_fields_come_back(self, engine: WhooshEngine) -> None:
        """
        A hit of Whoosh's own has the stored values; the text is in the catalog.
        """
        with open_dir(str(engine.folder)).searcher() as searcher:
            stored = searcher.document(id="talks")
        expected = {
            "id": "talks",
            "title": "Ministers meet in Doha",
            "body": False,
            "published": "2020-03-01",
            "source": "Gazette",
            "url": "",
        }
        assert expected == stored

    def test_an_empty_index_is_one(self, tmp_path: Path) -> None:
        """
        Whoosh opens an index without any commit, too.
        """
        WhooshEngine(tmp_path).reset()
        assert exists_in(str(tmp_path))
        assert [] == whoosh_ids(tmp_path, Every())
        assert [] == whoosh_ids(tmp_path, TreeQuery(Everything()))


def engine_schema(engine: WhooshEngine) -> Any:
    return open_dir(str(engine.folder)).schema


TREES: list[Query] = [
    Word("ministers"),
    Phrase("the ministers"),
    And((Word("ministers"), Word("envoys"))),
    Or((Word("storm"), Word("ministers"), Word("sea"))),
    Name("entity", "bin laden"),
    DateRange("dates", date(2020, 2, 1), date(2020, 2, 29)),
    Not(Word("doha")),
    Exact("source", "gazette"),
]


class TestTreeQuery:
    @pytest.mark.parametrize("tree", TREES, ids=str)
    def test_whoosh_gives_our_scores(self, engine: WhooshEngine, tree: Query) -> None:
        """
        A tree inside Whoosh's search finds what our searcher finds, equally scored.
        """
        with engine.searcher() as ours:
            expected = {m.id: m.score for m in ours.search(tree, limit=10).page}
        assert expected
        with open_dir(str(engine.folder)).searcher() as searcher:
            results = searcher.search(TreeQuery(tree), limit=10)
            actual = {hit["id"]: hit.score for hit in results}
            boosted = searcher.search(TreeQuery(tree, boost=2.0), limit=10)
            doubled = {hit["id"]: hit.score for hit in boosted}
        assert expected == pytest.approx(actual, rel=1e-5, abs=1e-8)
        twice = {article_id: 2 * score for article_id, score in expected.items()}
        assert twice == pytest.approx(doubled, rel=1e-5, abs=1e-8)

    def test_it_stands_inside_whooshs_queries(self, engine: WhooshEngine) -> None:
        """
        Trees and Whoosh's own nodes mix, and serve as filters.
        """
        tree = TreeQuery(Word("ministers"))
        both = WhooshAnd([tree, Term("source", "gazette")])
        assert ["flood", "talks"] == sorted(whoosh_ids(engine.folder, both))
        found = whoosh_ids(engine.folder, Every(), filter=TreeQuery(Word("storm")))
        assert ["storm"] == found

    def test_equal_trees_are_equal(self) -> None:
        """
        Whoosh compares and hashes queries to cache what they find.
        """
        one, same = TreeQuery(Word("a")), TreeQuery(Word("a"))
        assert one == same
        assert hash(one) == hash(same)
        assert one != TreeQuery(Word("b"))
        assert one != TreeQuery(Word("a"), boost=2.0)
        assert "a" == str(one)


class TestWhooshWrites:
    def test_our_searcher_finds_what_it_added(self, engine: WhooshEngine) -> None:
        """
        A document that Whoosh's own writer adds is found by words, names and dates.
        """
        writer = open_dir(str(engine.folder)).writer()
        writer.add_document(
            id="by-hand",
            title="Comet seen",
            body="The comet's tail was long.",
            entities="Edmond Halley",
            dates="2020-02",
            published="2020-02-11",
            source="Observatory",
        )
        writer.commit()
        with engine.searcher() as searcher:
            for tree in (
                Word("comets"),
                Phrase("comet's tail"),
                And((Word("comet"), Word("tail"))),
                Name("entity", "halley"),
                DateRange("dates", date(2020, 2, 5), date(2020, 2, 5)),
                DateRange("published", date(2020, 2, 11), date(2020, 2, 11)),
                Exact("source", "observatory"),
                Exact("id", "by-hand"),
            ):
                found = searcher.search(tree, limit=10, order="newest").page
                assert "by-hand" in {match.id for match in found}, str(tree)
            assert {"talks", "storm", "flood", "by-hand"} == set(searcher.ids())
            assert 2 == searcher.generation

    def test_our_writer_replaces_it(self, engine: WhooshEngine) -> None:
        """
        Documents of Whoosh's writer are replaced and deleted like ours.
        """
        writer = open_dir(str(engine.folder)).writer()
        writer.add_document(id="one", body="comet")
        writer.add_document(id="two", body="comet")
        writer.commit()
        ours = engine.writer()
        ours.put(Document("one", body="rain"))
        ours.delete("two")
        ours.commit(3)
        with engine.searcher() as searcher:
            assert not searcher.matches_any(Word("comet"))
            assert searcher.matches_any(Word("rain"))
            assert {"talks", "storm", "flood", "one"} == set(searcher.ids())

    def test_a_document_without_an_id_does_no_harm(self, engine: WhooshEngine) -> None:
        """
        Whoosh takes documents without an id; the others are found all the same.
        """
        writer = open_dir(str(engine.folder)).writer()
        writer.add_document(body="ministers")
        writer.commit()
        with engine.searcher() as searcher:
            found = searcher.search(Word("ministers"), limit=10)
        assert {"", "flood", "storm", "talks"} == {match.id for match in found.page}

    def test_two_writers_do_not_meet(
        self, engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        While Whoosh's own writer is open, ours is refused, and spoils nothing of it.
        """
        theirs = open_dir(str(engine.folder)).writer()
        theirs.add_document(id="theirs", body="comet")
        monkeypatch.setattr("searchkit.engines.whoosh.engine.LOCK_PATIENCE", 0.0)
        with pytest.raises(IndexLockedError, match="Whoosh's own API"):
            engine.writer()
        theirs.commit()
        ours = engine.writer()
        ours.put(Document("ours", body="comet"))
        ours.commit(3)
        with engine.searcher() as searcher:
            assert 2 == searcher.search(Word("comet"), limit=0).total
