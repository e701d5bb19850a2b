"""
Notes: what was understood of a query, and what was set aside.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from searchkit.values import Value

NoteKind: TypeAlias = Literal[
    "ignored",  # a part of the query string has no effect
    "literal",  # a part that looks like syntax was searched as plain words
    "stopwords",  # very common words were skipped
    "relaxed",  # no article has all the words; the best for any are shown
    "corrected",  # a word that no article has was replaced by a similar one
    "missing",  # a word that no article has, and nothing similar
    "expanded",  # a prefix or fuzzy word was cut off after so many words
    "alias",  # a name stands for what the rules of the index say
    "cut",  # only the best articles of an answer were looked at
    "anchored",  # a relative date was counted from some day
    "index",  # the index and the catalog differ
]


class Note(Value):
    """
    One remark on how a query was read, to be shown with its answer.

    Attributes:
        kind: What happened, for programs.
        message: One sentence for people, without a full stop at the end.
        text: The part of the query string that it is about; may be empty.
    """

    kind: NoteKind
    message: str
    text: str = ""

    def __str__(self) -> str:
        return self.message
