"""
Readers beside a writer that never rests, and what each answer of theirs must show.

Two kinds of readers look at one index, each in a process of its own.  An *opener* opens
it, looks and closes it, as fast as it can.  A *keeper* holds one open through many
commits of the writer, and looks again and again.  What must hold:

- nobody meets an exception, but that an index which is made anew from nothing, as
  after :meth:`searchkit.Index.rebuild` with ``discard``, says that it is locked;
- in each answer every pair is whole and of one revision, in what the engine found as in
  the stored text that is shown;
- an open index answers from one generation until it is refreshed: search, ``get``,
  ``in``, totals and length agree with each other, and are what they were;
- after a refresh its generation is no lower than before.

What breaks the last two is counted as *drifted*, apart from the other classes.
"""

from __future__ import annotations

import random
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from scripts.siege.workload import (
    COMMON,
    PAIRED,
    SIDES,
    Workload,
    is_whole,
    number_of,
    use_small_batches,
)
from searchkit import IndexLockedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scripts.siege.workload import Kind
    from searchkit import Article, Hits, Index

PAIRS = 12
"""Most pairs in the index that is read; it is small, so that much is opened."""

LONGEST = 3_000
"""Length of the longest articles, in code points: to quote from them takes long."""

KINDS: tuple[Kind, ...] = ("add", "add_sources", "delete", "rebuild")
"""What the writer does: all that leaves readers an index to read."""

_MOST_HITS = 1000
#: Part of the opened indexes that are looked at in every way.
_LOOKED_AT = 0.2
_TOLD_EACH = 50


def siege(
    opens: int,
    seed: int,
    folder: Path,
    say: Callable[[str], None],
    *,
    openers: int = 2,
    keepers: int = 1,
) -> Figures:
    """
    Read an index beside a writer that never rests.

    Args:
        opens: How often it is opened, by all openers together.
        seed: Of what the writer does; what readers meet of it is the machine's.
        folder: An empty folder to work in.
        say: Gets progress and findings.
        openers: Processes that open and close it.
        keepers: Processes that hold it open.
    """
    figures = Figures()
    workload = Workload(folder, str(seed), longest=LONGEST)
    workload.make_index()
    workload.make("add").run(workload.index)
    options: dict[str, Any] = {"folder": str(folder), "seed": str(seed)}
    writer = Worker(
        "scripts.siege.readers:write", options, folder=folder, name="writer"
    )
    workers, leaders = [writer], []
    with stopped_at_the_end(workers):
        for number in range(openers + keepers):
            options = {"index": str(workload.index), "seed": f"{seed}-{number}"}
            if number < openers:
                share = opens // openers + (number < opens % openers)
                options |= {"role": "opener", "opens": share}
            else:
                options |= {"role": "keeper"}
            name = f"reader-{number}"
            worker = Worker(
                "scripts.siege.readers:read", options, folder=folder, name=name
            )
            workers.append(worker)
            if number < openers:
                leaders.append(worker)
        wait_for(leaders, workers, figures, say, ("opens", "looks", "operations"))
    conclude(workers, figures, say)
    return figures


# --- the writer -----------------------------------------------------------------


def write(folder: str, seed: str) -> None:
    """
    Change an index without a rest, then look what it holds; the function of a worker.

    Args:
        folder: Where the index is; it is made already, and may hold something.
        seed: Of what is done to it.
    """
    use_small_batches()
    workload = Workload(Path(folder), seed, pairs=PAIRS, kinds=KINDS, longest=LONGEST)
    workload.holds = verify(workload.index).found
    while is_wanted():
        operation = workload.draw()
        try:
            operation.run(workload.index)
        except Exception as error:  # noqa: BLE001 - whatever it is, the siege reports it
            if type(error).__name__ == "IndexLockedError":
                # A reader holds the lock, to see whether a writer has died.
                tell({"counts": {"locked": 1}})
            else:
                trace = "".join(traceback.format_exception(error))
                tell(finding("error", f"seed {seed}: {operation}: {trace}"))
                workload.holds = verify(workload.index).found
            continue
        workload.holds = operation.after
        tell({"counts": {"operations": 1}})
    verification = verify(workload.index)
    for difference in verification.against(workload.make("open"), ended=True):
        tell(finding(difference.kind, f"seed {seed}, at the end: {difference.what}"))


# --- readers --------------------------------------------------------------------


def read(index: str, seed: str, role: str, opens: int | None = None) -> None:
    """
    Look at an index again and again; the function of a worker.

    Args:
        index: Its folder.
        seed: Of what is looked for.
        role: ``opener`` or ``keeper``.
        opens: How often to open it; without, until nobody wants it any more.
    """
    reader = _Reader(Path(index), random.Random(seed))  # noqa: S311 - no secret
    step = reader.open_and_look if role == "opener" else reader.keep_and_look
    done = 0
    while is_wanted() and (opens is None or done < opens):
        try:
            step()
        except IndexLockedError:
            # As said of opening: a killed writer was making it anew, and somebody else
            # is at it again.
            reader.counts["refused"] += 1
            continue
        except Exception as error:  # noqa: BLE001 - as above
            trace = "".join(traceback.format_exception(error))
            tell(finding("error", f"{role} {seed}, open {done}: {trace}"))
        done += 1
        reader.counts["opens"] += 1
        if not done % _TOLD_EACH or role == "keeper":
            reader.tell_counts()
    reader.tell_counts()


@dataclass(frozen=True, slots=True)
class _Look:
    """
    All that one look at an open index has shown; two of one generation are equal.
    """

    pairs: tuple[object, ...]
    revision: tuple[object, ...]
    articles: tuple[tuple[str, Article | None, bool], ...]
    length: int
    total: int
    totals: tuple[object, ...]


@dataclass(slots=True)
class _Reader:
    index: Path
    random: random.Random
    counts: Counter[str] = field(default_factory=Counter)

    def tell_counts(self) -> None:
        """
        Say what was counted since the last time.
        """
        tell({"counts": dict(self.counts)})
        self.counts.clear()

    def open_and_look(self) -> None:
        """
        Open the index and glance at it; now and then look, and after a refresh again.
        """
        import searchkit  # noqa: PLC0415

        with searchkit.open_index(self.index) as index:
            self._glance(index)
            if self.random.random() < _LOOKED_AT:
                self._look(index)
            if self.random.random() < 0.1:
                before = index.generation
                index.refresh()
                self._look(index)
                self._compare_generations(before, index.generation)

    def keep_and_look(self) -> None:
        """
        Hold the index open, and look whether its answers stay what they are.
        """
        import searchkit  # noqa: PLC0415

        with searchkit.open_index(self.index) as index:
            for _ in range(self.random.randint(1, 8)):
                first, generation = self._look(index), index.generation
                for _ in range(self.random.randint(1, 25)):
                    if not is_wanted():
                        return
                    now = self._look(index, first)
                    if now != first:
                        changed = _changes(first, now)
                        self._report("drifted", f"before a refresh: {changed}")
                        break
                    self._compare_generations(generation, index.generation)
                index.refresh()
                self._compare_generations(generation, index.generation)
                self.counts["refreshes"] += 1

    def _compare_generations(self, before: int, now: int) -> None:
        if now < before:
            self._report("drifted", f"generation {now} came after {before}")

    def _glance(self, index: Index) -> None:
        """
        Check that pairs are whole and that all ways of counting agree.
        """
        total = index.search(COMMON, limit=0).total
        paired = index.search(PAIRED, limit=0).total
        if total != len(index):
            what = f"{total} were found, len() is {len(index)}"
            self._report("drifted", what)
        if paired % 2:
            self._report("half", f"{PAIRED!r}: {paired} articles of pairs")

    def _look(self, index: Index, earlier: _Look | None = None) -> _Look:
        """
        Look at everything, and report what contradicts itself.

        Args:
            index: An open one.
            earlier: A look at the same, whose articles are looked for again.
        """
        self.counts["looks"] += 1
        pairs = index.search(PAIRED, limit=_MOST_HITS, snippets=0)
        self._check_page(pairs)
        revision: tuple[object, ...] = ()
        if earlier is not None and earlier.revision:
            word = str(earlier.revision[0])
            revision = (word, *_page(index.search(word, snippets=1)))
        elif earlier is None and pairs:
            word = self.random.choice(pairs).title.rpartition(" ")[2]
            found = index.search(word, limit=_MOST_HITS, snippets=1)
            self._check_page(found, word)
            revision = (word, *_page(index.search(word, snippets=1)))
        if earlier is None:
            ids = [hit.id for hit in pairs]
            ids = self.random.sample(ids, min(3, len(ids)))
        else:
            ids = [one for one, _, _ in earlier.articles]
        articles = tuple((one, _get(index, one), one in index) for one in ids)
        titles = {hit.id: hit.title for hit in pairs}
        for one, article, is_in in articles:
            shown = article.title if article else None
            if one in titles and (titles[one] != shown or not is_in):
                what = f"{one} was found as {titles[one]!r}, get() gives {shown!r}"
                self._report("drifted", what)
        total = index.search(COMMON, limit=0).total
        length, totals = len(index), index.totals()
        if not total == length == totals.articles:
            what = f"{total} were found, len() is {length}"
            self._report("drifted", f"{what}, totals() has {totals.articles}")
        return _Look(
            _page(pairs),
            revision,
            articles,
            length,
            total,
            (totals.articles, totals.text_bytes, totals.sources, totals.commits),
        )

    def _check_page(self, hits: Hits, word: str = "") -> None:
        """
        Check that an answer holds whole pairs, each of one revision.

        Args:
            hits: Everything that was found.
            word: The word of a revision, where one was searched for.
        """
        ids = [hit.id for hit in hits]
        left_out = [note for note in hits.notes if "left out" in note.message]
        if left_out:
            self._report("drifted", f"{hits.query!r}: {left_out[0].message}")
        elif hits.total != len(ids) or len(set(ids)) != len(ids):
            what = f"{len(ids)} hits, {len(set(ids))} articles, {hits.total} in all"
            self._report("doubled", f"{hits.query!r}: {what}")
        if hits.total % 2 and not (word and _has_singles(ids)):
            self._report("half", f"{hits.query!r}: {hits.total} articles of pairs")
        if not is_whole(ids):
            self._report("half", f"{hits.query!r} finds half a pair: {_alone(ids)}")
        titles = {hit.id: hit.title.rpartition(" ")[2] for hit in hits}
        for one, revision in titles.items():
            other = one.replace(SIDES[0], SIDES[1])
            if titles.get(other, revision) != revision:
                self._report("half", f"{one} has {revision}, {other} {titles[other]}")
            if word and revision != word:
                self._report("drifted", f"{word!r} found {one}, shown with {revision}")
        for hit in hits:
            for snippet in hit.snippets:
                if any(
                    w.startswith("vq") and w.strip(".") != titles[hit.id]
                    for w in snippet.text.split()
                ):
                    self._report("half", f"a snippet of {hit.id}: {snippet.text!r}")

    def _report(self, kind: str, what: str) -> None:
        tell(finding(kind, what))


def _page(hits: Hits) -> tuple[object, ...]:
    return (hits.total, hits.page)


def _get(index: Index, article_id: str) -> Article | None:
    from searchkit import ArticleNotFoundError  # noqa: PLC0415

    try:
        return index.get(article_id)
    except ArticleNotFoundError:
        return None


def _has_singles(ids: Sequence[str]) -> bool:
    return any(one.startswith("single") for one in ids)


def _alone(ids: Sequence[str]) -> list[str]:
    counts = Counter(number_of(one) for one in ids if not one.startswith("single"))
    return [one for one in ids if counts[number_of(one)] == 1]


def _changes(first: _Look, now: _Look) -> str:
    names = [n for n in _Look.__slots__ if getattr(first, n) != getattr(now, n)]
    return ", ".join(names) + " changed"
