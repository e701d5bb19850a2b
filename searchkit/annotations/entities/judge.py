"""
Judge: let the model decide what the rules only guess.

A candidate that the gazetteer knows, or that a title or a head word gives away, is left
as it is.  Of the others, the model scores every mention, and the mentions of one
spelling are judged together by the mean of their scores: an article says "Zarnik said"
once and "in Zarnik" never.  The rules' opinion is a feature of the model; to go against
it takes a margin.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from searchkit.annotations.entities.candidates import Candidate, Weight
from searchkit.annotations.entities.features import slots, surroundings
from searchkit.annotations.entities.weights import LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from searchkit.annotations.entities.weights import Model, Scores
    from searchkit.annotations.model import AnnotatedField, EntityType

#: Log odds by which the model must disagree before a finding of the rules is dropped,
#: added or changed.  Between 0.25 and 0.8, scores on held-out text change little.
MARGIN = 0.5

_TYPES: tuple[EntityType, ...] = ("person", "org", "place")
_NONE = LABELS.index("none")


def judge(
    texts: Mapping[AnnotatedField, str],
    found: Mapping[AnnotatedField, Sequence[Candidate]],
    in_lower_case: Callable[[str], bool],
    model: Model,
) -> None:
    """
    Change type and weight of the candidates that the model knows better.

    Args:
        texts: The texts of the article by field.
        found: The candidates in each text.
        in_lower_case: Tells whether a word occurs in lower case in the article.
        model: The judge.
    """
    plain = [
        (texts[field], candidate)
        for field, candidates in found.items()
        for candidate in candidates
        if not candidate.headline
    ]
    around = surroundings((candidate for _, candidate in plain), in_lower_case)
    mentions: dict[str, list[Candidate]] = defaultdict(list)
    scores: dict[str, list[Scores]] = defaultdict(list)
    undecided = {
        candidate.key for _, candidate in plain if candidate.weight <= Weight.LIKELY
    }
    for text, candidate in plain:
        key = candidate.key
        if key in undecided:
            scores[key].append(model.score(slots(text, candidate, around)))
            if candidate.weight <= Weight.LIKELY:
                mentions[key].append(candidate)
    for key, candidates in mentions.items():
        columns = zip(*scores[key], strict=True)
        # The exact sum: that of Python rounds otherwise from version to version.
        mean = [math.fsum(column) / len(scores[key]) for column in columns]
        full = around.last_of.get(key)
        introduced = full and full.type == "person" and full.weight >= Weight.CUED
        for candidate in candidates:
            if introduced and not candidate.everyday:
                # The surname of a person whom the article names is a name.
                _decide(candidate, [*mean[:_NONE], -math.inf])
            else:
                _decide(candidate, mean)


def _decide(candidate: Candidate, mean: Sequence[float]) -> None:
    best = max(range(_NONE), key=mean.__getitem__)
    if mean[_NONE] > mean[best] + MARGIN:
        candidate.type, candidate.weight = None, Weight.OPEN
        candidate.name, candidate.everyday = None, True
    elif candidate.everyday or candidate.type is None:
        if mean[best] > mean[_NONE] + MARGIN:
            candidate.type, candidate.weight = _TYPES[best], Weight.LIKELY
            candidate.everyday = False
    elif mean[best] > mean[_TYPES.index(candidate.type)] + MARGIN:
        candidate.type, candidate.weight = _TYPES[best], Weight.CUED
        candidate.name = None
