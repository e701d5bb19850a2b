"""
One trial: a task in a forked child, with a fault on its way or death after a while.

The child is forked from a process that has everything imported already, so a trial
takes as long as its task.  It says over a pipe when it begins and when it ends: what it
has acknowledged before it died, it must have done.
"""

from __future__ import annotations

import faulthandler
import json
import os
import select
import signal
import sys
import time
import traceback
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias

from scripts.siege import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Verdict: TypeAlias = Literal["ended", "refused", "raised", "killed", "crashed", "hung"]
"""How a task came out: it returned; it raised a ``SearchkitError``, or something else;
its process was killed as planned, died of another signal, or did not end in time."""

PATIENCE = 60.0
"""Time that a task may take, in seconds; more is a hang."""


@dataclass(frozen=True, slots=True)
class Fault:
    """
    A call that goes wrong; as the arguments of :func:`scripts.siege.faults.arm`.
    """

    calls: faults.CallClass
    number: int
    action: faults.Action
    sticky: bool = False

    def __str__(self) -> str:
        more = ", and at all later ones" if self.sticky else ""
        return f"{self.action} at {self.calls} call {self.number}{more}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    How a trial came out.

    Attributes:
        verdict: In a word.
        error: The name of the class of what was raised, or of the signal.
        message: What it says.
        trace: Where it was raised.
        calls: How many calls of each class the task made, under the fault layer.
        seconds: How long it took.
    """

    verdict: Verdict
    error: str = ""
    message: str = ""
    trace: str = ""
    calls: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def has_ended(self) -> bool:
        """
        Whether the task was acknowledged.
        """
        return self.verdict == "ended"

    def __str__(self) -> str:
        if not self.error:
            return self.verdict
        return f"{self.verdict}: {self.error}: {self.message}\n{self.trace}".strip()


def import_everything() -> None:
    """
    Import what operations need, so that the children of this process need not.
    """
    for name in (
        "searchkit.annotations.entities",
        "searchkit.annotations.times",
        "searchkit.engines.whoosh.searcher",
        "searchkit.engines.whoosh.writer",
        "searchkit.index",
        "searchkit.indexing",
    ):
        import_module(name)


def attempt(
    task: Callable[[], object],
    *,
    layered: bool,
    fault: Fault | None = None,
    delay: float | None = None,
    patience: float = PATIENCE,
) -> Outcome:
    """
    Run a task in a forked child.

    Args:
        task: Anything; what it returns is dropped.
        layered: This process runs under the fault layer.
        fault: What goes wrong; needs the layer.
        delay: Seconds after the task's beginning at which its process is killed.
        patience: Seconds until it counts as hung, and is killed as well.
    """
    reading, writing = os.pipe()
    started = time.monotonic()
    sys.stdout.flush()
    child = os.fork()
    if not child:
        os.close(reading)
        _perform(task, writing, fault, patience, layered=layered)
    os.close(writing)
    told, in_time, status = b"", False, 0
    try:
        told, in_time = _hear(reading, delay, patience)
    finally:
        os.close(reading)
        # Not reaped yet, so the number is the child's own, even if it has ended.
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    seconds = time.monotonic() - started
    lines = [json.loads(line) for line in told.split(b"\n") if line]
    if lines and "verdict" in lines[-1]:
        return Outcome(**lines[-1], seconds=seconds)
    if not in_time:
        return Outcome("hung", "Hang", f"no end after {patience} s", seconds=seconds)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return Outcome("killed", seconds=seconds)
    told_status = f"wait status {status}"
    return Outcome("crashed", "ProcessDied", told_status, seconds=seconds)


def _hear(pipe: int, delay: float | None, patience: float) -> tuple[bytes, bool]:
    """
    Listen to a child until it ends, or its time has come.

    Returns:
        All that it has said, and whether it did not run out of patience.
    """
    told, until, planned = b"", time.monotonic() + patience, False
    while select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
        part = os.read(pipe, 2**16)
        if not part:
            return told, True
        if not told and delay is not None:
            until, planned = time.monotonic() + delay, True
        told += part
    return told, planned


def _perform(
    task: Callable[[], object],
    pipe: int,
    fault: Fault | None,
    patience: float,
    *,
    layered: bool,
) -> NoReturn:
    """
    Run a task and say how it came out; in the child.
    """
    from searchkit import SearchkitError  # noqa: PLC0415

    status = 1
    try:
        # Where it hangs is worth knowing.
        faulthandler.dump_traceback_later(patience * 0.9)
        _say(pipe, {"begun": True})
        if layered:
            faults.reset()
        if fault is not None:
            faults.arm(fault.calls, fault.number, fault.action, sticky=fault.sticky)
        told: dict[str, Any] = {"verdict": "ended"}
        try:
            task()
        except BaseException as error:  # noqa: BLE001 - told to the parent
            told = {
                "verdict": "refused" if isinstance(error, SearchkitError) else "raised",
                "error": type(error).__name__,
                "message": str(error),
                "trace": "".join(traceback.format_exception(error)),
            }
        if layered:
            faults.disarm()
            told["calls"] = {c: faults.count(c) for c in ("writing", "reading")}
        _say(pipe, told)
        status = 0
    finally:
        os._exit(status)


def _say(pipe: int, told: Mapping[str, Any]) -> None:
    data = json.dumps(told).encode() + b"\n"
    while data:
        data = data[os.write(pipe, data) :]
