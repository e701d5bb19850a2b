"""
Documents that somebody adds through Whoosh's own API become articles.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from whoosh.index import open_dir

import searchkit
import searchkit.checkups.adopt as adopt_module
from searchkit import Article, IndexForeignError, IndexLockedError
from searchkit.catalog import WriterLock
from searchkit.checkups import adopt_documents, check_index, repair_index
from searchkit.opening import open_damaged_index
from tests.checkups.good_index import Good, ask, contents

TALKS: dict[str, Any] = {
    "id": "talks",
    "title": "Talks in Vienna",
    "body": "Angela Merkel met Emmanuel Macron in Vienna.\n\nIt was 3 May 2019.",
    "published": "2019-05-04",
    "source": "Gazette",
    "url": "https://example.org/talks",
}


def write(folder: Path, *documents: dict[str, Any]) -> None:
    """
    Add documents, or replace those with the same id, as a script of Whoosh would.
    """
    writer = open_dir(str(folder)).writer()
    for document in documents:
        writer.update_document(**document)
    writer.commit()


def test_they_become_articles_with_annotations(folder: Path) -> None:
    """
    What is adopted is found by words, names and dates, and quoted from the catalog.
    """
    write(folder, TALKS)
    report = adopt_documents(folder)
    assert (1, 0) == (report.added, report.updated)
    assert report.entities >= 2
    assert report.dates >= 1
    assert check_index(folder).is_healthy
    with searchkit.open_index(folder) as index:
        article = index.get("talks")
        for name, value in TALKS.items():
            assert value == getattr(article, name), name
        assert article.explicit_id
        for query in (
            "person:macron",
            "place:Vienna",
            "dates:2019-05-03",
            '"met Emmanuel Macron"',
            "id:talks",
        ):
            (hit,) = (hit for hit in index.search(query) if hit.id == "talks")
        (hit,) = index.search('"met Emmanuel Macron"').page
        snippet = hit.snippets[0]
        assert snippet.span.cut(TALKS["body"]) == snippet.text


def test_a_rebuilt_index_has_them(folder: Path) -> None:
    """
    Adopted, they are in the catalog: making the index anew keeps them.
    """
    write(folder, TALKS)
    with (
        open_damaged_index(folder) as index,
        pytest.raises(IndexForeignError, match="a document"),
    ):
        index.rebuild()
    adopt_documents(folder)
    answers = ask(folder)
    with open_damaged_index(folder) as index:
        index.rebuild()
    assert answers == ask(folder)
    assert "talks" in answers


def test_the_others_stay_as_they_were(folder: Path, good: Good) -> None:
    """
    Adopting changes no other article.
    """
    write(folder, TALKS)
    adopt_documents(folder)
    answers = ask(folder)
    articles = {key for key in good.answers if not key.startswith("?")}
    assert articles | {"talks"} == {key for key in answers if not key.startswith("?")}
    assert {one: good.answers[one] for one in articles} == {
        one: answers[one] for one in articles
    }


def test_without_an_id_the_content_gives_one(folder: Path) -> None:
    """
    A document without an id gets the one that an article of its content has.
    """
    document = {name: TALKS[name] for name in ("title", "body")}
    write(folder, document)
    adopt_documents(folder)
    expected = Article(**document)
    with searchkit.open_index(folder) as index:
        assert expected == index.get(expected.id)
        assert not index.get(expected.id).explicit_id
    assert check_index(folder).is_healthy


def test_an_article_with_the_id_is_updated(folder: Path) -> None:
    """
    A document with the id of an article is a new version of it.
    """
    write(folder, {"id": "note", "body": "Rewritten in Lisbon."})
    report = adopt_documents(folder)
    assert (0, 1) == (report.added, report.updated)
    with searchkit.open_index(folder) as index:
        assert "Rewritten in Lisbon." == index.get("note").body
        assert "note" in {hit.id for hit in index.search("place:Lisbon")}
    assert check_index(folder).is_healthy


def test_a_date_that_is_none_is_left_out(folder: Path) -> None:
    """
    Whatever Whoosh took for a date of publication, the text is kept.
    """
    write(folder, {**TALKS, "published": None, "_stored_published": "some day"})
    adopt_documents(folder)
    with searchkit.open_index(folder) as index:
        assert index.get("talks").published is None


def test_without_annotations_there_are_none(tmp_path: Path) -> None:
    """
    An index that was made without annotations stays so.
    """
    folder = tmp_path / "plain"
    searchkit.create_index(folder, annotate=False).close()
    write(folder, TALKS)
    report = adopt_documents(folder)
    assert (1, 0, 0) == (report.added, report.entities, report.dates)
    assert check_index(folder).is_healthy


def test_nothing_to_adopt_changes_nothing(folder: Path) -> None:
    """
    Where nobody has written, nothing is made anew.
    """
    before = contents(folder)
    assert 0 == adopt_documents(folder).seen
    assert before == contents(folder)


def test_a_writer_is_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    While another process writes, nothing is adopted.
    """
    monkeypatch.setattr(adopt_module, "WRITER_PATIENCE", 0.0)
    write(folder, TALKS)
    with WriterLock(folder), pytest.raises(IndexLockedError):
        adopt_documents(folder)


class TestCrashes:
    @pytest.mark.parametrize("place", ["catch_up", "IndexingRun.add"])
    def test_none_is_lost(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, place: str
    ) -> None:
        """
        Wherever adopting stops, each document is in the engine or in the catalog.
        """
        documents = [{**TALKS, "id": f"talks-{n}"} for n in range(5)]
        write(folder, *documents, {"body": "Without an id."})
        self._stop_in(place, monkeypatch)
        with pytest.raises(KeyboardInterrupt):
            adopt_documents(folder)
        monkeypatch.undo()
        adopt_documents(folder)
        assert check_index(folder).is_healthy
        with searchkit.open_index(folder) as index:
            for document in documents:
                assert document["body"] == index.get(document["id"]).body
            assert 1 == index.search('"without an id"').total

    def _stop_in(self, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def stop(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        owner: Any = adopt_module
        *path, name = place.split(".")
        for part in path:
            owner = getattr(owner, part)
        original: Callable[..., Any] = getattr(owner, name)

        def add(run: Any, articles: Any) -> None:
            original(run, (article for article, _ in zip(articles, "ab", strict=False)))
            raise KeyboardInterrupt

        monkeypatch.setattr(owner, name, add if name == "add" else stop)


def test_an_older_catalog_loses_none(folder: Path, good: Good) -> None:
    """
    Where catalog and engine have no commit in common, foreign documents are kept, too.
    """
    write(folder, TALKS)
    shutil.copy(good.older / "catalog.db", folder)
    assert {"index-ahead", "documents-foreign", "foreign-commit"} == {
        finding.code for finding in check_index(folder).findings
    }
    report = adopt_documents(folder)
    assert 1 == report.added
    assert check_index(folder).is_healthy
    answers = ask(folder)
    assert "talks" in answers
    assert set(ask(good.older)) | {"talks"} == set(answers)


def test_repair_adopts_if_told_to(folder: Path) -> None:
    """
    ``repair_index`` leaves an index with foreign documents alone unless it may adopt.
    """
    write(folder, TALKS)
    before = contents(folder)
    repair = repair_index(folder)
    assert ((), 1) == (repair.done, len(repair.left))
    assert "--adopt" in repair.left[0]
    assert before == contents(folder)
    repair = repair_index(folder, adopt=True)
    assert ((), True) == (repair.left, repair.after.is_healthy)
    assert "talks" in ask(folder)
