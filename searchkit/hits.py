"""
Hits: the answer to a query, as plain values.

Text and markup never mix here: highlights are spans, and only
``searchkit.snippets.render`` turns them into something to look at.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

from searchkit.values import Value, ValueType

if TYPE_CHECKING:
    from searchkit.queries.notes import Note
    from searchkit.spans import Span


class Snippet(Value):
    """
    An exact quotation from the body of an article.

    Attributes:
        text: The quotation, equal to ``body[span.start : span.end]``.
        span: Where it stands in the stored body.
        highlights: What matched, as disjoint spans of ``text`` in order.
        cut_start: The quotation begins inside a sentence.
        cut_end: The quotation ends inside a sentence.
    """

    text: str
    span: Span
    highlights: tuple[Span, ...] = ()
    cut_start: bool = False
    cut_end: bool = False


class Hit(Value):
    """
    One article that matches.

    Attributes:
        id: The article id.
        score: A number for ordering within one query, 0 or more.
        title: The headline.
        published: ISO date at the precision that is known, or ``None``.
        source: Publisher or collection.
        url: Address of the page.
        authors: Names as printed.
        path: The file that the article was read from.
        snippets: The best fragments of the body, in order of the text.
        title_highlights: What matched in the title, as spans of it.
    """

    id: str
    score: float
    title: str
    published: str | None = None
    source: str = ""
    url: str = ""
    authors: tuple[str, ...] = ()
    path: str = ""
    snippets: tuple[Snippet, ...] = ()
    title_highlights: tuple[Span, ...] = ()


class _SequenceType(ValueType, ABCMeta):
    """
    The class of values that are sequences.
    """


class Hits(Value, Sequence[Hit], metaclass=_SequenceType):
    """
    One page of hits, best first, with the total.

    A sequence of :class:`Hit`: it can be looped over, counted, indexed, and is false
    when empty.

    Attributes:
        query: The query string as given.
        interpretation: How it was understood, as a query string that means the same.
        total: How many articles match in all, exactly.
        offset: How many hits stand before this page.
        page: The hits of this page.
        notes: What was set aside, corrected or relaxed.
    """

    query: str
    interpretation: str
    total: int
    offset: int
    page: tuple[Hit, ...]
    notes: tuple[Note, ...] = ()

    def __len__(self) -> int:
        return len(self.page)

    @overload
    def __getitem__(self, index: int) -> Hit: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Hit]: ...

    def __getitem__(self, index: int | slice) -> Hit | Sequence[Hit]:
        return self.page[index]
