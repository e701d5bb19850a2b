"""
Judge: let the model decide what the rules only guess.

A candidate that the gazetteer knows, or that a title or a head word gives away, is left
as it is.  Of the others, the model scores every mention, and the mentions of one
spelling are judged together by the mean of their scores: an article says "Zarnik said"
once and "in Zarnik" never.  The rules' opinion is a feature of the model; to go against
it takes a margin, and so does being a name at all.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from searchkit.annotations.entities.candidates import Candidate, Weight
from searchkit.annotations.entities.features import slots, surroundings
from searchkit.annotations.entities.gazetteer import load_gazetteer
from searchkit.annotations.entities.listed import load_listed
from searchkit.annotations.entities.weights import LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from searchkit.annotations.entities.weights import Model, Scores
    from searchkit.annotations.model import AnnotatedField, EntityType

#: Log odds by which the model must disagree before the type that the rules found is
#: changed.  Between 0.25 and 0.8, scores on held-out text change little.
MARGIN = 0.5
#: The same where the rules found a person: two words look like nothing else.
MARGIN_OF_PEOPLE = 1.5

_TYPES: tuple[EntityType, ...] = ("person", "org", "place")
#: Log odds by which a name of each type must lead over no name at all.  Who looks over
#: the names of a pile of news is led astray by a wrong one more than by a missing one;
#: of what has nothing but its capital letter, most is taken for an organisation.
SURE = (1.0, 1.5, 1.0)
#: The same where the words around one of its mentions, or a particle, speak for it.
SURE_IN_CONTEXT = (0.0, 0.75, 0.5)
#: By how much more a person must lead of whose names no list has any.
UNLISTED = 1.0
_NONE = LABELS.index("none")
_PERSON = LABELS.index("person")


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
        unlisted = " " in key and not _is_listed(key)
        supported = {
            candidate.type
            for candidate in candidates
            if candidate.weight is Weight.LIKELY
        }
        for candidate in candidates:
            if introduced and not candidate.everyday:
                # The surname of a person whom the article names is a name.
                _decide(candidate, [*mean[:_NONE], -math.inf], supported)
            else:
                _decide(candidate, mean, supported, unlisted=unlisted)


def _is_listed(key: str) -> bool:
    """
    Tell whether one of several words is known to be a name of people.
    """
    given, listed = load_gazetteer().given_names, load_listed()
    return any(
        word in given or word in listed.given_names or word in listed.family_names
        for word in key.split()
    )


def _decide(
    candidate: Candidate,
    mean: Sequence[float],
    supported: Collection[EntityType | None],
    *,
    unlisted: bool = False,
) -> None:
    best = max(range(_NONE), key=mean.__getitem__)
    if candidate.type == "person" and mean[best] < mean[_PERSON] + MARGIN_OF_PEOPLE:
        best = _PERSON
    sure = SURE[best]
    if _TYPES[best] in supported:
        sure = SURE_IN_CONTEXT[best]
    elif unlisted and _TYPES[best] == "person":
        sure += UNLISTED
    if mean[_NONE] + sure > mean[best]:
        candidate.type, candidate.weight = None, Weight.OPEN
        candidate.name, candidate.everyday = None, True
    elif candidate.everyday or candidate.type is None:
        candidate.type, candidate.weight = _TYPES[best], Weight.LIKELY
        candidate.everyday = False
    elif mean[best] > mean[_TYPES.index(candidate.type)] + MARGIN:
        candidate.type, candidate.weight = _TYPES[best], Weight.CUED
        candidate.name = None
