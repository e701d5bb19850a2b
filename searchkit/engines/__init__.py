"""
Engines: documents and query trees in, article ids and scores out.

- ``base`` says what any engine does: the contract of Engine, Writer and Searcher.
- ``scoring`` defines the score of an article, the same on every engine.
- ``whoosh`` is the local engine: a real Whoosh index in the index folder.

An engine knows nothing of files that articles came from, of snippets, or of people.
What it keeps can always be made again from the catalog.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from searchkit.engines.base import Engine


def local_engine(folder: Path) -> Engine:
    """
    Return the engine of an index folder on this machine.

    Args:
        folder: The index folder; it exists.
    """
    from searchkit.engines.whoosh.engine import WhooshEngine  # noqa: PLC0415 - costly

    return WhooshEngine(folder)
