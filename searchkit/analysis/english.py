"""
The English analyzer: from text to tokens.

The same analyzer serves indexing and querying, so that what is typed meets what is
stored.  Three steps, in this order:

1. **Tokenize.**  A token is a run of letters, digits and combining marks; a mark never
   starts one.  It may hold apostrophes between letters (``O'Neill``), dots between
   single letters (``U.S``), and the separators of one number (``1,250.75``).  All else
   parts tokens: ``COVID-19`` is two, standing side by side.  Ideographs and hiragana,
   which are written without spaces, are a token each.
2. **Fold.**  Compatibility decomposition (NFKD), lower case, diacritics off
   (``Erdoğan`` is ``erdogan``, ``Łódź`` is ``lodz``), possessives off (``Kabul's``),
   apostrophes, dots of acronyms and thousands separators off (``U.S.`` is ``us``,
   ``1,250`` is ``1250``).
3. **Stem.**  Snowball's English stemmer (Porter 2) on the folded word.

Every token has a position, stop words included: ``"to be or not to be"`` is found.
Terms longer than 64 code points are cut there.

Other languages go the same way with another Snowball stemmer; only English has its
possessives cut off.

The analyzer does not guess the language, split compounds, or know synonyms.  It is a
class with two forms that give the same on any text: :class:`Analyzer` is pure Python,
``searchkit.analysis.compiled`` lets the native extension find and remember surfaces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from searchkit.analysis.folding import Pieces, SurfaceAnalyzer
from searchkit.analysis.surfaces import scannable, surface_pattern
from searchkit.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_Pairs: TypeAlias = tuple[tuple[str, str], ...]
_Made = TypeVar("_Made")

ANALYZER_FINGERPRINT = "english-1"
"""Changes whenever the same text may give other tokens; kept in the manifest."""

#: Distinct surface forms whose analysis is remembered, about 25 MB.
_CACHE_SIZE = 100_000


class Token(NamedTuple):
    """
    One occurrence of a term in a text.

    Attributes:
        term: The folded stem, which posting lists are kept for.
        word: The folded surface form.
        position: How many tokens stand before it in the text.
        span: Where it stands; the text there is the surface form.
    """

    term: str
    word: str
    position: int
    span: Span


class Analyzer:
    """
    Turns text into tokens, by the rules of this module.

    This is the interface of both forms, and the pure one.  Not safe for use by several
    threads at once: the stemmer keeps a buffer.  Use
    :func:`searchkit.analysis.english_analyzer`, which gives one a thread.

    Args:
        language: A Snowball stemmer by its name, such as ``german``.

    Raises:
        ValueError: There is no such stemmer.
    """

    def __init__(self, language: str = "english") -> None:
        self.language = language
        self._analyse = SurfaceAnalyzer(language)
        self._analyses: _Remembered[Pieces] = _Remembered(self._analyse)
        self._pairs: _Remembered[_Pairs] = _Remembered(
            lambda surface: tuple(piece[:2] for piece in self._analyse(surface))
        )

    def tokens(self, text: str) -> Iterator[Token]:
        """
        Analyse a text.

        Args:
            text: Any text.

        Yields:
            Tokens in order; positions count from 0 without gaps.

        Example:
            >>> for token in Analyzer().tokens("The U.S. withdrew."):
            ...     print(token.term, token.word, token.position, *token.span)
            the the 0 0 3
            us us 1 4 7
            withdrew withdrew 2 9 17
        """
        analyses = self._analyses
        position = 0
        for match in surface_pattern().finditer(scannable(text)):
            surface = match[0]
            at = match.start()
            for term, word, start, end in analyses[surface]:
                yield Token(term, word, position, Span(at + start, at + end))
                position += 1

    def terms(self, text: str) -> list[tuple[str, str]]:
        """
        Analyse a text without spans, which is several times faster.

        Returns:
            Term and word of each token; the index in the list is the position.
        """
        pairs = self._pairs
        found: list[tuple[str, str]] = []
        for surface in surface_pattern().findall(scannable(text)):
            found += pairs[surface]
        return found

    def stem(self, word: str) -> str:
        """
        Return the term of a token from its word.

        Example:
            >>> Analyzer().stem("ministers")
            'minist'
        """
        return self._analyse.stem(word)


EnglishAnalyzer = Analyzer
"""An analyzer that is meant for English, the default."""


class _Remembered(dict[str, _Made]):
    """
    What was made of surface forms seen before; made when first asked for.
    """

    def __init__(self, make: Callable[[str], _Made]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, surface: str) -> _Made:
        if len(self) >= _CACHE_SIZE:
            self.clear()
        self[surface] = made = self._make(surface)
        return made
