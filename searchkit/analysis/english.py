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

The analyzer does not guess the language, split compounds, or know synonyms.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from searchkit.analysis.unicode_data import folding_table, mark_ranges
from searchkit.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_Analysis: TypeAlias = tuple[tuple[str, str, int, int], ...]
_Pairs: TypeAlias = tuple[tuple[str, str], ...]
_Made = TypeVar("_Made")

ANALYZER_FINGERPRINT = "english-1"
"""Changes whenever the same text may give other tokens; kept in the manifest."""

MAX_TERM_LENGTH = 64
"""Longest term, in code points; what is longer is noise, and is cut."""

#: Distinct surface forms whose analysis is remembered, about 25 MB.
_CACHE_SIZE = 100_000

_MARK_CLASS = "".join(
    chr(first) if first == last else f"{chr(first)}-{chr(last)}"
    for first, last in mark_ranges()
)
_SURFACE = re.compile(
    rf"""
      [^\W\d](?:\.[^\W\d]){{1,10}}(?!\w)                       # U.S
    | \d{{1,3}}(?:,\d{{3}}){{1,8}}(?:\.\d{{1,12}})?(?!\.?\w)   # 1,250.75
    | (?<!\d\.)\d{{1,20}}\.\d{{1,12}}(?!\.?\w)                 # 3.14
    | \w[\w{_MARK_CLASS}]*+(?:['’]\w[\w{_MARK_CLASS}]*+)*+     # O'Neill
    """,
    re.VERBOSE,
)
_ACRONYM = re.compile(r"[^\W\d](?:\.[^\W\d])+\Z")
_POSSESSIVE = re.compile(r"['’][sSｓＳ]\Z")
#: Scripts written without spaces, one token a character: hiragana and ideographs.
_UNSPACED = "\u3041-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_OTHER = rf"[^\W{_UNSPACED}](?:[^\W{_UNSPACED}]|[{_MARK_CLASS}])*+"
_UNSPACED_PIECES = re.compile(
    rf"[{_UNSPACED}][{_MARK_CLASS}]*+|{_OTHER}(?:['’]{_OTHER})*+"
)
_FOLDING = folding_table()


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


class EnglishAnalyzer:
    """
    Turns text into tokens, by the rules of this module.

    Not safe for use by several threads at once: the stemmer keeps a buffer.  Use
    :func:`searchkit.analysis.english_analyzer`, which gives one a thread.
    """

    def __init__(self) -> None:
        import Stemmer  # noqa: PLC0415 - only those who analyse pay for it

        self._stem = Stemmer.Stemmer("english", 0).stemWord
        self._analyses: _Remembered[_Analysis] = _Remembered(self._analyse)
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
            >>> for token in EnglishAnalyzer().tokens("The U.S. withdrew."):
            ...     print(token.term, token.word, token.position, *token.span)
            the the 0 0 3
            us us 1 4 7
            withdrew withdrew 2 9 17
        """
        analyses = self._analyses
        position = 0
        for match in _SURFACE.finditer(_blank_underscores(text)):
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
        for surface in _SURFACE.findall(_blank_underscores(text)):
            found += pairs[surface]
        return found

    def stem(self, word: str) -> str:
        """
        Return the term of a token from its word.

        Example:
            >>> EnglishAnalyzer().stem("ministers")
            'minist'
        """
        term: str = self._stem(word)
        return term[:MAX_TERM_LENGTH]

    def _analyse(self, surface: str) -> _Analysis:
        """
        Fold and stem one surface form.

        Returns:
            Term, word, start and end of each token in it, at least one.
        """
        if _HAS_UNSPACED.search(surface):
            # Cut last, a possessive would leave a piece of nothing but an apostrophe.
            plain = _POSSESSIVE.sub("", surface)
            return tuple(
                (*self._analyse_word(piece[0]), *piece.span())
                for piece in _UNSPACED_PIECES.finditer(plain)
            )
        return ((*self._analyse_word(surface), 0, len(surface)),)

    def _analyse_word(self, surface: str) -> tuple[str, str]:
        plain = _POSSESSIVE.sub("", surface)
        if _ACRONYM.match(plain):
            plain = plain.replace(".", "")
        elif plain[0].isdecimal():
            plain = plain.replace(",", "")
        # A surface of nothing but diacritic letters folds away; it keeps its place.
        word = fold(plain)[:MAX_TERM_LENGTH] or "\ufffd"
        return self.stem(word), word


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


def fold(text: str) -> str:
    """
    Fold letter case, diacritics and apostrophes of a stretch of text.

    Two names are the same for searching where their folded forms are equal.

    Example:
        >>> fold("Recep Tayyip Erdoğan"), fold("O’Neill"), fold("Straße")
        ('recep tayyip erdogan', 'oneill', 'strasse')
    """
    if text.isascii():
        return text.lower().replace("'", "")
    lowered = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFKD", lowered).translate(_FOLDING)
    return unicodedata.normalize("NFC", plain)


def _blank_underscores(text: str) -> str:
    """
    Turn underscores, which count as word characters in patterns, into spaces.
    """
    return text.replace("_", " ") if "_" in text else text
