"""
Which texts are one article, which id it has, and whose word counts.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from searchkit import Article, Index, IndexingReport

Write = Callable[..., Path]
Ids = Callable[[Index], set[str]]

ICE = {"title": "Ice on the river", "body": "The ferry stayed in port."}
FIRE = {"title": "Fire in the mill", "body": "Nobody was hurt."}
RAIN = {"title": "Rain at last", "body": "Farmers were relieved."}


def messages(report: IndexingReport) -> list[str]:
    return [str(failure) for failure in report.failures]


def bodies(index: Index) -> list[str]:
    found = index._catalog.changed_since(0)
    return sorted(stored.article.body for stored in found)


class TestCopies:
    def test_metadata_is_filled_from_another_copy(
        self, index: Index, news: Path, write: Write, agreed_ids: Ids
    ) -> None:
        """
        What one copy of a text does not know is taken from another, in any run.
        """
        write("a.jsonl", {**ICE, "source": "Harbour Wire"})
        write("b.jsonl", {**ICE, "published": "2019-02-03", "source": "The Courier"})
        report = index.add_sources([news])
        assert (1, 0) == (report.added, report.updated)
        write("c.jsonl", {**ICE, "authors": ["Jo Brook"]})
        assert 1 == index.add_sources([news]).updated
        (article_id,) = agreed_ids(index)
        article = index.get(article_id)
        assert "Harbour Wire" == article.source
        assert "2019-02-03" == article.published
        assert ("Jo Brook",) == article.authors

    def test_a_script_may_fill_metadata_too(self, index: Index) -> None:
        """
        Added again with a date, an article that had none has it.
        """
        index.add([Article(**ICE)])
        report = index.add([Article(**ICE, published="2019-02-03")])
        assert (0, 1) == (report.added, report.updated)
        assert 1 == index.search("ferry published:2019").total

    def test_a_copy_that_says_nothing_new_changes_nothing(
        self, index: Index, news: Path, write: Write
    ) -> None:
        """
        An article with the same content is neither annotated nor written again.
        """
        index.add([Article(**ICE, published="2019-02-03")])
        before = index._engine.generation
        assert 1 == index.add([Article(**ICE)]).unchanged
        assert before == index._engine.generation

    def test_what_only_a_deleted_copy_knew_is_forgotten(
        self, index: Index, news: Path, write: Write
    ) -> None:
        """
        After a copy is pruned, the article says what the other copies say.
        """
        write("a.jsonl", ICE)
        path = write("b.jsonl", {**ICE, "published": "2019-02-03"})
        index.add_sources([news])
        path.unlink()
        index.add_sources([news], prune=True)
        assert [None] == [hit.published for hit in index.search("ferry")]

    def test_a_corrected_date_replaces_the_old_one(
        self, index: Index, news: Path, write: Write
    ) -> None:
        """
        The only source of an article decides what it says.
        """
        write("a.jsonl", {**ICE, "published": "2019-02-03"})
        index.add_sources([news])
        write("a.jsonl", {**ICE, "published": "2019-03-02"})
        index.add_sources([news])
        assert ["2019-03-02"] == [hit.published for hit in index.search("ferry")]

    def test_the_report_counts_an_article_once(
        self, index: Index, news: Path, write: Write
    ) -> None:
        """
        Bytes and annotations of what was completed by a second copy count once.
        """
        body = "The ferry left for Paris on 3 February 2019."
        write("a.jsonl", {"title": "Ferry", "body": body})
        write("b.jsonl", {"title": "Ferry", "body": body, "published": "2019-02-04"})
        report = index.add_sources([news])
        assert (1, 0, 1) == (report.added, report.updated, report.seen)
        assert len(body) == report.text_bytes == index.totals().text_bytes
        totals = index.totals().annotations
        assert totals["times"] == report.dates > 0
        assert totals["entities"] == report.entities > 0


class TestAddresses:
    def test_a_new_version_of_a_page_replaces_the_old_one(
        self, index: Index, agreed_ids: Ids
    ) -> None:
        """
        A URL names a page, whatever tracking it carries.
        """
        url = "https://courier.example/ice"
        index.add([Article(**ICE, url=url)])
        index.add([Article(**FIRE, url=f"{url}/?utm_source=mail")])
        assert 1 == len(agreed_ids(index))
        assert (0, 1) == (index.search("ferry").total, index.search("mill").total)

    def test_texts_that_share_a_url_in_one_file_are_all_kept(
        self, index: Index, news: Path, write: Write, agreed_ids: Ids
    ) -> None:
        """
        One URL for several texts names none of them: the others go by content.
        """
        url = {"url": "https://courier.example/"}
        write("a.jsonl", {**ICE, **url}, {**FIRE, **url}, {**RAIN, **url})
        report = index.add_sources([news])
        assert (3, []) == (report.added, report.failures)
        assert 3 == len(agreed_ids(index))
        write("a.jsonl", {**ICE, **url}, {**FIRE, **url}, {**RAIN, **url}, "")
        assert 3 == index.add_sources([news]).unchanged

    def test_a_text_that_shares_a_url_can_be_corrected(
        self, index: Index, news: Path, write: Write
    ) -> None:
        """
        Being the second text under a URL does not freeze what is known of it.
        """
        url = {"url": "https://courier.example/"}
        for day in ("2019-02-03", "2019-03-02"):
            write("a.jsonl", {**ICE, **url}, {**FIRE, **url, "published": day})
            index.add_sources([news])
        assert ["2019-03-02"] == [hit.published for hit in index.search("mill")]

    def test_a_version_that_goes_gives_way_to_the_one_that_stays(
        self, index: Index, news: Path, write: Write, agreed_ids: Ids
    ) -> None:
        """
        Two files hold different versions of a page; one is edited, one is not.
        """
        url = {"url": "https://courier.example/ice"}
        write("a.jsonl", {**ICE, **url})
        write("b.jsonl", {**FIRE, **url})
        index.add_sources([news])
        assert [FIRE["body"]] == bodies(index)
        write("b.jsonl", RAIN)
        report = index.add_sources([news])
        assert [] == report.failures
        assert sorted([ICE["body"], RAIN["body"]]) == bodies(index)
        agreed_ids(index)

    def test_the_version_that_stays_is_found_beside_a_touched_file(
        self, index: Index, news: Path, write: Write, agreed_ids: Ids
    ) -> None:
        """
        The file that stays may get a new time of change in the same run.
        """
        url = {"url": "https://courier.example/ice"}
        write("b.jsonl", {**ICE, **url})
        index.add_sources([news])
        write("a.jsonl", {**FIRE, **url})
        index.add_sources([news])
        assert [FIRE["body"]] == bodies(index)
        write("a.jsonl", RAIN)
        write("b.jsonl", {**ICE, **url})
        index.add_sources([news])
        assert sorted([ICE["body"], RAIN["body"]]) == bodies(index)
        agreed_ids(index)


class TestGivenIds:
    @pytest.mark.parametrize("runs", [1, 2])
    def test_an_id_belongs_to_the_file_that_was_first(
        self, index: Index, news: Path, write: Write, agreed_ids: Ids, runs: int
    ) -> None:
        """
        Another text under the id is refused and reported; nothing is overwritten.

        So it is when both files come in one run, and when the second comes later; and
        it is said again each time.
        """
        first = write("a.jsonl", {"id": "one", **ICE})
        if runs == 2:
            index.add_sources([news])
        second = write("b.jsonl", {"id": "one", **FIRE}, RAIN)
        complaint = f"{second}: the id 'one' already names another text, from {first}"
        for _ in range(2):
            assert [complaint] == messages(index.add_sources([news]))
            assert ICE["body"] == index.get("one").body
            assert 2 == len(agreed_ids(index))

    def test_identical_texts_may_share_an_id(
        self, index: Index, news: Path, write: Write, agreed_ids: Ids
    ) -> None:
        """
        A copy of the whole file is no conflict.
        """
        write("a.jsonl", {"id": "one", **ICE})
        write("b.jsonl", {"id": "one", **ICE})
        report = index.add_sources([news])
        assert (1, 1, []) == (report.added, report.duplicates, report.failures)
        assert {"one"} == agreed_ids(index)

    def test_files_that_share_an_id_can_be_edited_together(
        self, index: Index, news: Path, write: Write, agreed_ids: Ids
    ) -> None:
        """
        When every file that has the id has the new text, the new text it is.
        """
        names = ("a.jsonl", "b.jsonl", "c.jsonl")
        for article in (ICE, RAIN):
            for name in names:
                write(name, {"id": "one", **article})
            assert [] == messages(index.add_sources([news]))
            assert article["body"] == index.get("one").body
        assert {"one"} == agreed_ids(index)
        assert 3 == len(index._catalog.known_article("one").locations)  # type: ignore[union-attr]

    def test_a_refused_text_is_taken_when_the_id_is_free(
        self, index: Index, news: Path, write: Write, agreed_ids: Ids
    ) -> None:
        """
        The file that was first is gone: the other one need not change for it.
        """
        first = write("a.jsonl", {"id": "one", **ICE})
        write("b.jsonl", {"id": "one", **FIRE})
        index.add_sources([news])
        first.unlink()
        report = index.add_sources([news], prune=True)
        assert [] == report.failures
        assert FIRE["body"] == index.get("one").body
        assert {"one"} == agreed_ids(index)

    def test_an_id_that_stands_twice_in_a_file_is_reported(
        self, index: Index, news: Path, write: Write, agreed_ids: Ids
    ) -> None:
        """
        The first text keeps the id; the file is complained about each time.
        """
        path = write("a.jsonl", {"id": "one", **ICE}, {"id": "one", **FIRE}, RAIN)
        complaint = f"{path}: the id 'one' stands twice, with different texts"
        for _ in range(2):
            assert [complaint] == messages(index.add_sources([news]))
            assert ICE["body"] == index.get("one").body
        assert 2 == len(agreed_ids(index))

    def test_the_same_line_twice_is_no_error(
        self, index: Index, news: Path, write: Write
    ) -> None:
        """
        A repeated line is a duplicate.
        """
        write("a.jsonl", {"id": "one", **ICE}, {"id": "one", **ICE})
        report = index.add_sources([news])
        assert (1, 1, []) == (report.added, report.duplicates, report.failures)

    def test_scripts_replace_what_they_name(self, index: Index) -> None:
        """
        An article added with the id of another one takes its place.
        """
        index.add([Article(id="one", **ICE)])
        assert 1 == index.add([Article(id="one", **FIRE)]).updated
        assert FIRE["body"] == index.get("one").body

    def test_within_one_call_the_last_one_counts(
        self, index: Index, agreed_ids: Ids
    ) -> None:
        """
        Two articles with one id in one call are one article.
        """
        report = index.add([Article(id="one", **ICE), Article(id="one", **FIRE)])
        assert (1, 0) == (report.added, report.updated)
        assert FIRE["body"] == index.get("one").body
        assert {"one"} == agreed_ids(index)

    def test_strange_ids_are_kept_as_they_are(
        self, index: Index, agreed_ids: Ids
    ) -> None:
        """
        Any text names an article: blanks, quotes, other scripts, half a code point.
        """
        ids = ["a b", "x'y\"z", "Київ", "%", "*", "-", "🗞", "\ud800"]
        articles = [
            Article(id=one, title=f"Number {n}", body="Text.")
            for n, one in enumerate(ids)
        ]
        index.add(articles)
        assert {article.id for article in articles} == agreed_ids(index)
        for article in articles:
            assert article.title == index.get(article.id).title
        assert len(ids) == index.delete(article.id for article in articles)
        assert set() == agreed_ids(index)


def test_new_annotators_annotate_anew(
    index: Index, news: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Articles of unchanged sources are annotated anew when the annotators have changed.
    """
    from searchkit.annotations.times import TimeAnnotator

    write("a.jsonl", ICE)
    index.add_sources([news])
    changed: Any = property(lambda _: "times-changed")
    monkeypatch.setattr(TimeAnnotator, "fingerprint", changed)
    assert 1 == index.add_sources([news]).reannotated
    assert 1 == index.add_sources([news]).unchanged
