"""
Queries, drawn from the corpus itself by a seed.

A query is a plain tree, which every engine turns into its own:

========= ============================================================================
``op``    and
========= ============================================================================
term      ``term`` as indexed, ``word`` that it is the term of
phrase    ``terms`` as indexed, ``text`` that they are the terms of
prefix    ``text``, a beginning of folded words
fuzzy     ``text``, a word to be matched with one edit
dates     ``first`` and ``last`` day of publication; a filter, which scores nothing
entity    ``name`` of the place that the document is about
and, or   ``of``: the children
========= ============================================================================
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from scripts.bench.corpus import (
    DAYS,
    ENTITIES,
    FIRST_DAY,
    Prepared,
    read_prepared,
)
from searchkit.analysis import STOP_WORDS, english_analyzer, sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

Tree = dict[str, Any]

CLASSES: tuple[str, ...] = (
    "rare",
    "common",
    "and2",
    "and3",
    "or2",
    "or3",
    "or5",
    "phrase2",
    "phrase3",
    "prefix",
    "fuzzy",
    "date",
    "entity",
)
"""Classes of queries, in the order in which they are reported."""

JOB_CLASSES: tuple[str, ...] = ("common", "and2", "and3", "or3", "phrase2")
"""Those that are also asked as strings."""

WHOOSH_CLASSES: tuple[str, ...] = ("rare", "common", "and2", "or3", "phrase2")
"""Those that are put to Whoosh's own API."""

_SAMPLED = 4
_TRIES = 400
_MOST_EXPANSIONS = 1000


@dataclass(frozen=True, slots=True)
class BenchQuery:
    """
    One query of the benchmark.

    Attributes:
        name: Its class and number.
        group: Its class.
        tree: See the module.
    """

    name: str
    group: str
    tree: Tree


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """
    What the corpus holds, as far as queries are drawn from it.

    Attributes:
        documents: How many there are.
        frequencies: Of each term, in how many documents it is.
        words: For each term that can be asked for, a word that it is the term of.
        surfaces: All folded words, in order.
    """

    documents: int
    frequencies: dict[str, int]
    words: dict[str, str]
    surfaces: list[str]

    @classmethod
    def of(cls, documents: Iterable[Prepared]) -> Vocabulary:
        """
        Count the terms of documents.
        """
        frequencies: Counter[str] = Counter()
        word_of: dict[str, str] = {}
        surfaces: set[str] = set()
        count = 0
        for document in documents:
            count += 1
            pairs = dict(
                zip(document.terms.split(" "), document.words.split(" "), strict=True)
            )
            frequencies.update(pairs.keys())
            surfaces.update(document.words.split(" "))
            for term, word in pairs.items():
                word_of.setdefault(term, word)
        askable = {term: word for term, word in word_of.items() if _is_askable(word)}
        return cls(count, dict(frequencies), askable, sorted(surfaces))

    def between(self, least: float, most: float) -> list[str]:
        """
        Return the terms that can be asked for and are in so many documents, in order.
        """
        return sorted(
            term
            for term in self.words
            if least <= self.frequencies[term] <= most and self._is_plain(term)
        )

    def expansions(self, prefix: str) -> int:
        """
        Count the words that begin with a prefix.
        """
        end = prefix + "\U0010ffff"
        return bisect_left(self.surfaces, end) - bisect_left(self.surfaces, prefix)

    def _is_plain(self, term: str) -> bool:
        word = self.words[term]
        return english_analyzer().terms(word) == [(term, word)]


def draw(
    corpus: Path, groups: Sequence[str], *, count: int, seed: int
) -> list[BenchQuery]:
    """
    Draw queries.

    Args:
        corpus: A prepared corpus.
        groups: Classes.
        count: How many of each class, at most: a small corpus has fewer.
        seed: Decides on all of them, each class for itself.

    Returns:
        Different queries, class after class.
    """
    vocabulary = Vocabulary.of(read_prepared(corpus))
    chance = random.Random(seed)  # noqa: S311 - no secret
    wanted = min(_SAMPLED * count, vocabulary.documents)
    numbers = set(chance.sample(range(vocabulary.documents), wanted))
    sample = [
        document
        for number, document in enumerate(read_prepared(corpus))
        if number in numbers
    ]
    return [
        query
        for group in groups
        for query in draw_class(vocabulary, sample, group, count=count, seed=seed)
    ]


def draw_class(
    vocabulary: Vocabulary,
    sample: Sequence[Prepared],
    group: str,
    *,
    count: int,
    seed: int,
) -> list[BenchQuery]:
    """
    Draw the queries of one class.

    Args:
        vocabulary: Of the whole corpus.
        sample: Documents in which words stand together.
        group: The class.
        count: How many, at most.
        seed: Of chance.
    """
    drawer = _Drawer(vocabulary, sample, random.Random(f"{seed} {group}"))  # noqa: S311
    make = drawer.maker(group)
    found: dict[str, Tree] = {}
    for _ in range(count * _TRIES):
        if len(found) == count:
            break
        if (tree := make()) is not None:
            found.setdefault(str(tree), tree)
    return [
        BenchQuery(f"{group} {number}", group, tree)
        for number, tree in enumerate(found.values(), 1)
    ]


def text_of(tree: Tree, *, quoted: bool = False) -> str:
    """
    Return what a person would type for a tree of words and phrases.

    Args:
        tree: Terms, phrases, and one ``and`` or ``or`` of them.
        quoted: Put single words into quotes, too.
    """
    match tree["op"]:
        case "term":
            return f'"{tree["word"]}"' if quoted else str(tree["word"])
        case "phrase":
            return f'"{tree["text"]}"'
        case "and":
            return " ".join(text_of(child, quoted=quoted) for child in tree["of"])
        case "or":
            return " OR ".join(text_of(child, quoted=quoted) for child in tree["of"])
    raise ValueError(f"{tree['op']} is not asked as a string")


class _Drawer:
    """
    Draws one tree after the other.
    """

    def __init__(
        self, vocabulary: Vocabulary, sample: Sequence[Prepared], chance: random.Random
    ) -> None:
        self._vocabulary = vocabulary
        self._sample = sample
        self._chance = chance
        documents = vocabulary.documents
        self._common = vocabulary.between(documents / 50, documents / 4)
        self._rare = vocabulary.between(2, max(documents / 1000, 3))
        self._middle = frozenset(
            vocabulary.between(max(documents / 1000, 2), documents / 2)
        )

    def maker(self, group: str) -> Callable[[], Tree | None]:
        """
        Return what draws a tree of a class, or ``None`` where chance had no luck.
        """
        makers: dict[str, Callable[[], Tree | None]] = {
            "rare": lambda: self._one_of(self._rare),
            "common": lambda: self._one_of(self._common),
            "prefix": self._prefix,
            "fuzzy": self._fuzzy,
            "date": lambda: self._with(self._dates()),
            "entity": lambda: self._with(self._entity()),
        }
        if group in makers:
            return makers[group]
        kind, number = group.rstrip("0123456789"), int(group[-1])
        if kind == "phrase":
            return lambda: self._phrase(number)
        return lambda: self._together(kind, number)

    def _one_of(self, terms: Sequence[str]) -> Tree | None:
        return self._term(self._chance.choice(terms)) if terms else None

    def _term(self, term: str) -> Tree:
        return {"op": "term", "term": term, "word": self._vocabulary.words[term]}

    def _together(self, kind: str, number: int) -> Tree | None:
        """
        Join terms that stand in one document.
        """
        terms = self._chance.choice(self._sample).terms.split(" ")
        able = sorted({term for term in terms if term in self._middle} - STOP_WORDS)
        if len(able) < number:
            return None
        drawn = self._chance.sample(able, number)
        return {"op": kind, "of": [self._term(term) for term in drawn]}

    def _phrase(self, number: int) -> Tree | None:
        """
        Take words that stand side by side in a sentence, not all of them stop words.
        """
        body = self._chance.choice(self._sample).body
        told = self._chance.choice(sentences(body)).cut(body)
        pairs = english_analyzer().terms(told)
        if len(pairs) < number:
            return None
        start = self._chance.randrange(len(pairs) - number + 1)
        chosen = pairs[start : start + number]
        text = " ".join(word for _, word in chosen)
        able = all(_is_askable(word) for _, word in chosen)
        if not able or STOP_WORDS.issuperset(word for _, word in chosen):
            return None
        if english_analyzer().terms(text) != chosen:
            return None
        return {"op": "phrase", "terms": [term for term, _ in chosen], "text": text}

    def _prefix(self) -> Tree | None:
        """
        Cut a word short, so that it stands for several and not for too many.
        """
        word = self._word()
        if word is None:
            return None
        text = word[: self._chance.randint(3, len(word) - 1)]
        able = 2 <= self._vocabulary.expansions(text) <= _MOST_EXPANSIONS
        return {"op": "prefix", "text": text} if able else None

    def _fuzzy(self) -> Tree | None:
        """
        Misspell a word: two letters swapped, or one left out.
        """
        word = self._word()
        if word is None:
            return None
        at = self._chance.randrange(1, len(word) - 1)
        if self._chance.random() < 0.5:
            text = word[:at] + word[at + 1 :]
        else:
            text = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return {"op": "fuzzy", "text": text}

    def _word(self) -> str | None:
        """
        Take a word of five letters or more.
        """
        words = self._chance.choice(self._sample).words.split(" ")
        word = self._chance.choice(words)
        able = len(word) >= 5 and word.isascii() and word.isalpha()
        return word if able and word not in STOP_WORDS else None

    def _with(self, filter_: Tree) -> Tree | None:
        term = self._one_of(self._common)
        return term and {"op": "and", "of": [term, filter_]}

    def _dates(self) -> Tree:
        first = FIRST_DAY + timedelta(days=self._chance.randrange(DAYS))
        last = first + timedelta(days=self._chance.randint(30, 1000))
        return {"op": "dates", "first": first.isoformat(), "last": last.isoformat()}

    def _entity(self) -> Tree:
        return {"op": "entity", "name": self._chance.choice(ENTITIES)}


def _is_askable(word: str) -> bool:
    return word.isalnum() and word not in {"and", "or", "not", "near"}
