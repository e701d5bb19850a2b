"""
A disk that fails: each call of each kind of operation, in turn.

An operation is done once undisturbed, and its calls to the disk are counted.  Then it
is done again for each of them on a fresh copy of the index, in a forked child, and that
call fails: with ``EIO``, as a bad disk does, once or for good, or with ``ENOSPC``, as a
full one does, once, for good, or after half of a write.

What may come out is success, or a ``SearchkitError`` that says in one line what is
wrong; anything else, a hang or a dead process is a failure.  Afterwards the disk is
well again, and the index must open and hold what the operation allows, as after a kill.
"""

from __future__ import annotations

import os
import shutil
import signal
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.siege import faults
from scripts.siege.trials import Fault, Outcome, attempt, import_everything
from scripts.siege.verify import verify
from scripts.siege.workers import (
    Figures,
    Worker,
    conclude,
    finding,
    is_wanted,
    stopped_at_the_end,
    tell,
    wait_for,
)
from scripts.siege.workload import Workload, use_small_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scripts.siege.workload import Kind, Operation

TASKS: dict[str, Kind] = {
    "add": "add",
    "add_sources": "add_sources",
    "delete": "delete",
    "rebuild": "rebuild",
    "discard": "discard",
    "search": "open",
    "recover": "open",
    "back_up": "back_up",
}
"""What is done under faults, and the kind of operation; ``recover`` opens an index
whose engine lacks the last commits of the catalog, so that opening has to write."""

WRITING: tuple[tuple[faults.Action, bool], ...] = (
    ("EIO", False),
    ("EIO", True),
    ("ENOSPC", False),
    ("ENOSPC", True),
    ("short", True),
)
"""What happens to a writing call, and whether it stays so."""

READING: tuple[tuple[faults.Action, bool], ...] = (("EIO", False), ("EIO", True))
"""Likewise for a reading call."""

PATIENCE = 40.0
"""Time that an operation may take, in seconds; more is a hang."""


def siege(
    seed: int,
    folder: Path,
    say: Callable[[str], None],
    *,
    stride: int = 1,
    limit: int | None = None,
    tasks: Sequence[str] = tuple(TASKS),
) -> Figures:
    """
    Fail each call of each kind of operation.

    Args:
        seed: Of the articles in the index, and of where a sample begins.
        folder: An empty folder to work in.
        say: Gets progress and findings.
        stride: Take only one fault of so many.
        limit: Take so many at most; they are spread evenly.
        tasks: Which of :data:`TASKS`.

    Raises:
        UnavailableError: The fault layer cannot be had here.
    """
    figures = Figures()
    library = faults.build(folder)
    copies = folder / "copies"
    copies.mkdir()
    options = {
        "folder": str(folder),
        "seed": str(seed),
        "stride": stride,
        "limit": limit,
        "tasks": list(tasks),
    }
    workers = [
        Worker(
            "scripts.siege.ioerrors:host",
            options,
            folder=folder,
            name="host",
            environment=faults.environment(library, copies),
        )
    ]
    with stopped_at_the_end(workers):
        wait_for(workers, workers, figures, say, ("injections",))
    conclude(workers, figures, say)
    return figures


# --- inside the host ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Task:
    """
    Something to be done under faults.

    Attributes:
        name: One of :data:`TASKS`.
        operation: What is done.
        template: The index on which it is done, to be copied.
        calls: How many calls of each class it makes undisturbed.
    """

    name: str
    operation: Operation
    template: Path
    calls: dict[faults.CallClass, int]

    def faults(self) -> Iterator[Fault]:
        """
        Walk over everything that can happen to it.
        """
        for number in range(self.calls["writing"]):
            for action, sticky in WRITING:
                yield Fault("writing", number, action, sticky)
        for number in range(self.calls["reading"]):
            for action, sticky in READING:
                yield Fault("reading", number, action, sticky)


def host(
    folder: str, seed: str, stride: int, limit: int | None, tasks: Iterable[str]
) -> None:
    """
    Run the trials; the function of a worker.

    Args:
        folder: Where templates and copies of the index are.
        seed: As for :func:`siege`, like the others.
        stride: One fault of so many.
        limit: Most faults.
        tasks: Which tasks.
    """
    use_small_batches()
    import_everything()
    place = Path(folder)
    made = [_make(place, seed, name) for name in tasks]
    trials = [(task, fault) for task in made for fault in task.faults()]
    for task in made:
        tell({"counts": {f"calls of {task.name}": sum(task.calls.values())}})
    first = int(seed) % stride
    trials = trials[first::stride]
    if limit is not None and limit < len(trials):
        trials = [trials[n * len(trials) // limit] for n in range(limit)]
    for number, (task, fault) in enumerate(trials):
        if not is_wanted():
            return
        _try(place, task, fault, f"seed {seed}, injection {number}, {task.name}")


def _make(folder: Path, seed: str, name: str) -> _Task:
    """
    Make the index for a task, and count the calls of its operation.
    """
    place = folder / f"template-{name}"
    place.mkdir()
    workload = Workload(place, seed, pairs=6)
    workload.make_index()
    for kind in ("add", "add_sources"):
        operation = workload.make(kind)
        operation.run(workload.index)
        workload.holds = operation.after
    if name == "recover":
        # What a writer leaves that dies once the catalog has its commit.
        outcome = attempt(
            lambda: _die_between_commits(workload), layered=False, patience=PATIENCE
        )
        assert outcome.verdict == "killed", outcome
        copy = shutil.copytree(workload.index, place / "looked-at")
        workload.holds = verify(copy).found
    operation = workload.make(TASKS[name])
    outcome, _ = _on_a_copy(folder, workload.index, operation, None)
    assert outcome.has_ended, outcome
    calls: dict[faults.CallClass, int] = {
        "writing": outcome.calls["writing"],
        "reading": outcome.calls["reading"],
    }
    return _Task(name, operation, workload.index, calls)


def _die_between_commits(workload: Workload) -> None:
    from searchkit.indexing.transfer import Transfer  # noqa: PLC0415

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    Transfer.hand_over = die  # type: ignore[method-assign, assignment]
    workload.make("add").run(workload.index)


def _on_a_copy(
    folder: Path, template: Path, operation: Operation, fault: Fault | None
) -> tuple[Outcome, Path]:
    """
    Do an operation on a fresh copy of an index.

    Returns:
        How it came out, and the copy.
    """
    place = folder / "copies" / "now"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    index = shutil.copytree(template, place / "index")
    if operation.kind == "back_up":
        operation = replace(operation, place=place / "backup")
    outcome = attempt(
        lambda: operation.run(index), layered=True, fault=fault, patience=PATIENCE
    )
    return outcome, index


def _try(folder: Path, task: _Task, fault: Fault, told: str) -> None:
    """
    Inject one fault, and look what it did.
    """
    outcome, index = _on_a_copy(folder, task.template, task.operation, fault)
    counts = {"injections": 1, outcome.verdict: 1}
    problems: list[tuple[str, str]] = []
    if outcome.verdict == "refused":
        if not outcome.message.strip() or "\n" in outcome.message.strip():
            problems.append(("error", f"a message of one line is wanted: {outcome}"))
    elif not outcome.has_ended:
        problems.append(("error", str(outcome)))
    verification = verify(index)
    differences = verification.against(task.operation, ended=outcome.has_ended)
    problems += [(one.kind, one.what) for one in differences]
    tell({"counts": counts})
    for kind, what in problems:
        after = "" if what == str(outcome) else f"{outcome.verdict} {outcome.error}, "
        tell(finding(kind, f"{told}: {fault}: {after}{what}"))
