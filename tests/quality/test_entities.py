"""
How well names are found and typed, on sixty passages of our own.

The floors are what was measured when they were set.  Whoever makes the annotator better
raises them; to lower one is a decision to be explained.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from searchkit.annotations.entities import EntityAnnotator
from searchkit.annotations.model import ENTITY_TYPES, EntityMention
from searchkit.articles.model import Article

PASSAGES = Path(__file__).parent / "entities.md"
KINDS = (
    *("politics", "elections", "diplomacy", "conflict", "disaster", "business"),
    *("economy", "courts", "crime", "science", "health", "sport", "culture"),
    *("obituary", "dateline", "lists", "quotations", "not a name", "ambiguous"),
)

#: F1 in per cent: the same span and type, of all and of each type; the same span, type
#: and canonical name.
FLOORS = {
    "type": 97.9,
    "person": 96.8,
    "org": 97.0,
    "place": 98.6,
    "group": 100.0,
    "event": 100.0,
    "name": 97.0,
}

_MARK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")


class Name(NamedTuple):
    """
    A name as a person marked it; ``type`` is ``any`` where it does not count.
    """

    start: int
    end: int
    type: str
    name: str

    def overlaps(self, found: EntityMention) -> bool:
        return self.start < found.span.end and found.span.start < self.end


class Passage(NamedTuple):
    kind: str
    text: str
    names: tuple[Name, ...]


@cache
def passages() -> tuple[Passage, ...]:
    """
    Read the passages with their marks.
    """
    sections = PASSAGES.read_text("utf-8").split("\n## ")[1:]
    return tuple(map(_passage, sections))


def _passage(section: str) -> Passage:
    kind, _, marked = section.partition("\n")
    text, at = "", 0
    names: list[Name] = []
    marked = marked.strip()
    for mark in _MARK.finditer(marked):
        text += marked[at : mark.start()]
        type_, _, name = mark[2].partition(" ")
        end = len(text) + len(mark[1])
        names.append(Name(len(text), end, type_, name or mark[1]))
        text += mark[1]
        at = mark.end()
    return Passage(kind, text + marked[at:], tuple(names))


@cache
def score() -> dict[str, float]:
    """
    Return the F1 of each measure, in per cent.
    """
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    annotator = EntityAnnotator()
    for passage in passages():
        any_ = [name for name in passage.names if name.type == "any"]
        found = {
            Name(*one.span, one.type, one.name)
            for one in annotator.annotate(Article(body=passage.text))
            if not any(name.overlaps(one) for name in any_)
        }
        gold = set(passage.names) - set(any_)
        typed = {name[:3] for name in gold} & {name[:3] for name in found}
        for one in (*gold, *found):
            total.update(("type", "name", one.type))
        right["name"] += len(gold & found)
        right["type"] += len(typed)
        right.update(type_ for _, _, type_ in typed)
    return {measure: 200 * right[measure] / total[measure] for measure in FLOORS}


def test_there_are_sixty_passages_of_every_kind() -> None:
    """
    Each kind of news has a passage, and every mark is of a type that there is.
    """
    assert len(passages()) == 60
    assert {passage.kind for passage in passages()} == set(KINDS)
    types = {name.type for passage in passages() for name in passage.names}
    assert types == {*ENTITY_TYPES, "any"}


@pytest.mark.parametrize("measure", FLOORS)
def test_quality_stays(measure: str) -> None:
    """
    No measure falls below its floor.
    """
    assert score()[measure] >= FLOORS[measure]


def test_floors_are_near_what_is_reached() -> None:
    """
    A floor far below the score would let quality slip unseen.
    """
    for measure, reached in score().items():
        assert reached < FLOORS[measure] + 1
