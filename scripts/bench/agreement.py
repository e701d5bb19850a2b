"""
Agreement: whether engines answer a query with the same documents.

Engines score by one formula up to a constant factor: some leave the factor k1 + 1 out.
The factor between two engines is the median, over the queries of a class, of the ratio
of their best scores.  Two answers agree when

- their totals are equal, and
- their scores are equal rank by rank, once scaled, up to a tolerance, and
- the documents are the same within each run of equal scores.  Within the last run of
  a page any will do, since more of it may lie beyond.

An engine that ranks by another formula is compared by its totals alone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

TOLERANCE = 1e-3
"""Largest difference between equal scores, as a share of the larger one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What an engine answered.

    Attributes:
        ids: Article ids, best first.
        scores: One for each.
        total: How many documents match.
    """

    ids: tuple[str, ...]
    scores: tuple[float, ...]
    total: int


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """
    How far two engines agree on a class of queries.

    Attributes:
        group: The class.
        left: An engine.
        right: Another one.
        queries: How many both answered.
        agreeing: On how many they agree.
        factor: By what the left scores are to be multiplied; ``None`` where scores were
            not compared.
        examples: Up to three queries on which they do not agree, and why.
    """

    group: str
    left: str
    right: str
    queries: int
    agreeing: int
    factor: float | None
    examples: tuple[str, ...]


def factor_between(pairs: Sequence[tuple[Answer, Answer]]) -> float:
    """
    Return by what the left scores have to be multiplied to be the right ones.

    Returns:
        1 where no two answers have scores.
    """
    ratios = [
        right.scores[0] / left.scores[0]
        for left, right in pairs
        if left.scores and right.scores and left.scores[0] and right.scores[0]
    ]
    return median(ratios) if ratios else 1.0


def disagreement(left: Answer, right: Answer, factor: float | None) -> str | None:
    """
    Compare two answers to one query.

    Args:
        left: One answer.
        right: Another.
        factor: By what the left scores are multiplied; ``None`` to compare totals only.

    Returns:
        What is different; ``None`` where they agree.

    Example:
        >>> left = Answer(("a", "b"), (2.2, 1.1), 2)
        >>> disagreement(left, Answer(("a", "b"), (2.0, 1.0), 2), 1 / 1.1)
        >>> disagreement(left, Answer(("b", "a"), (2.0, 1.0), 2), 1 / 1.1)
        'a is on rank 1 of one and not of the other'
    """
    if left.total != right.total:
        return f"totals are {left.total:,} and {right.total:,}"
    if factor is None:
        return None
    if len(left.ids) != len(right.ids):
        return f"pages have {len(left.ids)} and {len(right.ids)} documents"
    scaled = [score * factor for score in left.scores]
    for rank, (one, other) in enumerate(zip(scaled, right.scores, strict=True), 1):
        if not _equal(one, other):
            return f"scores on rank {rank} are {one:.5g} and {other:.5g}"
    is_cut = left.total > len(left.ids)
    for start, end in _runs(scaled):
        if is_cut and end == len(scaled):
            break
        differing = set(left.ids[start:end]) ^ set(right.ids[start:end])
        if differing:
            first = min(differing)
            return f"{first} is on rank {start + 1} of one and not of the other"
    return None


def compare(
    answers: Mapping[str, Mapping[str, Answer]],
    groups: Mapping[str, str],
    *,
    unranked: Collection[str] = (),
    known_factor: float | None = None,
) -> list[PairAgreement]:
    """
    Compare all engines with each other.

    Args:
        answers: By engine and query.
        groups: The class of each query.
        unranked: Engines that score by another formula.
        known_factor: Between scores, where it need not be found out.

    Returns:
        For each class and each pair of engines that both answered some of it.
    """
    by_group: dict[str, list[str]] = defaultdict(list)
    for query, group in groups.items():
        by_group[group].append(query)
    found = []
    for group, queries in by_group.items():
        for left, right in combinations(answers, 2):
            both = [q for q in queries if q in answers[left] and q in answers[right]]
            if not both:
                continue
            factor = known_factor
            if factor is None and left not in unranked and right not in unranked:
                factor = factor_between(
                    [(answers[left][query], answers[right][query]) for query in both]
                )
            told = [
                f"{query}: {what}"
                for query in both
                if (
                    what := disagreement(
                        answers[left][query], answers[right][query], factor
                    )
                )
            ]
            agreeing = len(both) - len(told)
            examples = tuple(told[:3])
            found.append(
                PairAgreement(group, left, right, len(both), agreeing, factor, examples)
            )
    return found


def compare_uncounted(
    counted: Mapping[str, Mapping[str, Answer]],
    uncounted: Mapping[str, Mapping[str, Answer]],
    groups: Mapping[str, str],
) -> list[PairAgreement]:
    """
    Compare each engine with itself: without a total its page has to be the same.

    Args:
        counted: By engine and query, with totals.
        uncounted: The same without; totals are not looked at.
        groups: The class of each query.

    Returns:
        For each class and engine; the right one is named ``the same without total``.
    """
    found = []
    for name, answers in uncounted.items():
        totals = counted.get(name, {})
        pages = {
            query: replace(answer, total=totals[query].total)
            for query, answer in answers.items()
            if query in totals
        }
        both = {name: totals, "the same without total": pages}
        found += compare(both, groups, known_factor=1.0)
    return found


def _equal(one: float, other: float) -> bool:
    return abs(one - other) <= TOLERANCE * max(abs(one), abs(other))


def _runs(scores: Sequence[float]) -> list[tuple[int, int]]:
    """
    Cut descending scores where one is really lower than the one before it.
    """
    starts = [
        rank
        for rank in range(len(scores))
        if not rank or not _equal(scores[rank - 1], scores[rank])
    ]
    ends = [*starts[1:], len(scores)] if starts else []
    return list(zip(starts, ends, strict=True))
