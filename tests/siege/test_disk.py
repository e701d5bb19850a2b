"""
The model of a disk: what is sure is never lost, and nothing is made up.
"""

from __future__ import annotations

import os
import random
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.siege import faults, powercuts
from scripts.siege.disk import (
    PAGE,
    SECTOR,
    Content,
    Disk,
    File,
    JournalError,
    Operation,
    read_journal,
    write_content,
)

SEEDS = st.integers(0, 2**32)
NAMES = st.sampled_from(["a", "b", "c"])
FOLDERS = st.sampled_from(["", "d", "e"])
CHOICES = [
    *("create", "write", "write", "truncate", "rename", "link", "unlink"),
    *("mkdir", "rmdir", "sync", "sync", "sync folder"),
]


def disk_after(*operations: Operation) -> Disk:
    disk = Disk()
    for operation in operations:
        disk.apply(operation)
    return disk


def outcomes(disk: Disk, count: int = 300) -> list[Content]:
    return [disk.after_cut(random.Random(seed)) for seed in range(count)]


CREATE = Operation("create", "a", inode=1)
SYNC = Operation("sync", "a", inode=1)
SYNC_ROOT = Operation("sync", "")


def write(data: bytes, offset: int = 0) -> Operation:
    return Operation("write", "a", inode=1, offset=offset, data=data)


class Machine:
    """
    Does operations to a real folder, and tells the model of each that succeeded.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.operations: list[Operation] = []

    def content(self) -> Content:
        """
        Return what the folder really holds.
        """
        return {
            path.relative_to(self.folder).as_posix(): (
                None if path.is_dir() else path.read_bytes()
            )
            for path in self.folder.rglob("*")
        }

    def attempt(
        self, kind: str, path: str, target: str, number: int, data: bytes
    ) -> bool:
        """
        Do one thing; tell whether it could be done.
        """
        place = self.folder / path
        done = Operation("sync", path, offset=number, data=data)
        try:
            if kind == "sync folder":
                path = path.rpartition("/")[0]
                inode = (self.folder / path).stat().st_ino
                done = replace(done, kind="sync", path=path, inode=inode)
            elif kind == "create":
                place.open("xb").close()
                done = replace(done, kind="create", inode=place.stat().st_ino)
            elif kind == "mkdir":
                place.mkdir()
                done = replace(done, kind="mkdir", inode=place.stat().st_ino)
            elif kind == "unlink":
                place.unlink()
                done = replace(done, kind="unlink")
            elif kind == "rmdir":
                place.rmdir()
                done = replace(done, kind="rmdir")
            elif kind == "rename":
                place.rename(self.folder / target)
                done = replace(done, kind="rename", target=target)
            elif kind == "link":
                (self.folder / target).hardlink_to(place)
                done = replace(done, kind="link", target=target)
            elif kind == "sync":
                done = replace(done, inode=place.stat().st_ino)
            elif kind == "truncate":
                os.truncate(place, number)
                done = replace(done, kind="truncate", inode=place.stat().st_ino)
            else:
                with place.open("r+b") as file:
                    file.seek(number)
                    file.write(data)
                done = replace(done, kind="write", inode=place.stat().st_ino)
        except OSError:
            return False
        self.operations.append(done)
        return True


Step = tuple[str, str, str, int, bytes]


@st.composite
def steps(draw: Callable[..., object]) -> list[Step]:
    def path() -> str:
        folder, name = str(draw(FOLDERS)), str(draw(NAMES))
        return f"{folder}/{name}" if folder else name

    made = []
    for _ in range(int(str(draw(st.integers(0, 30))))):
        kind = str(draw(st.sampled_from(CHOICES)))
        name = path()
        if kind in ("mkdir", "rmdir"):
            name = str(draw(st.sampled_from(["d", "e"])))
        number = int(str(draw(st.integers(0, 3 * PAGE))))
        size = int(str(draw(st.integers(0, 2 * PAGE))))
        letter = bytes([int(str(draw(st.integers(97, 122))))])
        made.append((kind, name, path(), number, letter * size))
    return made


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Machine]:
    def machine() -> Machine:
        return Machine(tmp_path_factory.mktemp("real"))

    return machine


class TestAgainstARealFolder:
    @given(made=steps())
    def test_with_the_power_on_it_is_the_real_folder(
        self, scratch: Callable[[], Machine], made: list[Step]
    ) -> None:
        """
        Whatever was done, the model knows what the folder holds.
        """
        machine, disk = scratch(), Disk()
        for step in made:
            if machine.attempt(*step):
                disk.apply(machine.operations[-1])
        assert machine.content() == disk.everything()

    @given(made=steps(), seed=SEEDS)
    def test_with_everything_synced_nothing_can_be_lost(
        self, scratch: Callable[[], Machine], made: list[Step], seed: int
    ) -> None:
        """
        When file and folders are synced after each operation, a cut changes nothing.
        """
        machine, disk = scratch(), Disk()
        for step in made:
            if not machine.attempt(*step):
                continue
            disk.apply(machine.operations[-1])
            for path in [machine.folder, *machine.folder.rglob("*")]:
                name = path.relative_to(machine.folder).as_posix().removeprefix(".")
                disk.apply(Operation("sync", name, inode=path.stat().st_ino))
            expected = machine.content()
            assert expected == disk.synced()
            assert expected == disk.after_cut(random.Random(seed))

    @given(made=steps(), seed=SEEDS)
    def test_each_survivor_has_bytes_that_were_written(
        self, scratch: Callable[[], Machine], made: list[Step], seed: int
    ) -> None:
        """
        After a cut each sector of each file is one that some file had, or zeros.
        """
        machine, disk = scratch(), Disk()
        sectors = {bytes(SECTOR)}
        for step in made:
            if machine.attempt(*step):
                disk.apply(machine.operations[-1])
                for data in machine.content().values():
                    sectors |= _sectors(data or b"")
        for data in disk.after_cut(random.Random(seed)).values():
            # The last sector may be cut off by the size.
            for sector in _sectors(data or b"", padded=False):
                assert any(sector == one[: len(sector)] for one in sectors)


def _sectors(data: bytes, *, padded: bool = True) -> set[bytes]:
    cut = {data[at : at + SECTOR] for at in range(0, len(data), SECTOR)}
    return {one.ljust(SECTOR, b"\0") for one in cut} if padded else cut


class TestFiles:
    @given(
        synced=st.binary(max_size=3 * PAGE),
        later=st.lists(
            st.tuples(st.integers(0, 3 * PAGE), st.binary(max_size=PAGE)), max_size=4
        ),
        seed=SEEDS,
    )
    def test_synced_bytes_outlive_what_did_not_touch_them(
        self, synced: bytes, later: list[tuple[int, bytes]], seed: int
    ) -> None:
        """
        A byte that was synced, and not written since, is there.
        """
        file = File()
        file.write(0, synced)
        file.sync()
        touched: set[int] = set()
        for offset, data in later:
            file.write(offset, data)
            touched |= set(range(offset, offset + len(data)))
        left = file.after_cut(random.Random(seed))
        assert len(synced) <= len(left) <= len(file.everything())
        for at, byte in enumerate(synced):
            assert at in touched or left[at] == byte
        file.sync()
        assert file.everything() == file.synced() == file.after_cut(random.Random(seed))

    def test_any_subset_of_pages_may_survive(self) -> None:
        """
        Of three pages written over, each of the eight subsets comes up.
        """
        disk = disk_after(
            *(CREATE, write(b"0" * 3 * PAGE), SYNC, SYNC_ROOT, write(b"1" * 3 * PAGE))
        )
        seen = {
            tuple(data[at : at + PAGE].decode() for at in range(0, 3 * PAGE, PAGE))
            for content in outcomes(disk)
            if (data := content["a"]) is not None
        }
        whole = {"0" * PAGE, "1" * PAGE}
        assert 8 == len({pages for pages in seen if set(pages) <= whole})

    def test_a_page_may_be_torn_between_two_sectors(self) -> None:
        """
        The sectors of a page are old or new, and both at once can be.
        """
        disk = disk_after(
            *(CREATE, write(b"0" * PAGE), SYNC, SYNC_ROOT, write(b"1" * PAGE))
        )
        seen = {content["a"] for content in outcomes(disk)}
        torn = [data for data in seen if data and len(set(data)) == 2]
        assert torn
        assert all(data.count(b"1") % SECTOR == 0 for data in torn)

    def test_a_page_may_be_as_it_was_in_between(self) -> None:
        """
        A disk may have written a page before the last write to it.
        """
        disk = disk_after(
            *(CREATE, SYNC, SYNC_ROOT, *(write(bytes([65 + n]) * 9) for n in range(3)))
        )
        seen = {content["a"] for content in outcomes(disk)}
        assert {b"", b"A" * 9, b"B" * 9, b"C" * 9} <= seen

    def test_a_file_may_be_long_and_empty(self) -> None:
        """
        The size may survive without the bytes: zeros are there then.
        """
        disk = disk_after(CREATE, SYNC_ROOT, write(b"1" * 10))
        seen = {content["a"] for content in outcomes(disk)}
        assert {b"", b"\0" * 10, b"1" * 10} == seen

    def test_a_truncation_may_be_lost(self) -> None:
        """
        A file that was cut short may have its old length again.
        """
        cut = Operation("truncate", "a", inode=1, offset=3)
        disk = disk_after(CREATE, write(b"12345"), SYNC, SYNC_ROOT, cut)
        seen = {content["a"] for content in outcomes(disk)}
        assert {b"12345", b"123"} <= seen <= {b"12345", b"123", b"123\0\0"}


class TestNames:
    def test_a_synced_file_may_lose_its_name(self) -> None:
        """
        Only a sync of the folder makes a name sure.
        """
        disk = disk_after(CREATE, write(b"1"), SYNC)
        assert {} == disk.synced()
        assert [{}, {"a": b"1"}] == sorted(
            {len(one): one for one in outcomes(disk)}.values(), key=len
        )
        disk.apply(SYNC_ROOT)
        assert [{"a": b"1"}] * 300 == outcomes(disk)

    def test_names_of_a_folder_are_changed_in_order(self) -> None:
        """
        Of names made one after the other, the first ones survive.
        """
        made = [Operation("create", name, inode=n) for n, name in enumerate("abcd")]
        seen = {tuple(sorted(one)) for one in outcomes(disk_after(*made))}
        assert {(), ("a",), ("a", "b"), ("a", "b", "c"), ("a", "b", "c", "d")} == seen

    def test_a_rename_may_outlive_the_content(self) -> None:
        """
        A file that was not synced before its rename may replace the old one, empty.
        """
        disk = disk_after(
            *(CREATE, write(b"old"), SYNC, SYNC_ROOT),
            Operation("create", "new", inode=2),
            Operation("write", "new", inode=2, data=b"new"),
            Operation("rename", "new", "a"),
        )
        seen = {one["a"] for one in outcomes(disk)}
        assert {b"old", b"new", b"", b"\0\0\0"} == seen
        assert {"a": b"old"} == disk.synced()
        assert {"a": b"new"} == disk.everything()

    def test_a_rename_between_folders_is_atomic(self) -> None:
        """
        The file is in one of the two folders, never in both, and never nowhere.
        """
        disk = disk_after(
            Operation("mkdir", "d", inode=5),
            *(CREATE, SYNC_ROOT, Operation("rename", "a", "d/b")),
        )
        seen = {tuple(sorted(one)) for one in outcomes(disk)}
        assert {("a", "d"), ("d", "d/b")} == seen
        disk.apply(Operation("sync", "d", inode=5))
        assert {"d": None, "d/b": b""} == disk.synced()

    def test_what_is_in_a_lost_folder_is_lost(self) -> None:
        """
        Names in a folder are no use where the folder has lost its own.
        """
        disk = disk_after(
            Operation("mkdir", "d", inode=5),
            Operation("create", "d/a", inode=6),
            Operation("sync", "d", inode=5),
        )
        assert {} == disk.synced()
        disk.apply(SYNC_ROOT)
        assert {"d": None, "d/a": b""} == disk.synced()

    def test_a_removal_may_be_undone(self) -> None:
        """
        A file removed, or replaced, is back unless the folder was synced.
        """
        disk = disk_after(
            *(CREATE, write(b"1"), SYNC, SYNC_ROOT, Operation("unlink", "a"))
        )
        assert ({"a": b"1"}, {}) == (disk.synced(), disk.everything())
        disk.apply(SYNC_ROOT)
        assert {} == disk.synced()

    def test_numbers_of_removed_files_are_given_again(self) -> None:
        """
        A new file with an old inode has none of the old content.
        """
        disk = disk_after(
            *(CREATE, write(b"1"), SYNC, Operation("unlink", "a"), CREATE, SYNC_ROOT)
        )
        assert {"a": b""} == disk.everything() == disk.synced()

    def test_two_names_of_a_file_have_one_content(self) -> None:
        """
        What survives of a file is the same under each of its names.
        """
        linked = Operation("link", "a", "b")
        disk = disk_after(CREATE, linked, SYNC_ROOT, write(b"1" * 3 * PAGE))
        assert all(one["a"] == one["b"] for one in outcomes(disk))


class TestJournals:
    def test_records_are_read_as_the_layer_writes_them(self, tmp_path: Path) -> None:
        """
        The format is the one that ``faults.c`` describes.
        """
        record = struct.pack("=IIIQQQ", ord("W"), 2, 0, 7, 5, 3) + b"d/" + b"abc"
        path = tmp_path / "journal"
        path.write_bytes(record * 2)
        one = Operation("write", "d/", "", 7, 5, b"abc")
        assert [one, one] == read_journal(path)

    @pytest.mark.parametrize("content", [b"W", b"\xff" * 40, b"W\0\0\0" + b"\1" * 40])
    def test_a_broken_journal_is_refused(self, tmp_path: Path, content: bytes) -> None:
        """
        What is no journal, or cut short, is not played.
        """
        path = tmp_path / "journal"
        path.write_bytes(content)
        with pytest.raises(JournalError, match="record"):
            read_journal(path)

    @pytest.mark.parametrize(
        "operation",
        [
            Operation("unlink", "a"),
            Operation("write", "a", inode=9),
            Operation("create", "d/a", inode=9),
            Operation("unknown", "a"),
        ],
    )
    def test_what_cannot_have_happened_is_refused(self, operation: Operation) -> None:
        """
        A journal that does not begin with an empty folder is no base for a model.
        """
        with pytest.raises(JournalError):
            Disk().apply(operation)

    def test_content_replaces_what_is_in_a_folder(self, tmp_path: Path) -> None:
        """
        A folder is made to hold what the model says and nothing else.
        """
        (tmp_path / "old").mkdir()
        (tmp_path / "old" / "file").touch()
        write_content({"d/a": b"1", "d": None, "e": None, "b": b"2"}, tmp_path)
        machine = Machine(tmp_path)
        assert {"d": None, "d/a": b"1", "e": None, "b": b"2"} == machine.content()


class TestPowerCuts:
    @pytest.fixture(autouse=True)
    def linux(self, tmp_path: Path) -> None:
        try:
            faults.build(tmp_path)
        except faults.UnavailableError as error:
            pytest.skip(str(error))

    def test_the_index_comes_through(self, tmp_path: Path) -> None:
        """
        Wherever the power fails, what was acknowledged is there, and nothing else.
        """
        said: list[str] = []
        folder = tmp_path / "siege"
        folder.mkdir()
        figures = powercuts.siege(40, 11, folder, said.append, operations=8)
        assert [] == figures.findings
        assert 40 == figures.counts["power cuts"]
        assert figures.counts["calls"] > 500
        assert 1 == len(said)

    def test_a_disk_that_keeps_nothing_is_found_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        If nothing were synced, the siege would say what is lost, and at which cut.
        """

        def unsynced(path: Path) -> list[Operation]:
            return [one for one in read_journal(path) if one.kind != "sync"]

        monkeypatch.setattr(powercuts, "read_journal", unsynced)
        said: list[str] = []
        folder = tmp_path / "siege"
        folder.mkdir()
        figures = powercuts.siege(20, 11, folder, said.append, operations=4)
        assert not figures.is_clean
        assert figures.findings == said[1:]
        number = int(said[1].split()[2])
        assert (folder / f"cut-{number}").is_dir()
        again: list[str] = []
        folder = tmp_path / "again"
        folder.mkdir()
        powercuts.siege(1, 11, folder, again.append, first=number, operations=4)
        assert said[1].split()[:6] == again[1].split()[:6]
