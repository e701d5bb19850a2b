"""
Searches that were made ready answer as the searcher does, and raise searchkit's errors.
"""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from searchkit.errors import IndexDamagedError, QueryTreeError, SearchTimeoutError
from tests.native.test_search_model import (
    Corpus,
    Entry,
    Plan,
    make_corpus,
    native,
    needs_native,
    random_entries,
    write_segment,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_native

TERM: Plan = ("term", "body", "wa", 1.0)
PLANS: list[Plan] = [
    TERM,
    ("term", "body", "missing", 1.0),
    ("and", (TERM, ("term", "body", "wb", 1.0))),
    ("or", (TERM, ("term", "body", "wc", 1.0), ("term", "title", "wd", 3.0))),
    ("phrase", "body", ("wa", "wb"), 1.0, 1),
    ("prefix", "words", "w"),
    ("constant", 2.0, ("prefix", "words", "wa")),
    ("best", "dates", 1.0, ((1.0, ("20", "201")), (0.1, ("2011",)))),
    ("not", TERM),
    ("none",),
]
PROXIMITY = [("body", "wa", "wb", 2.0)]


class Answer(NamedTuple):
    total: int | None
    page: tuple[Any, ...]
    cut: tuple[str, ...]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """
    Two segments, one with deleted documents.
    """
    chance = random.Random(5)
    segments = [
        random_entries(chance, 1500, first=0, longest=10),
        random_entries(chance, 200, first=1500, longest=30),
    ]
    return make_corpus(tmp_path_factory.mktemp("prepared"), segments, [{0, 7}, set()])


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("proximity", [[], PROXIMITY])
def test_answers_are_those_of_the_searcher(
    corpus: Corpus, plan: Plan, proximity: Any
) -> None:
    """
    With any options, in the first search and in later ones.
    """
    prepared = native.PreparedSearch(corpus.searcher, plan, proximity=proximity)
    for _ in range(3):
        for options in (
            {"limit": 10},
            {"limit": 3, "offset": 2, "count": False},
            {"limit": 5, "order": "newest"},
            {"limit": 5, "order": "oldest", "timeout": 60, "cancellation": None},
            {"limit": 0},
        ):
            total, page, cut = corpus.searcher.search(
                plan, proximity=proximity, **options
            )
            assert (total, tuple(page), tuple(cut)) == prepared.search(**options)


def test_answers_are_of_the_class_that_is_asked_for(corpus: Corpus) -> None:
    """
    And patterns that were cut are told as a function of the caller's says.
    """
    told: list[list[str]] = []

    def cut(patterns: list[str]) -> tuple[str, ...]:
        told.append(patterns)
        return tuple(pattern.upper() for pattern in patterns)

    plan: Plan = ("prefix", "words", "w")
    prepared = native.PreparedSearch(
        corpus.searcher, plan, max_expansions=1, matches=Answer, cut=cut
    )
    found = prepared.search(limit=2)
    assert type(found) is Answer
    assert type(found.page) is tuple
    assert ("W",) == found.cut
    assert [["w"]] == told
    plain = native.PreparedSearch(corpus.searcher, plan, max_expansions=1)
    assert ("w",) == plain.search(limit=2)[2]


def test_options_are_checked(corpus: Corpus) -> None:
    """
    Wrong numbers are told as searchkit does, wrong names and types as Python does.
    """
    search = native.PreparedSearch(corpus.searcher, TERM).search
    refused: tuple[dict[str, Any], ...] = (
        {"limit": -1},
        {"limit": 1, "order": "random"},
    )
    for options in refused:
        with pytest.raises(QueryTreeError, match=r"below 0|ordered by"):
            search(**options)
    strange: tuple[dict[str, Any], ...] = (
        {},
        {"limit": 1, "proximity": ()},
        {"limit": "1"},
        {"limit": 1, "cancellation": object()},
        {"limit": 1, "timeout": "long"},
    )
    for options in strange:
        with pytest.raises(TypeError):
            search(**options)
    with pytest.raises(TypeError):
        search(1)
    with pytest.raises(ValueError, match="plan"):
        native.PreparedSearch(corpus.searcher, "term")


def test_a_pattern_that_is_too_long_is_told_by_the_search(corpus: Corpus) -> None:
    """
    Patterns are looked up by each search.
    """
    prepared = native.PreparedSearch(corpus.searcher, ("wildcard", "words", "x" * 256))
    for _ in range(2):
        with pytest.raises(QueryTreeError, match="pattern"):
            prepared.search(limit=1)


def test_a_search_has_an_end(corpus: Corpus) -> None:
    """
    By time and by cancellation; the next search is as if it had not been.
    """
    cancelled = native.Cancellation()
    cancelled.cancel()
    for plan in PLANS:
        prepared = native.PreparedSearch(corpus.searcher, plan)
        for _ in range(2):
            with pytest.raises(SearchTimeoutError) as caught:
                prepared.search(limit=5, timeout=0)
            assert 0.0 == caught.value.seconds
            with pytest.raises(SearchTimeoutError):
                prepared.search(limit=5, cancellation=cancelled)
            total, page, _ = corpus.searcher.search(plan, limit=5)
            assert (total, tuple(page), ()) == prepared.search(limit=5)


def test_threads_share_a_prepared_search(corpus: Corpus) -> None:
    """
    Also where several of them come first.
    """
    for plan in PLANS:
        prepared = native.PreparedSearch(corpus.searcher, plan)
        total, page, _ = corpus.searcher.search(plan, limit=7)
        expected = (total, tuple(page), ())
        start = threading.Barrier(4)
        wrong: list[Any] = []

        def ask(prepared: Any, expected: Any, start: Any, wrong: list[Any]) -> None:
            start.wait()
            for _ in range(30):
                found = prepared.search(limit=7)
                if found != expected:
                    wrong.append(found)

        threads = [
            threading.Thread(target=ask, args=(prepared, expected, start, wrong))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [] == wrong


def test_keys_of_any_length(tmp_path: Path) -> None:
    """
    They are the same when they are read one by one, and after all were read at once.
    """
    keys = [f"{number:03}" + "k" * (number % 7) * 60 for number in range(150)]
    keys += ["", "é" * 100, "z"]
    entries = [Entry(key, texts={"body": ["wa"] * 3}) for key in keys]
    searcher = native.Searcher([(write_segment(tmp_path / "1.seg", entries), b"")])
    prepared = native.PreparedSearch(searcher, TERM)
    expected = sorted(keys, key=str.encode)
    for _ in range(3):
        for offset in range(0, len(keys), 7):
            _, page, _ = prepared.search(limit=7, offset=offset)
            assert expected[offset : offset + 7] == [hit[0] for hit in page]


def test_damage_is_told(tmp_path: Path) -> None:
    """
    As by the searcher.
    """
    entries = [Entry(f"k{number}", texts={"body": ["wa"]}) for number in range(300)]
    path = tmp_path / "1.seg"
    write_segment(path, entries)
    whole = path.read_bytes()
    at = whole.index(b"\x02wa")
    path.write_bytes(whole[:at] + b"\xff" * 3 + whole[at + 3 :])
    searcher = native.Searcher([(native.Segment(path), b"")])
    prepared = native.PreparedSearch(searcher, ("prefix", "body", "w"))
    with pytest.raises(IndexDamagedError):
        prepared.search(limit=1)
