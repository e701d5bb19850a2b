"""
Making a backup: one commit, read back before it gets its name, nothing left else.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import searchkit
from searchkit import (
    Article,
    Backup,
    BackupError,
    IndexAccessError,
    IndexDamagedError,
    IndexMissingError,
)
from searchkit.backups import archive as archive_module
from searchkit.backups import making

#: A process that adds pairs of articles, one pair a commit, until it is ended.
WRITER = """
import sys, searchkit
from searchkit import Article

with searchkit.open_index(sys.argv[1]) as index:
    turn = 0
    while True:
        index.add(
            Article(id=f"{side}-{turn}", title=f"Turn {turn}", body=side * 500)
            for side in ("left", "right")
        )
        turn += 1
        print(turn, flush=True)
"""


def test_it_says_what_it_holds(home: Path, tmp_path: Path) -> None:
    """
    A backup names its commit, release and time, and the digest of the catalog.
    """
    file = tmp_path / "news.zip"
    backup = searchkit.back_up_index(home, file)
    with zipfile.ZipFile(file) as archive:
        assert {"backup.json", "catalog.db"} == set(archive.namelist())
        assert archive.testzip() is None
        told = json.loads(archive.read("backup.json"))
    assert 1 == told["format"]
    with searchkit.open_index(home) as index:
        assert (3, index.generation) == (told["articles"], told["generation"])
    assert told["made"].endswith("+00:00")
    assert file.stat().st_size == backup.size
    assert (file, 3, searchkit.__version__) == (
        backup.path,
        backup.articles,
        backup.searchkit,
    )
    assert told["files"]["catalog.db"]["sha256"] == backup.files["catalog.db"].sha256
    assert backup == searchkit.verify_backup(file)


def test_progress_goes_from_nothing_to_all(home: Path, tmp_path: Path) -> None:
    """
    Each stage has its share, and none goes back.
    """
    file = tmp_path / "a.zip"
    seen: list[list[Any]] = [[], [], []]
    searchkit.back_up_index(home, file, progress=seen[0].append)
    searchkit.verify_backup(file, progress=seen[1].append)
    searchkit.restore_index(file, tmp_path / "new", progress=seen[2].append)
    for calls in seen:
        done = [one.done for one in calls]
        assert sorted(done) == done
        assert {done[-1]} == {one.total for one in calls}
        assert 3 == calls[-1].articles


def test_a_backup_beside_a_writer_is_one_commit(home: Path, tmp_path: Path) -> None:
    """
    Another process writes pairs: a backup has both of a pair, or none.
    """
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home)],
        cwd=Path(searchkit.__file__).parents[1],
        stdout=subprocess.PIPE,
    ) as writer:
        assert writer.stdout is not None
        backups: list[Backup] = []
        try:
            for number in range(3):
                writer.stdout.readline()
                backups.append(
                    searchkit.back_up_index(home, tmp_path / f"{number}.zip")
                )
        finally:
            writer.kill()
    for number, backup in enumerate(backups):
        restored = tmp_path / f"restored-{number}"
        searchkit.restore_index(backup.path, restored)
        with searchkit.open_index(restored) as index:
            assert backup.generation == index.generation
            ids = set(index._catalog.ids()) - {"doha", "snow", "script"}
            lefts = {one.partition("-")[2] for one in ids if one.startswith("left")}
            rights = {one.partition("-")[2] for one in ids if one.startswith("right")}
            assert lefts == rights
            assert 2 * len(lefts) == len(ids) == len(index) - 3
            assert len(index) == backup.articles
    assert backups[0].generation < backups[-1].generation


def test_an_index_whose_engine_is_damaged_is_saved(home: Path, tmp_path: Path) -> None:
    """
    Only the catalog counts.
    """
    for path in home.iterdir():
        if path.name != "catalog.db" and "writer" not in path.name:
            path.write_bytes(b"garbage")
    assert 3 == searchkit.back_up_index(home, tmp_path / "a.zip").articles


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_index_in_a_folder_without_rights_is_saved(
    home: Path, tmp_path: Path
) -> None:
    """
    Who may read an index may back it up.
    """
    home.chmod(0o500)
    try:
        assert 3 == searchkit.back_up_index(home, tmp_path / "a.zip").articles
    finally:
        home.chmod(0o700)


def test_an_older_catalog_is_saved(home: Path, tmp_path: Path) -> None:
    """
    The moment before an upgrade is a good one for a backup.
    """
    older(home)
    backup = searchkit.back_up_index(home, tmp_path / "a.zip")
    assert 1 == backup.articles
    searchkit.restore_index(backup.path, tmp_path / "new")
    with searchkit.open_index(tmp_path / "new") as index:
        assert "Old" == index.get("old").title
        assert 1 == index.search("doha").total


def older(home: Path) -> None:
    import zlib

    from searchkit.catalog.migrations import APPLICATION_ID, MIGRATIONS

    path = home / "catalog.db"
    path.unlink()
    article = Article(id="old", title="Old", body="Doha.")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(MIGRATIONS[0])
        connection.execute(
            "INSERT INTO articles VALUES (1, 'old', 1, 'Old', NULL, '', '', '[]', '',"
            " 5, ?, '{}', 1, ?)",
            (article.fingerprint, zlib.compress(b"Doha.")),
        )
        connection.execute("INSERT INTO commits VALUES (1, 'then', 1, 0, 0)")
        connection.execute("PRAGMA user_version = 1")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def files(folder: Path) -> list[Path]:
    """
    Return all files but the empty log that SQLite leaves beside what it has read.
    """
    logs = ("-wal", "-shm")
    return sorted(one for one in folder.glob("**/*") if not one.name.endswith(logs))


class TestRefusals:
    def refused(self, home: Path, file: Path, words: str) -> None:
        before = files(file.parent)
        with pytest.raises(BackupError, match=words) as caught:
            searchkit.back_up_index(home, file)
        assert str(file) == caught.value.path
        assert caught.value.hint
        assert before == files(file.parent)

    def test_a_file_that_is_there(self, home: Path, tmp_path: Path) -> None:
        """
        Nothing is overwritten, be it a file, a folder or a link to nowhere.
        """
        (tmp_path / "file").write_text("mine")
        (tmp_path / "link").symlink_to("nowhere")
        for name in ("file", "link", "index"):
            self.refused(home, tmp_path / name, "already")
        assert "mine" == (tmp_path / "file").read_text()

    def test_a_file_that_came_meanwhile(
        self, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        Of two backups to one name the first stays.
        """
        file = tmp_path / "a.zip"
        read_back = making._read_back

        def late(path: Path, progress: Any) -> Backup:
            file.write_text("first")
            return read_back(path, progress)

        monkeypatch.setattr(making, "_read_back", late)
        with pytest.raises(BackupError, match="already"):
            searchkit.back_up_index(home, file)
        assert "first" == file.read_text()

    def test_a_file_inside_the_index(self, home: Path, tmp_path: Path) -> None:
        """
        What goes with the index saves nothing, by whatever way it is named.
        """
        (home / "inner").mkdir()
        (tmp_path / "alias").symlink_to(home)
        for folder in (home, home / "inner", tmp_path / "alias"):
            self.refused(home, folder / "a.zip", "inside the index folder")

    def test_a_folder_that_is_not_there(self, home: Path, tmp_path: Path) -> None:
        """
        No folder is made on the way.
        """
        self.refused(home, tmp_path / "none" / "a.zip", "no folder")

    def test_a_damaged_catalog(self, home: Path, tmp_path: Path) -> None:
        """
        A backup of what cannot be put back is none.
        """
        with closing(sqlite3.connect(home / "catalog.db")) as connection, connection:
            connection.execute("UPDATE articles SET title = 'x' WHERE id = 'doha'")
        self.refused(home, tmp_path / "a.zip", "'doha' cannot be read")

    def test_no_index(self, tmp_path: Path) -> None:
        """
        Where there is no index there is nothing to save.
        """
        with pytest.raises(IndexMissingError):
            searchkit.back_up_index(tmp_path / "none", tmp_path / "a.zip")
        (tmp_path / "catalog.db").write_bytes(b"text" * 999)
        with pytest.raises(IndexDamagedError):
            searchkit.back_up_index(tmp_path, tmp_path.parent / "b.zip")
        assert [tmp_path / "catalog.db"] == list(tmp_path.iterdir())

    def test_a_long_file_of_aliases(
        self, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        What could not be put back is not packed.
        """
        monkeypatch.setattr(making, "MAX_KEPT_BYTES", 10)
        (home / "aliases.csv").write_text("a,b\n" * 10)
        self.refused(home, tmp_path / "a.zip", "longer than")


class TestFailures:
    @pytest.mark.parametrize(
        ("owner", "name"),
        [
            (making, "copy_catalog"),
            (making, "check_file"),
            (making, "write_archive"),
            (making, "_read_back"),
            (making, "_name"),
            (os, "fsync"),
            (archive_module, "_digest"),
        ],
    )
    @pytest.mark.parametrize("kind", [KeyboardInterrupt, OSError(28, "No space left")])
    def test_nothing_is_left(  # noqa: PLR0917 - fixtures
        self,
        home: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        owner: Any,
        name: str,
        kind: Any,
    ) -> None:
        """
        Whichever step fails or is interrupted, the folder is as it was.
        """

        def fail(*_: object, **__: object) -> None:
            raise kind

        before = sorted(tmp_path.iterdir())
        with monkeypatch.context() as context:
            context.setattr(owner, name, fail)
            with pytest.raises((KeyboardInterrupt, IndexAccessError)):
                searchkit.back_up_index(home, tmp_path / "a.zip")
        assert before == sorted(tmp_path.iterdir())
        assert 3 == searchkit.back_up_index(home, tmp_path / "a.zip").articles

    def test_what_the_disk_alters_is_noticed(
        self, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        The archive is read back before it gets its name.
        """
        write = archive_module.write_archive

        def altered(path: Path, *args: Any, **options: Any) -> None:
            write(path, *args, **options)
            content = bytearray(path.read_bytes())
            content[1000] ^= 1
            path.write_bytes(content)

        monkeypatch.setattr(making, "write_archive", altered)
        before = sorted(tmp_path.iterdir())
        with pytest.raises(BackupError, match="damaged"):
            searchkit.back_up_index(home, tmp_path / "a.zip")
        assert before == sorted(tmp_path.iterdir())

    def test_a_file_system_without_links(
        self, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        The archive is renamed then.
        """

        def refuse(*_: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)
        searchkit.back_up_index(home, tmp_path / "a.zip")
        assert 3 == searchkit.restore_index(tmp_path / "a.zip", tmp_path / "b").articles


def test_a_catalog_of_wiped_pages_can_be_put_back(
    home: Path, tmp_path: Path, altered_catalog: Callable[..., bytes]
) -> None:
    """
    Pages full of zeros pack better than any text: such a catalog is stored unpacked.
    """
    with closing(sqlite3.connect(home / "catalog.db")) as connection, connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(
            "INSERT INTO settings VALUES ('long', ?)", ('"' + "x" * 2**25 + '"',)
        )
        connection.execute("DELETE FROM settings WHERE name = 'long'")
    backup = searchkit.back_up_index(home, tmp_path / "a.zip")
    assert backup.size > 2**25
    assert 3 == searchkit.restore_index(backup.path, tmp_path / "b").articles
