"""
Listed names: large lists of names that weigh little each.

The gazetteer says what a name means; these lists only say that somebody, or some town,
bears it.  "Reading", "Young" and "Marina" are in them, so no finding rests on a list
alone: the lists are features of the model (see
``searchkit.annotations.entities.features``).  ``docs/entities-model.md`` names their
sources and licences, ``scripts/list-names`` writes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

LISTED_FILES = (
    "listed_family_names.txt",
    "listed_given_names.txt",
    "listed_places.txt",
)
"""The files of package data with the lists, one name a line."""


@dataclass(frozen=True, slots=True)
class Listed:
    """
    The lists, ready to be looked up.  All names are in comparable form.

    Attributes:
        family_names: Last names of people.
        given_names: First names of people.
        places: Names of towns and states, of one word or more.
        place_parts: The capitalised words that names of places consist of.
    """

    family_names: frozenset[str]
    given_names: frozenset[str]
    places: frozenset[str]
    place_parts: frozenset[str]


@lru_cache(maxsize=1)
def load_listed() -> Listed:
    """
    Read the package data; the second call costs nothing.
    """
    family_names, given_names, places = map(_lines, LISTED_FILES)
    return Listed(
        family_names=family_names,
        given_names=given_names,
        places=places,
        place_parts=frozenset(
            word
            for name in places
            for word in name.split()
            if len(word) > 2 and word[0].isupper()
        ),
    )


def _lines(file: str) -> frozenset[str]:
    text = (resources.files(__package__) / file).read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line[:1] not in {"", "#"})
