"""
The corpus: articles, read once and written down for all engines.

A prepared corpus is a text file with a line for each document and fields parted by
``FIELD``, which any language splits in one call:

    id, title, body, published, entity, terms, words

Line breaks of the body are ``BREAK``.  ``terms`` are the terms of the body by
searchkit's analyzer and ``words`` the folded words, both parted by blanks.  Day and
entity are made up from the id, so that filters have something to filter on: a day of
20 years, and one of 40 places, some far more frequent than others.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from searchkit.analysis import ANALYZER_FINGERPRINT, english_analyzer, sentences
from searchkit.articles import read_articles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

FIELD = "\x1f"
"""Parts the fields of a line."""

BREAK = "\x1e"
"""Stands for a line break in a body."""

FORMAT = "prepared-1"
"""Changes whenever the same articles may give another file."""

FIRST_DAY = date(2000, 1, 1)
DAYS = 7300
"""Documents are published on one of so many days from the first on."""

ENTITIES: tuple[str, ...] = tuple(
    """
    kabul doha london paris berlin madrid rome vienna prague warsaw moscow kyiv ankara
    cairo tunis rabat lagos nairobi accra dakar tehran baghdad riyadh delhi dhaka
    islamabad beijing tokyo seoul hanoi manila jakarta sydney ottawa washington havana
    lima quito bogota santiago
    """.split()
)
"""Places, the most frequent first."""

_CONTROL = re.compile("[\x1c-\x1f\x85\u2028\u2029\r\x0b\x0c]")
_BLANK = re.compile(r"\s+")
_DROPPED = 0.1
_SWAPPED = 0.1


@dataclass(frozen=True, slots=True)
class Story:
    """
    One article of the corpus, as far as the benchmark needs it.
    """

    id: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """
    One document as engines read it; see the module for its fields.
    """

    id: str
    title: str
    body: str
    published: str
    entity: str
    terms: str
    words: str

    @classmethod
    def from_line(cls, line: str) -> Prepared:
        """
        Read a line of a prepared corpus, with or without its line break.
        """
        id_, title, body, *rest = line.rstrip("\n").split(FIELD)
        return cls(id_, title, body.replace(BREAK, "\n"), *rest)

    def to_line(self) -> str:
        """
        Return the line, with its line break.
        """
        values = asdict(self) | {"body": self.body.replace("\n", BREAK)}
        return FIELD.join(values.values()) + "\n"


@dataclass(frozen=True, slots=True)
class Corpus:
    """
    A prepared corpus.

    Attributes:
        path: The prepared file.
        digest: Of ids, titles and bodies; 16 hexadecimal characters.
        documents: How many.
        megabytes: Of titles and bodies, in UTF-8, by the million.
        tokens: Terms of all bodies.
    """

    path: Path
    digest: str
    documents: int
    megabytes: float
    tokens: int


def read_stories(path: Path, *, limit: int | None = None) -> Iterator[Story]:
    """
    Read articles from a file or a folder, in any format that searchkit knows.

    Args:
        path: JSON Lines (also ``.gz``) with id, title and body, or anything else.
        limit: So many articles at most.

    Yields:
        Stories with a body; of several with one id the first.
    """
    seen: set[str] = set()
    for article in read_articles([str(path)]):
        if limit is not None and len(seen) >= limit:
            return
        body = _CONTROL.sub(" ", article.body)
        if article.id not in seen and english_analyzer().terms(body):
            seen.add(article.id)
            yield Story(article.id, _CONTROL.sub(" ", article.title), body)


def multiplied(stories: Iterable[Story], times: int, seed: int) -> Iterator[Story]:
    """
    Repeat stories with their sentences shaken.

    Args:
        stories: The originals; they come first, as they are.
        times: 1 for the originals alone.
        seed: Of what is dropped and swapped.

    Yields:
        Stories; a copy has the id of its original with a number behind it, so that the
        same copy of the same story is the same whatever else there is.
    """
    originals = []
    for story in stories:
        yield story
        if times > 1:
            originals.append(story)
    for number in range(1, times):
        for story in originals:
            yield shaken(story, number, seed)


def shaken(story: Story, number: int, seed: int) -> Story:
    """
    Return a copy of a story: one sentence in ten dropped, one in ten swapped.

    Args:
        story: The original.
        number: Of the copy, 1 or more.
        seed: Of chance.

    Returns:
        Its copy, with at least one sentence; they are joined by line breaks.
    """
    id_ = f"{story.id}-{number}"
    chance = random.Random(f"{seed} {id_}")  # noqa: S311 - no secret
    told = [span.cut(story.body) for span in sentences(story.body)]
    kept = [sentence for sentence in told if chance.random() >= _DROPPED] or told[:1]
    for at in range(len(kept) - 1):
        if chance.random() < _SWAPPED:
            kept[at], kept[at + 1] = kept[at + 1], kept[at]
    return replace(story, id=id_, body="\n".join(kept))


def published_of(story_id: str) -> date:
    """
    Return the made-up day of publication of a story.
    """
    return FIRST_DAY + timedelta(days=_number(story_id, "day") % DAYS)


def entity_of(story_id: str) -> str:
    """
    Return the made-up place of a story: the n-th about 1/n as often as the first.
    """
    chance = random.Random(_number(story_id, "place"))  # noqa: S311 - no secret
    shares = [1 / rank for rank in range(1, len(ENTITIES) + 1)]
    return chance.choices(ENTITIES, shares)[0]


def prepared(story: Story) -> Prepared:
    """
    Make a story ready for all engines.

    A blank inside a term, which compatibility decomposition can make, is a low line.
    """
    tokens = english_analyzer().terms(story.body)
    return Prepared(
        id=story.id,
        title=story.title,
        body=story.body,
        published=published_of(story.id).isoformat(),
        entity=entity_of(story.id),
        terms=" ".join(_solid(term) for term, _ in tokens),
        words=" ".join(_solid(word) for _, word in tokens),
    )


def prepare(
    source: Path,
    folder: Path,
    *,
    limit: int | None,
    times: int,
    size: float | None,
    seed: int,
    say: Callable[[str], None],
) -> Corpus:
    """
    Write a prepared corpus down, unless it has been before.

    Args:
        source: What :func:`read_stories` takes.
        folder: Where prepared corpora are kept.
        limit: So many articles of the source at most.
        times: How often they are multiplied.
        size: In millions of bytes: multiply, instead, until there is so much text.
        seed: Of the multiplication.
        say: Gets a sentence before long work.
    """
    state = source.stat()
    asked = [str(source.resolve()), state.st_size, state.st_mtime_ns, limit, times]
    versions = [size, seed, FORMAT, ANALYZER_FINGERPRINT]
    key = hashlib.blake2b(json.dumps(asked + versions).encode(), digest_size=8)
    place = folder / key.hexdigest()
    about, path = place / "corpus.json", place / "documents.txt"
    if not about.exists():
        say(f"Preparing {source.name} ...")
        place.mkdir(parents=True, exist_ok=True)
        stories = read_stories(source, limit=limit)
        if size is not None:
            stories = _until(list(stories), size * 1e6, seed)
        else:
            stories = multiplied(stories, times, seed)
        about.write_text(json.dumps(_write(stories, path)), encoding="utf-8")
    return Corpus(path, **json.loads(about.read_text(encoding="utf-8")))


def read_prepared(path: Path) -> Iterator[Prepared]:
    """
    Walk over the documents of a prepared corpus.
    """
    with path.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            yield Prepared.from_line(line)


def _until(stories: list[Story], size: float, seed: int) -> Iterator[Story]:
    """
    Multiply stories until their text has so many bytes.
    """
    if not stories:
        return
    there = 0
    for story in multiplied(stories, _MANY, seed):
        if there >= size:
            return
        there += _bytes(story)
        yield story


def _write(stories: Iterable[Story], path: Path) -> dict[str, object]:
    """
    Write documents, and return what is to be known of them.
    """
    digest = hashlib.blake2b(digest_size=8)
    documents = size = tokens = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for story in stories:
            document = prepared(story)
            file.write(document.to_line())
            digest.update(f"{story.id}\0{story.title}\0{story.body}\0".encode())
            documents += 1
            size += _bytes(story)
            tokens += document.terms.count(" ") + 1
    return {
        "digest": digest.hexdigest(),
        "documents": documents,
        "megabytes": size / 1e6,
        "tokens": tokens,
    }


def _bytes(story: Story) -> int:
    return len(story.title.encode()) + len(story.body.encode())


def _solid(term: str) -> str:
    return term if term.isalnum() else _BLANK.sub("_", term)


def _number(story_id: str, salt: str) -> int:
    hashed = hashlib.blake2b(f"{salt} {story_id}".encode(), digest_size=8)
    return int.from_bytes(hashed.digest(), "big")


#: Copies of each story at most, where a size is asked for.
_MANY = 1_000_000
