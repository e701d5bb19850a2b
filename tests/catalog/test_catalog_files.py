"""
What is in ``catalog.db`` when it is opened: ours, another program's, or nothing.
"""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from searchkit.annotations.model import Annotations
from searchkit.articles.model import Article
from searchkit.catalog import CATALOG_NAME, Catalog, CatalogSnapshot, migrations
from searchkit.catalog import batch as batch_module
from searchkit.catalog.migrations import APPLICATION_ID, MIGRATIONS, VERSION
from searchkit.catalog.rows import CHECKED_VALUES, row_checksum
from searchkit.errors import (
    IndexAccessError,
    IndexDamagedError,
    IndexMissingError,
    IndexVersionError,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """
    Give the path of a catalog with one article.
    """
    with Catalog.create(tmp_path) as catalog, catalog.batch() as batch:
        batch.put(Article(id="a", body="Rain. " * 200), Annotations(), {})
    return tmp_path / CATALOG_NAME


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def assert_damaged(path: Path, words: str) -> None:
    """
    Opening names the file as damaged beyond repair, and leaves it as it is.
    """
    before = path.read_bytes()
    with pytest.raises(IndexDamagedError, match=words) as caught:
        Catalog.open(path.parent)
    assert str(path) == caught.value.path
    assert "restore" in str(caught.value.hint)
    assert before == path.read_bytes()


def test_a_new_catalog_carries_its_version(path: Path) -> None:
    """
    ``file`` and older releases can tell what the file is.
    """
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (owner,) = connection.execute("PRAGMA application_id").fetchone()
    assert (VERSION, APPLICATION_ID) == (version, owner)
    assert len(MIGRATIONS) == VERSION


def test_a_newer_version_is_refused(path: Path) -> None:
    """
    What a newer release wrote is left alone.
    """
    run(path, f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(IndexVersionError) as caught:
        Catalog.open(path.parent)
    assert (VERSION + 1, VERSION) == (caught.value.found, caught.value.supported)
    assert "Upgrade" in str(caught.value.hint)


@pytest.mark.parametrize(
    "content", [b"no database at all\n" * 500, b"SQLite format 3\x00"]
)
def test_what_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    """
    Any other file of that name is damage, not an empty catalog.
    """
    path = tmp_path / CATALOG_NAME
    path.write_bytes(content)
    assert_damaged(path, "not a database|malformed|disk image")


@pytest.mark.parametrize("version", [0, VERSION, 500])
def test_a_database_of_another_program_is_refused(tmp_path: Path, version: int) -> None:
    """
    A foreign database of any version is neither changed nor filled.
    """
    path = tmp_path / CATALOG_NAME
    run(path, "CREATE TABLE songs (title TEXT)", f"PRAGMA user_version = {version}")
    assert_damaged(path, "another program")
    assert [CATALOG_NAME] == [found.name for found in tmp_path.iterdir()]


def test_an_empty_database_with_another_name_on_it_is_refused(tmp_path: Path) -> None:
    """
    The application id alone says that the file is not ours.
    """
    path = tmp_path / CATALOG_NAME
    run(path, "PRAGMA application_id = 12345")
    assert_damaged(path, "another program")


def test_an_empty_file_beside_an_index_is_a_loss(tmp_path: Path) -> None:
    """
    Where documents are indexed, an empty catalog is no new one.
    """
    (tmp_path / "_MAIN_3.toc").write_bytes(b"a table of contents")
    path = tmp_path / CATALOG_NAME
    path.touch()
    assert_damaged(path, "empty")
    path.unlink()
    with pytest.raises(IndexDamagedError, match="missing"):
        Catalog.open(tmp_path)
    assert not path.exists()


def test_an_empty_file_is_never_made_anew(tmp_path: Path) -> None:
    """
    A catalog gets its name when it is whole: one that is empty has lost its articles.
    """
    (tmp_path / CATALOG_NAME).touch()
    with pytest.raises(IndexDamagedError, match="empty"):
        Catalog.open(tmp_path)
    assert [CATALOG_NAME] == [one.name for one in tmp_path.iterdir()]
    assert 0 == (tmp_path / CATALOG_NAME).stat().st_size


def test_a_catalog_whose_making_fails_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Until it is whole, nothing bears its name, and the next attempt begins anew.
    """

    def fail(_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as context:
        context.setattr("searchkit.catalog.store.make", fail)
        with pytest.raises(IndexAccessError, match="full"):
            Catalog.create(tmp_path)
    assert [] == list(tmp_path.iterdir())
    Catalog.create(tmp_path).close()


def test_a_missing_catalog_is_a_missing_index(tmp_path: Path) -> None:
    """
    A folder without a catalog is no index, and stays as it is.
    """
    with pytest.raises(IndexMissingError):
        Catalog.open(tmp_path)
    with pytest.raises(IndexMissingError):
        Catalog.open(tmp_path / "nowhere")
    assert [] == list(tmp_path.iterdir())


def read_all(folder: Path) -> None:
    with Catalog.open(folder) as catalog:
        catalog.totals()
        for stored in catalog.changed_since(0):
            catalog.known_article(stored.article.id)
        list(catalog.known_sources())


def test_a_cut_file_is_damage(path: Path) -> None:
    """
    A catalog that lost its end is found out when it is read, if not before.
    """
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(IndexDamagedError) as caught:
        read_all(path.parent)
    assert str(path) == caught.value.path


@pytest.mark.parametrize(
    "change",
    [
        "body = x'00'",
        "body = 'text'",
        "body = NULL",
        "authors = '{'",
        "authors = 'null'",
        "published = 'some day'",
        "title = x'3031'",
        "authors = '" + "[" * 100_000 + "'",
    ],
)
def test_an_altered_article_is_damage(path: Path, change: str) -> None:
    """
    A row that is not what was written is named, and the others can be read.
    """
    with Catalog.open(path.parent) as catalog, catalog.batch() as batch:
        batch.put(Article(id="b", body="Sun."), Annotations(), {})
    run(
        path,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = REPLACE(sql, 'NOT NULL', '') WHERE name ="
        " 'articles'",
    )
    run(path, f"UPDATE articles SET {change} WHERE id = 'a'")
    with Catalog.open(path.parent) as catalog:
        with pytest.raises(IndexDamagedError, match="'a'") as caught:
            catalog.get("a")
        assert str(path) == caught.value.path
        assert "Sun." == catalog.get("b").article.body


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """
    A file in the way is an error of access.
    """
    (tmp_path / "file").touch()
    with pytest.raises(IndexAccessError):
        Catalog.create(tmp_path / "file" / "index")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON articles BEGIN DELETE FROM articles; END",
        "CREATE VIEW v AS SELECT * FROM articles",
    ],
)
def test_code_in_a_catalog_is_refused(tmp_path: Path, statement: str) -> None:
    """
    What a stranger's file would have SQLite do at our next change is never done.
    """
    Catalog.create(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / CATALOG_NAME)) as connection:
        connection.execute(statement)
        connection.commit()
    with pytest.raises(IndexDamagedError, match="not ours"):
        Catalog.open(tmp_path)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("published", 5),
        ("published", "soon"),
        ("title", b"bytes"),
        ("authors", "[[]]"),
        ("body", zlib.compress(b"x" * 2**20)),
        ("body", b"no such thing"),
        ("body_size", -1),
    ],
)
def test_a_row_of_a_stranger_is_an_error_and_no_traceback(
    tmp_path: Path, column: str, value: object
) -> None:
    """
    Values of other types, and texts that unpack to more, have even a right checksum.
    """
    with Catalog.create(tmp_path) as catalog, catalog.batch() as batch:
        batch.put(Article(id="a", title="A", body="Text."), Annotations(), {})
    with closing(sqlite3.connect(tmp_path / CATALOG_NAME)) as connection:
        connection.execute(f"UPDATE articles SET {column} = ?", (value,))
        row = connection.execute(f"SELECT {CHECKED_VALUES} FROM articles").fetchone()
        values = [v.decode() if isinstance(v, bytes) else v for v in row[:-1]]
        connection.execute(
            "UPDATE articles SET checksum = ?", (row_checksum(*values, row[-1]),)
        )
        connection.commit()
    with Catalog.open(tmp_path) as catalog, pytest.raises(IndexDamagedError):
        catalog.get("a")


def test_a_catalog_needs_no_extension(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Without it, the checksums of rows are the same.
    """

    def checksum(*values: object) -> int:
        text = "\0".join(map(str, values[:-1])).encode()
        body = values[-1]
        assert isinstance(body, bytes)
        return zlib.crc32(text + body)

    article = Article(id="a", title="A", body="Text.")
    with monkeypatch.context() as context:
        for module in (migrations, batch_module):
            context.setattr(module, "row_checksum", checksum)
        with Catalog.create(tmp_path) as catalog, catalog.batch() as batch:
            batch.put(article, Annotations(), {})
    with Catalog.open(tmp_path) as catalog:
        assert article == catalog.get("a").article


@pytest.mark.parametrize("value", ["x", '"x"', "[1]", "null", "{"])
def test_a_setting_that_is_no_number_is_damage(tmp_path: Path, value: str) -> None:
    """
    The commit from which on everything is known is a number, or nothing can be said.
    """
    Catalog.create(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / CATALOG_NAME)) as connection:
        connection.execute(
            "INSERT INTO settings VALUES ('oldest_generation', ?)", (value,)
        )
        connection.commit()
    with (
        Catalog.open(tmp_path) as catalog,
        pytest.raises(IndexDamagedError, match="oldest_generation"),
    ):
        catalog.oldest_generation  # noqa: B018 - the access is the test
    with pytest.raises(IndexDamagedError, match="oldest_generation"):
        CatalogSnapshot(tmp_path, 0)


def test_annotators_that_cannot_be_read_are_damage(path: Path) -> None:
    """
    Whoever asks what is known of an article gets the error with its id.
    """
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE articles SET annotators = '[1'")
        (article_id,) = connection.execute("SELECT id FROM articles").fetchone()
        connection.commit()
    with (
        Catalog.open(path.parent) as catalog,
        pytest.raises(IndexDamagedError, match=article_id),
    ):
        catalog.known_article(article_id)
