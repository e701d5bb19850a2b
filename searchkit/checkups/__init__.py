"""
Checkups: is everything in an index folder as it should be, and what helps if not.

- ``model`` is what comes out: a ``Checkup`` with its findings, a ``Repair``, and the
  command that goes with each remedy.
- ``examine`` looks at the catalog, at the engine's files, and at what lies about.
- ``compare`` looks at catalog and engine together, at one commit of both.
- ``holders`` tells a writer that is alive from one that has left its name behind.
- ``repair`` makes anew what is derived, saves what can be saved of the catalog, and
  tidies.
- ``adopt`` turns documents of other programs into articles.

An examination changes nothing, holds no lock, and goes on beside a living writer: what
that writer is just making is no finding.  A repair never deletes what cannot be made
again: a damaged catalog is kept beside what was saved of it, and documents that another
program has added to the index stay there until they are adopted, or discarded by a
person.  Upgrading and putting back a backup are other commands; the finding names them.

    from searchkit.checkups import check_index, repair_index

    checkup = check_index("index")
    if checkup.errors:
        for sentence in repair_index("index").done:
            print(sentence)
"""

from __future__ import annotations

from searchkit.checkups.adopt import adopt_documents
from searchkit.checkups.examine import check_index
from searchkit.checkups.model import COMMANDS, Checkup, Repair
from searchkit.checkups.repair import repair_index

__all__ = [
    "COMMANDS",
    "Checkup",
    "Repair",
    "adopt_documents",
    "check_index",
    "repair_index",
]
