"""
Bylines: from a line that names authors to the names.
"""

from __future__ import annotations

import re

_BY = re.compile(r"(?:by|von|par|por)\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[;|]\s*|,?\s+(?:and|&)\s+")
_COMMA = re.compile(r"\s*,\s*")

#: Most names kept of one article, and the longest name, in code points.
_MAX_AUTHORS, _MAX_NAME = 50, 200


def split_byline(text: str) -> list[str]:
    """
    Take a byline apart.

    Names are parted by semicolons, bars, "and" or "&"; by commas, too, where each part
    is of two words or more, so that "Doe, Jane" and "Jane Doe, Jr." stay whole.

    Args:
        text: Such as ``By Jane Doe and John Roe``.

    Returns:
        The names as printed, without repetitions.

    Example:
        >>> split_byline("By Jane Doe, John Roe and Ann Poe")
        ['Jane Doe', 'John Roe', 'Ann Poe']
        >>> split_byline("Doe, Jane; Roe, John")
        ['Doe, Jane', 'Roe, John']
    """
    line = " ".join(text[: _MAX_AUTHORS * _MAX_NAME].split())
    if by := _BY.match(line):
        line = line[by.end() :]
    names: list[str] = []
    for part in _BETWEEN.split(line):
        pieces = _COMMA.split(part)
        whole = all(" " in piece for piece in pieces)
        names.extend(pieces if whole else [part])
    return clean_names(names)


def clean_names(names: list[str]) -> list[str]:
    """
    Drop empty, overlong and repeated names, and URLs in their place.
    """
    kept: dict[str, None] = {}
    for name in names:
        text = " ".join(name.split()).strip(" ,;|")
        if text and len(text) <= _MAX_NAME and "://" not in text:
            kept.setdefault(text)
    return list(kept)[:_MAX_AUTHORS]
