from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from searchkit.catalog import WriterLock
from searchkit.catalog.lock import HOLDER_NAME
from searchkit.errors import IndexAccessError, IndexLockedError

HOLDING = """
import sys, time
from pathlib import Path
from searchkit.catalog import WriterLock

with WriterLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_lock_is_refused(tmp_path: Path) -> None:
    """
    In one process, too, only one writer holds the lock; the error names it.
    """
    with WriterLock(tmp_path):
        with pytest.raises(IndexLockedError) as caught, WriterLock(tmp_path):
            pytest.fail("two writers at once")
        assert str(tmp_path) == caught.value.path
        assert f"process {os.getpid()} on " in caught.value.holder
        # The refused one leaves the holder's signature alone.
        with pytest.raises(IndexLockedError, match=f"process {os.getpid()}"):
            WriterLock(tmp_path).__enter__()
    with WriterLock(tmp_path):
        pass


def test_leaving_frees_the_lock_whatever_happened(tmp_path: Path) -> None:
    """
    An exception in the block is passed on, and the lock is free after it.
    """
    lock = WriterLock(tmp_path)
    with pytest.raises(ValueError, match="oops"), lock:
        raise ValueError("oops")
    assert not (tmp_path / HOLDER_NAME).exists()
    with lock:
        assert (tmp_path / HOLDER_NAME).exists()


def test_the_lock_goes_with_its_process(tmp_path: Path) -> None:
    """
    Another process is named by its number while it lives.

    When it is killed, the lock is free at once, and what it left misleads nobody.
    """
    command = [sys.executable, "-c", HOLDING, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "held" == process.stdout.readline().strip()
        with pytest.raises(IndexLockedError) as caught, WriterLock(tmp_path):
            pytest.fail("two writers at once")
        assert f"process {process.pid} on " in str(caught.value)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    assert (tmp_path / HOLDER_NAME).exists()
    mine = f"process {os.getpid()} on "
    with WriterLock(tmp_path), pytest.raises(IndexLockedError, match=mine):
        WriterLock(tmp_path).__enter__()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', "null", "\udcff"])
def test_an_unreadable_signature_is_no_obstacle(tmp_path: Path, content: str) -> None:
    """
    Where the holder cannot be told, the message says just that.
    """
    with WriterLock(tmp_path):
        signature = content.encode("utf-8", "surrogateescape")
        (tmp_path / HOLDER_NAME).write_bytes(signature)
        with pytest.raises(IndexLockedError, match="another process"):
            WriterLock(tmp_path).__enter__()


def test_a_folder_that_refuses_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Where no lock can be made, the error is one of access, and none is left held.
    """
    (tmp_path / "file").touch()
    with pytest.raises(IndexAccessError), WriterLock(tmp_path / "file"):
        pytest.fail("a file is no folder")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", HOLDER_NAME)

    with monkeypatch.context() as context:
        context.setattr(Path, "open", refuse)
        for _ in range(2):
            with pytest.raises(IndexAccessError), WriterLock(tmp_path):
                pytest.fail("it cannot be signed")
    with WriterLock(tmp_path):
        pass


def test_the_note_is_written_to_no_other_file(tmp_path: Path) -> None:
    """
    A link, a pipe or a folder of a stranger in its place is removed, not followed.
    """
    folder, other = tmp_path / "index", tmp_path / "thesis.txt"
    folder.mkdir()
    other.write_text("mine")
    note = folder / HOLDER_NAME
    for kind in ("link", "pipe", "folder"):
        if kind == "link":
            note.symlink_to(other)
        elif kind == "pipe":
            os.mkfifo(note)
        else:
            note.mkdir()
        with WriterLock(folder):
            assert note.is_file()
            assert not note.is_symlink()
    assert "mine" == other.read_text()
