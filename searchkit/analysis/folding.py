"""
Folding and stemming: from a surface to the terms and words of its tokens.

What spelling may not part, readers find together: letter case, diacritics, possessives,
apostrophes, the dots of acronyms and the thousands separators of numbers go, and
inflected forms share a stem.  :func:`fold` does the first for any stretch of text;
:class:`SurfaceAnalyzer` does all of it for one surface, for both forms of the analyzer:
there is one definition of what a term is.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, TypeAlias

from searchkit.analysis.surfaces import has_unspaced, unspaced_pieces
from searchkit.analysis.unicode_data import folding_table

if TYPE_CHECKING:
    from collections.abc import Callable

Pieces: TypeAlias = tuple[tuple[str, str, int, int], ...]
"""Term, word, start and end of each token of a surface."""

MAX_TERM_LENGTH = 64
"""Longest term, in code points; what is longer is noise, and is cut."""

#: The stemmers of English, whose possessives are no part of a word.
_ENGLISH = frozenset({"english", "porter", "lovins"})

_POSSESSIVES = tuple(mark + letter for mark in "'’" for letter in "sSｓＳ")


class SurfaceAnalyzer:
    """
    Folds and stems one surface.

    Not safe for use by several threads at once: the stemmer keeps a buffer.

    Args:
        language: A Snowball stemmer by its name, in lower case.

    Attributes:
        stemmer: What alone is asked for the term of a word; the extension asks it
            directly for words of ASCII, whose other rules it has itself.
        possessives: Endings that are no part of a word.

    Raises:
        ValueError: There is no such stemmer.
    """

    def __init__(self, language: str) -> None:
        import Stemmer  # noqa: PLC0415 - only those who analyse pay for it

        known = Stemmer.algorithms()
        if language not in known:
            message = f"no stemmer is called {language!r}; there are {', '.join(known)}"
            raise ValueError(message)
        self.stemmer: Callable[[str], str] = Stemmer.Stemmer(language, 0).stemWord
        self.possessives = _POSSESSIVES if language in _ENGLISH else ()

    def __call__(self, surface: str) -> Pieces:
        """
        Analyse a surface.

        Args:
            surface: What the pattern for surfaces matches as a whole.

        Returns:
            Term, word, start and end of each token in it, at least one; the ends in
            code points of the surface.
        """
        plain = self._without_possessive(surface)
        if plain.isascii() and plain.isalnum():
            # The rules below come to this for nearly all surfaces.
            word = plain.lower()[:MAX_TERM_LENGTH]
            return ((self.stem(word), word, 0, len(surface)),)
        if has_unspaced(surface):
            # Cut last, a possessive would leave a piece of nothing but an apostrophe.
            return tuple(
                (*self._analyse_word(piece[0]), *piece.span())
                for piece in unspaced_pieces(self._without_possessive(surface))
            )
        return ((*self._analyse_word(surface), 0, len(surface)),)

    def stem(self, word: str) -> str:
        """
        Return the term of a token from its word.
        """
        return self.stemmer(word)[:MAX_TERM_LENGTH]

    def _analyse_word(self, surface: str) -> tuple[str, str]:
        plain = self._without_possessive(surface)
        if plain[0].isdecimal():
            plain = plain.replace(",", "")
        else:
            plain = plain.replace(".", "")
        # A surface of nothing but diacritic letters folds away; it keeps its place.
        word = fold(plain)[:MAX_TERM_LENGTH] or "\ufffd"
        return self.stem(word), word

    def _without_possessive(self, surface: str) -> str:
        return surface[:-2] if surface.endswith(self.possessives) else surface


@cache
def _foreign() -> re.Pattern[str]:
    return re.compile(r"[^\x00-\x7f]+")


@cache
def _lonely() -> re.Pattern[str]:
    # Latin letters and the common punctuation: none combines with its neighbours.
    return re.compile("[\u00a0-\u024f\u2010-\u2027]+")


def fold(text: str) -> str:
    """
    Fold letter case, diacritics and apostrophes of a stretch of text.

    Two names are the same for searching where their folded forms are equal.

    Example:
        >>> fold("Recep Tayyip Erdoğan"), fold("O’Neill"), fold("Straße")
        ('recep tayyip erdogan', 'oneill', 'strasse')
    """
    if not text.isascii():
        folded = {run: _folded_alone(run) for run in _foreign().findall(text)}
        if None in folded.values():
            return _folded(text)
        text = _foreign().sub(lambda run: folded[run[0]] or "", text)
    return text.lower().replace("'", "")


def folded_alone(character: str) -> str | None:
    """
    Fold a character that folds alike wherever it stands.

    Returns:
        ``None`` where that depends on its neighbours, or is not known.
    """
    folded = character if character.isascii() else _folded_alone(character)
    return None if folded is None else folded.lower().replace("'", "")


@lru_cache(maxsize=10_000)
def _folded_alone(run: str) -> str | None:
    """
    Fold characters that fold alike wherever they stand; ``None`` for any others.
    """
    return _folded(run) if _lonely().fullmatch(run) else None


def _folded(text: str) -> str:
    lowered = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFKD", lowered).translate(folding_table())
    return unicodedata.normalize("NFC", plain)
