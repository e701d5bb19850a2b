"""
From a query tree to a plan of the native extension.

A plan is made of nested tuples, whose forms the stub of the extension documents.  It
says the same as ``evaluate`` does with Whoosh's posting lists: which posting lists are
joined in what manner, and how much each adds to a score.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

from searchkit.analysis import english_analyzer, fold
from searchkit.engines.scoring import idf, proximity_score
from searchkit.errors import QueryTreeError
from searchkit.fields import FIELD, NAME_FIELD, TEXT_FIELDS
from searchkit.intervals import overlap_groups, within_terms
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

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Plan: TypeAlias = tuple[Any, ...]
"""A node: its kind, then what belongs to it."""

NOTHING: Plan = ("none",)


class Dictionary(Protocol):
    """
    What a plan depends on: the terms of a snapshot.
    """

    def document_frequency(self, field: str, term: str) -> int:
        """
        Return in how many documents a term occurs.
        """

    def field_count(self, field: str) -> int:
        """
        Return how many documents have a field.
        """

    def expand(self, prefix: str) -> tuple[list[str], bool]:
        """
        Return the words that begin with ``prefix``, and whether some were left out.
        """

    def near(self, word: str, distance: int) -> tuple[list[str], bool]:
        """
        Return the words within some edits of one, and whether some were left out.
        """

    def terms(self, field: str, prefix: str) -> Iterator[tuple[str, int]]:
        """
        Walk over the terms of a field that begin with ``prefix``, in order.

        Yields:
            A term, and in how many documents it occurs.
        """


class CompiledQuery(NamedTuple):
    """
    A plan with what belongs to it.

    Attributes:
        plan: What to match, and how to score it.
        proximity: Field, two terms and the most that their closeness can add.
        patterns: The prefixes and fuzzy words of the plan as they were typed, by the
            names that the extension gives them.
        cut: Those of which some words were left out already.
    """

    plan: Plan
    proximity: list[tuple[str, str, str, float]]
    patterns: dict[str, str]
    cut: list[str]


def compile_query(query: Query, dictionary: Dictionary) -> CompiledQuery:
    """
    Make a plan of a tree.

    Raises:
        QueryTreeError: The tree was made by hand, and is none.
    """
    compiler = _Compiler(dictionary)
    return CompiledQuery(
        compiler.node(query),
        compiler.neighbours(query),
        compiler.patterns,
        compiler.cut,
    )


class _Compiler:
    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary
        self._analyzer = english_analyzer()
        self.patterns: dict[str, str] = {}
        self.cut: list[str] = []

    def node(self, query: Query) -> Plan:
        match query:
            case And(children):
                return "and", tuple(self.node(child) for child in children)
            case Or(children):
                return "or", tuple(self.node(child) for child in children)
            case Not(child):
                return "not", self.node(child)
            case Word(text, name) | Phrase(text, name):
                return self._text(text, (name,) if name else TEXT_FIELDS)
            case Prefix():
                return self._prefix(query)
            case Fuzzy():
                return self._fuzzy(query)
            case Name(kind, text):
                return self._name(NAME_FIELD[kind], text)
            case Mention(kind, key):
                return _term(kind, key, FIELD[kind].weight)
            case DateRange():
                return self._dates(query)
            case Exact(name, text):
                return _exact(name, text)
            case Everything():
                return ("all",)
            case Nothing():
                return NOTHING
        raise QueryTreeError(f"{type(query).__name__} is no node of a tree")

    def _text(self, text: str, fields: Sequence[str]) -> Plan:
        """
        Look for a word, or words that stand side by side, in any of some fields.
        """
        stems = tuple(term for term, _ in self._analyzer.terms(text))
        if not stems:
            return NOTHING
        parts: list[Plan] = [
            ("term", name, stems[0], FIELD[name].weight)
            if len(stems) == 1
            else ("phrase", name, stems, FIELD[name].weight, 1)
            for name in fields
        ]
        return parts[0] if len(parts) == 1 else ("or", tuple(parts))

    def _prefix(self, query: Prefix) -> Plan:
        # What folds away, such as an apostrophe, is the beginning of no word.
        folded = fold(query.text)
        if not folded:
            return NOTHING
        if query.field is None:
            self.patterns[folded] = f"{query.text}*"
            return "constant", 1.0, ("prefix", "words", folded)
        words, is_cut = self._dictionary.expand(folded)
        if is_cut:
            self.cut.append(f"{query.text}*")
        return self._any_word(words, query.field)

    def _fuzzy(self, query: Fuzzy) -> Plan:
        if (near := near_words(query)) is None:
            return NOTHING
        word, distance, typed = near.word, near.most, f"{query.text}~{query.distance}"
        if query.field is None:
            self.patterns[f"{word}~{distance}"] = typed
            return "constant", 1.0, ("fuzzy", "words", word, distance, 0, True)
        words, is_cut = self._dictionary.near(word, distance)
        if is_cut:
            self.cut.append(typed)
        return self._any_word(words, query.field)

    def _any_word(self, words: Iterable[str], field: str) -> Plan:
        """
        Look in one field for words as written.

        Whole words are kept for both fields together, stems for each: the document has
        to have the word, and the field its stem.
        """
        by_stem: dict[str, list[str]] = {}
        for word in words:
            by_stem.setdefault(self._analyzer.stem(word), []).append(word)
        choices = tuple(
            ("and", (("term", field, stem, 0.0), _any_of("words", group)))
            for stem, group in by_stem.items()
        )
        return ("constant", 1.0, ("or", choices)) if choices else NOTHING

    def _name(self, name: str, text: str) -> Plan:
        from searchkit.documents import (  # noqa: PLC0415 - few queries name names
            MAX_NAME_WORDS,
            name_words,
        )

        words = name_words(text)
        if not words or len(words) > MAX_NAME_WORDS:
            return NOTHING
        return _term(name, " ".join(words), FIELD[name].weight)

    def _dates(self, query: DateRange) -> Plan:
        if not query.interval.is_ordered:
            return NOTHING
        if query.within:
            terms = within_terms(query.interval, partial(self._walk, query.clock))
            groups: tuple[tuple[float, tuple[str, ...]], ...] = ((1.0, terms),)
        else:
            groups = overlap_groups(query.interval)
        return "best", query.clock, FIELD[query.clock].weight, groups

    def _walk(self, field: str, prefix: str) -> Iterator[str]:
        return (term for term, _ in self._dictionary.terms(field, prefix))

    def neighbours(self, query: Query) -> list[tuple[str, str, str, float]]:
        """
        Return the pairs of words whose proximity counts.
        """
        if not isinstance(query, And | Or):
            return []
        words = [
            terms[0][0]
            for child in query.children
            if isinstance(child, Word)
            and child.field is None
            and len(terms := self._analyzer.terms(child.text)) == 1
        ]
        return [
            (
                name,
                left,
                right,
                proximity_score(
                    1.0,
                    FIELD[name].weight,
                    self._idf(name, left),
                    self._idf(name, right),
                ),
            )
            for left, right in pairwise(words)
            for name in TEXT_FIELDS
        ]

    def _idf(self, name: str, term: str) -> float:
        frequency = self._dictionary.document_frequency(name, term)
        return idf(frequency, max(self._dictionary.field_count(name), frequency))


def _exact(name: str, text: str) -> Plan:
    if name == "source":
        from searchkit.documents import name_term  # noqa: PLC0415 - as above

        text = name_term(text)
    return _term(name, text)


def _term(name: str, term: str, weight: float = 0.0) -> Plan:
    try:
        term.encode()
    except UnicodeEncodeError:  # no term has half a code point
        return NOTHING
    return "term", name, term, weight


def _any_of(name: str, terms: Iterable[str]) -> Plan:
    return "best", name, 0.0, ((1.0, tuple(terms)),)
