"""
Whoosh on native segments, with Whoosh on its own segments as the oracle.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from whoosh import fields, index, query, sorting
from whoosh.analysis import StemmingAnalyzer
from whoosh.codec.whoosh3 import W3Codec
from whoosh.query import spans
from whoosh.query.wrappers import WeightingQuery
from whoosh.scoring import TF_IDF

from searchkit.analysis import english_analyzer
from searchkit.engines.whoosh.codec import NativeCodec
from searchkit.engines.whoosh.schema import whoosh_schema
from searchkit.native import load

pytestmark = pytest.mark.skipif(load() is None, reason="the extension is not compiled")

WORDS = (
    "alpha beta gamma delta alphas alpine bet better gamut delta deltas zeta eta theta"
    " iota kappa lambda running runs runner café naïve 東京"
).split()
TAGS = ["red", "green", "blue", "reddish"]
FIRST_DAY = datetime(2020, 1, 1)  # noqa: DTZ001 - Whoosh keeps no time zones
LAST_DAY = FIRST_DAY + timedelta(days=60)


def stock_schema() -> fields.Schema:
    return fields.Schema(
        id=fields.ID(unique=True, stored=True),
        text=fields.TEXT(stored=True, sortable=True),
        stems=fields.TEXT(analyzer=StemmingAnalyzer(), spelling=True, phrase=False),
        tag=fields.KEYWORD(commas=True, scorable=True, stored=True),
        number=fields.NUMERIC(sortable=True, stored=True),
        price=fields.NUMERIC(float, stored=True),
        day=fields.DATETIME(sortable=True, stored=True),
        flag=fields.BOOLEAN(stored=True),
        gram=fields.NGRAM(minsize=2, maxsize=3),
        kind=fields.ID(sortable=True),
        note=fields.STORED(),
    )


def stock_document(number: int, rng: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {"id": f"doc{number}"}
    if rng.random() < 0.9:
        found["text"] = " ".join(rng.choices(WORDS, k=rng.choice((1, 5, 20, 90))))
    if rng.random() < 0.8:
        found["stems"] = " ".join(rng.choices(WORDS, k=8))
        found["gram"] = " ".join(rng.choices(WORDS, k=3))
        found["tag"] = ",".join(rng.choices(TAGS, k=3))
    if rng.random() < 0.8:
        found["number"] = rng.randrange(-20, 20)
        found["price"] = rng.randrange(100) / 8
        found["day"] = FIRST_DAY + timedelta(days=rng.randrange(60))
    found["flag"] = rng.random() < 0.5
    found["kind"] = "parent" if number % 5 == 0 else "child"
    if rng.random() < 0.3:
        found["note"] = {"with": ["lists", 1, None], "of": (b"bytes", 2.5)}
    return found


def our_document(number: int, rng: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {"id": f"doc{number}"}
    if rng.random() < 0.9:
        found["title"] = " ".join(rng.choices(WORDS, k=4)).title()
        found["body"] = " ".join(rng.choices(WORDS, k=rng.choice((1, 5, 20, 90))))
        found["words"] = found["title"] + " " + found["body"]
        # Our own writer tells the exact length; Whoosh's rounds it in a merge.
        found["body_length"] = len(english_analyzer().terms(found["body"]))
    if rng.random() < 0.7:
        found["published"] = f"2020-{rng.randrange(1, 13):02}"
        found["published_day"] = rng.randrange(737_000, 738_000)
        found["dates"] = f"20{rng.randrange(10, 30)}"
        found["person"] = " ".join(rng.choices(WORDS, k=2))
        found["source"] = rng.choice(["The Gazette", "Daily News"])
    return found


SCHEMAS: dict[str, tuple[Callable[[], fields.Schema], Any, str]] = {
    "stock": (stock_schema, stock_document, "text"),
    "ours": (whoosh_schema, our_document, "body"),
}
OPENED: list[tuple[Any, Any, list[Any]]] = []
HISTORIES = ["one commit", "several commits", "merged", "mixed", "mixed and merged"]


def write(folder: str, name: str, history: str, codecs: list[Any]) -> index.FileIndex:
    """
    Make an index; the commits take codecs in turn.
    """
    schema, document, _ = SCHEMAS[name]
    made = index.create_in(folder, schema())
    rng = random.Random(7)
    number = 0
    for commit in range(1 if history == "one commit" else 4):
        writer = made.writer(codec=codecs[commit % len(codecs)])
        for _ in range(70 if commit else 200):
            # Some of them are in an earlier commit already.
            key = rng.randrange(number) if commit and rng.random() < 0.3 else number
            writer.update_document(**document(key, rng))
            number += 1
        if commit:
            writer.delete_by_term("id", f"doc{commit}")
            writer.delete_by_term("id", f"doc{commit * 50}")
        writer.commit(merge=False)
    if "merged" in history:
        made.writer(codec=codecs[0]).commit(optimize=True)
    return made


@cache
def searchers(name: str, history: str) -> tuple[Any, Any, list[Any]]:
    """
    Return searchers on the same documents in Whoosh's codec and in ours.
    """
    folders = [TemporaryDirectory() for _ in range(2)]
    ours = [NativeCodec(), W3Codec()] if "mixed" in history else [NativeCodec()]
    expected = write(folders[0].name, name, history, [W3Codec()])
    actual = write(folders[1].name, name, history, ours)
    found = expected.searcher(), actual.searcher(), folders
    OPENED.append(found)
    return found


@pytest.fixture(scope="module", autouse=True)
def closing() -> Iterator[None]:
    """
    Close what was opened for the tests of this module.
    """
    yield
    searchers.cache_clear()
    while OPENED:
        expected, actual, folders = OPENED.pop()
        expected.close()
        actual.close()
        for folder in folders:
            folder.cleanup()


worlds = st.tuples(st.sampled_from(list(SCHEMAS)), st.sampled_from(HISTORIES))
in_every_world = pytest.mark.parametrize(
    ("name", "history"), [(name, history) for name in SCHEMAS for history in HISTORIES]
)


# --- queries --------------------------------------------------------------------

words = st.sampled_from(WORDS)
boosts = st.sampled_from([1.0, 1.0, 2.0, 0.5])


def span_queries(field: str) -> st.SearchStrategy[query.Query]:
    """
    Return queries that know where they match.
    """
    leaves = st.builds(query.Term, st.just(field), words) | st.builds(
        query.Or,
        st.lists(st.builds(query.Term, st.just(field), words), min_size=2, max_size=2),
    )

    def composed(inner: Any) -> Any:
        return st.one_of(
            st.builds(
                spans.SpanNear,
                inner,
                inner,
                slop=st.integers(1, 4),
                ordered=st.booleans(),
            ),
            st.builds(spans.SpanNot, inner, inner),
            st.builds(lambda a, b: spans.SpanOr([a, b]), inner, inner),
            st.builds(spans.SpanFirst, inner, limit=st.integers(0, 5)),
            st.builds(spans.SpanContains, inner, inner),
            st.builds(spans.SpanBefore, inner, inner),
            st.builds(spans.SpanCondition, inner, inner),
        )

    return st.recursive(leaves, composed, max_leaves=3)


def leaf_queries(name: str) -> st.SearchStrategy[query.Query]:
    """
    Return all queries that hold no others.
    """
    field = SCHEMAS[name][2]
    patterns = st.sampled_from(["al", "a", "bet", "d", "run", "x", "東"])
    in_field = {
        "stock": st.sampled_from(["text", "stems", "gram"]),
        "ours": st.sampled_from(["title", "body", "words"]),
    }[name]
    exact = {
        "stock": st.builds(query.Term, st.just("tag"), st.sampled_from(TAGS))
        | st.builds(query.Term, st.just("kind"), st.just("child"))
        | st.builds(query.Term, st.just("flag"), st.booleans())
        | st.builds(
            lambda low, size, ends: query.NumericRange(
                "number", low, low + size, *ends
            ),
            st.integers(-25, 20),
            st.integers(0, 20),
            st.tuples(st.booleans(), st.booleans()),
        )
        | st.builds(
            lambda low, size: query.DateRange(
                "day",
                FIRST_DAY + timedelta(days=low),
                FIRST_DAY + timedelta(days=low + size),
            ),
            st.integers(-5, 60),
            st.integers(0, 30),
        ),
        "ours": st.builds(
            query.Term, st.just("source"), st.sampled_from(["gazette", "daily news"])
        )
        | st.builds(
            query.Term, st.just("dates"), st.sampled_from(["201X", "2015", "20XX"])
        )
        | st.builds(
            query.Prefix, st.just("published"), st.sampled_from(["2020-0", "2020-1"])
        ),
    }[name]
    return st.one_of(
        st.builds(query.Term, in_field, words, boost=boosts),
        st.builds(query.Term, in_field, words),
        exact,
        st.builds(
            query.Phrase,
            st.just(field),
            st.lists(words, min_size=2, max_size=3),
            slop=st.integers(1, 3),
        ),
        st.builds(query.Prefix, in_field, patterns),
        st.builds(query.Wildcard, in_field, patterns.map(lambda text: f"*{text}?*")),
        st.builds(query.Regex, in_field, patterns.map(lambda text: f"[a-f]*{text}.+")),
        st.builds(
            query.FuzzyTerm,
            in_field,
            words,
            maxdist=st.integers(1, 2),
            prefixlength=st.integers(0, 2),
        ),
        st.builds(query.Variations, in_field, words),
        st.builds(
            query.TermRange, in_field, st.just("b"), words, st.booleans(), st.booleans()
        ),
        st.builds(query.Every, st.sampled_from([None, field])),
        st.just(query.NullQuery),
        span_queries(field),
    )


def composed_queries(inner: Any) -> Any:
    """
    Return all queries that hold others.
    """
    some = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds(query.And, some, boost=boosts),
        st.builds(query.Or, some, boost=boosts),
        st.builds(query.Or, some, scale=st.just(0.9)),
        st.builds(query.DisjunctionMax, some),
        st.builds(lambda a, b: query.And([a, query.Not(b)]), inner, inner),
        st.builds(query.Not, inner),
        st.builds(query.AndNot, inner, inner),
        st.builds(query.AndMaybe, inner, inner),
        st.builds(query.Require, inner, inner),
        st.builds(query.Otherwise, inner, inner),
        st.builds(query.ConstantScoreQuery, inner, st.sampled_from([1.0, 3.0])),
    )


def queries(name: str) -> st.SearchStrategy[query.Query]:
    return st.recursive(leaf_queries(name), composed_queries, max_leaves=6)


asked_worlds = worlds.flatmap(
    lambda world: st.tuples(st.just(world), queries(world[0]))
)


def found_by(searcher: Any, asked: query.Query, **options: Any) -> Any:
    """
    Return (score, document) of each hit, or the error that Whoosh makes of the query.
    """
    try:
        return [
            (score or 0.0, docnum)
            for score, docnum in searcher.search(asked, **options).top_n
        ]
    except Exception as error:  # noqa: BLE001 - whatever it is, both have to have it
        return type(error)


def scores(hits: list[tuple[float, int]]) -> dict[int, float]:
    """
    Return the scores by document.
    """
    return {docnum: score for score, docnum in hits}


class TestTrees:
    @given(asked_worlds)
    @settings(max_examples=400)
    def test_every_tree_finds_the_same_with_the_same_scores(
        self, asked: tuple[tuple[str, str], query.Query]
    ) -> None:
        """
        Documents, scores and order are those of Whoosh's own codec.
        """
        world, tree = asked
        on_whoosh, on_native, _ = searchers(*world)
        expected = found_by(on_whoosh, tree, limit=None)
        actual = found_by(on_native, tree, limit=None)
        if expected is IndexError:
            # Whoosh asks a list that has ended where it is; ours has an answer.
            assert actual is IndexError or isinstance(actual, list)
        elif isinstance(expected, type):
            assert expected is actual
        else:
            assert scores(expected) == pytest.approx(scores(actual), rel=1e-5)
            in_order = pytest.approx([score for score, _ in actual], rel=1e-5)
            assert [score for score, _ in expected] == in_order

    @given(asked_worlds, st.integers(1, 12))
    @settings(max_examples=300)
    def test_the_best_are_found_without_looking_at_all(
        self, asked: tuple[tuple[str, str], query.Query], limit: int
    ) -> None:
        """
        Skipping blocks that cannot be among the best loses none of the best.
        """
        world, tree = asked
        on_whoosh, on_native, _ = searchers(*world)
        everything = found_by(on_whoosh, tree, limit=None)
        assume(isinstance(everything, list))
        best = pytest.approx([score for score, _ in everything[:limit]], rel=1e-5)
        expected = found_by(on_whoosh, tree, limit=limit)
        # For some trees Whoosh's own matchers skip too much, or fail.
        assume(isinstance(expected, list) and best == [score for score, _ in expected])
        actual = found_by(on_native, tree, limit=limit)
        assert best == [score for score, _ in actual]


EXAMPLES: dict[str, query.Query] = {
    "And": query.And([query.Term("text", "alpha"), query.Term("text", "beta")]),
    "AndMaybe": query.AndMaybe(query.Term("text", "alpha"), query.Term("tag", "red")),
    "AndNot": query.AndNot(query.Term("text", "alpha"), query.Term("text", "beta")),
    "ColumnQuery": query.ConstantScoreQuery(query.ColumnQuery("number", 3)),
    "ConstantScoreQuery": query.ConstantScoreQuery(query.Term("text", "beta"), 2.5),
    "DateRange": query.DateRange("day", FIRST_DAY, FIRST_DAY + timedelta(days=9)),
    "DefaultOr": query.DefaultOr([query.Term("text", word) for word in WORDS[:3]]),
    "DisjunctionMax": query.DisjunctionMax(
        [query.Term("text", "alpha"), query.Term("text", "beta")]
    ),
    "Every": query.Every("text"),
    "FuzzyTerm": query.FuzzyTerm("text", "delts", maxdist=2),
    "NestedChildren": query.NestedChildren(
        query.Term("kind", "parent"), query.Term("kind", "parent")
    ),
    "NestedParent": query.NestedParent(
        query.Term("kind", "parent"), query.Term("text", "alpha")
    ),
    "Not": query.Not(query.Term("text", "alpha")),
    "NullQuery": query.NullQuery,
    "NumericRange": query.NumericRange("number", -3, 11, startexcl=True),
    "Or": query.Or([query.Term("text", "alpha"), query.Term("number", 3)]),
    "Ordered": query.Ordered([query.Term("text", "alpha"), query.Term("text", "bet")]),
    "Otherwise": query.Otherwise(query.Term("text", "?"), query.Term("text", "beta")),
    "Phrase": query.Phrase("text", ["delta", "bet"], slop=2),
    "PreloadedOr": query.PreloadedOr([query.Term("text", word) for word in WORDS[:3]]),
    "Prefix": query.Prefix("text", "al"),
    "Regex": query.Regex("text", "[ad]l.*a"),
    "Require": query.Require(query.Term("text", "alpha"), query.Term("tag", "red")),
    "SpanBefore": spans.SpanBefore(
        query.Term("text", "alpha"), query.Term("text", "beta")
    ),
    "SpanCondition": spans.SpanCondition(
        query.Term("text", "alpha"), query.Term("text", "beta")
    ),
    "SpanContains": spans.SpanContains(
        spans.SpanNear(query.Term("text", "alpha"), query.Term("text", "beta"), slop=9),
        query.Term("text", "bet"),
    ),
    "SpanFirst": spans.SpanFirst(query.Term("text", "alpha"), limit=2),
    "SpanNear": spans.SpanNear(
        query.Term("text", "alpha"), query.Term("text", "beta"), slop=3, ordered=False
    ),
    "SpanNear2": spans.SpanNear2(
        [query.Term("text", "alpha"), query.Term("text", "beta")], slop=4
    ),
    "Sequence": query.Sequence(
        [query.Term("text", "alpha"), query.Prefix("text", "be")], slop=3
    ),
    "SpanNot": spans.SpanNot(query.Term("text", "alpha"), query.Term("text", "beta")),
    "SpanOr": spans.SpanOr([query.Term("text", "alpha"), query.Term("text", "beta")]),
    "Term": query.Term("text", "alpha", boost=3.0),
    "TermRange": query.TermRange("text", "b", "e"),
    "Variations": query.Variations("text", "running"),
    "WeightingQuery": WeightingQuery(query.Term("text", "alpha"), TF_IDF()),
    "Wildcard": query.Wildcard("text", "?lph*"),
}


class TestEveryClass:
    @pytest.mark.parametrize("history", HISTORIES)
    @pytest.mark.parametrize("kind", EXAMPLES)
    def test_finds_the_same(self, kind: str, history: str) -> None:
        """
        Each class of query finds something, and what Whoosh's codec finds.
        """
        on_whoosh, on_native, _ = searchers("stock", history)
        expected = found_by(on_whoosh, EXAMPLES[kind], limit=None)
        actual = found_by(on_native, EXAMPLES[kind], limit=None)
        assert scores(expected) == pytest.approx(scores(actual), rel=1e-5)
        assert bool(expected) == (kind != "NullQuery")

    def test_none_is_left_out(self) -> None:
        """
        Every class that Whoosh exports is among the examples, but for base classes.

        ``SplitOr`` asks for a matcher that Whoosh has not got.
        """
        bases = set(
            "BinaryQuery BooleanQuery CompoundQuery ExpandingTerm MultiTerm"
            " PatternQuery Query SpanBiQuery SpanQuery WrappingQuery"
            " WrappingSpan".split()
        )
        classes = {
            kind.__name__
            for module in (query, spans)
            for kind in vars(module).values()
            if isinstance(kind, type) and issubclass(kind, query.Query)
        }
        assert set() == classes - bases - set(EXAMPLES) - {"_NullQuery", "SplitOr"}


class TestResults:
    @pytest.mark.parametrize("history", HISTORIES)
    @pytest.mark.parametrize("reverse", [False, True])
    @pytest.mark.parametrize("field", ["number", "day", "kind", "text", "tag", "price"])
    def test_are_sorted_the_same(self, field: str, reverse: bool, history: str) -> None:
        """
        Sorting reads columns where there are any, and terms elsewhere.
        """
        found = [
            [hit.docnum for hit in searcher.search(EXAMPLES["Or"], **options)]
            for searcher in searchers("stock", history)[:2]
            for options in [{"sortedby": field, "reverse": reverse, "limit": 30}]
        ]
        assert found[0] == found[1]
        assert found[0]

    @pytest.mark.parametrize("history", HISTORIES)
    def test_are_grouped_the_same(self, history: str) -> None:
        """
        Facets of columns, of terms, of ranges and of queries put hits in equal groups.
        """
        facets = sorting.Facets()
        facets.add_field("kind")
        facets.add_field("tag", allow_overlap=True)
        facets.add_facet("number", sorting.RangeFacet("number", -20, 20, 5))
        facets.add_facet(
            "day",
            sorting.DateRangeFacet("day", FIRST_DAY, LAST_DAY, timedelta(7)),
        )
        facets.add_query("beta", {"with": query.Term("text", "beta")}, other="without")
        on_whoosh, on_native, _ = searchers("stock", history)
        expected = on_whoosh.search(query.Every(), groupedby=facets, limit=None)
        actual = on_native.search(query.Every(), groupedby=facets, limit=None)
        for name in facets.names():
            assert expected.groups(name) == actual.groups(name)
            assert len(expected.groups(name)) > 1

    @pytest.mark.parametrize("history", HISTORIES)
    @pytest.mark.parametrize("field", ["published_day", "body_length"])
    def test_are_sorted_by_our_columns(self, field: str, history: str) -> None:
        """
        Days of publication and lengths sort as in Whoosh's own columns.
        """
        found = [
            [
                hit.docnum
                for hit in searcher.search(query.Every(), sortedby=field, limit=50)
            ]
            for searcher in searchers("ours", history)[:2]
        ]
        assert found[0] == found[1]

    @in_every_world
    def test_bring_the_same_stored_fields(self, name: str, history: str) -> None:
        """
        What was stored comes back, whatever its type, in the order of the documents.
        """
        on_whoosh, on_native, _ = searchers(name, history)
        expected = list(on_whoosh.reader().iter_docs())
        assert expected == list(on_native.reader().iter_docs())
        assert expected

    @in_every_world
    def test_lead_to_the_same_documents(self, name: str, history: str) -> None:
        """
        Expanding a document to others like it takes the same terms and documents.
        """
        field = SCHEMAS[name][2]
        on_whoosh, on_native, _ = searchers(name, history)
        number = next(iter(on_whoosh.docs_for_query(query.Every(field))))
        text = " ".join(WORDS[:5] * 3)
        for found in (
            [
                [hit.docnum for hit in searcher.more_like(number, field, text=text)]
                for searcher in (on_whoosh, on_native)
            ],
            [
                [term for term, _ in searcher.key_terms_from_text(field, text)]
                for searcher in (on_whoosh, on_native)
            ],
        ):
            assert found[0] == found[1]
            assert found[0]


@in_every_world
class TestReaders:
    def test_list_the_same_terms(self, name: str, history: str) -> None:
        """
        Terms, their order and their counts are the same, from any term on.
        """
        readers = [searcher.reader() for searcher in searchers(name, history)[:2]]
        expected, actual = (list(reader.all_terms()) for reader in readers)
        assert expected == actual
        for field, term in counted(expected)[::7]:
            assert readers[0].frequency(field, term) == readers[1].frequency(
                field, term
            )
            assert readers[0].doc_frequency(field, term) == (
                readers[1].doc_frequency(field, term)
            )
        for field in {field for field, _ in counted(expected)}:
            for ask in (
                lambda reader: list(reader.lexicon(field)),  # noqa: B023 - called at once
                lambda reader: list(reader.terms_from(field, b"b"))[:20],  # noqa: B023
                lambda reader: list(reader.expand_prefix(field, b"a")),  # noqa: B023
                lambda reader: reader.most_frequent_terms(field, 5, b"a"),  # noqa: B023
                lambda reader: reader.most_distinctive_terms(field, 5, b"b"),  # noqa: B023
                lambda reader: reader.field_length(field),  # noqa: B023
            ):
                assert ask(readers[0]) == ask(readers[1])

    def test_decode_the_same_terms(self, name: str, history: str) -> None:
        """
        Terms of text come back as text.
        """
        readers = [searcher.reader() for searcher in searchers(name, history)[:2]]
        field = SCHEMAS[name][2]
        expected, actual = (list(reader.field_terms(field)) for reader in readers)
        assert expected == actual
        assert set(expected) & set(WORDS)

    def test_suggest_the_same(self, name: str, history: str) -> None:
        """
        Automata and correctors find the same neighbours of a word.
        """
        field = SCHEMAS[name][2]
        readers = [searcher.reader() for searcher in searchers(name, history)[:2]]
        for word in ("alpah", "delts", "runing", "cafe", "zzz"):
            found = [
                (
                    sorted(reader.terms_within(field, word, 2)),
                    reader.corrector(field).suggest(word, limit=3),
                )
                for reader in readers
            ]
            assert found[0] == found[1]

    def test_have_the_same_postings(self, name: str, history: str) -> None:
        """
        Documents, frequencies and positions of every term are the same.
        """
        readers = [searcher.reader() for searcher in searchers(name, history)[:2]]
        for (expected, _), (actual, _) in zip(
            *(reader.leaf_readers() for reader in readers), strict=True
        ):
            for field, term in counted(expected.all_terms())[::3]:
                assert postings(expected, field, term) == postings(actual, field, term)

    def test_bound_scores_safely(self, name: str, history: str) -> None:
        """
        Statistics of a term are those of its postings, or bounds of them.
        """
        reader = searchers(name, history)[1].reader()
        field = SCHEMAS[name][2]
        for leaf, _ in reader.leaf_readers():
            for term in list(leaf.lexicon(field))[::2]:
                info = leaf.term_info(field, term)
                matcher = leaf._terms.matcher(field, term, leaf.schema[field].format)
                found = [
                    (weight, leaf.doc_field_length(doc, field))
                    for doc, weight in walk(matcher)
                ]
                assert info.max_weight() == max(weight for weight, _ in found)
                assert info.min_length() == min(length for _, length in found)
                assert info.max_length() >= max(length for _, length in found)
                assert info.min_id() <= info.max_id() < leaf.doc_count_all()
                assert len(found) == info.doc_frequency()
                assert sum(weight for weight, _ in found) == info.weight()

    def test_have_the_same_lengths(self, name: str, history: str) -> None:
        """
        Lengths have Whoosh's rounding, so that its scores are the same.
        """
        readers = [searcher.reader() for searcher in searchers(name, history)[:2]]
        field = SCHEMAS[name][2]
        for (expected, _), (actual, _) in zip(
            *(reader.leaf_readers() for reader in readers), strict=True
        ):
            # Whoosh says None where a document lacks the field, whatever the default.
            assert [
                expected.doc_field_length(doc, field) or 0
                for doc in expected.all_doc_ids()
            ] == [
                actual.doc_field_length(doc, field) or 0 for doc in actual.all_doc_ids()
            ]
            assert expected.min_field_length(field) == actual.min_field_length(field)
            assert expected.max_field_length(field) == actual.max_field_length(field)
            assert expected.field_length(field) == actual.field_length(field)


def counted(terms: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """
    Leave out Whoosh's fields of words to suggest, which have the first document only.

    Whoosh gives it a posting for each occurrence, ours one.
    """
    return [(field, term) for field, term in terms if not field.startswith("spell_")]


def walk(matcher: Any) -> Iterator[tuple[int, float]]:
    while matcher.is_active():
        yield matcher.id(), matcher.weight()
        matcher.next()


def postings(reader: Any, field: str, term: bytes) -> list[tuple[Any, ...]]:
    """
    Return document, weight and positions of all postings of a term.
    """
    matcher = reader.postings(field, term)
    found = []
    while matcher.is_active():
        places = (
            matcher.value_as("positions") if matcher.supports("positions") else None
        )
        found.append((matcher.id(), matcher.weight(), places))
        matcher.next()
    return found


def test_a_native_index_can_become_one_of_whooshs(tmp_path: Path) -> None:
    """
    Whoosh's own codec merges native segments, with postings, columns and stored fields.
    """
    folders = [tmp_path / "whoosh", tmp_path / "native"]
    for folder in folders:
        folder.mkdir()
    made = [
        write(str(folders[0]), "stock", "several commits", [W3Codec()]),
        write(str(folders[1]), "stock", "several commits", [NativeCodec()]),
    ]
    for one in made:
        one.optimize()
    assert not list(folders[1].glob("*.sks"))
    with made[0].searcher() as expected, made[1].searcher() as actual:
        assert list(expected.reader().iter_docs()) == list(actual.reader().iter_docs())
        for field, term in counted(expected.reader().all_terms()):
            assert postings(expected.reader(), field, term) == (
                postings(actual.reader(), field, term)
            )
        for tree in EXAMPLES.values():
            assert scores(found_by(expected, tree, limit=None)) == pytest.approx(
                scores(found_by(actual, tree, limit=None))
            )
        assert [
            hit.docnum for hit in expected.search(query.Every(), sortedby="day")
        ] == [hit.docnum for hit in actual.search(query.Every(), sortedby="day")]
