"""
One living index, and writers that are killed, one after the other.

A *host* process has everything imported, and forks a child for each trial.  The child
does the next operation of a :class:`~scripts.siege.workload.Workload` and is killed:
in two trials of three by the fault layer, before a writing call or in the middle of
one, in the third by a plain SIGKILL after a while.  Without the layer, SIGKILL does it
alone.

After each trial the index is opened, which finishes what was left undone, and compared
with what the operation allows; what is found is where the next operation starts.  Now
and then that opening is killed, too, and now and then the operation that broke off is
done again, undisturbed, and must then be done in full.  All the while readers open,
search and refresh the same index.
"""

from __future__ import annotations

import random
import shutil
from contextlib import suppress
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
    from collections.abc import Callable

    from scripts.siege.workload import Operation

ANNOTATED_SHARE = 0.04
"""Share of the kills that go to an index with annotations, which is slower."""

_LOCK_TRIES = 30


def siege(
    count: int,
    seed: int,
    folder: Path,
    say: Callable[[str], None],
    *,
    reading: int = 2,
    pairs: int = 20,
) -> Figures:
    """
    Kill writers, and look what the index has lost.

    Args:
        count: How many kills.
        seed: The same seed gives the same operations and faults; the moment of a plain
            SIGKILL, and what readers do meanwhile, are the machine's.
        folder: An empty folder to work in.
        say: Gets progress and findings.
        reading: How many processes read the index meanwhile.
        pairs: About how large the index is; see :class:`Workload`.
    """
    figures = Figures()
    annotated = round(count * ANNOTATED_SHARE)
    for part, number in (("plain", count - annotated), ("annotated", annotated)):
        if number:
            place = folder / part
            place.mkdir()
            _siege(figures, number, seed, place, say, reading=reading, pairs=pairs)
    return figures


def _siege(
    figures: Figures,
    count: int,
    seed: int,
    folder: Path,
    say: Callable[[str], None],
    *,
    reading: int,
    pairs: int,
) -> None:
    environment = {}
    try:
        library = faults.build(folder)
        environment = faults.environment(library, folder)
    except faults.UnavailableError as error:
        say(f"without the fault layer, by SIGKILL alone: {error}")
    options = {
        "folder": str(folder),
        "seed": f"{seed}-{folder.name}",
        "count": count,
        "layered": bool(environment),
        "pairs": pairs,
    }
    # Readers need an index that is there.
    workload = Workload(folder, "")
    workload.make_index(annotate=folder.name == "annotated")
    workers = [
        Worker(
            "scripts.siege.kills:host",
            options,
            folder=folder,
            name="host",
            environment=environment,
        )
    ]
    with stopped_at_the_end(workers):
        for number in range(reading):
            asked = {"index": str(workload.index), "seed": f"{seed}-{number}"}
            asked["role"] = "keeper" if number % 2 else "opener"
            name = f"reader-{number}"
            workers.append(
                Worker("scripts.siege.readers:read", asked, folder=folder, name=name)
            )
        wait_for(workers[:1], workers, figures, say, ("kills", "opens"))
    conclude(workers, figures, say)


# --- inside the host ------------------------------------------------------------


def host(folder: str, seed: str, count: int, *, layered: bool, pairs: int) -> None:
    """
    Run the trials; the function of a worker.

    Args:
        folder: Where the index is.
        seed: Of the workload and of the faults.
        count: How many kills.
        layered: This process runs under the fault layer.
        pairs: About how large the index is.
    """
    use_small_batches()
    import_everything()
    workload = Workload(Path(folder), seed, pairs=pairs)
    _Host(workload, Path(folder), seed, layered=layered).run(count)


@dataclass(slots=True)
class _Usual:
    """
    What an operation takes when nobody disturbs it.
    """

    calls: int = 60
    seconds: float = 0.08


class _Host:
    """
    The process that forks the trials.
    """

    def __init__(
        self, workload: Workload, folder: Path, seed: str, *, layered: bool
    ) -> None:
        self._workload = workload
        self._folder = folder
        self._seed = seed
        self._layered = layered
        self._random = random.Random(f"{seed}-faults")  # noqa: S311 - no secret
        self._trial = 0
        self._kills = 0
        self._found = 0
        self._is_readable = True

    def run(self, count: int) -> None:
        """
        Go on until so many writers were killed, or the index cannot be read any more.
        """
        while self._kills < count and self._is_readable and is_wanted():
            operation = self._workload.draw()
            told = [str(operation)]
            outcome = self._disturbed(operation, told)
            if outcome.verdict == "killed":
                self._keep_remains()
                while self._random.random() < 0.25:
                    # Nobody has looked yet: the finishing itself is broken off.
                    opening = replace(operation, kind="open")
                    told.append(str(opening))
                    self._disturbed(opening, told)
            self._settle(operation, told, ended=outcome.has_ended)
            again = operation.before != operation.after or operation.kind == "discard"
            if outcome.verdict == "killed" and again and self._random.random() < 0.2:
                rest = replace(operation, before=self._workload.holds)
                told.append("again, undisturbed")
                outcome = self._locked_out(rest)
                self._expect_no_error(outcome, told)
                self._settle(rest, told, ended=outcome.has_ended)

    def _disturbed(self, operation: Operation, told: list[str]) -> Outcome:
        """
        Do an operation on which something falls.

        Args:
            operation: What to do.
            told: Gets what was done, for a person to read.
        """
        self._trial += 1
        usual = self._rehearse(operation)
        fault, delay = None, None
        if self._layered and self._random.random() < 2 / 3:
            action: faults.Action = self._random.choice(("kill", "torn"))
            number = self._random.randrange(usual.calls + 1)
            fault = Fault("writing", number, action)
            told.append(str(fault))
        else:
            delay = self._random.uniform(0, usual.seconds * 1.1)
            told.append(f"SIGKILL after {delay:.4f} s")
        outcome = self._locked_out(operation, fault=fault, delay=delay)
        told.append(str(outcome))
        killed = outcome.verdict == "killed"
        self._kills += killed
        tell({"counts": {"trials": 1, "kills": int(killed)}})
        if not killed:
            self._expect_no_error(outcome, told)
        return outcome

    def _rehearse(self, operation: Operation) -> _Usual:
        """
        Do an operation on a copy, so that every moment of it is as likely to be hit.

        What operations have taken that came through would not do: these are short.
        """
        stage = self._folder / "stage"
        shutil.rmtree(stage, ignore_errors=True)
        with suppress(OSError, shutil.Error):
            # A reader may be finishing what was left undone, and rename files.
            shutil.copytree(self._workload.index, stage)
            rehearsed = attempt(lambda: operation.run(stage), layered=self._layered)
            if rehearsed.has_ended:
                calls = rehearsed.calls.get("writing", 0)
                return _Usual(calls, rehearsed.seconds)
        return _Usual()

    def _locked_out(
        self,
        operation: Operation,
        *,
        fault: Fault | None = None,
        delay: float | None = None,
    ) -> Outcome:
        """
        Do an operation; again where a reader, which was finishing, held the lock.
        """
        for _ in range(_LOCK_TRIES):
            outcome = attempt(
                lambda: operation.run(self._workload.index),
                layered=self._layered,
                fault=fault,
                delay=delay,
            )
            if outcome.error != "IndexLockedError":
                break
            tell({"counts": {"locked": 1}})
        return outcome

    def _expect_no_error(self, outcome: Outcome, told: list[str]) -> None:
        if not outcome.has_ended:
            self._report("error", str(outcome), told)

    def _settle(self, operation: Operation, told: list[str], *, ended: bool) -> None:
        """
        Look what the index holds; that is where the next operation starts.
        """
        verification = verify(self._workload.index)
        for difference in verification.against(operation, ended=ended):
            self._report(difference.kind, difference.what, told)
        tell({"counts": {"verifications": 1}})
        self._workload.holds = verification.found
        self._is_readable = verification.is_complete

    def _keep_remains(self) -> None:
        """
        Keep a copy of what a killed writer has left, in case that something is wrong.
        """
        remains = self._folder / "remains"
        shutil.rmtree(remains, ignore_errors=True)
        with suppress(OSError, shutil.Error):
            # Readers may be finishing it already; then the copy is of little use.
            shutil.copytree(self._workload.index, remains)

    def _report(self, kind: str, what: str, told: list[str]) -> None:
        remains = self._folder / "remains"
        kept = self._folder / f"remains-{self._found}"
        if remains.exists() and self._found < 5:
            shutil.copytree(remains, kept)
        self._found += 1
        history = "; ".join(told)
        tell(
            finding(kind, f"seed {self._seed}, trial {self._trial}: {history}: {what}")
        )
