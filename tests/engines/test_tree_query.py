"""
Our trees in every use that Whoosh makes of a query, with plain lists as the oracle.

The oracle evaluates a tree in Python and hands Whoosh all matches as its own
``ListMatcher``, which every part of Whoosh can deal with.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import collectors, query, sorting
from whoosh.index import open_dir
from whoosh.matching import ListMatcher, NullMatcher
from whoosh.scoring import WeightScorer
from whoosh.searching import Searcher

from searchkit import native
from searchkit.documents import Document
from searchkit.engines.whoosh.codec import NativeCodec
from searchkit.engines.whoosh.engine import WhooshEngine
from searchkit.engines.whoosh.query import TreeQuery
from searchkit.engines.whoosh.searcher import WhooshSearcher
from searchkit.queries.tree import (
    And,
    Exact,
    Fuzzy,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
)
from tests.conformance.test_against_brute_force import corpora, queries, write

needs_native = pytest.mark.skipif(
    native.load() is None, reason="the native extension is missing or switched off"
)


class ListQuery(query.Query):  # type: ignore[misc]
    """
    A tree, evaluated in Python.
    """

    def __init__(self, tree: Query, boost: float = 1.0) -> None:
        self.tree = tree
        self.boost = boost

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ListQuery) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.tree, self.boost))

    def field(self) -> None:
        return None

    def estimate_size(self, reader: Any) -> int:
        return int(reader.doc_count())

    def matcher(self, searcher: Any, context: Any = None) -> Any:
        snapshot = WhooshSearcher(searcher.get_parent().reader(), 0, Path())
        scores: dict[int, float] = {}
        for leaf, base in searcher.reader().leaf_readers():
            for number, score in snapshot.segment_scores(self.tree, leaf).items():
                scores[base + number] = max(score * self.boost, 1e-9)
        if not scores:
            return NullMatcher()
        ids = sorted(scores)
        weights = [scores[number] for number in ids]
        return ListMatcher(ids, weights, scorer=WeightScorer(max(weights)))


WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa".split()


def document(number: int) -> Document:
    """
    Make a document whose words depend on its number, common ones and rare ones.
    """
    body = [
        word
        for at, word in enumerate(WORDS)
        for _ in range((number * (at + 3) // 7) % (at + 2))
    ]
    title = WORDS[number % 7] if number % 3 else ""
    source = f"Paper {number % 5}" if number % 4 else ""
    return Document(f"d{number:04}", title=title, body=" ".join(body), source=source)


def fill(folder: Path, *, is_native: bool, sizes: list[int]) -> WhooshEngine:
    engine = WhooshEngine(folder, is_native=is_native)
    engine.reset()
    number = 0
    for generation, size in enumerate(sizes, 1):
        writer = engine.writer()
        for one in range(number, number + size):
            writer.put(document(one))
        number += size
        writer.commit(generation)
    return engine


def change(engine: WhooshEngine) -> None:
    """
    Delete some documents, and replace some.
    """
    writer = engine.writer()
    for number in range(0, 300, 7):
        writer.delete(f"d{number:04}")
    for number in range(3, 300, 11):
        writer.put(
            Document(f"d{number:04}", title="alpha", body=WORDS[number % 10] * 2)
        )
    writer.commit(9)


def one_segment(folder: Path) -> None:
    fill(folder, is_native=True, sizes=[400])


def several_segments(folder: Path) -> None:
    change(fill(folder, is_native=True, sizes=[150, 120, 60, 9, 1]))


def by_whooshs_writer(folder: Path) -> None:
    fill(folder, is_native=True, sizes=[200])
    writer = open_dir(str(folder)).writer(codec=NativeCodec())
    for number in range(200, 300):
        made = document(number)
        writer.add_document(
            id=made.id, title=made.title, body=made.body, source=made.source
        )
    writer.delete_by_term("id", "d0009")
    writer.commit(merge=False)


def whooshs_codec(folder: Path) -> None:
    change(fill(folder, is_native=False, sizes=[150, 50]))


def both_codecs(folder: Path) -> None:
    engine = fill(folder, is_native=True, sizes=[150])
    change(engine)
    writer = open_dir(str(folder)).writer()
    for number in range(150, 200):
        writer.add_document(id=f"d{number:04}", body=document(number).body)
    writer.commit(merge=False)


INDEXES: dict[str, Callable[[Path], None]] = {
    "one segment": one_segment,
    "several segments": several_segments,
    "by Whoosh's writer": by_whooshs_writer,
    "Whoosh's codec": whooshs_codec,
    "both codecs": both_codecs,
}


@cache
def folder_of(name: str) -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory()
    INDEXES[name](Path(folder.name))
    return folder


@pytest.fixture(params=list(INDEXES), scope="module")
def searcher(request: pytest.FixtureRequest) -> Iterator[Searcher]:
    """
    Give Whoosh's searcher on each kind of index in turn.
    """
    if native.load() is None and request.param != "Whoosh's codec":
        pytest.skip("the native extension is missing or switched off")
    with open_dir(folder_of(request.param).name).searcher() as opened:
        yield opened


TREES: list[Query] = [
    Word("alpha"),
    Word("kappa", "body"),
    Word("nothing"),
    Phrase("beta gamma"),
    And((Word("alpha"), Word("theta"))),
    Or((Word("iota"), Word("zeta"), Word("alpha"))),
    And((Word("delta"), Not(Word("eta")))),
    Not(Word("alpha")),
    Exact("source", "paper 2"),
    Prefix("e"),
    Or((Prefix("z", "body"), Word("beta"))),
    Fuzzy("eta", 2),
    Or((Fuzzy("kapa", 1, "body"), Word("beta"))),
]
trees = pytest.mark.parametrize("tree", TREES, ids=str)
some_trees = pytest.mark.parametrize("tree", TREES[::2], ids=str)


def scores_of(searcher: Searcher, asked: Any) -> dict[int, float]:
    """
    Return all matches, by the plainest of Whoosh's collectors.
    """
    return dict(searcher.search(asked, limit=None).items())


def assert_same_page(
    actual: Any, expected: Any, scores: dict[int, float] | None = None
) -> None:
    """
    Compare two pages: scores by rank, and documents up to equal scores.
    """
    assert [score for score, _ in expected.top_n] == pytest.approx(
        [score for score, _ in actual.top_n], rel=1e-5
    )
    documents = [number for _, number in actual.top_n]
    assert len(documents) == len(set(documents))
    if scores is not None:
        assert {number: scores[number] for number in documents} == pytest.approx(
            {number: score for score, number in actual.top_n}, rel=1e-5
        )


class TestPages:
    @trees
    def test_any_page_is_the_same(self, searcher: Searcher, tree: Query) -> None:
        """
        A page of any length has the best documents, with their scores and the total.
        """
        scores = scores_of(searcher, ListQuery(tree))
        best = sorted(scores.values(), reverse=True)
        for limit in (1, 2, 9, 10, 11, 12, 13, 20, 47, 48, 49, 50, 100, 192, 193):
            actual = searcher.search(TreeQuery(tree), limit=limit)
            found = dict(actual.items())
            assert best[:limit] == pytest.approx(list(found.values()), rel=1e-5)
            wanted = {number: scores[number] for number in found}
            assert wanted == pytest.approx(found, rel=1e-5)
            assert len(scores) == len(actual)

    @trees
    def test_pages_follow_each_other(self, searcher: Searcher, tree: Query) -> None:
        """
        No document is on two pages, and none is missing, where scores are equal too.
        """
        asked = TreeQuery(tree)
        numbers: list[int] = []
        for page in range(1, 9):
            found = searcher.search_page(asked, page, pagelen=7)
            if page == found.pagenum:
                numbers += [hit.docnum for hit in found]
        assert len(numbers) == len(set(numbers))
        assert numbers == [
            number for _, number in searcher.search(asked, limit=56).top_n
        ]

    @trees
    @pytest.mark.parametrize("boost", [0.5, 3.0, 0.0])
    def test_a_boost_multiplies(
        self, searcher: Searcher, tree: Query, boost: float
    ) -> None:
        """
        A factor changes scores and nothing else, also on a copy.
        """
        expected = searcher.search(ListQuery(tree, boost), limit=10)
        scores = scores_of(searcher, ListQuery(tree, boost))
        for asked in (TreeQuery(tree, boost), TreeQuery(tree).with_boost(boost)):
            assert_same_page(searcher.search(asked, limit=10), expected, scores)
            assert_same_page(searcher.search(asked.copy(), limit=10), expected, scores)

    @trees
    def test_lengths_are_known(self, searcher: Searcher, tree: Query) -> None:
        """
        The number of matches is exact, and lies between the estimates.
        """
        found = searcher.search(TreeQuery(tree), limit=3)
        total = len(searcher.search(ListQuery(tree), limit=None))
        assert found.estimated_min_length() <= total <= found.estimated_length()
        assert total == len(found)
        unscored = searcher.search(TreeQuery(tree), scored=False, limit=None)
        assert total == len(unscored)


SEARCHES: dict[str, Callable[[Searcher, Any], Any]] = {
    "all": lambda searcher, asked: searcher.search(asked, limit=None),
    "reversed": lambda searcher, asked: searcher.search(asked, reverse=True),
    "not optimized": lambda searcher, asked: searcher.search(asked, optimize=False),
    "filter": lambda searcher, asked: searcher.search(
        asked, filter=query.Term("body", "theta")
    ),
    "narrow filter": lambda searcher, asked: searcher.search(
        asked, filter=query.Term("source", "paper")
    ),
    "set of documents": lambda searcher, asked: searcher.search(
        asked, filter=set(range(0, 400, 3))
    ),
    "mask": lambda searcher, asked: searcher.search(
        asked, mask=query.Term("body", "iota")
    ),
    "terms": lambda searcher, asked: searcher.search(asked, terms=True),
}


class TestSearches:
    @trees
    @pytest.mark.parametrize("name", SEARCHES)
    def test_any_search_is_the_same(
        self, searcher: Searcher, tree: Query, name: str
    ) -> None:
        """
        Whatever else is asked of a search, it finds the same documents and scores.
        """
        scores = scores_of(searcher, ListQuery(tree))
        expected = SEARCHES[name](searcher, ListQuery(tree))
        actual = SEARCHES[name](searcher, TreeQuery(tree))
        assert_same_page(actual, expected, scores)
        if name == "not optimized":  # of the lists, Whoosh drops some unseen
            assert len(scores) == len(actual)
        else:
            assert len(expected) == len(actual)

    @trees
    @pytest.mark.parametrize("descending", [False, True])
    def test_sorting_by_a_column(
        self, searcher: Searcher, tree: Query, descending: bool
    ) -> None:
        """
        Sorted hits are the same, one by one.
        """
        facet = sorting.FieldFacet("id", reverse=descending)
        expected = searcher.search(ListQuery(tree), sortedby=facet)
        actual = searcher.search(TreeQuery(tree), sortedby=facet)
        assert list(expected.items()) == list(actual.items())
        assert len(expected) == len(actual)

    @trees
    def test_sorting_by_score(self, searcher: Searcher, tree: Query) -> None:
        """
        Facets that look at scores see those of each document.
        """
        for facet in (sorting.ScoreFacet(), [sorting.ScoreFacet(), "id"]):
            expected = searcher.search(ListQuery(tree), sortedby=facet, limit=5)
            actual = searcher.search(TreeQuery(tree), sortedby=facet, limit=5)
            keys = [
                key if isinstance(key, tuple) else (key,) for key, _ in actual.top_n
            ]
            wanted = [
                key if isinstance(key, tuple) else (key,) for key, _ in expected.top_n
            ]
            assert [key[0] for key in wanted] == pytest.approx(
                [key[0] for key in keys], rel=1e-5
            )

    @trees
    def test_grouping(self, searcher: Searcher, tree: Query) -> None:
        """
        Groups have the same documents.
        """
        groups = [
            {
                key: sorted(numbers)
                for key, numbers in searcher.search(asked(tree), groupedby="source")
                .groups()
                .items()
            }
            for asked in (ListQuery, TreeQuery)
        ]
        assert groups[0] == groups[1]

    @trees
    def test_collapsing(self, searcher: Searcher, tree: Query) -> None:
        """
        The best document of each group is found.
        """
        facet = sorting.FieldFacet("source")
        for limit in (1, 3, 10, None):
            expected = searcher.search(ListQuery(tree), collapse=facet, limit=limit)
            actual = searcher.search(TreeQuery(tree), collapse=facet, limit=limit)
            assert [score for score, _ in expected.top_n] == pytest.approx(
                [score for score, _ in actual.top_n], rel=1e-5
            )
            if limit is None:  # otherwise Whoosh counts what it happens to come across
                assert expected.collapsed_counts == actual.collapsed_counts

    @trees
    def test_collapsing_in_another_order(self, searcher: Searcher, tree: Query) -> None:
        """
        Of each group, the document is found that comes first in the given order.
        """
        pages = [
            searcher.search(
                asked(tree),
                collapse=sorting.FieldFacet("source"),
                collapse_order=sorting.FieldFacet("id", reverse=True),
                limit=None,
            )
            for asked in (ListQuery, TreeQuery)
        ]
        assert set(dict(pages[0].items())) == set(dict(pages[1].items()))

    @trees
    def test_a_collector_that_sees_every_document(
        self, searcher: Searcher, tree: Query
    ) -> None:
        """
        A collector of one's own is given all documents, ascending, with their scores.
        """

        class Every(collectors.Collector):  # type: ignore[misc]
            def prepare(self, top: Any, asked: Any, context: Any) -> None:
                super().prepare(top, asked, context.set(needs_current=True))
                self.seen: list[tuple[int, float]] = []

            def collect(self, number: int) -> None:
                self.seen.append((self.offset + number, self.matcher.score()))

        seen = []
        for asked in (ListQuery(tree), TreeQuery(tree)):
            collector = Every()
            searcher.search_with_collector(asked, collector)
            assert sorted(collector.seen) == collector.seen
            seen.append(dict(collector.seen))
        assert seen[0] == pytest.approx(seen[1], rel=1e-5)

    @trees
    def test_time_limits(self, searcher: Searcher, tree: Query) -> None:
        """
        A collector with a time limit gets the same page, if there is time enough.
        """
        limited = collectors.TimeLimitCollector(
            searcher.collector(limit=10), 1000, use_alarm=False
        )
        searcher.search_with_collector(TreeQuery(tree), limited)
        expected = searcher.search(ListQuery(tree), limit=10)
        assert_same_page(limited.results(), expected)


ALPHA, IOTA = query.Term("body", "alpha"), query.Term("body", "iota")

NESTED: dict[str, Callable[[Any], Any]] = {
    "and": lambda asked: query.And([asked, IOTA]),
    "and, boosted": lambda asked: query.And([asked, IOTA], boost=2.0),
    "or": lambda asked: query.Or([asked, IOTA]),
    "or of three": lambda asked: query.Or([asked, IOTA, ALPHA]),
    "not": query.Not,
    "and not": lambda asked: query.And([ALPHA, query.Not(asked)]),
    "but not": lambda asked: query.And([asked, query.Not(IOTA)]),
    "and maybe": lambda asked: query.AndMaybe(asked, IOTA),
    "maybe": lambda asked: query.AndMaybe(IOTA, asked),
    "and not of two": lambda asked: query.AndNot(asked, IOTA),
    "constant": lambda asked: query.ConstantScoreQuery(asked, 3.0),
    "constant in and": lambda asked: query.And(
        [query.ConstantScoreQuery(asked, 3.0), IOTA]
    ),
    "best of two": lambda asked: query.DisjunctionMax([asked, IOTA]),
    "in a filter": lambda asked: query.And(
        [query.Every(), query.ConstantScoreQuery(asked)]
    ),
    "deep": lambda asked: query.Or(
        [query.And([asked, ALPHA]), query.And([IOTA, query.Not(asked)])]
    ),
    "twice": lambda asked: query.Or(
        [asked, query.And([type(asked)(Word("beta")), ALPHA])]
    ),
}


#: Where Whoosh's bounds lose documents on a page, of lists and of terms as well.
LOSSY = ("and, boosted", "and not", "but not", "and not of two", "best of two", "deep")

#: With all documents, and with the best ten.
USES = [(name, None) for name in NESTED] + [
    (name, 10) for name in NESTED if name not in LOSSY
]


class TestNesting:
    @some_trees
    @pytest.mark.parametrize(("name", "limit"), USES)
    def test_inside_whooshs_queries(
        self, searcher: Searcher, tree: Query, name: str, limit: int | None
    ) -> None:
        """
        Joined with Whoosh's own nodes, a tree gives every document its score.
        """
        scores = scores_of(searcher, NESTED[name](ListQuery(tree)))
        best = sorted(scores.values(), reverse=True)
        found = dict(
            searcher.search(NESTED[name](TreeQuery(tree)), limit=limit).items()
        )
        assert best[:limit] == pytest.approx(list(found.values()), rel=1e-5)
        wanted = {number: scores[number] for number in found}
        assert wanted == pytest.approx(found, rel=1e-5)

    @some_trees
    def test_matched_terms(self, searcher: Searcher, tree: Query) -> None:
        """
        Terms beside a tree are told for each document that has them.
        """
        told = [
            searcher.search(query.Or([asked(tree), IOTA]), terms=True, limit=None)
            for asked in (ListQuery, TreeQuery)
        ]
        assert told[0].matched_terms() == told[1].matched_terms()
        assert {hit.docnum: hit.matched_terms() for hit in told[0]} == {
            hit.docnum: hit.matched_terms() for hit in told[1]
        }

    @some_trees
    def test_documents_of_a_query(self, searcher: Searcher, tree: Query) -> None:
        """
        ``docs_for_query`` gives all matches, ascending, also to delete them.
        """
        expected = list(searcher.docs_for_query(ListQuery(tree)))
        assert sorted(expected) == expected
        assert expected == list(searcher.docs_for_query(TreeQuery(tree)))
        assert expected == list(
            searcher.docs_for_query(TreeQuery(tree), for_deletion=True)
        )


@needs_native
class TestOnBothCodecs:
    @settings(max_examples=40, deadline=None)
    @given(
        batches=corpora(),
        asked=st.lists(queries, min_size=3, max_size=6),
        limit=st.integers(1, 15),
    )
    def test_any_tree_is_answered_the_same(
        self, batches: list[list[Document]], asked: list[Query], limit: int
    ) -> None:
        """
        Natively, and in Python: any tree finds the same documents on any documents.
        """
        with tempfile.TemporaryDirectory() as folder:
            engine = WhooshEngine(Path(folder), is_native=True)
            engine.reset()
            write(engine, batches)
            with open_dir(folder).searcher() as searcher:
                for tree in asked:
                    scores = scores_of(searcher, ListQuery(tree))
                    assert scores == pytest.approx(
                        scores_of(searcher, TreeQuery(tree)), rel=1e-5
                    )
                    expected = searcher.search(ListQuery(tree), limit=limit)
                    actual = searcher.search(TreeQuery(tree), limit=limit)
                    assert_same_page(actual, expected, scores)
