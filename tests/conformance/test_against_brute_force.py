"""
The Whoosh engine against the oracle: random documents, random trees, same answers.
"""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.documents import Document, mention_key, name_terms
from searchkit.engines.base import SORT_ORDERS
from searchkit.engines.whoosh.engine import WhooshEngine
from searchkit.engines.whoosh.native_searcher import NativeSearcher
from searchkit.fields import FIELDS
from searchkit.intervals import Interval
from searchkit.queries.tree import (
    And,
    DateRange,
    Everything,
    Exact,
    Fuzzy,
    Mention,
    Name,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
)
from tests.conformance.brute_force import BruteForceEngine
from tests.conformance.conftest import codecs

if TYPE_CHECKING:
    from searchkit.engines.base import Engine, Searcher

WORDS = (
    "to be or not the who run running runs minister minister's ministers' Doha doha"
    " talks U.S. us Erdoğan F-16 1,250 東京 O'Neill"
).split()
NAMES = ("Osama bin Laden", "bin Salman", "Doha", "U.S. Army", "Erdoğan")
SOURCES = ("", "Gazette", "the gazette", "THE  GAZETTE")

words = st.sampled_from(WORDS)
texts = st.lists(words, max_size=12).map(" ".join)
days = st.integers(0, 900).map(lambda n: date(2019, 6, 1) + timedelta(days=n))
intervals = st.one_of(
    days.map(Interval.of_day),
    st.tuples(days, st.integers(0, 40)).map(
        lambda pair: Interval(pair[0], pair[0] + timedelta(days=pair[1]))
    ),
    st.sampled_from(["2019", "2020", "2020-02", "201X", "202X", "20XX"]).map(
        Interval.parse
    ),
)
published = st.none() | st.one_of(
    days.map(Interval.of_day), st.sampled_from(["2020", "2020-02"]).map(Interval.parse)
)


@st.composite
def documents(draw: st.DrawFn, article_id: str) -> Document:
    names: dict[str, dict[str, int]] = {}
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True)):
        kind, count = (
            draw(st.sampled_from(("person", "place", "group", "event"))),
            draw(st.integers(1, 3)),
        )
        for term in name_terms(name):
            for field in (kind, "entities"):
                counts = names.setdefault(field, {})
                counts[term] = counts.get(term, 0) + count
        names[kind][mention_key(name, name)] = count
    return Document(
        article_id,
        title=draw(st.lists(words, max_size=4).map(" ".join)),
        body=draw(texts),
        names=names,
        dates=draw(st.dictionaries(intervals, st.integers(1, 3), max_size=3)),
        published=draw(published),
        source=draw(st.sampled_from(SOURCES)),
    )


@st.composite
def corpora(draw: st.DrawFn) -> list[list[Document]]:
    """
    Draw batches of documents, each for a commit of its own.
    """
    batches, number = [], 0
    for size in draw(st.lists(st.integers(1, 5), min_size=1, max_size=5)):
        ids = [f"a{one:02}" for one in range(number, number + size)]
        number += size
        batches.append([draw(documents(one)) for one in ids])
    return batches


def date_ranges() -> st.SearchStrategy[DateRange]:
    ends = st.none() | days
    return st.builds(
        DateRange, st.sampled_from(("dates", "published")), ends, ends, st.booleans()
    )


text_fields = st.sampled_from((None, None, "title", "body"))
leaves: st.SearchStrategy[Query] = st.one_of(
    st.builds(Word, words, text_fields),
    st.builds(Word, words),
    st.builds(
        Phrase, st.lists(words, min_size=1, max_size=3).map(" ".join), text_fields
    ),
    st.builds(
        Prefix,
        words.map(lambda word: word[:2]) | st.sampled_from(["runn"]),
        text_fields,
    ),
    st.builds(
        Fuzzy,
        words | words.map(lambda word: word[1:]) | st.sampled_from(["urn", "dohha"]),
        st.sampled_from((1, 2)),
        text_fields,
    ),
    st.builds(
        Name,
        st.sampled_from(("entity", "person", "place", "org", "group", "event")),
        st.sampled_from((*NAMES, "bin", "bin laden", "army")),
    ),
    st.builds(
        Mention,
        st.sampled_from(("person", "place", "org")),
        st.sampled_from([mention_key(name, name) for name in NAMES]),
    ),
    date_ranges(),
    st.builds(Exact, st.just("source"), st.sampled_from(SOURCES)),
    st.builds(Exact, st.just("id"), st.sampled_from(("a00", "a03", "zz"))),
    st.sampled_from((Everything(), Nothing())),
)


def branches(children: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(children, max_size=4).map(tuple)
    return st.one_of(
        st.builds(And, several), st.builds(Or, several), st.builds(Not, children)
    )


trees = st.recursive(leaves, branches, max_leaves=8)
word_lists = st.lists(st.builds(Word, words), min_size=2, max_size=4).map(tuple)
queries = trees | st.builds(Or, word_lists) | st.builds(And, word_lists)


def write(engine: Engine, batches: list[list[Document]]) -> None:
    for generation, batch in enumerate(batches, 1):
        writer = engine.writer()
        for document in batch:
            writer.put(document)
        writer.commit(generation)


def assert_same_answers(expected: Searcher, actual: Searcher, query: Query) -> None:
    """
    Compare ids, order and scores in every order of sorting, and of a short page.

    The native extension counts scores in 32 bits: what they do not tell apart may
    change places.
    """
    is_native = isinstance(actual, NativeSearcher)
    for order in SORT_ORDERS:
        want = expected.search(query, limit=1000, order=order)
        got = actual.search(query, limit=1000, order=order)
        assert want.total == got.total
        wanted = {match.id: match.score for match in want.page}
        if is_native and order == "relevance":
            assert wanted.keys() == {match.id for match in got.page}
            assert [match.score for match in want.page] == pytest.approx(
                [match.score for match in got.page], rel=1e-5
            )
        else:
            assert [*wanted] == [match.id for match in got.page]
        scores = {match.id: match.score for match in got.page}
        assert wanted == pytest.approx(scores, rel=1e-5 if is_native else 1e-9)
        for count in (True, False):
            page = actual.search(query, limit=2, offset=1, order=order, count=count)
            assert got.page[1:3] == page.page
            assert page.total == (want.total if count else None)


@settings(max_examples=60, deadline=None)
@given(batches=corpora(), asked=st.lists(queries, min_size=4, max_size=8))
@codecs
def test_answers_are_those_of_brute_force(
    batches: list[list[Document]], asked: list[Query], is_native: bool
) -> None:
    """
    Any tree on any documents gives the same documents, scores and order.
    """
    oracle = BruteForceEngine()
    write(oracle, batches)
    with tempfile.TemporaryDirectory() as folder:
        engine = WhooshEngine(Path(folder), is_native=is_native)
        engine.reset()
        write(engine, batches)
        with oracle.searcher() as expected, engine.searcher() as actual:
            for query in asked:
                assert_same_answers(expected, actual, query)
            for field in FIELDS:
                terms = list(actual.terms(field.name))
                assert list(expected.terms(field.name)) == terms
                for term, count in terms[:5]:
                    assert count == actual.document_frequency(field.name, term)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
@codecs
def test_merged_segments_answer_like_brute_force(
    data: st.DataObject, is_native: bool
) -> None:
    """
    Through a dozen commits, which merge segments more than once, answers stay the same.
    """
    batches = [[data.draw(documents(f"a{number:02}"))] for number in range(12)]
    oracle = BruteForceEngine()
    write(oracle, batches)
    with tempfile.TemporaryDirectory() as folder:
        engine = WhooshEngine(Path(folder), is_native=is_native)
        engine.reset()
        write(engine, batches)
        assert len(list(Path(folder).glob("MAIN_*.s*"))) < len(batches)
        with oracle.searcher() as expected, engine.searcher() as actual:
            for query in data.draw(st.lists(queries, min_size=5, max_size=5)):
                assert_same_answers(expected, actual, query)


@st.composite
def histories(draw: st.DrawFn) -> list[list[Document | str | None]]:
    """
    Draw transactions that put, replace and delete a few ids; ``None`` clears.
    """
    article_ids = st.sampled_from([f"a{number:02}" for number in range(6)])
    change = st.one_of(
        article_ids.flatmap(documents), article_ids.flatmap(documents), article_ids
    )
    clear = st.sampled_from([False, False, False, True])
    return [
        [*([None] if draw(clear) else []), *draw(st.lists(change, max_size=4))]
        for _ in range(draw(st.integers(1, 6)))
    ]


@settings(max_examples=40, deadline=None)
@given(history=histories(), asked=st.lists(queries, min_size=3, max_size=5))
@codecs
def test_after_deletions_the_same_documents_match(
    history: list[list[Document | str | None]], asked: list[Query], is_native: bool
) -> None:
    """
    Whatever was replaced and deleted, the same documents match.

    Their scores may differ: deleted documents count in frequencies and mean lengths
    until their segment is merged.  Documents written anew have the same scores again.
    """
    oracle = BruteForceEngine()
    with tempfile.TemporaryDirectory() as folder:
        engine = WhooshEngine(Path(folder), is_native=is_native)
        engine.reset()
        for generation, changes in enumerate(history, 1):
            for each in (oracle, engine):
                writer = each.writer()
                for change in changes:
                    if change is None:
                        writer.clear()
                    elif isinstance(change, str):
                        writer.delete(change)
                    else:
                        writer.put(change)
                writer.commit(generation)
        with oracle.searcher() as expected, engine.searcher() as actual:
            assert set(expected.ids()) == set(actual.ids())
            assert expected.document_count == actual.document_count
            for query in asked:
                want = expected.search(query, limit=100)
                got = actual.search(query, limit=100)
                assert want.total == got.total
                assert {one.id for one in want.page} == {one.id for one in got.page}
        writer = engine.writer()
        writer.clear()
        assert oracle.current is not None
        for entry in oracle.current.documents.values():
            writer.put(entry.document)
        writer.commit(len(history) + 1)
        with oracle.searcher() as expected, engine.searcher() as actual:
            for query in asked:
                assert_same_answers(expected, actual, query)
