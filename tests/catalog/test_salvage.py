"""
Salvage: what can be read of a damaged catalog is kept, and what cannot is named.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import searchkit
from searchkit import Article
from searchkit.annotations.model import Annotations, EntityMention
from searchkit.catalog import CATALOG_NAME, Catalog, KnownSource, salvage
from searchkit.catalog.checks import check_catalog
from searchkit.catalog.migrations import PAGE_BYTES
from searchkit.catalog.rows import CHECKED_COLUMNS
from searchkit.catalog.salvage import salvage_catalog
from searchkit.errors import (
    IndexAccessError,
    IndexDamagedError,
    IndexMissingError,
    IndexVersionError,
)
from searchkit.spans import Span

PAGE = PAGE_BYTES
KINDS = {"entities": "e1", "times": "t1"}
ROW = f"number, superseded, checksum, {', '.join(CHECKED_COLUMNS)}"


def fill(folder: Path, count: int) -> None:
    """
    Make a catalog of articles of all lengths, three to a source, some replaced.
    """
    chance = random.Random(7)
    with Catalog.create(folder) as catalog:
        catalog.set_setting("annotate", True)
        for first in range(0, count, 12):
            with catalog.batch() as batch:
                for number in range(first, min(first + 12, count)):
                    words = chance.choices(["rain", "Doha", "talks", "x" * 9], k=5)
                    noise = chance.randbytes(chance.choice([10, 300, 9000])).hex()
                    article = Article(
                        id=f"id-{number:03}",
                        title=f"Number {number}",
                        body=f"Doha {' '.join(words)} {noise}",
                    )
                    mention = EntityMention(Span(0, 4), "Doha", "place", "Doha")
                    batch.put(article, Annotations(entities=(mention,)), KINDS)
                    name = f"/news/{number // 3:03}"
                    source = KnownSource(name, name, 5, 1, 2, "bytes")
                    batch.record_source(
                        source, {article.id: article.fingerprint}, keep_rest=True
                    )
        with catalog.batch() as batch:
            batch.put(Article(id="id-001", body="New."), Annotations(), KINDS)
            batch.delete("id-002")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """
    Give the folder of a catalog of 30 articles.
    """
    fill(tmp_path / "index", 30)
    return tmp_path / "index"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Give a catalog of 150 articles, to be copied.
    """
    folder = tmp_path_factory.mktemp("whole")
    fill(folder, 150)
    return folder / CATALOG_NAME


def rows(path: Path) -> dict[str, tuple[Any, ...]]:
    """
    Return each current article with its annotations, as stored.
    """
    with closing(sqlite3.connect(path)) as connection:
        return {
            row[3]: (
                row,
                connection.execute(
                    "SELECT * FROM annotations WHERE article = ? ORDER BY kind",
                    (row[0],),
                ).fetchall(),
            )
            for row in connection.execute(
                f"SELECT {ROW} FROM articles WHERE superseded IS NULL"
            )
        }


def change(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / CATALOG_NAME)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def sources(folder: Path) -> dict[str, tuple[int, str, int]]:
    with Catalog.open(folder) as catalog:
        return {
            one.location: (one.size, one.fingerprint, one.articles)
            for one in catalog.known_sources()
        }


class TestWhole:
    def test_everything_is_kept(self, folder: Path) -> None:
        """
        Of a whole catalog nothing is lost, and nothing has to be read again.
        """
        before, known = rows(folder / CATALOG_NAME), sources(folder)
        result = salvage_catalog(folder)
        assert (29, (), ()) == (result.kept, result.lost, result.read_again)
        assert before == rows(folder / CATALOG_NAME) == rows(result.old)
        assert known == sources(folder)
        assert [] == list(check_catalog(folder))

    def test_the_engine_is_not_believed(self, folder: Path) -> None:
        """
        The new catalog begins with a commit that no engine can hold.
        """
        with Catalog.open(folder) as catalog:
            before = catalog.generation
        salvage_catalog(folder)
        with Catalog.open(folder) as catalog:
            assert before < catalog.generation == catalog.oldest_generation
            assert catalog.setting("annotate", default=None) is True
            assert before + 1 == catalog.totals().commits

    def test_twice_in_a_second(self, folder: Path) -> None:
        """
        No old file is ever overwritten.
        """
        old = [salvage_catalog(folder).old for _ in range(3)]
        assert 3 == len(set(old))
        assert all(path.is_file() for path in old)

    def test_what_is_in_the_log_only_is_kept(self, folder: Path) -> None:
        """
        A commit that was never folded into the file is a commit; its log is kept.
        """
        copy = folder.with_name("killed")
        with Catalog.open(folder) as catalog:
            with catalog.batch() as batch:
                batch.put(Article(id="late", body="Late."), Annotations(), {})
            shutil.copytree(folder, copy)
        log = (copy / f"{CATALOG_NAME}-wal").read_bytes()
        result = salvage_catalog(copy)
        assert 30 == result.kept
        assert "late" in rows(copy / CATALOG_NAME)
        aside = result.old.with_name(f"{result.old.name}-wal")
        assert log == aside.read_bytes()
        assert not (copy / f"{CATALOG_NAME}-wal").exists()
        assert "late" in rows(result.old)

    def test_an_index_is_filled_again(self, tmp_path: Path) -> None:
        """
        Opening an index after a salvage makes its engine anew.
        """
        path = tmp_path / "index"
        with searchkit.create_index(path) as index:
            index.add([Article(id="a", body="Rain."), Article(id="b", body="Snow.")])
        change(path, "UPDATE articles SET title = 'other' WHERE id = 'b'")
        assert (1, ("b",)) == (
            (result := salvage_catalog(path)).kept,
            result.lost,
        )
        with searchkit.open_index(path) as index:
            assert ["a"] == [hit.id for hit in index.search("rain or snow")]


class TestLosses:
    def test_an_altered_article_is_lost_and_its_source_read_again(
        self, folder: Path
    ) -> None:
        """
        What the checksum does not cover is left out, and named.
        """
        change(folder, "UPDATE articles SET title = 'x' WHERE id = 'id-010'")
        result = salvage_catalog(folder)
        assert (28, ("id-010",)) == (result.kept, result.lost)
        assert ("/news/003",) == result.read_again
        assert (-1, "", 2) == sources(folder)["/news/003"]
        assert (5, "bytes", 3) == sources(folder)["/news/004"]
        assert [] == list(check_catalog(folder))

    def test_damaged_annotations_are_made_anew(self, folder: Path) -> None:
        """
        The article is kept, and the next indexing annotates it.
        """
        change(
            folder,
            "UPDATE annotations SET records = x'00' WHERE kind = 'times' AND article ="
            " (SELECT number FROM articles WHERE id = 'id-010')",
        )
        result = salvage_catalog(folder)
        assert (29, (), ()) == (result.kept, result.lost, result.read_again)
        with Catalog.open(folder) as catalog:
            assert ["id-010"] == catalog.annotated_otherwise(KINDS)
            assert Annotations() == catalog.get("id-010").annotations
            assert "Number 10" == catalog.get("id-010").article.title
        assert [] == list(check_catalog(folder))

    def test_a_setting_that_cannot_be_read_is_left_out(self, folder: Path) -> None:
        """
        The default takes its place.
        """
        change(folder, "UPDATE settings SET value = '{'")
        salvage_catalog(folder)
        with Catalog.open(folder) as catalog:
            assert catalog.setting("annotate", default=5) == 5

    def test_code_in_the_schema_is_left_behind(self, folder: Path) -> None:
        """
        Only rows of tables that a catalog has are carried over.
        """
        change(
            folder,
            "CREATE TRIGGER evil AFTER INSERT ON commits BEGIN DELETE FROM sources;"
            " END",
            "DROP TABLE removed",
            "CREATE VIEW removed AS SELECT 'id-003' AS id, 99 AS generation",
        )
        assert 29 == salvage_catalog(folder).kept
        assert [] == list(check_catalog(folder))

    def test_a_mark_of_a_replacement_that_was_none(self, folder: Path) -> None:
        """
        An article that nothing has replaced is current; one that was, is not.
        """
        change(folder, "UPDATE articles SET superseded = 4 WHERE id = 'id-020'")
        result = salvage_catalog(folder)
        assert (29, ()) == (result.kept, result.lost)
        with Catalog.open(folder) as catalog:
            assert "id-020" in catalog
            assert "id-002" not in catalog
            assert "New." == catalog.get("id-001").article.body

    def test_of_two_current_versions_the_newer_is_kept(self, folder: Path) -> None:
        """
        A lost mark of a replacement brings no old text back.
        """
        change(
            folder,
            "DROP INDEX articles_by_id",
            "UPDATE articles SET superseded = NULL WHERE id = 'id-001'",
        )
        assert 29 == salvage_catalog(folder).kept
        with Catalog.open(folder) as catalog:
            assert "New." == catalog.get("id-001").article.body

    def test_origins_that_are_lost_have_all_sources_read_again(
        self, folder: Path
    ) -> None:
        """
        Where nothing says which source had what, each is asked.
        """
        change(folder, "DROP TABLE origins")
        result = salvage_catalog(folder)
        assert 10 == len(result.read_again)
        assert {(-1, "", 0)} == set(sources(folder).values())


class TestPages:
    @pytest.mark.parametrize("page", range(2, 50))
    def test_one_bad_page_costs_its_own_rows(
        self, whole: Path, tmp_path: Path, page: int
    ) -> None:
        """
        Whichever page is wiped, what is on the others is kept.
        """
        assert page <= whole.stat().st_size // PAGE
        kept, lost = spoil(whole, tmp_path, {page}, 1)
        assert 149 == len(kept) + len(lost)
        assert len(lost) <= 15

    @settings(max_examples=40)
    @given(
        pages=st.sets(st.integers(min_value=2, max_value=500), min_size=1, max_size=25),
        seed=st.integers(min_value=0, max_value=9),
    )
    def test_what_is_kept_is_what_was_written(
        self,
        whole: Path,
        tmp_path_factory: pytest.TempPathFactory,
        pages: set[int],
        seed: int,
    ) -> None:
        """
        Whatever is overwritten with garbage, no altered article is taken for whole.
        """
        count = whole.stat().st_size // PAGE
        folder = tmp_path_factory.mktemp("spoilt")
        spoil(whole, folder, {2 + page % (count - 1) for page in pages}, seed)
        shutil.rmtree(folder)

    def test_nothing_to_be_read(self, whole: Path, tmp_path: Path) -> None:
        """
        Without its first page a file is no catalog, and stays as it is.
        """
        path = tmp_path / CATALOG_NAME
        path.write_bytes(b"\0" * PAGE + whole.read_bytes()[PAGE:])
        before = path.read_bytes()
        with pytest.raises(IndexDamagedError):
            salvage_catalog(tmp_path)
        assert [path] == list(tmp_path.iterdir())
        assert before == path.read_bytes()


def spoil(
    whole: Path, folder: Path, pages: set[int], seed: int
) -> tuple[set[str], set[str]]:
    """
    Salvage a copy with garbage in some pages, and look at what comes out.

    Returns:
        Ids that were kept, and those that were lost.
    """
    content = bytearray(whole.read_bytes())
    chance = random.Random(seed)
    for page in pages:
        start = (page - 1) * PAGE
        garbage = chance.randbytes(PAGE)
        if seed % 3 == 1:
            garbage = bytes(PAGE)
        elif seed % 3 == 2:  # the content, with the structure left as it is
            half = bytes(content[start : start + PAGE // 2])
            garbage = half + chance.randbytes(PAGE // 2)
        content[start : start + PAGE] = garbage
    (folder / CATALOG_NAME).write_bytes(content)
    original = rows(whole)
    try:
        result = salvage_catalog(folder)
    except IndexDamagedError:
        assert content == (folder / CATALOG_NAME).read_bytes()
        return set(), set(original)
    assert content == result.old.read_bytes()
    assert [] == list(check_catalog(folder))
    kept = rows(folder / CATALOG_NAME)
    assert result.kept == len(kept)
    annotators = CHECKED_COLUMNS.index("annotators") + 3
    for article_id, (row, made) in kept.items():
        expected, expected_annotations = original[article_id]
        if made or row[annotators] != "{}":
            assert (expected, expected_annotations) == (row, made)
        else:
            changed = (2, annotators)
            assert [v for n, v in enumerate(expected) if n not in changed] == [
                v for n, v in enumerate(row) if n not in changed
            ]
    lost = set(result.lost)
    assert not lost & kept.keys()
    # Where nothing tells any more that it was deleted, it counts as lost.
    assert lost <= original.keys() | {"id-002"}
    return set(kept), lost


class TestFiles:
    @contextmanager
    def dying(self, monkeypatch: pytest.MonkeyPatch, call: int) -> Iterator[list[str]]:
        """
        Have the n-th change of the folder fail as if the power had gone.
        """
        calls: list[str] = []

        class PowerCutError(BaseException):
            pass

        def counted(name: str, original: Any) -> Any:
            def wrapped(*args: Any, **options: Any) -> Any:
                calls.append(name)
                if len(calls) >= call:
                    raise PowerCutError
                return original(*args, **options)

            return wrapped

        with monkeypatch.context() as context:
            context.setattr(Path, "unlink", counted("unlink", Path.unlink))
            context.setattr(Path, "replace", counted("replace", Path.replace))
            context.setattr(os, "link", counted("link", os.link))
            context.setattr(salvage, "_fold_log", counted("fold", salvage._fold_log))
            try:
                yield calls
            except PowerCutError:
                calls.append("died")

    def test_a_crash_leaves_the_old_or_the_new(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        At every step there is a whole catalog in place, with every commit.
        """
        master = tmp_path / "killed"
        with Catalog.open(folder) as catalog:
            with catalog.batch() as batch:
                batch.put(Article(id="late", body="Late."), Annotations(), {})
            shutil.copytree(folder, master)
        expected = set(rows(folder / CATALOG_NAME))
        assert "late" in expected
        call = died = 1
        while died:
            copy = tmp_path / f"at-{call}"
            shutil.copytree(master, copy)
            with self.dying(monkeypatch, call) as calls:
                salvage_catalog(copy)
            died = calls[-1] == "died"
            assert expected == set(rows(copy / CATALOG_NAME))
            assert 30 == salvage_catalog(copy).kept
            assert not list(copy.glob("*.salvaged"))
            call += 1
        assert ["unlink", "fold", "link"] == calls[:3]
        assert call > 6

    def test_a_reader_of_the_log_is_waited_for_and_named(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A log that cannot be put away is an error, and nothing is changed.
        """
        monkeypatch.setattr("searchkit.catalog.connection.BUSY_SECONDS", 0.05)
        with Catalog.open(folder) as catalog, Catalog.open(folder) as reader:
            reader._all("BEGIN")
            reader.ids()
            with catalog.batch() as batch:
                batch.put(Article(id="late", body="Late."), Annotations(), {})
            with pytest.raises(IndexAccessError, match="another process reads"):
                salvage_catalog(folder)
        assert not [path for path in folder.iterdir() if "damaged" in path.name]
        assert 30 == salvage_catalog(folder).kept

    def test_a_file_system_without_links(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        The old file is copied aside then.
        """

        def refuse(*_: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        before = (folder / CATALOG_NAME).read_bytes()
        monkeypatch.setattr(os, "link", refuse)
        assert before == salvage_catalog(folder).old.read_bytes()

    def test_a_full_disk_leaves_everything_as_it_was(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        An error of the system comes as IndexAccessError.
        """

        def fail(_: int) -> None:
            raise OSError(28, "No space left on device")

        before = (folder / CATALOG_NAME).read_bytes()
        with monkeypatch.context() as context:
            context.setattr(os, "fsync", fail)
            with pytest.raises(IndexAccessError, match="No space left"):
                salvage_catalog(folder)
        assert before == (folder / CATALOG_NAME).read_bytes()
        assert 29 == salvage_catalog(folder).kept


class TestRefusals:
    def test_no_catalog(self, tmp_path: Path) -> None:
        """
        What is not there cannot be saved.
        """
        with pytest.raises(IndexMissingError):
            salvage_catalog(tmp_path)

    def test_other_files(self, tmp_path: Path) -> None:
        """
        Another program's database, an empty one and a newer one are left alone.
        """
        change(tmp_path, "CREATE TABLE songs (title TEXT)")
        with pytest.raises(IndexDamagedError, match="another program"):
            salvage_catalog(tmp_path)
        (tmp_path / CATALOG_NAME).write_bytes(b"")
        with pytest.raises(IndexDamagedError, match="empty"):
            salvage_catalog(tmp_path)

    def test_a_newer_one(self, folder: Path) -> None:
        """
        A newer release may know better.
        """
        change(folder, "PRAGMA user_version = 99")
        with pytest.raises(IndexVersionError):
            salvage_catalog(folder)


class TestCutShort:
    @pytest.mark.parametrize("part", [0.25, 0.5, 0.75, 0.95])
    def test_what_is_before_the_end_is_kept(self, tmp_path: Path, part: float) -> None:
        """
        A file that ends early, as after a copy that broke off, still gives its rows.
        """
        expected = {
            f"n{n:03}": Article(
                id=f"n{n:03}",
                title=f"Number {n}",
                body="".join(random.Random(n).choices("abcdefgh ", k=15_000)),
            )
            for n in range(120)
        }
        with Catalog.create(tmp_path) as catalog:
            for article in expected.values():
                with catalog.batch() as batch:
                    batch.put(article, Annotations(), {})
        path = tmp_path / "catalog.db"
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * part)])
        salvage = salvage_catalog(tmp_path)
        assert int(len(content) * part) == salvage.old.stat().st_size
        with Catalog.open(tmp_path) as catalog:
            kept = {one.article.id: one.article for one in catalog.changed_since(0)}
            assert salvage.kept == len(kept)
            assert kept == {one: expected[one] for one in kept}
        assert kept
        assert part < 0.9 or len(kept) > 0.8 * len(expected)
        assert [] == list(check_catalog(tmp_path))
        left = {one.name for one in tmp_path.iterdir()}
        assert {"catalog.db", salvage.old.name} == {
            name for name in left if not name.endswith(("-wal", "-shm"))
        }
