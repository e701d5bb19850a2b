"""
What a checkup and a repair have to say.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from searchkit.findings import Finding, Remedy

COMMANDS: Mapping[Remedy, str] = {
    "index": "searchkit doctor --repair",
    "tidy": "searchkit doctor --repair",
    "salvage": "searchkit doctor --repair",
    "adopt": "searchkit doctor --adopt",
    "upgrade": "searchkit upgrade",
    "restore": "searchkit restore FILE --index NEW-FOLDER",
    "none": "",
}
"""The command for each remedy; empty where no command helps."""

_REPAIRED: frozenset[Remedy] = frozenset({"index", "tidy", "salvage"})


@dataclass(frozen=True, slots=True)
class Checkup:
    """
    What an examination of an index has found.

    Attributes:
        path: The index folder.
        findings: Errors first; empty where all is well.
        articles: How many the catalog has; ``None`` where they could not be counted.
        documents: How many the engine has, likewise.
        seconds: Time that it took.
    """

    path: str
    findings: tuple[Finding, ...]
    articles: int | None = None
    documents: int | None = None
    seconds: float = 0.0

    @property
    def is_healthy(self) -> bool:
        """
        Whether there is nothing at all to say.
        """
        return not self.findings

    @property
    def errors(self) -> tuple[Finding, ...]:
        """
        The findings that make answers wrong or impossible.
        """
        return tuple(one for one in self.findings if one.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """
        The findings that ask for care only.
        """
        return tuple(one for one in self.findings if one.severity == "warning")

    @property
    def commands(self) -> tuple[str, ...]:
        """
        The commands that help, those for errors first.
        """
        remedies = [one.remedy for one in self.findings]
        if "adopt" in remedies and not _REPAIRED.isdisjoint(remedies):
            # One call: what repairs leaves foreign documents, and their index, alone.
            both = "searchkit doctor --repair --adopt"
            remedies = [one for one in remedies if one not in _REPAIRED]
            commands = [both if r == "adopt" else COMMANDS[r] for r in remedies]
        else:
            commands = [COMMANDS[remedy] for remedy in remedies]
        return tuple(dict.fromkeys(filter(None, commands)))

    def to_record(self) -> dict[str, Any]:
        """
        Turn it into JSON values.

        ``command`` is what helps with one finding, ``commands`` with all of them.
        """
        return {
            "path": self.path,
            "healthy": self.is_healthy,
            "articles": self.articles,
            "documents": self.documents,
            "seconds": round(self.seconds, 3),
            "commands": list(self.commands),
            "findings": [
                {
                    **asdict(one),
                    "details": list(one.details),
                    "command": COMMANDS[one.remedy],
                }
                for one in self.findings
            ],
        }


@dataclass(frozen=True, slots=True)
class Repair:
    """
    What a repair has done.

    Attributes:
        before: What was found.
        done: What was done about it, each a sentence; empty where nothing was to do, or
            could be done.
        left: What was left as it is and why, each a sentence with the way out.
        after: What is found now.
    """

    before: Checkup
    done: tuple[str, ...]
    left: tuple[str, ...]
    after: Checkup
