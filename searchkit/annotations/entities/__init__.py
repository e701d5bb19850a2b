"""
Entities: the people, organisations, places, groups and events that an article names.

:class:`EntityAnnotator` turns an article into mentions: where a name stands, of which
type it is, and the one canonical name that its entity has in the article.  Modules, in
the order in which a text passes them:

1. ``find`` marks runs of capitalised words within sentences, which ``joined`` takes
   apart where a space was lost;
2. ``match`` looks their words up in the ``gazetteer``, the package's lists of names;
3. ``classify`` cuts each run into names at titles and small words, ``chunks`` says what
   each one names, ``context`` what the words around it say; ``cues`` has the lists of
   words that the rules turn on, ``candidates`` what they produce;
4. ``judge`` lets a small trained model (``weights``) decide what the rules leave open,
   by ``features`` of a name and its surroundings; ``listed`` has large lists of names
   that are features and nothing more;
5. ``fold`` weighs the evidence over the whole article, and joins "Ghani" to "Ashraf
   Ghani", "U.S." to "United States", "WHO" to "World Health Organization";
6. ``further`` adds ``groups`` (peoples, faiths, political camps) and ``events`` (wars,
   contests, treaties and laws) from what is left of the text.

Queries go the way back, from a name to mentions: ``aliases`` has the rules for names
that a person keeps beside an index, ``known`` the spellings of the gazetteer, ``alike``
those that differ as transcriptions do; ``reasons`` says why a mention is of an entity.

It is made for English news.  What the gazetteer, a title or a head word says is never
overruled by the model, and every finding has a rule, a line of data or a sum of weights
that a person can read.  ``training`` makes the weights, ``spacy_pipeline`` puts spaCy
behind the same interface; neither is loaded to annotate.  Entities are not told apart
beyond their name, and nothing is folded across articles but by the gazetteer.
Languages, days and products are no entities.
``docs/specs/entities.md`` has the rules in full, ``docs/entities-model.md`` the model.
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
