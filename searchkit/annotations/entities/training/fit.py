"""
Fit: from labelled text to weights.

The rules find the candidates of each text, and each candidate's label is the type of
the entity that it overlaps most with, else ``none``.  The weights maximise the
likelihood of the labels less :data:`PENALTY` times the sum of their squares:
multinomial logistic regression.  It is solved by L-BFGS (Nocedal, "Updating
quasi-Newton matrices with limited storage", 1980), with a fixed start and a fixed
number of rounds; sums are exact, since Python's own rounds otherwise from version to
version.  So the same texts give the same weights.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from searchkit.annotations.entities.annotator import candidates_of
from searchkit.annotations.entities.features import expand, slots, surroundings
from searchkit.annotations.entities.weights import LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from searchkit.annotations.entities.training.corpora import Labelled
    from searchkit.annotations.entities.weights import Scores

PENALTY = 1.0
"""Weight of the sum of squares; from 0.3 to 3, held-out scores change little."""
ROUNDS = 60
"""Steps of L-BFGS."""
RAREST = 2
"""A feature of fewer candidates is left out."""

Example: TypeAlias = tuple[list[str], int]
"""The features of a candidate, and the number of its label in ``LABELS``."""

_MEMORY = 7
_ARMIJO = 1e-4
_TIGHTEST = 30


def examples(corpus: Iterable[Labelled]) -> list[Example]:
    """
    Turn labelled texts into examples, one for each candidate.
    """
    found: list[Example] = []
    for labelled in corpus:
        texts, candidates, in_lower_case = candidates_of("", labelled.text)
        plain = [one for one in candidates["body"] if not one.headline]
        around = surroundings(plain, in_lower_case)
        for candidate in plain:
            described = slots(texts["body"], candidate, around)
            features = [name for slot in described for name in expand(*slot)]
            label = _label(labelled, candidate.start, candidate.end)
            found.append((features, label))
    return found


def _label(labelled: Labelled, start: int, end: int) -> int:
    most, label = 0, len(LABELS) - 1
    for first, last, kind in labelled.spans:
        common = min(last, end) - max(first, start)
        if common > most:
            most, label = common, LABELS.index(kind)
    return label


def fit(
    data: Sequence[Example],
    *,
    rounds: int = ROUNDS,
    progress: Callable[[int, float], None] | None = None,
) -> dict[str, Scores]:
    """
    Find the weights.

    Args:
        data: What to learn from.
        rounds: Steps to take at most.
        progress: Called with the number of each step and the penalised loss there.

    Returns:
        The weights of each feature that is frequent enough.
    """
    counts = Counter(name for features, _ in data for name in set(features))
    names = sorted(name for name, count in counts.items() if count >= RAREST)
    number = {name: at for at, name in enumerate(names)}
    rows = [
        ([number[name] for name in features if name in number], label)
        for features, label in data
    ]
    size, width = len(names), len(LABELS)

    def loss(weights: list[float]) -> tuple[float, list[float]]:
        return _loss(rows, weights, size, width)

    weights = _minimise(loss, [0.0] * (size * width), rounds, progress)
    return {
        name: (
            weights[at],
            weights[size + at],
            weights[2 * size + at],
            weights[3 * size + at],
        )
        for at, name in enumerate(names)
    }


def _loss(
    rows: Sequence[tuple[list[int], int]], weights: list[float], size: int, width: int
) -> tuple[float, list[float]]:
    """
    Return the penalised negative log-likelihood, and its gradient.
    """
    columns = [weights[k * size : (k + 1) * size] for k in range(width)]
    slopes = [[2 * PENALTY * weight for weight in column] for column in columns]
    total = PENALTY * math.fsum(weight * weight for weight in weights)
    for features, label in rows:
        scores = [math.fsum(column[f] for f in features) for column in columns]
        top = max(scores)
        powers = [math.exp(score - top) for score in scores]
        norm = math.fsum(powers)
        total += top + math.log(norm) - scores[label]
        for k, slope in enumerate(slopes):
            error = powers[k] / norm - (k == label)
            for f in features:
                slope[f] += error
    return total, [value for slope in slopes for value in slope]


def _minimise(
    loss: Callable[[list[float]], tuple[float, list[float]]],
    start: list[float],
    rounds: int,
    progress: Callable[[int, float], None] | None,
) -> list[float]:
    at = start
    value, slope = loss(at)
    pairs: list[tuple[list[float], list[float], float]] = []
    for step in range(1, rounds + 1):
        direction = _direction(slope, pairs)
        descent = _dot(slope, direction)
        length = 1.0 if pairs else 1.0 / max(1.0, math.sqrt(_dot(slope, slope)))
        for _ in range(_TIGHTEST):
            there = [a + length * d for a, d in zip(at, direction, strict=True)]
            new_value, new_slope = loss(there)
            if new_value <= value + _ARMIJO * length * descent:
                break
            length /= 2
        else:
            break
        moved = [a - b for a, b in zip(there, at, strict=True)]
        turned = [a - b for a, b in zip(new_slope, slope, strict=True)]
        curvature = _dot(moved, turned)
        if curvature > 0:
            pairs = [*pairs, (moved, turned, curvature)][-_MEMORY:]
        at, value, slope = there, new_value, new_slope
        if progress is not None:
            progress(step, value)
    return at


def _direction(
    slope: list[float], pairs: Sequence[tuple[list[float], list[float], float]]
) -> list[float]:
    """
    Return the direction of L-BFGS's two loops.
    """
    direction = [-value for value in slope]
    shares = []
    for moved, turned, curvature in reversed(pairs):
        share = _dot(moved, direction) / curvature
        shares.append(share)
        direction = [d - share * t for d, t in zip(direction, turned, strict=True)]
    if pairs:
        _, turned, curvature = pairs[-1]
        scale = curvature / _dot(turned, turned)
        direction = [scale * value for value in direction]
    for (moved, turned, curvature), share in zip(pairs, reversed(shares), strict=True):
        rest = share - _dot(turned, direction) / curvature
        direction = [d + rest * m for d, m in zip(direction, moved, strict=True)]
    return direction


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return math.fsum(a * b for a, b in zip(left, right, strict=True))
