"""
What the extension does for Whoosh's searchers: prepared plans, and scoring cursors.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from whoosh.index import open_dir

from searchkit import native
from searchkit.documents import Document
from searchkit.engines.whoosh.engine import WhooshEngine
from searchkit.engines.whoosh.native_writer import bitmap_of

pytestmark = pytest.mark.skipif(
    native.load() is None, reason="the native extension is missing or switched off"
)

STORM = ("term", "body", "storm", 1.0)
PLANS: list[tuple[Any, ...]] = [
    STORM,
    ("all",),
    ("none",),
    ("not", STORM),
    ("phrase", "body", ("storm", "calm"), 1.0, 1),
    ("or", (STORM, ("term", "body", "rain", 2.0))),
    ("and", (STORM, ("term", "body", "rain", 2.0))),
    ("constant", 1.5, ("prefix", "words", "ra")),
    ("constant", 1.5, ("fuzzy", "words", "clam", 1, 0, True)),
]


@pytest.fixture
def searcher(tmp_path: Path) -> Iterator[Any]:
    """
    Give the extension's searcher on two segments, with documents deleted in both.
    """
    engine = WhooshEngine(tmp_path, is_native=True)
    engine.reset()
    for generation, numbers in enumerate((range(300), range(300, 350)), 1):
        writer = engine.writer()
        for number in numbers:
            storms, rains = number % 4, number % 7
            body = "storm " * storms + "calm " * (number % 5) + "rain " * rains
            writer.put(Document(f"d{number:03}", body=body))
        writer.commit(generation)
    writer = engine.writer()
    for number in range(0, 350, 9):
        writer.delete(f"d{number:03}")
    writer.commit(3)
    extension = native.load()
    assert extension is not None
    with open_dir(str(tmp_path)).reader() as reader:
        parts = [
            (
                leaf.segment().open(leaf.storage()).native,
                bitmap_of(leaf.segment()),
            )
            for leaf, _ in reader.leaf_readers()
        ]
        yield extension.Searcher(parts, "", "")


def prepared(searcher: Any, plan: tuple[Any, ...], proximity: Any = ()) -> Any:
    extension = native.load()
    assert extension is not None
    return extension.BoundPlan(searcher, plan, proximity, 2000)


def ranked(searcher: Any, plan: tuple[Any, ...], leaf: int) -> list[tuple[float, int]]:
    """
    Return all matches of a segment, the best first, equals by their numbers.
    """
    documents, scores = searcher.matches(plan, leaf)
    pairs = zip(array("f", scores), array("I", documents), strict=True)
    return sorted(pairs, key=lambda pair: (-pair[0], pair[1]))


@pytest.mark.parametrize("plan", PLANS, ids=str)
@pytest.mark.parametrize("leaf", [0, 1])
class TestBoundPlans:
    def test_the_best_are_the_best_of_all(
        self, searcher: Any, plan: tuple[Any, ...], leaf: int
    ) -> None:
        """
        Any slice of the ranking can be asked for.
        """
        expected = ranked(searcher, plan, leaf)
        run = prepared(searcher, plan)
        for count, offset in ((1, 0), (10, 0), (10, 10), (500, 0), (500, 7), (0, 0)):
            documents, scores = run.best(leaf, count, offset, 0.0)
            found = list(zip(scores, documents, strict=True))
            assert expected[offset : offset + count] == found

    def test_what_scores_too_little_is_left_out(
        self, searcher: Any, plan: tuple[Any, ...], leaf: int
    ) -> None:
        """
        Above a score that is not 0, everything is there, and nothing from far below.
        """
        expected = ranked(searcher, plan, leaf)
        run = prepared(searcher, plan)
        for least in {score for score, _ in expected[::20]} - {0.0}:
            documents, scores = run.best(leaf, 500, 0, least)
            found = list(zip(scores, documents, strict=True))
            above = [pair for pair in expected if pair[0] > least]
            assert above == found[: len(above)]
            assert all(score == least for score, _ in found[len(above) :])

    def test_documents_ascend(
        self, searcher: Any, plan: tuple[Any, ...], leaf: int
    ) -> None:
        """
        All matches come without their scores, and whether there is one.
        """
        expected = sorted(document for _, document in ranked(searcher, plan, leaf))
        run = prepared(searcher, plan)
        assert expected == list(array("I", run.documents(leaf)))
        assert bool(expected) == run.any(leaf)


class TestRefusals:
    def test_what_is_no_plan(self, searcher: Any) -> None:
        """
        Plans, searchers and numbers are checked.
        """
        extension = native.load()
        assert extension is not None
        with pytest.raises(ValueError, match="too few or too many"):
            prepared(searcher, ("term",))
        with pytest.raises(TypeError):
            extension.BoundPlan(None, STORM, (), 10)
        run = prepared(searcher, STORM)
        for call in (run.documents, run.any, lambda leaf: run.best(leaf, 1, 0, 0.0)):
            with pytest.raises(IndexError):
                call(2)
            with pytest.raises(ValueError, match="below 0"):
                call(-2)
        with pytest.raises(TypeError):
            run.best(0)
        with pytest.raises(ValueError, match="not initialised"):
            extension.BoundPlan.__new__(extension.BoundPlan).any(0)


class TestCursors:
    def test_they_score_as_told(self, searcher: Any, tmp_path: Path) -> None:
        """
        A score is idf * (f * factor / (f + norm)), in this order of operations.
        """
        with open_dir(str(tmp_path)).reader() as reader:
            leaf, _ = next(iter(reader.leaf_readers()))
            segment = leaf.segment().open(leaf.storage()).native
            cursor = segment.postings("body", b"storm")
            with pytest.raises(ValueError, match="how to score"):
                cursor.score()
            with pytest.raises(ValueError, match="one norm for each"):
                cursor.score_by(1.0, 1.0, b"12345678")
            norms = [0.1 * number + 0.3 for number in range(segment.documents)]
            cursor.score_by(1.7, 2.2, struct.pack(f"<{len(norms)}d", *norms))
            copied = cursor.copy()
            while cursor.is_active():
                f = cursor.frequency()
                expected = 1.7 * ((f * 2.2) / (f + norms[cursor.document()]))
                assert expected == cursor.score() == copied.score()
                cursor.next()
                copied.next()
            with pytest.raises(ValueError, match="behind the last"):
                cursor.score()

    def test_they_know_their_peaks(self, searcher: Any, tmp_path: Path) -> None:
        """
        The greatest frequency and the least length are those of the whole list.
        """
        with open_dir(str(tmp_path)).reader() as reader:
            leaf, _ = next(iter(reader.leaf_readers()))
            segment = leaf.segment().open(leaf.storage()).native
            cursor = segment.postings("body", b"storm")
            lengths = array("I", segment.lengths("body"))
            peaks = cursor.peaks()
            assert cursor.document() == cursor.copy().rest()[0]
            seen = []
            while cursor.is_active():
                seen.append((cursor.frequency(), lengths[cursor.document()]))
                cursor.next()
            assert (max(f for f, _ in seen), min(n for _, n in seen)) == peaks
