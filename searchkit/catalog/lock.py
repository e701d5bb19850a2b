"""
The writer's lock: one process writes to an index at a time.

The lock itself is the operating system's (``writer.lock``), so that it goes with the
process that held it, however that ended.  Who holds it stands in ``writer.json`` beside
it, for the message that others get.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from searchkit.disk import read_regular, remove_whatever
from searchkit.errors import IndexAccessError, IndexLockedError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

LOCK_NAME = "writer.lock"
HOLDER_NAME = "writer.json"

_MOST_BYTES = 2**16


class WriterLock:
    """
    Holds the right to write to an index folder; a context manager.

    Args:
        folder: The index folder; it exists.
        patience: How long to wait for another holder to let go, in seconds.

    Raises:
        IndexLockedError: On entering, where another process or thread holds it.
        IndexAccessError: On entering, where the folder cannot be written to.
    """

    def __init__(self, folder: Path, *, patience: float = 0.0) -> None:
        from filelock import FileLock  # noqa: PLC0415 - only writers pay for it

        self._folder = folder
        self._patience = patience
        self._lock = FileLock(folder / LOCK_NAME, thread_local=False)

    def __enter__(self) -> Self:
        from filelock import Timeout  # noqa: PLC0415

        try:
            self._lock.acquire(timeout=self._patience)
        except Timeout:
            raise IndexLockedError(str(self._folder), self._holder()) from None
        except OSError as error:
            reason = f"cannot be written to ({error.strerror})"
            raise IndexAccessError(str(self._folder), reason) from error
        self._sign()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # The note is for messages only: whether it goes is no matter of the writing.
        with suppress(OSError):
            (self._folder / HOLDER_NAME).unlink(missing_ok=True)
        self._lock.release()

    def _sign(self) -> None:
        import socket  # noqa: PLC0415 - only writers sign

        since = datetime.now(UTC).isoformat(timespec="seconds")
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": since}
        try:
            text = json.dumps(holder) + "\n"
            note = self._folder / HOLDER_NAME
            remove_whatever(note)
            with note.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            self._lock.release()
            reason = f"cannot be written to ({error.strerror})"
            raise IndexAccessError(str(self._folder), reason) from error

    def _holder(self) -> str:
        try:
            content = read_regular(self._folder / HOLDER_NAME, _MOST_BYTES)
            holder = json.loads(content)
            since = datetime.fromisoformat(holder["since"])
            age = int((datetime.now(UTC) - since).total_seconds())
            return f"process {holder['pid']} on {holder['host']}, for {_duration(age)}"
        except (OSError, ValueError, TypeError, KeyError):
            return "another process"


def _duration(seconds: int) -> str:
    minutes, seconds = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
