"""
Known: the entities of the gazetteer by the words of all their spellings.

The annotator gives every mention of a known entity the canonical name, so "U.S." stands
in the index as a mention of the United States.  Here is the way back, for queries: who
is meant by "US", by "Usama bin Ladin", or by "Usama" alone.

A whole spelling means the entity.  Some words of one mean it only where no other entity
of the types asked for has them: "Usama" does, the "Republic" of many countries does
not.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from searchkit.analysis import fold
from searchkit.annotations.entities.aliases import Identity, folded_name, holds
from searchkit.annotations.entities.gazetteer import every_spelling

if TYPE_CHECKING:
    from searchkit.annotations.entities.gazetteer import Entry
    from searchkit.annotations.model import EntityType


#: What stands inside words of names ("U.S.") and between them.
_NO_LETTERS = re.compile(r"[^\w|\n]+")


class KnownName(NamedTuple):
    """
    One entity of the gazetteer.

    Attributes:
        type: What it is.
        name: The canonical name.
        spellings: As the gazetteer writes them, the canonical name first.
    """

    type: EntityType
    name: str
    spellings: tuple[str, ...]

    @property
    def identity(self) -> Identity:
        """
        Type and folded canonical name.
        """
        return Identity(self.type, folded_name(self.name))


@lru_cache(maxsize=1000)
def known_names(text: str, types: tuple[EntityType, ...]) -> tuple[KnownName, ...]:
    """
    Return the known entities that some words mean.

    Args:
        text: Folded words.
        types: The types that they may have.

    Returns:
        Those with this spelling; where there is none, the only one in whose spellings
        the words stand side by side, if it is the only one.

    Example:
        >>> [known.name for known in known_names("us", ("place",))]
        ['United States']
        >>> [known.name for known in known_names("usama", ("person", "place"))]
        ['Osama bin Laden']
        >>> known_names("republic", ("place",))
        ()
    """
    words = text.split()
    if not words:
        return ()
    found: dict[KnownName, list[str]] = {}
    for known, squeezed in _all_known():
        if known.type in types and all(word in squeezed for word in words):
            forms = [folded_name(spelling) for spelling in known.spellings]
            if any(holds(form, text) for form in forms):
                found[known] = forms
    whole = tuple(known for known, forms in found.items() if text in forms)
    return whole or (tuple(found) if len(found) == 1 else ())


def known_spellings(identity: Identity) -> tuple[str, ...]:
    """
    Return how the gazetteer writes an entity; nothing for one that it does not have.
    """
    for known in known_names(identity.name, (identity.type,)):
        if known.identity == identity:
            return known.spellings
    return ()


@lru_cache(maxsize=1)
def _all_known() -> list[tuple[KnownName, str]]:
    """
    Return all known entities, each with the folded letters of its spellings.

    To fold every spelling into words takes long; one without the right letters need
    not be.
    """
    found: dict[Entry, list[str]] = {}
    for entry, spelling in every_spelling(further=True):
        found.setdefault(entry, []).append(spelling)
    lines = fold("\n".join(map("|".join, found.values())))
    squeezed = _NO_LETTERS.sub("", lines).split("\n")
    return [
        (KnownName(*entry, tuple(written)), line)
        for (entry, written), line in zip(found.items(), squeezed, strict=True)
    ]
