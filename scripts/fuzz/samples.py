"""
Segment files that are whole, made by the extension: what gets altered.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

from searchkit.analysis.compiled import NativeAnalyzer

if TYPE_CHECKING:
    from pathlib import Path

FIELDS: Final = ("id", "title", "body", "words", "names", "dates")
COLUMNS: Final = ("published_day", "rank")
DOCUMENTS_PER_BLOB: Final = 16

VOCABULARY: Final = (
    *"war peace kabul rain river talks fled minister paid night cargo cargoes".split(),
    *"street streets port ports vote votes über naïve 日本 covid-19 3.14 x".split(),
)
"""Words of the texts, the most frequent first."""

NAMES: Final = ("ada", "bo", "cy", "place:kabul")
DATES: Final = ("20", "201", "2011", "20110312")

#: How many documents the samples have, and how many words a text, at most.
_SHAPES: Final = ((60, 40), (700, 5), (3, 6), (0, 0), (300, 12), (1, 200))


def write_samples(folder: Path, extension: Any) -> list[Path]:
    """
    Write segments: few documents and many, long texts and short, one without any.

    The second one is the richest: its frequent terms have several blocks and rows of
    bounds.
    """
    paths = []
    for number, (documents, longest) in enumerate(_SHAPES):
        path = folder / f"sample-{number}.sks"
        write_sample(path, extension, documents, longest, first=10_000 * number)
        paths.append(path)
    return paths


def write_sample(
    path: Path, extension: Any, documents: int, longest: int, *, first: int
) -> None:
    """
    Write a segment of made-up documents.

    Args:
        path: A new file.
        extension: The compiled extension.
        documents: How many.
        longest: Words of a body, at most.
        first: Number of the first document, from which its key is made.
    """
    chance = random.Random(first)  # noqa: S311 - to be had again
    text = extension.FREQUENCIES | extension.POSITIONS | extension.LENGTHS
    flags = (extension.KEY, text, text, 0, extension.FREQUENCIES, extension.FREQUENCIES)
    into = (None, 3, 3, None, None, None)
    builder = extension.SegmentBuilder(
        NativeAnalyzer().native,
        list(zip(FIELDS, flags, into, strict=True)),
        COLUMNS,
        DOCUMENTS_PER_BLOB,
    )
    weights = [1 / rank for rank in range(1, len(VOCABULARY) + 1)]
    for number in range(first, first + documents):
        title, body = (
            " ".join(chance.choices(VOCABULARY, weights, k=chance.randint(0, most)))
            for most in (3, longest)
        )
        terms = [(0, f"k{number * 7919 % 100_003:06}", 1)]
        for field, choices in ((4, NAMES), (5, DATES)):
            some = chance.sample(choices, chance.randint(0, len(choices)))
            terms += [(field, term, chance.randint(1, 4)) for term in some]
        columns = (chance.choice((0, 700_000, 734_208)), number)
        builder.add([(1, title), (2, body)], terms, columns)
    for start in range(0, documents, DOCUMENTS_PER_BLOB):
        builder.add_stored(b"%d" % start * chance.randint(0, 9))
    builder.finish(path)
