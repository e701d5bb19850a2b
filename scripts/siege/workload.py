"""
What the sieges do to an index: random operations, and what must hold after each.

A :class:`Workload` draws one :class:`Operation` after the other from a seed.  Each one
goes through the public interface alone and knows which articles the index must hold
before and after it; :mod:`scripts.siege.verify` compares the two with what is found.

Articles carry their own proof.  Each has a word that no other has, a word that all
have, and the word of its *revision*, in the title and at both ends of the body, so that
half an article, or the text of one revision under the words of another, shows.  Most
come in *pairs*, left and right, which are written side by side with one revision, and
never one without the other: half a pair is half a commit.

Batches are of :data:`BATCH` articles, and the engine commits after :data:`COMMIT` of
them, so that one small operation makes several commits; :func:`use_small_batches` sees
to that, in the processes of a siege only.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from searchkit import Article

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

BATCH = 4
"""Articles in one commit of the catalog; even, so that no pair is parted."""

COMMIT = 8
"""Articles after which the engine commits."""

SIDES = ("left", "right")
"""The two articles of a pair, in the order in which they are written."""

COMMON = "commonplace"
"""The word that every article has."""

PAIRED = "twofold"
"""The word that every article of a pair has, and no other."""

MOST_CHARACTERS = 100_000
"""Length of the longest articles, in code points."""

#: Numbers of the pairs in files begin here; those below are given to ``Index.add``.
_FILED = 1000
_PAIRS_PER_FILE = 5
_FILES = 3
_SINGLES = 5

Kind: TypeAlias = Literal[
    "add", "add_sources", "delete", "rebuild", "discard", "open", "back_up"
]
"""What an operation does; ``discard`` is a rebuilding that deletes the old index."""

KINDS: tuple[Kind, ...] = (
    "add",
    "add_sources",
    "delete",
    "rebuild",
    "discard",
    "open",
    "back_up",
)

_WEIGHTS: dict[Kind, int] = {
    "add": 6,
    "add_sources": 4,
    "delete": 2,
    "rebuild": 1,
    "discard": 1,
    "open": 1,
    "back_up": 1,
}

#: Words that fill texts, with some that annotators look at, and some beyond ASCII.
_FILLING = (
    "Angela Merkel met officials in Berlin on 3 March 2019 and the ministers of Café"
    " Müller said last Tuesday that prices had risen by 4 % in Paris where President"
    " Macron spoke for the European Union about grain “freight” — naïve 東京 🚂 tariffs"
).split()
_FILLING += ["w" + "aeiou"[n % 5] + "bdfgklmnprt"[n % 11] + str(n) for n in range(300)]


def use_small_batches() -> None:
    """
    Make this process commit after a few articles already.
    """
    from searchkit.indexing import transfer  # noqa: PLC0415

    vars(transfer).update(BATCH_ARTICLES=BATCH, ARTICLES_PER_COMMIT=COMMIT)


def coded(letter: str, number: int) -> str:
    """
    Return a word for a number; no two share a stem.

    Args:
        letter: What kind of word it is.
        number: 0 or more.

    Example:
        >>> coded("v", 207)
        'vqdbkx'
    """
    return f"{letter}q{str(number).translate(_DIGITS)}x"


_DIGITS = str.maketrans("0123456789", "bcdfghjklm")


def unique_word(article_id: str) -> str:
    """
    Return the word that only one article has.
    """
    name, number = article_id.split("-")
    return coded(name[0], int(number))


def revision_word(article: Article) -> str:
    """
    Return the word of the revision, as the title of an article has it.
    """
    return article.title.rpartition(" ")[2]


def number_of(article_id: str) -> int:
    """
    Return the number of an article: its pair's, or its own.
    """
    return int(article_id.partition("-")[2])


def is_whole(ids: Iterable[str]) -> bool:
    """
    Tell whether of each pair both articles are there, or none.
    """
    sides = [{number_of(one) for one in ids if one.startswith(s)} for s in SIDES]
    return sides[0] == sides[1]


@dataclass(frozen=True, slots=True)
class Operation:
    """
    One thing that is done to an index.

    Attributes:
        kind: What.
        before: The articles that the index holds before it, by id.
        after: Those that it must hold after it.
        order: For ``add``, the ids in the order in which they are written.
        place: The folder of sources, or the one that a backup goes to.
    """

    kind: Kind
    before: Mapping[str, Article]
    after: Mapping[str, Article]
    order: tuple[str, ...] = ()
    place: Path | None = None

    def run(self, index: Path) -> None:
        """
        Do it.

        Args:
            index: The folder of the index.

        Raises:
            SearchkitError: What searchkit says when it cannot.
            RuntimeError: A source could not be read, which none of them allows for.
        """
        import searchkit  # noqa: PLC0415
        from searchkit.opening import open_damaged_index  # noqa: PLC0415

        if self.kind == "back_up":
            assert self.place is not None
            if self.place.exists():  # no backup overwrites another
                self.place.unlink()
            searchkit.back_up_index(index, self.place)
            searchkit.verify_backup(self.place)
            return
        if self.kind == "discard":
            with open_damaged_index(index) as damaged:
                damaged.rebuild(discard=True)
            return
        with searchkit.open_index(index) as opened:
            if self.kind == "add":
                opened.add(self.after[one] for one in self.order)
            elif self.kind == "add_sources":
                assert self.place is not None
                report = opened.add_sources([self.place], prune=True)
                if report.failures:
                    raise RuntimeError(str(report.failures[0]))
            elif self.kind == "delete":
                opened.delete(one for one in self.before if one not in self.after)
            elif self.kind == "rebuild":
                opened.rebuild()
            else:
                opened.search(COMMON, limit=5)

    def __str__(self) -> str:
        changed = sum(
            self.before.get(one) != self.after.get(one)
            for one in self.before.keys() | self.after.keys()
        )
        return f"{self.kind} ({changed} articles to change of {len(self.before)})"


class Workload:
    """
    Draws operations from a seed, and keeps what the index holds.

    Args:
        folder: An existing folder; ``index``, ``sources`` and ``backup`` will be in it.
        seed: The same seed gives the same operations, as long as ``holds`` is the same.
        pairs: Most pairs given to ``Index.add`` that there are at one time.
        kinds: What may be drawn.
        longest: Length of the longest articles, in code points.

    Attributes:
        index: The folder of the index; the workload does not make it.
        sources: The folder of files that ``add_sources`` reads, beside the index.
        holds: The articles that the index holds now, by id; whoever has looked sets it.
    """

    def __init__(
        self,
        folder: Path,
        seed: str,
        *,
        pairs: int = 20,
        kinds: Iterable[Kind] = KINDS,
        longest: int = MOST_CHARACTERS,
    ) -> None:
        self.index = folder / "index"
        self.sources = folder / "sources"
        self.holds: Mapping[str, Article] = {}
        self._backup = folder / "backup"
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._pairs = pairs
        self._longest = longest
        self._kinds = list(kinds)
        self._revision = 0
        #: What stands in the files, by their names.
        self._files: dict[str, tuple[Article, ...]] = {}

    def make_index(self, *, annotate: bool = False) -> None:
        """
        Make the empty index that the first operation works on.
        """
        import searchkit  # noqa: PLC0415

        searchkit.create_index(self.index, annotate=annotate).close()

    def draw(self) -> Operation:
        """
        Draw an operation of any kind; for ``add_sources`` the files are changed now.
        """
        weights = [_WEIGHTS[kind] for kind in self._kinds]
        (kind,) = self._random.choices(self._kinds, weights)
        return self.make(kind)

    def make(self, kind: Kind) -> Operation:
        """
        Draw an operation of one kind.
        """
        before = dict(self.holds)
        if kind == "add":
            return self._add(before)
        if kind == "add_sources":
            return self._add_sources(before)
        if kind == "delete":
            numbers = sorted({number_of(one) for one in before} - _filed(before))
            gone = set(self._sample(numbers, 1, 6))
            after = {i: a for i, a in before.items() if number_of(i) not in gone}
            return Operation("delete", before, after)
        place = self._backup if kind == "back_up" else None
        return Operation(kind, before, before, place=place)

    # --- operations -------------------------------------------------------------

    def _add(self, before: dict[str, Article]) -> Operation:
        self._revision += 1
        numbers = self._sample(range(self._pairs), 1, 10)
        articles = [one for number in numbers for one in self._pair(number)]
        after = before | {article.id: article for article in articles}
        return Operation("add", before, after, tuple(one.id for one in articles))

    def _add_sources(self, before: dict[str, Article]) -> Operation:
        """
        Change files: some new, some changed, some removed, one always there.

        Pairs are in the files that are read first, so that the single articles of the
        others part none of them between two batches.
        """
        self._revision += 1
        self.sources.mkdir(exist_ok=True)
        for number in range(_FILES):
            self._change(f"a-{number}.jsonl", number)
        for number in range(_SINGLES):
            self._change(f"b-{number}.txt", number)
        self._write("c.txt", (self._article(f"single-{_FILED + _SINGLES}", "c.txt"),))
        filed = {one.id: one for file in self._files.values() for one in file}
        kept = {i: a for i, a in before.items() if number_of(i) < _FILED}
        return Operation("add_sources", before, kept | filed, place=self.sources)

    def _change(self, name: str, number: int) -> None:
        chance = self._random.random()
        if chance < 0.3:
            return
        if chance < 0.45:
            self._files.pop(name, None)
            (self.sources / name).unlink(missing_ok=True)
        elif name.endswith(".txt"):
            self._write(name, (self._article(f"single-{_FILED + number}", name),))
        else:
            first = _FILED + number * 100
            old = {one.id: one for one in self._files.get(name, ())}
            articles: list[Article] = []
            for pair in self._sample(range(first, first + _PAIRS_PER_FILE), 1, 5):
                stale = [old[i] for s in SIDES if (i := _id(s, pair)) in old]
                again = stale and self._random.random() < 0.4
                articles += stale if again else self._pair(pair, name)
            self._write(name, tuple(articles))

    def _write(self, name: str, articles: tuple[Article, ...]) -> None:
        if name.endswith(".txt"):
            (one,) = articles
            text = f"Id: {one.id}\n\n{one.title}\n\n{one.body}\n"
        else:
            text = "".join(
                json.dumps({"id": one.id, "title": one.title, "body": one.body}) + "\n"
                for one in articles
            )
        (self.sources / name).write_text(text, encoding="utf-8")
        self._files[name] = articles

    # --- articles ---------------------------------------------------------------

    def _pair(self, number: int, name: str = "") -> list[Article]:
        return [self._article(_id(side, number), name) for side in SIDES]

    def _article(self, article_id: str, name: str) -> Article:
        own, revision = unique_word(article_id), coded("v", self._revision)
        kind = "" if article_id.startswith("single") else PAIRED
        inside = "\n\n".join(self._paragraph() for _ in range(self._length()))
        body = f"{COMMON} {kind} {own} {revision}.\n\n{inside}\n\nThe end of {revision}"
        return Article(
            id=article_id,
            title=f"About {own} {revision}",
            body=body.replace("\n\n\n\n", "\n\n")[: self._longest],
            path=str(self.sources / name) if name else "",
        )

    def _length(self) -> int:
        """
        Draw a number of paragraphs: mostly few, now and then very many.
        """
        return self._random.choices((0, 3, 20, 250), (50, 40, 9, 1))[0]

    def _paragraph(self) -> str:
        return " ".join(self._random.choices(_FILLING, k=60)) + "."

    def _sample(self, numbers: Iterable[int], least: int, most: int) -> list[int]:
        there = list(numbers)
        wanted = min(self._random.randint(least, most), len(there))
        return self._random.sample(there, wanted)


def _id(side: str, number: int) -> str:
    return f"{side}-{number:04}"


def _filed(articles: Iterable[str]) -> set[int]:
    return {number for one in articles if (number := number_of(one)) >= _FILED}
