"""
Searchers and plans are made once, and only of what they are made of.
"""

from __future__ import annotations

from typing import Any

import pytest

from searchkit import native

EXTENSION: Any = native.load()
pytestmark = pytest.mark.skipif(EXTENSION is None, reason="the extension is not there")


def test_a_searcher_is_made_once() -> None:
    """
    A second initialisation would free what a search in another thread reads.
    """
    searcher = EXTENSION.Searcher([])
    with pytest.raises(ValueError, match="made once"):
        searcher.__init__([])
    assert (0, [], []) == searcher.search(("all",), limit=3)


def test_a_search_is_prepared_once() -> None:
    """
    A second initialisation would free what a search in another thread reads.
    """
    prepared = EXTENSION.PreparedSearch(EXTENSION.Searcher([]), ("all",))
    with pytest.raises(ValueError, match="prepared once"):
        prepared.__init__(EXTENSION.Searcher([]), ("none",))
    assert (0, (), ()) == prepared.search(limit=3)


def test_a_search_is_prepared_for_a_searcher() -> None:
    """
    And for nothing else.
    """
    with pytest.raises(TypeError, match="Searcher"):
        EXTENSION.PreparedSearch(None, ("all",))


def test_a_prepared_search_keeps_its_searcher() -> None:
    """
    Whoever holds it need not hold the snapshot.
    """
    search = EXTENSION.PreparedSearch(EXTENSION.Searcher([]), ("all",)).search
    assert (0, (), ()) == search(limit=1)


@pytest.mark.parametrize("matches", [int, "tuple", 3])
def test_answers_are_tuples(matches: object) -> None:
    """
    No other class has three items to be filled.
    """
    with pytest.raises(TypeError, match="subclass of tuple"):
        EXTENSION.PreparedSearch(EXTENSION.Searcher([]), ("all",), matches=matches)


@pytest.mark.parametrize("hit", [int, "tuple", 3])
def test_hits_are_tuples(hit: object) -> None:
    """
    No other class has two items to be filled.
    """
    with pytest.raises(TypeError, match="subclass of tuple"):
        EXTENSION.Searcher([], hit=hit)


def test_a_plan_is_bound_to_a_searcher() -> None:
    """
    And to nothing else.
    """
    with pytest.raises(TypeError, match="Searcher"):
        EXTENSION.BoundPlan(None, ("all",), (), 10)
