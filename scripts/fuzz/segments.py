"""
The target ``segments``: altered segment files are opened, walked, searched and merged.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

from scripts.fuzz.mutations import mutate
from scripts.fuzz.samples import DOCUMENTS_PER_BLOB, NAMES, VOCABULARY, write_samples
from searchkit.errors import IndexDamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Terms of a field that are walked over, and those whose posting lists are read.
_MOST_TERMS: Final = 5000
_MOST_LISTS: Final = 60
#: Postings of a list that are looked at one by one.
_MOST_POSTINGS: Final = 40

_DAYS: Final = ("best", "dates", 0.8, ((1.0, ("20", "201")), (0.1, ("2011",))))

PLANS: Final[tuple[tuple[Any, ...], ...]] = (
    ("all",),
    ("term", "body", "war", 1.0),
    ("term", "names", "ada", 0.0),
    ("phrase", "body", ("war", "peac"), 1.0, 1),
    ("phrase", "body", ("war", "war", "rain"), 2.0, 3),
    _DAYS,
    ("prefix", "words", "ca"),
    ("range", "id", "k0", "k05", True, False),
    ("wildcard", "words", "*s"),
    ("fuzzy", "words", "port", 2, 0),
    ("not", ("term", "body", "war", 1.0)),
    ("and", (("term", "body", "war", 1.0), ("term", "title", "peac", 3.0))),
    (
        "and",
        (
            ("or", (("term", "body", "war", 1.0), ("term", "title", "war", 3.0))),
            ("or", (("term", "body", "rain", 1.0), ("prefix", "words", "ra"))),
            ("not", ("term", "names", "bo", 1.0)),
        ),
    ),
    (
        "or",
        (
            ("term", "body", "war", 1.0),
            ("term", "body", "peac", 1.0),
            ("term", "body", "kabul", 1.0),
            ("constant", 0.5, ("term", "names", "ada", 1.0)),
            ("boost", 2.0, _DAYS),
        ),
    ),
)
"""One of every kind, and mixtures."""

PROXIMITY: Final = (("body", "war", "peac", 0.5), ("body", "peac", "rain", 0.5))


class SegmentsTarget:
    """
    Draws altered files, and does with each what an index may do.

    Args:
        folder: For files; it is empty.
        extension: The compiled extension.
    """

    def __init__(self, folder: Path, extension: Any) -> None:
        self._extension = extension
        self._path = folder / "mutant.sks"
        self._merged = folder / "merged.sks"
        paths = write_samples(folder, extension)
        self._samples = [path.read_bytes() for path in paths]
        self._whole = extension.Segment(paths[0])

    def run(self, seed: str) -> str:
        """
        Run the case of a seed.

        Returns:
            The class of the error that refused it, or ``finished``.

        Raises:
            Exception: Something else than the documented error.
        """
        chance = random.Random(seed)  # noqa: S311 - to be had again
        weights = (3, 5, 2, 1, 2, 1)
        data = chance.choices(self._samples, weights)[0]
        mutant = mutate(data, chance.choice(self._samples), chance)
        # A new file each time: what is mapped is never written to.
        self._path.unlink(missing_ok=True)
        self._path.write_bytes(mutant.data)
        return exercise(
            self._path,
            self._extension,
            chance,
            whole=self._whole,
            merged=self._merged if chance.random() < 0.4 else None,
        )


def exercise(
    path: Path,
    extension: Any,
    chance: random.Random,
    *,
    whole: Any,
    merged: Path | None,
) -> str:
    """
    Open, walk, search and merge a segment file.

    Each of them is done whatever became of the one before.

    Args:
        path: The file.
        extension: The compiled extension.
        chance: Chooses terms and options.
        whole: A segment that is not altered, to be searched and merged with it.
        merged: Where to merge to, a file that is removed; ``None`` for not at all.

    Returns:
        ``IndexDamagedError`` where it was raised, else ``finished``.

    Raises:
        ValueError: The error names another file.
        Exception: Whatever else was raised.
    """
    outcome = "finished"

    def refused(error: IndexDamagedError) -> None:
        nonlocal outcome
        # Where two segments disagree, nobody knows which of them is altered.
        if error.path not in {str(path), whole.path}:
            raise ValueError(f"the error names {error.path}") from error
        outcome = "IndexDamagedError"

    try:
        segment = extension.Segment(path)
    except IndexDamagedError as error:
        refused(error)
        return outcome
    for step in _steps(extension, segment, chance, whole, merged):
        try:
            step()
        except IndexDamagedError as error:
            refused(error)
    return outcome


def _steps(
    extension: Any,
    segment: Any,
    chance: random.Random,
    whole: Any,
    merged: Path | None,
) -> Iterator[Any]:
    """
    Yield all that is done with an open segment.
    """
    yield segment.verify
    yield lambda: _documents(segment, chance)
    for field in segment.fields:
        yield lambda name=field: segment.verify_terms(name)
        terms: list[bytes] = []
        yield lambda name=field, found=terms: _terms(segment, name, found)
        chosen = terms[:5] + chance.sample(terms, min(len(terms), _MOST_LISTS))
        for term in (*chosen, b"war", b"ada", b"\xff"):
            yield lambda name=field, one=term: _postings(segment, name, one, chance)
    deleted = _bitmap(segment.documents, chance)
    pairs = [(segment, deleted), (whole, b"")]
    chance.shuffle(pairs)
    searcher = extension.Searcher(pairs)
    for plan in PLANS:
        yield lambda one=plan: _search(searcher, one, chance)
    yield lambda: searcher.expand("wildcard", "body", "*", limit=5)
    yield lambda: [
        (searcher.document_frequency(field, word), searcher.mean_length(field))
        for field in ("body", "words", "id")
        for word in (*VOCABULARY, *NAMES) * 3  # so often that beginnings are read
    ]
    if merged is not None:
        yield lambda: _merge(extension, merged, pairs)


def _documents(segment: Any, chance: random.Random) -> None:
    """
    Read what belongs to documents: columns, lengths, keys and blobs.
    """
    for name in segment.columns:
        segment.column(name)
    fields = segment.fields
    count = segment.documents
    some = [chance.randrange(count) for _ in range(min(count, 50))]
    for field, flags in fields.items():
        segment.statistics(field)
        segment.lengths(field)
        for document in some:
            segment.length(field, document)
            if flags & 8:
                segment.key(field, document)
    for block in range(min(100, count // max(1, segment.stored_block) + 1)):
        segment.stored(block)


def _terms(segment: Any, field: str, found: list[bytes]) -> None:
    """
    Walk over the terms of a field, and look some up.
    """
    cursor = segment.terms(field)
    for _ in range(_MOST_TERMS):
        if not cursor.valid:
            break
        found.append(cursor.text)
        cursor.next()
    for term in found[:: max(1, len(found) // 20)]:
        cursor.seek(term)
        segment.find(field, term)


def _postings(segment: Any, field: str, term: bytes, chance: random.Random) -> None:
    """
    Read a posting list in several ways.
    """
    cursor = segment.postings(field, term)
    if cursor is None:
        return
    frequencies, positions = (bool(segment.fields[field] & bit) for bit in (1, 2))
    cursor.copy().rest()
    jumping = cursor.copy()
    while jumping.is_active():
        jumping.skip_to(jumping.document() + chance.choice((1, 2, 50, 500)))
    blocks = cursor.copy()
    for _ in range(50):
        if not blocks.is_active():
            break
        if frequencies:
            blocks.most_frequent()
        blocks.shortest()
        blocks.next_block()
    for _ in range(_MOST_POSTINGS):
        if not cursor.is_active():
            break
        cursor.document()
        if positions:
            cursor.positions()
        elif frequencies:
            cursor.frequency()
        cursor.next()


def _search(searcher: Any, plan: tuple[Any, ...], chance: random.Random) -> None:
    """
    Ask a plan in every way.
    """
    searcher.search(
        plan,
        limit=chance.choice((0, 1, 10, 1000)),
        offset=chance.choice((0, 0, 3)),
        order=chance.choice(("relevance", "relevance", "newest", "oldest")),
        count=chance.random() < 0.5,
        proximity=PROXIMITY if chance.random() < 0.5 else (),
        max_expansions=chance.choice((1, 10, 2000)),
    )
    if chance.random() < 0.3:
        searcher.matches(plan, chance.randrange(2), proximity=PROXIMITY)
        searcher.count(plan)


def _merge(extension: Any, merged: Path, pairs: list[tuple[Any, bytes]]) -> None:
    """
    Merge segments, and check what came of it.
    """
    try:
        extension.merge_segments(merged, pairs, DOCUMENTS_PER_BLOB, [b"blob"])
        extension.Segment(merged).verify()
    finally:
        merged.unlink(missing_ok=True)


def _bitmap(documents: int, chance: random.Random) -> bytes:
    """
    Delete some documents, or none.
    """
    if chance.random() < 0.4 or documents > 2**24:
        return b""
    return chance.randbytes((documents + 7) // 8)
