"""
Regular expressions that are compiled when they are first needed.

The syntax of queries takes some thirty of them, and a plain query hardly any: to
compile all would take longer than to answer it.
"""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def lazily(pattern: str, flags: int = 0) -> Callable[[], re.Pattern[str]]:
    r"""
    Return a function that compiles a regular expression on its first call.

    Args:
        pattern: As for :func:`re.compile`.
        flags: Likewise.

    Example:
        >>> year = lazily(r"\d{4}")
        >>> year().search("in 2020")[0]
        '2020'
    """
    return cache(partial(re.compile, pattern, flags))
