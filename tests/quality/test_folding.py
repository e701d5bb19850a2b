"""
How well the spellings of a name are folded to one, over forty articles of our own.

Measured is B-cubed (Bagga & Baldwin, "Algorithms for Scoring Coreference Chains",
1998).  For each mention, precision is the share of those with the same canonical name
that are the same entity, and recall the share of its entity's mentions that have the
same canonical name; both are the mean over all mentions.  A mention that is not found
has a name that no other one has.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from math import fsum
from pathlib import Path
from typing import NamedTuple

from searchkit.annotations.entities import EntityAnnotator
from searchkit.articles.model import Article

ARTICLES = Path(__file__).parent / "folding.md"

#: B-cubed in per cent.
FLOORS = {"precision": 100.0, "recall": 95.3, "F1": 97.6}

_MARK = re.compile(r"\[([^\]]+)\]\((\d+)\)")


class Mention(NamedTuple):
    """
    A marked name: who a person says it is, and who we say.
    """

    surface: str
    entity: str
    name: str


@cache
def mentions() -> tuple[Mention, ...]:
    """
    Read the articles, and annotate them.
    """
    annotator = EntityAnnotator()
    found: list[Mention] = []
    sections = ARTICLES.read_text("utf-8").split("\n## ")[1:]
    for number, section in enumerate(sections):
        title, _, marked = section.partition("\n")
        marks = list(_MARK.finditer(marked))
        body = _MARK.sub(r"\1", marked)
        names = {
            tuple(one.span): f"{one.type} {one.name}"
            for one in annotator.annotate(Article(title=title, body=body))
            if one.field == "body"
        }
        removed = 0
        for mark in marks:
            start = mark.start() - removed
            span = start, start + len(mark[1])
            name = names.get(span, f"article {number}, character {start}")
            found.append(Mention(mark[1], mark[2], name))
            removed += len(mark[0]) - len(mark[1])
    return tuple(found)


def b_cubed(pairs: list[tuple[str, str]]) -> dict[str, float]:
    """
    Return precision, recall and F1 of names given to entities, in per cent.

    Args:
        pairs: The entity and the name of each mention.
    """
    both, entities = Counter(pairs), Counter(entity for entity, _ in pairs)
    names = Counter(name for _, name in pairs)
    precision = fsum(both[pair] / names[pair[1]] for pair in pairs) / len(pairs)
    recall = fsum(both[pair] / entities[pair[0]] for pair in pairs) / len(pairs)
    f1 = 2 * precision * recall / (precision + recall)
    return {"precision": 100 * precision, "recall": 100 * recall, "F1": 100 * f1}


def score() -> dict[str, float]:
    """
    Return B-cubed of the marked mentions.
    """
    return b_cubed([(one.entity, one.name) for one in mentions()])


def test_the_measure_is_that_of_the_paper() -> None:
    """
    The example of Bagga & Baldwin: chains of 5, 2 and 5, of which two were joined.
    """
    chains = {"a": 5, "b": 2, "c": 5}
    joined = {"a": "a", "b": "b", "c": "b"}
    pairs = [(one, joined[one]) for one, size in chains.items() for _ in range(size)]
    first = b_cubed(pairs)
    assert round(first["precision"]) == 76
    assert first["recall"] == 100
    joined = {"a": "a", "b": "b", "c": "a"}
    second = b_cubed([(one, joined[one]) for one, _ in pairs])
    assert round(second["precision"]) == 58
    assert second["recall"] == 100


def test_half_of_the_mentions_are_variants() -> None:
    """
    There are two hundred, and the longest spelling of each entity is the rest.
    """
    longest: dict[str, str] = {}
    for one in mentions():
        longest[one.entity] = max(longest.get(one.entity, ""), one.surface, key=len)
    variants = sum(one.surface != longest[one.entity] for one in mentions())
    assert len(mentions()) == 200
    assert variants >= 90


def test_folding_stays() -> None:
    """
    No measure falls below its floor.
    """
    reached = score()
    assert [] == [name for name, floor in FLOORS.items() if reached[name] < floor]


def test_floors_are_near_what_is_reached() -> None:
    """
    A floor far below the score would let quality slip unseen.
    """
    for measure, reached in score().items():
        assert reached < FLOORS[measure] + 1
