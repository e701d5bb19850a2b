"""
Annotations: typed spans added to an article.

An *annotation* says that a stretch of the title or the body names something: a
:class:`TimeExpression` names a time, an :class:`EntityMention` a person, an
organisation or a place.  Each keeps the very words and their span, so that it can be
checked by reading, and what they were taken to mean.

- ``model`` has the values, and the :class:`Annotator` that every finder fulfils.
- ``times`` finds time expressions and resolves them against the date of publication.
- ``entities`` finds names, gives them a type and folds variants to one name.

Annotators see one article at a time.  They know no index, read no clock and need no
network, and what they find is kept in the catalog with the fingerprint of the
annotator, so that nothing is looked for twice.

    >>> from searchkit.annotations.times import TimeAnnotator
    >>> from searchkit.articles.model import Article
    >>> article = Article(body="They met last Saturday.", published="2020-03-03")
    >>> for time in TimeAnnotator().annotate(article):
    ...     print(time.surface, time.value, tuple(time.span))
    last Saturday 2020-02-29 (9, 22)
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from searchkit.annotations.model import (
    ENTITY_TYPES,
    AnnotatedField,
    Annotation,
    Annotations,
    Annotator,
    EntityMention,
    EntityType,
    Precision,
    TimeExpression,
    TimeType,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ENTITIES_VARIABLE",
    "ENTITY_TYPES",
    "AnnotatedField",
    "Annotation",
    "Annotations",
    "Annotator",
    "EntityMention",
    "EntityType",
    "Precision",
    "TimeExpression",
    "TimeType",
    "default_annotators",
]


ENTITIES_VARIABLE = "SEARCHKIT_ENTITIES"
"""
The environment variable that names another annotator of entities: ``spacy``,
``spacy:PIPELINE``, or a file of weights.
"""


def default_annotators() -> Sequence[Annotator]:
    """
    Return the annotators that every index uses unless it was made without.

    Raises:
        MissingExtraError: ``SEARCHKIT_ENTITIES`` names spaCy, which is not installed.
        EntityModelError: It names a pipeline or a file that cannot be used.
    """
    from searchkit.annotations.times import TimeAnnotator  # noqa: PLC0415 - costly

    return (TimeAnnotator(), _entity_annotator(os.environ.get(ENTITIES_VARIABLE, "")))


def _entity_annotator(choice: str) -> Annotator:
    if choice == "spacy" or choice.startswith("spacy:"):
        from searchkit.annotations.entities.spacy_pipeline import (  # noqa: PLC0415
            DEFAULT_PIPELINE,
            SpacyEntityAnnotator,
        )

        return SpacyEntityAnnotator(choice.partition(":")[2] or DEFAULT_PIPELINE)
    from searchkit.annotations.entities import EntityAnnotator  # noqa: PLC0415 - costly

    if not choice:
        return EntityAnnotator()
    from searchkit.annotations.entities.weights import read_model  # noqa: PLC0415

    return EntityAnnotator(model=read_model(Path(choice)))
