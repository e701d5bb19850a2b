"""
The base of all errors.
"""

from __future__ import annotations


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
