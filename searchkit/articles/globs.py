"""
Glob patterns: from ``news/**/*.html`` to the files it names.

Unlike Python's ``glob``, ``**`` goes through no symbolic link (so that no loop and no
way out of the folder exists), hidden names match only a part that begins with a dot,
and no file is named twice.
"""

# Paths are strings here: Path() would change how they are shown ("./a" to "a").
# ruff: noqa: PTH118

from __future__ import annotations

import os
import re
from fnmatch import translate
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = re.compile(r"[*?\[]")


def is_pattern(path: str) -> bool:
    """
    Tell whether a path holds one of ``*``, ``?`` and ``[``.
    """
    return _MAGIC.search(path) is not None


def expand(pattern: str) -> Iterator[str]:
    """
    Find the files and folders that a pattern names.

    Args:
        pattern: A path in which ``*`` stands for any characters of one name, ``?`` for
            one, ``[…]`` for one of several, and ``**`` as a whole part for any number
            of folders.

    Yields:
        Paths that exist, each once, sorted within their folder.  Folders that cannot
        be read hold nothing.
    """
    root, parts = "", pattern.split("/")
    if pattern.startswith("/"):
        root = "/"
    parts = [part for part in parts if part]
    # A place is a folder and the number of parts matched so far; each is looked at
    # once, so that several "**" do not multiply.
    places: list[tuple[str, int]] = [(root, 0)]
    seen: set[tuple[str, int]] = set()
    named: set[str] = set()
    while places:
        place = places.pop()
        if place in seen:
            continue
        seen.add(place)
        folder, at = place
        if at == len(parts):
            if folder not in named:
                named.add(folder)
                yield folder or "."
            continue
        places.extend(reversed(list(_next_places(folder, at, parts))))


def _next_places(folder: str, at: int, parts: list[str]) -> Iterator[tuple[str, int]]:
    part = parts[at]
    if part == "**":
        yield folder, at + 1
        for name, is_folder in _names(folder):
            if name.startswith("."):
                continue
            if is_folder:
                yield os.path.join(folder, name), at
            elif at + 1 == len(parts):
                yield os.path.join(folder, name), at + 1
    elif is_pattern(part):
        matches = _compiled(part)
        for name, _is_folder in _names(folder):
            if name.startswith(".") and not part.startswith("."):
                continue
            if matches.match(name):
                yield os.path.join(folder, name), at + 1
    else:
        path = os.path.join(folder, part)
        if os.path.lexists(path):
            yield path, at + 1


def _names(folder: str) -> list[tuple[str, bool]]:
    """
    List a folder, sorted: each name, and whether it is a folder and no link to one.
    """
    try:
        with os.scandir(folder or ".") as entries:
            return sorted((e.name, e.is_dir(follow_symlinks=False)) for e in entries)
    except OSError:
        return []


@cache
def _compiled(part: str) -> re.Pattern[str]:
    return re.compile(translate(part))
