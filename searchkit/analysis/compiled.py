"""
The native form of the analyzer: the extension finds surfaces and remembers them.

It gives the same as the pure form on any text.  Folding stays in
``searchkit.analysis.folding``, but for the rules of ASCII, which the extension applies
itself, and stemming is the stemmer's: the extension asks for each distinct surface
once, and looks up what it was told from then on.

Native code that shares the analyzer reads hundreds of megabytes a second; here most of
the time goes into Python's objects: ``terms`` is six times as fast as the pure form,
``tokens`` two to three times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.analysis.english import Analyzer, Token
from searchkit.analysis.unicode_data import decimal_ranges, mark_ranges, word_ranges
from searchkit.native import load
from searchkit.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from searchkit.native import _native

#: What an analyzer may remember before it starts anew, in bytes.
_MEMORY_LIMIT = 64_000_000


class NativeAnalyzer(Analyzer):
    """
    Turns text into tokens by means of the extension.

    For one thread at a time; it raises ``RuntimeError`` where two use it at once.

    Args:
        language: A Snowball stemmer by its name, such as ``german``.

    Attributes:
        native: The extension's analyzer, which native code may share.  Numbers of its
            terms last until the next call of a method here, which may start anew.

    Raises:
        ValueError: There is no such stemmer.
        RuntimeError: The extension is missing or switched off.
    """

    native: _native.Analyzer

    def __init__(self, language: str = "english") -> None:
        extension = load()
        if extension is None:
            message = "searchkit's native extension is not here; use the pure Analyzer"
            raise RuntimeError(message)
        super().__init__(language)
        self.native = extension.Analyzer(
            self._analyse,
            word_ranges(),
            decimal_ranges(),
            mark_ranges(),
            self._analyse.stemmer,
            self._analyse.possessives,
        )

    def tokens(self, text: str) -> Iterator[Token]:
        """
        Analyse a text; see :meth:`Analyzer.tokens`.
        """
        self.bound_memory()
        # Constructors of named tuples take twice as long as all the rest.
        new = tuple.__new__
        for term, word, position, start, end in self.native.tokens(text):
            span = new(Span, (start, end))
            yield new(Token, (term, word, position, span))

    def terms(self, text: str) -> list[tuple[str, str]]:
        """
        Analyse a text without spans; see :meth:`Analyzer.terms`.
        """
        self.bound_memory()
        return self.native.terms(text)

    def bound_memory(self) -> None:
        """
        Start anew where too much is remembered, as the other methods do.
        """
        if self.native.memory() > _MEMORY_LIMIT:
            self.native.clear()
