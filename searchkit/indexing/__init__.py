"""
Indexing: articles in, two commits out.

The path of writing, from sources to the engine::

    source -> articles -> annotations -> catalog (a batch) -> engine (a transaction)

Articles go to the catalog in batches, each a commit of its own, and to the engine only
after that; the engine commits at the end, and now and then on the way.  So the engine
may be behind the catalog after a crash and is never ahead of it: :func:`catch_up`
writes what is missing.

- ``run`` decides what is stored and what goes.
- ``annotating`` finds dates and entities, with the help of ``workers`` where there is
  much to do.
- ``transfer`` takes it there, in the order that a crash cannot harm.
- ``interrupts`` holds the interrupt key back while a batch is on its way.
- ``report`` counts.

What decides whether an article is stored:

- A source whose bytes have not changed is not read again.
- An article whose content has not changed is not annotated or written again.
- Identical content from several sources is one article; what one of them does not know,
  such as the date, is taken from another.
- A source that has changed replaces what it produced before.  What it does not produce
  any more is deleted, unless another source has it, or the source was readable in part
  only.  An article that goes from one source to another stays.
- An id that a source gives to a text belongs to the source that was first: a different
  text under the same id from another file is refused with a message, and nothing is
  overwritten.

Annotations are kept in the catalog with the fingerprints of what has made them.  Those
that other annotators have made are made again from the catalog, without reading any
file, after what is new: article by article, and kind by kind.
"""

from __future__ import annotations

from searchkit.indexing.annotating import usual_processes
from searchkit.indexing.report import IndexingReport, Progress
from searchkit.indexing.run import IndexingRun
from searchkit.indexing.transfer import catch_up

__all__ = [
    "IndexingReport",
    "IndexingRun",
    "Progress",
    "catch_up",
    "usual_processes",
]
