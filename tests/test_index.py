"""
The facade: opening, searching, looking up, counting, changing, closing.
"""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import searchkit
from searchkit import (
    AmbiguousIdError,
    Article,
    ArticleNotFoundError,
    DateValueError,
    Hit,
    Index,
    IndexDamagedError,
    IndexExistsError,
    IndexingReport,
    IndexLockedError,
    IndexMissingError,
    Note,
    SearchTimeoutError,
    Snippet,
    Span,
)
from searchkit.engines.base import SortOrder
from searchkit.opening import index_exists

Ids = Callable[[Index], set[str]]

ARTICLES = [
    Article(
        id="river-1",
        title="Ice on the river",
        body="The ferry stayed in port. Skippers waited for a thaw.",
        published="2020-02-10",
        source="Harbour Wire",
    ),
    Article(
        id="river-2",
        title="Thaw on the river",
        body="The ferry sailed again on Monday.",
        published="2020-03-02",
        source="Harbour Wire",
    ),
    Article(
        id="mill",
        title="Fire in the mill",
        body="Nobody was hurt when the ferry crew put out a fire.",
        published="2019",
    ),
    Article(id="undated", title="A short history of the ferry", body="It is long."),
]


@pytest.fixture
def ferries(index: Index) -> Index:
    index.add(ARTICLES)
    return index


def ids(hits: Sequence[Hit]) -> list[str]:
    return [hit.id for hit in hits]


class TestOpening:
    def test_a_missing_index_is_an_error(self, tmp_path: Path) -> None:
        """
        Opening never makes anything.
        """
        for path in (tmp_path, tmp_path / "nowhere"):
            with pytest.raises(IndexMissingError, match=str(path)):
                searchkit.open_index(path)
            assert not index_exists(path)
        assert [] == list(tmp_path.iterdir())

    def test_an_index_is_never_made_over_another(self, ferries: Index) -> None:
        """
        Making one where there is one is an error that changes nothing.
        """
        with pytest.raises(IndexExistsError, match=str(ferries.path)):
            searchkit.create_index(ferries.path)
        assert index_exists(ferries.path)
        assert 4 == ferries.search("ferry").total

    def test_of_two_that_make_it_at_once_one_wins(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        An index that appeared meanwhile, and has articles by now, is left alone.
        """
        exists = Path.exists

        def unaware(path: Path) -> bool:
            return path.name != "catalog.db" and exists(path)

        with searchkit.create_index(tmp_path / "index") as first:
            first.add(ARTICLES)
            monkeypatch.setattr(Path, "exists", unaware)
            monkeypatch.setattr(Path, "glob", lambda *_: iter(()))
            with pytest.raises(IndexExistsError):
                searchkit.create_index(tmp_path / "index")
            monkeypatch.undo()
            first.refresh()
            assert 4 == first.search("ferry").total

    def test_other_files_of_the_folder_are_left_alone(self, tmp_path: Path) -> None:
        """
        A folder that holds something else may be made an index.
        """
        note = tmp_path / "README.md"
        note.write_text("Mine.")
        searchkit.create_index(tmp_path).close()
        assert "Mine." == note.read_text()

    @pytest.mark.parametrize("name", ["two words", "Київ ' \"#?%", "a/b/c", "[x]*"])
    def test_any_name_will_do(self, tmp_path: Path, name: str) -> None:
        """
        Blanks, quotes, other scripts and deep folders are no problem.
        """
        with searchkit.create_index(tmp_path / name) as index:
            index.add(ARTICLES)
        with searchkit.open_index(str(tmp_path / name)) as index:
            assert 4 == index.search("ferry").total
            assert 4 == index.rebuild()

    def test_a_relative_path_is_fine(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        The path counts from the folder that the process is in.
        """
        monkeypatch.chdir(tmp_path)
        with searchkit.create_index("index") as index:
            index.add(ARTICLES)
        with searchkit.open_index(Path("index")) as index:
            assert Path("index") == index.path
            assert 4 == len(index)

    def test_an_index_may_be_moved(self, ferries: Index, tmp_path: Path) -> None:
        """
        A copy of the folder, elsewhere, is an index.
        """
        ferries.close()
        shutil.copytree(ferries.path, tmp_path / "copy")
        with searchkit.open_index(tmp_path / "copy") as index:
            assert 4 == index.search("ferry").total
            assert 1 == index.add([Article(title="One more ferry")]).added

    def test_opening_an_intact_index_takes_no_lock(self, ferries: Index) -> None:
        """
        A reader neither waits for a writer nor keeps one waiting.
        """
        before = {path.name: path.stat().st_mtime_ns for path in ferries.path.iterdir()}
        for _ in range(3):
            with searchkit.open_index(ferries.path) as index:
                index.search("ferry")
        after = {path.name: path.stat().st_mtime_ns for path in ferries.path.iterdir()}
        assert before == after


class TestClosing:
    def test_nothing_is_left_open(self, tmp_path: Path) -> None:
        """
        After ``with``, no file of the index is held by the process.
        """
        if not Path("/proc/self/fd").exists():
            pytest.skip("this system does not list open files")
        with searchkit.create_index(tmp_path / "index") as index:
            index.add(ARTICLES)
            index.search("ferry")
            index.delete(["mill"])
            index.rebuild()
            index.search("ferry")
        assert [] == _open_files(tmp_path)

    def test_errors_on_opening_leave_nothing_open(self, ferries: Index) -> None:
        """
        What was opened on the way to an error is closed, without a ResourceWarning.
        """
        ferries.close()
        (ferries.path / "manifest.json").write_text("{")
        with pytest.raises(searchkit.IndexDamagedError):
            searchkit.open_index(ferries.path)
        gc.collect()
        assert [] == _open_files(ferries.path)

    def test_closing_twice_is_fine(self, ferries: Index) -> None:
        """
        The second time there is nothing to do.
        """
        ferries.search("ferry")
        ferries.close()
        ferries.close()


def _open_files(folder: Path) -> list[str]:
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            links.append(str(descriptor.readlink()))
    return [link for link in links if link.startswith(str(folder))]


class TestSearching:
    def test_hits_are_a_sequence(self, ferries: Index) -> None:
        """
        Hits can be counted, indexed, sliced, looped over; no hits are false.
        """
        hits = ferries.search("ferry", sort="oldest")
        assert 4 == len(hits) == hits.total
        assert ["mill", "river-1", "river-2", "undated"] == ids(hits)
        assert ("mill", "undated") == (hits[0].id, hits[-1].id)
        assert ["river-1", "river-2"] == ids(hits[1:3])
        assert hits[0] in hits
        assert not ferries.search("zeppelin hangars")

    def test_a_hit_carries_what_is_to_be_shown(self, ferries: Index) -> None:
        """
        Title, date, source, path and a quotation with its place.
        """
        (hit,) = ferries.search("skippers")
        assert "Ice on the river" == hit.title
        assert ("2020-02-10", "Harbour Wire") == (hit.published, hit.source)
        assert hit.score > 0
        (snippet,) = hit.snippets
        body = ferries.get(hit.id).body
        assert body[snippet.span.start : snippet.span.end] == snippet.text
        assert ["Skippers"] == [
            snippet.text[span.start : span.end] for span in snippet.highlights
        ]
        assert isinstance(snippet, Snippet)
        assert isinstance(snippet.span, Span)

    def test_the_total_is_exact_whatever_the_page(self, ferries: Index) -> None:
        """
        A limit of 0 counts; a page past the end is empty.
        """
        for limit, offset, expected in ((0, 0, 0), (1, 0, 1), (9, 3, 1), (5, 9, 0)):
            hits = ferries.search("ferry", limit=limit, offset=offset)
            assert (4, expected) == (hits.total, len(hits))
            assert offset == hits.offset

    def test_pages_join_to_the_whole(self, ferries: Index) -> None:
        """
        Page by page, each hit comes once and in the same order.
        """
        for sort in ("relevance", "newest", "oldest"):
            whole = ids(ferries.search("ferry", sort=sort))
            pages = [
                one
                for offset in range(4)
                for one in ids(
                    ferries.search("ferry", limit=1, offset=offset, sort=sort)
                )
            ]
            assert whole == pages

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            ("newest", ["river-2", "river-1", "mill", "undated"]),
            ("oldest", ["mill", "river-1", "river-2", "undated"]),
        ],
    )
    def test_sorted_by_date_undated_articles_come_last(
        self, ferries: Index, sort: SortOrder, expected: list[str]
    ) -> None:
        """
        Both ways.
        """
        assert expected == ids(ferries.search("ferry", sort=sort))

    @pytest.mark.parametrize("name", ["limit", "offset", "snippets"])
    def test_negative_numbers_are_refused(self, ferries: Index, name: str) -> None:
        """
        They are a mistake of the caller.
        """
        with pytest.raises(ValueError, match="0 or more"):
            ferries.search("ferry", **{name: -1})  # type: ignore[arg-type]

    def test_an_unknown_order_is_refused(self, ferries: Index) -> None:
        """
        The error names those that there are.
        """
        with pytest.raises(ValueError, match="relevance, newest, oldest"):
            ferries.search("ferry", sort="best")  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("first", "last", "expected"),
        [
            ("2020-02", None, {"river-1", "river-2"}),
            (None, "2020-02", {"river-1", "mill"}),
            ("2020-02-10", "2020-02-10", {"river-1"}),
            (date(2020, 2, 11), None, {"river-2"}),
            (None, date(2020, 2, 10), {"river-1", "mill"}),
            (datetime(2020, 2, 10, 23, 59, tzinfo=UTC), None, {"river-1", "river-2"}),
            (datetime(2020, 2, 10, tzinfo=UTC), date(2020, 2, 10), {"river-1"}),
            ("2010s", "2010s", {"mill"}),
            ("29 February 2020", None, {"river-2"}),
        ],
    )
    def test_a_window_of_publication(
        self,
        ferries: Index,
        first: str | date | None,
        last: str | date | None,
        expected: set[str],
    ) -> None:
        """
        Both ends belong to it, a partial date with all of its days.

        Undated articles are in no window.
        """
        hits = ferries.search("ferry", published_from=first, published_to=last)
        assert expected == set(ids(hits))
        assert expected == set(
            ids(ferries.search("*", published_from=first, published_to=last))
        )

    def test_a_window_written_backwards_is_turned_round(self, ferries: Index) -> None:
        """
        As in queries, the later date first means the same days.
        """
        one, other = (
            ferries.search("ferry", published_from=first, published_to=last)
            for first, last in (("2019", "2022-06"), ("2022-06", "2019"))
        )
        assert one.interpretation == other.interpretation
        assert one.total == other.total > 0

    @pytest.mark.parametrize(("first", "last"), [("soon", None), (None, "2020-13")])
    def test_what_is_no_window_is_an_error(
        self, ferries: Index, first: str | None, last: str | None
    ) -> None:
        """
        A date given apart from the query is not guessed at.
        """
        with pytest.raises(DateValueError):
            ferries.search("ferry", published_from=first, published_to=last)

    def test_the_window_shows_in_the_interpretation(self, ferries: Index) -> None:
        """
        What is printed as the interpretation finds the same articles again.
        """
        hits = ferries.search("river", published_from="2020-03")
        assert "published" in hits.interpretation
        assert ids(hits) == ids(ferries.search(hits.interpretation)) == ["river-2"]

    def test_snippets_can_be_left_out(self, ferries: Index) -> None:
        """
        As many as asked for, at most.
        """
        for count in (0, 1, 2):
            for hit in ferries.search("ferry fire", snippets=count):
                assert len(hit.snippets) <= count

    @pytest.mark.parametrize(
        "query", ["", " ", '"', "((", "NOT", "*", "-", "\x00", "\ud800", "a" * 10_000]
    )
    def test_no_query_is_an_error(self, ferries: Index, query: str) -> None:
        """
        Any text is a query, and the answer repeats it.
        """
        hits = ferries.search(query)
        assert query == hits.query
        assert all(isinstance(note, Note) for note in hits.notes)


class TestLookingUp:
    def test_the_beginning_of_an_id_is_enough(self, ferries: Index) -> None:
        """
        As long as it fits one article only.
        """
        assert "Fire in the mill" == ferries.get("m").title
        assert "Fire in the mill" == ferries.get("mill").title

    def test_a_beginning_of_several_ids_is_an_error_that_names_them(
        self, ferries: Index
    ) -> None:
        """
        A guess would show the wrong article.
        """
        with pytest.raises(AmbiguousIdError) as caught:
            ferries.get("riv")
        assert ("river-1", "river-2") == caught.value.candidates

    def test_a_whole_id_wins_over_longer_ones(self, ferries: Index) -> None:
        """
        An id that begins another one can be looked up.
        """
        ferries.add([Article(id="river", title="Rivers")])
        assert "Rivers" == ferries.get("river").title

    @pytest.mark.parametrize("unknown", ["x", "", "mills", "%", "_", "MILL", "\ud800"])
    def test_an_unknown_id_is_an_error(self, ferries: Index, unknown: str) -> None:
        """
        Also for ids that mean something to a database.
        """
        with pytest.raises(ArticleNotFoundError):
            ferries.get(unknown)
        with pytest.raises(KeyError):
            ferries.annotations(unknown)
        assert unknown not in ferries

    def test_an_article_comes_back_as_it_went_in(self, index: Index) -> None:
        """
        Every value, and every character of the body, survives.
        """
        article = Article(
            id="one",
            title="Снег — and 雪, “quoted”",
            body="  Leading blanks.\n\nA line.\r\nTabs\tand \u200b🗞 emoji.\n",
            published="2020-02",
            source="Harbour Wire",
            url="https://harbour.example/1?a=b#c",
            authors=("Jo Brook", "Łucja Żak"),
            path="somewhere/a.txt",
        )
        index.add([article])
        assert article == index.get("one")

    def test_annotations_are_spans_of_the_article(self, index: Index) -> None:
        """
        Times and entities can be asked for, each at its place.
        """
        body = "Angela Merkel flew to Paris on 3 May 2019."
        index.add([Article(id="one", title="A visit", body=body)])
        found = index.annotations("one")
        assert ["3 May 2019"] == [time.surface for time in found.times]
        assert {"Angela Merkel", "Paris"} <= {one.name for one in found.entities}
        spans = [(one.span, one.surface) for one in found.times]
        spans += [(one.span, one.surface) for one in found.entities]
        for span, surface in spans:
            assert body[span.start : span.end] == surface

    def test_an_index_without_annotations_has_none(self, tmp_path: Path) -> None:
        """
        That is decided when it is made, and remembered.
        """
        searchkit.create_index(tmp_path / "index", annotate=False).close()
        with searchkit.open_index(tmp_path / "index") as index:
            index.add([Article(id="one", body="Paris, 3 May 2019.")])
            assert ((), ()) == (
                index.annotations("one").times,
                index.annotations("one").entities,
            )
            assert 0 == index.search("dates:2019").total


class TestChanging:
    def test_deleting_counts_what_was_there(self, ferries: Index) -> None:
        """
        Unknown ids are passed over, and an id given twice counts once.
        """
        assert 2 == ferries.delete(["mill", "nothing", "river-1", "mill"])
        assert 0 == ferries.delete(["mill"])
        assert ["river-2", "undated"] == sorted(ids(ferries.search("ferry")))
        assert "mill" not in ferries
        assert 2 == len(ferries)

    def test_nothing_to_add_changes_nothing(self, ferries: Index) -> None:
        """
        An empty call makes no commit.
        """
        before = ferries.totals()
        report = ferries.add([])
        report.seconds = 0.0
        assert IndexingReport() == report
        assert before.commits == ferries.totals().commits

    def test_totals_count_everything(self, ferries: Index) -> None:
        """
        Articles, dates, sources and bytes.
        """
        totals = ferries.totals()
        assert (4, 1) == (totals.articles, totals.undated)
        assert ("2019", "2020-03-02") == (totals.first_published, totals.last_published)
        assert (("Harbour Wire", 2),) == totals.collections
        assert sum(len(a.body.encode()) for a in ARTICLES) == totals.text_bytes
        assert {"times", "entities"} == set(totals.annotations)

    def test_its_own_changes_are_found_at_once(self, ferries: Index) -> None:
        """
        An index that has answered before answers from its newest state.
        """
        assert 0 == ferries.search("balloon", limit=0).total
        ferries.add([Article(id="new", title="A balloon")])
        assert 1 == ferries.search("balloon", limit=0).total
        ferries.delete(["new"])
        assert 0 == ferries.search("balloon", limit=0).total

    def test_changes_of_others_are_found_after_a_refresh(self, ferries: Index) -> None:
        """
        Until then the index answers from the commit that it was opened on.
        """
        assert 4 == ferries.search("ferry").total
        with searchkit.open_index(ferries.path) as other:
            other.add([Article(title="One more ferry")])
        assert 4 == ferries.search("ferry").total
        ferries.refresh()
        assert 5 == ferries.search("ferry").total

    def test_a_rebuild_changes_no_answer(self, seeds: Index, tmp_path: Path) -> None:
        """
        Hits, scores and order are the same from a new engine.
        """
        shutil.copytree(seeds.path, tmp_path / "copy")
        with searchkit.open_index(tmp_path / "copy") as index:
            queries = ("doha", "dates:2021-08", "place:Kabul", "tali* -soviet", "")
            before = [index.search(query, limit=100) for query in queries]
            assert len(index) == index.rebuild()
            assert before == [index.search(query, limit=100) for query in queries]


class TestSharing:
    def test_a_second_writer_learns_who_the_first_is(self, ferries: Index) -> None:
        """
        The message names the process, and nothing of the second one is written.
        """
        with searchkit.open_index(ferries.path) as other:

            def articles() -> Iterator[Article]:
                for change in (
                    lambda: other.add([Article(title="Two")]),
                    lambda: other.add_sources(["."]),
                    lambda: other.delete(["mill"]),
                    other.rebuild,
                ):
                    with pytest.raises(IndexLockedError) as caught:
                        change()
                    assert f"process {os.getpid()} on " in caught.value.holder
                yield Article(title="One")

            assert 1 == ferries.add(articles()).added
            assert 1 == other.add([Article(title="Two")]).added
        assert 6 == len(ferries)

    def test_a_writer_may_search_while_it_writes(self, ferries: Index) -> None:
        """
        A generator of articles can ask the index that it feeds.
        """

        def articles() -> Iterator[Article]:
            for hit in ferries.search("ferry", sort="oldest"):
                yield Article(id=f"copy of {hit.id}", title=hit.title)

        assert 4 == ferries.add(articles()).added
        assert 8 == ferries.search("ferry OR river OR mill").total

    def test_threads_read_while_another_process_writes(self, ferries: Index) -> None:
        """
        Each thread with an index of its own, nobody waits and nobody fails.
        """
        script = (
            "import sys, searchkit\n"
            "with searchkit.open_index(sys.argv[1]) as index:\n"
            "    for n in range(6):\n"
            "        index.add([searchkit.Article(title=f'Ferry number {n}')])\n"
        )
        command = [sys.executable, "-c", script, str(ferries.path)]
        totals: list[list[int]] = [[], []]
        errors: list[BaseException] = []
        done = threading.Event()

        def read(seen: list[int]) -> None:
            try:
                with searchkit.open_index(ferries.path) as index:
                    while True:
                        last = done.is_set()
                        index.refresh()
                        seen.append(index.search("ferry").total)
                        if last:
                            return
            except BaseException as error:  # noqa: BLE001 - asserted on below
                errors.append(error)

        threads = [threading.Thread(target=read, args=(seen,)) for seen in totals]
        for thread in threads:
            thread.start()
        try:
            root = Path(searchkit.__file__).parents[1]
            subprocess.run(command, check=True, timeout=60, cwd=root)
        finally:
            done.set()
            for thread in threads:
                thread.join()
        assert [] == errors
        for seen in totals:
            assert sorted(seen) == seen
            assert 10 == seen[-1]


def test_a_folder_that_cannot_be_written_to_can_be_searched() -> None:
    """
    Reading takes no rights but to read, and writing says what is missing.
    """
    script = (
        "import os, sys, searchkit\n"
        "def look():\n"
        "    with searchkit.open_index(sys.argv[1]) as index:\n"
        "        assert 1 == index.search('ferry').total\n"
        "        try:\n"
        "            index.add([searchkit.Article(title='Two')])\n"
        "        except searchkit.IndexAccessError:\n"
        "            print('refused')\n"
        "if os.geteuid() == 0:\n"
        "    look()\n"  # loads all modules, which others may have no right to read
        "    os.setuid(65534)\n"
        "look()\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        with searchkit.create_index(path) as index:
            index.add([Article(title="One ferry")])
        Path(folder).chmod(0o755)
        path.chmod(0o555)
        try:
            result = subprocess.run(
                [sys.executable, "-c", script, str(path)],
                cwd=Path(searchkit.__file__).parents[1],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        finally:
            path.chmod(0o755)
    assert ("refused", 0) == (result.stdout.strip(), result.returncode)


def test_a_lost_catalog_is_no_reason_to_begin_anew(tmp_path: Path) -> None:
    """
    Where the catalog is gone and its index is left, neither opening nor making goes on.
    """
    searchkit.create_index(tmp_path).close()
    (tmp_path / "catalog.db").unlink()
    for call in (searchkit.open_index, searchkit.create_index):
        with pytest.raises(IndexDamagedError, match="the catalog is missing"):
            call(tmp_path)
    assert not (tmp_path / "catalog.db").exists()


def test_a_search_may_be_given_a_time_limit(seeds: Index) -> None:
    """
    It holds for all that is tried for one query, and says what was given.
    """
    assert 0 < seeds.search("doha", timeout=60).total
    with pytest.raises(SearchTimeoutError, match="longer than 0 seconds") as caught:
        seeds.search("doha", timeout=0)
    assert "more time" in caught.value.hint
    assert 0 < seeds.search("doha").total
