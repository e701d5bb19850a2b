"""
Putting a backup back: all of it, into a folder without an index, or nothing.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import searchkit
from searchkit import (
    Article,
    BackupError,
    IndexAccessError,
    IndexExistsError,
    IndexLockedError,
)
from searchkit.backups import making, restoring
from searchkit.catalog import WriterLock
from searchkit.catalog.checks import check_catalog


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def test_what_comes_back_is_what_was_saved(
    home: Path, archive: Path, tmp_path: Path
) -> None:
    """
    Articles, annotations, sources, totals and answers are the same.
    """
    new = tmp_path / "new"
    backup = searchkit.restore_index(archive, new)
    assert (3, archive) == (backup.articles, backup.path)
    with searchkit.open_index(home) as old, searchkit.open_index(new) as index:
        assert list(old._catalog.changed_since(0)) == list(
            index._catalog.changed_since(0)
        )
        assert index.annotations("doha").entities
        assert list(old._catalog.known_sources()) == list(
            index._catalog.known_sources()
        )
        before, after = old.totals(), index.totals()
        assert (before.articles, before.annotations, before.commits) == (
            after.articles,
            after.annotations,
            after.commits,
        )
        assert old.generation == index.generation
        for query in ("doha", "place:Kabul", "dates:2020", "rain or snow"):
            assert list(old.search(query)) == list(index.search(query))
            assert old.search(query).total > 0
    assert [] == list(check_catalog(new))


def test_files_that_have_not_changed_are_not_read_again(
    home: Path, archive: Path, tmp_path: Path
) -> None:
    """
    The state of the sources is part of the backup.
    """
    news = tmp_path / "news.jsonl"
    for path in home.iterdir():
        path.unlink()
    os.utime(news, ns=(1, 1))
    searchkit.restore_index(archive, home)
    with searchkit.open_index(home) as index:
        assert 2 == index.add_sources([news]).unchanged
        before = index.generation
        assert 2 == index.add_sources([news]).unchanged
        assert before == index.generation
        assert 1 == index.add([Article(id="more", body="More.")]).added
        assert 1 == index.search("more").total


def test_aliases_come_along(home: Path, tmp_path: Path) -> None:
    """
    Files that people edit are saved with the catalog, byte for byte.
    """
    (home / "aliases.csv").write_bytes("Döha,Doha\r\n".encode())
    (home / "other.txt").write_text("not saved")
    searchkit.back_up_index(home, tmp_path / "a.zip")
    searchkit.restore_index(tmp_path / "a.zip", tmp_path / "new")
    assert "Döha,Doha\r\n".encode() == (tmp_path / "new/aliases.csv").read_bytes()
    assert not (tmp_path / "new/other.txt").exists()


def test_aliases_that_are_there_are_not_overwritten(home: Path, tmp_path: Path) -> None:
    """
    The same file may be there; another one is not touched.
    """
    (home / "aliases.csv").write_text("a,b\n")
    file = searchkit.back_up_index(home, tmp_path / "a.zip").path
    for text in ("c,d\n", "a,b\n"):
        new = tmp_path / f"new-{text[0]}"
        new.mkdir()
        (new / "aliases.csv").write_text(text)
        if text == "a,b\n":
            assert 3 == searchkit.restore_index(file, new).articles
        else:
            with pytest.raises(BackupError, match="another than in the backup"):
                searchkit.restore_index(file, new)
            assert {"aliases.csv"} == names(new)
        assert text == (new / "aliases.csv").read_text()


class TestFolders:
    def test_other_files_are_left_alone(self, archive: Path, tmp_path: Path) -> None:
        """
        The folder may hold anything but an index.
        """
        (tmp_path / "new").mkdir()
        (tmp_path / "new/README").write_text("mine")
        searchkit.restore_index(archive, tmp_path / "new")
        assert "mine" == (tmp_path / "new/README").read_text()

    @pytest.mark.parametrize(
        "name", ["catalog.db", "manifest.json", "_MAIN_3.toc", "MAIN_abc.seg"]
    )
    def test_an_index_is_not_overwritten(
        self, archive: Path, tmp_path: Path, name: str
    ) -> None:
        """
        Whatever is left of an index stays.
        """
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / name).write_text("mine")
        with pytest.raises(IndexExistsError):
            searchkit.restore_index(archive, tmp_path / "new")
        assert {name} == names(tmp_path / "new")
        assert "mine" == (tmp_path / "new" / name).read_text()

    @pytest.mark.parametrize("name", ["catalog.db-wal", "catalog.db-journal"])
    def test_a_log_without_its_catalog_is_not_taken_for_ours(
        self, archive: Path, tmp_path: Path, name: str
    ) -> None:
        """
        SQLite would play it into the catalog that comes back.
        """
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / name).write_bytes(b"a log")
        with pytest.raises(BackupError, match="another catalog"):
            searchkit.restore_index(archive, tmp_path / "new")
        assert {name} == names(tmp_path / "new")

    def test_a_file_is_no_folder(self, archive: Path, tmp_path: Path) -> None:
        """
        A file in the place of the folder is an error with its name.
        """
        (tmp_path / "new").write_text("mine")
        for path in (tmp_path / "new", tmp_path / "new" / "inner"):
            with pytest.raises(IndexAccessError):
                searchkit.restore_index(archive, path)

    def test_a_disk_that_is_too_small_is_told_of_first(
        self, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        Nothing is begun that cannot end.
        """

        class Usage:
            free = 1000

        monkeypatch.setattr("shutil.disk_usage", lambda _: Usage)
        with pytest.raises(IndexAccessError, match="space for 0 MB"):
            searchkit.restore_index(archive, tmp_path / "new")
        assert not (tmp_path / "new").exists()

    def test_two_at_once(self, archive: Path, tmp_path: Path) -> None:
        """
        The second names the first, and disturbs nothing.
        """
        (tmp_path / "new").mkdir()
        with WriterLock(tmp_path / "new"):
            with pytest.raises(IndexLockedError):
                searchkit.restore_index(archive, tmp_path / "new")
            assert "writer.lock" in names(tmp_path / "new")


class TestInterruptions:
    @pytest.mark.parametrize("step", ["_unpack", "_name", "require_catalog", "fsync"])
    @pytest.mark.parametrize("kind", [KeyboardInterrupt, OSError(28, "No space left")])
    @pytest.mark.parametrize("is_there", [True, False])
    def test_nothing_is_left_before_the_catalog_is_in_place(  # noqa: PLR0917 - fixtures
        self,
        home: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        step: str,
        kind: Any,
        is_there: bool,
    ) -> None:
        """
        Whichever step fails or is interrupted, the folder is as it was.
        """
        (home / "aliases.csv").write_text("a,b\n")
        file = searchkit.back_up_index(home, tmp_path / "a.zip").path
        new = tmp_path / "new"
        if is_there:
            new.mkdir()
            (new / "README").write_text("mine")

        def fail(*_: object, **__: object) -> None:
            raise kind

        owner: Any = {"fsync": os, "require_catalog": restoring}.get(
            step, restoring._Restoring
        )
        with monkeypatch.context() as context:
            context.setattr(owner, step, fail)
            with pytest.raises((KeyboardInterrupt, IndexAccessError)):
                searchkit.restore_index(file, new)
        assert is_there == new.exists()
        assert ({"README"} if is_there else set()) == names(new)
        assert 3 == searchkit.restore_index(file, new).articles

    def test_interrupted_between_two_names(
        self, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        What was named before the catalog goes again.
        """
        (home / "aliases.csv").write_text("a,b\n")
        file = searchkit.back_up_index(home, tmp_path / "a.zip").path
        link = os.link

        def fail(source: Path, target: Path) -> None:
            if target.name == "catalog.db":
                raise KeyboardInterrupt
            link(source, target)

        with monkeypatch.context() as context:
            context.setattr(os, "link", fail)
            with pytest.raises(KeyboardInterrupt):
                searchkit.restore_index(file, tmp_path / "new")
        assert not (tmp_path / "new").exists()

    def test_opening_finishes_what_was_begun(
        self, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        Once the catalog is in place, the engine is filled at the next opening.
        """

        def fail(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as context:
            context.setattr(restoring, "_fill", fail)
            with pytest.raises(KeyboardInterrupt):
                searchkit.restore_index(archive, tmp_path / "new")
        assert (tmp_path / "new/catalog.db").exists()
        with searchkit.open_index(tmp_path / "new") as index:
            assert 1 == index.search("doha").total

    def test_a_process_that_was_killed_leaves_nothing_in_the_way(
        self, archive: Path, tmp_path: Path
    ) -> None:
        """
        What it had unpacked is unpacked over.
        """
        code = (
            "import os, signal, sys, searchkit\n"
            "from searchkit.backups import restoring\n"
            "def die(*_): os.kill(os.getpid(), signal.SIGKILL)\n"
            "restoring.require_catalog = die\n"
            "searchkit.restore_index(sys.argv[1], sys.argv[2])\n"
        )
        new = tmp_path / "new"
        result = subprocess.run(
            [sys.executable, "-c", code, str(archive), str(new)],
            cwd=Path(searchkit.__file__).parents[1],
            check=False,
        )
        assert -signal.SIGKILL == result.returncode
        assert "catalog.db.restoring" in names(new)
        assert 3 == searchkit.restore_index(archive, new).articles
        assert not [name for name in names(new) if name.endswith(".restoring")]

    def test_another_index_that_came_meanwhile_stays(
        self, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        The catalog gets its name only where there is none.
        """
        new = tmp_path / "new"
        require = making.require_catalog

        def late(*args: Any) -> bool:
            (new / "catalog.db").write_text("theirs")
            return require(*args)

        monkeypatch.setattr(restoring, "require_catalog", late)
        with pytest.raises(IndexExistsError):
            searchkit.restore_index(archive, new)
        assert "theirs" == (new / "catalog.db").read_text()

    def test_a_file_system_without_links(
        self, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        The catalog is renamed then.
        """

        def refuse(*_: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        with monkeypatch.context() as context:
            context.setattr(os, "link", refuse)
            searchkit.restore_index(archive, tmp_path / "new")
        with closing(sqlite3.connect(tmp_path / "new/catalog.db")) as connection:
            rows = connection.execute("SELECT COUNT(*) FROM articles").fetchall()
        assert [(3,)] == rows
