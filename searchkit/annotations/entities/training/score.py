"""
Score: how well an annotator finds the entities of a labelled corpus.

A finding is right if span and type are, after articles, possessives and punctuation at
the edges have been set aside on both sides.  Every finding and every label counts once
for each span: this is the micro-averaged F1 of CoNLL-2003 (Tjong Kim Sang & De Meulder,
2003), but for the edges.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from searchkit.annotations.entities.training.corpora import LABELLED
from searchkit.articles.model import Article

if TYPE_CHECKING:
    from collections.abc import Iterable

    from searchkit.annotations.entities.annotator import EntityAnnotator
    from searchkit.annotations.entities.training.corpora import Labelled

_FRONT = re.compile(r"(?:(?:the|a|an)\s+|[\s\"'“”‘(\[,.;:–—-]+)+", re.IGNORECASE)
_BACK = re.compile(r"(?:['’]s?|[\s\"“”)\],.;:–—-]+)\Z")


class Score(NamedTuple):
    """
    Counts, and what follows from them.
    """

    right: int = 0
    """Findings that are labels, too."""
    found: int = 0
    """Findings."""
    labelled: int = 0
    """Labels."""

    @property
    def precision(self) -> float:
        """
        Share of the findings that are right, 0 to 1.
        """
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """
        Share of the labels that are found, 0 to 1.
        """
        return self.right / self.labelled if self.labelled else 0.0

    @property
    def f1(self) -> float:
        """
        Harmonic mean of the two.
        """
        total = self.found + self.labelled
        return 2 * self.right / total if total else 0.0


def score(annotator: EntityAnnotator, corpus: Iterable[Labelled]) -> Score:
    """
    Compare an annotator's findings with the labels of a corpus.
    """
    right = found = labelled = 0
    for one in corpus:
        text = one.text
        labels = {(*trim(text, start, end), kind) for start, end, kind in one.spans}
        mentions = annotator.annotate(Article(body=text))
        findings = {
            (*trim(text, *mention.span), mention.type)
            for mention in mentions
            if mention.type in LABELLED
        }
        right += len(labels & findings)
        found += len(findings)
        labelled += len(labels)
    return Score(right, found, labelled)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """
    Leave out articles, possessives and punctuation at both edges of a span.

    Example:
        >>> trim("the Gambia's", 0, 12)
        (4, 10)
    """
    front = _FRONT.match(text, start, end)
    if front and front.end() < end:
        start = front.end()
    while (back := _BACK.search(text[start:end])) and back.start() > 0:
        end = start + back.start()
    return start, end
