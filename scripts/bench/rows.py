"""
The smaller rows: a cold process, and several threads.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from scripts.bench.protocol import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from scripts.bench.contestants import Contestant, Session


#: How long a round with one thread is to be, in seconds.
_LOAD_SECONDS = 1.0


@dataclass(slots=True)
class ColdTimes:
    """
    Times of a command as a whole process, in seconds, one for each run.
    """

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def cold_times(
    contestants: Sequence[Contestant],
    indexes: Mapping[str, Path],
    text: str,
    *,
    runs: int,
    seed: int,
) -> dict[str, ColdTimes]:
    """
    Run the command line of searchkit beside a Python that does next to nothing.

    Args:
        contestants: searchkit, on its codecs.
        indexes: The index folder of each.
        text: The query.
        runs: How often; one more for each command warms up.
        seed: Of the order.

    Returns:
        By what was run.

    Raises:
        subprocess.CalledProcessError: A command has failed.
    """
    python = sys.executable
    commands: dict[str, tuple[list[str], Mapping[str, str]]] = {
        "python -c pass": ([python, "-c", "pass"], {}),
        "python -c 'import click'": ([python, "-c", "import click"], {}),
    }
    for contestant in contestants:
        folder = indexes[contestant.name]
        arguments = ["-m", "searchkit", "query", "--index", str(folder), text]
        commands[f"{contestant.name} query"] = (
            [python, *arguments],
            contestant.environment,
        )
    chance = random.Random(seed)  # noqa: S311 - no secret
    times: dict[str, ColdTimes] = defaultdict(ColdTimes)
    for run in range(runs + 1):
        for name in chance.sample(list(commands), len(commands)):
            command, environment = commands[name]
            wall, cpu = _run(command, environment)
            if run:
                times[name].wall.append(wall)
                times[name].cpu.append(cpu)
    return {name: times[name] for name in commands}


def _run(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """
    Run a command to its end; return its wall time and its CPU time in seconds.
    """
    # As where it is installed: modules are compiled once, not in every run.
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen(
        list(command),
        cwd=ROOT,
        env=inherited | dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # 1: nothing matched
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return wall, used.ru_utime + used.ru_stime


@dataclass(frozen=True, slots=True)
class Throughput:
    """
    A fixed set of queries, worked off by some threads of one process.

    Attributes:
        threads: How many.
        queries: How many in all.
        walls: In seconds, one for each round.
        cpus: Of all threads, likewise.
    """

    threads: int
    queries: int
    walls: tuple[float, ...]
    cpus: tuple[float, ...]

    @property
    def per_second(self) -> float:
        """
        Queries in a second, by the median round.
        """
        return self.queries / median(self.walls)


def throughputs(
    session: Session,
    indexes: Mapping[str, Path],
    trees: Sequence[Mapping[str, object]],
    *,
    threads: Sequence[int],
    rounds: int,
    seed: int,
) -> dict[str, list[Throughput]]:
    """
    Have each engine, alone, work off queries with one thread, with two, and so on.

    Args:
        session: The engines.
        indexes: The folder of each, of kind ``terms``.
        trees: The queries.
        threads: How many threads, one after the other.
        rounds: How often; a pass through the queries comes before, and says how many
            passes make a round that is long enough.
        seed: Of the order.

    Returns:
        By engine, in the order of ``threads``.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    walls: dict[tuple[str, int], list[float]] = defaultdict(list)
    cpus: dict[tuple[str, int], list[float]] = defaultdict(list)
    asked = {"kind": "terms", "queries": list(trees)}
    passes: dict[str, int] = {}
    for name in session.names:
        folder = str(indexes[name])
        told = session.ask(name, "load", folder=folder, passes=1, threads=1, **asked)
        if told is not None:
            passes[name] = max(1, round(_LOAD_SECONDS * 1e9 / told["wall"]))
    for _ in range(rounds):
        able = [(name, number) for name in session.names for number in threads]
        for name, number in chance.sample(able, len(able)):
            told = session.ask(
                name,
                "load",
                folder=str(indexes[name]),
                passes=passes[name],
                threads=number,
                **asked,
            )
            if told is not None:
                walls[name, number].append(told["wall"] / 1e9)
                cpus[name, number].append(told["cpu"] / 1e9)
    return {
        name: [
            Throughput(
                number,
                len(trees) * passes[name],
                tuple(walls[name, number]),
                tuple(cpus[name, number]),
            )
            for number in threads
        ]
        for name in session.names
    }
