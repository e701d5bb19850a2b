"""
The engines that take part: how each is started, and why one cannot.
"""

from __future__ import annotations

import importlib.util
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scripts.bench.peers import lucene
from scripts.bench.protocol import EngineFailedError, EngineProcess, UnofferedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

NAMES: tuple[str, ...] = ("searchkit", "searchkit-whoosh", "tantivy", "fts5", "lucene")
"""All engines; ``searchkit-whoosh`` is searchkit on Whoosh's own codec."""

WHOOSH_NAMES: tuple[str, ...] = ("whoosh", "whoosh-native", "whoosh-tree")
"""
Whoosh's API in its row: its codec and nodes, native segments with its nodes, and the
same with ``TreeQuery``.
"""

UNRANKED = frozenset({"fts5"})
"""Engines that score by another formula than the others."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """
    An engine that takes part.

    Attributes:
        name: One of :data:`NAMES`.
        command: What starts its process.
        environment: Variables to add.
        folder: Where its error output goes.
        version: Its own, with that of what runs it.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = field(kw_only=True)
    version: str = ""

    @property
    def is_searchkit(self) -> bool:
        """
        Whether it is searchkit itself, on whatever codec.
        """
        return self.name.startswith("searchkit")

    def start(self) -> EngineProcess:
        """
        Start a process.
        """
        errors = self.folder / f"{self.name}.err"
        return EngineProcess(self.name, self.command, self.environment, errors)


class Session:
    """
    The processes of several engines, to be used as a context manager.

    An engine that fails leaves the session; what it said is kept in ``notes``.
    """

    def __init__(self, contestants: Iterable[Contestant], notes: list[str]) -> None:
        self._stack = ExitStack()
        self._notes = notes
        self._running: dict[str, EngineProcess] = {}
        for contestant in contestants:
            process = self._stack.enter_context(contestant.start())
            self._running[contestant.name] = process

    @property
    def names(self) -> list[str]:
        """
        The engines that are still there.
        """
        return list(self._running)

    def ask(self, name: str, do: str, **details: object) -> dict[str, Any] | None:
        """
        Ask one engine.

        Returns:
            ``None`` where it has no such thing, or has failed or left.
        """
        if name not in self._running:
            return None
        try:
            return self._running[name].ask(do, **details)
        except UnofferedError:
            return None
        except EngineFailedError as error:
            self._notes.append(f"{error} (asked to {do}); it takes no further part.")
            del self._running[name]
            return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()


def take_part(
    names: Iterable[str], folder: Path, jars: Path | None, say: Callable[[str], None]
) -> list[Contestant]:
    """
    Find the engines that can run here.

    Args:
        names: Those that are wanted.
        folder: The working folder.
        jars: A folder with Lucene's libraries, or ``None``.
        say: Gets a sentence for each engine that cannot.
    """
    found = []
    for name in names:
        try:
            contestant = _contestant(name, folder, jars)
            with contestant.start() as process:
                hello = process.ask("hello")
        except (lucene.LuceneMissingError, EngineFailedError, _MissingError) as error:
            say(f"{name} is left out: {error}")
            continue
        version = hello["version"]
        if "java" in hello:
            version += f" on Java {hello['java']}"
        found.append(
            Contestant(
                name,
                contestant.command,
                contestant.environment,
                folder=folder,
                version=version,
            )
        )
    return found


class _MissingError(Exception):
    pass


def _contestant(name: str, folder: Path, jars: Path | None) -> Contestant:
    serving = (sys.executable, "-m", "scripts.bench.serving")
    match name:
        case "searchkit":
            return Contestant(
                name, (*serving, "searchkit"), {"SEARCHKIT_NATIVE": "1"}, folder=folder
            )
        case "searchkit-whoosh":
            return Contestant(
                name, (*serving, "searchkit"), {"SEARCHKIT_NATIVE": "0"}, folder=folder
            )
        case "lucene":
            return Contestant(name, tuple(lucene.command(folder, jars)), folder=folder)
    if name == "tantivy" and importlib.util.find_spec("tantivy") is None:
        raise _MissingError("the package tantivy is not installed")
    return Contestant(name, (*serving, name), folder=folder)
