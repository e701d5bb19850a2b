"""
Choosing: which fragments of an article answer a query best.

Every sentence (or, in a long sentence, every match) with a match begins a candidate,
which reaches as far to the right as a snippet may be long.  Its score is::

    (keys + closeness) x earliness

    keys        the weight of each distinct key, once in full; the second time that a
                key occurs adds a tenth of it, the third half of that, and so on
    closeness   for matches of different keys within 30 code points of each other: a
                fifth of the mean weight for each such pair, as many as there are
                distinct keys less one
    earliness   1.1 at the beginning of the body, falling to 1 over some thousand code
                points: newsrooms put what matters first

The next fragment is chosen by what it adds: keys already shown count for less then.  It
never overlaps one that is chosen, never says the same again in other spacing, letter
case or diacritics (articles repeat paragraphs), and headings, captions and link lists
come last.

A window slides over the candidates of each run, so the time is linear in the length of
the body and in the number of matches, for each fragment chosen.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from searchkit.hits import Snippet
from searchkit.settings import SNIPPET_SIZE, SNIPPETS_PER_HIT
from searchkit.snippets.fragments import Fragment, Run, fragment_of, opening, runs_of
from searchkit.snippets.maker import check_options, comparable
from searchkit.spans import Span, merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from searchkit.snippets.matches import Match

#: What the second, third, … occurrence of a key adds, as a share of its weight.
_REPEATS = (1.0, 0.1, 0.05, 0.025, 0.0125)
_MOST_REPEATS = len(_REPEATS)
#: Matches are close when at most so many code points stand between them.
_CLOSE = 30
_CLOSENESS = 0.2
_EARLINESS = 0.1
#: Where the bonus for being early has fallen by half, in code points.
_EARLY = 2_000
#: What a key is worth in the next fragment, as a share, each time it has been shown.
_SHOWN = 0.3
#: How many repetitions are passed over before no further fragment is looked for.
_MOST_REPETITIONS = 1_000


class _Candidate(NamedTuple):
    """
    A window of units; the smallest is the best.
    """

    boilerplate: bool
    negative_score: float
    run: int
    first: int
    last: int


def choose(
    body: str,
    matches: Iterable[Match],
    *,
    count: int = SNIPPETS_PER_HIT,
    size: int = SNIPPET_SIZE,
) -> tuple[Snippet, ...]:
    """
    Choose the fragments of a body that answer a query best.

    Args:
        body: The text of an article.
        matches: What answers the query, in any order.  A match that does not lie in the
            body, is empty or begins with white space is passed over.
        count: Most snippets, 0 or more.
        size: Most code points of a snippet, 1 or more.

    Returns:
        Disjoint snippets in order of the text, each inside one paragraph.  Where
        nothing matches, one without highlights: the opening of the article.  None
        where the body is nothing but white space.

    Raises:
        ValueError: ``count`` is below 0 or ``size`` below 1.

    Example:
        >>> from searchkit.snippets.matches import Match
        >>> body = "Rain fell. The U.S. envoy left Doha. It was Monday."
        >>> choose(body, [Match(Span(31, 35), "doha", 1.0)], size=26)[0].text
        'The U.S. envoy left Doha.'
    """
    check_options(count, size)
    if not count:
        return ()
    usable = sorted(
        match
        for match in matches
        if 0 <= match.span.start < match.span.end <= len(body)
        and not body[match.span.start].isspace()
    )
    chosen = _Choice(body, usable, size).fragments(count)
    if not chosen:
        first = opening(body, size)
        return () if first is None else (_snippet(body, first, []),)
    highlights = merge([match.span for match in usable])
    return tuple(_snippet(body, fragment, highlights) for fragment in sorted(chosen))


class _Choice:
    """
    The work of choosing fragments from one body.
    """

    def __init__(self, body: str, matches: Sequence[Match], size: int) -> None:
        self.body, self.size = body, size
        self.runs = runs_of(body, matches, size)
        self.keys = [match.key for match in matches]
        self.close = _close_pairs(matches)
        self.values: dict[str, float] = {}
        for _, key, weight in matches:
            self.values[key] = max(weight, self.values.get(key, 0.0))
        self.shown_keys: set[str] = set()
        self.shown_texts: list[str] = []

    def fragments(self, count: int) -> list[Fragment]:
        """
        Return up to ``count`` disjoint fragments, the best first.
        """
        chosen: list[Fragment] = []
        while self.runs and len(chosen) < count:
            fragment = self._best()
            if fragment is None:
                break
            chosen.append(fragment)
            self.runs = [
                rest for run in self.runs for rest in run.without(fragment.span)
            ]
        return chosen

    def _best(self) -> Fragment | None:
        candidates = [
            candidate
            for number, run in enumerate(self.runs)
            for candidate in self._windows(number, run)
        ]
        heapq.heapify(candidates)
        for _ in range(min(len(candidates), _MOST_REPETITIONS)):
            candidate = heapq.heappop(candidates)
            run = self.runs[candidate.run]
            keys = self._keys(run, candidate)
            if run.boilerplate and self.shown_keys and keys <= self.shown_keys:
                continue
            window = candidate.first, candidate.last
            fragment = fragment_of(self.body, run, *window, self.size)
            core = comparable(fragment.core.cut(self.body))
            if any(core in text for text in self.shown_texts):
                continue
            self.shown_texts.append(comparable(fragment.span.cut(self.body)))
            self.shown_keys |= keys
            for key in keys:
                self.values[key] *= _SHOWN
            return fragment
        return None

    def _keys(self, run: Run, candidate: _Candidate) -> set[str]:
        first, last = run.units[candidate.first], run.units[candidate.last - 1]
        return set(self.keys[first.first : last.last])

    def _windows(self, number: int, run: Run) -> Iterator[_Candidate]:
        """
        Slide a window over a run, stopping at each unit with a match.
        """
        units, keys, values, size = run.units, self.keys, self.values, self.size
        counts: dict[str, int] = {}
        value = 0.0
        last, counted = 0, units[0].first
        for first, unit in enumerate(units):
            if unit.first == unit.last:
                continue
            limit = unit.start + size
            while last < len(units) and units[last].end <= limit:
                last += 1
            reached = units[last - 1].last
            for key in keys[counted:reached]:
                seen = counts.get(key, 0)
                counts[key] = seen + 1
                if seen < _MOST_REPEATS:
                    value += values[key] * _REPEATS[seen]
            counted = reached
            score = value
            if (distinct := len(counts)) > 1:
                pairs = self.close[reached - 1] - self.close[unit.first]
                score += _CLOSENESS * value / distinct * min(pairs, distinct - 1)
            score *= 1 + _EARLINESS / (1 + unit.start / _EARLY)
            yield _Candidate(run.boilerplate, -score, number, first, last)
            for key in keys[unit.first : unit.last]:
                left = counts[key] - 1
                if left < _MOST_REPEATS:
                    value -= values[key] * _REPEATS[left]
                if left:
                    counts[key] = left
                else:
                    del counts[key]
            if not counts:
                value = 0.0  # sheds what rounding has left


def _close_pairs(matches: Sequence[Match]) -> list[int]:
    """
    Count, before each match, the neighbours of different keys that are close.
    """
    counts = [0]
    for (left, left_key, _), (right, right_key, _) in pairwise(matches):
        close = left_key != right_key and 0 <= right.start - left.end <= _CLOSE
        counts.append(counts[-1] + close)
    return counts


def _snippet(body: str, fragment: Fragment, highlights: Sequence[Span]) -> Snippet:
    """
    Quote a fragment; a highlight over its edge is kept as far as it lies inside.
    """
    start, end = fragment.span
    inside: list[Span] = []
    at = bisect_right(highlights, start, key=lambda span: span.end)
    while at < len(highlights) and highlights[at].start < end:
        span = highlights[at]
        inside.append(Span(max(span.start, start) - start, min(span.end, end) - start))
        at += 1
    return Snippet(
        text=fragment.span.cut(body),
        span=fragment.span,
        highlights=tuple(inside),
        cut_start=fragment.cut_start,
        cut_end=fragment.cut_end,
    )
