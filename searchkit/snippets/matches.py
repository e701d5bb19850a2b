"""
Matches: which stretches of a text answer a query.

:class:`Criteria` reads from the positive leaves of a query tree what to look for in the
title and in the body; :func:`find_matches` looks for it:

- a word matches every token with the same stem; a word of several tokens
  (``COVID-19``) matches where they stand side by side;
- a phrase matches where its stems stand side by side, as one stretch; its single words
  elsewhere are no match;
- a prefix matches every token whose folded form begins with it;
- a fuzzy word matches every token whose folded form is within its edits;
- a name matches mentions of an entity of that type, where its words stand side by side
  in the canonical name or in the words of the mention; a mention key matches those of
  just this name and these words;
- a range of mentioned dates matches time expressions that overlap it.

What stands under a ``Not``, the date of publication and identifiers match nothing.
Every match has a *key*, the same for all matches of one leaf, and a *weight*, which
says how much it is worth to show that leaf.  The text is analysed once, in one pass,
whatever the number of leaves; words and phrases need no second look at it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from searchkit.analysis import STOP_WORDS, fold
from searchkit.queries.fuzzy import near_words
from searchkit.queries.tree import (
    DateRange,
    Fuzzy,
    Mention,
    Name,
    Phrase,
    Prefix,
    Word,
    leaves,
)
from searchkit.spans import Span
from searchkit.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from searchkit.analysis import EnglishAnalyzer
    from searchkit.annotations.model import Annotations
    from searchkit.queries.fuzzy import NearWords
    from searchkit.queries.tree import Query, TextField

#: A phrase is worth this many times the sum of its words.
_PHRASE_FACTOR = 1.5
#: Weight of an entity when the caller gives none; a plain word has 1.
_NAME_WEIGHT = 2.0


class Match(NamedTuple):
    """
    A stretch of text that answers one leaf of a query.

    Attributes:
        span: Where it stands.
        key: Which leaf it answers: ``taliban`` or ``doha agreement`` (stems) for words
            and phrases, ``tali*`` for prefixes, ``kabul~1`` for fuzzy words,
            ``place:kabul`` for names in whatever spelling,
            ``dates:2021-08`` for dates.
        weight: How much it is worth to show this key, above 0.
    """

    span: Span
    key: str
    weight: float


class TermSequence(Value):
    """
    Terms that must stand side by side, prepared for one pass over a text.

    Attributes:
        terms: The terms in order, two or more.
        borders: For each number of terms seen, the length of the longest proper
            beginning of ``terms`` that they also end with (Knuth, Morris and Pratt,
            "Fast Pattern Matching in Strings", 1977).
    """

    terms: tuple[str, ...]
    borders: tuple[int, ...]
    key: str
    weight: float

    def advance(self, seen: int, term: str) -> int:
        """
        Return how many terms are seen after one more, given how many were before.
        """
        while seen and self.terms[seen] != term:
            seen = self.borders[seen]
        return seen + (self.terms[seen] == term)


class _Name(Value):
    types: frozenset[str]
    folded: str
    words: tuple[str, ...]
    key: str
    weight: float


class _Wanted(NamedTuple):
    key: str
    weight: float


class _Dates(NamedTuple):
    query: DateRange
    key: str
    weight: float


class TokenCriteria(Value):
    """
    What to look for in the tokens of one field.

    Attributes:
        words: Key and weight of each term.
        sequences: Terms that must stand side by side.
        prefixes: Key and weight of each beginning of a folded word.
        fuzzies: The words that each fuzzy word stands for, and its weight, by its key.
    """

    words: dict[str, tuple[str, float]]
    sequences: list[TermSequence]
    prefixes: dict[str, tuple[str, float]]
    fuzzies: dict[str, tuple[NearWords, float]]


class Criteria:
    """
    What to look for in the texts of a hit; made once for a query, used for every hit.

    Attributes:
        analyzer: Turns the texts into tokens, as it did the words of the query.
        of_tokens: What to look for in the tokens of each field.
    """

    __slots__ = ("_dates", "_mentions", "_names", "_of_names", "analyzer", "of_tokens")

    def __init__(self, analyzer: EnglishAnalyzer) -> None:
        self.analyzer = analyzer
        self.of_tokens: dict[TextField, TokenCriteria] = {
            "title": TokenCriteria({}, [], {}, {}),
            "body": TokenCriteria({}, [], {}, {}),
        }
        self._names: list[_Name] = []
        #: Type and folded names of the mentions that are asked for by their keys.
        self._mentions: dict[tuple[str, str], _Wanted] = {}
        #: What each mention, by type, name and surface, is asked for as.
        self._of_names: dict[tuple[str, str, str], list[_Name | _Wanted]] = {}
        self._dates: list[_Dates] = []

    @classmethod
    def of(
        cls,
        tree: Query,
        analyzer: EnglishAnalyzer,
        *,
        weights: Mapping[str, float] | None = None,
    ) -> Criteria:
        """
        Read from a query tree what to look for.

        Args:
            tree: Any tree.
            analyzer: The analyzer of the engine that found the hits.
            weights: How much the keys of :class:`Match` are worth, above 0, such as
                the inverse document frequency of terms.  What is missing has 1 if it is
                a word, 2 if it is a name, and one and a half times the sum of its
                words, stop words apart, if it is a phrase.
        """
        criteria = cls(analyzer)
        weights = weights or {}
        for leaf in leaves(tree, positive_only=True):
            match leaf:
                case Word(text, field) | Phrase(text, field):
                    criteria._add_terms(text, field, weights)
                case Prefix(text, field):
                    criteria._add_prefix(text, field, weights)
                case Fuzzy():
                    criteria._add_fuzzy(leaf, weights)
                case Name(kind, text):
                    criteria._add_name(kind, text, weights)
                case Mention(kind, mention):
                    criteria._add_mention(kind, mention, weights)
                case DateRange("dates") if leaf.interval.is_ordered:
                    key = str(leaf)
                    weight = weights.get(key, 1.0)
                    criteria._dates.append(_Dates(leaf, key, weight))
                case _:
                    pass
        return criteria

    def _of_fields(self, field: TextField | None) -> Iterator[TokenCriteria]:
        for field_name, criteria in self.of_tokens.items():
            if field is None or field == field_name:
                yield criteria

    def _add_terms(
        self, text: str, field: TextField | None, weights: Mapping[str, float]
    ) -> None:
        tokens = self.analyzer.terms(text)
        terms = tuple(term for term, _ in tokens)
        key = " ".join(terms)
        if len(terms) == 1:
            for criteria in self._of_fields(field):
                criteria.words[key] = key, weights.get(key, 1.0)
        elif terms:
            sum_of_words = sum(
                weights.get(term, 0.0 if word in STOP_WORDS else 1.0)
                for term, word in tokens
            )
            weight = weights.get(key, _PHRASE_FACTOR * (sum_of_words or 1.0))
            sequence = TermSequence(terms, _borders(terms), key, weight)
            for criteria in self._of_fields(field):
                if sequence not in criteria.sequences:
                    criteria.sequences.append(sequence)

    def _add_prefix(
        self, text: str, field: TextField | None, weights: Mapping[str, float]
    ) -> None:
        tokens = self.analyzer.terms(text)
        prefix = tokens[0][1] if len(tokens) == 1 else fold(text)
        if prefix:
            key = f"{prefix}*"
            for criteria in self._of_fields(field):
                criteria.prefixes[prefix] = key, weights.get(key, 1.0)

    def _add_fuzzy(self, leaf: Fuzzy, weights: Mapping[str, float]) -> None:
        if near := near_words(leaf):
            key = f"{near.word}~{near.most}"
            for criteria in self._of_fields(leaf.field):
                criteria.fuzzies[key] = near, weights.get(key, 1.0)

    def _add_name(self, kind: str, text: str, weights: Mapping[str, float]) -> None:
        from searchkit.annotations.model import ENTITY_TYPES  # noqa: PLC0415 - costly

        types = frozenset(ENTITY_TYPES if kind == "entity" else (kind,))
        folded = fold(text.strip())
        key = f"{kind}:{folded}"
        weight = weights.get(key, _NAME_WEIGHT)
        words = self._words(text)
        if folded:
            self._names.append(_Name(types, folded, words, key, weight))

    def _add_mention(
        self, kind: str, mention: str, weights: Mapping[str, float]
    ) -> None:
        name, _, surface = mention.strip("|").partition("|")
        key = f"{kind}:{name or surface}"
        weight = weights.get(key, _NAME_WEIGHT)
        self._mentions[kind, mention] = _Wanted(key, weight)

    def _words(self, text: str) -> tuple[str, ...]:
        return tuple(word for _, word in self.analyzer.terms(text))

    def targets(self) -> list[tuple[str, float]]:
        """
        Return the distinct keys that matches may have, with their weights, in order.
        """
        targets = {(wanted.key, wanted.weight) for wanted in self._names}
        targets.update((wanted.key, wanted.weight) for wanted in self._dates)
        targets.update(self._mentions.values())
        for criteria in self.of_tokens.values():
            targets.update(criteria.words.values(), criteria.prefixes.values())
            targets.update(
                (key, weight) for key, (_, weight) in criteria.fuzzies.items()
            )
            targets.update((wanted.key, wanted.weight) for wanted in criteria.sequences)
        return sorted(targets)

    def in_tokens(self, text: str, field: TextField) -> Iterator[Match]:
        """
        Find words, phrases, prefixes and fuzzy words in a text.

        Args:
            text: The title or the body of an article.
            field: Which of the two it is.

        Yields:
            Matches in the order of their ends.
        """
        words, sequences = self.of_tokens[field].words, self.of_tokens[field].sequences
        prefixes = self.of_tokens[field].prefixes
        fuzzies = self.of_tokens[field].fuzzies
        if not (words or sequences or prefixes or fuzzies):
            return
        wanted = frozenset(words).union(*(sequence.terms for sequence in sequences))
        beginnings = tuple(prefixes)
        seen = [0] * len(sequences)
        longest = max((len(sequence.terms) for sequence in sequences), default=1)
        # Where the last tokens started; all of them are wanted and side by side.
        starts: deque[int] = deque(maxlen=longest)
        for term, word, _, span in self.analyzer.tokens(text):
            if beginnings and word.startswith(beginnings):
                for prefix, (key, weight) in prefixes.items():
                    if word.startswith(prefix):
                        yield Match(span, key, weight)
            for key, (near, weight) in fuzzies.items():
                if near.distance(word) is not None:
                    yield Match(span, key, weight)
            if term not in wanted:
                if starts:
                    starts.clear()
                    seen = [0] * len(sequences)
                continue
            if term in words:
                yield Match(span, *words[term])
            if sequences:
                starts.append(span.start)
                for number, sequence in enumerate(sequences):
                    seen[number] = sequence.advance(seen[number], term)
                    if seen[number] == len(sequence.terms):
                        seen[number] = 0
                        start = starts[-len(sequence.terms)]
                        stretch = Span(start, span.end)
                        yield Match(stretch, sequence.key, sequence.weight)

    def in_annotations(
        self, annotations: Annotations, field: TextField
    ) -> Iterator[Match]:
        """
        Find names and dates in the annotations of one field.

        Args:
            annotations: All annotations of the article.
            field: The field that the matches shall be in.

        Yields:
            Matches in no particular order.
        """
        if self._names or self._mentions:
            yield from self._names_among(annotations, field)
        if self._dates:
            for time in annotations.times:
                if time.field == field and time.interval is not None:
                    for query, key, weight in self._dates:
                        if query.matches(time.interval):
                            yield Match(time.span, key, weight)

    def _names_among(
        self, annotations: Annotations, field: TextField
    ) -> Iterator[Match]:
        # Articles repeat a few names many times.
        found = self._of_names
        for mention in annotations.entities:
            if mention.field != field:
                continue
            identity = mention.type, mention.name, mention.surface
            if identity not in found:
                forms = {mention.name, mention.surface}
                folded = {fold(form.strip()) for form in forms}
                words = {form: self._words(form) for form in forms}
                found[identity] = [
                    wanted
                    for wanted in self._names
                    if mention.type in wanted.types
                    and (
                        wanted.folded in folded
                        or any(_holds(form, wanted.words) for form in words.values())
                    )
                ]
                if self._mentions:
                    both = (
                        " ".join(words[mention.name]),
                        " ".join(words[mention.surface]),
                    )
                    key = mention.type, f"|{both[0]}|{both[1]}"
                    if key in self._mentions:
                        found[identity].append(self._mentions[key])
            for wanted in found[identity]:
                yield Match(mention.span, wanted.key, wanted.weight)


def find_matches(
    text: str,
    criteria: Criteria,
    field: TextField,
    annotations: Annotations | None = None,
) -> list[Match]:
    """
    Find what answers a query in one text of an article.

    Args:
        text: The title or the body.
        criteria: What to look for.
        field: Which of the two texts it is.
        annotations: All annotations of the article; without them, names and dates
            match nothing.  Spans that do not lie in ``text`` are passed over.

    Returns:
        Matches in order of their spans; those of different keys may overlap.

    Example:
        >>> from searchkit.analysis import english_analyzer
        >>> from searchkit.queries.tree import And, Phrase, Word
        >>> tree = And((Word("ministers"), Phrase("Doha agreement")))
        >>> criteria = Criteria.of(tree, english_analyzer())
        >>> text = "The minister left Doha; the Doha agreement stands."
        >>> [m.span.cut(text) for m in find_matches(text, criteria, "body")]
        ['minister', 'Doha agreement']
    """
    matches = list(criteria.in_tokens(text, field))
    if annotations is not None:
        size = len(text)
        matches += [
            match
            for match in criteria.in_annotations(annotations, field)
            if 0 <= match.span.start < match.span.end <= size
        ]
    matches.sort()
    return matches


def _borders(terms: Sequence[str]) -> tuple[int, ...]:
    borders = [0, 0]
    for term in terms[1:-1]:
        border = borders[-1]
        while border and terms[border] != term:
            border = borders[border]
        borders.append(border + (terms[border] == term))
    return tuple(borders)


def _holds(words: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """
    Tell whether ``part`` stands side by side somewhere in ``words``; never if empty.
    """
    size = len(part)
    return size > 0 and any(
        words[start : start + size] == part for start in range(len(words) - size + 1)
    )
