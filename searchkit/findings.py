"""
Findings: what an examination of an index has to say.

The catalog and each engine look after their own files and give findings;
``searchkit.checkups`` puts them together and acts on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning"]
"""An error makes answers wrong or impossible; a warning does not, but asks for care."""

Remedy: TypeAlias = Literal[
    "index", "tidy", "adopt", "upgrade", "salvage", "restore", "none"
]
"""
What helps: make the index anew from the catalog, take away what nobody needs, import
foreign documents, upgrade, save the articles that can still be read and have the others
read again, put a backup back, or nothing that a program could do.
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that is not as it should be.

    Attributes:
        code: Stable name for scripts, such as ``segment-altered``.
        severity: How bad it is.
        path: The file or folder.
        message: What is wrong, as a clause without a full stop; it does not repeat the
            path.
        remedy: What helps.
        details: Names of what is concerned, such as article ids; the first ones only.
    """

    code: str
    severity: Severity
    path: str
    message: str
    remedy: Remedy
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"
