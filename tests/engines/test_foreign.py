"""
Documents of other programs: never taken for ours, and never lost.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from whoosh.index import open_dir

import searchkit
from searchkit import Article, Index, IndexDamagedError, IndexForeignError
from searchkit.checkups import adopt as adopt_module
from searchkit.engines.whoosh import foreign as foreign_module
from searchkit.engines.whoosh.manifest import read_manifest
from searchkit.indexing import catch_up


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """
    Make an index with three articles.
    """
    home = tmp_path / "index"
    with searchkit.create_index(home, annotate=False) as index:
        index.add(Article(id=f"ours-{n}", title=f"Ours {n}", body="") for n in range(3))
    return home


def write(path: Path, **values: Any) -> None:
    writer = open_dir(path).writer()
    writer.add_document(**values)
    writer.commit(merge=False)


def foreign(index: Index) -> list[tuple[str, str]]:
    found = index._engine.foreign_documents()
    return sorted((article.title, article.body) for article in found)


def foreign_of(path: Path) -> list[tuple[str, str]]:
    with searchkit.opening.open_damaged_index(path) as index:
        return foreign(index)


class TestWhoseDocumentItIs:
    def test_ours_are_never_foreign(self, path: Path) -> None:
        """
        Whatever they lack: a text, a title, or both.
        """
        with searchkit.open_index(path) as index:
            index.add([Article(id="bare"), Article(title="Only a title")])
            assert [] == foreign(index)

    @pytest.mark.parametrize(
        "values",
        [
            {"id": "x", "title": "T", "body": "B"},
            {"id": "x", "title": "T"},
            {"id": "x", "body": ""},
            {"title": "T"},
            {"id": "ours-1", "title": "Another"},
            {"id": "x", "title": "T", "published": "2020-02-29"},
        ],
    )
    def test_all_others_are(self, path: Path, values: dict[str, str]) -> None:
        """
        With a text or without, with an id or without, even with that of an article.
        """
        write(path, **values)
        expected = [(values.get("title", ""), values.get("body", ""))]
        assert expected == foreign_of(path)


class TestTheyAreNotLost:
    def test_rebuilding_asks_first(self, path: Path) -> None:
        """
        A rebuilding would delete them: it says so, and can be told to.
        """
        write(path, id="x", title="Foreign")
        with searchkit.opening.open_damaged_index(path) as index:
            with pytest.raises(IndexForeignError, match="a document"):
                index.rebuild()
            assert [("Foreign", "")] == foreign(index)
            assert 3 == index.rebuild(discard=True)
            assert [] == foreign(index)

    def test_an_older_catalog_does_not_delete_them(self, path: Path) -> None:
        """
        Where the engine would be made anew, opening stops with the way out.
        """
        catalog = (path / "catalog.db").read_bytes()
        with searchkit.open_index(path) as index:
            index.add([Article(id="later", title="Later")])
        write(path, id="x", title="Foreign")
        (path / "catalog.db").write_bytes(catalog)
        with pytest.raises(IndexForeignError):
            searchkit.open_index(path)
        assert [("Foreign", "")] == foreign_of(path)
        searchkit.adopt_documents(path)
        with searchkit.open_index(path) as index:
            assert {"x", "ours-0", "ours-1", "ours-2"} == {
                hit.id for hit in index.search("foreign OR ours OR later")
            }

    @pytest.mark.parametrize("damage", ["missing", "empty", "altered"])
    def test_they_are_found_without_a_manifest(self, path: Path, damage: str) -> None:
        """
        A manifest that cannot be read hides none of them.
        """
        write(path, id="x", title="Foreign")
        manifest = path / "manifest.json"
        if damage == "missing":
            manifest.unlink()
        else:
            manifest.write_text("" if damage == "empty" else "{}")
        assert [("Foreign", "")] == foreign_of(path)

    def test_they_are_found_beside_a_damaged_segment(self, path: Path) -> None:
        """
        What can be read is given before the damage is told.
        """
        ours = next(path.glob("MAIN_*.s*"))
        write(path, id="x", title="Foreign")
        ours.write_bytes(ours.read_bytes()[:-40])
        titles: list[str] = []
        with searchkit.opening.open_damaged_index(path) as index:
            documents = index._engine.foreign_documents()
            with pytest.raises(IndexDamagedError):
                titles.extend(one.title for one in documents)
        assert ["Foreign"] == titles


class TestManifestOfAStranger:
    @pytest.mark.parametrize(
        "name", ["../catalog.db", "/dev/zero", "a/MAIN_1.seg", "catalog.db", "MAIN_1"]
    )
    def test_no_other_file_is_named(self, path: Path, name: str) -> None:
        """
        It speaks of files of the index, in its folder, and of no others.
        """
        file = path / "manifest.json"
        values = json.loads(file.read_text())
        values["files"][name] = {"size": 1, "crc32": 1}
        file.write_text(json.dumps(values))
        with pytest.raises(IndexDamagedError, match="altered"):
            read_manifest(path)

    def test_what_is_no_file_is_not_read(self, path: Path) -> None:
        """
        A pipe in place of a segment is damage, and nobody waits for its end.
        """
        segment = next(path.glob("MAIN_*.s*"))
        segment.unlink()
        os.mkfifo(segment)
        codes = {finding.code for finding in searchkit.check_index(path).findings}
        assert "segment-unreadable" in codes


def test_our_segments_are_checked_beside_foreign_ones(path: Path) -> None:
    """
    A commit of another program does not hide a flipped bit in a file of ours.
    """
    ours = next(path.glob("MAIN_*.s*"))
    write(path, id="x", title="Foreign")
    content = bytearray(ours.read_bytes())
    content[len(content) // 2] ^= 1
    ours.write_bytes(content)
    codes = {finding.code for finding in searchkit.check_index(path).findings}
    assert {"foreign-commit", "segment-altered"} <= codes


class TestFolderOfAStranger:
    """
    Names in a folder from somebody else lead nowhere, and nobody waits for them.
    """

    @pytest.fixture
    def thesis(self, tmp_path: Path) -> Path:
        """
        Make a folder with a file that is none of our business.
        """
        mine = tmp_path / "mine"
        mine.mkdir()
        (mine / "thesis.txt").write_text("mine")
        return mine / "thesis.txt"

    def test_links_are_not_followed(self, path: Path, thesis: Path) -> None:
        """
        What we write under a name, and what we delete, is never what a link points to.
        """
        (path / "MAIN.tmp").symlink_to(thesis.parent)
        (path / "manifest.json.tmp").symlink_to(thesis)
        (path / "writer.json").symlink_to(thesis)
        (path / "MAIN_x.seg").symlink_to(thesis)
        with searchkit.opening.open_damaged_index(path) as index:
            assert 3 == index.rebuild(discard=True)
            index.add([Article(id="new", title="New")])
            assert 4 == len(index)
        assert "mine" == thesis.read_text()
        assert ["thesis.txt"] == [one.name for one in thesis.parent.iterdir()]
        assert [] == [one for one in path.iterdir() if one.is_symlink()]

    @pytest.mark.parametrize("name", ["manifest.json", "_MAIN_2.toc", "MAIN_WRITELOCK"])
    @pytest.mark.usefixtures("it_ends")
    def test_pipes_are_not_read(self, path: Path, name: str) -> None:
        """
        A pipe in place of a file is an error, or replaced, and ends no process.
        """
        (path / name).unlink()
        os.mkfifo(path / name)
        with (
            contextlib.suppress(searchkit.IndexStoreError),
            searchkit.open_index(path) as index,
        ):
            index.search("ours")
            index.add([Article(id="new", title="New")])
        with searchkit.opening.open_damaged_index(path) as index:
            index.rebuild(discard=True)
            assert len(index) >= 3


class TestLocks:
    def test_nothing_is_reset_under_another_writer(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        While a program writes through Whoosh's API, the index is not taken from it.
        """
        monkeypatch.setattr("searchkit.engines.whoosh.engine.LOCK_PATIENCE", 0.0)
        writer = open_dir(path).writer()
        before = {one.name for one in path.glob("*MAIN_*")}
        with searchkit.opening.open_damaged_index(path) as index:
            with pytest.raises(searchkit.IndexLockedError, match="Whoosh"):
                index.rebuild(discard=True)
            assert before <= {one.name for one in path.glob("*MAIN_*")}
            writer.add_document(id="x", title="Foreign")
            writer.commit()
            assert [("Foreign", "")] == foreign(index)

    def test_what_comes_while_others_are_adopted_stays(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A document that is written after the reading is not deleted with the others.
        """
        write(path, id="x", title="First")

        def later(*arguments: Any, **options: Any) -> int:
            write(path, id="y", title="Second")
            return catch_up(*arguments, **options)

        monkeypatch.setattr(adopt_module, "catch_up", later)
        with pytest.raises(IndexForeignError):
            searchkit.adopt_documents(path)
        monkeypatch.undo()
        searchkit.adopt_documents(path)
        with searchkit.open_index(path) as index:
            assert {"x", "y"} == {hit.id for hit in index.search("first OR second")}
            assert 5 == len(index)


def test_what_can_be_read_is_adopted(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    One document that is damaged does not keep the others out, and is not deleted.
    """
    for n in range(3):
        write(path, id=f"x{n}", title=f"Foreign {n}")
    original = foreign_module._article

    def damaged(stored: Any) -> Article:
        if stored["id"] == "x1":
            raise ValueError("damaged")
        return original(stored)

    monkeypatch.setattr(foreign_module, "_article", damaged)
    with pytest.raises(IndexDamagedError, match="cannot be read") as caught:
        searchkit.adopt_documents(path)
    assert "rebuild --discard" in str(caught.value.hint)
    monkeypatch.undo()
    searchkit.adopt_documents(path)
    with searchkit.open_index(path) as index:
        assert {"x0", "x1", "x2"} == {hit.id for hit in index.search("foreign")}
