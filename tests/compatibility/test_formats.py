"""
Indexes of every format that there ever was come up to date with nothing lost.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import searchkit
from searchkit import (
    IndexCodecError,
    IndexDamagedError,
    IndexForeignError,
    IndexVersionError,
    native,
)
from searchkit.catalog import Catalog, migrations
from searchkit.catalog.checks import check_catalog
from searchkit.catalog.migrations import VERSION
from searchkit.engines.whoosh import manifest as manifest_module
from searchkit.opening import open_damaged_index

HERE = Path(__file__).resolve().parent
FORMATS = sorted(path.name for path in HERE.glob("format-*"))
OLD = [name for name in FORMATS if name != f"format-{VERSION}"]
NATIVE = [name for name in FORMATS if any((HERE / name).glob("*.sks"))]


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """
    The name of a kept index that can be read here.
    """
    name: str = request.param
    if name in NATIVE and native.load() is None:
        pytest.skip("the segments are native, and the extension is not there")
    return name


def kept(name: str, folder: Path) -> tuple[Path, dict[str, Any]]:
    """
    Copy a kept index, and return it with what is expected of it.
    """
    path = folder / name
    shutil.copytree(HERE / name, path)
    content = (path / "expected.json").read_text(encoding="utf-8")
    (path / "expected.json").unlink()
    return path, json.loads(content)


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir() if file.is_file()}


def assert_whole(path: Path, expected: dict[str, Any]) -> None:
    """
    Compare articles, annotations, sources and answers.
    """
    with searchkit.open_index(path) as index:
        assert len(expected["articles"]) == len(index)
        for article_id, fields in expected["articles"].items():
            article = index.get(article_id)
            annotations = index.annotations(article_id)
            assert fields["title"] == article.title
            assert fields["body"] == article.body
            assert fields["published"] == article.published
            assert fields["entities"] == len(annotations.entities)
            assert fields["times"] == len(annotations.times)
        assert expected["sources"] == index.totals().sources
        for query, ids in expected["answers"].items():
            hits = index.search(query, limit=100)
            assert ids == sorted(hit.id for hit in hits), query


def test_every_format_is_kept() -> None:
    """
    There is an index of each format up to the one that is written now.
    """
    assert [f"format-{n}" for n in range(1, VERSION + 1)] == FORMATS


@pytest.mark.parametrize("name", OLD, indirect=True)
class TestOldFormats:
    def test_it_is_not_opened_but_named(self, tmp_path: Path, name: str) -> None:
        """
        The error says which command helps, and not a byte has changed.
        """
        path, _ = kept(name, tmp_path)
        before = contents(path)
        with pytest.raises(IndexVersionError) as caught:
            searchkit.open_index(path)
        assert "searchkit upgrade" in str(caught.value.hint)
        assert before == contents(path)

    def test_it_comes_up_to_date(self, tmp_path: Path, name: str) -> None:
        """
        After the upgrade everything is there, and a second one has nothing to do.
        """
        path, expected = kept(name, tmp_path)
        upgrade = searchkit.upgrade_index(path)
        assert upgrade.is_needed
        assert f"format-{upgrade.before}" == name
        assert VERSION == upgrade.after
        assert_whole(path, expected)
        assert not searchkit.upgrade_index(path).is_needed
        with searchkit.open_index(path) as index:
            index.add([searchkit.Article(id="script-0", title="Changed")])
            assert len(expected["articles"]) == len(index)

    def test_the_catalog_knows_what_it_knew(self, tmp_path: Path, name: str) -> None:
        """
        Fingerprints, sources and what commits have written are as after an indexing.
        """
        path, expected = kept(name, tmp_path)
        keys = "SELECT source, article{} FROM origins ORDER BY source, article"
        with closing(sqlite3.connect(path / "catalog.db")) as connection:
            before = connection.execute(keys.format(", NULL")).fetchall()
        searchkit.upgrade_index(path)
        with Catalog.open(path) as catalog:
            stored = [one.article for one in catalog.changed_since(0)]
            assert sorted(expected["articles"]) == sorted(one.id for one in stored)
            last = [one.article.id for one in catalog.changed_since(1)]
            assert 0 < len(last) < len(stored)
            for article in stored:
                known = catalog.known_article(article.id)
                assert known is not None
                assert article.fingerprint == known.fingerprint
            assert len(stored) == len(catalog.annotated_otherwise({"times": "other"}))
        with closing(sqlite3.connect(path / "catalog.db")) as connection:
            after = connection.execute(keys.format(", fingerprint")).fetchall()
        assert before
        assert before == after, "all sources have what is stored"

    def test_a_step_that_fails_changes_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        """
        A migration is one transaction: the catalog stays at its format.
        """
        path, expected = kept(name, tmp_path)
        steps = (*migrations.MIGRATIONS, "nonsense")
        with monkeypatch.context() as context:
            context.setattr(migrations, "MIGRATIONS", steps)
            with pytest.raises(searchkit.IndexAccessError):
                searchkit.upgrade_index(path)
        with closing(sqlite3.connect(path / "catalog.db")) as connection:
            found = connection.execute("PRAGMA user_version").fetchone()
        assert (int(name.removeprefix("format-")),) == found
        searchkit.upgrade_index(path)
        assert_whole(path, expected)


@pytest.mark.parametrize("name", FORMATS, indirect=True)
def test_its_schema_is_that_of_a_new_one(tmp_path: Path, name: str) -> None:
    """
    A catalog that was upgraded is made of the same as one that is made today.
    """
    path, _ = kept(name, tmp_path)
    searchkit.upgrade_index(path)
    assert [] == list(check_catalog(path))


@pytest.mark.parametrize("folder", [name for name in NATIVE if name in OLD])
def test_without_the_extension_native_segments_are_given_up_only_on_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    """
    The upgrade says what it needs and deletes nothing; the way that it names helps.
    """
    path, expected = kept(folder, tmp_path)
    before = contents(path)
    monkeypatch.setattr(native, "load", lambda: None)
    monkeypatch.setattr("searchkit.engines.whoosh.codec.load", lambda: None)
    with pytest.raises(IndexCodecError) as caught:
        searchkit.upgrade_index(path)
    assert "searchkit rebuild --discard" in caught.value.hint
    after = contents(path)
    assert before.keys() <= after.keys()
    assert all(after[one] == before[one] for one in before if one != "catalog.db")
    with open_damaged_index(path) as index:
        index.rebuild(discard=True)
    assert_whole(path, expected)


def test_another_analysis_has_the_index_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The catalog stays as it is where only the terms have changed.
    """
    if native.load() is None:
        pytest.skip("the segments are native, and the extension is not there")
    path, expected = kept(FORMATS[-1], tmp_path)
    catalog = (path / "catalog.db").read_bytes()
    manifest = json.loads((path / "manifest.json").read_text())
    manifest["schema"] = "another"
    (path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(searchkit.IndexOutdatedError, match="analysed otherwise"):
        searchkit.open_index(path)
    upgrade = searchkit.upgrade_index(path)
    assert (VERSION, VERSION) == (upgrade.before, upgrade.after)
    assert len(expected["articles"]) == upgrade.indexed
    assert catalog == (path / "catalog.db").read_bytes()
    assert_whole(path, expected)


def test_foreign_documents_are_not_lost_by_an_upgrade(tmp_path: Path) -> None:
    """
    What only the engine has would go with it: it is to be adopted first.
    """
    from whoosh.index import open_dir

    path = tmp_path / "index"
    searchkit.create_index(path).close()
    writer = open_dir(path).writer()
    writer.add_document(id="foreign", title="Foreign", body="A text.")
    writer.commit()
    manifest = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps({**manifest, "schema": "another"}))
    before = contents(path)
    with pytest.raises(IndexForeignError, match="a document") as caught:
        searchkit.upgrade_index(path)
    assert "--adopt" in caught.value.hint
    after = contents(path)
    assert before == {name: after[name] for name in before}
    assert manifest_module.FINGERPRINT != "another"


def test_a_damaged_catalog_is_not_upgraded(tmp_path: Path) -> None:
    """
    Where pages of an old catalog are garbage, it stays as it is.
    """
    path, _ = kept(FORMATS[0], tmp_path)
    content = bytearray((path / "catalog.db").read_bytes())
    for start in range(4096, len(content), 4096):
        content[start : start + 200] = b"\xff" * 200
    (path / "catalog.db").write_bytes(content)
    with pytest.raises(IndexDamagedError):
        searchkit.upgrade_index(path)
    assert bytes(content) == (path / "catalog.db").read_bytes()
