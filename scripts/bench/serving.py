"""
A process that answers for one engine: ``python -m scripts.bench.serving tantivy``.

It reads requests and writes answers, as ``protocol`` lists them, until its standard
input closes.  Times are taken around the engine's own call and nothing else.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from scripts.bench.corpus import Prepared
from scripts.bench.peers.base import NotOfferedError, Peer, Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PEERS = {
    "searchkit": "scripts.bench.peers.searchkit_engine:SearchkitPeer",
    "tantivy": "scripts.bench.peers.tantivy_engine:TantivyPeer",
    "fts5": "scripts.bench.peers.sqlite_engine:SQLitePeer",
}
"""Where each engine is."""

ENOUGH_NS = 20_000_000
"""Wall time after which a call is not repeated, in nanoseconds."""


class Feed:
    """
    Documents of a prepared corpus, and the time that reading them took.

    Attributes:
        cpu: Of the reading thread, in nanoseconds.
        wall: Likewise.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.cpu = 0
        self.wall = 0

    def __iter__(self) -> Iterator[Prepared]:
        with self._path.open(encoding="utf-8", newline="\n") as lines:
            while True:
                wall, cpu = time.perf_counter_ns(), time.thread_time_ns()
                line = lines.readline()
                document = Prepared.from_line(line) if line else None
                self.cpu += time.thread_time_ns() - cpu
                self.wall += time.perf_counter_ns() - wall
                if document is None:
                    return
                yield document


class Server:
    """
    Answers requests for one engine.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._readers: dict[str, Reader] = {}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """
        Do what is asked.
        """
        return getattr(self, f"_{request.pop('do')}")(**request)  # type: ignore[no-any-return]

    def close(self) -> None:
        """
        Let go of all files.
        """
        for reader in self._readers.values():
            reader.close()

    def _hello(self) -> dict[str, Any]:
        return {
            "version": self._peer.version(),
            "unoffered_groups": self._peer.unoffered,
        }

    def _build(self, kind: str, corpus: str, folder: str) -> dict[str, Any]:
        feed = Feed(Path(corpus))
        wall, cpu = time.perf_counter_ns(), _cpu_of_all()
        self._peer.build(kind, iter(feed), Path(folder))
        return {
            "cpu": _cpu_of_all() - cpu - feed.cpu,
            "wall": time.perf_counter_ns() - wall - feed.wall,
        }

    def _open(self, kind: str, folder: str) -> dict[str, Any]:
        self._readers[kind] = self._peer.open(kind, Path(folder))
        return {}

    def _ask(
        self,
        *,
        kind: str,
        query: dict[str, Any],
        limit: int,
        count: bool,
        repeat: int,
        take: str,
    ) -> dict[str, Any]:
        reader = self._readers[kind]
        call = reader.asking(query, limit=limit, count=count)
        found, times = _timed(call, repeat, take)
        return times | asdict(reader.answer(found, query))

    def _warm(
        self, kind: str, queries: Sequence[dict[str, Any]], seconds: float
    ) -> dict[str, Any]:
        reader = self._readers[kind]
        end = time.monotonic() + seconds
        asked = 0
        while True:
            for query in queries:
                for count in (False, True):
                    if time.monotonic() > end:
                        return {"asked": asked}
                    try:
                        reader.asking(query, limit=10, count=count)()
                    except NotOfferedError:
                        continue
                    asked += 1

    def _job(
        self, kind: str, text: str, limit: int, repeat: int, take: str
    ) -> dict[str, Any]:
        reader = self._readers[kind]
        found, times = _timed(lambda: reader.job(text, limit=limit), repeat, take)
        ids, snippets, total = found
        return times | {"ids": ids, "snippets": snippets, "total": total}

    def _load(
        self,
        *,
        kind: str,
        folder: str,
        queries: Sequence[dict[str, Any]],
        passes: int,
        threads: int,
    ) -> dict[str, Any]:
        barrier = threading.Barrier(threads + 1)
        # Taking the next item of a range's iterator is atomic.
        pending = iter(range(len(queries) * passes))
        failures: list[BaseException] = []

        def work() -> None:
            reader = self._peer.open(kind, Path(folder))
            try:
                calls = [
                    reader.asking(query, limit=10, count=False) for query in queries
                ]
                for call in calls[:3]:  # whatever is loaded on first use
                    call()
                barrier.wait()
                for number in pending:
                    calls[number % len(calls)]()
            except BaseException as error:  # noqa: BLE001 - told by the first thread
                failures.append(error)
                barrier.abort()
            finally:
                reader.close()

        workers = [threading.Thread(target=work) for _ in range(threads)]
        for worker in workers:
            worker.start()
        try:
            barrier.wait()
        except threading.BrokenBarrierError:
            for worker in workers:
                worker.join()
            raise failures[0] from None
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        for worker in workers:
            worker.join()
        if failures:
            raise failures[0]
        return {
            "wall": time.perf_counter_ns() - wall,
            "cpu": time.process_time_ns() - cpu,
            "asked": len(queries) * passes,
        }


def _timed(
    call: Callable[[], Any], repeat: int, take: str
) -> tuple[Any, dict[str, float]]:
    """
    Call something several times, but no more once that has taken :data:`ENOUGH_NS`.

    Returns:
        What it returned last; its CPU time in this thread and its wall time, the
        smallest or the median, in nanoseconds.
    """
    walls: list[int] = []
    cpus: list[int] = []
    found = None
    while len(walls) < repeat and sum(walls) < ENOUGH_NS:
        wall, cpu = time.perf_counter_ns(), time.thread_time_ns()
        found = call()
        cpus.append(time.thread_time_ns() - cpu)
        walls.append(time.perf_counter_ns() - wall)
    chosen = min if take == "min" else median
    return found, {"cpu": chosen(cpus), "wall": chosen(walls)}


def _cpu_of_all() -> int:
    """
    Return the CPU time of this process and of children that have ended, in ns.
    """
    seconds = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        used = resource.getrusage(who)
        seconds += used.ru_utime + used.ru_stime
    return int(seconds * 1e9)


def load_peer(name: str) -> Peer:
    """
    Return an engine by its name in :data:`PEERS`.
    """
    module, _, kind = PEERS[name].partition(":")
    peer: Peer = getattr(importlib.import_module(module), kind)()
    return peer


def main() -> None:
    """
    Answer until the standard input closes.
    """
    spoken = sys.stdout
    sys.stdout = sys.stderr  # an engine that prints does not spoil an answer
    server = Server(load_peer(sys.argv[1]))
    for line in sys.stdin:
        try:
            answer = server.answer(json.loads(line))
        except NotOfferedError as error:
            answer = {"unoffered": str(error)}
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            answer = {"error": f"{type(error).__name__}: {error}"}
        spoken.write(json.dumps(answer) + "\n")
        spoken.flush()
    server.close()


if __name__ == "__main__":
    main()
