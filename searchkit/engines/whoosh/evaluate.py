"""
Running a query tree on Whoosh's posting lists.

Each node becomes a mapping from document number to score, within one segment; And
intersects mappings, Or joins them, Not takes away.  All matches are visited, so totals
are exact.  Proximity evidence, which reads positions, is looked up afterwards, and only
for documents that could still reach the asked-for page with it: the result is the same
as if all had been looked at.

Scores are those of ``searchkit.engines.scoring``.
"""

from __future__ import annotations

import heapq
import math
import time
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from searchkit.analysis import english_analyzer, fold
from searchkit.documents import MAX_NAME_WORDS, name_term, name_words
from searchkit.engines.scoring import date_score, proximity, proximity_score
from searchkit.errors import QueryTreeError, SearchTimeoutError
from searchkit.fields import FIELD, NAME_FIELD, TEXT_FIELDS
from searchkit.intervals import OverlapGroup, overlap_groups, within_terms
from searchkit.queries.fuzzy import near_words
from searchkit.queries.tree import (
    And,
    DateRange,
    Everything,
    Exact,
    Fuzzy,
    Mention,
    Name,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
)
from searchkit.settings import MAX_EXPANSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from searchkit.engines.whoosh.statistics import Leaf, Statistics

#: Document number within a segment to score.
Scores = dict[int, float]


class Evaluation:
    """
    One run of a query tree over all segments of a snapshot.

    Args:
        query: The tree.
        leaves: The segments.
        statistics: Counts over them.
        terms: Walks over the terms of a field with a prefix, with their document
            frequencies, as the searcher does.

    Attributes:
        cut: Prefixes and fuzzy words that stand for more words than were looked up.
    """

    def __init__(
        self,
        query: Query,
        leaves: Sequence[Leaf],
        statistics: Statistics,
        terms: Callable[[str, str], Iterable[tuple[str, int]]],
    ) -> None:
        self._query = query
        self._leaves = leaves
        self._statistics = statistics
        self._terms = terms
        self._expansions: dict[str, list[str]] = {}
        self._within: dict[DateRange, tuple[OverlapGroup, ...]] = {}
        self.cut: list[str] = []
        self._timeout = self._end = math.inf

    def limit_time(self, timeout: float | None) -> None:
        """
        End with an error after so many seconds from now; ``None`` for no limit.

        Time is looked at between two posting lists.
        """
        self._timeout = math.inf if timeout is None else timeout
        self._end = time.monotonic() + self._timeout

    def scores(self, leaf: Leaf) -> Scores:
        """
        Return all matches of one segment, without proximity evidence.
        """
        return self._evaluate(self._query, leaf)

    def promising(self, found: Sequence[Scores], count: int) -> list[Scores]:
        """
        Keep what proximity evidence can bring among the best ``count`` matches.

        Args:
            found: The :meth:`scores` of each segment, in order.
            count: How many of the best matches matter.
        """
        if count >= sum(map(len, found)):
            return list(found)
        if not count:
            return [{} for _ in found]
        every = (score for scores in found for score in scores.values())
        floor = heapq.nlargest(count, every)[-1]
        bound = sum(proximity_score(1.0, *rest) for _, *rest in self._neighbours())
        # Scores are sums in one fixed order, so that "equal" is exact here.
        return [
            {doc: score for doc, score in scores.items() if score + bound >= floor}
            for scores in found
        ]

    def add_proximity(self, found: Sequence[Scores]) -> None:
        """
        Add proximity evidence to scores.

        Args:
            found: Matches of each segment, in order; changed in place.
        """
        pairs = self._neighbours()
        for leaf, scores in zip(self._leaves, found, strict=True):
            among = sorted(scores) if pairs else []
            for (field, left, right), *rest in pairs:
                self._check_time()
                for doc, places in self._positions(leaf, field, (left, right), among):
                    evidence = proximity(places[left], places[right])
                    scores[doc] += proximity_score(evidence, *rest)

    # --- nodes ------------------------------------------------------------------

    def _check_time(self) -> None:
        if time.monotonic() >= self._end:
            raise SearchTimeoutError(self._timeout)

    def _evaluate(self, query: Query, leaf: Leaf) -> Scores:
        self._check_time()
        match query:
            case And(children):
                return self._all(children, leaf)
            case Or(children):
                return _sum(self._evaluate(child, leaf) for child in children)
            case Not(child):
                return self._without(dict.fromkeys(leaf.live, 0.0), [child], leaf)
            case Word(text, field) | Phrase(text, field):
                return _sum(self._text(text, name, leaf) for name in _fields(field))
            case Prefix():
                return self._any_word(self._beginning_with(query), query.field, leaf)
            case Fuzzy():
                return self._any_word(self._near(query), query.field, leaf)
            case Name(kind, text):
                return self._name(NAME_FIELD[kind], text, leaf)
            case Mention(kind, key):
                return self._mentions(kind, key, leaf)
            case DateRange():
                return self._dates(query, leaf)
            case Exact(field, text):
                term = name_term(text) if field == "source" else text
                return dict.fromkeys(_numbers(leaf, field, term), 0.0)
            case Everything():
                return dict.fromkeys(leaf.live, 0.0)
            case Nothing():
                return {}
        raise QueryTreeError(f"{type(query).__name__} is no node of a tree")

    def _all(self, children: Sequence[Query], leaf: Leaf) -> Scores:
        required = [child for child in children if not isinstance(child, Not)]
        excluded = [child.child for child in children if isinstance(child, Not)]
        parts: list[Scores] = []
        for child in required:
            parts.append(self._evaluate(child, leaf))
            if not parts[-1]:
                return {}
        if not parts:
            found = dict.fromkeys(leaf.live, 0.0)
        else:
            common = set(parts[0])
            for part in parts:
                common.intersection_update(part)
            # In the order of the children, so that the sum is the same everywhere.
            found = {doc: sum(part[doc] for part in parts) for doc in common}
        return self._without(found, excluded, leaf)

    def _without(self, found: Scores, excluded: Iterable[Query], leaf: Leaf) -> Scores:
        for query in excluded:
            for doc in self._evaluate(query, leaf) if found else ():
                found.pop(doc, None)
        return found

    def _text(self, text: str, field: str, leaf: Leaf) -> Scores:
        """
        Score a word, or words that stand side by side.
        """
        stems = [term for term, _ in english_analyzer().terms(text)]
        if not stems:
            return {}
        statistics = self._statistics
        factor = FIELD[field].weight * sum(statistics.idf(field, s) for s in stems)
        weight = statistics.frequency_weight(field)
        lengths = leaf.lengths(field)
        if len(stems) > 1:
            return {
                doc: factor * weight(count, lengths[doc])
                for doc, count in self._phrase_counts(leaf, field, stems)
            }
        return {
            doc: factor * weight(frequency, lengths[doc])
            for doc, frequency in _frequencies(leaf, field, stems[0])
        }

    def _phrase_counts(
        self, leaf: Leaf, field: str, stems: Sequence[str]
    ) -> Iterator[tuple[int, int]]:
        for doc, places in self._positions(leaf, field, stems):
            first, *others = stems
            starts = set(places[first])
            for offset, stem in enumerate(others, 1):
                starts.intersection_update(at - offset for at in places[stem])
                if not starts:
                    break
            if starts:
                yield doc, len(starts)

    def _positions(
        self,
        leaf: Leaf,
        field: str,
        stems: Sequence[str],
        among: Sequence[int] | None = None,
    ) -> Iterator[tuple[int, dict[str, list[int]]]]:
        """
        Walk over the documents that have all of ``stems`` in a field.

        Args:
            leaf: The segment.
            field: A text field.
            stems: Terms of it, with or without repetitions.
            among: Ascending document numbers to keep to; all where left out.

        Yields:
            Document number, and the positions of each stem.
        """
        lists = []
        for stem in dict.fromkeys(stems):
            matcher = leaf.postings(field, stem)
            if matcher is None or not matcher.is_active():
                return
            lists.append((leaf.reader.doc_frequency(field, stem), stem, matcher))
        lists.sort(key=lambda item: item[0])
        if among is None:
            among = _numbers(leaf, field, lists[0][1])
        for doc in among:
            places: dict[str, list[int]] = {}
            for _, stem, matcher in lists:
                if matcher.id() < doc:
                    matcher.skip_to(doc)
                    if not matcher.is_active():
                        return
                if matcher.id() != doc:
                    break
                places[stem] = matcher.value_as("positions")
            else:
                yield doc, places

    def _any_word(self, words: Sequence[str], field: str | None, leaf: Leaf) -> Scores:
        """
        Score the documents that have at least one of some words as written.
        """
        if field is None:
            return _constant(1.0, (_numbers(leaf, "words", word) for word in words))
        # Whole words are kept for both fields together, stems for each: the document
        # has to have the word, and the field its stem.
        stem = english_analyzer().stem
        in_field: dict[str, set[int]] = {}
        for word in words:
            if (term := stem(word)) not in in_field:
                in_field[term] = set(_numbers(leaf, field, term))
        return _constant(
            1.0,
            (
                docs.intersection(_numbers(leaf, "words", word))
                for word in words
                if (docs := in_field[stem(word)])
            ),
        )

    def _beginning_with(self, query: Prefix) -> list[str]:
        """
        Return the words that a prefix stands for, at most the most frequent ones.
        """
        # What folds away, such as an apostrophe, is the beginning of no word.
        if not (folded := fold(query.text)):
            return []
        return self._expand(
            f"{query.text}*",
            lambda: (
                (-frequency, word) for word, frequency in self._terms("words", folded)
            ),
        )

    def _near(self, query: Fuzzy) -> list[str]:
        """
        Return the words that a fuzzy word stands for, at most the nearest ones.
        """
        if (near := near_words(query)) is None:
            return []
        return self._expand(
            f"{query.text}~{query.distance}",
            lambda: (
                (distance, -frequency, word)
                for word, frequency in self._terms("words", "")
                if (distance := near.distance(word)) is not None
            ),
        )

    def _expand(
        self, name: str, ranked: Callable[[], Iterable[tuple[*tuple[int, ...], str]]]
    ) -> list[str]:
        """
        Return the first words by their rank, at most so many as are looked up.

        Args:
            name: Of the leaf that stands for them.
            ranked: Gives all words, in any order, each behind its rank.
        """
        if name not in self._expansions:
            words = list(ranked())
            if len(words) > MAX_EXPANSIONS:
                self.cut.append(name)
                words = heapq.nsmallest(MAX_EXPANSIONS, words)
            self._expansions[name] = [word for *_, word in words]
        return self._expansions[name]

    def _name(self, field: str, text: str, leaf: Leaf) -> Scores:
        words = name_words(text)
        if not words or len(words) > MAX_NAME_WORDS:
            return {}
        return self._mentions(field, " ".join(words), leaf)

    def _mentions(self, field: str, term: str, leaf: Leaf) -> Scores:
        factor = FIELD[field].weight * self._statistics.idf(field, term)
        weight = self._statistics.frequency_weight(field)
        return {
            doc: factor * weight(frequency, 0)
            for doc, frequency in _frequencies(leaf, field, term)
        }

    def _dates(self, query: DateRange, leaf: Leaf) -> Scores:
        if not query.interval.is_ordered:
            return {}
        weight = FIELD[query.clock].weight
        best: Scores = {}
        for share, terms in self._date_groups(query):
            counts: dict[int, float] = {}
            for term in terms:
                for doc, mentions in _frequencies(leaf, query.clock, term):
                    counts[doc] = counts.get(doc, 0.0) + mentions
            for doc, mentions in counts.items():
                score = weight * date_score(share, mentions)
                best[doc] = max(score, best.get(doc, 0.0))
        return best

    def _date_groups(self, query: DateRange) -> Iterable[OverlapGroup]:
        if not query.within:
            return overlap_groups(query.interval)
        groups = self._within.get(query)
        if groups is None:
            found = within_terms(query.interval, partial(self._walk, query.clock))
            groups = self._within[query] = (OverlapGroup(1.0, found),)
        return groups

    def _walk(self, field: str, prefix: str) -> Iterator[str]:
        return (term for term, _ in self._terms(field, prefix))

    def _neighbours(self) -> list[tuple[tuple[str, str, str], float, float, float]]:
        """
        Return the pairs of words whose proximity counts.

        Returns:
            Field and two stems, with the weight of the field and the idf of each.
        """
        if not isinstance(self._query, And | Or):
            return []
        words = [
            terms[0][0]
            for child in self._query.children
            if isinstance(child, Word)
            and child.field is None
            and len(terms := english_analyzer().terms(child.text)) == 1
        ]
        idf = self._statistics.idf
        return [
            (
                (field, left, right),
                FIELD[field].weight,
                idf(field, left),
                idf(field, right),
            )
            for left, right in pairwise(words)
            for field in TEXT_FIELDS
        ]


def _fields(field: str | None) -> Sequence[str]:
    return (field,) if field else TEXT_FIELDS


def _numbers(leaf: Leaf, field: str, term: str) -> list[int]:
    matcher = leaf.postings(field, term)
    return list(matcher.all_ids()) if matcher is not None else []


def _frequencies(leaf: Leaf, field: str, term: str) -> Iterator[tuple[int, float]]:
    matcher = leaf.postings(field, term)
    if matcher is None:
        return
    while matcher.is_active():
        yield matcher.id(), matcher.weight()
        matcher.next()


def _sum(parts: Iterable[Scores]) -> Scores:
    total: Scores = {}
    for part in parts:
        for doc, score in part.items():
            total[doc] = total.get(doc, 0.0) + score
    return total


def _constant(score: float, parts: Iterable[Iterable[int]]) -> Scores:
    return dict.fromkeys({doc for part in parts for doc in part}, score)
