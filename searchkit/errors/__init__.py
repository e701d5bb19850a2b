"""
Every error that searchkit raises on purpose.

::

    SearchkitError
    ├── ArticleError(path, reason, place)      a source cannot be read as articles
    │   └── UnsupportedFormatError(path)       no reader takes this kind of file
    ├── AliasesError(path, reason, place)      the rules for names cannot be read
    ├── ArticleNotFoundError(article_id)       no article has this id
    ├── AmbiguousIdError(prefix, candidates)   a shortened id fits several articles
    ├── DateValueError(text)                   words given as a date are no date
    │   └── ReferenceDayError(text)            a relative date, but relative to nothing
    ├── QueryTreeError(reason)                 a tree made by hand cannot be compiled
    ├── SearchTimeoutError(seconds)            a search has taken too long
    ├── TooManyBucketsError(bucket, limit)     a timeline has too many bars
    ├── MissingExtraError(extra, purpose)      a library that few need is not there
    ├── EntityModelError(model, reason)        what is to find entities is no good
    ├── OutputFileError(path, reason)          a file asked for cannot be written
    ├── BackupError(path, reason, advice)      a backup cannot be made or put back
    ├── NativeWriteError(reason)               a native segment cannot keep something
    └── IndexStoreError(path)                  base: what is on disk cannot be used
        ├── IndexMissingError(path)            there is no index in this folder
        ├── IndexExistsError(path)             there is one already
        ├── IndexAccessError(path, reason)     no right to read or write, or disk full
        ├── IndexDamagedError(path, reason)    a file is cut short, missing or altered
        ├── IndexVersionError(path, …)         written by another version
        ├── IndexOutdatedError(path)           made with other fields or analysis
        ├── IndexCodecError(path)              written by an extension that is missing
        ├── IndexForeignError(path, count)     another program's documents would go
        └── IndexLockedError(path, holder)     another process is writing

Anything else that escapes from searchkit is a bug.  Errors keep their facts as
positional ``args``, so that they pickle between processes; ``str(error)`` is one
sentence with the place, and ``error.hint`` says what to do about it.

- ``asking`` has those of what searchkit is given and asked for;
- ``storing`` has those of what is on disk.

Nothing else of searchkit is imported here: every layer may raise them.
"""

from __future__ import annotations

from searchkit.errors.asking import (
    AliasesError,
    AmbiguousIdError,
    ArticleError,
    ArticleNotFoundError,
    BackupError,
    DateValueError,
    EntityModelError,
    MissingExtraError,
    OutputFileError,
    QueryTreeError,
    ReferenceDayError,
    SearchTimeoutError,
    TooManyBucketsError,
    UnsupportedFormatError,
)
from searchkit.errors.base import SearchkitError
from searchkit.errors.storing import (
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
    NativeWriteError,
)

__all__ = [
    "AliasesError",
    "AmbiguousIdError",
    "ArticleError",
    "ArticleNotFoundError",
    "BackupError",
    "DateValueError",
    "EntityModelError",
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
    "MissingExtraError",
    "NativeWriteError",
    "OutputFileError",
    "QueryTreeError",
    "ReferenceDayError",
    "SearchTimeoutError",
    "SearchkitError",
    "TooManyBucketsError",
    "UnsupportedFormatError",
]
