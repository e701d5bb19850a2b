"""
Sources that cannot be read, or in part only.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from searchkit import ArticleError, Index, IndexingReport
from searchkit.articles import Source

Write = Callable[..., Path]
Ids = Callable[[Index], set[str]]

ICE = {"id": "ice", "title": "Ice on the river", "body": "The ferry stayed in port."}
FIRE = {"id": "fire", "title": "Fire in the mill", "body": "Nobody was hurt."}
RAIN = {"id": "rain", "title": "Rain at last", "body": "Farmers were relieved."}


def places(report: IndexingReport) -> list[tuple[str, str]]:
    return [(Path(e.path).name, e.place) for e in report.failures]


def test_a_bad_line_is_reported_and_the_rest_is_indexed(
    index: Index, news: Path, write: Write, agreed_ids: Ids
) -> None:
    """
    The failure names file and line, and is reported again until it is mended.
    """
    write("a.jsonl", ICE, '{"title": ', FIRE)
    for _ in range(2):
        assert [("a.jsonl", "line 2")] == places(index.add_sources([news]))
        assert {"ice", "fire"} == agreed_ids(index)
    write("a.jsonl", ICE, FIRE)
    assert [] == places(index.add_sources([news]))


def test_what_a_source_had_is_kept_while_it_has_a_bad_line(
    index: Index, news: Path, write: Write, agreed_ids: Ids
) -> None:
    """
    A line that became unreadable may be the very article that seems to be gone.
    """
    write("a.jsonl", ICE, FIRE)
    index.add_sources([news])
    write("a.jsonl", ICE, '{"id": "fire", "title": "Fire', RAIN)
    report = index.add_sources([news], prune=True)
    assert (1, 0) == (report.added, report.deleted)
    assert {"ice", "fire", "rain"} == agreed_ids(index)
    write("a.jsonl", ICE, RAIN)
    assert 1 == index.add_sources([news]).deleted
    assert {"ice", "rain"} == agreed_ids(index)


@pytest.mark.parametrize("prune", [False, True])
def test_an_unreadable_source_keeps_what_it_produced(
    *,
    index: Index,
    news: Path,
    write: Write,
    agreed_ids: Ids,
    monkeypatch: pytest.MonkeyPatch,
    prune: bool,
) -> None:
    """
    A file that cannot be opened is reported, and loses nothing.
    """
    write("a.jsonl", ICE)
    write("b.jsonl", FIRE)
    index.add_sources([news])
    write("a.jsonl", RAIN)
    original = Source._open_stored

    def refuse(source: Source) -> Any:
        if source.path.endswith("a.jsonl"):
            raise ArticleError(source.label, "permission denied")
        return original(source)

    monkeypatch.setattr(Source, "_open_stored", refuse)
    for _ in range(2):
        report = index.add_sources([news], prune=prune)
        assert [("a.jsonl", "")] == places(report)
        assert {"ice", "fire"} == agreed_ids(index)
    monkeypatch.undo()
    assert [] == places(index.add_sources([news]))
    assert {"rain", "fire"} == agreed_ids(index)


def test_a_source_that_breaks_off_keeps_what_it_produced(
    index: Index, news: Path, write: Write, agreed_ids: Ids
) -> None:
    """
    A packed file that is cut short is indexed as far as it goes.
    """
    import gzip
    import json

    lines = [json.dumps(article) + "\n" for article in (ICE, FIRE)]
    path = news / "a.jsonl.gz"
    whole = gzip.compress("".join(lines).encode())
    path.write_bytes(whole)
    index.add_sources([news])
    path.write_bytes(whole[:-12])
    assert [("a.jsonl.gz", "")] == places(index.add_sources([news]))
    assert {"ice", "fire"} == agreed_ids(index)


def test_a_file_of_no_known_kind_is_a_failure_only_when_it_is_named(
    index: Index, news: Path, write: Write
) -> None:
    """
    In folders such files are counted, since nobody asked for them.
    """
    path = write("a.dat", "bytes")
    report = index.add_sources([news])
    assert (1, []) == (report.skipped, places(report))
    report = index.add_sources([path])
    assert (0, [("a.dat", "")]) == (report.skipped, places(report))


def test_one_failure_stops_nothing(
    index: Index, news: Path, write: Write, agreed_ids: Ids
) -> None:
    """
    A path that does not exist is reported, and the others are indexed.
    """
    path = write("a.jsonl", ICE)
    report = index.add_sources([news / "missing", path])
    assert [("missing", "")] == places(report)
    assert {"ice"} == agreed_ids(index)


def test_warnings_come_with_the_report(index: Index, news: Path, write: Write) -> None:
    """
    What was set aside of an article that was read is a warning, not a failure.
    """
    write("a.jsonl", {**ICE, "published": "sometime"})
    report = index.add_sources([news])
    assert (1, []) == (report.added, report.failures)
    assert ["line 1"] == [warning.place for warning in report.warnings]


def test_failures_are_reported_once_where_a_source_is_read_twice(
    index: Index, news: Path, write: Write
) -> None:
    """
    An id that changes hands makes a file be read again, not be complained of twice.
    """
    write("b.jsonl", ICE)
    index.add_sources([news])
    write("a.jsonl", "{", {**ICE, "body": "The ferry sailed."})
    write("b.jsonl", RAIN)
    report = index.add_sources([news])
    assert [("a.jsonl", "line 1")] == places(report)
    assert "The ferry sailed." == index.get("ice").body
