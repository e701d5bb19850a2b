"""
What tests of the whole path share: an index, a folder of news, and the seeds.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import searchkit
from searchkit import Index

# Tests say what is right, benchmarks what is fast: a slow machine fails no test.
settings.register_profile(
    "searchkit",
    parent=settings(),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("searchkit")

SEEDS = Path(__file__).resolve().parents[1] / "seeds"


@pytest.fixture
def it_ends() -> Iterator[None]:
    """
    Fail what takes longer than a minute: on the inputs here it would take hours.

    Time that grows with the square of the length, or faster, is a door for strangers'
    texts.  This tells it from time that grows with the length on any machine; how fast
    the latter is, benchmarks say.
    """

    def too_long(*_: object) -> None:
        pytest.fail("it takes more than a minute: is it quadratic?")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(60)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """
    Make an empty index.
    """
    with searchkit.create_index(tmp_path / "index") as made:
        yield made


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """
    Index ``seeds/``, once for all tests: for reading only.
    """
    with searchkit.create_index(tmp_path_factory.mktemp("seeds") / "index") as made:
        report = made.add_sources([SEEDS])
        assert [] == report.failures
        yield made


@pytest.fixture
def agreed_ids() -> Callable[[Index], set[str]]:
    """
    Return the ids of an index after a look whether catalog and engine agree on it.
    """

    def ids(index: Index) -> set[str]:
        stored = {
            one.article.id: one.article for one in index._catalog.changed_since(0)
        }
        with index._engine.searcher() as searcher:
            found = list(searcher.ids())
            assert searcher.generation == index._catalog.generation
            assert searcher.document_count == len(found)
        assert sorted(stored) == sorted(found)
        for article_id, article in stored.items():
            if article.title:
                hits = index.search(f'title:"{article.title}"', limit=1000)
                assert article_id in {hit.id for hit in hits}
        return set(found)

    return ids
