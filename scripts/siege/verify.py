"""
Whether an index holds what it must: each article once, whole, in both of its stores.

:func:`verify` opens an index as anybody does, so that it finishes what a dead writer
left undone, and reads everything back; :func:`judge` compares that with what an
operation allows.  What is wrong is a list of :class:`Difference`, of four classes:

- *lost*: an article, or a deletion, that was committed is not there any more;
- *doubled*: something is there twice, or in the engine and not in the catalog;
- *half*: a part of what has to be there as a whole, such as half a pair;
- *error*: searchkit raised something, or SQLite finds its file damaged.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from scripts.siege.workload import (
    BATCH,
    COMMON,
    Operation,
    is_whole,
    revision_word,
    unique_word,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from searchkit import Article, Index

Class: TypeAlias = Literal["lost", "doubled", "half", "error"]

CLASSES: tuple[Class, ...] = ("lost", "doubled", "half", "error")

PATIENCE = 10.0
"""How long somebody else may take to finish what a dead writer left, in seconds."""

_MOST_HITS = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One thing that is not as it must be.

    Attributes:
        kind: Its class.
        what: One sentence that says what.
    """

    kind: Class
    what: str


@dataclass(frozen=True, slots=True)
class Verification:
    """
    What was found in an index.

    Attributes:
        found: Its articles by id, as the catalog gives them back.
        differences: Where the index contradicts itself.
        is_complete: All of it could be read; otherwise ``found`` says nothing.
    """

    found: Mapping[str, Article] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    is_complete: bool = True

    def against(self, operation: Operation, *, ended: bool) -> list[Difference]:
        """
        Return all that is wrong; arguments as for :func:`judge`.
        """
        if not self.is_complete:
            return list(self.differences)
        return [*self.differences, *judge(operation, self.found, ended=ended)]


def verify(index: Path) -> Verification:
    """
    Open an index, read everything in it back, and close it.

    Nothing that searchkit raises comes out of here: it is among the differences.

    Args:
        index: The folder of the index; nobody writes to it, others may read it.
    """
    differences: list[Difference] = []
    found: dict[str, Article] | None = None
    try:
        with closing(_opened(index)) as opened:
            found = _read_back(opened, differences.append)
    except Exception as error:  # noqa: BLE001 - whatever it is, the siege reports it
        told = " ".join(str(error).split())
        differences.append(Difference("error", f"{type(error).__name__}: {told}"))
    differences += _damage(index / "catalog.db")
    if found is None:
        return Verification({}, tuple(differences), is_complete=False)
    return Verification(found, tuple(differences))


def judge(
    operation: Operation, found: Mapping[str, Article], *, ended: bool
) -> list[Difference]:
    """
    Compare what is found in an index with what an operation allows.

    Args:
        operation: The last one.
        found: The articles that the index holds by id.
        ended: It was acknowledged, so that it must be there in full.  Otherwise it may
            have done nothing or everything, or be cut off between two of its batches.
    """
    before, after = operation.before, operation.after
    differences = []
    for one in sorted(before.keys() | after.keys() | found.keys()):
        old, new, now = before.get(one), after.get(one), found.get(one)
        if now == new or (now == old and not ended):
            continue
        if now is None:
            problem = Difference("lost", f"{one} is gone")
        elif now == old:
            change = "deletion" if new is None else "new revision"
            problem = Difference("lost", f"the {change} of {one} was acknowledged")
        elif old is None and new is None:
            problem = Difference("doubled", f"{one} came back: {_told(now)}")
        else:
            problem = Difference("half", f"{one} has a text of nobody: {_told(now)}")
        differences.append(problem)
    if not differences and not ended:
        differences += _parts(operation, found)
    return differences


def _parts(operation: Operation, found: Mapping[str, Article]) -> list[Difference]:
    """
    Check that what broke off did so between two batches.
    """
    before, after, order = operation.before, operation.after, operation.order
    if operation.kind == "delete":
        gone = before.keys() - after.keys()
        here = gone & found.keys()
        if here and here != gone:
            what = f"{len(gone) - len(here)} of {len(gone)} articles were deleted"
            return [Difference("half", what)]
    elif operation.kind == "add":
        done = [found.get(one) == after[one] for one in order]
        written = sum(done)
        if not all(done[:written]):
            return [Difference("half", "a later batch is there without an earlier one")]
        if written % BATCH and written != len(order):
            what = f"{written} of {len(order)} articles are there: half a batch"
            return [Difference("half", what)]
    return _broken_pairs(found)


def _broken_pairs(found: Mapping[str, Article]) -> list[Difference]:
    differences = []
    if not is_whole(found):
        differences.append(Difference("half", "of a pair one article is there"))
    for one, article in found.items():
        other = found.get(one.replace("left", "right"))
        if other and revision_word(other) != revision_word(article):
            what = f"{one} and {other.id} are of different revisions"
            differences.append(Difference("half", what))
    return differences


def _told(article: Article) -> str:
    return f"{article.title!r}, {len(article.body)} characters"


def _opened(path: Path) -> Index:
    """
    Open an index once its engine holds what its catalog holds.

    Whoever opens an index while another process finishes what a dead writer left does
    not wait for it, and is refused where nothing can be read before; so it is opened
    again, for a while.
    """
    import searchkit  # noqa: PLC0415

    until = time.monotonic() + PATIENCE
    while True:
        try:
            index = searchkit.open_index(path)
        except searchkit.IndexLockedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
            continue
        engine = index._engine.generation  # noqa: SLF001 - both stores are compared
        catalog = index._catalog.generation  # noqa: SLF001 - as above
        if engine == catalog or time.monotonic() > until:
            return index
        index.close()
        time.sleep(0.02)


def _read_back(
    index: Index, report: Callable[[Difference], None]
) -> dict[str, Article]:
    """
    Read everything in an index, and report where it contradicts itself.

    Returns:
        The articles by id.
    """
    found: dict[str, Article] = {}
    for stored in index._catalog.changed_since(0):  # noqa: SLF001 - the store itself
        if stored.article.id in found:
            report(Difference("doubled", f"the catalog has {stored.article.id} twice"))
        found[stored.article.id] = stored.article
    with index._engine.searcher() as searcher:  # noqa: SLF001 - as above
        indexed = Counter(searcher.ids())
    for one in sorted(found.keys() | indexed.keys()):
        if indexed[one] > 1:
            report(Difference("doubled", f"the engine has {one} {indexed[one]} times"))
        elif one not in indexed:
            report(Difference("lost", f"the engine lacks {one}"))
        elif one not in found:
            report(Difference("doubled", f"the engine has {one}, the catalog has not"))
    if len(index) != len(found):
        report(Difference("error", f"len() is {len(index)} of {len(found)}"))
    revisions: dict[str, set[str]] = {}
    for article in found.values():
        revisions.setdefault(revision_word(article), set()).add(article.id)
    for revision, ids in revisions.items():
        _compare(index, revision, ids, report)
    _compare(index, COMMON, found.keys(), report)
    for article in found.values():
        _check_article(index, article, report)
    return found


def _compare(
    index: Index,
    word: str,
    expected: Iterable[str],
    report: Callable[[Difference], None],
) -> None:
    hits = index.search(word, limit=_MOST_HITS, snippets=0)
    wanted, ids = set(expected), [hit.id for hit in hits]
    if missing := wanted - set(ids):
        report(Difference("lost", f"{word!r} does not find {_some(missing)}"))
    if surplus := set(ids) - wanted:
        report(Difference("half", f"{word!r} finds {_some(surplus)}, too"))
    if len(ids) != len(set(ids)) or hits.total != len(ids):
        what = f"{word!r} gives {len(ids)} hits for {len(set(ids))} articles"
        report(Difference("doubled", f"{what}, and {hits.total} as their total"))


def _check_article(
    index: Index, article: Article, report: Callable[[Difference], None]
) -> None:
    """
    Check that an article's own word finds it alone, with the text of its revision.
    """
    one, word = article.id, unique_word(article.id)
    hits = index.search(word, limit=5)
    if [one] != [hit.id for hit in hits]:
        kind: Class = "doubled" if len(hits) > 1 else "lost"
        report(Difference(kind, f"{word!r} finds {[hit.id for hit in hits]}"))
        return
    if index.get(one) != article:
        report(Difference("half", f"get({one!r}) gives another text than a listing"))
    for snippet in hits[0].snippets:
        span = snippet.span
        if article.body[span.start : span.end] != snippet.text:
            report(Difference("half", f"a snippet of {one} is not in its body"))
    if hits[0].title != article.title or not hits[0].snippets:
        report(Difference("half", f"the hit of {one} is {hits[0].title!r}"))


def _damage(catalog: Path) -> list[Difference]:
    """
    Ask SQLite whether the catalog's file is sound.
    """
    try:
        uri = f"{catalog.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchall()
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as error:
        return [Difference("error", f"SQLite: {error}")]
    answers = [str(answer) for (answer,) in found if answer != "ok"]
    if orphans:
        answers.append(f"{len(orphans)} rows refer to nothing")
    return [Difference("error", f"integrity check: {answer}") for answer in answers]


def _some(ids: Iterable[str]) -> str:
    listed = sorted(ids)
    more = f" and {len(listed) - 3} more" if len(listed) > 3 else ""
    return ", ".join(listed[:3]) + more
