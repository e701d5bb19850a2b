"""
Teacher: let a larger recogniser label texts for our model to learn from.

This is distillation: what the teacher finds in a corpus becomes the corpus's labels.  A
model is no better than its teacher on new kinds of text, so labelled corpora come first
and a teacher only adds what they lack: your own corpus.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.annotations.entities.spacy_pipeline import SpacyEntityAnnotator
from searchkit.annotations.entities.training.corpora import Labelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def label_with_spacy(texts: Iterable[str], pipeline: str) -> Iterator[Labelled]:
    """
    Label texts with the entity recogniser of spaCy.

    Args:
        texts: Any texts.
        pipeline: Name of an installed pipeline.

    Raises:
        MissingExtraError: spaCy is not installed.
        EntityModelError: The pipeline is not, or has no entity recogniser.
    """
    teacher = SpacyEntityAnnotator(pipeline)
    for text in texts:
        yield Labelled(
            text,
            tuple(
                (found.start, found.end, found.type)
                for found in teacher.candidates(text)
                if found.type is not None
            ),
        )
