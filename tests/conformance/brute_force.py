"""
An engine without any index: the oracle of the conformance suite.

It keeps documents in memory and looks at each of them for every query, straight by the
definitions in ``searchkit.fields`` and ``searchkit.engines.scoring``: no terms of the
index, no posting lists, no shortcuts.  Sums are added up in the order of the query, so
that equal scores are equal to the last bit, as they have to be on every engine.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from searchkit.analysis import english_analyzer, fold
from searchkit.documents import MAX_NAME_WORDS, Document, name_words
from searchkit.engines.base import Matches, ScoredId, SortOrder
from searchkit.engines.scoring import (
    date_score,
    idf,
    proximity,
    proximity_score,
    rounded_length,
    term_frequency_weight,
)
from searchkit.errors import IndexDamagedError, QueryTreeError, SearchTimeoutError
from searchkit.fields import FIELD, TEXT_FIELDS, FieldKind
from searchkit.intervals import Interval, covering_nodes, index_terms, node_interval
from searchkit.queries import tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Self

    from searchkit.articles.model import Article
    from searchkit.findings import Finding

NAME_FIELDS = {
    "entity": "entities",
    "person": "person",
    "org": "org",
    "place": "place",
    "group": "group",
    "event": "event",
}


@dataclass(frozen=True)
class _Text:
    """
    A text of a document as tokens.
    """

    stems: tuple[str, ...]
    words: frozenset[str]

    @classmethod
    def of(cls, text: str) -> _Text:
        tokens = list(english_analyzer().tokens(text))
        return cls(
            tuple(token.term for token in tokens),
            frozenset(token.word for token in tokens),
        )

    def positions(self, stem: str) -> list[int]:
        return [at for at, here in enumerate(self.stems) if here == stem]

    def count(self, stems: Sequence[str]) -> int:
        """
        Count where ``stems`` stand side by side, overlapping occurrences as well.
        """
        width = len(stems)
        places = range(len(self.stems) - width + 1)
        return sum(self.stems[at : at + width] == tuple(stems) for at in places)


@dataclass(frozen=True)
class _Entry:
    """
    A document, analysed.
    """

    document: Document

    @cached_property
    def texts(self) -> dict[str, _Text]:
        return {
            "title": _Text.of(self.document.title),
            "body": _Text.of(self.document.body),
        }

    @cached_property
    def words(self) -> frozenset[str]:
        return self.texts["title"].words | self.texts["body"].words

    @property
    def day(self) -> int:
        published = self.document.published
        return published.first.toordinal() if published else 0

    def terms(self, name: str) -> set[str]:
        document = self.document
        match FIELD[name].kind:
            case FieldKind.TEXT:
                return set(self.texts[name].stems)
            case FieldKind.WORDS:
                return set(self.words)
            case FieldKind.NAMES:
                return set(document.names.get(name, {}))
            case FieldKind.DAYS:
                return {
                    term for days in self.intervals(name) for term in index_terms(days)
                }
        value = {"id": document.id, "source": document.source, "url": document.url}[
            name
        ]
        if name == "source":
            words = name_words(value)
            ends = range(1, len(words) + 1)
            return {" ".join(words[a:b]) for b in ends for a in range(b)}
        return {value} if value else set()

    def intervals(self, clock: str) -> Mapping[Interval, int]:
        if clock == "dates":
            return self.document.dates
        return {self.document.published: 1} if self.document.published else {}


@dataclass
class _Commit:
    generation: int = 0
    documents: dict[str, _Entry] = field(default_factory=dict)


class BruteForceEngine:
    """
    A :class:`~searchkit.engines.base.Engine` in memory.
    """

    def __init__(self) -> None:
        self.current: _Commit | None = None

    @property
    def generation(self) -> int | None:
        return self.current.generation if self.current else None

    def writer(self) -> BruteForceWriter:
        return BruteForceWriter(self)

    def searcher(self) -> BruteForceSearcher:
        if self.current is None:
            raise IndexDamagedError("memory", "there is nothing yet")
        return BruteForceSearcher(self.current)

    def reset(self) -> None:
        self.current = None

    def check(self) -> Iterator[Finding]:
        return iter(())

    def foreign_documents(self) -> Iterator[Article]:
        return iter(())


class BruteForceWriter:
    """
    A :class:`~searchkit.engines.base.Writer` on a copy of the documents.
    """

    def __init__(self, engine: BruteForceEngine) -> None:
        self._engine = engine
        current = engine.current or _Commit()
        self._before = set(current.documents)
        self._documents: dict[str, _Entry] | None = dict(current.documents)

    @property
    def _open(self) -> dict[str, _Entry]:
        if self._documents is None:
            raise ValueError("the transaction has ended")
        return self._documents

    def put(self, document: Document) -> None:
        documents = self._open
        if unknown := set(document.names) - set(NAME_FIELDS.values()):
            self.cancel()
            raise ValueError(f"no fields {unknown}")
        self._before.discard(document.id)
        documents[document.id] = _Entry(document)

    def put_all(self, documents: Iterable[Document]) -> None:
        try:
            for document in documents:
                self.put(document)
        except BaseException:
            self.cancel()
            raise

    def delete(self, article_id: str) -> None:
        self._open.pop(article_id, None)
        self._before.discard(article_id)

    def clear(self) -> None:
        documents = self._open
        for article_id in self._before:
            del documents[article_id]
        self._before = set()

    def commit(self, generation: int) -> None:
        self._engine.current = _Commit(generation, self._open)
        self._documents = None

    def cancel(self) -> None:
        self._documents = None


class BruteForceSearcher:
    """
    A :class:`~searchkit.engines.base.Searcher` that looks at every document.
    """

    def __init__(self, commit: _Commit) -> None:
        self._commit = commit
        self._entries = list(commit.documents.values())
        self._frequencies: dict[tuple[str, str], int] = {}

    @property
    def generation(self) -> int:
        return self._commit.generation

    @property
    def document_count(self) -> int:
        return len(self._entries)

    def search(
        self,
        query: tree.Query,
        *,
        limit: int,
        offset: int = 0,
        order: SortOrder = "relevance",
        count: bool = True,
        timeout: float | None = None,
    ) -> Matches:
        if timeout is not None and timeout <= 0:
            raise SearchTimeoutError(timeout)
        found = self.scores(query)
        keys = {
            entry.document.id: _sort_key(order, found[entry.document.id], entry)
            for entry in self._entries
            if entry.document.id in found
        }
        ids = sorted(keys, key=keys.__getitem__)[offset : offset + limit]
        page = tuple(ScoredId(one, found[one]) for one in ids)
        return Matches(len(found) if count else None, page)

    def matches_any(self, query: tree.Query) -> bool:
        return bool(self.scores(query))

    def scores(self, query: tree.Query) -> dict[str, float]:
        """
        Return the score of every document that matches.
        """
        found = {}
        for entry in self._entries:
            score = self._score(query, entry)
            if score is not None:
                found[entry.document.id] = self._with_proximity(query, entry, score)
        return found

    def document_frequency(self, field: str, term: str) -> int:
        key = field, term
        if key not in self._frequencies:
            having = sum(term in entry.terms(field) for entry in self._entries)
            self._frequencies[key] = having
        return self._frequencies[key]

    def terms(self, field: str, prefix: str = "") -> Iterator[tuple[str, int]]:
        counts = Counter(term for e in self._entries for term in e.terms(field))
        yield from sorted(
            (term, count) for term, count in counts.items() if term.startswith(prefix)
        )

    def ids(self) -> Iterator[str]:
        return iter(self._commit.documents)

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- by the definitions -------------------------------------------------------

    def _score(self, query: tree.Query, entry: _Entry) -> float | None:
        """
        Return the score of one document, ``None`` where it does not match.
        """
        match query:
            case tree.And(children):
                total = 0.0
                for child in children:
                    score = self._score(child, entry)
                    if score is None:
                        return None
                    total += score
                return total
            case tree.Or(children):
                scores = [self._score(child, entry) for child in children]
                matched = [score for score in scores if score is not None]
                return sum(matched, 0.0) if matched else None
            case tree.Not(child):
                return 0.0 if self._score(child, entry) is None else None
            case tree.Word(text, name) | tree.Phrase(text, name):
                return self._text(text, name, entry)
            case tree.Prefix(text, name):
                return self._prefix(fold(text), name, entry)
            case tree.Fuzzy():
                return self._fuzzy(query, entry)
            case tree.Name(kind, text):
                return self._name(NAME_FIELDS[kind], text, entry)
            case tree.Mention(kind, key):
                return self._mentions(kind, key, entry)
            case tree.DateRange():
                return self._dates(query, entry)
            case tree.Exact(name, text):
                value = " ".join(name_words(text)) if name == "source" else text
                return 0.0 if value in entry.terms(name) else None
            case tree.Everything():
                return 0.0
        return None

    def _text(self, text: str, name: str | None, entry: _Entry) -> float | None:
        stems = [term for term, _ in english_analyzer().terms(text)]
        total, matched = 0.0, False
        for one in (name,) if name else ("title", "body"):
            frequency = entry.texts[one].count(stems) if stems else 0
            if frequency:
                matched = True
                rarity = sum(self._idf(one, stem) for stem in stems)
                length = rounded_length(len(entry.texts[one].stems))
                mean = self._mean_length(one)
                weight = term_frequency_weight(frequency, length, mean)
                total += FIELD[one].weight * rarity * weight
        return total if matched else None

    def _prefix(self, prefix: str, name: str | None, entry: _Entry) -> float | None:
        """
        Score a prefix: the document has such a word, and the field a form of it.
        """
        words = [word for word in entry.words if word.startswith(prefix)]
        return 1.0 if prefix and _among(words, name, entry) else None

    def _fuzzy(self, query: tree.Fuzzy, entry: _Entry) -> float | None:
        """
        Score a fuzzy word: likewise.
        """
        if query.distance not in {1, 2}:
            raise QueryTreeError("a fuzzy word has a distance of 1 or 2")
        tokens = list(english_analyzer().tokens(query.text))
        if len(tokens) != 1:
            return None
        near = [
            word
            for word in entry.words
            if _edits(tokens[0].word, word) <= query.distance
        ]
        return 1.0 if _among(near, query.field, entry) else None

    def _name(self, name: str, text: str, entry: _Entry) -> float | None:
        words = name_words(text)
        if not 0 < len(words) <= MAX_NAME_WORDS:
            return None
        return self._mentions(name, " ".join(words), entry)

    def _mentions(self, name: str, term: str, entry: _Entry) -> float | None:
        mentions: Mapping[str, int] = entry.document.names.get(name, {})
        if not mentions.get(term):
            return None
        weight = term_frequency_weight(mentions[term], 0, 0)
        return FIELD[name].weight * self._idf(name, term) * weight

    def _dates(self, query: tree.DateRange, entry: _Entry) -> float | None:
        """
        Score mentions by the calendar units that they and the days asked for share.
        """
        asked = query.interval
        if not asked.is_ordered:
            return None
        nodes = [node_interval(node) for node in covering_nodes(asked)]
        inside, crossing, wider = 0, 0, Counter[str]()
        for mention, count in entry.intervals(query.clock).items():
            if query.within:
                inside += count * asked.covers(mention)
                continue
            units = {node: node_interval(node) for node in covering_nodes(mention)}
            if mention == asked or any(node.covers(mention) for node in nodes):
                inside += count
            if mention == asked or not any(node.covers(mention) for node in nodes):
                crossing += count * sum(
                    len(units) > 1 and any(node.covers(unit) for unit in units.values())
                    for node in nodes
                )
            for node, unit in units.items():
                if unit.overlaps(asked) and not asked.covers(unit):
                    wider[node] += count
        scores = [date_score(1.0, inside)] if inside else []
        if crossing:
            scores.append(date_score(0.5, crossing))
        for node, count in wider.items():
            unit = node_interval(node)
            common = unit.intersection(asked)
            assert common is not None
            scores.append(date_score(common.days / unit.days, count))
        if not scores:
            return None
        return FIELD[query.clock].weight * max(scores)

    def _with_proximity(self, query: tree.Query, entry: _Entry, score: float) -> float:
        if not isinstance(query, tree.And | tree.Or):
            return score
        words = []
        for child in query.children:
            if isinstance(child, tree.Word) and child.field is None:
                terms = english_analyzer().terms(child.text)
                words += [terms[0][0]] if len(terms) == 1 else []
        for left, right in pairwise(words):
            for name, text in entry.texts.items():
                lefts, rights = text.positions(left), text.positions(right)
                if lefts and rights:
                    score += proximity_score(
                        proximity(lefts, rights),
                        FIELD[name].weight,
                        self._idf(name, left),
                        self._idf(name, right),
                    )
        return score

    def _idf(self, name: str, term: str) -> float:
        documents = self._lengths(name) if name in TEXT_FIELDS else self._entries
        return idf(self.document_frequency(name, term), len(documents))

    def _mean_length(self, name: str) -> float:
        lengths = self._lengths(name)
        return math.fsum(lengths) / len(lengths)

    def _lengths(self, name: str) -> list[int]:
        """
        Return the lengths of a text field in the documents that have it.
        """
        lengths = (len(entry.texts[name].stems) for entry in self._entries)
        return [length for length in lengths if length]


def _among(words: list[str], name: str | None, entry: _Entry) -> list[str]:
    """
    Keep the words of which a field has a form.
    """
    stem = english_analyzer().stem
    return [w for w in words if name is None or stem(w) in entry.texts[name].stems]


@cache
def _edits(left: str, right: str) -> int:
    """
    Count edits by the definition: at the end of both words, one of four was made.
    """
    if not left or not right:
        return len(left) + len(right)
    able = [
        _edits(left[:-1], right) + 1,
        _edits(left, right[:-1]) + 1,
        _edits(left[:-1], right[:-1]) + (left[-1] != right[-1]),
    ]
    if len(left) > 1 and left[-2:] == right[-2:][::-1]:
        able.append(_edits(left[:-2], right[:-2]) + 1)
    return min(able)


def _sort_key(order: SortOrder, score: float, entry: _Entry) -> tuple[object, ...]:
    undated = not entry.day
    if order == "newest":
        return undated, -entry.day, -score, entry.document.id
    if order == "oldest":
        return undated, entry.day, -score, entry.document.id
    return -score, undated, -entry.day, entry.document.id
