"""
Copies of a catalog: one commit in one file, whatever happens meanwhile.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from searchkit.annotations.model import Annotations
from searchkit.articles.model import Article
from searchkit.catalog import CATALOG_NAME, Catalog
from searchkit.catalog.checks import check_file
from searchkit.catalog.copies import CopiedCatalog, copy_catalog
from searchkit.catalog.migrations import VERSION
from searchkit.errors import (
    IndexAccessError,
    IndexDamagedError,
    IndexMissingError,
    IndexVersionError,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """
    Give the folder of a catalog with one commit of 40 articles, 400 kB in all.
    """
    folder = tmp_path / "index"
    with Catalog.create(folder) as catalog:
        add(catalog, range(40))
    return folder


def add(catalog: Catalog, numbers: range) -> None:
    with catalog.batch() as batch:
        for number in numbers:
            text = os.urandom(5000).hex()
            batch.put(Article(id=f"n{number:03}", body=text), Annotations(), {})


def ids(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT id FROM articles WHERE superseded IS NULL ORDER BY id"
        )
        return [article_id for (article_id,) in rows]


def test_a_copy_is_one_whole_file(folder: Path, tmp_path: Path) -> None:
    """
    It needs no log beside it, and holds what the catalog does.
    """
    (tmp_path / "copy").mkdir()
    target = tmp_path / "copy" / "c.db"
    assert CopiedCatalog(1, 40, VERSION) == copy_catalog(folder, target)
    assert [target] == list(target.parent.iterdir())
    assert [] == list(check_file(target, is_alone=True))
    assert [f"n{number:03}" for number in range(40)] == ids(target)
    with closing(sqlite3.connect(target)) as connection:
        assert ("delete",) == connection.execute("PRAGMA journal_mode").fetchone()


def test_a_commit_in_between_is_not_in_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Each step copies pages of the commit that the first one saw.
    """
    monkeypatch.setattr("searchkit.catalog.copies._PAGES_AT_ONCE", 2)
    steps: list[int] = []
    with Catalog.open(folder) as catalog:

        def write(done: int, total: int) -> None:
            if len(steps) < 12:
                add(catalog, range(len(steps), 50 + len(steps)))
            steps.append(done)

        copied = copy_catalog(folder, tmp_path / "c.db", progress=write)
        assert 13 == catalog.generation
    assert (1, 40) == (copied.generation, copied.articles)
    assert sorted(set(steps)) == steps
    assert 40 == len(ids(tmp_path / "c.db"))
    assert [] == list(check_file(tmp_path / "c.db"))


def test_what_is_in_the_log_only_is_copied(folder: Path, tmp_path: Path) -> None:
    """
    A commit counts when it is in the log.
    """
    with Catalog.open(folder) as catalog:
        add(catalog, range(40, 42))
        assert (folder / f"{CATALOG_NAME}-wal").stat().st_size > 0
        assert 42 == copy_catalog(folder, tmp_path / "c.db").articles


@pytest.mark.parametrize("kind", [KeyboardInterrupt, RuntimeError])
def test_nothing_is_left_of_an_interrupted_copy(
    folder: Path, tmp_path: Path, kind: type[BaseException]
) -> None:
    """
    A copy is whole or not there.
    """

    def interrupt(*_: int) -> None:
        raise kind

    with pytest.raises(kind):
        copy_catalog(folder, tmp_path / "c.db", progress=interrupt)
    assert [folder] == list(tmp_path.iterdir())
    assert 40 == copy_catalog(folder, tmp_path / "c.db").articles


def test_a_file_that_is_there_stays(folder: Path, tmp_path: Path) -> None:
    """
    Nothing is overwritten.
    """
    target = tmp_path / "c.db"
    target.write_text("mine")
    with pytest.raises(IndexAccessError, match="exists"):
        copy_catalog(folder, target)
    assert "mine" == target.read_text()


def test_a_disk_that_does_not_sync_is_an_error(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    What is not on disk is no copy.
    """

    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(IndexAccessError, match="Input/output"):
        copy_catalog(folder, tmp_path / "c.db")
    assert not (tmp_path / "c.db").exists()


class TestRefusals:
    def test_no_catalog(self, tmp_path: Path) -> None:
        """
        Without a catalog there is nothing to copy; beside an index it is a loss.
        """
        with pytest.raises(IndexMissingError):
            copy_catalog(tmp_path, tmp_path / "c.db")
        (tmp_path / "_MAIN_1.toc").touch()
        with pytest.raises(IndexDamagedError, match="missing"):
            copy_catalog(tmp_path, tmp_path / "c.db")
        assert not (tmp_path / "c.db").exists()

    def test_another_file(self, tmp_path: Path) -> None:
        """
        What is no catalog, or an empty one, is not copied.
        """
        for content, words in ((b"text" * 999, "not a database"), (b"", "empty")):
            (tmp_path / CATALOG_NAME).write_bytes(content)
            with pytest.raises(IndexDamagedError, match=words):
                copy_catalog(tmp_path, tmp_path / "c.db")
        assert not (tmp_path / "c.db").exists()

    def test_a_newer_one(self, folder: Path, tmp_path: Path) -> None:
        """
        What this release cannot look at, it does not copy.
        """
        with closing(sqlite3.connect(folder / CATALOG_NAME)) as connection:
            connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        with pytest.raises(IndexVersionError):
            copy_catalog(folder, tmp_path / "c.db")
