"""
How this side speaks with an engine's process: one line of JSON asks, one answers.

Requests and what their answers hold:

===== =================================== ============================================
do    with                                answer
===== =================================== ============================================
hello                                     version; groups that it does not offer
build kind, corpus, folder                cpu and wall, in nanoseconds
open  kind, folder
ask   kind, query, limit, count, repeat,  cpu, wall; ids, scores, total
      take
warm  kind, queries, seconds              asked: how many
job   kind, text, limit, repeat, take     cpu, wall; ids, snippets, total
load  kind, folder, queries, passes,      cpu (of all threads), wall; asked
      threads
===== =================================== ============================================

The kinds ``plain`` and ``tree`` are asked, not built: they are an index of kind
``terms``, through Whoosh's own searcher.

An answer may instead hold ``unoffered``, a sentence, where an engine has no such thing,
or ``error``.  A process ends when its standard input closes, so that none outlives the
one that asks.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

ROOT = Path(__file__).resolve().parents[2]
"""The folder that ``scripts`` and ``searchkit`` are in."""

_PATIENCE = 30.0


class EngineFailedError(Exception):
    """
    An engine's process has failed, and how.
    """


class UnofferedError(Exception):
    """
    An engine has no such query.
    """


class EngineProcess:
    """
    A process that answers for one engine.

    Args:
        name: Of the engine.
        command: The program and its arguments.
        environment: Variables to add.
        errors: The file for what it says on standard error.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        errors: Path,
    ) -> None:
        self.name = name
        self._errors = errors
        errors.parent.mkdir(parents=True, exist_ok=True)
        with errors.open("wb") as file:
            self._process = subprocess.Popen(
                list(command),
                cwd=ROOT,
                env=os.environ | environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                start_new_session=True,
            )

    def ask(self, do: str, **details: object) -> dict[str, Any]:
        """
        Send a request and wait for its answer.

        Raises:
            UnofferedError: The engine has no such thing.
            EngineFailedError: It could not do it, or has ended.
        """
        line = json.dumps({"do": do, **details}, ensure_ascii=True) + "\n"
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()
            told = self._process.stdout.readline()
        except OSError:
            told = b""
        if not told:
            raise EngineFailedError(f"{self.name} has ended: {self._last_words()}")
        answer: dict[str, Any] = json.loads(told)
        if "unoffered" in answer:
            raise UnofferedError(answer["unoffered"])
        if "error" in answer:
            raise EngineFailedError(f"{self.name}: {answer['error']}")
        return answer

    def peak_megabytes(self) -> float | None:
        """
        Return how much memory it has had resident at most.

        Returns:
            Millions of bytes; ``None`` where the system does not tell.
        """
        status = Path(f"/proc/{self._process.pid}/status")
        try:
            found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        except OSError:
            return None
        return int(found[1]) * 1024 / 1e6 if found else None

    def stop(self) -> None:
        """
        Have it end; where it does not, end it.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _last_words(self) -> str:
        told = self._errors.read_text(encoding="utf-8", errors="replace").strip()
        return " | ".join(told.splitlines()[-3:]) or "it said nothing"
