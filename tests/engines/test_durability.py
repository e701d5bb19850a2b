from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import searchkit.engines.whoosh.native_writer as native_writer_module
import searchkit.engines.whoosh.opening as opening_module
import searchkit.engines.whoosh.writer as writer_module
from searchkit.documents import Document
from searchkit.engines.whoosh.engine import WhooshEngine
from searchkit.engines.whoosh.storage import DurableStorage
from searchkit.errors import IndexAccessError, IndexLockedError
from searchkit.queries.tree import Everything, Word


@pytest.fixture
def engine(tmp_path: Path) -> WhooshEngine:
    """
    Give an engine with one document.
    """
    made = WhooshEngine(tmp_path)
    made.reset()
    put(made, 1, "a1")
    return made


def put(engine: WhooshEngine, generation: int, *ids: str) -> None:
    writer = engine.writer()
    for one in ids:
        writer.put(Document(one, body="rain"))
    writer.commit(generation)


def ids(engine: WhooshEngine) -> set[str]:
    with engine.searcher() as searcher:
        assert searcher.search(Everything(), limit=0).total == searcher.document_count
        return set(searcher.ids())


class TestSyncing:
    @pytest.fixture
    def events(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
        """
        Record what is synced, renamed and deleted, in order, by the name of the file.
        """
        events: list[tuple[str, str]] = []
        sync, replace, remove = os.fsync, os.replace, os.remove

        def record_sync(descriptor: int) -> None:
            events.append(("sync", Path(f"/proc/self/fd/{descriptor}").readlink().name))
            sync(descriptor)

        def record_replace(old: Any, new: Any, **options: Any) -> None:
            events.append(("name", Path(new).name))
            replace(old, new, **options)

        def record_remove(path: Any, **options: Any) -> None:
            events.append(("remove", Path(path).name))
            remove(path, **options)

        monkeypatch.setattr(os, "fsync", record_sync)
        monkeypatch.setattr(os, "replace", record_replace)
        monkeypatch.setattr(os, "remove", record_remove)
        monkeypatch.setattr(os, "unlink", record_remove)
        return events

    @pytest.mark.skipif(
        not Path("/proc/self/fd").exists(), reason="names of open files are in /proc"
    )
    def test_nothing_is_named_before_it_is_on_disk(
        self, engine: WhooshEngine, events: list[tuple[str, str]]
    ) -> None:
        """
        Old files go only when the new ones and their names are on disk.

        Segment, table of contents, folder, the name of the table, folder, manifest,
        its name, folder; then the old table.
        """
        put(engine, 2, "a2")
        folder = engine.folder.name
        lasting = [
            (what, name)
            for what, name in events
            if name == folder
            or name.endswith((".seg", ".sks"))
            or ".toc" in name
            or "manifest" in name
        ]
        segment = max(
            engine.folder.glob("MAIN_*.s*"), key=lambda p: p.stat().st_mtime_ns
        )
        if segment.suffix == ".sks":
            # The extension syncs it, past Python.
            lasting.insert(0, ("sync", segment.name))
        temporary = lasting[1][1]
        assert temporary.startswith("_MAIN_2.toc.")
        expected = [
            ("sync", segment.name),
            ("sync", temporary),
            ("sync", folder),
            ("name", "_MAIN_2.toc"),
            ("sync", folder),
            ("sync", "manifest.json.tmp"),
            ("name", "manifest.json"),
            ("sync", folder),
            ("remove", "_MAIN_1.toc"),
        ]
        assert expected == lasting

    def test_every_sync_matters(
        self, engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        When the disk refuses to sync, the commit fails and the old state stays.
        """

        def refuse(_: int) -> None:
            raise OSError(errno.EIO, "Input/output error")

        writer = engine.writer()
        writer.put(Document("a2", body="rain"))
        with monkeypatch.context() as context:
            context.setattr(os, "fsync", refuse)
            with pytest.raises(IndexAccessError, match="Input/output error"):
                writer.commit(2)
        assert {"a1"} == ids(engine)
        assert 1 == engine.generation
        put(engine, 2, "a3")
        assert {"a1", "a3"} == ids(engine)


class TestFailures:
    def test_a_full_disk_cancels(
        self, engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        An error of the system comes as IndexAccessError, and cancels.

        The next transaction finds the lock free.
        """
        writer = engine.writer()
        writer.put(Document("a2", body="rain"))

        def fail(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device", "somewhere.seg")

        with monkeypatch.context() as context:
            context.setattr(DurableStorage, "rename_file", fail)
            with pytest.raises(IndexAccessError, match="No space left") as caught:
                writer.commit(2)
        assert "somewhere.seg" == caught.value.path
        assert {"a1"} == ids(engine)
        assert 1 == engine.generation
        put(engine, 2, "a3")
        assert {"a1", "a3"} == ids(engine)

    @pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, ValueError])
    def test_any_exception_in_put_cancels(
        self,
        engine: WhooshEngine,
        monkeypatch: pytest.MonkeyPatch,
        error: type[BaseException],
    ) -> None:
        """
        An interruption in the middle of a document leaves the old state, and no lock.
        """
        writer = engine.writer()
        writer.put(Document("a2", body="rain"))
        writer.delete("a1")

        def fail(*_: object) -> None:
            raise error

        with monkeypatch.context() as context:
            context.setattr(writer_module, "document_values", fail)
            context.setattr(native_writer_module, "native_document", fail)
            with pytest.raises(error):
                writer.put(Document("a3", body="rain"))
        with pytest.raises(ValueError, match="ended"):
            writer.commit(2)
        assert {"a1"} == ids(engine)
        put(engine, 2, "a4")
        assert {"a1", "a4"} == ids(engine)

    @pytest.mark.parametrize(
        "place",
        [
            "searchkit.engines.whoosh.manifest.sync_folder",
            "searchkit.engines.whoosh.engine.index_files",
        ],
    )
    def test_a_failure_after_the_manifest_takes_no_file_away(
        self, engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch, place: str
    ) -> None:
        """
        Once the manifest names the new segments, they stay, whatever the disk says.
        """
        writer = engine.writer()
        writer.put(Document("a2", body="rain"))

        def refuse(*_: object) -> None:
            raise OSError(errno.EIO, "Input/output error")

        with monkeypatch.context() as context, suppress(IndexAccessError):
            context.setattr(place, refuse)
            writer.commit(2)
        assert {"a1", "a2"} == ids(engine)
        assert 2 == engine.generation
        put(engine, 3, "a3")
        assert {"a1", "a2", "a3"} == ids(engine)

    def test_a_crash_before_the_manifest_is_no_commit(
        self, engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        Until the manifest names a table of contents, the one before counts.
        """
        writer = engine.writer()
        writer.put(Document("a2", body="rain"))

        def crash(*_: int) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as context:
            context.setattr(engine, "record_commit", crash)
            with pytest.raises(KeyboardInterrupt):
                writer.commit(2)
        assert 1 == engine.generation
        with engine.searcher() as searcher:
            assert 1 == searcher.generation
            assert {"a1"} == set(searcher.ids())
        put(engine, 2, "a3")
        assert {"a1", "a3"} == ids(engine)
        assert 2 == engine.generation

    def test_what_a_killed_writer_left_is_cleared_away(
        self, engine: WhooshEngine
    ) -> None:
        """
        Files of a killed process do not disturb the next writer, which removes them.
        """
        script = (
            "import os, sys\n"
            "from pathlib import Path\n"
            "from searchkit.documents import Document\n"
            "from searchkit.engines.whoosh.engine import WhooshEngine\n"
            "writer = WhooshEngine(Path(sys.argv[1])).writer()\n"
            "writer.put(Document('killed', body='rain'))\n"
            "os.kill(os.getpid(), 9)\n"
        )
        command = [sys.executable, "-c", script, str(engine.folder)]
        assert -9 == subprocess.run(command, check=False, timeout=60).returncode
        (engine.folder / "_MAIN_9.toc.123.45").write_bytes(b"half a table")
        (engine.folder / "MAIN_0123456789abcdef.sks").write_bytes(b"half a segment")
        (engine.folder / "MAIN.tmp").mkdir(exist_ok=True)
        assert {"a1"} == ids(engine)
        put(engine, 2, "a2")
        assert {"a1", "a2"} == ids(engine)
        names = {path.name for path in engine.folder.iterdir()}
        segments = {name for name in names if name.endswith((".seg", ".sks"))}
        assert 2 == len(segments)
        expected = {"MAIN_WRITELOCK", "_MAIN_2.toc", "manifest.json"} | segments
        assert expected == names

    def test_one_writer_at_a_time(
        self, engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A second writer is refused while the first is open, and welcome after.
        """
        monkeypatch.setattr("searchkit.engines.whoosh.engine.LOCK_PATIENCE", 0.0)
        first = engine.writer()
        with pytest.raises(IndexLockedError):
            WhooshEngine(engine.folder).writer()
        first.put(Document("a2", body="rain"))
        first.commit(2)
        WhooshEngine(engine.folder).writer().cancel()
        assert {"a1", "a2"} == ids(engine)


READING = """
import sys
from pathlib import Path
from searchkit.engines.whoosh.engine import WhooshEngine
from searchkit.queries.tree import Word

engine, seen = WhooshEngine(Path(sys.argv[1])), 0
print("ready", flush=True)
while seen < int(sys.argv[2]):
    with engine.searcher() as searcher:
        found = searcher.search(Word("rain"), limit=100)
        names = {match.id for match in found.page}
        numbers = range(1, searcher.generation + 1)
        assert found.total == len(names) == searcher.document_count, found
        assert names == {f"a{number}" for number in numbers}, (names, numbers)
        assert searcher.generation >= seen
        seen = searcher.generation
"""


def test_readers_never_fail_while_a_writer_commits(engine: WhooshEngine) -> None:
    """
    Readers in other threads and another process meet a whole commit each time.

    It is the one that they name, with all of its documents and no others.
    """
    last = 16
    command = [sys.executable, "-c", READING, str(engine.folder), str(last)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    failures: list[BaseException] = []
    opened = [0, 0]
    finished = threading.Event()

    def read(number: int) -> None:
        own = WhooshEngine(engine.folder)
        try:
            while not finished.is_set():
                with own.searcher() as searcher:
                    found = searcher.search(Word("rain"), limit=0)
                    assert searcher.generation == found.total == searcher.document_count
                opened[number] += 1
        except BaseException as error:  # noqa: BLE001 - the main thread judges it
            failures.append(error)

    threads = [threading.Thread(target=read, args=(n,)) for n in range(len(opened))]
    with process:
        assert process.stdout is not None
        assert "ready" == process.stdout.readline().strip()
        for thread in threads:
            thread.start()
        try:
            for generation in range(2, last + 1):
                put(engine, generation, f"a{generation}")
        finally:
            finished.set()
            for thread in threads:
                thread.join()
        _, errors = process.communicate(timeout=60)
    assert [] == failures
    assert all(opened)
    assert (0, "") == (process.returncode, errors)


def test_a_table_that_has_just_gone_is_looked_for_again(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A commit between reading the manifest and opening what it names is no damage.
    """
    original, commits = opening_module._check_sizes, [2, 3]

    def overtaken(*arguments: Any) -> None:
        if commits and (generation := commits.pop(0)):
            monkeypatch.setattr(opening_module, "_check_sizes", original)
            put(engine, generation, f"a{generation}")
            monkeypatch.setattr(opening_module, "_check_sizes", overtaken)
        original(*arguments)

    monkeypatch.setattr(opening_module, "OPEN_DELAY", 0.0)
    monkeypatch.setattr(opening_module, "_check_sizes", overtaken)
    assert {"a1", "a2", "a3"} == ids(engine)
