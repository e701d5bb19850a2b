"""
Files of the Whoosh index: durable when written, checked before they are unpickled.

Whoosh never syncs.  :class:`DurableStorage` does, at the moments that matter: a segment
and a table of contents are on disk before they get their final name, and the folder is
synced after the name changes.  What Whoosh would delete then is kept until the manifest
has left it behind.

The table of contents is a pickle, and a pickle can run any code.
:func:`check_table_of_contents` loads it with the classes of an index allowed and
everything else refused, before Whoosh gets to see it.  The blocks of posting lists are
pickles of Whoosh's own codec, which loads them without asking anyone: an index folder
from a stranger is therefore to be made anew from its catalog, which holds no code
(``searchkit rebuild --discard``).
"""

from __future__ import annotations

import io
import os
import pickle
import re
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

from searchkit.disk import read_regular, remove_whatever, sync_folder
from searchkit.engines.whoosh.contents import INDEX_NAME, toc_path
from searchkit.engines.whoosh.files import FileRecord
from searchkit.errors import IndexDamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Files that stay after a commit; all others become part of a ``.seg`` and go.
_LASTING = re.compile(r"\.seg\Z|\.sks\Z|\.toc(\.|\Z)")

#: A table of contents may name the classes that these modules define.
_ALLOWED_MODULES = frozenset(
    {
        "searchkit.engines.whoosh.codec",
        "searchkit.engines.whoosh.schema",
        "whoosh.analysis.acore",
        "whoosh.analysis.analyzers",
        "whoosh.analysis.filters",
        "whoosh.analysis.tokenizers",
        "whoosh.codec.base",
        "whoosh.codec.whoosh3",
        "whoosh.columns",
        "whoosh.fields",
        "whoosh.formats",
    }
)
_ALLOWED_NAMES = frozenset(
    {
        ("__builtin__", "frozenset"),
        ("__builtin__", "int"),
        ("__builtin__", "object"),
        ("__builtin__", "set"),
        ("builtins", "frozenset"),
        ("builtins", "int"),
        ("builtins", "object"),
        ("builtins", "set"),
        ("collections", "defaultdict"),
        ("copy_reg", "_reconstructor"),
        ("copyreg", "_reconstructor"),
        ("re", "_compile"),
    }
)


#: Longest table of contents that is read; it lists deleted documents.
_MOST_BYTES = 256 * 2**20

_ALTERED = "the table of contents is cut short or altered"


class DurableStorage(FileStorage):  # type: ignore[misc]
    """
    Whoosh's file storage, with every lasting file on disk before it counts.

    Attributes:
        opened: The path of the file that was opened last.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.opened = Path(path)
        self._files: list[StructFile] = []
        self._kept: list[str] | None = None

    def open_file(self, name: str, **options: Any) -> StructFile:
        """
        Open a file, and remember it for :meth:`close_files`.
        """
        self.opened = Path(self.folder) / name
        self._files = [file for file in self._files if not file.is_closed]
        self._files.append(super().open_file(name, **options))
        return self._files[-1]

    def close_files(self) -> None:
        """
        Close what Whoosh opened and, on meeting a damaged file, forgot.
        """
        for file in self._files:
            if not file.is_closed:
                file.close()
        self._files = []

    @contextmanager
    def keeping_old_files(self) -> Iterator[None]:
        """
        Keep lasting files that are deleted in the block until it has ended well.
        """
        self._kept = []
        try:
            yield
            kept, self._kept = self._kept, None
            for name in kept:
                # Where it cannot be deleted, the next commit tries again.
                with suppress(OSError):
                    self.delete_file(name)
        finally:
            self._kept = None

    def delete_file(self, name: str) -> None:
        """
        Delete a file, or remember to.
        """
        if self._kept is not None and _LASTING.search(name):
            self._kept.append(name)
        else:
            super().delete_file(name)

    def temp_storage(self, name: str | None = None) -> FileStorage:
        """
        Make a folder for temporary files, whatever has had its name.
        """
        folder = Path(self.folder) / (name or f"{INDEX_NAME}.tmp")
        # A link of a stranger's would have us write, and delete, elsewhere.
        remove_whatever(folder)
        folder.mkdir()
        return FileStorage(str(folder))

    def create_file(self, name: str, **options: Any) -> StructFile:
        """
        Create a file that is synced when it is closed, if it is one that stays.
        """
        if _LASTING.search(name):
            options["onclose"] = _sync
        return super().create_file(name, **options)

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:  # noqa: FBT001, FBT002 - Whoosh's signature
        """
        Rename a file in one step, and sync the folder.
        """
        if safe and self.file_exists(newname):
            raise FileExistsError(self._fpath(newname))
        sync_folder(Path(self.folder))  # the names of what the file speaks of
        os.replace(self._fpath(oldname), self._fpath(newname))  # noqa: PTH105 - as above
        sync_folder(Path(self.folder))


def _sync(file: StructFile) -> None:
    try:
        file.flush()
        os.fsync(file.fileno())
    except BaseException:
        file.raw_file().close()  # Whoosh would leave it open
        raise


class _IndexUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _ALLOWED_NAMES:
            return super().find_class(module, name)
        if module in _ALLOWED_MODULES and name.isidentifier():
            found = super().find_class(module, name)
            # Some of these modules import ``pickle.loads``: only what they define.
            if isinstance(found, type) and found.__module__ == module:
                return found
        what = f"it names {module}.{name}, which is no part of an index"
        raise pickle.UnpicklingError(what)


def check_table_of_contents(
    folder: Path, number: int, record: FileRecord | None = None
) -> None:
    """
    Load a table of contents with nothing but an index's own classes allowed.

    Args:
        folder: The index folder.
        number: Which table.
        record: What the file was when it was written, where that is known.

    Raises:
        FileNotFoundError: It is not there.
        IndexDamagedError: It is cut short, altered, or names other classes.
    """
    path = toc_path(folder, number)
    content = read_regular(path, _MOST_BYTES)
    file = io.BytesIO(content)
    stream = StructFile(file, name=path.name)
    try:
        for _ in range(3):  # sizes of C types
            stream.read_varint()
        stream.read_int()  # byte order
        stream.read_int()  # version of the format
        for _ in range(3):  # release of Whoosh
            stream.read_varint()
        schema = stream.read_string()
        stream.read_int()  # generation
        stream.read_int()
        _load(schema)
        _load(file.read())
    except Exception as error:
        raise IndexDamagedError(str(path), _reason(error, content)) from error
    if record is not None and FileRecord.of_bytes(content) != record:
        raise IndexDamagedError(str(path), _ALTERED)


def _load(pickled: bytes) -> None:
    _IndexUnpickler(io.BytesIO(pickled)).load()


def _reason(error: Exception, content: bytes) -> str:
    if isinstance(error, pickle.UnpicklingError) and "it names" in str(error):
        return str(error)
    return _ALTERED if content else "the file is empty"
