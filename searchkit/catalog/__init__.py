"""
The catalog: articles outlive any index.

One SQLite file, ``catalog.db`` in the index folder, is the durable truth: articles with
their bodies, annotations, the sources that they came from, and the commits that put
them there.  Every engine can be filled from it again.

- ``migrations`` is the schema, and the way from each version to the next.
- ``connection`` opens the file, and turns SQLite's errors into ours.
- ``reading`` gets articles out, of the newest commit or, by a ``CatalogSnapshot``, of
  the one that an engine holds.
- ``store`` is the catalog of a folder, and opens a ``batch``, which becomes one commit.
- ``rows`` are the articles that come out of it, ``known`` what it knows besides.
- ``lock`` lets one process write at a time, and names it to all others.

A *commit* has a number, its *generation*.  Each article carries the generation that
last changed it, and ids that are gone are remembered with theirs, so that an engine
that holds generation n asks for what has changed since and is up to date again.
A version of an article that was replaced or deleted stays until the engine holds the
commit that did it: readers see one commit in catalog and engine alike.

The catalog searches nothing, and knows no engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.catalog.reading import CATALOG_NAME, CatalogReader, CatalogSnapshot
from searchkit.catalog.rows import QuotableArticle, StoredArticle
from searchkit.catalog.store import Catalog

if TYPE_CHECKING:
    from searchkit.catalog.batch import Batch
    from searchkit.catalog.known import KnownArticle, KnownSource, Totals
    from searchkit.catalog.lock import WriterLock

__all__ = [
    "CATALOG_NAME",
    "Batch",
    "Catalog",
    "CatalogReader",
    "CatalogSnapshot",
    "KnownArticle",
    "KnownSource",
    "QuotableArticle",
    "StoredArticle",
    "Totals",
    "WriterLock",
]

#: Where names come from that only those who write, or count, need.
_LAZY = {
    "Batch": "searchkit.catalog.batch",
    "KnownArticle": "searchkit.catalog.known",
    "KnownSource": "searchkit.catalog.known",
    "Totals": "searchkit.catalog.known",
    "WriterLock": "searchkit.catalog.lock",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(_LAZY[name]), name)
