"""
What a compiled searcher refuses, and how a search ends before it is done.
"""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING, Any

import pytest

from searchkit.errors import IndexDamagedError
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
    ("and", (TERM, ("term", "body", "wb", 1.0))),
    ("or", (TERM, ("term", "body", "wc", 1.0), ("term", "title", "wd", 3.0))),
    ("phrase", "body", ("wa", "wb"), 1.0, 1),
    ("and", (("or", (TERM, ("term", "title", "wa", 3.0))), ("prefix", "words", "w"))),
    ("best", "dates", 1.0, ((1.0, ("20", "201")), (0.1, ("2011",)))),
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """
    Enough documents for rows of bounds.
    """
    chance = random.Random(3)
    segments = [
        random_entries(chance, 3000, first=0, longest=10),
        random_entries(chance, 400, first=3000, longest=10),
    ]
    return make_corpus(tmp_path_factory.mktemp("limits"), segments, [{1, 5}, set()])


def nested(depth: int) -> Plan:
    plan = TERM
    for _ in range(depth):
        plan = ("not", plan)
    return plan


@pytest.mark.parametrize(
    "plan",
    [
        (),
        ("term",),
        ("term", "body", "x"),
        ("term", "body", "x", -1.0),
        ("term", "body", "x", float("nan")),
        ("term", "body", "x", float("inf")),
        ("term", "body", "x", 1e30),
        ("term", "body", 7, 1.0),
        ("boost", 1e15, ("boost", 1e15, TERM)),
        ("phrase", "body", ("x",), 1.0, 0),
        ("phrase", "body", "x", 1.0, 1),
        ("best", "dates", 1.0, ((0.0, ("x",)),)),
        ("best", "dates", 1.0, ((1.5, ("x",)),)),
        ("fuzzy", "words", "x", 9, 0),
        ("wildcard", "words", "x" * 256),
        ("unheard", "body", "x"),
        ("and", (("all",), "term")),
        ("and", {"all"}),
        ("and", tuple(("all",) for _ in range(70_000))),
        ("phrase", "body", ("x",) * 140_000, 1.0, 1),
        (7, "body"),
        "term",
        nested(250),
    ],
)
def test_what_is_no_plan_is_refused(corpus: Corpus, plan: Any) -> None:
    """
    A plan that is wrong, too deep or too large is a ValueError with a reason.
    """
    with pytest.raises(ValueError, match=r"plan|weight|slop|share|term|pattern"):
        corpus.searcher.search(plan, limit=1)


def test_plans_may_be_large(corpus: Corpus) -> None:
    """
    What stays below the limits is answered.
    """
    searcher = corpus.searcher
    total = searcher.count(TERM)
    assert searcher.count(("or", (TERM,) * 3000)) == total
    assert searcher.count(("and", (TERM,) * 3000)) == total
    assert searcher.count(nested(100)) == total
    assert searcher.count(("phrase", "body", ("wa",) * 2000, 1.0, 1)) == 0


@pytest.mark.parametrize(
    "options",
    [
        {"limit": -1},
        {"limit": 1, "offset": -1},
        {"limit": 1, "order": "random"},
        {"limit": 1, "timeout": float("nan")},
        {"limit": 1, "max_expansions": -1},
        {"limit": 1, "proximity": [("body", "x", "y")]},
        {"limit": 1, "proximity": [("body", "x", "y", -1.0)]},
    ],
)
def test_options_are_checked(corpus: Corpus, options: dict[str, Any]) -> None:
    """
    Numbers below 0, unknown orders and the like are refused.
    """
    with pytest.raises(ValueError, match=r".+"):
        corpus.searcher.search(TERM, **options)


def test_types_are_checked(corpus: Corpus) -> None:
    """
    Segments, bitmaps and cancellations are what they should be.
    """
    segment = native.Segment
    with pytest.raises(TypeError):
        native.Searcher([(segment, b"")])
    with pytest.raises(TypeError):
        corpus.searcher.search(TERM, limit=1, cancellation=object())
    with pytest.raises(TypeError):
        corpus.searcher.search(TERM, 1)


def test_bitmaps_have_the_size_of_their_segment(tmp_path: Path) -> None:
    """
    Another bitmap belongs to another segment.
    """
    segment = write_segment(tmp_path / "a.seg", [Entry("a"), Entry("b")])
    native.Searcher([(segment, b"\xff")])
    for wrong in (b"\x00\x00", b"\x00" * 9):
        with pytest.raises(ValueError, match="bitmap"):
            native.Searcher([(segment, wrong)])


def test_a_search_has_a_time_limit(corpus: Corpus) -> None:
    """
    No time at all is over at once; more than is needed changes nothing.
    """
    for plan in PLANS:
        for options in ({"limit": 5}, {"limit": 5, "order": "newest"}, {"limit": 0}):
            with pytest.raises(TimeoutError):
                corpus.searcher.search(plan, timeout=0.0, **options)
            with pytest.raises(TimeoutError):
                corpus.searcher.search(plan, timeout=-1, **options)
            assert corpus.searcher.search(
                plan, timeout=1e300, **options
            ) == corpus.searcher.search(plan, **options)
    with pytest.raises(TimeoutError):
        corpus.searcher.expand("prefix", "words", "", timeout=0.0)


def test_a_search_can_be_cancelled(corpus: Corpus) -> None:
    """
    A cancellation ends every search that it was given to, and can be asked.
    """
    cancellation = native.Cancellation()
    assert not cancellation.cancelled
    expected = corpus.searcher.search(TERM, limit=5)
    assert corpus.searcher.search(TERM, limit=5, cancellation=cancellation) == expected
    cancellation.cancel()
    assert cancellation.cancelled
    for plan in PLANS:
        with pytest.raises(TimeoutError, match="cancelled"):
            corpus.searcher.search(plan, limit=5, cancellation=cancellation)
        with pytest.raises(TimeoutError, match="cancelled"):
            corpus.searcher.matches(plan, 0, cancellation=cancellation)
        with pytest.raises(TimeoutError, match="cancelled"):
            corpus.searcher.count(plan, cancellation=cancellation)
    assert corpus.searcher.search(TERM, limit=5) == expected


def test_threads_get_the_same_answers(corpus: Corpus) -> None:
    """
    One searcher serves many threads at once, and interrupted searches harm no others.
    """
    expected = [corpus.searcher.search(plan, limit=7) for plan in PLANS]
    wrong: list[Any] = []

    def ask(number: int) -> None:
        chance = random.Random(number)
        for _ in range(150):
            at = chance.randrange(len(PLANS))
            if chance.random() < 0.2:
                try:
                    corpus.searcher.search(PLANS[at], limit=7, timeout=1e-5)
                except TimeoutError:
                    continue
            found = corpus.searcher.search(PLANS[at], limit=7)
            if found != expected[at]:
                wrong.append((at, found))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("seed", range(6))
def test_altered_files_never_crash(tmp_path: Path, corpus: Corpus, seed: int) -> None:
    """
    Whatever stands in a segment, a search answers or says that it is damaged.
    """
    chance = random.Random(seed)
    entries = random_entries(chance, 900, first=0, longest=10)
    write_segment(tmp_path / "whole.seg", entries)
    whole = (tmp_path / "whole.seg").read_bytes()
    for attempt in range(60):
        altered = bytearray(whole)
        for _ in range(chance.choice([1, 3, 40, 2000])):
            altered[chance.randrange(64, len(altered))] = chance.randrange(256)
        path = tmp_path / f"{attempt}.seg"
        path.write_bytes(altered)
        try:
            searcher = native.Searcher([(native.Segment(path), b"")])
        except IndexDamagedError:
            continue
        for plan in [
            *PLANS,
            ("fuzzy", "words", "wa", 1, 0),
            ("wildcard", "words", "*a"),
        ]:
            for order in ("relevance", "newest"):
                try:
                    _, page, _ = searcher.search(
                        plan,
                        limit=10,
                        order=order,
                        proximity=[("body", "wa", "wb", 1.0)],
                    )
                except IndexDamagedError:
                    continue
                assert len(page) <= 10
