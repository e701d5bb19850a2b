"""
The native form of the snippets: the extension finds matches and chooses fragments.

It gives the same as the pure form on any text and any query; ``matches``, ``fragments``
and ``choice`` say the rules.  What a character is, be it a letter, a capital or white
space, the extension asks Python for, once for each block of them, so that both forms
read the same Unicode.

It reads the stored text of each hit anew, like the pure form, but analyses only words
that begin like one of the query's.  This takes a microsecond or two, less than it takes
to fetch the text from the catalog, so that nothing is kept in the index for it.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from searchkit.analysis import folded_alone
from searchkit.analysis.compiled import NativeAnalyzer
from searchkit.analysis.sentences import ANYWHERE, BEFORE_NAMES, OPENERS
from searchkit.hits import Snippet
from searchkit.native import load
from searchkit.settings import SNIPPET_SIZE, SNIPPETS_PER_HIT
from searchkit.snippets.maker import SnippetMaker, check_options, comparable
from searchkit.snippets.matches import Match
from searchkit.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import ModuleType

    from searchkit.annotations.model import Annotations
    from searchkit.native import _native
    from searchkit.queries.tree import Query, TextField
    from searchkit.snippets.matches import Criteria

_Target: TypeAlias = tuple[str, float]

#: Languages whose stems begin with the same two letters as their words.
_KEEPING_BEGINNINGS = frozenset({"english"})
#: Characters that the extension asks for at once.
_BLOCK = 128
#: More than any text has; the extension counts no further.
_MOST = 1 << 40


class NativeSnippetMaker(SnippetMaker):
    """
    Quotes articles by means of the extension; see :class:`SnippetMaker`.

    Args:
        tree: The query; what stands under a ``Not`` is left out.
        analyzer: The analyzer of the engine that found the articles.
        weights: How much it is worth to show each key; see :class:`Criteria`.

    Raises:
        RuntimeError: The extension is missing or switched off.
    """

    def __init__(
        self,
        tree: Query,
        analyzer: NativeAnalyzer,
        *,
        weights: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(tree, analyzer, weights=weights)
        assert isinstance(analyzer, NativeAnalyzer)
        analyzer.bound_memory()
        self._analyzer = analyzer
        self._chooser = _chooser()
        self._targets = _Targets(self.criteria.targets())
        self._in_body = _finder(self.criteria, self._targets, "body")
        of_tokens = self.criteria.of_tokens
        self._in_title = (
            self._in_body
            if of_tokens["title"] == of_tokens["body"]
            else _finder(self.criteria, self._targets, "title")
        )

    def snippets(
        self,
        body: str,
        annotations: Annotations | None = None,
        *,
        count: int = SNIPPETS_PER_HIT,
        size: int = SNIPPET_SIZE,
    ) -> tuple[Snippet, ...]:
        """
        Quote the stretches of a body; see :meth:`SnippetMaker.snippets`.
        """
        if not 0 < count <= _MOST or not 0 < size <= _MOST:
            check_options(count, size)
            if not count:
                return ()
            count, size = min(count, _MOST), min(size, _MOST)
        self._analyzer.bound_memory()
        found = self._annotated(len(body), "body", annotations) if annotations else ()
        return self._chooser.choose(
            body, self._in_body, found, self._targets.numbered, count, size
        )

    def title_highlights(
        self, title: str, annotations: Annotations | None = None
    ) -> tuple[Span, ...]:
        """
        Find what answers in a title; see :meth:`SnippetMaker.title_highlights`.
        """
        found = self._annotated(len(title), "title", annotations) if annotations else ()
        return self._chooser.highlights(title, self._in_title, found)

    def quote(
        self,
        title: str,
        body: str,
        annotations: Annotations | None = None,
        *,
        count: int = SNIPPETS_PER_HIT,
        size: int = SNIPPET_SIZE,
    ) -> tuple[tuple[Snippet, ...], tuple[Span, ...]]:
        """
        Quote an article; see :meth:`SnippetMaker.quote`.
        """
        if annotations or not 0 < count <= _MOST or not 0 < size <= _MOST:
            return super().quote(title, body, annotations, count=count, size=size)
        self._analyzer.bound_memory()
        return self._chooser.quote(
            *(title, body, self._in_title, self._in_body),
            *(self._targets.numbered, count, size),
        )

    def matches(
        self, text: str, field: TextField, annotations: Annotations | None = None
    ) -> list[Match]:
        """
        Find what answers in one text; see :meth:`SnippetMaker.matches`.
        """
        self._analyzer.bound_memory()
        finder = self._in_title if field == "title" else self._in_body
        found = finder.find(text)
        if annotations is not None:
            found += self._annotated(len(text), field, annotations)
        targets = self._targets.named
        return sorted(
            Match(Span(start, end), *targets[target]) for start, end, target in found
        )

    def _annotated(
        self, size: int, field: TextField, annotations: Annotations
    ) -> list[tuple[int, int, int]]:
        numbers = self._targets.numbers
        return [
            (start, end, numbers[key, weight])
            for (start, end), key, weight in self.criteria.in_annotations(
                annotations, field
            )
            if 0 <= start < end <= size
        ]


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
        matches: What answers the query, in any order.
        count: Most snippets, 0 or more.
        size: Most code points of a snippet, 1 or more.

    Returns:
        The same as :func:`searchkit.snippets.choice.choose`.

    Raises:
        ValueError: ``count`` is below 0 or ``size`` below 1.
        RuntimeError: The extension is missing or switched off.
    """
    check_options(count, size)
    if not count:
        return ()
    usable = [
        match
        for match in matches
        if 0 <= match.span.start < match.span.end <= len(body)
    ]
    targets = _Targets(sorted({(match.key, match.weight) for match in usable}))
    numbered = [
        (start, end, targets.numbers[key, weight])
        for (start, end), key, weight in usable
    ]
    count, size = min(count, _MOST), min(size, _MOST)
    return _chooser().choose(body, None, numbered, targets.numbered, count, size)


class _Targets:
    """
    The keys that matches may have, with their weights, by numbers in their order.
    """

    def __init__(self, named: Sequence[_Target]) -> None:
        self.named = named
        self.numbers = {target: number for number, target in enumerate(named)}
        keys = {key: number for number, (key, _) in enumerate(named)}
        self.numbered = tuple([(keys[key], weight) for key, weight in named])


def _finder(
    criteria: Criteria, targets: _Targets, field: TextField
) -> _native.MatchFinder:
    analyzer, wanted = criteria.analyzer, criteria.of_tokens[field]
    assert isinstance(analyzer, NativeAnalyzer)  # the maker's
    numbers = targets.numbers
    finder: _native.MatchFinder = _extension().MatchFinder(
        analyzer.native,
        analyzer.language in _KEEPING_BEGINNINGS,
        [(term, numbers[target]) for term, target in wanted.words.items()],
        [
            (sequence.terms, numbers[sequence.key, sequence.weight])
            for sequence in wanted.sequences
        ],
        [(prefix, numbers[target]) for prefix, target in wanted.prefixes.items()],
        [
            (near.word, near.most, numbers[key, weight])
            for key, (near, weight) in wanted.fuzzies.items()
        ],
    )
    return finder


@cache
def _chooser() -> _native.SnippetChooser:
    chooser: _native.SnippetChooser = _extension().SnippetChooser(
        *(_kinds_of_block, comparable, folded_alone),
        *(BEFORE_NAMES, ANYWHERE, OPENERS),
        *(Snippet, Span),
    )
    return chooser


def _extension() -> ModuleType:
    extension = load()
    if extension is None:
        message = "searchkit's native extension is not here; use the pure SnippetMaker"
        raise RuntimeError(message)
    return extension


def _kinds_of_block(number: int) -> bytes:
    """
    Say of each character of a block what it is, as the extension wants it.
    """
    first = number * _BLOCK
    return bytes(map(_kinds, map(chr, range(first, first + _BLOCK))))


def _kinds(character: str) -> int:
    return (
        (character.isalnum() or character == "_")  # what patterns call \w
        | character.isspace() << 1
        | character.islower() << 2
        | (character.isalpha() and character.isupper()) << 3
        | character.isdigit() << 4
        | unicodedata.category(character).startswith("M") << 5
    )
