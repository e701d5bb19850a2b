"""
The compiled extension: analysis, segments and searching in C++.

It knows tokens, posting lists and plans; it knows no articles, fields or queries.

- ``_native`` is the extension itself; ``_native.pyi`` says what is in it.
- :func:`load` gives the extension, or ``None`` where it was not compiled or is switched
  off with ``SEARCHKIT_NATIVE=0``.  Everything that uses it has a pure form that gives
  the same answers.

The sources in ``src`` are C++17 on Python's stable C API.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["NATIVE_VARIABLE", "is_missing", "load"]

NATIVE_VARIABLE = "SEARCHKIT_NATIVE"
"""Environment variable; ``0`` switches the extension off."""


@cache
def load() -> ModuleType | None:
    """
    Return the extension; ``None`` where there is none, or it is switched off.
    """
    if _is_switched_off():
        return None
    try:
        from searchkit.native import _native  # noqa: PLC0415 - may be missing
    except ImportError:
        return None
    return _native


def is_missing() -> bool:
    """
    Tell whether there is no extension though nobody has switched it off.
    """
    return load() is None and not _is_switched_off()


def _is_switched_off() -> bool:
    return os.environ.get(NATIVE_VARIABLE) == "0"
