"""
The compiled searcher against the model: every kind of plan, on few and many documents.
"""

from __future__ import annotations

import math
import random
import struct
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.native.test_search_model import (
    VOCABULARY,
    Corpus,
    Entry,
    Plan,
    make_corpus,
    needs_native,
    random_entries,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_native

TERMS = [*VOCABULARY, "missing"]


def corpus_of(folder: Path, sizes: list[tuple[int, int]], deleted: float) -> Corpus:
    chance = random.Random(7)
    segments, first = [], 0
    for count, longest in sizes:
        segments.append(random_entries(chance, count, first=first, longest=longest))
        first += count
    gone = [
        {number for number in range(len(entries)) if chance.random() < deleted}
        for entries in segments
    ]
    return make_corpus(folder, segments, gone)


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> list[Corpus]:
    """
    Make three of them.

    Few documents in several segments; many, with rows of bounds, in segments of
    different mean lengths; many without deletions in one segment.
    """

    def folder() -> Path:
        return tmp_path_factory.mktemp("segments")

    return [
        corpus_of(folder(), [(30, 8), (1, 3), (70, 20), (0, 1)], 0.2),
        corpus_of(folder(), [(2500, 6), (1500, 40)], 0.1),
        corpus_of(folder(), [(5000, 12)], 0.0),
    ]


words = st.sampled_from(TERMS)
text_fields = st.sampled_from(["title", "body"])
weights = st.sampled_from([0.0, 0.5, 1.0, 3.0])
terms = st.tuples(st.just("term"), text_fields, words, weights)
names = st.tuples(
    st.just("term"), st.just("names"), st.sampled_from(["ada", "bo"]), weights
)
phrases = st.tuples(
    st.just("phrase"),
    text_fields,
    st.lists(words, max_size=3).map(tuple),
    weights,
    st.integers(1, 4),
)
dates = st.tuples(
    st.just("best"),
    st.just("dates"),
    weights,
    st.lists(
        st.tuples(
            st.sampled_from([1.0, 0.5, 0.1]),
            st.lists(st.sampled_from(["20", "201", "2011", "1999"]), max_size=3).map(
                tuple
            ),
        ),
        max_size=3,
    ).map(tuple),
)
patterns = st.one_of(
    st.tuples(
        st.just("prefix"), st.just("words"), st.sampled_from(["w", "wa", "", "ü"])
    ),
    st.tuples(
        st.just("range"),
        st.sampled_from(["words", "id"]),
        st.sampled_from([None, "wb", "k00010"]),
        st.sampled_from([None, "wf", "k00040"]),
        st.booleans(),
        st.booleans(),
    ),
    st.tuples(
        st.just("wildcard"),
        st.just("words"),
        st.sampled_from(["*a*", "w?", "*", "?本"]),
    ),
    st.tuples(
        st.just("fuzzy"),
        st.just("words"),
        st.sampled_from(["wa", "bw", "naive"]),
        st.integers(0, 2),
        st.integers(0, 1),
        st.booleans(),
    ),
)
leaves = st.one_of(
    terms,
    terms,
    terms,
    names,
    phrases,
    dates,
    patterns,
    st.sampled_from([("all",), ("none",)]),
)


def branches(children: st.SearchStrategy[Plan]) -> st.SearchStrategy[Plan]:
    groups = st.lists(children, max_size=4).map(tuple)
    return st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), groups),
        st.tuples(st.sampled_from(["and", "or"]), groups),
        st.tuples(st.just("not"), children),
        st.tuples(st.sampled_from(["constant", "boost"]), weights, children),
    )


plans: st.SearchStrategy[Plan] = st.recursive(leaves, branches, max_leaves=8)
# What a person's query becomes: each word in the title or in the body.
word_groups = words.map(
    lambda word: ("or", (("term", "title", word, 3.0), ("term", "body", word, 1.0)))
)
usual_plans: st.SearchStrategy[Plan] = st.one_of(
    st.tuples(
        st.sampled_from(["and", "or"]),
        st.lists(st.one_of(word_groups, terms), min_size=2, max_size=5).map(tuple),
    ),
    st.tuples(
        st.just("and"), st.tuples(word_groups, st.tuples(st.just("not"), terms), names)
    ),
    phrases,
)
pairs = st.lists(
    st.tuples(text_fields, words, words, st.sampled_from([0.0, 0.7, 2.5])), max_size=3
)


def approximately(scores: dict[Any, float]) -> dict[Any, Any]:
    return {place: pytest.approx(score, rel=1e-5) for place, score in scores.items()}


def ranked(
    corpus: Corpus, scores: dict[Any, float], order: str
) -> list[tuple[Any, ...]]:
    """
    Order matches by the definition.
    """

    def key(place: Any) -> tuple[Any, ...]:
        entry = corpus.model.entry(place)
        day = -entry.day if order != "oldest" else entry.day or math.inf
        first = (-scores[place], day) if order == "relevance" else (day, -scores[place])
        return (*first, entry.key)

    return [
        (corpus.model.entry(place).key, scores[place], *place)
        for place in sorted(scores, key=key)
    ]


@given(
    number=st.integers(0, 2),
    plan=st.one_of(plans, usual_plans),
    proximity=pairs,
    page_of=st.tuples(
        st.sampled_from(["relevance", "relevance", "newest", "oldest"]),
        st.sampled_from([(10, 0), (1, 0), (3, 5), (0, 3), (9000, 1)]),
    ),
)
@settings(max_examples=300)
def test_answers_are_those_of_the_model(
    corpora: list[Corpus],
    number: int,
    plan: Plan,
    proximity: Any,
    page_of: tuple[str, tuple[int, int]],
) -> None:
    """
    The same documents match with the same scores, and of these the best are given.

    That holds whether or not anything was left out in finding them.
    """
    corpus, (order, (limit, offset)) = corpora[number], page_of
    found = corpus.everything(plan, proximity)
    assert found == approximately(corpus.model.scores(plan, proximity))
    expected = ranked(corpus, found, order)[offset : offset + limit]
    for count in (True, False):
        total, page, _ = corpus.searcher.search(
            plan,
            limit=limit,
            offset=offset,
            order=order,
            count=count,
            proximity=proximity,
        )
        assert page == expected
        assert total == (len(found) if count else None)
    assert corpus.searcher.count(plan) == len(found)


@given(
    plan=usual_plans,
    proximity=pairs,
    limit=st.integers(1, 30),
    number=st.integers(1, 2),
)
@settings(max_examples=300)
def test_pruned_answers_are_those_without_pruning(
    corpora: list[Corpus], plan: Plan, proximity: Any, limit: int, number: int
) -> None:
    """
    Leaving out what cannot reach the page changes nothing, to the last bit.
    """
    corpus = corpora[number]
    expected = ranked(corpus, corpus.everything(plan, proximity), "relevance")[:limit]
    _, page, _ = corpus.searcher.search(
        plan, limit=limit, count=False, proximity=proximity
    )
    assert page == expected


def test_statistics_count_deleted_documents(corpora: list[Corpus]) -> None:
    """
    Counts are over all segments, with what is deleted in them.
    """
    for corpus in corpora:
        for name in ("title", "body", "words", "names"):
            model, searcher = corpus.model, corpus.searcher
            assert searcher.field_count(name) == model.field_count(name)
            assert searcher.mean_length(name) == pytest.approx(model.mean_length(name))
            for term in TERMS:
                expected = model.document_frequency(name, term)
                assert searcher.document_frequency(name, term) == expected


@pytest.mark.parametrize("count", [True, False])
def test_equal_scores_are_ordered_by_date_and_key(tmp_path: Path, count: bool) -> None:
    """
    The newest come first, those without a date last; then keys decide, across segments.
    """
    text = {"body": ["x"]}
    segments = [
        [Entry("e", 3, text), Entry("b", 0, text), Entry("c", 5, text)],
        [Entry("d", 3, text), Entry("a", 0, text), Entry("f", 5, text)],
    ]
    corpus = make_corpus(tmp_path, segments, [set(), set()])

    def keys(order: str, limit: int = 9) -> list[str]:
        _, page, _ = corpus.searcher.search(
            ("term", "body", "x", 1.0), limit=limit, order=order, count=count
        )
        return [key for key, *_ in page]

    assert keys("relevance") == ["c", "f", "d", "e", "a", "b"]
    assert keys("newest") == ["c", "f", "d", "e", "a", "b"]
    assert keys("oldest") == ["d", "e", "c", "f", "a", "b"]
    assert [keys("relevance", limit)[-1] for limit in range(1, 7)] == keys("relevance")


def test_ties_at_the_threshold_are_not_left_out(tmp_path: Path) -> None:
    """
    Of thousands of equal scores those with the first keys are on the page.
    """
    entries = [Entry(f"k{9999 - n}", 1, {"body": ["x", "y"]}) for n in range(4000)]
    corpus = make_corpus(tmp_path, [entries], [set()])
    first = [f"k{number}" for number in range(6000, 6010)]
    term, other = ("term", "body", "x", 1.0), ("term", "body", "y", 1.0)
    phrase = ("phrase", "body", ("x", "y"), 1.0, 1)
    for plan in (term, ("and", (term, other)), ("or", (term, other)), phrase):
        _, page, _ = corpus.searcher.search(plan, limit=10, count=False)
        assert [key for key, *_ in page] == first


def test_keys_may_be_missing(tmp_path: Path) -> None:
    """
    A document without a key has an empty one, which is before all others.
    """
    entries = [Entry("a", 1, {"body": ["x"]}), Entry("", 1, {"body": ["x"]})]
    corpus = make_corpus(tmp_path, [entries, entries[:1]], [set(), set()])
    _, page, _ = corpus.searcher.search(("term", "body", "x", 1.0), limit=5)
    assert [hit[0] for hit in page] == ["", "a", "a"]


def test_matches_are_arrays(corpora: list[Corpus]) -> None:
    """
    Documents and scores of one segment come as numbers of four bytes each.
    """
    documents, scores = corpora[0].searcher.matches(("all",), 1)
    live = [number for segment, number in corpora[0].model.places if segment == 1]
    assert list(struct.unpack(f"<{len(live)}I", documents)) == live
    assert list(struct.unpack(f"<{len(live)}f", scores)) == [0.0] * len(live)
    with pytest.raises(IndexError):
        corpora[0].searcher.matches(("all",), 9)
