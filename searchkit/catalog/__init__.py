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
- ``rows`` are the values that come out of it.
- ``lock`` lets one process write at a time, and names it to all others.

A *commit* has a number, its *generation*.  Each article carries the generation that
last changed it, and ids that are gone are remembered with theirs, so that an engine
that holds generation n asks for what has changed since and is up to date again.
A version of an article that was replaced or deleted stays until the engine holds the
commit that did it: readers see one commit in catalog and engine alike.

The catalog searches nothing, and knows no engine.
"""

from __future__ import annotations

from searchkit.catalog.batch import Batch
from searchkit.catalog.lock import WriterLock
from searchkit.catalog.reading import CATALOG_NAME, CatalogReader, CatalogSnapshot
from searchkit.catalog.rows import KnownArticle, KnownSource, StoredArticle, Totals
from searchkit.catalog.store import Catalog

__all__ = [
    "CATALOG_NAME",
    "Batch",
    "Catalog",
    "CatalogReader",
    "CatalogSnapshot",
    "KnownArticle",
    "KnownSource",
    "StoredArticle",
    "Totals",
    "WriterLock",
]
