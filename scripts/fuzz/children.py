"""
Runs the cases of a target in processes of their own, and sees how these end.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scripts.fuzz import sanitized

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHILD: Final = Path(__file__).with_name("child.py")

PATIENCE: Final = 20.0
"""Seconds that a case may take; more is a hang."""

SHARE: Final = 2000
"""Cases that a process runs before the next one takes over."""

#: How a case may come out: it ended, or was refused as documented.
EXPECTED: Final = frozenset({"finished", "refused", "IndexDamagedError"})

_STARTING: Final = 120.0
"""Seconds that a process may take until its first case."""


class NotStartedError(Exception):
    """
    A process has ended before its first case; the message says what it said.
    """


@dataclass(slots=True)
class Figures:
    """
    How the cases of a target came out.

    Attributes:
        target: Its name.
        outcomes: How many came out in each way.
        findings: A line for each case that crashed, hung, or raised what it may not.
        seconds: How long they took.
    """

    target: str
    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        """
        Whether every case came out as it may.
        """
        return not self.findings

    def __str__(self) -> str:
        outcomes = self.outcomes.copy()
        crashes, hangs = outcomes.pop("crash", 0), outcomes.pop("hang", 0)
        told = [f"{kind} {count:,}" for kind, count in sorted(outcomes.items())]
        told += [f"crashes {crashes:,}", f"hangs {hangs:,}"]
        runs = self.outcomes.total()
        return f"{self.target}: {runs:,} runs, {', '.join(told)}; {self.seconds:.0f} s"


@dataclass(frozen=True, slots=True)
class Setting:
    """
    What all targets of a run share.

    Attributes:
        folder: For working files and reports.
        seed: Of all chance.
        library: The extension with sanitizers; ``None`` for the one of the package.
        patience: Seconds that a case may take.
    """

    folder: Path
    seed: int
    library: Path | None = None
    patience: float = PATIENCE


def run_target(
    target: str,
    setting: Setting,
    cases: range,
    say: Callable[[str], None],
) -> Figures:
    """
    Run cases of a target; after a crash or a hang, go on with the next one.

    Raises:
        NotStartedError: A process did not get to its first case.
    """
    figures = Figures(target)
    started = time.monotonic()
    first = cases.start
    while first < cases.stop:
        end = min(cases.stop, first + SHARE)
        first = _run_share(target, setting, range(first, end), figures, say)
    figures.seconds = time.monotonic() - started
    return figures


def _run_share(
    target: str,
    setting: Setting,
    cases: range,
    figures: Figures,
    say: Callable[[str], None],
) -> int:
    """
    Run cases in one process, until it ends in whatever way.

    Returns:
        The case to go on with.
    """
    report = setting.folder / f"{target}-{cases.start}"
    library = [] if setting.library is None else [str(setting.library)]
    variables = {} if setting.library is None else sanitized.environment(report)
    errors = report.with_suffix(".stderr")
    with (
        tempfile.TemporaryDirectory(prefix="fuzz-") as folder,
        errors.open("wb") as stderr,
        subprocess.Popen(
            [
                *(sys.executable, str(CHILD), target, str(setting.seed)),
                *(str(cases.start), str(cases.stop), folder, *library),
            ],
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=os.environ | variables,
        ) as process,
    ):
        number, ready, ended = cases.start, False, False
        try:
            for told in _lines(process, setting.patience):
                ready = True
                if "case" in told:
                    _note(told, setting, figures, say)
                    number = told["case"] + 1
            ended = process.poll() is not None or process.wait(timeout=5) is not None
        except (TimeoutError, subprocess.TimeoutExpired):
            ended = False
        finally:
            process.kill()
    if ended and not process.returncode and number == cases.stop:
        errors.unlink()
        return number
    if not ready:
        said = errors.read_text(errors="replace").strip()
        raise NotStartedError(f"a process for {target} did not start:\n{said}")
    kind = "crash" if ended else "hang"
    reports = sorted(setting.folder.glob(f"{report.name}.*"))
    for path in reports:
        path.rename(path.with_name(f"{target}-{kind}-{number}{path.suffix}"))
    figures.outcomes[kind] += 1
    what = f"status {process.returncode}" if ended else f"after {setting.patience:g} s"
    line = f"{kind} ({what}); reports: {setting.folder}/{target}-{kind}-{number}.*"
    _find(f"case {number}: {line}", number, setting, figures, say)
    return number + 1


def _note(
    told: dict[str, Any],
    setting: Setting,
    figures: Figures,
    say: Callable[[str], None],
) -> None:
    """
    Count a case that ended, and report it where it did not end as it may.
    """
    figures.outcomes[told["outcome"]] += 1
    if told["outcome"] not in EXPECTED or "trace" in told:
        trace = told.get("trace", told["outcome"]).strip()
        _find(f"case {told['case']}: {trace}", told["case"], setting, figures, say)


def _find(
    what: str,
    number: int,
    setting: Setting,
    figures: Figures,
    say: Callable[[str], None],
) -> None:
    """
    Keep and say what went wrong, and how to have it again.
    """
    target = figures.target
    again = f"--target {target} --seed {setting.seed} --first {number} --runs 1"
    figures.findings.append(f"{target}: {what}\n  again: {again}")
    say(figures.findings[-1])


def _lines(
    process: subprocess.Popen[bytes], patience: float
) -> Iterator[dict[str, Any]]:
    """
    Yield what a process says, until it ends.

    Raises:
        TimeoutError: It has said nothing for too long.
    """
    assert process.stdout is not None
    pipe = process.stdout.fileno()
    rest, limit = b"", _STARTING
    while True:
        if not select.select([pipe], [], [], limit)[0]:
            raise TimeoutError
        part = os.read(pipe, 2**16)
        if not part:
            return
        *lines, rest = (rest + part).split(b"\n")
        yield from (json.loads(line) for line in lines)
        limit = patience
