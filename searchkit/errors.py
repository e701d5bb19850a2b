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
sentence with the place, and ``error.hint`` says what to do about it.  This module
imports nothing of searchkit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class SearchkitError(Exception):
    """
    Base of every error that searchkit raises on purpose.
    """

    @property
    def hint(self) -> str | None:
        """
        What the user can do about it, as one imperative sentence.
        """
        return None


class ArticleError(SearchkitError):
    """
    A source cannot be read as articles.

    Args:
        path: The source as the user named it.
        reason: What is wrong, as a clause without a full stop.
        place: Where in the source, such as ``line 12``; empty for the whole.
    """

    def __init__(self, path: str, reason: str, place: str = "") -> None:
        super().__init__(path, reason, place)
        self.path, self.reason, self.place = path, reason, place

    def __str__(self) -> str:
        where = f"{self.path}, {self.place}" if self.place else self.path
        return f"{where}: {self.reason}"


class UnsupportedFormatError(ArticleError):
    """
    No reader takes this kind of file.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path, "no reader for this kind of file")
        self.args = (path,)

    @property
    def hint(self) -> str:
        """
        Name the formats that can be read.
        """
        return "Give plain text (.txt), HTML (.html, .htm) or JSON Lines (.jsonl)."


class AliasesError(SearchkitError):
    """
    The rules for names of an index, its ``aliases.csv``, cannot be read.

    Args:
        path: The file.
        reason: What is wrong, as a clause without a full stop.
        place: Where in the file, such as ``line 12``; empty for the whole.
    """

    def __init__(self, path: str, reason: str, place: str = "") -> None:
        super().__init__(path, reason, place)
        self.path, self.reason, self.place = path, reason, place

    def __str__(self) -> str:
        where = f"{self.path}, {self.place}" if self.place else self.path
        return f"{where}: {self.reason}"

    @property
    def hint(self) -> str:
        """
        Show what a row looks like.
        """
        return (
            "Write rows as action,name,type,value,note, such as"
            " `merge,Usama bin Ladin,person,Osama bin Laden,`; the actions are merge,"
            " split, retype and forbid."
        )


class ArticleNotFoundError(SearchkitError, KeyError):
    """
    No article has this id.
    """

    def __init__(self, article_id: str) -> None:
        super().__init__(article_id)
        self.article_id = article_id

    def __str__(self) -> str:
        return f"no article has the id {self.article_id!r}"

    @property
    def hint(self) -> str:
        """
        Say where ids are printed.
        """
        return "Copy an id from the output of `searchkit query`."


class AmbiguousIdError(SearchkitError):
    """
    A shortened id fits several articles.
    """

    def __init__(self, prefix: str, candidates: Sequence[str]) -> None:
        super().__init__(prefix, tuple(candidates))
        self.prefix, self.candidates = prefix, tuple(candidates)

    def __str__(self) -> str:
        shown = ", ".join(self.candidates[:4])
        return f"{self.prefix!r} is the beginning of several ids: {shown}"

    @property
    def hint(self) -> str:
        """
        Ask for more characters.
        """
        return "Give more characters of the id."


class DateValueError(SearchkitError, ValueError):
    """
    Words given as a date are no date.

    Args:
        text: The words.
        exact: One day was asked for, and nothing longer.
    """

    def __init__(self, text: str, exact: bool = False) -> None:  # noqa: FBT001, FBT002 - pickled by position
        super().__init__(text, exact)
        self.text, self.exact = text, exact

    def __str__(self) -> str:
        return f"{self.text!r} is not a {'day' if self.exact else 'date'}"

    @property
    def hint(self) -> str:
        """
        Show the forms that are understood.
        """
        if self.exact:
            return "Write a day as 2021-09-11."
        return "Write a date as 2021, 2021-09, 2021-09-11, 1980s or last week."


class ReferenceDayError(DateValueError):
    """
    A relative date was asked for, and there is no day that it could count from.
    """

    def __str__(self) -> str:
        return f"{self.text!r} counts from a day, and no article has a date"

    @property
    def hint(self) -> str:
        """
        Say how to name the day.
        """
        return "Name the day: --today 2021-09-11, or today= in Python."


class QueryTreeError(SearchkitError, ValueError):
    """
    A query tree that was made by hand cannot be compiled.

    What a person types never raises this: the parser makes valid trees only.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"the query tree cannot be run: {self.reason}"


class SearchTimeoutError(SearchkitError, TimeoutError):
    """
    A search has taken longer than it was given.

    Args:
        seconds: What it was given.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return f"the search has taken longer than {self.seconds:g} seconds"

    @property
    def hint(self) -> str:
        """
        Say what makes searches shorter.
        """
        return "Give it more time, or ask for fewer words and longer prefixes."


class TooManyBucketsError(SearchkitError, ValueError):
    """
    A timeline has more bars than anybody can look at.

    Args:
        bucket: The size of a bucket, such as ``day``.
        limit: Most buckets that may have an article.
    """

    def __init__(self, bucket: str, limit: int) -> None:
        super().__init__(bucket, limit)
        self.bucket, self.limit = bucket, limit

    def __str__(self) -> str:
        return f"the timeline has more than {self.limit:,} bars of one {self.bucket}"

    @property
    def hint(self) -> str:
        """
        Say what makes timelines shorter.
        """
        return "Take wider buckets, such as years, or narrow the query."


class MissingExtraError(SearchkitError, ImportError):
    """
    What was asked for needs a library that is installed on request only.

    Args:
        extra: The name of the extra that brings it.
        purpose: What it is needed for, as the subject of a sentence.
    """

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(extra, purpose)
        self.extra, self.purpose = extra, purpose

    def __str__(self) -> str:
        return f"{self.purpose} needs the extra {self.extra!r}, which is not installed"

    @property
    def hint(self) -> str:
        """
        Name the command that installs it.
        """
        return f"Install it with `pip install 'searchkit[{self.extra}]'`."


class EntityModelError(SearchkitError):
    """
    Weights, or a pipeline of spaCy, that are to find entities cannot be used.

    Args:
        model: The file, or the name of the pipeline.
        reason: What is wrong, as a clause without a full stop.
        advice: What to do about it, as an imperative sentence; empty for none.
    """

    def __init__(self, model: str, reason: str, advice: str = "") -> None:
        super().__init__(model, reason, advice)
        self.model, self.reason, self.advice = model, reason, advice

    def __str__(self) -> str:
        return f"{self.model}: {self.reason}"

    @property
    def hint(self) -> str | None:
        """
        What the user can do about it, as one imperative sentence.
        """
        return self.advice or None


class OutputFileError(SearchkitError):
    """
    A file that was asked for cannot be written.

    Args:
        path: The file.
        reason: What the system said, as a clause without a full stop.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"

    @property
    def hint(self) -> str:
        """
        Ask for a place that can be written to.
        """
        return "Name a file in a folder that is there and can be written to."


class BackupError(SearchkitError):
    """
    A backup cannot be made, or cannot be put back.

    Args:
        path: The backup file.
        reason: What is wrong, as a clause without a full stop.
        advice: What to do about it, as an imperative sentence; empty for none.
    """

    def __init__(self, path: str, reason: str, advice: str = "") -> None:
        super().__init__(path, reason, advice)
        self.path, self.reason, self.advice = path, reason, advice

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"

    @property
    def hint(self) -> str | None:
        """
        What the user can do about it, as one imperative sentence.
        """
        return self.advice or None


class IndexStoreError(SearchkitError):
    """
    What is on disk in an index folder cannot be used.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return f"the index at {self.path} cannot be used"


class IndexMissingError(IndexStoreError):
    """
    There is no index in this folder.
    """

    def __str__(self) -> str:
        return f"there is no index at {self.path}"

    @property
    def hint(self) -> str:
        """
        Say how to make one.
        """
        return "Make one with `searchkit index PATH…`, or name another with --index."


class IndexExistsError(IndexStoreError):
    """
    A new index was asked for where there is one already.
    """

    def __str__(self) -> str:
        return f"there is an index at {self.path} already"

    @property
    def hint(self) -> str:
        """
        Say that nothing is overwritten.
        """
        return "Use that one, or choose another folder."


class IndexAccessError(IndexStoreError):
    """
    The system does not let a file of the index be read or written.

    Args:
        path: The file or folder.
        reason: What the system said, as a clause without a full stop.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path)
        self.args = (path, reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"

    @property
    def hint(self) -> str:
        """
        Name the usual causes.
        """
        return "Check the rights of the folder and the space on the disk."


class IndexDamagedError(IndexStoreError):
    """
    A file of the index is cut short, missing or altered.

    Args:
        path: The file, or the folder where the file is missing.
        reason: What is wrong, as a clause without a full stop.
        repair: The command that mends it; empty where the catalog itself is damaged.
        is_unfinished: The index was being made anew; whoever opens it finishes that.
    """

    def __init__(
        self,
        path: str,
        reason: str,
        repair: str = "searchkit doctor --repair",
        is_unfinished: bool = False,  # noqa: FBT001, FBT002 - positional, to be pickled
    ) -> None:
        super().__init__(path)
        self.args = (path, reason, repair, is_unfinished)
        self.reason, self.repair = reason, repair
        self.is_unfinished = is_unfinished

    def __str__(self) -> str:
        return f"the index is damaged: {self.path}: {self.reason}"

    @property
    def hint(self) -> str | None:
        """
        Name the command that mends it, where there is one.
        """
        if not self.repair:
            return (
                "Nothing was changed; `searchkit doctor` says what can be saved, and"
                " `searchkit restore` puts a backup into a new folder."
            )
        return f"Run `{self.repair}`; the articles are safe in the catalog."


class IndexVersionError(IndexStoreError):
    """
    The index was written by a version of searchkit that this one cannot read.

    Args:
        path: The file that carries the version.
        found: The format version in the file.
        supported: The format version that this release reads and writes.
    """

    def __init__(self, path: str, found: int, supported: int) -> None:
        super().__init__(path)
        self.args = (path, found, supported)
        self.found, self.supported = found, supported

    def __str__(self) -> str:
        return (
            f"{self.path} has format {self.found}, "
            f"and this searchkit reads format {self.supported}"
        )

    @property
    def is_newer(self) -> bool:
        """
        Whether a newer release wrote it.
        """
        return self.found > self.supported

    @property
    def hint(self) -> str:
        """
        Tell whether the program or the index is behind.
        """
        if self.is_newer:
            return "Upgrade searchkit; the index was written by a newer release."
        return "Run `searchkit upgrade`; no article is read again."


class IndexOutdatedError(IndexStoreError):
    """
    The index was made with other fields, or with another analyzer.

    Words of a query would be looked up in a form that the index does not hold.
    """

    def __str__(self) -> str:
        return f"the index at {self.path} was made by a release that analysed otherwise"

    @property
    def hint(self) -> str:
        """
        Name the command that makes it anew.
        """
        return "Run `searchkit upgrade`; the articles are safe in the catalog."


class NativeWriteError(SearchkitError, ValueError):
    """
    A native segment cannot keep what it was given through Whoosh's own API.

    Args:
        reason: What is wrong, as a clause without a full stop.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"the native codec cannot write this: {self.reason}"

    @property
    def hint(self) -> str:
        """
        Name the codec that can.
        """
        return "Cancel the writer, and write with Whoosh's own codec: `index.writer()`."


class IndexCodecError(IndexStoreError):
    """
    The index has native segments, and the native extension is not there.
    """

    def __str__(self) -> str:
        return (
            f"the index at {self.path} was written by the native extension,"
            " which is not installed here, or is switched off"
        )

    @property
    def hint(self) -> str:
        """
        Name the ways to have it again.
        """
        return (
            "Install searchkit where there is a C++ compiler, or make the index anew"
            " without it: `searchkit rebuild --discard`."
        )


class IndexForeignError(IndexStoreError):
    """
    The index has documents that another program has written, and that would be lost.

    Args:
        path: The index folder.
        count: How many there are.
    """

    def __init__(self, path: str, count: int) -> None:
        super().__init__(path)
        self.args = (path, count)
        self.count = count

    def __str__(self) -> str:
        documents = "a document" if self.count == 1 else f"{self.count} documents"
        return (
            f"the index at {self.path} has {documents} from another program, which"
            " would be lost"
        )

    @property
    def hint(self) -> str:
        """
        Name the command that imports them, and the one that does not care.
        """
        return (
            "Import them with `searchkit doctor --adopt`, or let them go with"
            " `searchkit rebuild --discard`."
        )


class IndexLockedError(IndexStoreError):
    """
    Another process is writing to the index.

    Args:
        path: The index folder.
        holder: Who holds the lock, such as ``process 4711 on host, for 3 min 5 s``.
        searchable: Readers can work meanwhile; they cannot while a damaged index is
            made anew.
    """

    def __init__(self, path: str, holder: str, *, searchable: bool = True) -> None:
        super().__init__(path)
        self.args = (path, holder)
        self.holder, self.searchable = holder, searchable

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), self.args, vars(self)

    def __str__(self) -> str:
        done = "written" if self.searchable else "made anew"
        return f"the index at {self.path} is being {done} by {self.holder}"

    @property
    def hint(self) -> str:
        """
        Say that waiting helps, and whether searching goes on.
        """
        if self.searchable:
            return "Wait until it has finished; searching works meanwhile."
        return "Wait until it has finished; it can be searched then."
