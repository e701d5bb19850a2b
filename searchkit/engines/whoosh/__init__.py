"""
The local engine: a real Whoosh index in the index folder.

``whoosh.index.open_dir`` opens what this package writes, and Whoosh's own ``Searcher``
answers on it, as long as searchkit is installed beside it: the schema names our field
types.  Nothing of Whoosh is patched; everything goes through its extension points.

- ``schema`` turns ``searchkit.fields`` into a Whoosh ``Schema``: analyzer, posting
  formats, columns.
- ``storage`` puts files on disk so that they survive a crash, and reads Whoosh's table
  of contents only after looking at what it would load.
- ``manifest`` is our file beside Whoosh's: which commit of the catalog is indexed.
- ``engine``, ``writer`` and ``searcher`` fulfil ``searchkit.engines.base``.
- ``evaluate`` runs a query tree on one segment; ``query`` wraps a tree as a Whoosh
  ``Query``, so that Whoosh's own API can ask it, too.

Traps of Whoosh that are kept out here: no fsync; an exception in ``add_document`` that
spoils every later commit; readers that meet deleted files; ranges on its date and
number fields that find wrong documents; pickled positions.
"""
