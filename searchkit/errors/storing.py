"""
Errors of what is on disk: index folders, and what is written to them.
"""

from __future__ import annotations

from searchkit.errors.base import SearchkitError


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
