"""
What a living writer is just making is no finding.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import searchkit
import searchkit.checkups.repair as repair_module
from searchkit import Article, IndexLockedError, IndexMissingError
from searchkit.catalog import WriterLock
from searchkit.checkups import check_index, repair_index
from searchkit.checkups.holders import dead_holder, is_being_written
from searchkit.engines import local_engine
from tests.checkups.good_index import Good, ask, contents

#: Writes commit after commit until its standard input is closed.
WRITER = """
import select, sys
import searchkit
from searchkit import Article

turn = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    with searchkit.open_index(sys.argv[1]) as index:
        ids = [f"writer-{(turn + n) % 7}" for n in range(3)]
        index.add([Article(id=i, body=f"turn {turn}") for i in ids])
        index.delete(ids[:1])
    turn += 1
    if turn == 1:
        print("writing", flush=True)
"""


def test_a_healthy_index_has_no_finding(folder: Path) -> None:
    """
    Where all is well nothing is said, and neither looking nor repairing changes a byte.
    """
    before = contents(folder)
    checkup = check_index(folder)
    assert ((), True) == (checkup.findings, checkup.is_healthy)
    with searchkit.open_index(folder) as index:
        assert (len(index), len(index)) == (checkup.articles, checkup.documents)
    repair = repair_index(folder)
    assert ((), ()) == (repair.done, repair.left)
    assert before == contents(folder)


def test_a_new_index_is_healthy(tmp_path: Path) -> None:
    """
    So is an index without any article.
    """
    searchkit.create_index(tmp_path / "new").close()
    checkup = check_index(tmp_path / "new")
    assert ((), 0, 0) == (checkup.findings, checkup.articles, checkup.documents)


def test_a_writer_at_work_is_no_finding(folder: Path, good: Good) -> None:
    """
    An index that is written to all the while is examined, and is healthy.
    """
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout
        assert "writing\n" == writer.stdout.readline()
        seen = set()
        for _ in range(25):
            checkup = check_index(folder)
            assert () == checkup.findings
            assert checkup.articles == checkup.documents
            seen.add(checkup.articles)
        assert writer.poll() is None
        writer.communicate()
    assert 0 == writer.returncode
    assert len(seen) > 1
    assert check_index(folder).is_healthy


def test_what_is_being_written_is_no_leftover(folder: Path) -> None:
    """
    While somebody holds the lock, files that the manifest does not name are theirs.
    """
    with WriterLock(folder):
        writer = local_engine(folder).writer()
        (folder / "MAIN_0123456789abcdef.seg").write_bytes(b"half")
        assert () == check_index(folder).findings
        writer.cancel()
    assert {"leftovers"} == {f.code for f in check_index(folder).findings}


def test_an_index_being_made_anew_is_told_so(folder: Path) -> None:
    """
    What cannot be examined for a writer is a warning that names it.
    """
    with WriterLock(folder):
        local_engine(folder).reset()
        (finding,) = check_index(folder).findings
    assert ("being-written", "warning") == (finding.code, finding.severity)
    assert f"process {os.getpid()}" in finding.message


def test_a_commit_that_is_under_way_is_no_finding(folder: Path) -> None:
    """
    The engine may be behind the catalog as long as the writer lives.
    """
    index = searchkit.open_index(folder)
    with index, WriterLock(folder):
        with index._catalog.batch() as batch:
            stored = index._catalog.get("note")
            batch.put(stored.article, stored.annotations, {})
        assert "index-behind" not in {f.code for f in check_index(folder).findings}
    assert "index-behind" in {f.code for f in check_index(folder).findings}


def test_a_log_that_was_left_is_kept(folder: Path) -> None:
    """
    Commits that are in SQLite's log only are read, and left where they are.
    """
    aside = folder.with_name("aside")
    with searchkit.open_index(folder) as index:
        index.add([Article(id="late", body="A late article.")])
        # As a power cut would leave it.
        aside.mkdir()
        for path in folder.iterdir():
            if not path.name.endswith("-shm"):
                (aside / path.name).write_bytes(path.read_bytes())
    assert (aside / "catalog.db-wal").stat().st_size
    before = contents(aside)
    assert () == check_index(aside).findings
    assert before == contents(aside)
    assert "late" in ask(aside)


def test_a_folder_to_be_read_only_is_examined(folder: Path) -> None:
    """
    No right to write is needed.
    """
    for path in (*folder.iterdir(), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert () == check_index(folder).findings
    finally:
        folder.chmod(0o755)


def test_a_file_that_cannot_be_read_is_a_finding(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Neither rights nor a broken disk end in a traceback.
    """
    segment = next(folder.glob("MAIN_*.s*"))
    segment.unlink()
    segment.mkdir()
    checkup = check_index(folder)
    assert {"segment-unreadable"} == {finding.code for finding in checkup.findings}

    def refuse(*_: object) -> list[str]:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr("searchkit.engines.whoosh.checks.toc_numbers", refuse)
    checkup = check_index(folder)
    assert {"unreadable"} == {finding.code for finding in checkup.findings}


@pytest.mark.parametrize("name", ["missing", "empty", "other"])
def test_a_folder_without_an_index_is_an_error(tmp_path: Path, name: str) -> None:
    """
    There is nothing to examine where there is no index.
    """
    if name != "missing":
        (tmp_path / name).mkdir()
    if name == "other":
        (tmp_path / name / "notes.txt").write_text("mine", encoding="utf-8")
    for examine in (check_index, repair_index):
        with pytest.raises(IndexMissingError):
            examine(tmp_path / name)


def test_a_repair_waits_for_nobody(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    While another process writes, nothing is repaired.
    """
    monkeypatch.setattr(repair_module, "WRITER_PATIENCE", 0.0)
    next(folder.glob("MAIN_*.s*")).write_bytes(b"")
    with WriterLock(folder), pytest.raises(IndexLockedError):
        repair_index(folder)


class TestHolders:
    def test_a_living_writer_is_seen(self, folder: Path) -> None:
        """
        Whoever holds the lock writes, until it is let go of.
        """
        assert not is_being_written(folder)
        with WriterLock(folder):
            assert is_being_written(folder)
            assert dead_holder(folder) is None
        assert not is_being_written(folder)

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            ({"pid": 4711, "host": socket.gethostname()}, 4711),
            ({"pid": 4711, "host": "elsewhere.example.org"}, None),
            ({"pid": 1e999, "host": socket.gethostname()}, None),
            ({"host": socket.gethostname()}, None),
            ([], None),
        ],
    )
    def test_a_dead_one_is_told_by_its_name(
        self, folder: Path, content: object, expected: int | None
    ) -> None:
        """
        A name on a free lock is that of a dead process, on this machine at least.
        """
        (folder / "writer.json").write_text(json.dumps(content), encoding="utf-8")
        assert expected == dead_holder(folder)
