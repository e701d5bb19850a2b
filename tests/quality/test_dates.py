"""
How well dates are found and resolved, on sixty passages of our own.

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

from searchkit.annotations.model import TimeExpression
from searchkit.annotations.times import annotate_text
from searchkit.annotations.times.values import interval_of
from searchkit.intervals import Interval

PASSAGES = Path(__file__).parent / "dates.md"
KINDS = (
    *("explicit", "partial", "fuzzy", "range", "decade", "century", "quarter", "half"),
    *("season", "week", "weekend", "fiscal", "weekday", "month by tense", "ago"),
    *("relative", "open", "holiday", "named day", "duration", "set", "clock", "iso"),
    *("military", "narrative", "not a date", "anaphora", "finance", "headline"),
    *("apposition", "list", "old and far"),
)

#: F1 in per cent: overlapping spans; the same spans; overlapping spans with the same
#: type and value; of those with a place on the calendar, with the same days.
FLOORS = {"relaxed": 99.1, "strict": 99.1, "value": 99.1, "days": 99.2}

_MARK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")


class Mention(NamedTuple):
    """
    A time expression as a person marked it.

    ``type`` is empty where it may be found or not.
    """

    start: int
    end: int
    type: str
    value: str
    interval: Interval | None

    def overlaps(self, found: TimeExpression) -> bool:
        return self.start < found.span.end and found.span.start < self.end


class Passage(NamedTuple):
    kind: str
    published: str | None
    text: str
    mentions: tuple[Mention, ...]


@cache
def passages() -> tuple[Passage, ...]:
    """
    Read the passages with their marks.
    """
    sections = PASSAGES.read_text("utf-8").split("\n## ")[1:]
    return tuple(map(_passage, sections))


def _passage(section: str) -> Passage:
    head, _, marked = section.partition("\n")
    kind, _, published = head.partition(", ")
    text, mentions, at = "", [], 0
    marked = marked.strip()
    for mark in _MARK.finditer(marked):
        text += marked[at : mark.start()]
        mentions.append(_mention(len(text), mark[1], mark[2]))
        text += mark[1]
        at = mark.end()
    text += marked[at:]
    day = None if published == "none" else published
    return Passage(kind, day, text, tuple(mentions))


def _mention(start: int, surface: str, told: str) -> Mention:
    end = start + len(surface)
    if told == "any":
        return Mention(start, end, "", "", None)
    type_, value, *days = told.split()
    interval = interval_of(value) if type_ in ("DATE", "TIME") else None
    if days == ["open"]:
        interval = None
    elif days:
        first, _, last = days[0].partition("..")
        interval = Interval(
            Interval.parse(first).first, Interval.parse(last or first).last
        )
    return Mention(start, end, type_, value, interval)


def score() -> dict[str, float]:
    """
    Return the F1 of each measure, in per cent.
    """
    counts: Counter[str] = Counter()
    for passage in passages():
        found = [
            one
            for one in annotate_text(passage.text, passage.published)
            if not any(not m.type and m.overlaps(one) for m in passage.mentions)
        ]
        gold = [mention for mention in passage.mentions if mention.type]
        counts["found"] += len(found)
        counts["gold"] += len(gold)
        counts["found days"] += sum(one.interval is not None for one in found)
        counts["gold days"] += sum(one.interval is not None for one in gold)
        left = list(found)
        for mention in gold:
            one = next((one for one in left if mention.overlaps(one)), None)
            if one is None:
                continue
            left.remove(one)
            same = (one.type, one.value) == (mention.type, mention.value)
            counts["relaxed"] += 1
            counts["strict"] += tuple(one.span) == (mention.start, mention.end)
            counts["value"] += same
            counts["days"] += (
                mention.interval is not None and one.interval == mention.interval
            )
    total = counts["found"] + counts["gold"]
    with_days = counts["found days"] + counts["gold days"]
    return {
        name: 200 * counts[name] / (with_days if name == "days" else total)
        for name in FLOORS
    }


def test_there_are_sixty_passages_of_every_kind() -> None:
    """
    Each kind of expression that the specification knows has a passage.
    """
    assert len(passages()) == 60
    assert {passage.kind for passage in passages()} == set(KINDS)


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
