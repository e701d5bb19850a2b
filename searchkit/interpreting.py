"""
Interpreting: from a query string to the tree that is asked, with the index in view.

Parsing knows no index.  What does is added here: the window of dates of publication
that was given beside the query, the day that relative dates count from, and a remark
where the index lacks what a query asks for.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from searchkit.errors import DateValueError
from searchkit.intervals import Interval
from searchkit.queries import parse
from searchkit.queries.dates import DateValue, ReferenceDay, read_dates
from searchkit.queries.notes import Note
from searchkit.queries.remarks import counted_from
from searchkit.queries.tree import DateRange, Leaf, Mention, Name, Query, all_of, leaves

if TYPE_CHECKING:
    from collections.abc import Callable

    from searchkit.catalog import CatalogReader
    from searchkit.engines.base import Searcher


def interpret(
    query: str,
    searcher: Searcher,
    catalog: CatalogReader,
    *,
    published_from: str | date | None,
    published_to: str | date | None,
    annotated: Callable[[], bool],
    today: date | None,
) -> tuple[Query, list[Note]]:
    """
    Return what a query string means, with its window of dates of publication.

    Args:
        query: What a person typed.
        searcher: The engine's snapshot.
        catalog: Where the articles are.
        published_from: First day of publication, or nothing.
        published_to: Last day of publication, or nothing.
        annotated: Tells whether dates and entities were looked for in the articles.
        today: The day that relative dates count from; ``None`` for the newest date of
            publication.

    Raises:
        DateValueError: One of the dates is none.
    """
    known: list[ReferenceDay | None] = []

    def reference() -> ReferenceDay | None:
        if not known and today is not None:
            known.append(ReferenceDay(today))
        elif not known:
            newest = _newest_day(searcher, catalog)
            known.append(ReferenceDay(newest, is_newest=True) if newest else None)
        return known[0]

    parsed = parse(query, reference=reference)
    tree, notes = parsed.tree, [*parsed.notes]
    if published_from is not None or published_to is not None:
        window, remarks = publication_window(published_from, published_to, reference)
        tree = all_of([tree, *window])
        notes += remarks
    leaf = next(filter(_is_annotation, leaves(tree)), None)
    if leaf is not None and not annotated():
        message = f"no dates and entities were looked for, so {leaf} finds nothing"
        notes.append(Note("index", message, str(leaf)))
    return tree, notes


def _newest_day(searcher: Searcher, catalog: CatalogReader) -> date | None:
    """
    Return the newest date of publication.
    """
    dated = DateRange("published", None, None)
    matches = searcher.search(dated, limit=1, order="newest", count=False)
    for article in catalog.get_quotable([match.id for match in matches.page]).values():
        if article.published:
            return Interval.parse(article.published).first
    return None


def _is_annotation(leaf: Leaf) -> bool:
    return annotation_kind(leaf) is not None


def annotation_kind(leaf: Leaf) -> str | None:
    """
    Return the kind of annotations in which a leaf is looked for, if it is in any.
    """
    match leaf:
        case Name() | Mention():
            return "entities"
        case DateRange("dates"):
            return "times"
        case _:
            return None


def publication_window(
    first: str | date | None,
    last: str | date | None,
    reference: Callable[[], ReferenceDay | None] = lambda: None,
) -> tuple[list[DateRange], list[Note]]:
    """
    Return the filter on the date of publication between two dates.

    Args:
        first: A date or a partial date, whose first day counts; ``None`` for no limit.
        last: Likewise, whose last day counts.
        reference: Returns the day that relative dates count from, if there is one.

    Returns:
        One range, or none where both are ``None``; and what relative dates mean.

    Raises:
        DateValueError: A text is no date.
    """
    begin, end = _days(first, reference), _days(last, reference)
    if begin.first and end.last and begin.first > end.last:
        begin, end = end, begin  # as in queries: it means the same days
    if begin.first is None and end.last is None:
        return [], []
    notes = []
    for text, value in ((first, begin), (last, end)):
        if value.reference is not None:
            days = str(DateRange("published", value.first, value.last))
            days = days.partition(":")[2]
            notes.append(counted_from(str(text), days, value.reference))
    return [DateRange("published", begin.first, end.last)], notes


def _days(
    value: str | date | None, reference: Callable[[], ReferenceDay | None]
) -> DateValue:
    if value is None:
        return DateValue(None, None)
    if isinstance(value, str):
        return read_dates(value, reference)
    if isinstance(value, datetime):
        value = value.date()
    return DateValue(value, value)


def day_of(value: str | date | None) -> date | None:
    """
    Read a day of the calendar; ``None`` for ``None``.

    Raises:
        DateValueError: It is none, or more than one.
    """
    if value is None or not isinstance(value, str):
        return value.date() if isinstance(value, datetime) else value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise DateValueError(value, True) from None  # noqa: FBT003 - it is a whole day
