"""
The matcher of a tree, asked by hand as Whoosh's other matchers ask it.
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from whoosh.index import open_dir
from whoosh.matching import ReadTooFar
from whoosh.reading import ReaderClosed

from searchkit import native
from searchkit.documents import Document
from searchkit.engines.whoosh.codec import NativeCodec
from searchkit.engines.whoosh.engine import WhooshEngine
from searchkit.engines.whoosh.query import TreeQuery
from searchkit.engines.whoosh.tree_matcher import END, TreeMatcher
from searchkit.errors import QueryTreeError
from searchkit.queries.tree import Everything, Not, Nothing, Or, Phrase, Word
from tests.conformance.conftest import codecs

needs_native = pytest.mark.skipif(
    native.load() is None, reason="the native extension is missing or switched off"
)


def made(folder: Path, *, is_native: bool, sizes: list[int]) -> WhooshEngine:
    """
    Write documents of which each third has the word "storm", the later the more often.
    """
    engine = WhooshEngine(folder, is_native=is_native)
    engine.reset()
    number = 0
    for generation, size in enumerate(sizes, 1):
        writer = engine.writer()
        for one in range(number, number + size):
            words = ["storm"] * (one // 3 + 1) if one % 3 == 0 else []
            words += ["calm"] * (200 - len(words))
            writer.put(Document(f"d{one:03}", body=" ".join(words)))
        number += size
        writer.commit(generation)
    return engine


@pytest.fixture(params=[True, False], ids=["native", "whoosh"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """
    Give an index of 90 documents on each codec.
    """
    if request.param and native.load() is None:
        pytest.skip("the native extension is missing or switched off")
    return made(tmp_path, is_native=request.param, sizes=[90]).folder


@pytest.fixture
def matcher(folder: Path) -> Iterator[TreeMatcher]:
    """
    Give a matcher of the word "storm", fresh.
    """
    with open_dir(str(folder)).searcher() as searcher:
        yield TreeQuery(Word("storm")).matcher(searcher, searcher.context())


STORMS = list(range(0, 90, 3))


def walked(matcher: Any) -> list[int]:
    found = []
    while matcher.is_active():
        found.append(matcher.id())
        matcher.next()
    return found


class TestAscending:
    def test_it_walks_in_the_order_of_documents(self, matcher: TreeMatcher) -> None:
        """
        Whoever asks for a document gets all, ascending.
        """
        assert STORMS == walked(matcher)
        assert END == matcher.id()

    def test_it_skips_to_documents(self, matcher: TreeMatcher) -> None:
        """
        The next document is found that is not before the given one, never one behind.
        """
        found = []
        for goal in (0, 1, 30, 29, 5, 31, 87):
            matcher.skip_to(goal)
            found.append(matcher.id())
        assert [0, 3, 30, 30, 30, 33, 87] == found
        matcher.skip_to(88)
        assert not matcher.is_active()
        for move in (matcher.next, matcher.score, lambda: matcher.skip_to(89)):
            with pytest.raises(ReadTooFar):
                move()

    def test_quality_leaves_out_nothing_then(self, matcher: TreeMatcher) -> None:
        """
        Where a document was asked for first, no bound is promised, and none is kept to.
        """
        assert 0 == matcher.id()
        assert float("inf") == matcher.block_quality()
        assert 0 == matcher.skip_to_quality(1e9)
        assert matcher is matcher.replace(1e9)
        assert STORMS == walked(matcher)
        assert 0 == matcher.block_quality()
        assert not matcher.replace().is_active()

    def test_all_ids_need_no_walk(self, matcher: TreeMatcher) -> None:
        """
        All documents are there at once, wherever the matcher stands.
        """
        assert STORMS == list(matcher.all_ids())
        matcher.skip_to(60)
        assert STORMS == list(matcher.all_ids())
        assert 60 == matcher.id()

    def test_copies_go_their_own_way(self, matcher: TreeMatcher) -> None:
        """
        A copy stands where the matcher stood, and a reset one at the beginning.
        """
        matcher.skip_to(60)
        other = matcher.copy()
        matcher.skip_to(80)
        assert (60, 81) == (other.id(), matcher.id())
        matcher.reset()
        assert STORMS == walked(matcher)
        assert STORMS[20:] == walked(other)

    def test_weights_are_scores(self, matcher: TreeMatcher) -> None:
        """
        Whoosh may ask for the weight instead, and for nothing else.
        """
        assert matcher.score() == matcher.weight() == matcher.value_as("weight")
        assert matcher.supports("weight")
        assert not matcher.supports("positions")
        assert b"" == matcher.value()
        with pytest.raises(NotImplementedError, match="positions"):
            matcher.value_as("positions")


class TestBestFirst:
    def test_a_threshold_ends_the_walk(self, matcher: TreeMatcher) -> None:
        """
        Who takes documents by quality gets those that score more, and no others.
        """
        best = matcher.max_quality()
        assert matcher.replace(0) is matcher
        assert matcher.is_active()
        assert matcher.supports_block_quality()
        matcher.skip_to_quality(0)
        seen = {}
        while matcher.is_active():
            seen[matcher.id()] = matcher.score()
            if len(seen) > 3:
                matcher.skip_to_quality(sorted(seen.values())[-3])
            matcher.next()
        assert max(seen.values()) == pytest.approx(best)
        assert {87, 84, 81} <= seen.keys()
        assert len(seen) < len(STORMS)

    def test_without_one_all_come(self, matcher: TreeMatcher) -> None:
        """
        As long as any score matters, every document comes once.
        """
        matcher.skip_to_quality(0)
        found = []
        while matcher.is_active():
            found.append(matcher.id())
            if matcher.next():
                matcher.skip_to_quality(0)
        assert sorted(found) == STORMS
        assert len(found) == len(STORMS)

    def test_nothing_that_scores_enough(self, matcher: TreeMatcher) -> None:
        """
        With a threshold from an earlier segment it may be over at once.
        """
        assert matcher.replace(1e6) is matcher
        assert matcher.is_active()
        matcher.skip_to_quality(1e6)
        assert not matcher.is_active()
        assert END == matcher.id()

    def test_a_threshold_that_was_too_high(self, matcher: TreeMatcher) -> None:
        """
        What ``replace`` was told does not count, if less is asked for afterwards.
        """
        matcher.replace(1e6)
        assert matcher.is_active()
        matcher.skip_to_quality(0)
        assert matcher.is_active()
        assert matcher.id() in STORMS

    def test_copies_and_resets(self, matcher: TreeMatcher) -> None:
        """
        A copy gives what is left; a reset matcher is free to be asked for documents.
        """
        matcher.skip_to_quality(0)
        for _ in range(5):
            matcher.id()
            matcher.next()
        rest = walked(matcher.copy())
        assert rest == walked(matcher)
        assert 25 == len(rest)
        matcher.reset()
        assert STORMS == walked(matcher)

    def test_documents_may_be_asked_for_after_all(self, matcher: TreeMatcher) -> None:
        """
        A skip to a document puts them in order.
        """
        matcher.skip_to_quality(0)
        matcher.skip_to(40)
        assert 42 == matcher.id()
        matcher.next()
        assert 45 == matcher.id()


class TestReaders:
    @codecs
    def test_a_whole_index(self, tmp_path: Path, is_native: bool) -> None:
        """
        On the searcher of several segments, documents have the numbers of the index.
        """
        engine = made(tmp_path, is_native=is_native, sizes=[40, 30, 20])
        writer = engine.writer()
        writer.delete("d003")
        writer.commit(9)
        with open_dir(str(tmp_path)).searcher() as searcher:
            whole = TreeQuery(Word("storm")).matcher(searcher)
            alive = [number for number in STORMS if number != 3]
            assert alive == walked(whole)
            assert alive == list(whole.all_ids())
            whole.reset()
            whole.skip_to_quality(0)
            assert alive == sorted(walked(whole))
            none = TreeQuery(Nothing()).matcher(searcher)
            assert not none.is_active()
            assert 0 == none.max_quality()

    @codecs
    def test_a_closed_reader_is_refused(self, tmp_path: Path, is_native: bool) -> None:
        """
        A searcher that was closed answers nothing any more.
        """
        made(tmp_path, is_native=is_native, sizes=[5])
        searcher = open_dir(str(tmp_path)).searcher()
        assert 2 == len(searcher.search(TreeQuery(Word("storm"))))
        searcher.close()
        with pytest.raises(ReaderClosed):
            TreeQuery(Word("storm")).matcher(searcher)

    @needs_native
    def test_a_writers_deletions_count(self, tmp_path: Path) -> None:
        """
        A reader of Whoosh's writer sees what the writer deletes from native segments.
        """
        folder = made(tmp_path, is_native=True, sizes=[90]).folder
        writer = open_dir(str(folder)).writer()
        asked = TreeQuery(Word("storm"))
        with writer.searcher() as searcher:
            assert 30 == len(list(searcher.docs_for_query(asked)))
            writer.delete_document(6)
            assert 29 == len(list(searcher.docs_for_query(asked)))
            found = searcher.search(asked, limit=80)
            assert 6 not in {number for _, number in found.top_n}
        writer.commit(merge=False)

    def test_whooshs_writer_deletes_by_it(self, folder: Path) -> None:
        """
        ``delete_by_query`` takes a tree.
        """
        index = open_dir(str(folder))
        writer = index.writer()
        assert 30 == writer.delete_by_query(TreeQuery(Word("storm")))
        writer.commit(merge=False)
        with index.searcher() as searcher:
            assert 0 == len(searcher.search(TreeQuery(Word("storm"))))
            assert 60 == len(searcher.search(TreeQuery(Word("calm")), limit=3))

    def test_a_refreshed_searcher_sees_new_documents(self, folder: Path) -> None:
        """
        A searcher keeps to its snapshot, and ``refresh`` gives the next.
        """
        index = open_dir(str(folder))
        asked = TreeQuery(Phrase("storm surge"))
        searcher = index.searcher()
        assert 0 == len(searcher.search(asked))
        is_native = all(s.codec().__class__ is NativeCodec for s in index._segments())
        writer = index.writer(**({"codec": NativeCodec()} if is_native else {}))
        writer.add_document(id="new", body="A storm surge.")
        writer.commit(merge=False)
        assert 0 == len(searcher.search(asked))
        with searcher.refresh() as fresh:
            assert ["new"] == [hit["id"] for hit in fresh.search(asked)]


class TestQueries:
    def test_a_tree_that_is_none_is_refused(self, folder: Path) -> None:
        """
        What is no tree, or too deep, gives our error.
        """
        deep: Any = Word("storm")
        wrong: Any = "calm"
        for _ in range(100_000):
            deep = Not(deep)
        with open_dir(str(folder)).searcher() as searcher:
            for tree in (Or((Word("storm"), wrong)), deep):
                with pytest.raises(QueryTreeError):
                    searcher.search(TreeQuery(tree))
        while isinstance(deep, Not):  # a tree so deep is not freed at one go
            deep = deep.child

    def test_a_changed_query_is_asked_anew(self, folder: Path) -> None:
        """
        The plan of a query belongs to its tree.
        """
        asked = TreeQuery(Word("storm"))
        with open_dir(str(folder)).searcher() as searcher:
            assert 30 == len(searcher.search(asked))
            asked.tree = Everything()
            assert 90 == len(searcher.search(asked))

    def test_it_can_be_copied_and_pickled(self, folder: Path) -> None:
        """
        Copies are equal, also after a search.
        """
        asked = TreeQuery(Word("storm"), boost=2.0)
        with open_dir(str(folder)).searcher() as searcher:
            searcher.search(asked)
        for other in (
            asked.copy(),
            copy.deepcopy(asked),
            pickle.loads(pickle.dumps(asked)),
        ):
            assert asked == other
