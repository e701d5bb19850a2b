"""
searchkit: search a pile of news on your own machine.

Two paths run through the package, each stage a folder named after what it makes::

    file   -> articles/ -> annotations/ -> catalog/ -> engines/      (writing)
    string -> queries/  -> engines/     -> hits     -> snippets/     (reading)

- An *article* is what a newsroom published: title, body, date.  ``articles`` reads them
  from plain text, HTML and JSON Lines.
- *Annotations* are the dates and entities in its text, each with its span.
- The *catalog* keeps both for good, in SQLite; every index can be made from it again.
- An *engine* finds documents by a query tree; the local one is a real Whoosh index.
- A *query* is any text a person types; what was set aside of it is said.
- *Hits* are plain values, their *snippets* exact quotations with offsets.
- A *timeline* counts what matches in days, weeks, months, years or decades.

The names below are what scripts use; each says what it takes, gives and raises::

    import searchkit

    with searchkit.open_index("index") as index:
        for hit in index.search('"Doha agreement" dates:2020-02'):
            print(hit.title, "|", hit.snippets[0].text)

searchkit does not fetch pages, translate, summarise or guess what a reader meant; it
never reads the clock to understand a text, and sends nothing anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit._version import __version__
from searchkit.errors import (
    AliasesError,
    AmbiguousIdError,
    ArticleError,
    ArticleNotFoundError,
    BackupError,
    DateValueError,
    EntityModelError,
    IndexAccessError,
    IndexCodecError,
    IndexDamagedError,
    IndexExistsError,
    IndexForeignError,
    IndexLockedError,
    IndexMissingError,
    IndexOutdatedError,
    IndexStoreError,
    IndexVersionError,
    MissingExtraError,
    NativeWriteError,
    OutputFileError,
    QueryTreeError,
    ReferenceDayError,
    SearchkitError,
    SearchTimeoutError,
    TooManyBucketsError,
    UnsupportedFormatError,
)

if TYPE_CHECKING:
    from searchkit.articles.model import Article
    from searchkit.backups import Backup, back_up_index, restore_index, verify_backup
    from searchkit.checkups import (
        Checkup,
        Repair,
        adopt_documents,
        check_index,
        repair_index,
    )
    from searchkit.findings import Finding
    from searchkit.hits import Hit, Hits, Snippet
    from searchkit.index import Index
    from searchkit.indexing import IndexingReport
    from searchkit.naming.values import (
        EntityList,
        ExplainedEntity,
        ListedEntity,
        NameExplanation,
        Spelling,
    )
    from searchkit.opening import create_index, open_index
    from searchkit.queries.notes import Note
    from searchkit.spans import Span
    from searchkit.timelines import Bucket, Timeline, draw_timeline
    from searchkit.upgrading import Upgrade, upgrade_index

__all__ = [
    "AliasesError",
    "AmbiguousIdError",
    "Article",
    "ArticleError",
    "ArticleNotFoundError",
    "Backup",
    "BackupError",
    "Bucket",
    "Checkup",
    "DateValueError",
    "EntityList",
    "EntityModelError",
    "ExplainedEntity",
    "Finding",
    "Hit",
    "Hits",
    "Index",
    "IndexAccessError",
    "IndexCodecError",
    "IndexDamagedError",
    "IndexExistsError",
    "IndexForeignError",
    "IndexLockedError",
    "IndexMissingError",
    "IndexOutdatedError",
    "IndexStoreError",
    "IndexVersionError",
    "IndexingReport",
    "ListedEntity",
    "MissingExtraError",
    "NameExplanation",
    "NativeWriteError",
    "Note",
    "OutputFileError",
    "QueryTreeError",
    "ReferenceDayError",
    "Repair",
    "SearchTimeoutError",
    "SearchkitError",
    "Snippet",
    "Span",
    "Spelling",
    "Timeline",
    "TooManyBucketsError",
    "UnsupportedFormatError",
    "Upgrade",
    "__version__",
    "adopt_documents",
    "back_up_index",
    "check_index",
    "create_index",
    "draw_timeline",
    "open_index",
    "repair_index",
    "restore_index",
    "upgrade_index",
    "verify_backup",
]

#: Where names come from that are imported when first used, so that ``import searchkit``
#: costs next to nothing.
_LAZY = {
    "Article": "searchkit.articles.model",
    "Backup": "searchkit.backups",
    "Checkup": "searchkit.checkups",
    "back_up_index": "searchkit.backups",
    "restore_index": "searchkit.backups",
    "verify_backup": "searchkit.backups",
    "EntityList": "searchkit.naming.values",
    "ExplainedEntity": "searchkit.naming.values",
    "ListedEntity": "searchkit.naming.values",
    "NameExplanation": "searchkit.naming.values",
    "Spelling": "searchkit.naming.values",
    "Finding": "searchkit.findings",
    "Repair": "searchkit.checkups",
    "adopt_documents": "searchkit.checkups",
    "check_index": "searchkit.checkups",
    "repair_index": "searchkit.checkups",
    "Hit": "searchkit.hits",
    "Hits": "searchkit.hits",
    "Index": "searchkit.index",
    "IndexingReport": "searchkit.indexing",
    "Note": "searchkit.queries.notes",
    "Snippet": "searchkit.hits",
    "Span": "searchkit.spans",
    "create_index": "searchkit.opening",
    "open_index": "searchkit.opening",
    "Bucket": "searchkit.timelines",
    "Timeline": "searchkit.timelines",
    "draw_timeline": "searchkit.timelines",
    "Upgrade": "searchkit.upgrading",
    "upgrade_index": "searchkit.upgrading",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    value = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
