"""
Power cuts: what searchkit makes of every folder that a disk may leave behind.

One child process makes an index and works on it, under a journal of all its calls.
Then this process plays the journal up to a random call, lets a :class:`~.disk.Disk`
lose power there, puts what may survive into a folder, opens it, and holds it against
what had been acknowledged by then.  An operation that was under way may have done some
of its batches; making an index may have left none at all; nothing else is excused.

A cut has a number.  Seed and number decide on everything, so that one of them can be
had again::

    siege(1, 7, folder, print, first=1234)

The names of files that Whoosh draws at random are drawn from the seed, too; what is
different from run to run are process ids and times, in files that nobody needs.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from bisect import bisect_right
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest.mock import patch

from scripts.siege import faults
from scripts.siege.disk import Content, Disk, read_journal, write_content
from scripts.siege.disk import Operation as Call
from scripts.siege.verify import Difference, judge, verify
from scripts.siege.workers import Figures
from scripts.siege.workload import Kind, Operation, Workload, use_small_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from searchkit import Article

ROOT = Path(__file__).resolve().parents[2]

OPERATIONS = 30
"""Operations of a session, after the making of the index."""

_KINDS: tuple[Kind, ...] = (
    "add",
    "add_sources",
    "delete",
    "rebuild",
    "discard",
    "open",
)
_PAIRS = 12
_KEPT = 20
_OPENING = "searchkit.engines.whoosh.opening"


@dataclass(frozen=True, slots=True)
class Failure:
    """
    A cut that searchkit did not come through.

    Attributes:
        number: Of the cut.
        seed: Of the session.
        calls: How many calls of the session were made before the power failed.
        survived: What survived of what was not synced, in a word.
        operation: What was under way, or had just ended.
        differences: What is not as it must be.
    """

    number: int
    seed: int
    calls: int
    survived: str
    operation: str
    differences: tuple[Difference, ...]

    def __str__(self) -> str:
        told = "; ".join(f"{one.kind}: {one.what}" for one in self.differences[:4])
        more = len(self.differences) - 4
        return (
            f"cut {self.number} of seed {self.seed}, after call {self.calls}"
            f" ({self.survived} survived), {self.operation}: {told}"
            + (f"; and {more} more" if more > 0 else "")
        )


@dataclass(frozen=True, slots=True)
class Session:
    """
    What was recorded.

    Attributes:
        calls: The journal.
        operations: What was done, the making of the index first.
        ends: For each operation how many calls had been made when it was acknowledged.
    """

    calls: Sequence[Call]
    operations: Sequence[Operation]
    ends: Sequence[int]

    def at(self, calls: int) -> tuple[int, bool]:
        """
        Return which operation counts after a number of calls.

        Returns:
            The number of the one under way, or else of the last one, and whether it was
            acknowledged.
        """
        # Of several that end at the same call, as what changes nothing does, the last.
        acknowledged = bisect_right(self.ends, calls)
        last = len(self.ends) - 1
        if acknowledged and (
            self.ends[acknowledged - 1] == calls or acknowledged > last
        ):
            return acknowledged - 1, True
        return acknowledged, False


def siege(
    count: int,
    seed: int,
    folder: Path,
    say: Callable[[str], None],
    *,
    first: int = 0,
    operations: int = OPERATIONS,
) -> Figures:
    """
    Cut the power again and again.

    Args:
        count: How often, 0 or more.
        seed: Decides on the session, and with its number on each cut.
        folder: An empty folder; it gets the session, with its journal, and for the
            first failures what was left of the index, untouched.
        say: Gets one line for each failure, as it is found, and now and then one for
            how far it is.
        first: Number of the first cut.
        operations: Length of the session.

    Returns:
        How many power cuts there were in how many calls, and after how many of them
        something was lost, doubled or half there, or raised an error.

    Raises:
        UnavailableError: The session cannot be recorded on this machine.
        RuntimeError: It failed, without any cut.
    """
    figures = Figures()
    session = record(folder, seed, operations)
    figures.counts.update({"calls": len(session.calls), "power cuts": 0})
    say(f"{len(session.operations)} operations made {len(session.calls):,} calls")
    for failure in _cuts(session, seed, first, count, folder):
        figures.counts["power cuts"] += 1
        if failure:
            kinds = sorted({one.kind for one in failure.differences})
            others = dict.fromkeys(kinds[1:], 1)
            told = figures.take(
                {"kind": kinds[0], "finding": str(failure), "counts": others}
            )
            if told:
                say(told)
        if figures.counts["power cuts"] % 500 == 0:
            say(f"{figures.counts['power cuts']:,} of {count:,} power cuts")
    return figures


# --- the session ----------------------------------------------------------------------


def record(place: Path, seed: int, operations: int) -> Session:
    """
    Have a child process work on an index, and return what it did.

    Args:
        place: An empty folder; the index is made in it, and the journal.
        seed: Decides what is done.
        operations: How much, after the index is made.

    Raises:
        UnavailableError: The child cannot be recorded on this machine.
        RuntimeError: The child failed.
    """
    library = faults.build(place)
    journal, log = place / "journal", place / "log"
    variables = faults.environment(library, place / "index", journal)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "scripts.siege.powercuts",
            str(place),
            str(seed),
            str(operations),
        ],
        cwd=ROOT,
        env=os.environ | variables | {"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the session itself failed:\n{done.stderr}")
    ends = [json.loads(line) for line in log.read_text().splitlines()]
    # What the child drew, drawn again; the files for it get the same content.
    drawn = [Operation("open", {}, {}), *_drawn(place, seed, operations)]
    assert len(drawn) == len(ends)
    return Session(read_journal(journal), drawn, ends)


def work(place: Path, seed: int, operations: int) -> None:
    """
    Do the session; for the child process.

    Appends to ``log`` a line for each operation that has ended, the number of calls.
    """
    import searchkit  # noqa: PLC0415 - only here the layer is below it

    random.seed(seed)
    use_small_batches()
    with (place / "log").open("w", encoding="utf-8") as log:
        index = place / "index"
        searchkit.create_index(index, annotate=False).close()
        print(faults.records(), file=log, flush=True)
        for operation in _drawn(place, seed, operations):
            operation.run(index)
            print(faults.records(), file=log, flush=True)


def _drawn(place: Path, seed: int, operations: int) -> Iterator[Operation]:
    workload = Workload(place, f"{seed}", pairs=_PAIRS, kinds=_KINDS)
    for _ in range(operations):
        operation = workload.draw()
        yield operation
        workload.holds = operation.after


# --- the cuts -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class _Cut:
    calls: int
    number: int
    survived: str = field(compare=False)
    rng: random.Random = field(compare=False, repr=False)


def _cuts(
    session: Session, seed: int, first: int, count: int, folder: Path
) -> Iterator[Failure | None]:
    """
    Cut, and check, in the order of the calls; yields what failed for each cut.
    """
    cuts = sorted(_cut(session, seed, number) for number in range(first, first + count))
    disk, done, kept = Disk(), 0, 0
    # Nobody else writes there: a file that is missing will not come.
    with _place() as place, patch(f"{_OPENING}.OPEN_ATTEMPTS", 2):
        for cut in cuts:
            for call in session.calls[done : cut.calls]:
                disk.apply(call)
            done = cut.calls
            left = _left(disk, cut)
            write_content(left, place / "index")
            number, ended = session.at(cut.calls)
            operation = session.operations[number]
            differences = _check(place / "index", number, operation, ended=ended)
            if not differences:
                yield None
                continue
            if kept < _KEPT:
                write_content(left, folder / f"cut-{cut.number}")
                kept += 1
            told = str(operation) if number else "the making of the index"
            when = f"{'after' if ended else 'during'} operation {number}, {told}"
            yield Failure(
                cut.number, seed, cut.calls, cut.survived, when, tuple(differences)
            )


@contextmanager
def _place() -> Iterator[Path]:
    """
    Make a folder for what is opened, in memory where that can be: it is synced a lot.
    """
    memory = Path("/dev/shm")  # noqa: S108 - a folder with a random name is made in it
    parent = memory if os.access(memory, os.W_OK) else None
    with TemporaryDirectory(prefix="siege-", dir=parent) as made:
        yield Path(made)


def _cut(session: Session, seed: int, number: int) -> _Cut:
    """
    Draw a cut.

    Operations with many calls have their share of the cuts; but as many fall on the few
    calls before an acknowledgement, and after it, where promises are made.
    """
    rng = random.Random(f"{seed}/{number}")  # noqa: S311 - to be had again
    calls = rng.randint(0, len(session.calls))
    if rng.random() < 0.3:
        near = rng.choice(session.ends) + rng.randint(-8, 2)
        calls = max(0, min(near, len(session.calls)))
    survived = rng.choices(("everything", "what was synced", "some"), (1, 2, 7))[0]
    return _Cut(calls, number, survived, rng)


def _left(disk: Disk, cut: _Cut) -> Content:
    if cut.survived == "everything":
        return disk.everything()
    if cut.survived == "some":
        return disk.after_cut(cut.rng)
    return disk.synced()


def _check(
    index: Path, number: int, operation: Operation, *, ended: bool
) -> list[Difference]:
    """
    Hold what is left of an index against what had been promised.
    """
    from searchkit import IndexMissingError, open_index  # noqa: PLC0415
    from searchkit.opening import index_exists  # noqa: PLC0415

    if number == 0 and not ended and not index_exists(index):
        try:
            open_index(index).close()
        except IndexMissingError:
            return []
    verification = verify(index)
    differences = list(verification.differences)
    if any(one.kind == "error" for one in differences):
        return differences
    differences += judge(operation, verification.found, ended=ended)
    return differences or _usable(index, verification.found)


def _usable(index: Path, found: Mapping[str, Article]) -> list[Difference]:
    """
    Check that an index can be written to after a cut, in each of its two stores.
    """
    from searchkit import Article, open_index  # noqa: PLC0415

    added = Article(id="afterwards", title="Afterwards zqafterx")
    try:
        with open_index(index) as opened:
            opened.add([added])
            opened.delete(sorted(found)[:1])
            hits = [hit.id for hit in opened.search("zqafterx")]
            size = len(opened)
    except Exception as error:  # noqa: BLE001 - whatever it is, the siege reports it
        told = f"cannot be written to: {type(error).__name__}: {error}"
        return [Difference("error", told)]
    expected = len(found) + 1 - bool(found)
    if ([added.id], expected) != (hits, size):
        what = f"after one more addition {hits} are found, of {size} articles"
        return [Difference("lost", what)]
    return []


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
