"""
A search engine without an index: what a compiled searcher's answers are compared with.

It keeps documents in memory and looks at each of them, straight by the definitions of
plans and of ``searchkit.engines.scoring``.
"""

from __future__ import annotations

import random
import struct
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from searchkit.engines.scoring import (
    date_score,
    idf,
    proximity,
    rounded_length,
    term_frequency_weight,
)
from searchkit.native import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

native: Any = load()
needs_native = pytest.mark.skipif(
    native is None, reason="the extension is not compiled, or switched off"
)

Plan = tuple[Any, ...]
Place = tuple[int, int]
"""Segment and document number."""

TEXTS = ("title", "body")
FIELDS = ("id", "title", "body", "words", "names", "dates")


@dataclass(frozen=True)
class Entry:
    """
    A document as terms.

    Attributes:
        key: The term of its key field; empty for none.
        day: 0 for none.
        texts: The tokens of ``title`` and ``body``.
        counts: Frequencies of the terms of ``names`` and ``dates``.
    """

    key: str
    day: int = 0
    texts: dict[str, list[str]] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    @cached_property
    def frequencies(self) -> dict[str, dict[str, int]]:
        """
        Terms and how often they occur, by field.
        """
        texts = {name: dict(Counter(self.texts.get(name, []))) for name in TEXTS}
        words = {token: 1 for tokens in self.texts.values() for token in tokens}
        keys = {self.key: 1} if self.key else {}
        counts = {name: self.counts.get(name, {}) for name in ("names", "dates")}
        return {"id": keys, "words": words, **texts, **counts}

    def positions(self, name: str, term: str) -> list[int]:
        """
        Where a term occurs in a text.
        """
        return [
            at for at, token in enumerate(self.texts.get(name, [])) if token == term
        ]


def write_segment(path: Path, entries: Sequence[Entry]) -> Any:
    """
    Write documents as a segment, and open it.
    """
    text = native.FREQUENCIES | native.POSITIONS | native.LENGTHS
    flags = (native.KEY, text, text, 0, native.FREQUENCIES, native.FREQUENCIES)
    fields = [(name, flag, None) for name, flag in zip(FIELDS, flags, strict=True)]
    builder = native.SegmentBuilder(None, fields, ["published_day"], 64)
    postings: dict[tuple[int, bytes], list[tuple[int, int, list[int]]]] = {}
    for number, entry in enumerate(entries):
        lengths = [
            (FIELDS.index(name), len(tokens)) for name, tokens in entry.texts.items()
        ]
        builder.begin_document(lengths, [entry.day])
        for name, terms in entry.frequencies.items():
            for term, frequency in terms.items():
                places = entry.positions(name, term) if name in TEXTS else []
                postings.setdefault((FIELDS.index(name), term.encode()), []).append(
                    (number, frequency, places)
                )
    for (number, raw), rows in sorted(postings.items()):
        documents = [document for document, _, _ in rows]
        frequencies = [frequency for _, frequency, _ in rows]
        places = [at for _, _, found in rows for at in found]
        counted = frequencies if flags[number] & native.FREQUENCIES else []
        builder.add_postings(number, raw, documents, counted, places)
    builder.finish(path)
    return native.Segment(path)


def bitmap(size: int, members: set[int]) -> bytes:
    """
    Make a bitmap of deleted documents, the lowest bit first; empty for none.
    """
    if not members:
        return b""
    bits = sum(1 << member for member in members)
    return bits.to_bytes((size + 7) // 8, "little")


def edits(left: str, right: str, *, transpositions: bool) -> int:
    """
    Count the edits between two texts.
    """
    rows = [list(range(len(right) + 1))]
    for i, one in enumerate(left, 1):
        row = [i]
        for j, other in enumerate(right, 1):
            least = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (one != other))
            swapped = i > 1 and j > 1 and (left[i - 2], one) == (other, right[j - 2])
            if transpositions and swapped:
                least = min(least, rows[-2][j - 2] + 1)
            row.append(least)
        rows.append(row)
    return rows[-1][-1]


@dataclass
class Model:
    """
    Documents in segments, some of them deleted.
    """

    segments: list[list[Entry]]
    deleted: list[set[int]]

    @cached_property
    def places(self) -> list[Place]:
        """
        Every document that is not deleted.
        """
        return [
            (number, document)
            for number, entries in enumerate(self.segments)
            for document in range(len(entries))
            if document not in self.deleted[number]
        ]

    @cached_property
    def everything(self) -> list[Entry]:
        """
        Deleted documents, too: they count in all statistics.
        """
        return [entry for entries in self.segments for entry in entries]

    @cached_property
    def _frequencies(self) -> dict[str, Counter[str]]:
        counts: dict[str, Counter[str]] = {name: Counter() for name in FIELDS}
        for entry in self.everything:
            for name, terms in entry.frequencies.items():
                counts[name].update(terms.keys())
        return counts

    def document_frequency(self, name: str, term: str) -> int:
        """
        Count the documents with a term.
        """
        return self._frequencies[name][term]

    def field_count(self, name: str) -> int:
        """
        Count the documents that have a field.
        """
        if name not in TEXTS:
            return len(self.everything)
        return sum(bool(entry.texts.get(name)) for entry in self.everything)

    @cached_property
    def _means(self) -> dict[str, float]:
        totals = {
            name: sum(len(entry.texts.get(name, ())) for entry in self.everything)
            for name in TEXTS
        }
        return {name: totals[name] / max(self.field_count(name), 1) for name in TEXTS}

    def mean_length(self, name: str) -> float:
        """
        Return the mean length of a text where it is not empty.
        """
        return self._means.get(name, 0.0)

    def idf(self, name: str, term: str) -> float:
        """
        Return the inverse document frequency of a term.
        """
        frequency = self.document_frequency(name, term)
        return idf(frequency, max(self.field_count(name), frequency))

    def entry(self, place: Place) -> Entry:
        """
        Return a document.
        """
        return self.segments[place[0]][place[1]]

    def scores(
        self,
        plan: Plan,
        proximities: Sequence[tuple[str, str, str, float]] = (),
        max_expansions: int = 2000,
    ) -> dict[Place, float]:
        """
        Return all matches with their scores.
        """
        score = self._compiled(plan, max_expansions)
        found = {place: score(self.entry(place)) for place in self.places}
        matches = {place: value for place, value in found.items() if value is not None}
        for name, left, right, weight in proximities:
            for place in matches:
                entry = self.entry(place)
                evidence = proximity(
                    entry.positions(name, left), entry.positions(name, right)
                )
                matches[place] += weight * evidence
        return matches

    def expansion(self, pattern: Plan, max_expansions: int) -> tuple[set[str], bool]:
        """
        Return the terms that a pattern stands for, and whether there were more.
        """
        counts = self._frequencies[pattern[1]]
        wanted = [term for term in counts if matches_term(pattern, term)]
        ranked = sorted(
            wanted,
            key=lambda term: (
                distance_of(pattern, term),
                -counts[term],
                term.encode(),
            ),
        )
        return set(ranked[:max_expansions]), len(ranked) > max_expansions

    def _compiled(
        self, plan: Plan, max_expansions: int
    ) -> Callable[[Entry], float | None]:
        kind, *rest = plan
        if kind in {"prefix", "range", "wildcard", "fuzzy"}:
            terms, _ = self.expansion(plan, max_expansions)
            name = plan[1]
            return lambda entry: (
                0.0 if not terms.isdisjoint(entry.frequencies[name]) else None
            )
        if kind in {"term", "phrase"}:
            return self._text(plan)
        if kind == "best":
            return self._best(*rest)
        if kind in {"none", "all"}:
            return lambda _: 0.0 if kind == "all" else None
        if kind in {"constant", "boost"}:
            factor, child = rest
            inner = self._compiled(child, max_expansions)

            def weighted(entry: Entry) -> float | None:
                value = inner(entry)
                if value is None:
                    return None
                return float(factor) if kind == "constant" else factor * value

            return weighted
        if kind == "not":
            inner = self._compiled(rest[0], max_expansions)
            return lambda entry: 0.0 if inner(entry) is None else None
        children = [self._compiled(child, max_expansions) for child in rest[0]]

        def joined(entry: Entry) -> float | None:
            values = [child(entry) for child in children]
            there = [value for value in values if value is not None]
            matching = len(there) == len(values) if kind == "and" else bool(there)
            return sum(there) if matching else None

        return joined

    def _text(self, plan: Plan) -> Callable[[Entry], float | None]:
        kind, name, text, weight, *rest = plan
        terms = [text] if kind == "term" else list(text)
        slop = rest[0] if rest else 1
        factor = weight * sum(self.idf(name, term) for term in terms)
        mean = self.mean_length(name)

        def score(entry: Entry) -> float | None:
            if len(terms) == 1:
                frequency = entry.frequencies[name].get(terms[0], 0)
            else:
                frequency = occurrences(entry, name, terms, slop)
            if not frequency:
                return None
            length = rounded_length(len(entry.texts.get(name, ())))
            return float(factor * term_frequency_weight(frequency, length, mean))

        return score if terms else lambda _: None

    @staticmethod
    def _best(
        name: str, weight: float, groups: Sequence[tuple[float, Sequence[str]]]
    ) -> Callable[[Entry], float | None]:
        def score(entry: Entry) -> float | None:
            counts = entry.frequencies[name]
            found = [
                weight * date_score(share, mentions)
                for share, terms in groups
                if (mentions := sum(counts.get(term, 0) for term in set(terms)))
            ]
            return max(found, default=None)

        return score


def occurrences(entry: Entry, name: str, terms: Sequence[str], slop: int) -> int:
    """
    Count where a phrase begins.
    """
    starts = entry.positions(name, terms[0])
    count = 0
    for start in starts:
        reached = {start}
        for term in terms[1:]:
            places = entry.positions(name, term)
            reached = {
                at
                for at in places
                if any(0 < at - before <= slop for before in reached)
            }
        count += bool(reached)
    return count


def matches_term(pattern: Plan, term: str) -> bool:
    """
    Tell whether a pattern describes a term.
    """
    kind, _, *rest = pattern
    if kind == "prefix":
        return bool(term.startswith(rest[0]))
    if kind == "wildcard":
        return fnmatchcase(term, rest[0].replace("[", "[[]"))
    if kind == "fuzzy":
        text, distance, prefix_length, *more = rest
        swaps = more[0] if more else True
        same = term.startswith(text[:prefix_length])
        return bool(same and edits(term, text, transpositions=swaps) <= distance)
    first, last, includes_first, includes_last = rest
    raw = term.encode()
    if first is not None:
        low = first.encode()
        if raw < low or (raw == low and not includes_first):
            return False
    if last is not None:
        high = last.encode()
        if raw > high or (raw == high and not includes_last):
            return False
    return True


def distance_of(pattern: Plan, term: str) -> int:
    """
    Return how far a term is from what a pattern asks for: 0 unless it is fuzzy.
    """
    kind, _, *rest = pattern
    if kind != "fuzzy":
        return 0
    text, _, _, *more = rest
    return edits(term, text, transpositions=more[0] if more else True)


VOCABULARY = [f"w{letter}" for letter in "abcdefghijkl"] + ["über", "naïve", "日本"]


def random_entries(
    chance: random.Random, count: int, *, first: int, longest: int
) -> list[Entry]:
    """
    Make documents up: few words, some of them frequent, and many equal lengths.
    """
    weights = [1 / rank for rank in range(1, len(VOCABULARY) + 1)]

    def tokens(most: int) -> list[str]:
        return chance.choices(VOCABULARY, weights, k=chance.randint(0, most))

    def counts(terms: Sequence[str]) -> dict[str, int]:
        some = chance.sample(terms, k=chance.randint(0, len(terms)))
        return {term: chance.randint(1, 4) for term in some}

    keys = [f"k{number:05}" for number in range(first, first + count)]
    chance.shuffle(keys)
    return [
        Entry(
            key,
            chance.choice([0, 1, 2, 2, 3]),
            {"title": tokens(3), "body": tokens(longest)},
            {"names": counts(["ada", "bo"]), "dates": counts(["20", "201", "2011"])},
        )
        for key in keys
    ]


@dataclass(frozen=True)
class Corpus:
    """
    The same documents twice.
    """

    model: Model = field(repr=False)
    searcher: Any

    def everything(
        self, plan: Plan, proximities: Sequence[tuple[str, str, str, float]] = ()
    ) -> dict[Place, float]:
        """
        Return all matches as the searcher scores them without leaving anything out.
        """
        return {
            (number, document): score
            for number in range(len(self.model.segments))
            for document, score in self._pairs(plan, number, proximities)
        }

    def _pairs(
        self, plan: Plan, number: int, proximities: Any
    ) -> Iterator[tuple[int, float]]:
        documents, scores = self.searcher.matches(plan, number, proximity=proximities)
        count = len(documents) // 4
        yield from zip(
            struct.unpack(f"<{count}I", documents),
            struct.unpack(f"<{count}f", scores),
            strict=True,
        )


def make_corpus(
    folder: Path, segments: list[list[Entry]], deleted: list[set[int]]
) -> Corpus:
    """
    Write segments and open a searcher on them.
    """
    pairs = [
        (
            write_segment(folder / f"{number}.seg", entries),
            bitmap(len(entries), deleted[number]),
        )
        for number, entries in enumerate(segments)
    ]
    return Corpus(Model(segments, deleted), native.Searcher(pairs))


def test_model_counts_phrases_with_gaps() -> None:
    """
    A word may follow within the slop, and each beginning counts once.
    """
    entry = Entry("k", 0, {"body": ["a", "x", "b", "a", "b", "b"]})
    found = [occurrences(entry, "body", ["a", "b"], slop) for slop in (1, 2)]
    assert found == [1, 2]
    assert [
        edits(*pair, transpositions=True) for pair in pairwise(["ab", "ba", "b"])
    ] == [
        1,
        1,
    ]
