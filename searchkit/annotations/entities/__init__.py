"""
Entities: the people, organisations, places, groups and events that an article names.

:class:`EntityAnnotator` turns an article into mentions: where a name stands, of which
type it is, and the one canonical name that its entity has in the article.  Modules, in
the order in which a text passes them:

1. ``find`` marks runs of capitalised words within sentences;
2. ``match`` looks their words up in the ``gazetteer``, the package's lists of names;
3. ``classify`` cuts each run into names at titles and small words, ``chunks`` says what
   each one names, ``context`` what the words around it say; ``cues`` has the lists of
   words that the rules turn on, ``candidates`` what they produce;
4. ``fold`` weighs the evidence over the whole article, and joins "Ghani" to "Ashraf
   Ghani", "U.S." to "United States", "WHO" to "World Health Organization";
5. ``further`` adds ``groups`` (peoples, faiths, political camps) and ``events`` (wars,
   contests, treaties and laws) from what is left of the text.

Queries go the way back, from a name to mentions: ``aliases`` has the rules for names
that a person keeps beside an index, ``known`` the spellings of the gazetteer, ``alike``
those that differ as transcriptions do; ``reasons`` says why a mention is of an entity.

It is made for English news.  There is no statistical model: every finding has a rule or
a line of data that a person can read and change.  Entities are not told apart beyond
their name, and nothing is folded across articles but by the gazetteer.  Languages,
days and products are no entities.  ``docs/specs/entities.md`` has the rules in full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from searchkit.annotations.entities.annotator import EntityAnnotator

__all__ = ["EntityAnnotator"]


def __getattr__(name: str) -> object:
    # Queries read names without looking for any.
    if name != "EntityAnnotator":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from searchkit.annotations.entities.annotator import (  # noqa: PLC0415
        EntityAnnotator,
    )

    return EntityAnnotator
