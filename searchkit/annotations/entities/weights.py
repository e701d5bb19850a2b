"""
Weights: the trained part, a log-linear model of what a candidate names.

A candidate's score for a label is the sum of the weights of its features (see
``searchkit.annotations.entities.features``); the labels are the three types of
entities, and ``none``.  Differences of scores are log odds.

``weights.txt`` has one feature a line: the feature, a tab, and the weights of the
labels in the order of :data:`LABELS`, in hundredths, parted by spaces.  Lines that
begin with ``#`` are comments.  A feature that is not there weighs nothing.
``scripts/train-entities`` writes the file.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, TypeAlias

from searchkit.annotations.entities.features import expand
from searchkit.errors import EntityModelError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

LABELS = ("person", "org", "place", "none")
"""What a candidate can be found to name."""

WEIGHTS_FILE = "weights.txt"
"""The file of package data with the weights."""

Scores: TypeAlias = tuple[float, float, float, float]
"""One number for each of :data:`LABELS`."""

#: Words whose weights are kept added up.
_CACHED = 65536
_NUMBERS = re.compile(r"-?\d{1,9}(?: -?\d{1,9}){3}")


class Model:
    """
    Scores candidates.

    Args:
        weights: The weights of each feature, one for each label.
    """

    def __init__(self, weights: Mapping[str, Scores]) -> None:
        self._weights = weights
        self._of_slot = lru_cache(maxsize=_CACHED)(self._add_up)

    @property
    def digest(self) -> str:
        """
        A hash of the weights, 16 hexadecimal digits.
        """
        text = render_weights(self._weights).encode()
        return hashlib.blake2b(text, digest_size=8).hexdigest()

    def score(self, slots: Iterable[tuple[str, str]]) -> Scores:
        """
        Add up the weights of all features of a candidate.

        Args:
            slots: What :func:`~.features.slots` says of it.
        """
        person = org = place = none = 0.0
        of_slot = self._of_slot
        for slot, value in slots:
            a, b, c, d = of_slot(slot, value)
            person += a
            org += b
            place += c
            none += d
        return person, org, place, none

    def _add_up(self, slot: str, value: str) -> Scores:
        person = org = place = none = 0.0
        for feature in expand(slot, value):
            if weights := self._weights.get(feature):
                person += weights[0]
                org += weights[1]
                place += weights[2]
                none += weights[3]
        return person, org, place, none


@lru_cache(maxsize=1)
def load_model() -> Model:
    """
    Read the package data; the second call costs nothing.
    """
    text = (resources.files(__package__) / WEIGHTS_FILE).read_text(encoding="utf-8")
    return Model(parse_weights(text))


def read_model(path: Path) -> Model:
    """
    Read weights of one's own, as ``scripts/train-entities --output`` writes them.

    Raises:
        EntityModelError: The file cannot be read, or is no such file.
    """
    try:
        return Model(parse_weights(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise EntityModelError(str(path), error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise EntityModelError(str(path), "it is not UTF-8") from error
    except ValueError as error:
        raise EntityModelError(str(path), str(error)) from error


def parse_weights(text: str) -> dict[str, Scores]:
    """
    Read the weights of a file of the format that the module describes.

    Raises:
        ValueError: A line is neither a comment nor a feature with four weights.
    """
    weights: dict[str, Scores] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1] in {"", "#"}:
            continue
        feature, _, numbers = line.rpartition("\t")
        if not feature or not _NUMBERS.fullmatch(numbers):
            raise ValueError(f"line {number} is no feature with four weights")
        person, org, place, none = (int(n) / 100 for n in numbers.split(" "))
        weights[feature] = person, org, place, none
    return weights


def render_weights(weights: Mapping[str, Scores], comments: Iterable[str] = ()) -> str:
    """
    Write weights in the format that the module describes, features in order.

    What rounds to nothing is left out.  A feature has no white space but single
    spaces, and does not begin with ``#``: those that :func:`~.features.expand` makes
    keep to that.
    """
    lines = [f"# {comment}" for comment in comments]
    for feature in sorted(weights):
        numbers = [round(100 * weight) for weight in weights[feature]]
        if any(numbers):
            lines.append(f"{feature}\t{' '.join(map(str, numbers))}")
    return "\n".join(lines) + "\n"
