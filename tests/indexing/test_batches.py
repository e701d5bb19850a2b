"""
Long runs: many batches, several commits, bounded memory.
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from searchkit import Article, Index
from searchkit.indexing import transfer

Write = Callable[..., Path]
Ids = Callable[[Index], set[str]]

BATCH = 5


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Make batches of five articles, and an engine's commit of two batches.
    """
    monkeypatch.setattr(transfer, "BATCH_ARTICLES", BATCH)
    monkeypatch.setattr(transfer, "ARTICLES_PER_COMMIT", 2 * BATCH)


def article(number: int, **values: Any) -> Article:
    return Article(title=f"Number {number}", body=f"Text of n{number}.", **values)


def record(number: int, **values: Any) -> dict[str, Any]:
    return {"title": f"Number {number}", "body": f"Text of n{number}.", **values}


def test_an_endless_source_of_articles_takes_the_memory_of_a_batch(
    index: Index, agreed_ids: Ids
) -> None:
    """
    ``add`` lets go of articles as it goes, and never holds more than a batch.
    """
    alive: weakref.WeakSet[Any] = weakref.WeakSet()
    most = 0

    class Tracked(Article):
        __slots__ = ("__weakref__",)

    def articles() -> Iterator[Article]:
        nonlocal most
        for number in range(10 * BATCH):
            made = Tracked(title=f"Number {number}", body=f"Text of n{number}.")
            alive.add(made)
            gc.collect()
            most = max(most, len(alive))
            yield made
            del made

    gc.freeze()  # what was there before need not be looked at each time
    try:
        assert 10 * BATCH == index.add(articles()).added
    finally:
        gc.unfreeze()
    # A batch, and the one that the loop has in its hand.
    assert BATCH <= most <= BATCH + 1
    assert 10 * BATCH == len(agreed_ids(index))


def test_large_articles_make_smaller_batches(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A batch is limited by its text as well.
    """
    monkeypatch.setattr(transfer, "BATCH_CHARACTERS", 1000)
    monkeypatch.setattr(transfer, "BATCH_ARTICLES", 10**6)
    before = index.totals().commits
    index.add(Article(title=str(n), body=f"w{n} " * 400) for n in range(6))
    assert before + 6 == index.totals().commits


def test_the_engine_commits_now_and_then(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    While a long run goes on, a new searcher finds what was committed so far.
    """
    found: list[int] = []

    def articles() -> Iterator[Article]:
        for number in range(6 * BATCH):
            with index._engine.searcher() as searcher:
                found.append(searcher.document_count)
            yield article(number)

    index.add(articles())
    assert [0, 10, 20] == sorted(set(found))
    assert found == sorted(found)
    assert 30 == len(index)


def test_counts_hold_over_many_batches(
    index: Index, news: Path, write: Write, agreed_ids: Ids
) -> None:
    """
    Added, updated, unchanged, duplicates and deleted add up whatever the batches.
    """
    ids = [f"id-{n:02}" for n in range(23)]
    write("a.jsonl", *(record(n, id=ids[n]) for n in range(23)))
    report = index.add_sources([news])
    assert (23, 0, 0) == (report.added, report.updated, report.unchanged)
    changed = [record(n + 100 * (n % 2), id=ids[n]) for n in range(3, 23)]
    write("a.jsonl", *changed, *changed[:4], record(99, id="new"))
    report = index.add_sources([news])
    assert (1, 10, 12) == (report.added, report.updated, report.unchanged)
    assert (2, 3) == (report.duplicates, report.deleted)
    assert 25 == report.seen
    assert {*ids[3:], "new"} == agreed_ids(index)


def test_many_small_files_are_many_batches_too(
    index: Index, news: Path, write: Write, agreed_ids: Ids
) -> None:
    """
    Files of one article each, and files that were only touched, are committed in turn.
    """
    for number in range(13):
        write(f"{number}.jsonl", record(number))
    assert 13 == index.add_sources([news]).added
    for number in range(13):
        write(f"{number}.jsonl", record(number))
    before = index.totals().commits
    assert 13 == index.add_sources([news]).unchanged
    assert before + 3 == index.totals().commits
    assert 13 == len(agreed_ids(index))


def test_conflicts_do_not_cost_a_commit_each(
    index: Index, news: Path, write: Write
) -> None:
    """
    A file full of ids that belong to others is refused in bulk.
    """
    write("a.jsonl", *(record(n, id=str(n)) for n in range(40)))
    index.add_sources([news])
    before = index.totals().commits
    write("b.jsonl", *(record(n + 100, id=str(n)) for n in range(40)))
    report = index.add_sources([news])
    assert 40 == len(report.failures)
    assert index.totals().commits - before <= 2


@pytest.mark.parametrize("swap", [False, True])
def test_articles_may_change_files_across_batches(
    index: Index, news: Path, write: Write, agreed_ids: Ids, swap: bool
) -> None:
    """
    Two files exchange their articles, edited, and nothing is lost on the way.
    """
    names = ["a.jsonl", "b.jsonl"]
    write(names[0], *(record(n, id=str(n)) for n in range(17)))
    write(names[1], *(record(n, id=str(n)) for n in range(17, 30)))
    index.add_sources([news])
    names = names[::-1] if swap else names
    write(names[0], *(record(n + 100, id=str(n)) for n in range(13, 30)))
    write(names[1], *(record(n + 100, id=str(n)) for n in range(13)))
    report = index.add_sources([news])
    assert [] == report.failures
    assert {str(n) for n in range(30)} == agreed_ids(index)
    for number in range(30):
        assert f"Number {number + 100}" == index.get(str(number)).title
    report = index.add_sources([news])
    assert (0, 0, 30) == (report.added, report.updated, report.unchanged)
