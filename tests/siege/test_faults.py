"""
The fault-injecting layer counts what it should, and spoils the call that was chosen.

Each test runs a small program under the layer, in a process of its own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from scripts.siege import faults
from scripts.siege.disk import read_journal

ROOT = Path(__file__).resolve().parents[2]

#: What every program begins with; ``tell`` prints what the test gets to see.
OPENING = """
import json, mmap, os, sqlite3, sys
from pathlib import Path
from scripts.siege import faults
inside, outside = Path(sys.argv[1]), Path(sys.argv[2])

def tell(**values):
    print(json.dumps(values), flush=True)

def error(action, *arguments):
    try:
        action(*arguments)
    except OSError as error:
        return error.strerror
    return "none"
"""

NO_SPACE = "No space left on device"
IO_ERROR = "Input/output error"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return faults.build(tmp_path_factory.mktemp("library"))
    except faults.UnavailableError as error:
        pytest.skip(str(error))


class Program:
    """
    Runs programs under the layer; ``inside`` is watched, ``outside`` is not.
    """

    def __init__(self, library: Path, folder: Path) -> None:
        self.inside, self.outside = folder / "inside", folder / "outside"
        self.inside.mkdir()
        self.outside.mkdir()
        self.journal = folder / "journal"
        self._library = library

    def run(self, text: str, status: int = 0) -> list[dict[str, Any]]:
        """
        Run a program, and return what it told before it ended with this status.
        """
        added = faults.environment(self._library, self.inside, self.journal)
        done = subprocess.run(
            [
                *(sys.executable, "-c", OPENING + textwrap.dedent(text)),
                *(str(self.inside), str(self.outside)),
            ],
            env=os.environ | added,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (status, "") == (done.returncode, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def told(self, text: str) -> dict[str, Any]:
        """
        Run a program that tells one thing.
        """
        (one,) = self.run(text)
        return one

    def journaled(self) -> list[tuple[str, str]]:
        """
        Return kinds and paths of what is in the journal.
        """
        return [(one.kind, one.path) for one in read_journal(self.journal)]


@pytest.fixture
def program(library: Path, tmp_path: Path) -> Program:
    return Program(library, tmp_path)


class TestCounting:
    def test_each_call_of_pythons_counts_once(self, program: Program) -> None:
        """
        Whatever Python does to a file or folder is counted, and journaled in order.
        """
        told = program.told("""
            os.chdir(inside)
            with open("a", "xb", buffering=0) as file:
                file.write(b"one")
                os.pwrite(file.fileno(), b"two", 1)
                os.writev(file.fileno(), [b"th", b"ree"])
                os.fsync(file.fileno())
                os.fdatasync(file.fileno())
                file.truncate(4)
            os.truncate("a", 3)
            open("a", "wb").close()
            os.mkdir("folder")
            folder = os.open("folder", os.O_RDONLY)
            os.rename("a", "b", dst_dir_fd=folder)
            os.link("folder/b", "c")
            os.replace("c", inside / "d")
            os.fsync(folder)
            os.unlink("b", dir_fd=folder)
            os.rmdir(inside / "folder" / ".." / "folder")
            os.symlink("d", "e")
            tell(writing=faults.count("writing"), records=faults.records())
        """)
        expected = [
            *(("create", "a"), ("write", "a"), ("write", "a"), ("write", "a")),
            *(("sync", "a"), ("sync", "a"), ("truncate", "a"), ("truncate", "a")),
            *(("truncate", "a"), ("mkdir", "folder"), ("rename", "a")),
            *(("link", "folder/b"),),
            *(("rename", "c"), ("sync", "folder"), ("unlink", "folder/b")),
            *(("rmdir", "folder"), ("symlink", "e")),
        ]
        assert expected == program.journaled()
        assert {"writing": len(expected), "records": len(expected)} == told

    def test_reading_counts_opens_reads_and_mappings(self, program: Program) -> None:
        """
        Reading is a class of its own.
        """
        (program.inside / "a").write_bytes(b"content")
        told = program.told("""
            descriptor = os.open(inside / "a", os.O_RDONLY)
            os.read(descriptor, 3)
            os.pread(descriptor, 3, 0)
            os.readv(descriptor, [bytearray(3)])
            mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ).close()
            tell(writing=faults.count("writing"), reading=faults.count("reading"))
        """)
        assert {"writing": 0, "reading": 5} == told

    def test_an_open_that_creates_nothing_is_reading(self, program: Program) -> None:
        """
        What matters is whether an open changes the folder, not how it is asked for.
        """
        told = program.told("""
            (inside / "a").touch()
            first = faults.count("writing")
            (inside / "a").touch()
            tell(first=first, writing=faults.count("writing"))
        """)
        assert {"first": 1, "writing": 1} == told

    def test_sqlite_is_caught(self, program: Program) -> None:
        """
        A commit in SQLite's write-ahead log writes and syncs, and is seen to.
        """
        told = program.run("""
            database = sqlite3.connect(inside / "a.db", isolation_level=None)
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            database.execute("CREATE TABLE t (x)")
            faults.reset()
            tell(records=faults.records())
            database.execute("INSERT INTO t VALUES (1)")
            tell(records=faults.records(), writing=faults.count("writing"))
            database.close()
            faults.reset()
            database = sqlite3.connect(inside / "a.db")
            database.execute("SELECT * FROM t").fetchall()
            tell(reading=faults.count("reading"))
        """)
        first, last = told[0]["records"], told[1]["records"]
        kinds = [kind for kind, _ in program.journaled()[first:last]]
        assert {"write", "sync"} == set(kinds)
        assert kinds.count("write") + kinds.count("sync") == told[1]["writing"]
        assert told[2]["reading"] > 3

    def test_what_is_outside_is_left_alone(self, program: Program) -> None:
        """
        Calls elsewhere are neither counted nor spoiled, nor is memory without a file.
        """
        told = program.told("""
            faults.arm("writing", 0, "kill")
            (outside / "a").write_bytes(b"content")
            os.rename(outside / "a", outside / "b")
            (inside.parent / (inside.name + "2")).mkdir()
            faults.arm("reading", 0, "EIO", sticky=True)
            data = (outside / "b").read_bytes()
            mmap.mmap(-1, 4096).close()
            tell(data=data.decode(), reading=faults.count("reading"))
        """)
        assert {"data": "content", "reading": 0} == told

    def test_descriptors_are_known_however_they_came(self, program: Program) -> None:
        """
        A copy of a descriptor, and one inherited, stand for the same file.
        """
        program.run("""
            file = os.open(inside / "a", os.O_CREAT | os.O_WRONLY)
            os.dup2(file, 77)
            os.rename(inside / "a", inside / "b")
            os.write(77, b"one")
            os.close(file)
            if os.fork() == 0:
                os.write(77, b"two")
                os._exit(0)
            os.wait()
        """)
        writes = [one for one in read_journal(program.journal) if one.kind == "write"]
        assert [("b", 0), ("b", 3)] == [(one.path, one.offset) for one in writes]

    def test_a_child_of_a_fork_counts_on(self, program: Program) -> None:
        """
        What is armed before a fork is armed in the child, and the parent lives.
        """
        told = program.told("""
            faults.arm("writing", 1, "kill")
            if os.fork() == 0:
                (inside / "a").touch()
                (inside / "b").touch()
            _, status = os.wait()
            tell(signal=os.WTERMSIG(status), count=faults.count("writing"))
        """)
        assert {"signal": signal.SIGKILL, "count": 0} == told
        assert [program.inside / "a"] == list(program.inside.iterdir())


class TestActions:
    def test_kill_comes_before_the_call(self, program: Program) -> None:
        """
        The calls before the chosen one are done, that one is not.
        """
        program.run(
            """
            faults.arm("writing", 2, "kill")
            for name in "abcd":
                (inside / name).touch()
            """,
            -signal.SIGKILL,
        )
        assert ["a", "b"] == sorted(path.name for path in program.inside.iterdir())

    def test_a_torn_write_is_half_there(self, program: Program) -> None:
        """
        The first half of the write is in the file and in the journal.
        """
        program.run(
            """
            file = open(inside / "a", "wb", buffering=0)
            faults.arm("writing", 0, "torn")
            file.write(b"12345678")
            """,
            -signal.SIGKILL,
        )
        assert b"1234" == (program.inside / "a").read_bytes()
        assert b"1234" == read_journal(program.journal)[-1].data

    def test_torn_kills_other_calls(self, program: Program) -> None:
        """
        What is no write cannot be torn.
        """
        program.run(
            """
            faults.arm("writing", 0, "torn")
            (inside / "a").mkdir()
            """,
            -signal.SIGKILL,
        )
        assert [] == list(program.inside.iterdir())

    @pytest.mark.parametrize("sticky", [False, True])
    def test_an_error_has_no_effect(self, program: Program, sticky: bool) -> None:
        """
        The call fails and does nothing; a sticky error stays, another is over.
        """
        told = program.told(f"""
            file = os.open(inside / "a", os.O_CREAT | os.O_WRONLY)
            faults.arm("writing", 1, "EIO", sticky={sticky})
            errors = [error(os.write, file, data) for data in (b"1", b"2", b"3")]
            errors += [error(os.fsync, file), error(os.unlink, inside / "a")]
            faults.disarm()
            tell(errors=errors, last=error(os.write, file, b"4"))
        """)
        later = IO_ERROR if sticky else "none"
        assert {
            "errors": ["none", IO_ERROR, later, later, later],
            "last": "none",
        } == told

    def test_reading_fails(self, program: Program) -> None:
        """
        Opens, reads and mappings can fail likewise.
        """
        (program.inside / "a").write_bytes(b"content")
        told = program.told("""
            file = os.open(inside / "a", os.O_RDONLY)
            faults.arm("reading", 0, "EIO", sticky=True)
            calls = [
                (os.open, inside / "a", os.O_RDONLY),
                (os.read, file, 1),
                (os.pread, file, 1, 0),
                (lambda: mmap.mmap(file, 0, access=mmap.ACCESS_READ),),
                (os.write, os.open(outside / "b", os.O_CREAT | os.O_WRONLY), b"1"),
            ]
            tell(errors=[error(*call) for call in calls])
        """)
        assert {"errors": [IO_ERROR] * 4 + ["none"]} == told

    @pytest.mark.parametrize("sticky", [False, True])
    def test_a_full_disk_refuses_what_needs_space(
        self, program: Program, sticky: bool
    ) -> None:
        """
        Writing and creating fail; removing, renaming and syncing do not.
        """
        told = program.told(f"""
            file = os.open(inside / "a", os.O_CREAT | os.O_WRONLY)
            (inside / "b").touch()
            faults.arm("writing", 0, "ENOSPC", sticky={sticky})
            able = [error(os.unlink, inside / "b"), error(os.fsync, file)]
            failing = [
                error(os.write, file, b"1"),
                error(os.open, inside / "c", os.O_CREAT | os.O_WRONLY),
                error(os.mkdir, inside / "d"),
                error(os.link, inside / "a", inside / "e"),
                error(os.ftruncate, file, 9),
            ]
            able += [error(os.ftruncate, file, 0)]
            able += [error(os.rename, inside / "a", inside / "f")]
            tell(able=able, failing=failing, left=sorted(os.listdir(inside)))
        """)
        later = NO_SPACE if sticky else "none"
        assert ["none"] * 4 == told["able"]
        assert [NO_SPACE, later, later, later, later] == told["failing"]
        assert (["f"] if sticky else ["c", "d", "e", "f"]) == told["left"]

    def test_a_write_that_fills_the_disk_is_short(self, program: Program) -> None:
        """
        Half of it is written; from then on there is no space.
        """
        told = program.told("""
            file = os.open(inside / "a", os.O_CREAT | os.O_WRONLY)
            faults.arm("writing", 0, "short")
            written = os.write(file, b"12345678")
            errors = [error(os.write, file, b"1"), error(os.mkdir, inside / "b")]
            tell(written=written, errors=errors)
        """)
        assert {"written": 4, "errors": [NO_SPACE, NO_SPACE]} == told
        assert b"1234" == (program.inside / "a").read_bytes()

    @pytest.mark.parametrize(
        ("action", "message"),
        [("EIO", "disk I/O error"), ("ENOSPC", "database or disk is full")],
    )
    def test_sqlite_meets_them(
        self, program: Program, action: str, message: str
    ) -> None:
        """
        SQLite says what went wrong, and goes on when it is over.
        """
        told = program.told(f"""
            database = sqlite3.connect(inside / "a.db", isolation_level=None)
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("CREATE TABLE t (x)")
            faults.arm("writing", 0, "{action}")
            try:
                database.execute("INSERT INTO t VALUES (1)")
            except sqlite3.OperationalError as failure:
                said = str(failure)
            faults.disarm()
            database.execute("INSERT INTO t VALUES (2)")
            tell(said=said, rows=database.execute("SELECT x FROM t").fetchall())
        """)
        assert {"said": message, "rows": [[2]]} == told

    @pytest.mark.parametrize("action", ["kill", "torn"])
    def test_sqlite_dies_with_its_process(self, program: Program, action: str) -> None:
        """
        What SQLite was writing when it died is not there at the next opening.
        """
        program.run(
            f"""
            database = sqlite3.connect(inside / "a.db", isolation_level=None)
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("CREATE TABLE t (x)")
            faults.arm("writing", 1, "{action}")
            database.execute("INSERT INTO t VALUES (1)")
            """,
            -signal.SIGKILL,
        )
        told = program.told("""
            database = sqlite3.connect(inside / "a.db")
            tell(rows=database.execute("SELECT x FROM t").fetchall())
        """)
        assert {"rows": []} == told


class TestRefusals:
    def test_nothing_is_armed_outside_the_layer(self) -> None:
        """
        A process that was started without the layer is told how to get it.
        """
        with pytest.raises(faults.UnavailableError, match=r"faults\.environment"):
            faults.arm("writing", 0, "kill")

    def test_arguments_that_mean_nothing_are_refused(self) -> None:
        """
        Reading needs no space, and calls are numbered from 0.
        """
        with pytest.raises(ValueError, match="no space"):
            faults.arm("reading", 0, "ENOSPC")
        with pytest.raises(ValueError, match="0 or more"):
            faults.arm("writing", -1, "kill")

    def test_a_journal_inside_would_write_of_itself(self, tmp_path: Path) -> None:
        """
        The journal lies outside the folder.
        """
        with pytest.raises(ValueError, match="outside"):
            faults.environment(tmp_path / "x.so", tmp_path, tmp_path / "journal")

    def test_a_missing_compiler_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        What cannot be built says what to install.
        """
        monkeypatch.setattr("sys.platform", "linux")
        monkeypatch.setenv("CC", "no-such-compiler")
        with pytest.raises(faults.UnavailableError, match="apt install gcc"):
            faults.build(tmp_path)

    def test_another_system_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        Where there is no Linux, that is said.
        """
        monkeypatch.setattr("sys.platform", "darwin")
        with pytest.raises(faults.UnavailableError, match="darwin"):
            faults.build(tmp_path)
