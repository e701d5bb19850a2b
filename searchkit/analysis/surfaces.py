r"""
Surfaces: where the words of a text stand, found by patterns.

A *surface* is a stretch of text that one analysis turns into tokens: a word as it is
written, ``O’Neill’s``, ``U.S``, ``1,250.75``.  Mostly it is one token; a run of
ideographs is one for each of them.

- :func:`scannable` readies a text for :func:`surface_pattern`, which finds surfaces.
- :func:`unspaced_pieces` cuts a surface of scripts that are written without spaces.

This is the pure form; ``searchkit/native/src/tokenizer.cpp`` finds the same surfaces by
hand-written rules.  Both hold to the frozen tables of ``unicode_data``: in the patterns
``\w`` and ``\d`` are the running Python's, so a Python that knows a later Unicode has
the characters blanked that came later.  Patterns are made when they are first needed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from searchkit.analysis.unicode_data import (
    UNICODE_VERSION,
    mark_ranges,
    word_ranges,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Whether the running Python's ``\w`` is that of the frozen tables.
_SAME_UNICODE = unicodedata.unidata_version == UNICODE_VERSION

#: Scripts written without spaces, one token a character: hiragana and ideographs.
_FIRST_UNSPACED = "\u3041"
_UNSPACED = "\u3041-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"


def scannable(text: str) -> str:
    """
    Blank what counts as a word character in patterns, and is none.

    That is the underscore, and whatever the running Python knows of a later Unicode.

    Returns:
        A text of the same length.
    """
    if not _SAME_UNICODE and not text.isascii():
        text = _later_characters().sub(" ", text)
    return text.replace("_", " ") if "_" in text else text


@cache
def surface_pattern() -> re.Pattern[str]:
    """
    Return the pattern whose matches in a scannable text are its surfaces.
    """
    return re.compile(
        rf"""
          [^\W\d](?:\.[^\W\d]){{1,10}}(?!\w)                       # U.S
        | \d{{1,3}}(?:,\d{{3}}){{1,8}}(?:\.\d{{1,12}})?(?!\.?\w)   # 1,250.75
        | (?<!\d\.)\d{{1,20}}\.\d{{1,12}}(?!\.?\w)                 # 3.14
        | \w[\w{_marks()}]*+(?:['’]\w[\w{_marks()}]*+)*+           # O'Neill
        """,
        re.VERBOSE,
    )


def has_unspaced(surface: str) -> bool:
    """
    Tell whether a surface holds a character that is a token by itself.
    """
    if surface.isascii() or max(surface) < _FIRST_UNSPACED:
        return False
    return bool(_unspaced().search(surface))


def unspaced_pieces(surface: str) -> Iterator[re.Match[str]]:
    """
    Cut a surface into one piece for each unspaced character, and what is between them.

    Returns:
        Matches in order, at least one; apostrophes beside unspaced characters are in
        none.
    """
    return _unspaced_pieces().finditer(surface)


@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(f"[{_UNSPACED}]")


@cache
def _unspaced_pieces() -> re.Pattern[str]:
    # A surface holds word characters, marks, and these; among the hiragana there are
    # two marks.
    punctuation = ".,'’"
    mark = rf"[^\w{punctuation}]"
    other = rf"[^\W{_UNSPACED}](?:[^{_UNSPACED}{punctuation}]|[\u3099\u309a])*+"
    return re.compile(rf"[{_UNSPACED}]{mark}*+|{other}(?:['’]{other})*+")


@cache
def _later_characters() -> re.Pattern[str]:
    """
    Return a pattern for what is a word character here, and not in the frozen tables.
    """
    return re.compile(rf"[^\W{_character_class(word_ranges())}]")


@cache
def _marks() -> str:
    return _character_class(mark_ranges())


def _character_class(ranges: Iterable[tuple[int, int]]) -> str:
    r"""
    Write ranges of code points, none of them punctuation, for use within ``[]``.
    """
    return "".join(
        chr(first) if first == last else f"{chr(first)}-{chr(last)}"
        for first, last in ranges
    )
