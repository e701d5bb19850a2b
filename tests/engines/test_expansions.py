"""
Prefixes and fuzzy words that stand for more words than are looked up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from searchkit.documents import Document
from searchkit.engines.whoosh.engine import WhooshEngine
from searchkit.queries.tree import Fuzzy, Or, Prefix
from tests.conformance.conftest import codecs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from searchkit.engines.base import Matches
    from searchkit.queries.tree import Query, TextField

#: Documents of two segments.
BODIES = (
    {"a": "kabul", "b": "kabol", "c": "kaboll"},
    {"d": "kaboll", "e": "kabooll kaboll", "f": "kab kabs kaz", "g": "kbul"},
)


@pytest.fixture
def search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_native: bool
) -> Iterator[Callable[[Query], Matches]]:
    """
    Give a search that looks up four words of each leaf.
    """
    for module in ("evaluate", "native_searcher"):
        name = f"searchkit.engines.whoosh.{module}.MAX_EXPANSIONS"
        monkeypatch.setattr(name, 4)
    engine = WhooshEngine(tmp_path, is_native=is_native)
    engine.reset()
    for generation, bodies in enumerate(BODIES, 1):
        writer = engine.writer()
        for article_id, body in bodies.items():
            writer.put(Document(article_id, body=body))
        writer.commit(generation)
    with engine.searcher() as searcher:
        yield lambda query: searcher.search(query, limit=10)


@codecs
@pytest.mark.parametrize("field", [None, "body"])
class TestFuzzyWords:
    def test_the_nearest_words_are_looked_up(
        self, search: Callable[[Query], Matches], field: TextField | None
    ) -> None:
        """
        The nearest words count, then the most frequent, and the leaf is named.
        """
        found = search(Fuzzy("Kabul", 2, field))
        assert set("abgcde") == {match.id for match in found.page}
        assert ("Kabul~2",) == found.cut

    def test_what_is_whole_is_not_named(
        self, search: Callable[[Query], Matches], field: TextField | None
    ) -> None:
        """
        Where all words were looked up, there is nothing to say.
        """
        found = search(Fuzzy("Kabul", 1, field))
        assert set("abg") == {match.id for match in found.page}
        assert () == found.cut

    def test_each_leaf_is_named(
        self, search: Callable[[Query], Matches], field: TextField | None
    ) -> None:
        """
        Leaves of the same letters are told apart.
        """
        leaves = (Prefix("Kab"), Fuzzy("kab", 2, field), Fuzzy("kab", 1, field))
        assert {"Kab*", "kab~2"} == set(search(Or(leaves)).cut)
