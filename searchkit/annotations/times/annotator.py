"""
The annotator of time expressions.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from searchkit.annotations.model import TimeExpression
from searchkit.annotations.times.anchor import Anchor, Resolver, is_narrative
from searchkit.annotations.times.find import find
from searchkit.annotations.times.ranges import Range, pair, with_year_of
from searchkit.annotations.times.readings import DayOfWeek
from searchkit.annotations.times.tokens import TokenizedText
from searchkit.annotations.times.values import interval_of, narrow
from searchkit.spans import Span

if TYPE_CHECKING:
    from searchkit.annotations.model import AnnotatedField
    from searchkit.annotations.times.readings import Reading
    from searchkit.articles.model import Article

FINGERPRINT = "times-2"
"""Changes whenever the same article may get other expressions."""


class TimeAnnotator:
    """
    Finds time expressions; an :class:`~searchkit.annotations.model.Annotator`.

    It holds no state: one may serve any number of articles and threads.

    Example:
        >>> from searchkit.articles.model import Article
        >>> article = Article(body="She left last Tuesday.", published="2024-03-07")
        >>> [found] = TimeAnnotator().annotate(article)
        >>> found.surface, found.value
        ('last Tuesday', '2024-03-05')
    """

    @property
    def kind(self) -> Literal["times"]:
        """
        Which list of annotations it fills.
        """
        return "times"

    @property
    def fingerprint(self) -> str:
        """
        A version that changes whenever its findings may change.
        """
        return FINGERPRINT

    def annotate(self, article: Article) -> list[TimeExpression]:
        """
        Find the time expressions in the title and the body of an article.

        Returns:
            Title first, in order of span; disjoint within each field.
        """
        return [
            *annotate_text(article.title, article.published, field="title"),
            *annotate_text(article.body, article.published, field="body"),
        ]


def annotate_text(
    text: str, published: str | None, *, field: AnnotatedField = "body"
) -> list[TimeExpression]:
    """
    Find the time expressions of one text.

    Args:
        text: Any text.
        published: When it appeared: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; ``None``
            leaves relative expressions open.
        field: What the expressions are marked as.

    Returns:
        Disjoint, in order of span.
    """
    tokens = TokenizedText(text)
    readings = list(find(tokens))
    anchor = Anchor.parse(published) if published else None
    narrative = is_narrative(readings, anchor, len(tokens.words))
    resolver = Resolver(tokens, anchor, narrative=narrative)
    found: list[TimeExpression] = []
    for item in pair(tokens, readings):
        if isinstance(item, Range):
            found.extend(_range_expressions(tokens, resolver, item, field))
        else:
            value = resolver.resolve(item)
            found.append(_expression(tokens, item, value, field))
    return found


def _expression(
    tokens: TokenizedText, reading: Reading, value: str | None, field: AnnotatedField
) -> TimeExpression:
    """
    Make the annotation of one reading; ``value`` is ``None`` where it stays open.
    """
    span = Span(tokens.starts[reading.first], tokens.end(reading.end - 1))
    interval = (
        interval_of(value) if value and reading.type in ("DATE", "TIME") else None
    )
    if interval is not None and reading.part is not None:
        interval = narrow(interval, reading.part)
    return TimeExpression(
        span,
        span.cut(tokens.text),
        reading.type,
        value or reading.value,
        interval,
        reading.gap is not None,
        reading.approximate,
        field,
    )


def _range_expressions(
    tokens: TokenizedText, resolver: Resolver, item: Range, field: AnnotatedField
) -> list[TimeExpression]:
    """
    Make the annotation of a range, or of its two ends where they make none.
    """
    begin, finish, first = item
    finish_value = resolver.resolve(finish)
    if finish_value and finish.gap is not None and begin.gap is not None:
        closed = with_year_of(begin, finish_value, later=False)
        begin_value = resolver.resolve(closed)
    else:
        begin_value = resolver.resolve(begin)
    if begin_value and finish_value and begin_value > finish_value:
        begin_value = _week_before(begin, finish, begin_value)
    ends = (
        _expression(tokens, begin, begin_value, field),
        _expression(tokens, finish, finish_value, field),
    )
    begins, finishes = ends[0].interval, ends[1].interval
    if begins and finishes and not begins.first < finishes.first:
        return list(ends)
    if (begins is None) != (finishes is None):
        return list(ends)
    span = Span(tokens.starts[first], tokens.end(finish.end - 1))
    interval = begins and finishes and begins._replace(last=finishes.last)
    whole = TimeExpression(
        span,
        span.cut(tokens.text),
        "DATE",
        f"{ends[0].value}/{ends[1].value}",
        interval,
        begin.gap is not None or finish.gap is not None,
        begin.approximate or finish.approximate,
        field,
    )
    return [whole]


def _week_before(begin: Reading, finish: Reading, value: str) -> str:
    """
    Move the first of two weekdays back a week: it stands before the last.
    """
    if isinstance(begin.gap, DayOfWeek) and isinstance(finish.gap, DayOfWeek):
        return (date.fromisoformat(value) - timedelta(7)).isoformat()
    return value
