"""
The processes of a siege: how they are started, heard and ended.

A :class:`Worker` runs one function of this package in a process of its own, in a
session of its own, and writes what it finds as JSON, a line each, to a file.  It ends
by itself when its standard input closes, which also happens when the process that
started it is killed; so nothing is left running, and nothing is ever ended but by its
process id.

What workers say adds up to :class:`Figures`.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.siege.verify import CLASSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
"""The folder that ``scripts`` and ``searchkit`` are in."""

_PROGRAM = """
import json, pkgutil, sys
pkgutil.resolve_name(sys.argv[1])(**json.loads(sys.argv[2]))
"""

_PATIENCE = 30.0
_MOST_FINDINGS = 20


@dataclass(slots=True)
class Figures:
    """
    What a siege counted, and what it found.

    Attributes:
        counts: Anything by its name; ``lost``, ``doubled``, ``half`` and ``error`` are
            failures, and so is ``drifted``: an open index whose answers changed, or
            contradicted each other, before it was refreshed.
        findings: One paragraph for each failure, the first twenty of each class.
    """

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """
        Whether nothing failed.
        """
        return not any(self.counts[kind] for kind in (*CLASSES, "drifted"))

    def take(self, record: Mapping[str, Any]) -> str | None:
        """
        Add what a worker has said.

        Returns:
            A finding that is new.
        """
        self.counts.update(record.get("counts", {}))
        finding = record.get("finding")
        if finding is None:
            return None
        kind = record["kind"]
        self.counts[kind] += 1
        if self.counts[kind] > _MOST_FINDINGS:
            return None
        told = f"{kind}: {finding}"
        self.findings.append(told)
        return told


class Worker:
    """
    A function that runs in a process of its own.

    Args:
        function: Its name, such as ``scripts.siege.readers:read``.
        options: Its arguments, which JSON can tell.
        folder: Where ``<name>.jsonl`` and ``<name>.err`` are written.
        name: What to call it.
        environment: Variables to add.
    """

    def __init__(
        self,
        function: str,
        options: Mapping[str, Any],
        *,
        folder: Path,
        name: str,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self._spoken = folder / f"{name}.jsonl"
        self._errors = folder / f"{name}.err"
        self._heard = 0
        with self._spoken.open("wb") as spoken, self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, function, json.dumps(options)],
                cwd=ROOT,
                env=os.environ | (environment or {}),
                stdin=subprocess.PIPE,
                stdout=spoken,
                stderr=errors,
                start_new_session=True,
            )

    @property
    def is_running(self) -> bool:
        """
        Whether it has not ended yet.
        """
        return self._process.poll() is None

    def hear(self) -> Iterator[dict[str, Any]]:
        """
        Walk over what it has said since the last time.
        """
        with self._spoken.open("rb") as spoken:
            spoken.seek(self._heard)
            for line in spoken:
                if not line.endswith(b"\n"):
                    return
                self._heard += len(line)
                yield json.loads(line)

    def stop(self) -> None:
        """
        Have it end; where it does not, end it.
        """
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def failure(self) -> dict[str, Any] | None:
        """
        Tell what has gone wrong with a worker that has ended, if something has.
        """
        status = self._process.poll()
        told = self._errors.read_text(encoding="utf-8", errors="replace").strip()
        if not status and not told:
            return None
        last = "\n".join(told.splitlines()[-12:])
        return finding("error", f"{self.name} ended with status {status}:\n{last}")


@contextmanager
def stopped_at_the_end(workers: list[Worker]) -> Iterator[None]:
    """
    Stop all workers of a list when the block ends, whatever ends it.
    """
    try:
        yield
    finally:
        for worker in workers:
            worker.stop()


def wait_for(
    leaders: list[Worker],
    workers: list[Worker],
    figures: Figures,
    say: Callable[[str], None],
    shown: tuple[str, ...],
) -> None:
    """
    Wait until some workers have ended, and hear what all say meanwhile.

    Args:
        leaders: Those to wait for.
        workers: All; where one of the others ends before them, that is a finding.
        figures: Where it is counted.
        say: Gets progress and findings.
        shown: Counts to be shown now and then.
    """
    spoken = time.monotonic()
    while any(worker.is_running for worker in leaders):
        time.sleep(0.2)
        hear(workers, figures, say)
        if time.monotonic() - spoken > 15:
            spoken = time.monotonic()
            say(", ".join(f"{figures.counts[name]:,} {name}" for name in shown))


def hear(workers: list[Worker], figures: Figures, say: Callable[[str], None]) -> None:
    """
    Add what workers have said.
    """
    for worker in workers:
        for record in worker.hear():
            if told := figures.take(record):
                say(told)


def conclude(
    workers: list[Worker], figures: Figures, say: Callable[[str], None]
) -> None:
    """
    Add the last words of workers that have ended, and how they ended.
    """
    hear(workers, figures, say)
    for worker in workers:
        record = worker.failure()
        if record and (told := figures.take(record)):
            say(told)


def finding(kind: str, what: str) -> dict[str, Any]:
    """
    Return the record of a failure.

    Args:
        kind: As in :class:`Figures`.
        what: What happened, and how to see it again.
    """
    return {"kind": kind, "finding": what}


def tell(record: Mapping[str, Any]) -> None:
    """
    Say something; in a worker.
    """
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


def is_wanted() -> bool:
    """
    Tell whether to go on; in a worker.
    """
    ready, _, _ = select.select([0], [], [], 0)
    return not ready
