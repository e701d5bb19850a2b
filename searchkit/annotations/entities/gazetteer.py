"""
The gazetteer: known names, and the words that tell names from other words.

The data stand beside this module, so that a person can read and mend them:

- ``people.csv``, ``organisations.csv`` and ``places.csv`` hold the known names.
  Columns: ``name`` (canonical) and ``aliases`` (parted by ``|``, may be empty).  The
  type of an entry is the file that it stands in.  No spelling belongs to two entries.
- ``groups.csv`` and ``events.csv`` have the same columns; ``groups`` and ``events``
  read them.
- The ``.txt`` files are lists of words, parted by white space.

In all of them a line that begins with ``#`` is a comment.  Spellings are compared with
their capitals ("WHO" is no "who"), but without diacritics (:func:`comparable`).
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from searchkit.annotations.entities.listed import LISTED_FILES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from searchkit.annotations.model import EntityType

_NAME_FILES: dict[str, EntityType] = {
    "people.csv": "person",
    "organisations.csv": "org",
    "places.csv": "place",
}
_WORD_FILES = (
    "common_words.txt",
    "demonyms.txt",
    "given_names.txt",
    "not_names.txt",
    "openers.txt",
    "org_words.txt",
    "person_titles.txt",
    "place_openers.txt",
    "place_words.txt",
    "thing_words.txt",
)
_OTHERS = ("event_words.txt", *LISTED_FILES, "weights.txt")
_FURTHER_FILES: dict[str, EntityType] = {"events.csv": "event", "groups.csv": "group"}
DATA_FILES = (*_NAME_FILES, *_WORD_FILES, *_FURTHER_FILES, *_OTHERS)
"""The files of package data that findings depend on."""

#: Letters that no canonical decomposition takes apart, and quotes that look alike.
_ALIKE = str.maketrans(
    {
        "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i",
        "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th",
        "ð": "d", "ə": "a", "Ə": "A", "’": "'", "‘": "'", "ʼ": "'", "`": "'",
        "‐": "-", "‑": "-",
    }
)  # fmt: skip

#: Shortest name that is known by its capitals alone, as in "KABUL (Reuters)".
_SHORTEST_IN_CAPITALS = 4


class Entry(NamedTuple):
    """
    One entity of the gazetteer.
    """

    type: EntityType
    name: str


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """
    Known names and word lists, ready to be looked up.

    Attributes:
        entries: Every spelling, :func:`comparable`, and what it names.
        longest: The first word of every spelling, and the length in words of the
            longest one that begins with it.
        capitals: Spellings of four letters and more in capitals, and what they name.
        common_words: Common nouns and adjectives, in lower case.
        demonyms: Words of nationality, language and faith.
        given_names: Names that a person's name begins with.
        not_names: Capitalised words that name no entity.
        openers: Words that open sentences and begin no name, in lower case.
        org_words: Words that a name of an organisation ends with.
        titles: Words that stand before names of people, in lower case.
        place_openers: Words that a name of a place begins with.
        place_words: Words that a name of a place ends with.
        thing_words: Words that a name of something else ends with.
    """

    entries: dict[str, Entry]
    longest: dict[str, int]
    capitals: dict[str, Entry]
    common_words: frozenset[str]
    demonyms: frozenset[str]
    given_names: frozenset[str]
    not_names: frozenset[str]
    openers: frozenset[str]
    org_words: frozenset[str]
    titles: frozenset[str]
    place_openers: frozenset[str]
    place_words: frozenset[str]
    thing_words: frozenset[str]

    def find(self, spelling: str) -> Entry | None:
        """
        Look up one spelling.

        Example:
            >>> load_gazetteer().find("U.S.")
            Entry(type='place', name='United States')
        """
        return self.entries.get(comparable(spelling))


def comparable(text: str) -> str:
    """
    Bring a name into the form in which spellings are compared.

    Diacritics go, curly quotes become straight, and white space becomes single spaces;
    capitals stay.

    Example:
        >>> comparable("Recep  Tayyip Erdoğan’s")
        "Recep Tayyip Erdogan's"
    """
    if not text.isascii():
        plain = unicodedata.normalize("NFD", text.translate(_ALIKE))
        text = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(text.split())


@lru_cache(maxsize=1)
def load_gazetteer() -> Gazetteer:
    """
    Read the package data; the second call costs nothing.
    """
    entries: dict[str, Entry] = {}
    longest: dict[str, int] = {}
    capitals: dict[str, Entry] = {}
    words = {name: frozenset(words_of(name)) for name in _WORD_FILES}
    common = words["common_words.txt"]
    everyday = common | words["openers.txt"]
    for entry, spelling in every_spelling():
        key = comparable(spelling)
        entries[key] = entry
        parts = key.split()
        longest[parts[0]] = max(len(parts), longest.get(parts[0], 0))
        if len(key) >= _SHORTEST_IN_CAPITALS and key.lower() not in everyday:
            capitals[key.upper()] = entry
    return Gazetteer(
        entries=entries,
        longest=longest,
        capitals=capitals,
        common_words=common,
        demonyms=words["demonyms.txt"],
        given_names=frozenset(map(comparable, words["given_names.txt"])),
        not_names=words["not_names.txt"],
        openers=words["openers.txt"],
        org_words=words["org_words.txt"],
        titles=frozenset(word.lower() for word in words["person_titles.txt"]),
        place_openers=words["place_openers.txt"],
        place_words=words["place_words.txt"],
        thing_words=words["thing_words.txt"],
    )


@lru_cache(maxsize=1)
def data_digest() -> str:
    """
    Return a hash of all data files, 16 hexadecimal digits.
    """
    import hashlib  # noqa: PLC0415 - queries read names, and no digest

    digest = hashlib.blake2b(digest_size=8)
    for name in DATA_FILES:
        digest.update(f"{name}\x00{_read(name)}\x00".encode())
    return digest.hexdigest()


def spellings(file: str) -> Iterator[tuple[str, list[str]]]:
    """
    Read one of the files of names.

    Args:
        file: Such as ``places.csv``.

    Yields:
        Canonical name and aliases of each entry, in order of the file.
    """
    rows = csv.reader(
        line for line in _read(file).splitlines() if not line.startswith("#")
    )
    next(rows)
    for name, aliases in rows:
        yield name, aliases.split("|") if aliases else []


def every_spelling(*, further: bool = False) -> Iterator[tuple[Entry, str]]:
    """
    Read the files of names alone; the canonical name of each entry comes first.

    Args:
        further: With groups and events, which rules of their own find.
    """
    files = _NAME_FILES | _FURTHER_FILES if further else _NAME_FILES
    for file, type_ in files.items():
        for name, aliases in spellings(file):
            entry = Entry(type_, name)
            for spelling in (name, *aliases):
                yield entry, spelling


def words_of(file: str) -> list[str]:
    """
    Read the words of a list, comments left out.
    """
    return re.sub(r"(?m)^#.*", "", _read(file)).split()


def _read(file: str) -> str:
    return Path(__file__).with_name(file).read_text(encoding="utf-8")
