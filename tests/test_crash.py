"""
Processes that are killed while they write, and readers beside processes that write.

A child process plays the writer.  It kills itself, as a power cut would, when a chosen
function is called for the n-th time; no test hook is built into the library.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import searchkit
from searchkit import (
    Article,
    Index,
    IndexDamagedError,
    IndexLockedError,
    IndexMissingError,
    native,
)
from searchkit.catalog import WriterLock
from searchkit.engines.base import Searcher
from searchkit.opening import open_damaged_index

Ids = Callable[[Index], set[str]]

BATCH = 4
COUNT = 22

#: What the child runs: index folder, task, function to die in, calls to survive.
CHILD = f"""
import os, pkgutil, signal, sys
import searchkit
from searchkit import Article
from searchkit.indexing import transfer
from searchkit.opening import open_damaged_index

transfer.BATCH_ARTICLES = {BATCH}
transfer.ARTICLES_PER_COMMIT = {2 * BATCH}
path, task, place, calls = sys.argv[1:]
left = int(calls)

def dying(original):
    def wrapped(*args, **options):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **options)
    return wrapped

if place:
    owner, _, name = place.rpartition(".")
    owner = pkgutil.resolve_name(owner)
    setattr(owner, name, dying(getattr(owner, name)))

if task == "create":
    searchkit.create_index(path, annotate=False).close()
elif task == "rebuild":
    with open_damaged_index(path) as index:
        index.rebuild()
elif task == "add":
    with searchkit.open_index(path) as index:
        index.add_sources([os.path.join(os.path.dirname(path), "news")])
elif task == "delete":
    with searchkit.open_index(path) as index:
        index.delete([f"id-{{n:02}}" for n in range(0, {COUNT}, 2)])
elif task == "pairs":
    with searchkit.open_index(path) as index:
        for turn in range(12):
            index.add(
                Article(id=f"{{side}}-{{number}}", title=f"Pair v{{turn}}", body=side)
                for number in (turn // 3,)
                for side in ("left", "right")
            )
"""

ENGINE = "searchkit.engines.whoosh.engine:WhooshEngine"
if native.load() is None:
    WRITER = "searchkit.engines.whoosh.writer:WhooshWriter"
    DOCUMENT = f"{WRITER}.put"
    SEGMENT = "whoosh.writing:SegmentWriter._flush_segment"
    TABLE = "whoosh.writing:SegmentWriter._commit_toc"
else:
    WRITER = "searchkit.engines.whoosh.native_writer:NativeWriter"
    DOCUMENT = "searchkit.engines.whoosh.native_writer.native_document"
    SEGMENT = f"{WRITER}._new_part"
    TABLE = f"{ENGINE}.replace_segments"


def start(
    index: Path, task: str, place: str = "", calls: int = 0
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(index), task, place, str(calls)],
        cwd=Path(searchkit.__file__).parents[1],
        stderr=subprocess.PIPE,
    )


def run(index: Path, task: str, place: str = "", calls: int = 0) -> int:
    with start(index, task, place, calls) as child:
        _, errors = child.communicate(timeout=60)
    assert b"" == errors
    return child.returncode


def committed(path: Path) -> set[str]:
    """
    Return the ids that the catalog has committed, without opening the index.
    """
    with closing(sqlite3.connect(path / "catalog.db")) as connection:
        return {row[0] for row in connection.execute("SELECT id FROM articles")}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """
    Make an empty index, and a file of articles beside it.
    """
    news = tmp_path / "news"
    news.mkdir()
    lines = (
        {"id": f"id-{n:02}", "title": f"Number {n}", "body": f"Text of n{n}."}
        for n in range(COUNT)
    )
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (news / "a.jsonl").write_text(text)
    searchkit.create_index(tmp_path / "index", annotate=False).close()
    return tmp_path / "index"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Wait for files that are missing for a tenth of a second only.
    """
    monkeypatch.setattr("searchkit.engines.whoosh.opening.OPEN_ATTEMPTS", 2)


ALL = {f"id-{n:02}" for n in range(COUNT)}


class TestKilledWriters:
    @pytest.mark.parametrize(
        ("place", "calls"),
        [
            ("searchkit.catalog.packing:Packer.pack", 6),  # inside the catalog's commit
            ("searchkit.catalog.batch:Batch.record_source", 1),  # when rows are written
            ("searchkit.catalog.batch:Batch.finish", 3),  # at its very end
            ("searchkit.indexing.transfer.document_of", 0),  # between the two commits
            (DOCUMENT, 13),  # in a later batch, after a commit of the engine
            (f"{WRITER}.commit", 1),
            (SEGMENT, 1),  # in the middle of a segment
            (TABLE, 0),  # segment written, not named anywhere
            (f"{ENGINE}.record_commit", 1),  # named by Whoosh, not by the manifest
            ("searchkit.engines.whoosh.manifest:Manifest.write", 2),
        ],
    )
    def test_what_was_committed_is_there_and_nothing_else(
        self, path: Path, agreed_ids: Ids, place: str, calls: int
    ) -> None:
        """
        Wherever the writer died, the next opening finds each committed article once.
        """
        assert -signal.SIGKILL == run(path, "add", place, calls)
        survived = committed(path)
        with searchkit.open_index(path) as index:
            assert survived == agreed_ids(index)
            assert len(survived) == index.search("text", limit=0).total
            report = index.add_sources([path.parent / "news"])
            assert COUNT - len(survived) == report.added
            assert ALL == agreed_ids(index)
        assert not list(path.glob("*.tmp"))

    def test_a_deletion_is_done_in_both_or_in_none(
        self, path: Path, agreed_ids: Ids
    ) -> None:
        """
        Once the catalog has deleted articles, the engine does so at the next opening.
        """
        run(path, "add")
        for place, calls in ((f"{WRITER}.delete", 1), (f"{WRITER}.commit", 0)):
            assert -signal.SIGKILL == run(path, "delete", place, calls)
            with searchkit.open_index(path) as index:
                assert committed(path) == agreed_ids(index)
                index.add(Article(id=one, title=one) for one in ALL - committed(path))

    @pytest.mark.parametrize("seed", range(4))
    def test_any_moment_will_do(self, path: Path, agreed_ids: Ids, seed: int) -> None:
        """
        Killed at times that nobody chose, again and again, the index comes up whole.
        """
        delay = random.Random(seed)
        for _ in range(2):
            with start(path, "add") as child:
                time.sleep(0.15 + delay.random() * 0.3)
                child.kill()
                child.communicate()
            survived = committed(path)
            with searchkit.open_index(path) as index:
                assert survived == agreed_ids(index)
        assert 0 == run(path, "add")
        with searchkit.open_index(path) as index:
            assert ALL == agreed_ids(index)

    @pytest.mark.parametrize(
        ("place", "calls"),
        [
            (DOCUMENT, 9),
            (TABLE, 0),
            (f"{ENGINE}.record_commit", 0),
        ],
    )
    def test_a_rebuild_that_dies_leaves_an_index(
        self, path: Path, agreed_ids: Ids, place: str, calls: int
    ) -> None:
        """
        Before the new index is complete, the old one answers.
        """
        run(path, "add")
        assert -signal.SIGKILL == run(path, "rebuild", place, calls)
        with searchkit.open_index(path) as index:
            assert ALL == agreed_ids(index)
            assert COUNT == index.rebuild()
            assert ALL == agreed_ids(index)

    @pytest.mark.parametrize(
        "place",
        [
            "searchkit.engines.whoosh.engine.remove_index_files",
            "whoosh.index:FileIndex.create",
            DOCUMENT,
            TABLE,
            f"{ENGINE}.record_commit",
        ],
    )
    def test_a_repair_that_dies_is_finished_at_the_next_opening(
        self, path: Path, agreed_ids: Ids, place: str
    ) -> None:
        """
        A damaged index that was being rebuilt holds all articles after one more try.
        """
        run(path, "add")
        for toc in path.glob("_MAIN_*.toc"):
            toc.write_bytes(b"")
        with pytest.raises(IndexDamagedError), searchkit.open_index(path) as index:
            index.search("text")
        assert -signal.SIGKILL == run(path, "rebuild", place)
        with searchkit.open_index(path) as index:
            assert ALL == agreed_ids(index)

    @pytest.mark.parametrize(
        "place",
        [
            "searchkit.catalog.store.make",
            "searchkit.catalog.lock:WriterLock.__enter__",
            "searchkit.catalog.store:Catalog.set_setting",
            f"{ENGINE}.reset",
            "whoosh.index:FileIndex.create",
            f"{WRITER}.commit",
            f"{ENGINE}.record_commit",
        ],
    )
    def test_an_index_that_was_half_made_can_be_opened_and_filled(
        self, tmp_path: Path, agreed_ids: Ids, place: str
    ) -> None:
        """
        Wherever its making broke off, the index is there, empty and usable, or absent.
        """
        path = tmp_path / "half"
        assert -signal.SIGKILL == run(path, "create", place)
        if place.endswith("make"):
            with pytest.raises(IndexMissingError):
                searchkit.open_index(path)
            searchkit.create_index(path, annotate=False).close()
        with searchkit.open_index(path) as index:
            assert 0 == index.search("text").total
            index.add([Article(id="one", title="One")])
            assert {"one"} == agreed_ids(index)

    def test_the_lock_goes_with_the_process(self, path: Path) -> None:
        """
        A writer that was killed holds nobody up, and its name is not given any more.
        """
        assert -signal.SIGKILL == run(path, "add", DOCUMENT, 2)
        with searchkit.open_index(path) as index:
            assert 1 == index.add([Article(title="One")]).added
        assert not (path / "writer.json").exists()


class TestReadersBesideAWriter:
    @pytest.fixture(autouse=True)
    def impatient(self) -> None:
        """
        Wait for as long as every reader does.
        """

    def test_readers_see_whole_commits_only(self, path: Path) -> None:
        """
        Two articles that are always written together are always found together.

        So it is for an index that is opened anew each time and for one that stays open
        and is refreshed; neither meets an error, whatever the writer does meanwhile.
        """
        looks = 0
        last = 0
        with searchkit.open_index(path) as standing, start(path, "pairs") as child:
            while child.poll() is None or looks < 5:
                with searchkit.open_index(path) as index:
                    for one in (index, standing):
                        hits = one.search("pair", limit=100)
                        assert 0 == hits.total % 2
                        sides = [hit.id.partition("-")[::2] for hit in hits]
                        numbers = {number for _, number in sides}
                        assert {
                            (side, number)
                            for side in ("left", "right")
                            for number in numbers
                        } == set(sides)
                standing.refresh()
                total = standing.search("pair", limit=0).total
                assert last <= total
                last, looks = total, looks + 1
            _, errors = child.communicate()
            assert (0, b"") == (child.returncode, errors)
            standing.refresh()
            assert 8 == standing.search("pair").total
            assert 8 == standing.search("pair v2 OR v5 OR v8 OR v11").total
        assert looks > 5

    def test_a_writer_in_the_middle_is_left_alone(self, path: Path) -> None:
        """
        While a writer is between its two commits, others read what was there before.
        """
        with searchkit.open_index(path) as writer:
            seen = []

            def articles() -> list[Article]:
                return [Article(title=f"Number {n}") for n in range(3)]

            with writer._writing() as running:
                running.add(articles())
                running._transfer.flush()
                with searchkit.open_index(path) as reader:
                    seen.append(reader.search("number").total)
                    with pytest.raises(IndexLockedError):
                        reader.add(articles())
            with searchkit.open_index(path) as reader:
                seen.append(reader.search("number").total)
        assert [0, 3] == seen


def test_a_damaged_index_can_be_opened_for_its_rebuilding(
    path: Path, agreed_ids: Ids
) -> None:
    """
    What ``rebuild`` needs is the catalog alone.
    """
    run(path, "add")
    for file in path.iterdir():
        if file.name != "catalog.db":
            file.write_bytes(b"\0")
    with open_damaged_index(path) as index:
        assert COUNT == index.rebuild()
        assert ALL == agreed_ids(index)


class TestMakingAnew:
    """
    While an index is made anew from nothing, there is nothing to read.
    """

    def test_readers_are_told_who_is_at_it(
        self, path: Path, agreed_ids: Ids, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        They get an error with the holder's name, and never an empty answer.
        """
        monkeypatch.setattr("searchkit.index.WRITER_PATIENCE", 0.05)
        run(path, "add")
        with searchkit.open_index(path) as standing:
            assert COUNT == standing.search("text").total
            with WriterLock(path):
                standing._engine.reset()
                # What a snapshot has open stays readable.
                assert COUNT == standing.search("text").total == len(standing)
                standing.refresh()
                for attempt in (
                    lambda: standing.search("text"),
                    lambda: len(standing),
                    lambda: searchkit.open_index(path),
                ):
                    with pytest.raises(IndexLockedError) as caught:
                        attempt()
                    assert f"made anew by process {os.getpid()}" in str(caught.value)
                    assert "searched then" in caught.value.hint
            # Whoever was at it has gone without finishing: the next look does.
            assert COUNT == standing.search("text").total
            assert ALL == agreed_ids(standing)

    def test_a_reader_waits_for_a_short_making(self, path: Path) -> None:
        """
        What is through within a second is no error.
        """
        run(path, "add")
        with searchkit.open_index(path) as index:
            lock = WriterLock(path)
            lock.__enter__()
            index._engine.reset()
            release = threading.Timer(0.2, lock.__exit__, (None, None, None))
            release.start()
            assert COUNT == index.search("text").total
            release.join()

    def test_a_making_that_ends_between_two_looks_is_no_damage(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        Who was told that it is unfinished looks again, and finds it finished.
        """
        run(path, "add")
        with searchkit.open_index(path) as index:
            original, unfinished = index._engine.searcher, [index._engine]

            def searcher() -> Searcher:
                if unfinished and unfinished.pop():
                    raise IndexDamagedError("manifest.json", "anew", is_unfinished=True)
                return original()

            monkeypatch.setattr(index._engine, "searcher", searcher)
            assert COUNT == index.search("text").total
