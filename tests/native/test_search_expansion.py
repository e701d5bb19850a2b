"""
Patterns of terms: which they stand for, and what happens when there are too many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.native.test_search_model import (
    Corpus,
    Entry,
    Model,
    Plan,
    bitmap,
    distance_of,
    make_corpus,
    matches_term,
    native,
    needs_native,
    write_segment,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = needs_native

letters = st.text(alphabet="abcé日🙂", max_size=5)
patterns: st.SearchStrategy[Plan] = st.one_of(
    st.tuples(st.just("prefix"), st.just("words"), letters),
    st.tuples(
        st.just("wildcard"), st.just("words"), st.text(alphabet="aé日*?", max_size=5)
    ),
    st.tuples(
        st.just("fuzzy"),
        st.just("words"),
        letters,
        st.integers(0, 3),
        st.integers(0, 2),
        st.booleans(),
    ),
    st.tuples(
        st.just("range"),
        st.just("words"),
        st.none() | letters,
        st.none() | letters,
        st.booleans(),
        st.booleans(),
    ),
)

#: Near words that were looked for so often are kept in a table.
ASKED_OFTEN = 40


def words_of(words: Sequence[str]) -> list[Entry]:
    return [Entry(f"k{n}", 1, {"body": [word]}) for n, word in enumerate(words)]


@given(
    words=st.lists(letters.filter(bool), min_size=1, max_size=60),
    wanted=st.lists(patterns, min_size=1, max_size=20),
    limit=st.integers(0, 12),
)
@settings(max_examples=60)
def test_terms_are_those_that_a_pattern_describes(
    tmp_path_factory: pytest.TempPathFactory,
    words: list[str],
    wanted: list[Plan],
    limit: int,
) -> None:
    """
    Of the terms that a pattern describes, the most frequent ones are given.

    Of fuzzy terms the nearest, among equals the first; segments are counted together.
    """
    folder = tmp_path_factory.mktemp("words")
    middle = len(words) // 2
    parts = [part for part in (words[:middle], words[middle:], words[:1]) if part]
    segments = [words_of(part) for part in parts]
    corpus = make_corpus(folder, segments, [set() for _ in segments])
    model = corpus.model
    for pattern in wanted:
        described = {word for word in words if matches_term(pattern, word)}
        every = [(word, model.document_frequency("words", word)) for word in described]
        every.sort(
            key=lambda item: (
                distance_of(pattern, item[0]),
                -item[1],
                item[0].encode(),
            )
        )
        assert corpus.searcher.expand(*pattern, limit=limit) == every[:limit]
        total, _, cut = corpus.searcher.search(pattern, limit=1, max_expansions=limit)
        assert total == len(model.scores(pattern, max_expansions=limit))
        assert len(cut) == (len(every) > limit)


@given(
    words=st.lists(letters.filter(bool), min_size=1, max_size=60),
    wanted=st.lists(
        st.tuples(letters | st.text(max_size=9), st.booleans()), min_size=1, max_size=30
    ),
)
@settings(max_examples=60)
def test_near_words_are_the_same_however_often_they_are_asked_for(
    tmp_path_factory: pytest.TempPathFactory,
    words: list[str],
    wanted: list[tuple[str, bool]],
) -> None:
    """
    What is one edit away is found as well once there is a table of it.
    """
    middle = len(words) // 2
    segments = [words_of(part) for part in (words[:middle], words[middle:]) if part]
    folder = tmp_path_factory.mktemp("words")
    corpus = make_corpus(folder, segments, [set() for _ in segments])
    for _ in range(ASKED_OFTEN):
        corpus.searcher.expand("fuzzy", "words", "a", 1, 0, limit=1)
    for text, transpositions in wanted:
        pattern = ("fuzzy", "words", text, 1, 0, transpositions)
        described = {word for word in words if matches_term(pattern, word)}
        every = [
            (word, corpus.model.document_frequency("words", word)) for word in described
        ]
        every.sort(
            key=lambda item: (
                distance_of(pattern, item[0]),
                -item[1],
                item[0].encode(),
            )
        )
        assert corpus.searcher.expand(*pattern, limit=99) == every
        assert corpus.searcher.count(pattern) == len(corpus.model.scores(pattern))


@pytest.mark.parametrize("length", [1, 2, 64, 120, 255, 256])
def test_near_words_of_any_length_are_found(tmp_path: Path, length: int) -> None:
    """
    The first edit, the last and those in the middle are one edit each.
    """
    word = "".join(chr(ord("a") + number % 23) for number in range(length))
    places = {0, 1, length // 2 - 1, length // 2, length // 2 + 1, length - 1, length}
    near = {word}
    for at in (place for place in places if 0 <= place <= length):
        before, behind = word[:at], word[at:]
        near |= {f"{before}z{behind}", f"{before}z{behind[1:]}", before + behind[1:]}
        near.add(before + behind[1:2] + behind[:1] + behind[2:])
    near = {one for one in near if 0 < len(one) <= 255}
    far = {f"z{word}z"[:255], word[: length // 2], "zzz"} - near
    corpus = make_corpus(tmp_path, [words_of(sorted(near | far))], [set()])
    if length > 255:
        near = set()
    for _ in range(ASKED_OFTEN):
        if length > 255:
            with pytest.raises(ValueError, match="255 characters"):
                corpus.searcher.expand("fuzzy", "words", word, 1, 0, limit=999)
            continue
        found = corpus.searcher.expand("fuzzy", "words", word, 1, 0, limit=999)
        described = {
            one
            for one in near | far
            if matches_term(("fuzzy", "words", word, 1, 0, True), one)
        }
        assert {one for one, _ in found} == described >= near


@pytest.fixture
def numbered(tmp_path: Path) -> Corpus:
    """
    Documents whose words are numbers.
    """
    entries = [
        Entry(f"k{n:04}", 1, {"body": [f"n{n:04}", f"n{n // 10:03}x"]})
        for n in range(900)
    ]
    return make_corpus(tmp_path, [entries[:500], entries[500:]], [{3}, set()])


def test_patterns_that_were_cut_are_named(numbered: Corpus) -> None:
    """
    What stands for more terms than may be looked up is said, once each.
    """
    prefix, wildcard = ("prefix", "words", "n"), ("wildcard", "words", "n*")
    between = ("range", "words", "n0000", "n0200", True, False)
    plan = ("or", (prefix, wildcard, prefix, between, ("prefix", "words", "n00")))
    _, _, cut = numbered.searcher.search(plan, limit=3, max_expansions=150)
    assert cut == ["n", "n*", "n0000..n0200"]


def test_most_frequent_terms_are_kept(numbered: Corpus) -> None:
    """
    The most frequent terms of the whole snapshot are looked up, deleted or not.
    """
    total, _, _ = numbered.searcher.search(
        ("prefix", "words", "n"), limit=1, max_expansions=90
    )
    assert total == 899
    found = numbered.searcher.expand("prefix", "words", "n", limit=91)
    assert found[:2] == [("n000x", 10), ("n001x", 10)]
    assert found[-1] == ("n0000", 1)


def test_terms_need_not_be_text(tmp_path: Path) -> None:
    """
    Whoosh's own fields have bytes for terms: these can be asked for, and break no walk.
    """
    builder = native.SegmentBuilder(None, [("raw", 0, None)], [], 64)
    terms = [b"\x00\xff", b"\x80abc", b"\xe6\x97", b"\xff", b"\xff\xff"]
    builder.begin_document([], [])
    for term in terms:
        builder.add_postings(0, term, [0], [], [])
    builder.finish(tmp_path / "raw.seg")
    searcher = native.Searcher([(native.Segment(tmp_path / "raw.seg"), b"")])
    for term in terms:
        assert searcher.document_frequency("raw", term) == 1
        assert searcher.count(("term", "raw", term, 0.0)) == 1
    assert len(searcher.expand("wildcard", "raw", "*", limit=9)) == 5
    assert len(searcher.expand("wildcard", "raw", "?", limit=9)) == 1
    assert len(searcher.expand("fuzzy", "raw", "abc", 3, 0, limit=9)) == 5
    for _ in range(ASKED_OFTEN):
        assert len(searcher.expand("fuzzy", "raw", "abc", 1, 0, limit=9)) == 1
        assert len(searcher.expand("fuzzy", "raw", "", 1, 0, limit=9)) == 1
    assert searcher.count(("range", "raw", b"\x80", None, True, True)) == 1


def test_half_a_code_point_matches_nothing(numbered: Corpus) -> None:
    """
    No term has one, so that a query with one finds nothing, and is no error.
    """
    assert numbered.searcher.count(("term", "body", "\ud800", 1.0)) == 0
    assert numbered.searcher.count(("prefix", "words", "\ud800")) == 0
    assert numbered.searcher.document_frequency("body", "\udfff") == 0


def test_no_segments_have_no_terms() -> None:
    """
    A snapshot may be empty.
    """
    searcher = native.Searcher([])
    assert searcher.expand("prefix", "words", "", limit=5) == []
    assert searcher.search(("all",), limit=5) == (0, [], [])
    assert searcher.field_count("body") == 0


def test_deleted_documents_are_in_no_count(tmp_path: Path) -> None:
    """
    Totals leave out what is deleted, whatever the kind of plan.
    """
    entries = [Entry(f"k{n:04}", 1, {"body": ["x", "y"]}) for n in range(700)]
    gone = set(range(0, 700, 7))
    segment = write_segment(tmp_path / "a.seg", entries)
    searcher = native.Searcher([(segment, bitmap(700, gone))])
    term, other = ("term", "body", "x", 1.0), ("term", "body", "y", 1.0)
    plans: list[Plan] = [
        term,
        ("all",),
        ("and", (term, other)),
        ("or", (term, other)),
        ("not", ("none",)),
        ("constant", 2.0, term),
        ("phrase", "body", ("x", "y"), 1.0, 1),
        ("prefix", "words", "x"),
    ]
    for plan in plans:
        expected = len(Model([entries], [gone]).scores(plan))
        assert searcher.count(plan) == expected == 600
        assert searcher.search(plan, limit=1)[0] == expected
