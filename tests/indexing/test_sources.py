"""
Which sources are read, and what happens to what they produced.
"""

from __future__ import annotations

import io
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from searchkit import Article, Index, IndexingReport
from searchkit.indexing import Progress

Write = Callable[..., Path]
Ids = Callable[[Index], set[str]]

ICE = {"title": "Ice on the river", "body": "The ferry stayed in port."}
FIRE = {"title": "Fire in the mill", "body": "Nobody was hurt."}
TALKS = {"title": "Talks", "body": "They met in Doha."}
RAIN = {"title": "Rain at last", "body": "Farmers were relieved."}


def titles(index: Index) -> list[str]:
    found = index._catalog.changed_since(0)
    return sorted(stored.article.title for stored in found)


def counts(report: IndexingReport) -> dict[str, int]:
    names = ("added", "updated", "unchanged", "duplicates", "deleted")
    values = {name: getattr(report, name) for name in names}
    values["failures"] = len(report.failures)
    return {name: value for name, value in values.items() if value}


class TestReading:
    def test_an_unchanged_source_is_not_opened_again(
        self, index: Index, news: Path, write: Write, opened: list[str]
    ) -> None:
        """
        A source whose size and time of change are the same is not even opened.
        """
        write("a.jsonl", ICE, FIRE)
        assert {"added": 2} == counts(index.add_sources([news]))
        opened.clear()
        assert {"unchanged": 2} == counts(index.add_sources([news]))
        assert [] == opened

    def test_a_touched_source_is_compared_and_not_read(
        self, index: Index, news: Path, write: Write, opened: list[str], read: list[str]
    ) -> None:
        """
        A new time of change with the same bytes costs one look at the bytes, once.
        """
        write("a.jsonl", ICE)
        index.add_sources([news])
        write("a.jsonl", ICE)
        opened.clear()
        read.clear()
        assert {"unchanged": 1} == counts(index.add_sources([news]))
        assert (["a.jsonl"], []) == (opened, read)
        opened.clear()
        index.add_sources([news])
        assert [] == opened

    def test_a_run_that_changed_no_article_leaves_nothing_to_catch_up(
        self, index: Index, news: Path, write: Write
    ) -> None:
        """
        Catalog and engine hold the same commit also where only a source's time moved.
        """
        write("a.jsonl", ICE)
        index.add_sources([news])
        write("a.jsonl", ICE)
        index.add_sources([news])
        assert index._catalog.generation == index._engine.generation

    def test_a_changed_source_replaces_what_it_produced(
        self, index: Index, news: Path, write: Write, agreed_ids: Ids
    ) -> None:
        """
        An article that a source does not produce any more is deleted.
        """
        write("a.jsonl", ICE, FIRE)
        index.add_sources([news])
        write("a.jsonl", ICE, RAIN)
        report = index.add_sources([news])
        assert {"added": 1, "unchanged": 1, "deleted": 1} == counts(report)
        assert ["Ice on the river", "Rain at last"] == titles(index)
        agreed_ids(index)

    def test_an_edited_article_with_an_id_is_updated(
        self, index: Index, news: Path, write: Write, agreed_ids: Ids
    ) -> None:
        """
        The article keeps its id, and the new text is found in place of the old one.
        """
        write("a.jsonl", {"id": "one", **ICE})
        index.add_sources([news])
        write("a.jsonl", {"id": "one", **ICE, "body": "The ferry sailed."})
        assert {"updated": 1} == counts(index.add_sources([news]))
        assert (0, 1) == (index.search("port").total, index.search("sailed").total)
        assert {"one"} == agreed_ids(index)

    def test_a_change_within_one_tick_of_the_clock_is_seen(
        self, index: Index, news: Path
    ) -> None:
        """
        Same size and same time of change prove nothing right after the last reading.
        """
        path = news / "a.txt"
        path.write_text("Headline\n\nThe first text.\n")
        now = time.time_ns()
        os.utime(path, ns=(now, now))
        index.add_sources([news])
        path.write_text("Headline\n\nThe later text.\n")
        os.utime(path, ns=(now, now))
        index.add_sources([news])
        assert (0, 1) == (index.search("first").total, index.search("later").total)

    def test_a_time_of_change_in_the_future_is_never_trusted(
        self, index: Index, news: Path
    ) -> None:
        """
        A file from a clock that is ahead is compared by its bytes every time.
        """
        path = news / "a.txt"
        ahead = time.time_ns() + 86_400 * 10**9
        for text in ("The first text.", "The later text."):
            path.write_text(f"Headline\n\n{text}\n")
            os.utime(path, ns=(ahead, ahead))
            index.add_sources([news])
        assert 1 == index.search("later").total

    def test_deleted_articles_come_back_only_when_their_file_changes(
        self, index: Index, news: Path, write: Write, agreed_ids: Ids
    ) -> None:
        """
        A deletion by hand stands as long as the source says nothing new.
        """
        write("a.jsonl", {"id": "one", **ICE}, {"id": "two", **FIRE})
        index.add_sources([news])
        index.delete(["one"])
        assert {"unchanged": 1} == counts(index.add_sources([news]))
        assert {"two"} == agreed_ids(index)
        write("a.jsonl", {"id": "one", **ICE}, {"id": "two", **FIRE}, RAIN)
        assert {"added": 2, "unchanged": 1} == counts(index.add_sources([news]))
        assert 3 == len(agreed_ids(index))

    def test_standard_input_is_read_each_time(self, index: Index) -> None:
        """
        What is piped in has no place to come back to: nothing is deleted by it.
        """
        line = b'{"title": "Ice on the river", "body": "The ferry stayed."}\n'
        report = index.add_sources(["-"], stdin=io.BytesIO(line))
        assert {"added": 1} == counts(report)
        report = index.add_sources(["-"], stdin=io.BytesIO(line), prune=True)
        assert {"unchanged": 1} == counts(report)
        report = index.add_sources(["-"], stdin=io.BytesIO(b'{"title": "Rain"}\n'))
        assert {"added": 1} == counts(report)
        assert ["Ice on the river", "Rain"] == titles(index)

    def test_the_index_itself_is_not_read(self, tmp_path: Path, index: Index) -> None:
        """
        Indexing the folder that the index lies in finds the articles alone.

        Those that somebody has put beside the index are articles, too.
        """
        (tmp_path / "a.txt").write_text("Headline\n\nText.\n")
        (index.path / "b.txt").write_text("Beside it\n\nText.\n")
        report = index.add_sources([tmp_path])
        assert (["Beside it", "Headline"], []) == (titles(index), report.failures)


class TestMoving:
    def test_a_moved_folder_is_neither_annotated_nor_counted_again(
        self,
        index: Index,
        news: Path,
        write: Write,
        agreed_ids: Ids,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """
        What was found in its new place is unchanged, and its path is the new one.
        """
        from searchkit.annotations.times import TimeAnnotator

        write("old/a.txt", "Ice on the river\n\nThe ferry stayed in port.")
        write("old/b.jsonl", FIRE, RAIN)
        index.add_sources([news])
        before = agreed_ids(index)
        monkeypatch.setattr(TimeAnnotator, "annotate", _not_to_be_called)
        (news / "old").rename(news / "new")
        report = index.add_sources([news], prune=True)
        assert {"unchanged": 3} == counts(report)
        assert before == agreed_ids(index)
        paths = {one.article.path for one in index._catalog.changed_since(0)}
        assert {f"{news}/new/a.txt", f"{news}/new/b.jsonl"} == paths
        locations = {one.location for one in index._catalog.known_sources()}
        assert {str(news / "new/a.txt"), str(news / "new/b.jsonl")} == locations

    def test_a_move_without_pruning_shows_the_new_path_too(
        self, index: Index, news: Path, write: Write
    ) -> None:
        """
        A hit never names a file that is gone when another one has the article.
        """
        write("old.txt", "Ice on the river\n\nThe ferry stayed in port.")
        index.add_sources([news])
        (news / "old.txt").rename(news / "new.txt")
        index.add_sources([news])
        assert [f"{news}/new.txt"] == [hit.path for hit in index.search("ferry")]

    @pytest.mark.parametrize("names", [("1.jsonl", "2.jsonl"), ("2.jsonl", "1.jsonl")])
    def test_an_article_that_goes_from_file_to_file_stays(
        self,
        index: Index,
        news: Path,
        write: Write,
        agreed_ids: Ids,
        names: tuple[str, str],
    ) -> None:
        """
        Cut from one file and pasted into another, an article is never lost.
        """
        old, new = names
        write(old, ICE, FIRE)
        write(new, RAIN)
        index.add_sources([news])
        write(old, FIRE)
        write(new, RAIN, ICE)
        assert {"unchanged": 3} == counts(index.add_sources([news]))
        assert 3 == len(agreed_ids(index))

    @pytest.mark.parametrize("names", [("1.jsonl", "2.jsonl"), ("2.jsonl", "1.jsonl")])
    def test_an_id_may_go_to_another_file_with_a_new_text(
        self,
        index: Index,
        news: Path,
        write: Write,
        agreed_ids: Ids,
        names: tuple[str, str],
    ) -> None:
        """
        Moved and edited in one go, the article has its new text after one run.
        """
        old, new = names
        write(old, {"id": "one", **ICE}, FIRE)
        index.add_sources([news])
        write(old, FIRE)
        write(new, {"id": "one", **RAIN})
        report = index.add_sources([news])
        assert [] == report.failures
        assert "Rain at last" == index.get("one").title
        assert 2 == len(agreed_ids(index))


def _not_to_be_called(*_: object) -> Any:
    raise AssertionError("an article was annotated again")


class TestPruning:
    def test_without_prune_articles_outlive_their_files(
        self, index: Index, news: Path, write: Write
    ) -> None:
        """
        A file that is gone takes nothing with it.
        """
        write("a.jsonl", ICE).unlink()
        path = write("b.jsonl", FIRE)
        index.add_sources([news])
        path.unlink()
        index.add_sources([news])
        assert ["Fire in the mill"] == titles(index)

    @pytest.mark.parametrize("kind", ["folder", "file", "link", "above"])
    def test_files_are_pruned_however_they_are_named(
        self,
        *,
        index: Index,
        tmp_path: Path,
        news: Path,
        write: Write,
        agreed_ids: Ids,
        kind: str,
    ) -> None:
        """
        The folder, the file itself, a link to the folder or a folder above all do.
        """
        link = tmp_path / "link"
        link.symlink_to(news)
        path = write("a.jsonl", ICE)
        write("b.jsonl", FIRE)
        index.add_sources([news])
        path.unlink()
        named = {"folder": news, "file": path, "link": link, "above": tmp_path}[kind]
        report = index.add_sources([named], prune=True)
        assert 1 == report.deleted
        assert ["Fire in the mill"] == titles(index)
        agreed_ids(index)

    def test_files_elsewhere_are_left_alone(
        self, index: Index, news: Path, write: Write
    ) -> None:
        """
        Only what was under the given paths goes; a name that begins alike does not.
        """
        for name in ("a/1.jsonl", "ab/1.jsonl", "b/1.jsonl"):
            write(name, {**ICE, "title": name})
        index.add_sources([news])
        for folder in ("a", "ab", "b"):
            shutil.rmtree(news / folder)
        (news / "a").mkdir()
        index.add_sources([news / "a"], prune=True)
        assert ["ab/1.jsonl", "b/1.jsonl"] == titles(index)

    def test_a_file_out_of_reach_is_not_gone(
        self,
        index: Index,
        news: Path,
        write: Write,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """
        Where the system does not say that a file is missing, its articles are kept.
        """
        path = write("secret/a.jsonl", ICE)
        index.add_sources([news])
        path.rename(path.with_name(".hidden"))
        lstat = os.lstat

        def refuse(name: Any, **options: Any) -> os.stat_result:
            if os.fspath(name) == str(path):
                raise PermissionError(13, "Permission denied")
            return lstat(name, **options)

        monkeypatch.setattr(os, "lstat", refuse)
        assert 0 == index.add_sources([news], prune=True).deleted
        monkeypatch.undo()
        assert 1 == index.add_sources([news], prune=True).deleted

    def test_of_two_files_with_an_article_one_may_go(
        self, index: Index, news: Path, write: Write, agreed_ids: Ids
    ) -> None:
        """
        Identical content is one article for as long as one source has it.
        """
        first, second = write("a.jsonl", ICE), write("b.jsonl", ICE, FIRE)
        report = index.add_sources([news])
        assert {"added": 2, "duplicates": 1} == counts(report)
        first.unlink()
        assert 0 == index.add_sources([news], prune=True).deleted
        assert 2 == len(agreed_ids(index))
        second.unlink()
        assert 2 == index.add_sources([news], prune=True).deleted
        assert set() == agreed_ids(index)


class TestProgress:
    def test_progress_only_grows_and_ends_at_the_total(
        self, index: Index, news: Path, write: Write
    ) -> None:
        """
        Bytes and articles never go back, and the last report has all of them.
        """
        write("a.jsonl", ICE, FIRE)
        write("b.txt", "Rain at last\n\nFarmers were relieved.")
        reports: list[Progress] = []
        index.add_sources([news], progress=reports.append)
        size = sum(path.stat().st_size for path in news.iterdir())
        assert Progress(size, size, 3) == reports[-1]
        assert sorted(report.done for report in reports) == [r.done for r in reports]
        seen = [report.articles for report in reports]
        assert sorted(seen) == seen
        assert {1, 2, 3} == set(seen)


class TestScriptsAndFiles:
    """
    What a script has added belongs to no file, whatever files have the same text.
    """

    @pytest.mark.parametrize("script_is_first", [True, False])
    def test_it_stays_when_the_file_goes(
        self,
        index: Index,
        news: Path,
        write: Callable[..., Path],
        *,
        script_is_first: bool,
    ) -> None:
        """
        Pruning takes what came from files alone.
        """
        path = write("a.jsonl", TALKS, {"title": "Other", "body": "Text."})
        if script_is_first:
            index.add([Article(**TALKS)])
        index.add_sources([news])
        if not script_is_first:
            assert 1 == index.add([Article(**TALKS)]).unchanged
        assert 2 == len(index)
        assert 1 == index.totals().sources
        path.unlink()
        write("b.txt", "Another\n\nText.")
        assert 1 == index.add_sources([news], prune=True).deleted
        assert ["Another", "Talks"] == titles(index)

    def test_it_stays_when_the_file_has_it_no_more(
        self, index: Index, news: Path, write: Callable[..., Path]
    ) -> None:
        """
        A file that changes lets go of its own share only.
        """
        index.add([Article(**TALKS)])
        write("a.jsonl", TALKS)
        index.add_sources([news])
        write("a.jsonl", {"title": "Other", "body": "Text."})
        assert 0 == index.add_sources([news]).deleted
        assert ["Other", "Talks"] == titles(index)

    def test_it_can_be_deleted(self, index: Index) -> None:
        """
        By its id, as anything.
        """
        index.add([Article(id="a", **TALKS)])
        assert 1 == index.delete(["a"])
        assert 0 == len(index)
