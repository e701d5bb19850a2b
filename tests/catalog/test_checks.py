"""
Looking at a catalog's file: each damage is found, named, and nothing is changed.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from searchkit.annotations.model import Annotations, EntityMention, TimeExpression
from searchkit.articles.model import Article
from searchkit.catalog import CATALOG_NAME, Catalog, KnownSource
from searchkit.catalog.checks import check_catalog, check_file
from searchkit.catalog.migrations import MIGRATIONS, PAGE_BYTES, VERSION
from searchkit.catalog.rows import CHECKED_VALUES, pack_records, row_checksum
from searchkit.findings import Finding
from searchkit.spans import Span

FOUND = Annotations(
    times=(TimeExpression(Span(8, 12), "2020", "DATE", "2020"),),
    entities=(EntityMention(Span(0, 4), "Doha", "place", "Doha"),),
)
BACKWARDS = ("2020-12-31", "2020-01-01")
KINDS = {"times": "t1", "entities": "e1"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """
    Give the folder of a catalog with two articles, and a third that was deleted.
    """
    with Catalog.create(tmp_path) as catalog:
        catalog.set_setting("annotate", True)
        with catalog.batch() as batch:
            for name in ("a", "b", "c"):
                article = Article(id=name, title=f"Of {name}", body="Doha in 2020.")
                batch.put(article, FOUND, KINDS)
            source = KnownSource("/news/a", "a", 5, 1, 2, "f")
            batch.record_source(source, {"a": "0a", "b": "0b"})
        with catalog.batch() as batch:
            batch.delete("c")
    return tmp_path


def change(folder: Path, *statements: str | tuple[str, tuple[object, ...]]) -> None:
    with closing(sqlite3.connect(folder / CATALOG_NAME)) as connection, connection:
        connection.create_function("row_checksum", -1, row_checksum)
        for statement in statements:
            if isinstance(statement, str):
                connection.execute(statement)
            else:
                connection.execute(*statement)


def codes(folder: Path) -> list[str]:
    return [finding.code for finding in check_catalog(folder)]


def only(folder: Path) -> Finding:
    (finding,) = check_catalog(folder)
    assert str(folder / CATALOG_NAME) == finding.path
    return finding


def with_checksum(assignment: str, article_id: str) -> tuple[str, ...]:
    """
    Change a row as a program would that computes the checksum anew.
    """
    where = f"WHERE id = '{article_id}'"
    checksum = f"row_checksum({CHECKED_VALUES})"
    return (
        f"UPDATE articles SET {assignment} {where}",
        f"UPDATE articles SET checksum = {checksum} {where}",
    )


def test_a_whole_catalog_has_nothing_wrong(folder: Path) -> None:
    """
    Superseded versions and removed ids are part of a whole catalog.
    """
    calls: list[tuple[int, int]] = []
    found = check_catalog(folder, progress=lambda *call: calls.append(call))
    assert [] == list(found)
    assert [(1, 3), (2, 3), (3, 3)] == calls


def test_looking_changes_nothing(folder: Path) -> None:
    """
    The file is the same afterwards, and may be one that cannot be written to.
    """
    path = folder / CATALOG_NAME
    before = path.read_bytes()
    path.chmod(0o400)
    assert [] == list(check_file(path))
    assert before == path.read_bytes()


def test_a_file_that_is_alone_gets_no_other_beside_it(folder: Path) -> None:
    """
    A catalog out of an archive is looked at where it lies.
    """
    before = sorted(folder.iterdir())
    assert [] == list(check_file(folder / CATALOG_NAME, is_alone=True))
    assert before == sorted(folder.iterdir())


def test_one_commit_is_looked_at_while_others_write(folder: Path) -> None:
    """
    A writer neither waits nor disturbs.
    """
    with Catalog.open(folder) as catalog:

        def write(*_: int) -> None:
            with catalog.batch() as batch:
                batch.put(Article(id="d", body="New."), Annotations(), {})
                batch.delete("a")

        assert [] == list(check_catalog(folder, progress=write))
    assert [] == codes(folder)


class TestFiles:
    def test_none(self, tmp_path: Path) -> None:
        """
        A catalog that is not there is restored from a backup, if at all.
        """
        assert ("catalog-missing", "restore") == (
            only(tmp_path).code,
            only(tmp_path).remedy,
        )

    def test_empty(self, tmp_path: Path) -> None:
        """
        An empty file is no catalog.
        """
        (tmp_path / CATALOG_NAME).touch()
        assert "catalog-empty" == only(tmp_path).code

    @pytest.mark.parametrize("content", [b"nothing but text\n" * 999, b"SQLite format"])
    def test_no_database(self, tmp_path: Path, content: bytes) -> None:
        """
        Another file of that name is damage.
        """
        (tmp_path / CATALOG_NAME).write_bytes(content)
        assert "catalog-damaged" == only(tmp_path).code

    def test_of_another_program(self, tmp_path: Path) -> None:
        """
        A database of another program is named so, and not read.
        """
        change(tmp_path, "CREATE TABLE songs (title TEXT)")
        assert ("catalog-foreign", "restore") == (
            only(tmp_path).code,
            only(tmp_path).remedy,
        )

    def test_newer(self, folder: Path) -> None:
        """
        What a newer release wrote is for a newer release to look at.
        """
        change(folder, f"PRAGMA user_version = {VERSION + 1}")
        assert ("catalog-newer", "none") == (only(folder).code, only(folder).remedy)

    def test_a_folder_in_its_place(self, tmp_path: Path) -> None:
        """
        What cannot be opened is out of reach, not damaged.
        """
        (tmp_path / CATALOG_NAME).mkdir()
        assert "catalog-unreadable" == only(tmp_path).code

    def test_cut_short(self, folder: Path) -> None:
        """
        A file that lost its end is damaged, and what can be read may be saved.
        """
        path = folder / CATALOG_NAME
        os.truncate(path, path.stat().st_size - PAGE_BYTES)
        found = list(check_catalog(folder))
        assert "catalog-damaged" in {finding.code for finding in found}
        assert {"salvage"} == {finding.remedy for finding in found}


class TestOlder:
    @pytest.fixture
    def older(self, tmp_path: Path) -> Path:
        """
        Give a catalog of version 1 with one article.
        """
        article = Article(id="old", title="T", body="Doha.")
        body = zlib.compress(article.body.encode())
        values = ("old", 1, "T", None, "", "", "[]", "", 5, article.fingerprint)
        with closing(sqlite3.connect(tmp_path / CATALOG_NAME)) as connection:
            connection.executescript(MIGRATIONS[0])
            connection.execute(
                "INSERT INTO articles VALUES"
                f" (1, {', '.join('?' * len(values))}, '{{}}', 1, ?)",
                (*values, body),
            )
            connection.execute("INSERT INTO commits VALUES (1, 'then', 1, 0, 0)")
            connection.execute("PRAGMA user_version = 1")
            connection.execute(f"PRAGMA application_id = {0x534B4331}")
            connection.commit()
        return tmp_path

    def test_a_whole_one_needs_an_upgrade(self, older: Path) -> None:
        """
        An older catalog is looked at as thoroughly, and is to be upgraded.
        """
        assert ("catalog-older", "upgrade") == (only(older).code, only(older).remedy)

    def test_damage_in_it_is_found(self, older: Path) -> None:
        """
        Without checksums of rows, the fingerprint tells of altered text.
        """
        change(older, "UPDATE articles SET title = 'Other'")
        assert ["catalog-older", "article-damaged"] == codes(older)

    def test_its_schema_is_that_of_its_version(self, older: Path) -> None:
        """
        What version 1 did not have is foreign to it.
        """
        change(older, "CREATE VIEW later AS SELECT 1")
        assert ["catalog-older", "catalog-altered"] == codes(older)


class TestSchema:
    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE TRIGGER evil AFTER DELETE ON commits BEGIN SELECT 1; END",
            "CREATE VIEW evil AS SELECT * FROM articles",
            "CREATE TABLE evil (x)",
            "CREATE INDEX evil ON articles (title)",
            "DROP INDEX articles_by_id",
            "ALTER TABLE settings ADD COLUMN evil DEFAULT 5",
        ],
    )
    def test_what_is_no_part_of_a_catalog_is_an_error(
        self, folder: Path, statement: str
    ) -> None:
        """
        A stranger's file can hold code; a catalog holds none.
        """
        change(folder, statement)
        finding = only(folder)
        assert ("catalog-altered", "error") == (finding.code, finding.severity)
        assert finding.details

    def test_a_view_in_the_place_of_a_table_is_not_read(self, folder: Path) -> None:
        """
        Names alone do not make a catalog.
        """
        change(
            folder,
            "DROP TABLE removed",
            "CREATE VIEW removed AS WITH RECURSIVE n(id, generation) AS"
            " (SELECT 1, 1 UNION ALL SELECT id + 1, 1 FROM n) SELECT * FROM n",
        )
        assert "catalog-altered" == only(folder).code

    def test_statistics_of_sqlite_are_none_of_our_business(self, folder: Path) -> None:
        """
        ANALYZE makes a table of its own.
        """
        change(folder, "ANALYZE")
        assert [] == codes(folder)


class TestArticles:
    @pytest.mark.parametrize(
        "assignment",
        [
            "title = 'other'",
            "body = zeroblob(20)",
            "body = 'text'",
            "published = 2020",
            "explicit_id = 7",
            "checksum = checksum + 1",
            "path = x'ff'",
            "url = CAST(x'ff' AS TEXT)",
        ],
    )
    def test_an_altered_row_is_named(self, folder: Path, assignment: str) -> None:
        """
        No row stands that its checksum does not cover.
        """
        change(folder, f"UPDATE articles SET {assignment} WHERE id = 'b'")
        finding = only(folder)
        expected = ("article-damaged", "salvage", ("b",))
        assert expected == (finding.code, finding.remedy, finding.details)
        assert "'b'" in finding.message

    @pytest.mark.parametrize(
        "assignment",
        [
            "title = 'other'",
            "authors = '[5]'",
            "authors = 'nonsense'",
            "authors = '\"text\"'",
            "body_size = 3",
            "body_size = -1",
            "body_size = 9223372036854775807",
            "annotators = '[]'",
            "published = 2020",
            "published = 'yesterday'",
            "fingerprint = 'x'",
            "id = ' b'",
        ],
    )
    def test_what_a_row_means_is_looked_at_as_well(
        self, folder: Path, assignment: str
    ) -> None:
        """
        A checksum proves nothing of what another program wrote.
        """
        change(folder, *with_checksum(assignment, "b"))
        found = [one for one in check_catalog(folder) if one.code == "article-damaged"]
        assert 1 == len(found)

    def test_a_body_that_unpacks_to_more_is_not_unpacked(self, folder: Path) -> None:
        """
        A kilobyte that unpacks to a megabyte stops at what the row says.
        """
        bomb = zlib.compress(b"x" * 2**20)
        change(folder, ("UPDATE articles SET body = ? WHERE id = 'b'", (bomb,)))
        change(folder, *with_checksum("title = title", "b"))
        assert "longer than it can be" in only(folder).message

    def test_only_the_first_ids_are_listed(self, folder: Path) -> None:
        """
        A finding of thousands stays readable.
        """
        with Catalog.open(folder) as catalog, catalog.batch() as batch:
            for number in range(30):
                batch.put(Article(id=f"n{number}", body="x"), Annotations(), {})
        change(folder, "UPDATE articles SET checksum = 0")
        finding = only(folder)
        assert 20 == len(finding.details)
        assert "32 more" in finding.message


def records(kind: str, *changed: object) -> tuple[str, tuple[object, ...]]:
    return (
        "UPDATE annotations SET amount = ?, records = ? WHERE kind = ? AND article = 2",
        (len(changed), pack_records(changed), kind),
    )


class TestAnnotations:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE annotations SET amount = 2 WHERE kind = 'times' AND article = 2",
            "UPDATE annotations SET records = x'00' WHERE article = 2",
            "UPDATE annotations SET records = 'text' WHERE article = 2",
            "UPDATE annotations SET amount = 'x' WHERE article = 2",
            "DELETE FROM annotations WHERE kind = 'times' AND article = 2",
            "UPDATE annotations SET kind = 'x' WHERE kind = 'times' AND article = 2",
            records("entities", ["body", 0, 5, "Doha", "place", "Doha"]),
            records("entities", ["body", 0, 400, "Doha", "place", "Doha"]),
            records("entities", ["body", -13, -9, "Doha", "place", "Doha"]),
            records("entities", ["title", 0, 4, "Doha", "place", "Doha"]),
            records("entities", ["path", 0, 4, "Doha", "place", "Doha"]),
            records("entities", ["body", 0, 4, "Doha", "planet", "Doha"]),
            records("entities", ["body", 0, 4, "Doha", "place", 5]),
            records("entities", ["body", "0", 4, "Doha", "place", "Doha"]),
            records("entities", ["body", 0, 4]),
            records("entities", 5),
            records("times", ["body", 8, 12, "2020", "DATE", "2020", "x", "y", 0, 0]),
            records(
                "times",
                ["body", 8, 12, "2020", "DATE", "2020", *BACKWARDS, 0, 0],
            ),
        ],
    )
    def test_what_is_not_in_the_text_is_found(
        self, folder: Path, statement: str | tuple[str, tuple[object, ...]]
    ) -> None:
        """
        Every annotation can be read, and its words stand where it says.
        """
        change(folder, statement)
        finding = only(folder)
        expected = ("annotations-damaged", "salvage", ("b",))
        assert expected == (finding.code, finding.remedy, finding.details)


class TestRelations:
    @pytest.mark.parametrize(
        ("statement", "words"),
        [
            ("DELETE FROM sources", "not there"),
            ("DELETE FROM articles WHERE id = 'a'", "not there"),
            ("DELETE FROM commits WHERE generation = 2", "there were not"),
            ("INSERT INTO removed VALUES ('a', 1)", "removed, and there"),
            ("UPDATE removed SET generation = 7", "removed by commits"),
            ("DELETE FROM removed", "by nothing"),
            ("UPDATE articles SET superseded = 2 WHERE id = 'a'", "by nothing"),
            ("UPDATE articles SET superseded = 1 WHERE id = 'c'", "there were not"),
            ("UPDATE articles SET superseded = 'x' WHERE id = 'c'", "there were not"),
            (
                "INSERT INTO commits VALUES (-1, '', 0, 0, 0, 0, -1, NULL)",
                "no number",
            ),
            (
                "UPDATE commits SET last_number = first_number",
                "have not written them",
            ),
            ("INSERT INTO settings VALUES ('oldest_generation', '9')", "commit 9"),
            ("INSERT INTO settings VALUES ('oldest_generation', '\"\"')", "commit"),
        ],
    )
    def test_tables_that_contradict_each_other(
        self, folder: Path, statement: str, words: str
    ) -> None:
        """
        What a batch never leaves is found.
        """
        change(folder, statement)
        found = list(check_catalog(folder))
        assert {"catalog-inconsistent"} == {finding.code for finding in found}
        assert any(words in finding.message for finding in found)

    def test_commits_may_have_gaps(self, folder: Path) -> None:
        """
        Only what stands after the last commit contradicts it.
        """
        change(folder, "INSERT INTO commits VALUES (1000, '', 0, 0, 0, 0, -1, NULL)")
        assert [] == codes(folder)

    @pytest.mark.parametrize("value", ["yes", "{", ""])
    def test_a_setting_that_is_no_json(self, folder: Path, value: str) -> None:
        """
        A setting that cannot be read is named.
        """
        change(folder, ("UPDATE settings SET value = ?", (value,)))
        finding = only(folder)
        assert ("setting-damaged", ("annotate",)) == (finding.code, finding.details)

    def test_a_replaced_article_is_no_contradiction(self, folder: Path) -> None:
        """
        Deleting, adding again and replacing leave a whole catalog at each step.
        """
        steps: list[Callable[..., object]] = [
            lambda b: b.put(Article(id="c", body="Again."), Annotations(), {}),
            lambda b: b.put(Article(id="c", body="And again."), Annotations(), {}),
            lambda b: b.delete("c"),
            lambda b: b.put(Article(id="c", body="Doha."), Annotations(), {}),
            lambda b: b.forget_source("/news/a"),
        ]
        for step in steps:
            with Catalog.open(folder) as catalog, catalog.batch() as batch:
                step(batch)
            assert [] == codes(folder)
        with Catalog.open(folder) as catalog:
            catalog.forget_superseded(5)
        assert [] == codes(folder)


def test_any_byte_of_a_page_that_changes_an_article_is_found(folder: Path) -> None:
    """
    Damage that SQLite's own look does not see, checksums do.
    """
    path = folder / CATALOG_NAME
    whole = path.read_bytes()
    with Catalog.open(folder) as catalog:
        expected = [catalog.get(name) for name in catalog.ids()]
    for offset in range(100, len(whole), 1021):
        altered = bytearray(whole)
        altered[offset] ^= 0x20
        path.write_bytes(altered)
        if codes(folder):
            continue
        with Catalog.open(folder) as catalog:
            assert expected == [catalog.get(name) for name in catalog.ids()]
    path.write_bytes(whole)
    assert [] == codes(folder)
