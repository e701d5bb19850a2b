"""
A model of a disk that loses power: from a journal of calls to what is left of a folder.

The journal that ``faults.c`` writes tells what a program did to a folder, in order.
:class:`Disk` plays it back, and says at any point what the folder may hold if the power
fails just then.  It promises what POSIX does and no more:

- What was written to a file before its last ``fsync`` or ``fdatasync`` is there.
- Of what was written after that, any subset of the pages may be there, each as it was
  after any of the writes, and a page may be torn between two sectors.  The size of the
  file is one that it had since then; where its pages are missing, there are zeros.
- Names made, changed and removed in a folder are sure up to the last ``fsync`` of this
  very folder.  Later ones happen in order, and any number of the last ones may be lost.
  A file that was synced keeps its content and may lose its name.
- A rename happens in whole or not at all; it may outlive what was written to the file.
- Symbolic links, and files moved in from outside, are not known: no index has any.

The watched folder itself is always there, and nothing is said of times, owners and
permissions.  Nothing damages what was sure already: the disk does not lie about a sync.

    disk = Disk()
    for operation in read_journal(path)[:1000]:
        disk.apply(operation)
    write_content(disk.after_cut(random.Random(7)), folder)
"""

from __future__ import annotations

import shutil
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from random import Random

PAGE = 4096
"""Bytes that reach the disk together, as a rule."""

SECTOR = 512
"""Bytes that reach the disk together in any case."""

Content = dict[str, bytes | None]
"""A folder: paths relative to it, with ``/``, to contents; ``None`` for a folder."""

Kind = Literal[
    "create",
    "mkdir",
    "link",
    "write",
    "truncate",
    "symlink",
    "sync",
    "unlink",
    "rmdir",
    "rename",
    "unknown",
]

_KINDS: dict[str, Kind] = {
    "C": "create",
    "M": "mkdir",
    "L": "link",
    "W": "write",
    "T": "truncate",
    "Y": "symlink",
    "S": "sync",
    "U": "unlink",
    "D": "rmdir",
    "R": "rename",
    "X": "unknown",
}

_HEAD = struct.Struct("=IIIQQQ")


class JournalError(Exception):
    """
    The journal is cut short, or tells of something that the model does not know.
    """


@dataclass(frozen=True, slots=True)
class Operation:
    """
    One call that changed the folder.

    Attributes:
        kind: What was done.
        path: To what, relative to the watched folder; empty for the folder itself.
        target: The new path of a rename or link.
        inode: The system's number for the file or folder; it names a file from its
            creation until the number is given to another.
        offset: Where a write begins, and the new size of a truncation, in bytes.
        data: What was written.
    """

    kind: Kind
    path: str
    target: str = ""
    inode: int = 0
    offset: int = 0
    data: bytes = field(default=b"", repr=False)


def read_journal(path: Path) -> list[Operation]:
    """
    Read what ``faults.c`` has written.

    Raises:
        JournalError: It is no such file, or cut short.
    """
    content = path.read_bytes()
    operations: list[Operation] = []
    at = 0
    while at < len(content):
        try:
            letter, first, second, inode, offset, size = _HEAD.unpack_from(content, at)
            kind = _KINDS[chr(letter)]
        except (struct.error, KeyError, ValueError, OverflowError):
            raise JournalError(f"{path}: no record at byte {at}") from None
        at += _HEAD.size
        ends = (at + first, at + first + second, at + first + second + size)
        if ends[-1] > len(content):
            raise JournalError(f"{path}: the last record is cut short")
        name, target = content[at : ends[0]], content[ends[0] : ends[1]]
        operations.append(
            Operation(
                kind,
                name.decode("utf-8", "surrogateescape"),
                target.decode("utf-8", "surrogateescape"),
                inode,
                offset,
                content[ends[1] : ends[2]],
            )
        )
        at = ends[-1]
    return operations


def write_content(content: Content, folder: Path) -> None:
    """
    Make a folder hold just this content; what was in it is deleted.

    Args:
        content: What :class:`Disk` returns.
        folder: Made where it is missing.
    """
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for path, data in sorted(content.items()):
        if data is None:
            (folder / path).mkdir(parents=True, exist_ok=True)
        else:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)


class File:
    """
    The bytes of a file: what is on disk for sure, and what may be.
    """

    def __init__(self) -> None:
        self.live = bytearray()
        self._synced = b""
        #: Writes (offset, data) and truncations (size, None) since the last sync.
        self._pending: list[tuple[int, bytes | None]] = []

    def write(self, offset: int, data: bytes) -> None:
        """
        Write at an offset; a gap before it is filled with zeros.

        Writing nothing makes no gap (POSIX ``write``).
        """
        if data:
            self._pending.append((offset, data))
            _change(self.live, offset, data)

    def truncate(self, size: int) -> None:
        """
        Cut off what is beyond a size, or fill up to it with zeros.
        """
        self._pending.append((size, None))
        _change(self.live, size, None)

    def sync(self) -> None:
        """
        Make sure of everything that was written.
        """
        self._synced = bytes(self.live)
        self._pending = []

    def everything(self) -> bytes:
        """
        Return the content with all that was written.
        """
        return bytes(self.live)

    def synced(self) -> bytes:
        """
        Return the content with nothing but what is sure.
        """
        return self._synced

    def after_cut(self, rng: Random) -> bytes:
        """
        Return a content that a power cut may leave.
        """
        if not self._pending:
            return self._synced
        sizes, pages = self._versions()
        size = rng.choice((sizes[0], sizes[-1], rng.choice(sizes)))
        survival = rng.choice((0.0, 0.5, 1.0, rng.random()))
        result = bytearray(self._synced)
        _change(result, size, None)
        for number, versions in pages.items():
            before, after = versions[0], versions[-1]
            if rng.random() < 0.5:
                after = rng.choice(versions)
            if rng.random() >= survival:
                continue
            if rng.random() < 0.2:
                torn = rng.randrange(0, PAGE + 1, SECTOR)
                after = after[:torn] + before[torn:]
            start = number * PAGE
            if start < size:
                result[start : start + PAGE] = after[: size - start]
        return bytes(result)

    def _versions(self) -> tuple[list[int], dict[int, list[bytes]]]:
        """
        Return what there was since the last sync, beginning with what was synced.

        Returns:
            The sizes of the file, and for each page that changed its contents.
        """
        content = bytearray(self._synced)
        sizes = [len(content)]
        pages: dict[int, list[bytes]] = {}
        for offset, data in self._pending:
            size = len(content)
            # A gap, and what a truncation takes or adds, is written, too.
            first = min(offset, size)
            last = max(offset, size) if data is None else offset + len(data)
            touched = range(first // PAGE, -(-last // PAGE))
            for number in touched:
                pages.setdefault(number, [_page(content, number)])
            _change(content, offset, data)
            for number in touched:
                pages[number].append(_page(content, number))
            sizes.append(len(content))
        return sizes, pages


class Folder:
    """
    A folder that can have names in it.
    """

    def __init__(self) -> None:
        self.names: dict[str, File | Folder] = {}


Node = File | Folder


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    """
    A change of names, atomic: first names go, then one is set.

    Attributes:
        removed: The folder and the name in it that goes, if one does.
        made: The folder and the name in it that is made, if one is, and what it names.
    """

    removed: tuple[Folder, str] | None = None
    made: tuple[Folder, str, Node] | None = None

    @property
    def folders(self) -> set[Folder]:
        """
        The folders that it changes.
        """
        return {change[0] for change in (self.removed, self.made) if change}


_Names = dict[Folder, dict[str, Node]]


class Disk:
    """
    A folder on a disk, empty at first, that can lose power after every operation.
    """

    def __init__(self) -> None:
        self._root = Folder()
        self._nodes: dict[int, Node] = {}
        #: Changes of names that are not sure, in order.
        self._changes: list[_Change] = []
        #: Names that are sure; :attr:`Folder.names` has those that live.
        self._sure: _Names = {}

    def apply(self, operation: Operation) -> None:
        """
        Do what a program did.

        Raises:
            JournalError: It cannot have been done, or the model does not know it.
        """
        try:
            self._apply(operation)
        except (KeyError, AttributeError):
            message = f"this cannot have happened here: {operation}"
            raise JournalError(message) from None

    def everything(self) -> Content:
        """
        Return what the folder holds while the power is on.
        """
        names = {folder: folder.names for folder in self._folders()}
        return _content(self._root, names, lambda file: file.everything())

    def synced(self) -> Content:
        """
        Return what is there for sure: nothing survives that was not synced.
        """
        return _content(self._root, self._sure, lambda file: file.synced())

    def after_cut(self, rng: Random) -> Content:
        """
        Return what the folder may hold after a power cut.

        Args:
            rng: Decides what survives; the same state of it gives the same content.
        """
        names = {folder: dict(known) for folder, known in self._sure.items()}
        pending = self._changes
        keep = rng.choice((0, len(pending), rng.randint(0, len(pending))))
        # From one folder more may survive than from another.
        stubborn = rng.choice((0.0, 0.0, 0.5))
        lost: set[Folder] = set()
        for number, change in enumerate(pending):
            if change.folders & lost or (number >= keep and rng.random() >= stubborn):
                lost |= change.folders
            else:
                _carry_out(change, names)
        return _content(self._root, names, lambda file: file.after_cut(rng))

    # --- operations -------------------------------------------------------------

    def _apply(self, operation: Operation) -> None:
        match operation.kind:
            case "create" | "mkdir":
                if operation.path:  # the folder itself is always there
                    node = File() if operation.kind == "create" else Folder()
                    self._nodes[operation.inode] = node
                    self._change(made=(*self._place(operation.path), node))
            case "link":
                folder, name = self._place(operation.path)
                self._change(made=(*self._place(operation.target), folder.names[name]))
            case "rename":
                self._rename(operation)
            case "unlink" | "rmdir":
                self._change(removed=self._place(operation.path))
            case "sync":
                self._sync(operation)
            case "write":
                self._file(operation).write(operation.offset, operation.data)
            case "truncate":
                self._file(operation).truncate(operation.offset)
            case _:
                raise JournalError(f"the model does not know of {operation}")

    def _rename(self, operation: Operation) -> None:
        source, target = self._place(operation.path), self._place(operation.target)
        node = source[0].names[source[1]]
        # Two names of one file stay as they are.
        if target[0].names.get(target[1]) is not node:
            self._change(removed=source, made=(*target, node))

    def _sync(self, operation: Operation) -> None:
        if not operation.path:
            self._sync_folder(self._root)
            return
        node = self._nodes[operation.inode]
        if isinstance(node, Folder):
            self._sync_folder(node)
        else:
            node.sync()

    def _sync_folder(self, folder: Folder) -> None:
        """
        Make sure of the names in a folder.

        What came before, in a folder that shares a change with this one, is sure then,
        too: changes of one folder are never out of order.
        """
        folders = {folder}
        sure: set[_Change] = set()
        for change in reversed(self._changes):
            if change.folders & folders:
                folders |= change.folders
                sure.add(change)
        for change in self._changes:
            if change in sure:
                _carry_out(change, self._sure)
        self._changes = [change for change in self._changes if change not in sure]

    def _change(
        self,
        *,
        removed: tuple[Folder, str] | None = None,
        made: tuple[Folder, str, Node] | None = None,
    ) -> None:
        change = _Change(removed, made)
        _carry_out(change, {folder: folder.names for folder in change.folders})
        self._changes.append(change)

    def _place(self, path: str) -> tuple[Folder, str]:
        """
        Return the folder that holds a path, and the name in it.
        """
        *parents, name = path.split("/")
        folder = self._root
        for parent in parents:
            found = folder.names[parent]
            if not isinstance(found, Folder):
                raise KeyError(path)
            folder = found
        return folder, name

    def _file(self, operation: Operation) -> File:
        node = self._nodes[operation.inode]
        if not isinstance(node, File):
            raise KeyError(operation.path)
        return node

    def _folders(self) -> Iterator[Folder]:
        """
        Walk over all folders there are.
        """
        waiting = [self._root]
        while waiting:
            folder = waiting.pop()
            yield folder
            waiting += [n for n in folder.names.values() if isinstance(n, Folder)]


def _carry_out(change: _Change, names: _Names) -> None:
    """
    Change names; a name that is to go is there.
    """
    if change.removed:
        folder, name = change.removed
        del names[folder][name]
    if change.made:
        folder, name, node = change.made
        names.setdefault(folder, {})[name] = node


def _content(root: Folder, names: _Names, read: Callable[[File], bytes]) -> Content:
    """
    Return what can be reached from a folder; each file is read once.
    """
    content: Content = {}
    seen: dict[File, bytes] = {}
    waiting = [("", root)]
    while waiting:
        prefix, folder = waiting.pop()
        for name, node in sorted(names.get(folder, {}).items()):
            if isinstance(node, Folder):
                content[prefix + name] = None
                waiting.append((f"{prefix}{name}/", node))
            else:
                if node not in seen:
                    seen[node] = read(node)
                content[prefix + name] = seen[node]
    return content


def _change(content: bytearray, offset: int, data: bytes | None) -> None:
    """
    Write at an offset, or, without data, make the offset the size.
    """
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    if data is None:
        del content[offset:]
    else:
        content[offset : offset + len(data)] = data


def _page(content: bytearray, number: int) -> bytes:
    """
    Return a page; what is missing of it is zeros.
    """
    return bytes(content[number * PAGE : (number + 1) * PAGE]).ljust(PAGE, b"\0")
