"""
Rounds: every query to every engine, in an order that is drawn anew each time.

Within a round each query is put to all engines before the next one, so that whatever
else runs on the machine meets all of them; an engine repeats its call and reports the
smallest time, since it comes to it with cold caches.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scripts.bench.agreement import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scripts.bench.contestants import Session
    from scripts.bench.queries import BenchQuery

LIMIT = 10
"""Documents on a page."""


@dataclass(frozen=True, slots=True)
class Measure:
    """
    How times are taken.

    Attributes:
        rounds: How many.
        repeat: Calls in a row, at most.
        take: ``min`` or ``median`` of them.
        seed: Of the order.
    """

    rounds: int
    repeat: int
    take: str
    seed: int


@dataclass(slots=True)
class Times:
    """
    Times of one engine, by query; one for each round, in nanoseconds.
    """

    cpu: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wall: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


def answers(
    session: Session,
    kinds: Mapping[str, str],
    queries: Sequence[BenchQuery],
    *,
    count: bool = True,
) -> dict[str, dict[str, Answer]]:
    """
    Have all engines answer all queries.

    Args:
        session: The engines.
        kinds: The kind of index that each is asked on.
        queries: What they are asked.
        count: Whether they count all matches.

    Returns:
        By engine and query; without those that an engine does not offer.
    """
    found: dict[str, dict[str, Answer]] = {}
    for name in session.names:
        found[name] = {}
        for query in queries:
            told = session.ask(
                name,
                "ask",
                kind=kinds[name],
                query=query.tree,
                limit=LIMIT,
                count=count,
                repeat=1,
                take="min",
            )
            if told is not None:
                found[name][query.name] = Answer(
                    tuple(told["ids"]), tuple(told["scores"]), told["total"]
                )
    return {name: told for name, told in found.items() if name in session.names}


def search_times(
    session: Session,
    kinds: Mapping[str, str],
    queries: Sequence[BenchQuery],
    offered: Mapping[str, Mapping[str, Answer]],
    *,
    counts: Sequence[bool] = (False, True),
    measure: Measure,
    say: Callable[[str], None],
) -> dict[tuple[str, bool], Times]:
    """
    Take the times of queries.

    Args:
        session: The engines.
        kinds: As for :func:`answers`.
        queries: What they are asked.
        offered: What :func:`answers` has found; nothing else is asked again.
        counts: Whether all matches are counted; one measurement for each.
        measure: How times are taken.
        say: Gets a sentence for each round.

    Returns:
        By engine and whether all matches were counted.
    """
    chance = random.Random(measure.seed)  # noqa: S311 - no secret
    times: dict[tuple[str, bool], Times] = defaultdict(Times)
    for round_ in range(1, measure.rounds + 1):
        say(f"Round {round_} of {measure.rounds} ...")
        for query in chance.sample(queries, len(queries)):
            able = [
                (name, count)
                for name in session.names
                if query.name in offered.get(name, ())
                for count in counts
            ]
            for name, count in chance.sample(able, len(able)):
                told = session.ask(
                    name,
                    "ask",
                    kind=kinds[name],
                    query=query.tree,
                    limit=LIMIT,
                    count=count,
                    repeat=measure.repeat,
                    take=measure.take,
                )
                if told is not None:
                    times[name, count].cpu[query.name].append(told["cpu"])
                    times[name, count].wall[query.name].append(told["wall"])
    return {key: found for key, found in times.items() if key[0] in session.names}


def job_times(
    session: Session,
    texts: Mapping[str, Mapping[str, str]],
    measure: Measure,
    say: Callable[[str], None],
) -> tuple[dict[str, Times], dict[str, dict[str, int]]]:
    """
    Take the times of the whole job, from a query string to a page with snippets.

    Args:
        session: The engines, with their indexes of kind ``text`` open.
        texts: For each engine, its query strings by the name of the query.
        measure: How times are taken.
        say: Gets a sentence for each round.

    Returns:
        Times and totals, by engine.
    """
    chance = random.Random(measure.seed)  # noqa: S311 - no secret
    times: dict[str, Times] = defaultdict(Times)
    totals: dict[str, dict[str, int]] = defaultdict(dict)
    queries = list(dict.fromkeys(name for by in texts.values() for name in by))
    for round_ in range(measure.rounds + 1):  # the first one warms up
        say(f"Whole job, round {round_} of {measure.rounds} ...")
        for query in chance.sample(queries, len(queries)):
            for name in chance.sample(session.names, len(session.names)):
                told = session.ask(
                    name,
                    "job",
                    kind="text",
                    text=texts[name][query],
                    limit=LIMIT,
                    repeat=measure.repeat,
                    take=measure.take,
                )
                if told is not None:
                    totals[name][query] = told["total"]
                    if round_:
                        times[name].cpu[query].append(told["cpu"])
                        times[name].wall[query].append(told["wall"])
    there = session.names
    return {n: t for n, t in times.items() if n in there}, dict(totals)
