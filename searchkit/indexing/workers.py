"""
Workers: processes that annotate articles beside the one that writes.

A worker is this interpreter, started anew, with the program of
``searchkit.indexing.worker`` and two pipes.  It begins by saying the fingerprints of
its annotators, and is asked for nothing unless these are the caller's.  From then on
each line of JSON that goes in, with some articles, is answered by one with the records
of their annotations.  The pools of the standard library would not do: their processes
import the caller's script again, or are forked in the middle of what its threads do.

Workers read nothing but their pipe, and end when it is closed, however the caller ends.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias

from searchkit.annotations.model import EntityMention, TimeExpression
from searchkit.indexing.worker import send

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future

    from searchkit.annotations.model import Annotation
    from searchkit.articles.model import Article

Request: TypeAlias = "tuple[Article, Sequence[str]]"
"""An article, and the kinds of annotations that are wanted."""

Answer: TypeAlias = "Mapping[str, tuple[Annotation, ...]]"
"""Annotations by kind."""

PROGRAM = (
    "import sys; sys.path[:] = sys.argv[1:];"
    " from searchkit.indexing.worker import main; main()"
)
"""What a worker's interpreter runs; its arguments are the caller's module path."""

_MODELS: dict[str, Any] = {"times": TimeExpression, "entities": EntityMention}

#: Seconds that a worker has to end by itself.
_PATIENCE = 5.0


class WorkersLostError(Exception):
    """
    Workers cannot be had, or have ended; what they were asked for is still to be done.
    """


def can_start() -> bool:
    """
    Tell whether there is an interpreter to run workers with.
    """
    # The executable of a packed program is that program.
    return bool(sys.executable) and not getattr(sys, "frozen", False)


class Workers:
    """
    Some processes, started when there is work for them.

    Args:
        fingerprints: Of the annotators that are wanted, by kind.
        processes: How many, at most.
    """

    def __init__(self, fingerprints: Mapping[str, str], processes: int) -> None:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - costly

        self._fingerprints = dict(fingerprints)
        # A thread waits for each worker; all of the work is done by these.
        self._threads = ThreadPoolExecutor(processes, "searchkit-annotating")
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self._all: list[subprocess.Popen[bytes]] = []
        self._closed = False

    def submit(self, requests: Sequence[Request]) -> Future[list[Answer]]:
        """
        Have some articles annotated.

        Returns:
            Their annotations, in order; or ``WorkersLostError``.
        """
        return self._threads.submit(self._ask, requests)

    def close(self) -> None:
        """
        End all workers, whatever they are at.
        """
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._all:
            process.kill()
        self._threads.shutdown()
        for process in self._all:
            _end(process)

    def _ask(self, requests: Sequence[Request]) -> list[Answer]:
        try:
            process = self._idle.get_nowait()
        except Empty:
            process = self._started()
        message = [
            [kinds, article.title, article.body, article.published]
            for article, kinds in requests
        ]
        try:
            assert process.stdin is not None
            send(process.stdin, message)
            answers = _receive(process)
            found: list[Answer] = [
                {
                    kind: tuple(map(_MODELS[kind].from_record, records))
                    for kind, records in answer.items()
                }
                for answer in answers
            ]
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            process.kill()
            raise WorkersLostError from error
        if [set(answer) for answer in found] != [set(kinds) for _, kinds in requests]:
            process.kill()
            raise WorkersLostError
        self._idle.put(process)
        return found

    def _started(self) -> subprocess.Popen[bytes]:
        try:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-P", "-c", PROGRAM, *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # The interrupt key is for the caller, who ends its workers then.
                start_new_session=True,
            )
        except OSError as error:
            raise WorkersLostError from error
        self._all.append(process)
        if self._closed:
            process.kill()
        try:
            fingerprints = _receive(process)
        except (OSError, ValueError) as error:
            raise WorkersLostError from error
        if fingerprints != self._fingerprints:
            raise WorkersLostError
        return process


def _receive(process: subprocess.Popen[bytes]) -> Any:
    """
    Read the next line; ``ValueError`` where the process has ended before it.
    """
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # what was not written yet has nobody to read it
                pipe.close()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_PATIENCE)
