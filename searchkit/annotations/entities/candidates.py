"""
Candidates: stretches of text that may name something, with the evidence for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from searchkit.annotations.model import EntityType


class Weight(IntEnum):
    """
    How sure the type of a candidate is.
    """

    OPEN = 0
    """Not at all."""
    GUESSED = 1
    """Its mere form: an acronym, two plain words."""
    LIKELY = 2
    """The words around it, or a given name on its own."""
    CUED = 3
    """A title, a head word ("University"), a given name before a surname."""
    KNOWN = 4
    """The gazetteer."""


@dataclass(slots=True)
class Candidate:
    """
    A stretch of text that may name something.

    Attributes:
        start: Where it begins in the text.
        end: Where it ends.
        key: Its words, :func:`~.gazetteer.comparable`.
        type: What it names, as far as the words tell; ``None`` for no idea.
        weight: How sure ``type`` is, see :class:`Weight`.
        name: The canonical name, where the gazetteer has it.
        opens: Its first word opens a sentence, so that its capital letter says little.
        titled: A title stands before it.
        headline: It stands in a headline, where no capital letter says anything.
        everyday: It is a common word, and a name only where the article has a person
            of that name ("May", "Park") or the same word as a name ("Apple").
    """

    start: int
    end: int
    key: str
    type: EntityType | None
    weight: Weight
    name: str | None = None
    opens: bool = False
    titled: bool = False
    headline: bool = False
    everyday: bool = False
