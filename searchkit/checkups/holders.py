"""
Who is writing: telling a living writer from one that has left its name behind.
"""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING

from searchkit.catalog.lock import HOLDER_NAME, LOCK_NAME

if TYPE_CHECKING:
    from pathlib import Path


def is_being_written(folder: Path) -> bool:
    """
    Tell whether somebody holds the writer's lock, without taking it.

    Works in a folder that this process cannot write to.  A shared lock is held for an
    instant; who wants to write meanwhile tries again.
    """
    import fcntl  # noqa: PLC0415 - not on every system

    try:
        descriptor = os.open(folder / LOCK_NAME, os.O_RDONLY)
    except OSError:
        # Whoever writes makes it first.
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def holder_of(folder: Path) -> str:
    """
    Name who holds the writer's lock, such as ``process 4711 on host``.
    """
    holder = _holder(folder)
    if holder is None:
        return "another process"
    process, host = holder
    return f"process {process} on {host}"


def dead_holder(folder: Path) -> int | None:
    """
    Return the process that has ended with its name on the lock.

    Returns:
        ``None`` where there is none, where it lives, or where it is one of another
        machine, of which nobody can tell.
    """
    # A living one signs after taking the lock and goes back in the other order, so that
    # the same signature twice, with nobody holding the lock, is that of a dead one.
    seen = []
    for _ in range(2):
        if is_being_written(folder):
            return None
        seen.append(_holder(folder))
    first, second = seen
    if first is None or first != second or first[1] != socket.gethostname():
        return None
    return first[0]


def _holder(folder: Path) -> tuple[int, str] | None:
    try:
        holder = json.loads((folder / HOLDER_NAME).read_text(encoding="utf-8"))
        return int(holder["pid"]), str(holder["host"])
    except (
        OSError,
        ValueError,
        TypeError,
        LookupError,
        ArithmeticError,
        RecursionError,
    ):
        return None
