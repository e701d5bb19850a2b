"""
Queries that are made ready once answer as the searcher does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from searchkit import native
from searchkit.documents import Document
from searchkit.engines.base import Matches, ScoredId
from searchkit.engines.whoosh import native_searcher
from searchkit.engines.whoosh.engine import WhooshEngine
from searchkit.engines.whoosh.native_searcher import NativeSearcher
from searchkit.errors import QueryTreeError, SearchTimeoutError
from searchkit.intervals import Interval
from searchkit.queries.tree import (
    And,
    DateRange,
    Everything,
    Name,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    native.load() is None, reason="the native extension is missing or switched off"
)

TREES: tuple[Query, ...] = (
    Word("minister"),
    Word("unheard"),
    Phrase("the ministers"),
    And((Word("storm"), Word("sea"))),
    And((Word("storm"), Name("entity", "Doha"))),
    Or((Word("storm"), Not(Word("sea")))),
    Prefix("st"),
    Prefix("st", "body"),
    DateRange("published", None, None),
    Everything(),
    Nothing(),
)


def document(number: int) -> Document:
    return Document(
        f"a{number:03}",
        title=f"Number {number}",
        body="The ministers met. " * (number % 3) + "A storm at sea. " * (number % 4),
        names={"entities": {"doha": 1}} if number % 7 == 0 else {},
        published=Interval.parse(f"2020-02-{number % 28 + 1:02}"),
    )


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeSearcher]:
    """
    Give a snapshot of two segments with a deleted document.
    """
    engine = WhooshEngine(tmp_path_factory.mktemp("prepared"), is_native=True)
    engine.reset()
    for generation, numbers in enumerate((range(300), range(300, 340)), 1):
        writer = engine.writer()
        for number in numbers:
            writer.put(document(number))
        writer.delete("a004")
        writer.commit(generation)
    with engine.searcher() as opened:
        assert isinstance(opened, NativeSearcher)
        yield opened


@pytest.mark.parametrize("tree", TREES)
def test_prepared_queries_answer_as_searches_do(
    searcher: NativeSearcher, tree: Query
) -> None:
    """
    With any options, and as often as they are asked.
    """
    prepared = searcher.prepare(tree)
    for _ in range(3):
        for count in (True, False):
            assert searcher.search(
                tree, limit=7, offset=2, count=count
            ) == prepared.search(limit=7, offset=2, count=count)
            assert searcher.search(
                tree, limit=3, order="oldest", count=count
            ) == prepared.search(limit=3, order="oldest", count=count, timeout=60)


def test_answers_have_their_types(searcher: NativeSearcher) -> None:
    """
    A page is a tuple of scored ids.
    """
    found = searcher.prepare(Word("storm")).search(limit=2)
    assert type(found) is Matches
    assert type(found.page) is tuple
    assert {ScoredId} == {type(match) for match in found.page}
    assert () == found.cut


def test_cut_patterns_are_told_as_they_were_typed(
    searcher: NativeSearcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Each of them once, whether the search or the plan has left words out.
    """
    monkeypatch.setattr(native_searcher, "MAX_EXPANSIONS", 1)
    tree = Or((Prefix("S"), Prefix("M", "body"), Prefix("s"), Prefix("sto")))
    found = searcher.prepare(tree).search(limit=1)
    assert {"m*", "s*"} == {typed.lower() for typed in found.cut}
    assert len(set(found.cut)) == len(found.cut)


def test_errors_are_those_of_searchkit(searcher: NativeSearcher) -> None:
    """
    As the contract of a searcher says.
    """
    search = searcher.prepare(Word("storm")).search
    with pytest.raises(SearchTimeoutError) as caught:
        search(limit=1, timeout=0.0)
    assert 0.0 == caught.value.seconds
    with pytest.raises(QueryTreeError):
        search(limit=-1)
    assert 1 == len(search(limit=1).page)


def test_a_prepared_query_outlives_its_searcher(tmp_path: Path) -> None:
    """
    It holds the snapshot that it is for.
    """
    engine = WhooshEngine(tmp_path, is_native=True)
    engine.reset()
    writer = engine.writer()
    writer.put(document(2))
    writer.commit(1)
    with engine.searcher() as opened:
        assert isinstance(opened, NativeSearcher)
        prepared = opened.prepare(Word("storm"))
    assert ["a002"] == [match.id for match in prepared.search(limit=5).page]
